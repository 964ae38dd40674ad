from odoo import models
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS


class MailActivity(models.Model):
    """What was done is contact: it moves at once when the next one is due."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        done = {
            model_name: activities.mapped("res_id")
            for model_name, activities in self.grouped("res_model").items()
            if model_name in THREADS
        }
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if self.env["customer.grading.cadence"]._is_any():
            FollowUp = self.env["customer.grading.follow.up"].sudo()
            FollowUp.search([("activity_id", "in", self.ids)]).activity_id = False
            for model_name, ids in done.items():
                self._renew_follow_ups(self.env[model_name].sudo().browse(ids).exists())
        return result

    def _renew_follow_ups(self, records):
        engine = self.env["customer.grading.follow.up.engine"].sudo()
        if records._name == "crm.lead":
            engine._renew_of(records)
        customers = records if records._name == "res.partner" else records.partner_id
        if customers:
            engine._renew_of(customers)
