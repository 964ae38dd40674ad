from odoo import models
from odoo.fields import Domain


class CustomerGradingAnswer(models.Model):
    """Lets an answer count at once."""

    _inherit = "customer.grading.answer"

    def _after_answering(self):
        """Grade whom the answers are about by the policies in force that ask for them."""
        asked = Domain("criterion_ids.question_id", "in", self.question_id.ids)
        policies = self.env["customer.grading.policy"].sudo()
        for policy in policies.search(asked & Domain("state", "=", "running")):
            for company in policy._get_run_companies():
                counting = self.filtered(
                    lambda answer, company=company: (
                        not company or company in answer.company_id.parent_ids
                    )
                )
                if records := counting._get_graded_by(policy):
                    run = policy._create_run("incremental", company)
                    run._execute(subject_ids=records.ids)
        return super()._after_answering()

    def _get_graded_by(self, policy):
        """Return whom ``policy`` grades of those whom the answers are about: leads of customers, too."""
        customers = self.sudo().partner_id
        if policy.subject == "partner":
            return customers
        Lead = self.env["crm.lead"].sudo()
        of_customers = Domain("partner_id.commercial_partner_id", "in", customers.ids)
        return self.sudo().lead_id | (Lead.search(of_customers) if customers else Lead)
