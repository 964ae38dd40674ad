from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.models.result.customer_grading_slices import SLICE
from odoo.addons.customer_grading.tools.period import go_back
from odoo.exceptions import UserError
from odoo.tools import format_date

LONGEST = 12  # months that are looked at


class CustomerGradingPredictionAsk(models.TransientModel):
    """Asks of which policy, or which two, and since when it is told whether it predicts."""

    _name = "customer.grading.prediction.ask"
    _description = "Does a Policy Predict?"

    policy_id = fields.Many2one("customer.grading.policy", required=True, ondelete="cascade")
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    other_policy_id = fields.Many2one(
        "customer.grading.policy",
        "Beside",
        ondelete="cascade",
        help="Another policy, or another version of this one, told side by side.",
    )
    months = fields.Selection(
        [("3", "3 months"), ("6", "6 months"), ("12", "12 months")],
        "What followed in",
        default="12",
        required=True,
    )
    date = fields.Date(
        "Grades as of",
        required=True,
        default=lambda self: go_back(self._get_today(), LONGEST),
        help="The day as of which everybody is graded. What followed begins on the next one.",
    )
    last_text = fields.Char("Looked at", compute="_compute_last_text")

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    @api.depends("months", "date")
    @api.depends_context("lang")
    def _compute_last_text(self):
        for ask in self:
            ask.last_text = bool(ask.months and ask.date) and self.env._(
                "%(first)s to %(last)s",
                first=format_date(self.env, ask.date + timedelta(days=1)),
                last=format_date(self.env, ask._get_last()),
            )

    def _get_last(self):
        """Return the last day of what followed."""
        return go_back(self.date, -int(self.months))

    def _check_over(self):
        """Raise where what followed is not over yet.

        :raise UserError: saying which day can be chosen
        """
        today = self._get_today()
        if self._get_last() <= today:
            return
        latest = go_back(today, int(self.months))
        while go_back(latest, -int(self.months)) > today:
            latest -= timedelta(days=1)
        raise UserError(
            self.env._(
                "The %(months)s months after %(date)s are not over yet. Choose %(latest)s, or a "
                "day before it, or fewer months.",
                months=self.months,
                date=format_date(self.env, self.date),
                latest=format_date(self.env, latest),
            )
        )

    def action_run(self):
        """Grade as of the day, changing nothing, and open what followed by grade.

        Where there are many records it is done in the background.
        """
        self.ensure_one()
        policy, other = self.policy_id, self.other_policy_id
        policy.check_access("write")
        self._check_subject()
        self._check_over()
        company = None
        if other:
            policy._check_compared_with(other)
            company = policy._get_common_company(other)
        elif policy.state != "closed":
            policy._check_complete()
        trial = policy._create_trial(
            "prediction",
            company,
            date=self.date,
            months=int(self.months),
            other_policy_id=other.id,
        )
        Model = self.env[policy.subject_model].sudo()
        if Model.search_count([], limit=SLICE + 1) <= SLICE:
            trial._execute()
        else:
            trial._go_on()
        return trial.with_env(self.env).action_open()

    def _check_subject(self):
        if self.policy_id.subject not in ("partner", "lead"):
            raise UserError(
                self.env._("What followed is told of customers and of opportunities only.")
            )
