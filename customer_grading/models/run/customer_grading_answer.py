from odoo import models
from odoo.fields import Domain


class CustomerGradingAnswer(models.Model):
    """Lets an answer count at once."""

    _inherit = "customer.grading.answer"

    def _after_answering(self):
        """Grade whom the answers are about by the policies in force that hang on them.

        Those are the ones that ask the question, or one that the answer outdates, and those
        that look at the grades which these give.
        """
        Question = self.env["customer.grading.question"].sudo()
        asked = self.question_id.sudo()
        asked |= Question.search([("contrary_ids", "in", asked.ids)])
        Policy = self.env["customer.grading.policy"].sudo()
        moved = self.env["customer.grading.dimension"].sudo()
        for policy in Policy.search(Domain("state", "=", "running"))._in_order_of_need():
            criteria = policy.criterion_ids
            if criteria.question_id & asked or criteria.dimension_id & moved:
                moved |= policy.dimension_id
                self._regrade_by(policy)
        return super()._after_answering()

    def _regrade_by(self, policy):
        """Grade whom the answers are about by ``policy``, in each company that they count in."""
        for company in policy._get_run_companies():
            counting = self.filtered(
                lambda answer, company=company: (
                    not company or company in answer.company_id.parent_ids
                )
            )
            if records := counting._get_graded_by(policy):
                policy._create_run("incremental", company)._execute(subject_ids=records.ids)

    def _get_graded_by(self, policy):
        """Hook: return whom ``policy`` grades of those whom the answers are about."""
        customers = self.sudo().partner_id
        if policy.subject == "partner":
            return customers
        Lead = self.env["crm.lead"].sudo()
        of_customers = Domain("partner_id.commercial_partner_id", "in", customers.ids)
        return self.sudo().lead_id | (Lead.search(of_customers) if customers else Lead)
