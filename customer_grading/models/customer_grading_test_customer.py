from odoo import api, fields, models
from odoo.exceptions import UserError


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
        "customer.grade",
        "This draft gives",
        readonly=True,
        copy=False,
        ondelete="set null",
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
                test.verdict = "met" if test.given_grade_id == test.expected_grade_id else "unmet"

    def _note_results(self, run):
        """Keep what the try-on ``run`` gives these customers."""
        customers = self.partner_id.commercial_partner_id
        lines = {
            line.partner_id: line
            for line in self.env["customer.grading.run.line"].search(
                [("run_id", "=", run.id), ("partner_id", "in", customers.ids)]
            )
        }
        out_of_scope = self.env._("The policy does not apply to this customer.")
        for test in self:
            line = lines.get(test.partner_id.commercial_partner_id)
            test.write(
                {
                    "tried": True,
                    "given_grade_id": line.grade_id.id if line else False,
                    "why": line.why if line else out_of_scope,
                }
            )

    def write(self, vals):
        """What was tried is of the customer as it stood: another one was not tried yet."""
        if "partner_id" in vals:
            vals = {**vals, "tried": False, "given_grade_id": False, "why": False}
        return super().write(vals)


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    def action_try_test_customers(self):
        """Say what grade the policy gives each test customer today, and why.

        It is a try-on like any other: a ranking needs everybody's values.
        """
        self.ensure_one()
        self._check_complete()
        run = self._create_run("preview")
        run._execute()
        if run.state == "failed":
            raise UserError(run.error)
        self.test_customer_ids._note_results(run)

    def _get_problems(self):
        """Add the test customers whose grade is not the expected one."""
        failed = self.test_customer_ids.filtered(lambda test: test.verdict == "unmet")
        return super()._get_problems() + [
            self._prepare_problem(
                self.env._(
                    "Test customer “%(customer)s” gets %(given)s instead of %(expected)s.",
                    customer=test.partner_id.display_name,
                    given=test.given_grade_id.code or self.env._("no grade"),
                    expected=test.expected_grade_id.code,
                ),
                level="warning",
            )
            for test in failed
        ]
