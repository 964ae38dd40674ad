from odoo import models
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS


class MailActivity(models.Model):
    """What was done counts at once for the visit that was planned."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        done = {
            model_name: activities.mapped("res_id")
            for model_name, activities in self.grouped("res_model").items()
            if model_name in THREADS
        }
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if self.env["customer.grading.visit.plan"]._is_any():
            contacts = self.env["customer.grading.visit.contacts"]
            for model_name, ids in done.items():
                contacts._recognise_of(self.env[model_name].sudo().browse(ids).exists())
        return result
