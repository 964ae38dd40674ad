import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

# The policy of the library that each way of deciding starts from.
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
    subject = fields.Selection(related="dimension_id.subject", string="Grades")
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        default=lambda self: self.env["customer.grading.dimension"].search([], limit=1),
    )
    has_dimensions = fields.Boolean(
        default=lambda self: self.env["customer.grading.dimension"]._has_several()
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Company whose customers it grades; empty: each company grades its own.",
    )
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

    def action_start(self):
        """Try the default policy on, from the panel of the first use."""
        return self.env["customer.grading.policy"].action_start()

    def _make_policy(self):
        """Return a new draft: the start that was chosen, named and scoped as asked."""
        self.ensure_one()
        policy = self._load_start().exists()
        vals = {"name": self.name, "company_id": self.company_id.id}
        if not policy:
            return policy.create({**vals, "dimension_id": self.dimension_id.id})
        if policy.dimension_id != self.dimension_id and self.has_dimensions:
            self._move_to_dimension(policy)
        policy.write(vals)
        return policy

    def _load_start(self):
        """Return the draft of the chosen file, or nothing for an empty start."""
        Policy = self.env["customer.grading.policy"]
        if self.start == "file":
            if not self.file:
                raise UserError(self.env._("Choose the policy file to start from."))
            text = base64.b64decode(self.file).decode("utf-8", errors="replace")
            return Policy._load_text(text, self.file_name)
        if self.start == "library":
            if not self.library_key:
                raise UserError(self.env._("Choose the policy of the library to start from."))
            return Policy._load_file(self.library_key)
        if self.start == "empty":
            return Policy
        return Policy._load_file(STARTS[self.start])

    def _move_to_dimension(self, policy):
        """Let the draft grade the chosen dimension, by its grades of the same codes."""
        for rule in policy.rule_ids:
            grade = rule.grade_id
            rule.grade_id = self.dimension_id._find_or_create_grade(
                {"code": grade.code, "name": grade.name, "color": grade.color}
            )
        policy.dimension_id = self.dimension_id
