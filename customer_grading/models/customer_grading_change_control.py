from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_grading_change import OPEN_STATES

BATCH = 1_000  # results decided in one transaction


class CustomerGradingChangeControl(models.AbstractModel):
    """Decides which computed grades come into effect, and when."""

    _name = "customer.grading.change.control"
    _description = "Change Control of Grades"

    @api.model
    def _settle(self, run, commit=False, subject_ids=None):
        """Deal with every result whose computed grade was not dealt with, or that is due."""
        if run.first:
            run._try(self._settle_first, commit, run)
            return
        last_id = 0
        while last_id is not None:
            last_id = run._try(self._settle_batch, commit, run, subject_ids, last_id)

    def _bring_back_proposals(self, run):
        """Let proposals that were put off wait for a decision again, now that it is their day."""
        self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("origin", "=", "manual"),
                ("state", "=", "held"),
                ("date_due", "<=", run.date),
            ]
        ).write({"state": "proposed", "date_due": False})

    def _settle_batch(self, run, subject_ids, last_id):
        """Decide the batch after ``last_id``, and return its own last id."""
        results = self._get_due(run, subject_ids, last_id)
        if not results:
            return None
        self._decide(results.try_lock_for_update(), run)
        return results[-1].id

    def _get_due(self, run, subject_ids, last_id):
        """Return the next batch of results to decide, in the order of their ids.

        The ids only grow from batch to batch, so that a result which somebody else has
        locked is left to the next run. A grade by hand of a customer that no policy ever
        graded ends with any run.
        """
        Result = self.env["customer.grading.result"].sudo()
        domain = Domain(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("id", ">", last_id),
            ]
        )
        if subject_ids is not None:
            domain &= Domain("partner_id", "in", subject_ids)
        query = Result._search(domain, order="id", limit=BATCH)
        query.add_where(
            SQL(
                "(policy_id = %(policy)s AND computed_grade_id IS DISTINCT FROM considered_grade_id"
                " OR (policy_id = %(policy)s OR policy_id IS NULL) AND date_due <= %(date)s)",
                policy=run.policy_id.id,
                date=run.date,
            )
        )
        Result.flush_model()
        return Result.browse(query)

    # ------------------------------------------------------------------ first grading

    def _settle_first(self, run):
        """Take every computed grade of a policy that was looked at before it came in force.

        Set-based, and without a message to anybody; a grade set by hand stays.
        """
        self.env.flush_all()
        params = {
            "run": run.id,
            "policy": run.policy_id.id,
            "dimension": run.dimension_id.id,
            "company": run.company_id.id or 0,
            "date": run.date,
            "user": self.env.uid,
        }
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_grading_change change
                   SET state = 'superseded'
                  FROM customer_grading_result result
                 WHERE change.result_id = result.id
                   AND change.state IN ('proposed', 'held', 'to_approve')
                   AND change.origin = 'computed'
                   AND result.dimension_id = %(dimension)s
                   AND COALESCE(result.company_id, 0) = %(company)s
                   AND result.policy_id = %(policy)s
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                WITH moved AS (
                    SELECT result.*, CASE
                               WHEN result.grade_id IS NULL THEN 'new'
                               WHEN result.computed_grade_id IS NULL THEN 'lost'
                               WHEN (computed.sequence, computed.id) < (held.sequence, held.id)
                               THEN 'up' ELSE 'down' END AS direction
                      FROM customer_grading_result result
                      LEFT JOIN customer_grade computed ON computed.id = result.computed_grade_id
                      LEFT JOIN customer_grade held ON held.id = result.grade_id
                     WHERE result.dimension_id = %(dimension)s
                       AND COALESCE(result.company_id, 0) = %(company)s
                       AND result.policy_id = %(policy)s
                       AND result.manual_grade_id IS NULL
                       AND result.computed_grade_id IS DISTINCT FROM result.grade_id
                ), ended AS (
                    UPDATE customer_grading_change change
                       SET date_end = %(date)s::date - 1
                      FROM moved
                     WHERE change.result_id = moved.id
                       AND change.state = 'applied' AND change.date_end IS NULL
                ), told AS (
                    INSERT INTO customer_grading_change (
                        result_id, dimension_id, partner_id, company_id, policy_id, run_id,
                        from_grade_id, grade_id, direction, origin, state, date,
                        date_applied, values, date_evaluated,
                        create_uid, write_uid, create_date, write_date)
                    SELECT id, dimension_id, partner_id, company_id, policy_id, %(run)s,
                           grade_id, computed_grade_id, direction, 'computed', 'applied',
                           %(date)s, %(date)s, values, date_evaluated,
                           %(user)s, %(user)s,
                           NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                      FROM moved
                ), taken AS (
                    UPDATE customer_grading_result result
                       SET previous_grade_id = result.grade_id,
                           grade_id = result.computed_grade_id,
                           date_since = %(date)s
                      FROM moved
                     WHERE result.id = moved.id
                )
                SELECT FROM moved
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_grading_result
                   SET considered_grade_id = computed_grade_id,
                       date_due = CASE WHEN manual_grade_id IS NULL THEN NULL
                                       ELSE manual_until + 1 END
                 WHERE dimension_id = %(dimension)s
                   AND COALESCE(company_id, 0) = %(company)s
                   AND policy_id = %(policy)s
                   AND (considered_grade_id IS DISTINCT FROM computed_grade_id
                        OR date_due IS NOT NULL AND manual_grade_id IS NULL)
                """,
                **params,
            )
        )
        self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------ one batch

    def _decide(self, results, run):
        """Decide on locked ``results``."""
        todo = []
        open_changes = self._get_open_changes(results)
        for result in results:
            open_change = open_changes.get(result)
            if result.manual_grade_id:
                todo.append(self._decide_manual(result, run, open_change))
            elif result.computed_grade_id == result.grade_id:
                self._supersede(open_change)
                result.date_due = False
            else:
                todo.append(self._decide_computed(result, run, open_change))
            result.considered_grade_id = result.computed_grade_id
        self._apply([vals for vals in todo if vals])

    def _get_open_changes(self, results):
        changes = self.env["customer.grading.change"].search(
            [
                ("result_id", "in", results.ids),
                ("state", "in", OPEN_STATES),
                ("origin", "=", "computed"),
            ]
        )
        return {change.result_id: change for change in changes}

    def _decide_manual(self, result, run, open_change):
        """A grade set by hand stays until it ends; then the computed one returns."""
        self._supersede(open_change)
        if not result.manual_until or result.manual_until >= run.date:
            result.date_due = result.manual_until and result.manual_until + timedelta(days=1)
            return None
        result.write(
            {
                "manual_grade_id": False,
                "manual_reason": False,
                "manual_user_id": False,
                "manual_until": False,
                "date_due": False,
            }
        )
        if result.computed_grade_id == result.grade_id:
            return None
        return self._prepare_change(result, run.date, "applied", run, origin="manual_end")

    def _decide_computed(self, result, run, open_change):
        """Apply, hold or propose the computed grade, by the timing of its direction."""
        direction = self._get_direction(result.grade_id, result.computed_grade_id)
        timing, due = self._get_timing(run.policy_id, direction, result, run.date)
        when_due = "proposed" if timing == "confirmed" else "applied"
        state = "held" if due > run.date else when_due
        result.date_due = due if state == "held" else False
        same = open_change and open_change.grade_id == result.computed_grade_id
        if same and open_change.state == state:
            return None
        self._supersede(open_change)
        return self._prepare_change(result, run.date, state, run, date_due=due)

    def _get_timing(self, policy, direction, result, date):
        """Return how a move takes effect, and the first day on which it may.

        A lower grade must have stood for the days that the policy says; at month end means
        on the last day of a month. Both count from the day on which the grade was first
        computed: a night without a run puts nothing off.
        """
        if direction == "new":
            return "now", date
        timing, days = policy.upgrade_timing, 0
        if direction != "up":
            timing, days = policy.downgrade_timing, policy.downgrade_days
        due = (result.date_computed_since or date) + timedelta(days=days)
        if timing == "month_end":
            due += relativedelta(day=31)
        return timing, max(due, date)

    @staticmethod
    def _get_direction(from_grade, grade):
        if not from_grade:
            return "new"
        if not grade:
            return "lost"
        if grade == from_grade:
            return "same"
        return "up" if (grade.sequence, grade.id) < (from_grade.sequence, from_grade.id) else "down"

    def _supersede(self, change):
        if change:
            change.sudo().state = "superseded"

    def _prepare_change(self, result, date, state, run=None, origin="computed", **vals):
        """Return the values of a change of ``result`` to its computed grade."""
        grade = vals.pop("grade", result.computed_grade_id)
        return {
            "result_id": result.id,
            "dimension_id": result.dimension_id.id,
            "partner_id": result.partner_id.id,
            "company_id": result.company_id.id,
            "policy_id": result.policy_id.id,
            "run_id": run and run.id,
            "from_grade_id": result.grade_id.id,
            "grade_id": grade.id,
            "direction": self._get_direction(result.grade_id, grade),
            "origin": origin,
            "state": state,
            "date": date,
            "date_applied": date if state == "applied" else False,
            "values": result.values,
            "date_evaluated": result.date_evaluated,
            **vals,
        }

    def _apply(self, vals_list):
        """Write the changes, and bring those that are applied into effect."""
        Change = self.env["customer.grading.change"].sudo()
        applied = [vals for vals in vals_list if vals["state"] == "applied"]
        if applied:
            self._end_current([vals["result_id"] for vals in applied], applied[0]["date"])
        self._take_grades(
            Change.create(vals_list).filtered(lambda change: change.state == "applied")
        )

    def _apply_open(self, changes, date, **decision):
        """Bring open ``changes`` into effect, one a result: they are their own record.

        :param decision: what else to note on them: by whom, why
        """
        self._end_current(changes.result_id.ids, date)
        for change in changes:
            held = change.result_id.grade_id
            change.write(
                {
                    "state": "applied",
                    "from_grade_id": held.id,
                    "direction": self._get_direction(held, change.grade_id),
                    "date_applied": date,
                    **decision,
                }
            )
        self._take_grades(changes)

    def _take_grades(self, changes):
        """Make the grades of applied ``changes`` those of their results.

        A grade that was confirmed by hand goes on: it has been held since it was given.
        """
        for change in changes.filtered(lambda change: change.direction != "same"):
            change.result_id.write(
                {
                    "previous_grade_id": change.from_grade_id.id,
                    "grade_id": change.grade_id.id,
                    "date_since": change.date_applied,
                }
            )
        self.env["res.partner"].invalidate_model(
            self.env["res.partner"]._get_grading_fields(), flush=False
        )

    def _end_current(self, result_ids, date):
        """Say of the changes in effect that they end the day before ``date``."""
        current = self.env["customer.grading.change"].sudo().search(
            [
                ("result_id", "in", result_ids),
                ("state", "=", "applied"),
                ("date_end", "=", False),
            ]
        )
        current.date_end = date - timedelta(days=1)
