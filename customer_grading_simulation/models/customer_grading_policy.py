from odoo import api, fields, models
from odoo.addons.customer_grading.models.policy.customer_grading_policy import PLANNED_STATES
from odoo.exceptions import UserError


class CustomerGradingPolicy(models.Model):
    """Runs a draft as a pilot, and tries it on its test customers."""

    _inherit = "customer.grading.policy"

    is_piloted = fields.Boolean(
        "Pilot",
        readonly=True,
        copy=False,
        tracking=True,
        help="It runs every night beside the policies in force, and changes nobody's grade.",
    )
    test_customer_ids = fields.One2many(
        "customer.grading.test.customer", "policy_id", string="Test customers", copy=True
    )
    pilot_differing_count = fields.Integer("Differ in the pilot", compute="_compute_pilot")
    has_pilot = fields.Boolean(compute="_compute_pilot")

    def _compute_pilot(self):
        for policy in self:
            pilot = policy._get_last_pilot() if policy.state in PLANNED_STATES else None
            policy.has_pilot = bool(pilot)
            policy.pilot_differing_count = pilot and pilot.differing_count

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {"is_piloted", "test_customer_ids"}

    def _get_last_pilot(self):
        """Return the last night of the pilot that was done, of the company shown, sudoed."""
        Trial = self.env["customer.grading.trial"].sudo()
        domain = Trial._get_pilots_domain(self._origin, self._get_try_on_company())
        return Trial.search([*domain, ("state", "=", "done")], limit=1)

    def action_start_pilot(self):
        """Let the draft run every night without changing a grade; open the first result."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in PLANNED_STATES:
            raise UserError(self.env._("Only a draft is run as a pilot: revise the policy first."))
        self._check_complete()
        self.is_piloted = True
        trial = self._create_trial("pilot")
        trial._execute()
        return trial.with_env(self.env).action_open()

    def action_stop_pilot(self):
        """End the pilot; what it found is kept for 30 days."""
        self.check_access("write")
        self.is_piloted = False

    def action_view_pilot(self):
        """Open what the pilot gives since its last night."""
        self.ensure_one()
        trial = self._get_last_pilot()
        if not trial:
            raise UserError(self.env._("The pilot has no result yet. Look again tomorrow."))
        return trial.with_env(self.env).action_open()

    def _put_in_force(self):
        """A policy that comes into force needs no pilot any more."""
        runs = super()._put_in_force()
        if self.state == "running":
            self.is_piloted = False
        return runs

    # ------------------------------------------------------------------ two policies

    def _check_compared_with(self, other):
        """Raise where this policy and ``other`` cannot be graded by side by side.

        :raise UserError: saying what to choose instead
        """
        if other == self:
            raise UserError(self.env._("Choose two policies: this is one and the same."))
        if other.dimension_id != self.dimension_id:
            raise UserError(
                self.env._(
                    "“%(before)s” and “%(policy)s” give grades of different dimensions: there "
                    "is nothing to compare. Choose two of one dimension.",
                    before=other.display_name,
                    policy=self.display_name,
                )
            )
        for policy in (self | other).filtered(lambda policy: policy.state != "closed"):
            policy._check_complete(alone=True)

    def _get_common_company(self, other):
        """Return a company that both grade, the current one if it is among them.

        :raise UserError: where there is none
        """
        companies, others = self._get_companies(), other._get_companies()
        if not companies or not others:
            return companies
        both = companies & others
        if not both:
            raise UserError(self.env._("No company is graded by both of them."))
        return self.env.company if self.env.company in both else both[:1]

    # ------------------------------------------------------------------ test customers

    def action_try_test_customers(self):
        """Say what grade the policy gives each test customer or opportunity today, and why.

        It is a try-on like any other: a ranking needs everybody's values.
        """
        self.ensure_one()
        trial = self._try_on()
        if trial.state == "failed":
            raise UserError(trial.error)
        self.test_customer_ids._note_results(trial)

    @api.constrains("dimension_id")
    def _check_test_customers(self):
        self.test_customer_ids._check_subject()

    def _get_figure_problems(self):
        """Name the test customers whose grade is not the expected one, to whoever sees them."""
        problems = super()._get_figure_problems()
        if not self.env["customer.grading.test.customer"].has_access("read"):
            return problems
        failed = self.test_customer_ids.filtered(lambda test: test.verdict == "unmet")
        return problems + [
            self._prepare_problem(test._get_unmet_text(), level="warning") for test in failed
        ]
