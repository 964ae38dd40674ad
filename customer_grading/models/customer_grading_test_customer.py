from odoo import api, fields, models


class CustomerGradingTestCustomer(models.Model):
    """A customer whose grade one is sure of, to try a draft on."""

    _name = "customer.grading.test.customer"
    _description = "Test Customer of a Grading Policy"
    _order = "policy_id, sequence, id"
    _rec_name = "partner_id"

    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True
    )
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    sequence = fields.Integer(default=10, aggregator=None)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('parent_id', '=', False)]",
    )
    expected_grade_id = fields.Many2one(
        "customer.grade",
        "I expect",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('dimension_id', '=', dimension_id)]",
    )
    given_grade_id = fields.Many2one(
        "customer.grade", "This draft gives", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null",
    )
    given_grade_color = fields.Integer(related="given_grade_id.color", string="Color")
    tried = fields.Boolean(readonly=True, copy=False)
    verdict = fields.Selection(
        [("met", "✔"), ("unmet", "✘")], string="As expected", compute="_compute_verdict"
    )
    why = fields.Char(readonly=True, copy=False)

    @api.depends("tried", "expected_grade_id", "given_grade_id")
    def _compute_verdict(self):
        for test in self:
            if not test.tried or not test.expected_grade_id:
                test.verdict = False
            else:
                test.verdict = (
                    "met" if test.given_grade_id == test.expected_grade_id else "unmet"
                )
