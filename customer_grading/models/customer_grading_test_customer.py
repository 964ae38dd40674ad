from odoo import api, fields, models
from odoo.tools import SQL


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

    def _get_reason(self, reason):
        """Return in one sentence why the draft gives what it gives."""
        self.ensure_one()
        reasons = {
            "graded": self.env._("Meets the requirement."),
            "missing": self.env._("Data is missing that a grade asks for."),
            "no_rule": self.env._("Meets the requirement of no grade."),
            "out_of_scope": self.env._("The policy does not apply to this customer."),
        }
        return reasons.get(reason, "")

    def write(self, vals):
        """What was tried is of the customer as it stood: another one was not tried yet."""
        if "partner_id" in vals:
            vals = {**vals, "tried": False, "given_grade_id": False, "why": False}
        return super().write(vals)


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    def action_try_test_customers(self):
        """Say what grade the policy gives each test customer today, and why."""
        self.ensure_one()
        self._check_complete()
        given = self._get_grades_today(self.test_customer_ids.partner_id.commercial_partner_id)
        for test in self.test_customer_ids:
            grade_id, reason = given.get(
                test.partner_id.commercial_partner_id.id, (False, "out_of_scope")
            )
            test.write(
                {
                    "tried": True,
                    "given_grade_id": grade_id,
                    "why": test._get_reason(reason),
                }
            )

    def _get_grades_today(self, partners):
        """Return ``{partner id: (grade id, reason)}`` of those the policy applies to.

        A ranking needs everybody's values, so that everybody is evaluated.
        """
        policy = self.sudo()
        engine = self.env["customer.grading.engine"]
        company = policy._get_try_on_company()
        ranked = any(c._is_ranked() for c in policy._get_measured_criteria())
        scope = engine._get_scope(
            policy, company, engine._get_today(company), None if ranked else partners.ids
        )
        table = "customer_grading_test_customers"
        engine._evaluate(policy, scope, table)
        rows = self.env.execute_query(
            SQL(
                "SELECT subject_id, grade_id, reason FROM %s WHERE subject_id IN %s",
                SQL.identifier(table),
                tuple(partners.ids) or (0,),
            )
        )
        return {subject: (grade, reason) for subject, grade, reason in rows}

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
