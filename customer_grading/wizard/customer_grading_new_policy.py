from odoo import api, fields, models

STARTS = {
    "rank": "df1_revenue_rank",
    "requirements": "s02_heavy_truck",
    "points": "s37_dealer_scorecard",
}


class CustomerGradingNewPolicy(models.TransientModel):
    """Makes a draft policy from a start that one chooses."""

    _name = "customer.grading.new.policy"
    _description = "New Grading Policy"

    name = fields.Char(required=True, default=lambda self: self.env._("Customer grading"))
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        default=lambda self: self.env["customer.grading.dimension"].search([], limit=1),
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    start = fields.Selection(
        [
            ("rank", "A-D by revenue rank, no figures needed"),
            ("requirements", "Requirements A-D"),
            ("points", "Points A-D"),
            ("library", "A policy of the library"),
            ("file", "A file"),
            ("empty", "Empty"),
        ],
        string="Start from",
        default="rank",
        required=True,
    )
    library_key = fields.Selection(selection="_get_library", string="Policy")
    file = fields.Binary()
    file_name = fields.Char()

    @api.model
    def _get_library(self):
        return self.env["customer.grading.policy"]._get_library()

    def action_create(self):
        """Make the draft and open it."""
        return self._make_policy()._get_records_action()
