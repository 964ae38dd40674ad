from odoo import models

from .customer_grading_referral_thanks import ACTIVITY


class MailActivity(models.Model):
    """Whoever marks it done that a referrer is to be thanked has thanked."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        thanks = self.filtered(lambda activity: kind and activity.activity_type_id == kind)
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if thanks:
            self.env["customer.grading.referral.thanks"]._note_done(thanks, feedback)
        return result
