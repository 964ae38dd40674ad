from odoo import api, fields, models
from odoo.addons.customer_grading.models.engine.customer_grading_engine import EVALUATED
from odoo.addons.customer_grading.models.policy.customer_grading_policy import PLANNED_STATES
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGradingRun(models.Model):
    """Tells what differs when the same day is graded once more: late postings.

    A run of everybody of a day that was graded already notes whose computed grade it
    changes, from the rows that it writes anyway; other nights note nothing. A day that is
    over is graded without changing anything, beside the grades that were in effect then.
    """

    _inherit = "customer.grading.run"

    earlier_run_id = fields.Many2one(
        "customer.grading.run",
        "Run of the same day before",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    differing_count = fields.Integer("Graded otherwise", readonly=True)
    differing_trial_id = fields.Many2one(
        "customer.grading.trial", compute="_compute_differing_trial_id"
    )
    earlier_text = fields.Char(compute="_compute_earlier_text")

    def _compute_differing_trial_id(self):
        trials = self.env["customer.grading.trial"].sudo().search([("run_id", "in", self.ids)])
        by_run = {trial.run_id: trial for trial in trials}
        for run in self:
            run.differing_trial_id = by_run.get(run._origin)

    # ------------------------------------------------------------------ by night

    @api.model
    def _schedule_nightly_runs(self):
        """Also let each pilot wait; it comes after the runs."""
        result = super()._schedule_nightly_runs()
        Trial = self.env["customer.grading.trial"].sudo()
        piloted = (
            self.env["customer.grading.policy"]
            .sudo()
            .search([("is_piloted", "=", True), ("state", "in", PLANNED_STATES)])
        )
        for policy in piloted._in_order_of_need():
            for company in policy._get_run_companies():
                pilots = Trial._get_pilots_domain(policy, company)
                if not Trial.search_count([*pilots, ("state", "in", ("waiting", "running"))]):
                    policy._create_trial("pilot", company)
        return result

    @api.model
    def _after_queue(self):
        """Then it is the turn of the pilots."""
        result = super()._after_queue()
        self.env["customer.grading.trial"]._go_on()
        return result

    # ------------------------------------------------------------------ on the same day

    def _find_earlier_run(self):
        """Return the run of everybody of the same day before this one."""
        evaluated = [("mode", "=", "nightly"), ("state", "in", EVALUATED)]
        earlier = [("date", "=", self.date), ("id", "<", self.id)]
        domain = self._get_own_domain() & Domain(evaluated + earlier)
        return self.sudo().search(domain, limit=1)

    def _store(self, table, moment, commit=False, subject_ids=None):
        """Note on a second run of the day how many it grades otherwise."""
        if self.mode == "nightly":
            self.sudo().earlier_run_id = self._find_earlier_run()
        result = super()._store(table, moment, commit, subject_ids)
        if trial := self.differing_trial_id:
            trial._note_differing()
            self._note({"differing_count": trial.differing_count})
        return result

    def _look_at_differing(self, todo):
        """Note who gets another grade than from the run of the same day before.

        A run that was killed and starts again keeps what it noted: what is stored already
        differs no more. The revenue is looked up once it is asked for: a night that nobody
        looks at does not add up the invoices of a year for it.
        """
        super()._look_at_differing(todo)
        if not self.earlier_run_id:
            return
        by_hand = self.env["customer.grading.result"]._get_by_hand_sql("result")
        self._get_differing_trial()._store_lines(
            SQL(
                "SELECT todo.subject_id, result.computed_grade_id AS current,"
                " todo.grade_id AS computed, %s AS by_hand, todo.score, todo.values"
                " FROM %s todo LEFT JOIN customer_grading_result result"
                " ON result.id = todo.result_id"
                " WHERE result.computed_grade_id IS DISTINCT FROM todo.grade_id",
                by_hand,
                todo,
            ),
            with_revenue=False,
        )

    def _get_differing_trial(self):
        """Return the trial that holds what this run grades otherwise; make it where needed."""
        if not self.differing_trial_id:
            self.policy_id.sudo()._create_trial(
                "once_more",
                self.company_id,
                date=self.date,
                run_id=self.id,
                state="done",
                graded_count=self.graded_count,
                cutoffs=self.cutoffs,
            )
            self.invalidate_recordset(["differing_trial_id"])
        return self.differing_trial_id

    def action_view_differing(self):
        """Open who gets another grade than from the run before, with both grades."""
        self.ensure_one()
        self.check_access("read")
        trial = self.differing_trial_id
        if not trial:
            raise UserError(self.env._("Who it was is kept for 30 days only."))
        trial._note_revenue()
        return trial.with_env(self.env)._open_compared("before", order=("list", "pivot"))

    @api.depends("earlier_run_id", "differing_count", "state")
    @api.depends_context("lang")
    def _compute_earlier_text(self):
        for run in self:
            told = run.state in EVALUATED and run.earlier_run_id
            run.earlier_text = run._get_earlier_text() if told else False

    def _get_earlier_text(self):
        if not self.differing_count:
            return self.env._("Compared with the run of the same date before: nothing differs.")
        return self.env._(
            "Compared with the run of the same date before: %s differ.",
            self._format_count(self.differing_count),
        )

    # ------------------------------------------------------------------ a day that is over

    def action_once_more(self):
        """Grade everybody once more as of the day of this run, and open what comes of it.

        Today it is a run like the night's. A day that is over is told of beside the grades
        that were in effect then, and nothing is changed.
        """
        self.ensure_one()
        self._check_officer()
        if self.mode != "nightly" or self.state not in EVALUATED:
            raise UserError(self.env._("Only a run of everybody that is over is done again."))
        policy = self.policy_id.sudo()
        if policy.state != "running":
            raise UserError(
                self.env._(
                    "“%s” is not in force any more. Open its back-test instead.",
                    policy.display_name,
                )
            )
        today = self.env["customer.grading.engine"]._get_today(self.company_id)
        if self.date != today:
            trial = policy._create_trial("once_more", self.company_id, date=self.date)
            trial._execute()
            return trial.with_env(self.env).action_open()
        run = policy._create_run("nightly", self.company_id)
        run._execute_or_queue(self.graded_count)
        return run.with_env(self.env)._get_records_action()
