from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import date_utils, format_date

MOVES = ("new", "up", "down", "lost")


class CustomerGradingMonthly(models.AbstractModel):
    """The month in figures: how many had each grade, how many moved, by salesperson."""

    _name = "report.customer_grading_paper.report_monthly"
    _inherit = ["customer.grading.paper"]
    _description = "Monthly Report of Grades"

    _paper_model = "customer.grading.print.month"

    def _get_sheets(self, docs):
        return [self._get_month(asked) for asked in docs]

    def _get_month(self, asked):
        """Return the counts of a month in a dimension, all read by three queries."""
        self._check_dimension(asked.dimension_id)
        first = date_utils.start_of(asked.month, "month")
        last = min(date_utils.end_of(asked.month, "month"), self._get_today())
        dimension = asked.dimension_id
        before = self._count_held(dimension, first - timedelta(days=1))
        after, moves = self._count_held(dimension, last), self._count_moves(dimension, first, last)
        grades = (
            dimension.with_context(active_test=False)
            .sudo()
            .grade_ids.filtered(
                lambda grade: (
                    grade.active or any(grade in c for c in (*before.values(), *after.values()))
                )
            )
        )
        people = sorted({*after, *moves}, key=lambda user: (not user, user.name or ""))
        total = sum(sum(counts.values()) for counts in after.values())
        return {
            "subtitle": self._get_subtitle(dimension, first, last),
            "grades": grades,
            "rows": [self._get_grade_row(grade, before, after, total) for grade in grades],
            "people": [
                {
                    "name": user.name,
                    "counts": [after[user][grade] for grade in grades],
                    "total": sum(after[user].values()),
                    "moves": [moves[user][move] for move in MOVES],
                }
                for user in people
            ],
            "total": total,
            "total_before": sum(sum(counts.values()) for counts in before.values()),
            "moves": [sum(of[move] for of in moves.values()) for move in MOVES],
        }

    def _get_subtitle(self, dimension, first, last):
        days = self.env._(
            "%(first)s to %(last)s",
            first=format_date(self.env, first),
            last=format_date(self.env, last),
        )
        return f"{dimension.sudo().name} · {days}"

    @staticmethod
    def _get_grade_row(grade, before, after, total):
        start, end = (sum(of[grade] for of in counts.values()) for counts in (before, after))
        return {
            "grade": grade,
            "start": start,
            "end": end,
            "change": end - start,
            "share": round(100 * end / total) if total else 0,
        }

    def _count_held(self, dimension, day):
        """Return ``{salesperson: {grade: how many held it at the end of the day}}``."""
        Change = self.env["customer.grading.change"]
        domain = Change._get_held_domain(dimension, self.env.company, day)
        counts = defaultdict(lambda: defaultdict(int))
        for user, grade, count in Change._read_group(
            domain, ["salesperson_id", "grade_id"], ["__count"]
        ):
            counts[user.sudo()][grade.sudo()] += count
        return counts

    def _count_moves(self, dimension, first, last):
        """Return ``{salesperson: {direction: how many moves took effect in these days}}``."""
        Change = self.env["customer.grading.change"]
        domain = Change._get_lasting_domain(dimension, self.env.company)
        domain &= Domain("date_applied", ">=", first) & Domain("date_applied", "<=", last)
        domain &= Domain("direction", "in", MOVES)
        counts = defaultdict(lambda: defaultdict(int))
        for user, direction, count in Change._read_group(
            domain, ["salesperson_id", "direction"], ["__count"]
        ):
            counts[user.sudo()][direction] += count
        return counts
