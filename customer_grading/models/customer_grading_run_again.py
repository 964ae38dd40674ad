from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_grading_run import KEPT_DAYS
from .customer_grading_run_store import SLICE
from .result.customer_grading_change import BY_HAND_ORIGINS


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
    earlier_text = fields.Char(compute="_compute_earlier_text")

    # ------------------------------------------------------------------ on the same day

    def _find_earlier_run(self):
        """Return the run of everybody of the same day before this one."""
        return self.sudo().search(
            [
                ("policy_id", "=", self.policy_id.id),
                ("company_id", "=", self.company_id.id),
                ("mode", "=", "nightly"),
                ("date", "=", self.date),
                ("state", "in", ("done", "stopped", "discarded")),
                ("id", "<", self.id),
            ],
            limit=1,
        )

    def _store(self, table, commit=False, subject_ids=None):
        """Note on a second run of the day how many it grades otherwise."""
        if self.mode == "nightly":
            self.sudo().earlier_run_id = self._find_earlier_run()
        result = super()._store(table, commit, subject_ids)
        if self.earlier_run_id:
            self._note_differing()
        return result

    def action_view_differing(self):
        """Look up the revenue of those whom a second run grades otherwise once it is asked for.

        A night that nobody looks at does not add up the invoices of a year for it.
        """
        self.ensure_one()
        if self.earlier_run_id:
            self.check_access("read")
            self._note_revenue()
        return super().action_view_differing()

    def _note_revenue(self):
        """Put the revenue beside those whom this run grades otherwise."""
        revenue, joined = self._get_revenue_sql()
        subject = self.dimension_id._get_subject_kind()
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_grading_run_line line
                   SET revenue = %(revenue)s
                  FROM %(subjects)s subject %(joined)s
                 WHERE line.run_id = %(run)s
                   AND subject.id = line.%(field)s
                """,
                revenue=revenue,
                joined=joined,
                subjects=SQL.identifier(subject.table),
                run=self.id,
                field=SQL.identifier(subject.field),
            )
        )
        self.env["customer.grading.run.line"].invalidate_model(["revenue"], flush=False)

    def _find_differing(self, table, todo, subject_ids):
        """Note who gets another grade than from the run of the same day before.

        A run that was killed and starts again keeps what it noted: what is stored already
        differs no more.
        """
        count = super()._find_differing(table, todo, subject_ids)
        if self.earlier_run_id and count:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO customer_grading_run_line (
                        run_id, %(field)s, current_grade_id, grade_id, moves, by_hand,
                        score, values, create_uid, write_uid, create_date, write_date)
                    SELECT %(run)s, subject.id, result.computed_grade_id, todo.grade_id, TRUE,
                           COALESCE(%(by_hand)s, FALSE), todo.score, todo.values,
                           %(user)s, %(user)s,
                           NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                      FROM %(table)s todo
                      JOIN %(subjects)s subject ON subject.id = todo.subject_id
                      LEFT JOIN customer_grading_result result ON result.id = todo.result_id
                     WHERE result.computed_grade_id IS DISTINCT FROM todo.grade_id
                    """,
                    run=self.id,
                    by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
                    **self._get_store_params(todo),
                )
            )
        return count

    @api.depends("earlier_run_id", "differing_count", "state")
    @api.depends_context("lang")
    def _compute_earlier_text(self):
        for run in self:
            over = run.state in ("done", "stopped", "discarded")
            told = over and bool(run.earlier_run_id)
            run.earlier_text = told and run._get_earlier_text()

    def _get_earlier_text(self):
        if not self.differing_count:
            return self.env._("Compared with the run of the same date before: nothing differs.")
        return self.env._(
            "Compared with the run of the same date before: %s differ.",
            self._format_count(self.differing_count),
        )

    @api.autovacuum
    def _gc_differing_lines(self):
        """Delete what second runs of a day noted a month ago; the number of them stays."""
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        runs = self.search(
            [
                ("earlier_run_id", "!=", False),
                ("create_date", "<", old),
                ("is_thinned", "=", False),
            ],
            limit=100,
        )
        runs.line_ids.unlink()
        runs.is_thinned = True

    # ------------------------------------------------------------------ a day that is over

    def action_run_again(self):
        """Grade everybody once more as of the day of this run, and open what comes of it.

        Today it is a run like the night's. A day that is over is told of beside the grades
        that were in effect then, and nothing is changed.
        """
        self.ensure_one()
        self._check_officer()
        if self.mode != "nightly" or self.state not in ("done", "discarded"):
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
        run = policy._create_run("nightly" if self.date == today else "again", self.company_id)
        run.write({"date": self.date, "user_id": self.env.uid})
        if run.mode == "again" or self.graded_count <= SLICE:
            run._execute()
        else:
            self.env.ref("customer_grading.ir_cron_continue").sudo()._trigger()
        return run.with_env(self.env).action_open()

    def _grade_again(self, commit):
        """Keep beside each grade as of the past day the one that was in effect then."""
        engine, table = self.env["customer.grading.engine"], self._get_table()
        policy = self.policy_id.sudo()
        scope = engine._get_scope(policy, self.company_id, self.date)
        scope, count = engine._evaluate(policy, scope._replace(past=True), table)
        self._note({"cutoffs": scope.cutoffs or False, "graded_count": count})
        self._store_lines_of_then(table)
        self._drop(table)
        self._note_differing()

    def _store_lines_of_then(self, table):
        self.env.flush_all()
        params = self._get_store_params(table)
        revenue, joined = self._get_revenue_sql()
        params.update(run=self.id, revenue=revenue, joined=joined, by_hand=BY_HAND_ORIGINS)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_run_line (
                    run_id, %(field)s, current_grade_id, grade_id, by_hand, moves,
                    score, values, revenue, create_uid, write_uid, create_date, write_date)
                SELECT %(run)s, subject.id, held.grade_id, evaluated.grade_id, hand.stays,
                       held.grade_id IS DISTINCT FROM evaluated.grade_id AND NOT hand.stays,
                       evaluated.score, evaluated.values, %(revenue)s, %(user)s, %(user)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM %(table)s evaluated
                  JOIN %(subjects)s subject ON subject.id = evaluated.subject_id
                  LEFT JOIN customer_grading_result result
                    ON %(held)s = evaluated.subject_id
                   AND result.dimension_id = %(dimension)s
                   AND result.company_id IS NOT DISTINCT FROM %(company)s
                  LEFT JOIN LATERAL (
                      SELECT told.grade_id, told.origin
                        FROM customer_grading_change told
                       WHERE told.result_id = result.id AND told.state = 'applied'
                         AND told.date_applied <= %(date)s
                         AND (told.date_end IS NULL OR told.date_end >= %(date)s)
                       ORDER BY told.id DESC LIMIT 1
                  ) held ON TRUE
                  %(joined)s
                  CROSS JOIN LATERAL (
                      SELECT COALESCE(held.origin IN %(by_hand)s, FALSE) AS stays
                  ) hand
                """,
                **params,
            )
        )
        self.env["customer.grading.run.line"].invalidate_model(flush=False)
