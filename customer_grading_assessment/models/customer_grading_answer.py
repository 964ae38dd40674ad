from markupsafe import Markup

from odoo import api, models


class CustomerGradingAnswer(models.Model):
    """Points from a list without answers to what waits for some."""

    _inherit = "customer.grading.answer"

    @api.model
    def get_empty_list_help(self, help_message):
        """Say, too, where questions wait for their answers."""
        told = super().get_empty_list_help(help_message)
        text = self.env._("What waits for an answer is listed in CRM ▸ Grading ▸ To assess.")
        return Markup(told or "") + Markup("<p>%s</p>") % text
