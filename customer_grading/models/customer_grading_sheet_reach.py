from datetime import date, timedelta

from odoo import models
from odoo.tools import SQL, date_utils

from .customer_grading_rule import LEVEL_OPERATORS, POINTS_OPERATORS


class CustomerGradingSheet(models.AbstractModel):
    """What it takes to the next grade, in sentences: how much, until when, which place."""

    _inherit = "customer.grading.sheet"

    def _get_distance_text(self, view, condition):
        """Return how far a condition is from being met, in words."""
        criterion = condition.criterion_id
        if not self._sees(view, criterion):
            return ""
        distance = view.explanation.get_distance(condition)
        if not distance:
            return ""
        number = self._format_distance(condition, distance)
        return self.env._("%s short", number) if distance > 0 else self.env._("%s too much", number)

    @staticmethod
    def _format_distance(condition, distance):
        criterion = condition.criterion_id
        if condition.operator in POINTS_OPERATORS:
            return criterion._format_points(abs(distance), "up")
        return criterion._format_value(abs(distance), "up", bare=True)

    def _get_reach_text(self, view, rule):
        """Return in one sentence what it takes to reach a grade, and the rank behind it."""
        gaps = view.explanation.get_gaps(rule)
        ranks = [self._get_rank_text(view, gap.condition) for gap in gaps]
        if not all(self._sees(view, gap.condition.criterion_id) for gap in gaps):
            return None
        until, leaving = self._get_leaving(view, gaps)
        steps = [self._get_step_text(view, gap, leaving) for gap in gaps]
        words = self.env["customer.grading.measure"]
        names = {
            "grade": rule.grade_id.code,
            "date": self._format_date(until),
            "steps": words._join_all(steps),
        }
        if any(leaving.values()):
            text = self.env._("To reach %(grade)s by %(date)s: %(steps)s.", **names)
        else:
            text = self.env._("To reach %(grade)s: %(steps)s.", **names)
        return "\n".join([text, *filter(None, ranks)])

    def _get_step_text(self, view, gap, leaving):
        """Return what closes one gap."""
        condition, criterion = gap.condition, gap.condition.criterion_id
        distance = view.explanation.get_distance(condition) if gap.wanted else None
        if distance:
            return self._get_number_step_text(view, condition, distance, leaving)
        if not gap.wanted:
            return self.env._("not: %s", condition._get_condition_text())
        if criterion.measure_id.kind == "question":
            return self._get_answer_step_text(condition)
        return condition._get_condition_text()

    def _get_answer_step_text(self, condition):
        question = condition.criterion_id.question_id
        return self.env._(
            "“%(question)s” answered %(answer)s (asked of %(whom)s)",
            question=question.name,
            answer=condition._get_asked_text(),
            whom=question._get_asked_of_text(),
        )

    def _get_number_step_text(self, view, condition, distance, leaving):
        criterion = condition.criterion_id
        names = {
            "criterion": criterion._get_label(),
            "distance": self._format_distance(condition, distance),
        }
        if text := self._get_day_step_text(view, condition, distance):
            return text
        if criterion.unit in ("ratio", "days", "months"):
            # Nothing that is added up: so many per cent more would be read as another share.
            value = view.explanation.readings[criterion].value
            return self.env._(
                "%(condition)s (now %(value)s)",
                condition=condition._get_condition_text(),
                value=criterion._format_value(value, "up" if distance < 0 else "down"),
            )
        if distance < 0:
            return self.env._("%(criterion)s down by %(distance)s", **names)
        if criterion.period == "this_year" and criterion.has_period:
            reading = view.explanation.readings[criterion]
            least, _most = view.explanation.get_limits(condition)
            return self.env._(
                "%(limit)s of %(criterion)s in %(year)s, %(value)s so far",
                limit=criterion._format_value(least),
                criterion=criterion.name,
                year=str(view.explanation.date.year),
                value=criterion._format_value(reading.value, "down"),
            )
        gone = leaving.get(criterion)
        if not gone:
            return self.env._("%(distance)s more of %(criterion)s", **names)
        names["total"] = criterion._format_value(distance + gone, "up", bare=True)
        names["leaving"] = criterion._format_value(gone, "up", bare=True)
        names["period"] = criterion._get_period_text()
        return self.env._(
            "%(total)s more of %(criterion)s (%(distance)s short, %(leaving)s leave the "
            "%(period)s until then)",
            **names,
        )

    def _get_day_step_text(self, view, condition, distance):
        """Return what day is asked for where a number of days is counted to or from one."""
        criterion, explanation = condition.criterion_id, view.explanation
        day = explanation.readings[criterion].raw
        if criterion.unit != "days" or not isinstance(day, date):
            return ""
        days = round(distance)
        if condition.operator in ("gt", "lt"):
            days += 1 if distance >= 0 else -1
        is_ahead = (day - explanation.date).days == explanation.readings[criterion].value
        return self.env._(
            "%(condition)s (%(asked)s instead of %(day)s)",
            condition=condition._get_condition_text(),
            asked=self._format_date(day + timedelta(days=days if is_ahead else -days)),
            day=self._format_date(day),
        )

    def _get_leaving(self, view, gaps):
        """Return how much of what is short leaves its period by the end of the quarter.

        It is read by the engine from today's documents: the period that ends today less
        the one that ends then.

        :return: ``(date, {criterion: amount})``
        """
        today = view.explanation.date
        until = date_utils.end_of(today, "quarter")
        criteria = view.record.env["customer.grading.criterion"].union(
            *(gap.condition.criterion_id for gap in gaps)
        )
        moving = criteria.filtered(self._is_moving)
        if not moving or until == today:
            return until, {}
        now = self._read_values(view, today)
        then = self._read_values(view, until)
        return until, {
            criterion: float(gone)
            for criterion in moving
            if now and then and (gone := now[f"v{criterion.id}"] - then[f"v{criterion.id}"]) > 0
        }

    @staticmethod
    def _is_moving(criterion):
        """Whether documents leave what a criterion adds up, one by one as days pass."""
        measure = criterion.measure_id
        return (
            criterion.period == "trailing"
            and criterion.up_to == "day"
            and measure.kind == "documents"
            and bool(measure.date_field)
            and measure.aggregate in ("sum", "count")
        )

    def _read_values(self, view, day):
        """Return the stored values that the customer would have on ``day``."""
        engine = self.env["customer.grading.engine"].sudo()
        query = engine._get_values_sql(view.explanation.policy, view.scope._replace(date=day))
        self.env.flush_all()
        self.env.cr.execute(SQL("%s", query))
        return next(iter(self.env.cr.dictfetchall()), None)

    # ------------------------------------------------------------------ rank

    def _get_rank_text(self, view, condition):
        """Return the place in a ranking, and how far the level asked for goes."""
        criterion = condition.criterion_id
        explanation = view.explanation
        if not criterion._is_ranked() or condition.operator not in LEVEL_OPERATORS:
            return ""
        value = explanation.readings[criterion].value
        cutoff = explanation.get_cutoff(criterion, condition.level_id)
        if value is None or cutoff is None or not self._sees(view, criterion):
            return ""
        place, count, places = self._count_places(view, criterion, value, cutoff)
        return self.env._(
            "Number %(place)s of %(count)s by %(criterion)s; %(grade)s goes to the first "
            "%(places)s, at present from %(cutoff)s; ranked %(date)s.",
            place=criterion._format_number(place),
            count=criterion._format_number(count),
            criterion=criterion._get_label(),
            grade=condition.root_id.grade_id.code,
            places=criterion._format_number(places),
            cutoff=criterion._format_value(cutoff),
            date=self._format_date(explanation.run.date),
        )

    def _count_places(self, view, criterion, value, cutoff):
        """Return the place of ``value``, how many are ranked, and how many reach ``cutoff``."""
        policy, company = view.explanation.policy, view.explanation.company
        kept = self.env["customer.grading.engine"]._get_kept_values_sql(
            policy,
            self.env["customer.grading.result"],
            SQL(
                "kept.policy_id = %s AND kept.company_id IS NOT DISTINCT FROM %s",
                policy.id,
                company.id or None,
            ),
        )
        column = SQL.identifier(f"v{criterion.id}")
        [row] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FILTER (WHERE %(column)s > %(value)s) + 1,"
                " COUNT(%(column)s), COUNT(*) FILTER (WHERE %(column)s >= %(cutoff)s)"
                " FROM (%(kept)s) kept WHERE %(ranked)s AND %(group)s = %(own)s",
                column=column,
                value=value,
                cutoff=cutoff,
                kept=kept,
                ranked=SQL("%s > 0", column) if criterion.rank_among == "positive" else SQL("TRUE"),
                group=SQL.identifier(f"g{criterion.id}"),
                own=view.explanation.readings[criterion].group,
            )
        )
        return row
