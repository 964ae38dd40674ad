from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.addons.customer_grading.models.result.customer_grading_change import BY_HAND_ORIGINS
from odoo.addons.customer_grading.tools.blocks import make_badge
from odoo.fields import Domain
from odoo.tools import format_date

SHOWN_MONTHS = 36
MOST_STEPS = 240  # each tells its reason, which takes two milliseconds


class CustomerGradingGradeLine(models.AbstractModel):
    """Tells the grades of a result over time, as steps, and its points, as a line.

    Only what was kept is told: a grade holds from day to day, points are those of the days on
    which a grade moved, and those of the last evaluation. By a number of queries that does not
    grow with the changes, but for those of rankings, each of which is read in its own run.
    """

    _name = "customer.grading.grade.line"
    _description = "Grades of a Customer over Time"

    def _get_line(self, result, whole):
        """Return what is drawn of ``result``, sudoed, whose reader was checked.

        :return: dict of ``grades``, best first, as badges; ``steps``, oldest first, each with
            its ``grade`` (a position in them, ``None`` for none), from ``date`` to ``end``;
            ``points``, a list of lines (one a policy) of ``date`` and ``points``; ``start`` and
            ``today``, between which it is drawn; ``is_cut``, whether there is more before.
            Dates are texts such as "2026-11-20".
        """
        today = self.env["customer.grading.engine"]._get_today(result.company_id)
        start = None if whole else today - relativedelta(months=SHOWN_MONTHS)
        changes = self._get_changes(result, start)
        if not changes:
            return {}
        grades = self._get_grades(result, changes)
        # The first may have come before: it is drawn from the first day shown.
        first = max(filter(None, [changes[0].date_applied, start]))
        return {
            "grades": [make_badge(grade) for grade in grades],
            "steps": self._get_steps(changes, list(grades)),
            "points": self._get_points(result, changes, start),
            "start": str(first),
            "today": str(today),
            "is_cut": not whole and self._has_before(result, changes[0]),
        }

    def _get_domain(self, result):
        in_effect = Domain("result_id", "=", result.id) & Domain("state", "=", "applied")
        return in_effect & Domain("is_aside", "=", False)

    def _get_changes(self, result, start):
        """Return the changes in effect since ``start``, oldest first, without same-day ones."""
        Change = self.env["customer.grading.change"].sudo()
        shown = self._get_domain(result)
        if start:
            shown &= Domain("date_end", "=", False) | Domain("date_end", ">=", start)
        changes = Change.search(shown, order="date_applied desc, id desc", limit=MOST_STEPS)
        return changes.filtered(lambda c: not c.date_end or c.date_end >= c.date_applied)[::-1]

    def _has_before(self, result, first):
        """Return whether the result had grades before ``first``."""
        earlier = Domain("date_applied", "<", first.date_applied)
        changes = self.env["customer.grading.change"].sudo()
        return bool(changes.search_count(self._get_domain(result) & earlier, limit=1))

    @staticmethod
    def _get_grades(result, changes):
        """Return the grades to draw, best first: those of the dimension, and those held."""
        grades = result.dimension_id.grade_ids | changes.grade_id
        return grades.sorted(lambda grade: (grade.sequence, grade.id))

    # ------------------------------------------------------------------ grades

    def _get_steps(self, changes, grades):
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(changes)
        return [
            {
                "grade": grades.index(change.grade_id) if change.grade_id else None,
                "date": str(change.date_applied),
                "end": str(change.date_end) if change.date_end else None,
                "by_hand": change.origin in BY_HAND_ORIGINS,
                "title": self._get_step_title(change),
                "reason": reasons[change] or "",
            }
            for change in changes
        ]

    def _get_step_title(self, change):
        """Return from which grade to which, and since when until when."""
        nothing = self.env._("Not graded")
        names = {
            "before": change.from_grade_id.code or nothing,
            "after": change.grade_id.code or nothing,
            "start": format_date(self.env, change.date_applied),
            "end": format_date(self.env, change.date_end),
        }
        if change.date_end:
            return self.env._("%(before)s → %(after)s, %(start)s to %(end)s", **names)
        return self.env._("%(before)s → %(after)s, since %(start)s", **names)

    # ------------------------------------------------------------------ points

    def _get_points(self, result, changes, start):
        """Return the points that are known since ``start``, a line for each policy in turn."""
        Explanation = self.env["customer.grading.explanation"]
        if not Explanation._get_figures_records(result._get_subject()):
            return []
        told = {**Explanation._explain(changes), **Explanation._explain(result)}
        lines, policy, last = [], None, None
        for explanation in sorted(told.values(), key=lambda one: one.date):
            score = explanation.policy.score_criterion_id
            points = explanation.readings[score].points if score else None
            if points is None or Explanation._hides(score):
                continue
            if start and explanation.date < start:
                continue
            if explanation.policy != policy:
                lines.append([])
                policy, last = explanation.policy, None
            if explanation.date == last:
                lines[-1].pop()  # the last of a day is what stood
            last = explanation.date
            lines[-1].append(
                {
                    "date": str(explanation.date),
                    "points": float(points),
                    "text": score._format_points(points, "down"),
                }
            )
        return lines
