from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerGradingTestCustomer(models.Model):
    """A customer or an opportunity whose grade one is sure of, to try a draft on."""

    _name = "customer.grading.test.customer"
    _inherit = ["customer.grading.subject"]
    _description = "Test Customer of a Grading Policy"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True
    )
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    sequence = fields.Integer(default=10, aggregator=None)
    partner_id = fields.Many2one(index="btree_not_null", domain="[('parent_id', '=', False)]")
    lead_id = fields.Many2one(index="btree_not_null")
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

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @api.depends("tried", "expected_grade_id", "given_grade_id")
    def _compute_verdict(self):
        for test in self:
            verdict = "met" if test.given_grade_id == test.expected_grade_id else "unmet"
            test.verdict = test.tried and bool(test.expected_grade_id) and verdict

    @api.constrains("partner_id", "lead_id", "policy_id")
    def _check_subject(self):
        for test in self:
            dimension = test.policy_id.dimension_id
            if not test[dimension._get_subject_kind().field]:
                raise ValidationError(
                    dimension._choose_text(
                        self.env._(
                            "“%s” grades customers: take the test opportunities out first.",
                            dimension.name,
                        ),
                        self.env._(
                            "“%s” grades opportunities: take the test customers out first.",
                            dimension.name,
                        ),
                    )
                )

    def _get_unmet_text(self):
        names = {
            "name": self.display_name,
            "given": self.given_grade_id.code or self.env._("no grade"),
            "expected": self.expected_grade_id.code,
        }
        return self.dimension_id._choose_text(
            self.env._("Test customer “%(name)s” gets %(given)s instead of %(expected)s.", **names),
            self.env._(
                "Test opportunity “%(name)s” gets %(given)s instead of %(expected)s.", **names
            ),
        )

    def write(self, vals):
        """What was tried is of the record as it stood: another one was not tried yet."""
        if vals.keys() & {"partner_id", "lead_id"}:
            vals = {**vals, "tried": False, "given_grade_id": False, "why": False}
        return super().write(vals)

    def _note_results(self, trial):
        """Keep what the try-on ``trial`` gives these customers or opportunities."""
        subject = trial.dimension_id._get_subject_kind()
        graded = {test: test[subject.field]._get_graded(subject.name) for test in self}
        ids = [record.id for record in graded.values()]
        domain = [("trial_id", "=", trial.id), (subject.field, "in", ids)]
        lines = self.env["customer.grading.trial.line"].search(domain).grouped(subject.field)
        out_of_scope = trial.dimension_id._choose_text(
            self.env._("The policy does not apply to this customer."),
            self.env._("The policy does not apply to this opportunity."),
        )
        for test in self:
            line = lines.get(graded[test])
            test.write(
                {
                    "tried": True,
                    "given_grade_id": line.computed_grade_id.id if line else False,
                    "why": line.why if line else out_of_scope,
                }
            )
