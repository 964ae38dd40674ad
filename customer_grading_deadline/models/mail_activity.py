from odoo import models
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS


class MailActivity(models.Model):
    """A call or a meeting that was done is contact: who waited for it waits no more."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        done = {
            model_name: activities.mapped("res_id")
            for model_name, activities in self.grouped("res_model").items()
            if model_name in THREADS
        }
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if self.env["customer.grading.deadline"]._is_any():
            for model_name, ids in done.items():
                self.env[model_name].browse(ids)._try_meet_deadlines()
        return result
