from odoo import models


class CustomerGradingEvaluationFormContact(models.AbstractModel):
    """The same form, printed from contacts: one for each grade that the reader may see."""

    _name = "report.customer_grading_paper.report_evaluation_form_contact"
    _inherit = ["report.customer_grading_paper.report_evaluation_form"]
    _description = "Grade Evaluation Form of Contacts"

    _paper_model = "res.partner"
    _numbered_as = "customer_grading_paper.report_evaluation_form"

    def _get_sheets(self, docs):
        customers = self._get_customers(docs)
        View = self.env["customer.grading.explanation.view"]
        dimensions = self.env["customer.grading.dimension"]._get_visible("partner")
        found = [
            View._get_result(customer, dimension, self.env.company).with_env(self.env)
            for customer in customers
            for dimension in dimensions
        ]
        return [self._get_evaluation(result) for result in found if result]
