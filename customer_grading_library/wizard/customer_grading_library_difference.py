from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGradingLibraryDifference(models.TransientModel):
    """What a policy of one's own says otherwise than the one of the library that it was."""

    _name = "customer.grading.library.difference"
    _description = "What Differs from the Library"

    policy_id = fields.Many2one("customer.grading.policy", required=True, ondelete="cascade")
    views = fields.Json()
    text = fields.Char()

    @api.model
    def _prepare(self, policy):
        """Return a new one that tells what ``policy`` says otherwise than its original."""
        views, text = [], self.env._("It says the same as in the library.")
        try:
            with policy.library_policy_id._loaded() as original:
                views = policy._get_differences(original, policy)
        except UserError as error:  # the dimension is no longer what the file needs
            text = str(error)
        columns = ["", self.env._("In the library"), self.env._("Yours")]
        for block in (block for view in views for block in view["blocks"]):
            block["columns"] = columns
        return self.create({"policy_id": policy.id, "views": views, "text": not views and text})
