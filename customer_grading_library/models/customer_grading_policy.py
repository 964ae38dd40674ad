from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window


class CustomerGradingPolicy(models.Model):
    """Comes from the library, and may be compared with it: it is never renewed by it."""

    _inherit = "customer.grading.policy"

    library_policy_id = fields.Many2one(
        "customer.grading.library.policy", compute="_compute_library_policy_id"
    )

    @api.depends("key", "file_form")
    def _compute_library_policy_id(self):
        """Find what it was in the library, by the key of the file that it was made of."""
        Library = self.env["customer.grading.library.policy"]
        for policy in self:
            said = (policy.file_form or {}).get("said", {})
            key = said.get("key") if isinstance(said, dict) else False
            policy.library_policy_id = Library.search([("key", "=", key)]) if key else Library

    @api.model
    def _get_library_folders(self):
        return [*super()._get_library_folders(), "customer_grading_library/data/policies"]

    def action_view_library_difference(self):
        """Show what it says otherwise than the policy of the library."""
        self.ensure_one()
        difference = self.env["customer.grading.library.difference"]._prepare(self)
        return open_window(
            self.env._("What differs from the library"),
            difference._name,
            res_id=difference.id,
            target="new",
        )
