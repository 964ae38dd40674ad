from odoo import models


class CustomerGradingEvaluationForm(models.AbstractModel):
    """The form by which a grade is evaluated: what is asked, what is, points, and who signs."""

    _name = "report.customer_grading_paper.report_evaluation_form"
    _inherit = ["customer.grading.paper"]
    _description = "Grade Evaluation Form"

    _paper_model = "customer.grading.result"

    def _get_sheets(self, docs):
        for name in docs._get_subject_fields():
            docs[name].check_access("read")
        return [self._get_evaluation(result) for result in docs]

    def _get_evaluation(self, result):
        """Return what stands on the form of a result, as far as the reader may see figures."""
        company = result.company_id or self.env.company
        View = self.env["customer.grading.explanation.view"].with_company(company)
        subject, result = result._get_subject(), result.sudo()
        explanation = View._explain(result)
        blocks = View._get_explanation_blocks(subject.sudo(), result, explanation)
        _graded, policies = self.env["customer.grading.policy"]._get_in_force(
            result.dimension_id, company
        )
        Notices = self.env["customer.grading.explanation.notices"].with_company(company)
        return {
            "company": company,
            "subject": subject,
            "customer": subject._get_customer(),
            "salesperson": self._get_salesperson(subject),
            "result": result,
            "in_effect": self._get_grade_text(result),
            "date": explanation.date if explanation else result.date_evaluated,
            "notices": Notices._get_notices(result, policies),
            "blocks": self._print_blocks(blocks),
        }
