from odoo import fields, models


class CustomerGradingLibraryPreview(models.TransientModel):
    """What a policy of the library would give one's own customers; there is no draft of it."""

    _name = "customer.grading.library.preview"
    _description = "Preview of a Library Policy"
    _rec_name = "library_policy_id"

    library_policy_id = fields.Many2one(
        "customer.grading.library.policy", required=True, ondelete="cascade"
    )
    name = fields.Char(related="library_policy_id.name")
    first_text = fields.Char()
    summary = fields.Json()
    data_check = fields.Json()

    def action_adopt(self):
        """Open what can be made one's own before there is a draft."""
        return self.library_policy_id.action_adopt()
