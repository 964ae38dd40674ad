from array import array
from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from odoo import api, models, tools
from odoo.tools import SQL, date_utils, format_date

from ...tools.blocks import at_end, make_block, make_row
from ...tools.columns import VALUES
from ...tools.scope import Scope
from ...tools.texts import join_all
from ..policy.customer_grading_measure import AGE_UNITS
from ..policy.customer_grading_rule import LEVEL_OPERATORS, POINTS_OPERATORS

MARKS = {True: "met", False: "unmet", None: "missing"}


class CustomerGradingExplanationWhy(models.AbstractModel):
    """Says why a grade is given, why none that is better, and what it takes to the next."""

    _name = "customer.grading.explanation.why"
    _inherit = ["customer.grading.explanation.cells"]
    _description = "Why a Grade, and What It Takes"

    def _get_blocks(self, case, score, next_rule):
        """Return the blocks: why, and why not better, as far as they tell more than points."""
        rule, blocks = case.explanation.rule, []
        if self._asks_beyond(case, rule, score):
            blocks.append(self._get_why_block(case, rule, best=not next_rule))
        elif rule and not score:
            text = self.env._("Fits no better grade.")
            blocks.append(make_block(self._get_why_title(case, rule), text=text))
        if self._asks_beyond(case, next_rule, score):
            blocks.append(self._get_why_not_block(case, next_rule))
        return blocks

    @staticmethod
    def _asks_beyond(case, rule, score):
        """Whether a requirement asks for more than the total of points, which has its block."""
        conditions = case.explanation.get_conditions(rule) if rule else ()
        return any(condition.criterion_id != score for condition in conditions)

    def _get_why_block(self, case, rule, best):
        """Return what the grade asks for, and the rank where no better grade tells it."""
        explanation = case.explanation
        lines = explanation.get_deciding_lines(rule)
        met = all(explanation.holds[line] for line in lines)
        title = self._get_why_title(case, rule, met and rule.kind == "all")
        stays = lines.filtered(lambda line: line.kind == "until")
        if rule.kind != "all" and not stays:
            title = self._add_group(title, rule)
            lines = lines.filtered(lambda line: not self._is_aside(case, rule, line))
        conditions = explanation.get_conditions(rule) if best else ()
        ranks = [self._get_rank_text(case, condition) for condition in conditions]
        columns = self._get_columns(self.env._("Based on"))
        rows = self._get_rows(case, lines)
        return make_block(title, columns, rows, "\n".join(filter(None, ranks)) or None)

    def _add_group(self, title, rule):
        return self.env._("%(why)s: %(group)s", why=title, group=rule._get_group_name())

    def _get_why_title(self, case, rule, met=False):
        """Return the title of why, which tells a computed grade from the one in effect.

        :param met: whether all that is asked is met
        """
        in_effect = case.result.grade_id == rule.grade_id
        return {
            (True, True): self.env._("Why %s: all met"),
            (True, False): self.env._("Why %s"),
            (False, True): self.env._("Why %s is computed: all met"),
            (False, False): self.env._("Why %s is computed"),
        }[in_effect, met] % rule.grade_id.code

    def _get_why_not_block(self, case, rule):
        """Return what of the next better grade's requirement is not met, and how far off."""
        explanation = case.explanation
        lines = explanation.get_lines(rule)
        unmet = lines.filtered(lambda line: not explanation.holds[line])
        names = {"grade": rule.grade_id.code, "unmet": len(unmet), "count": len(lines)}
        is_plain = rule.kind in ("all", "any")
        shown = unmet if is_plain else lines
        if not shown and rule.limit_count:
            return self._get_no_room_block(case, rule)
        title = {
            (True, True): self.env._("Why not %(grade)s: none of %(count)s met, one is enough"),
            (True, False): self.env._("Nearest is %(grade)s: none of %(count)s met, one is enough"),
            (False, True): self.env._("Why not %(grade)s: %(unmet)s of %(count)s not met"),
            (False, False): self.env._("Nearest is %(grade)s: %(unmet)s of %(count)s not met"),
        }[rule.kind == "any", bool(explanation.grade)] % names
        if not is_plain:
            title = self._add_group(title, rule)
        columns = self._get_columns(self.env._("Missing"))
        rows = self._get_rows(case, shown, missing=True)
        return make_block(title, columns, rows, self._get_reach_text(case, rule))

    def _get_no_room_block(self, case, rule):
        text = rule._get_limit_text()
        if rule._is_tie(case.record, case.explanation):
            text = f"{text} {rule._get_tie_text()}"
        title = self.env._("Why not %(grade)s: there is no room left", grade=rule.grade_id.code)
        return make_block(title, text=text)

    # ------------------------------------------------------------------ rows

    def _get_columns(self, last):
        return [self.env._("Criterion"), self.env._("Asked"), self.env._("Is"), last, ""]

    def _get_rows(self, case, lines, missing=False, indent=0, muted=False):
        """Return a row for each condition, and for each group with its lines below.

        Lines of a group that do not count for how it turned out are muted.

        :param missing: whether to tell what is missing, rather than where a value is from
        """
        explanation, rows = case.explanation, []
        for line in lines:
            if line.kind == "condition":
                cells = self._get_condition_cells(case, line, missing)
            else:
                cells = [line._get_group_name(), *[""] * 4]
            holds = explanation.holds[line]
            # Who stays has not met what he leaves on.
            mark = MARKS[not holds if line.kind == "until" else holds]
            rows.append(make_row(mark, *cells, indent=indent, muted=muted))
            for child in explanation.get_lines(line):
                aside = muted or self._is_aside(case, line, child)
                rows += self._get_rows(case, child, missing, indent + 1, aside)
        return rows

    @staticmethod
    def _is_aside(case, group, line):
        """Whether a line of a group has no part in how the group turned out."""
        holds = case.explanation.holds
        if group.kind in ("any", "at_least"):
            return bool(holds[group]) and not holds[line]
        return group.kind == "all" and not holds[group] and bool(holds[line])

    def _get_condition_cells(self, case, condition, missing):
        """Hook: return what stands in the row of a condition, the link to it last."""
        criterion = condition.criterion_id
        if missing:
            last = self._get_distance_text(case, condition) or self._get_lapse_text(case, criterion)
        else:
            last = self._get_source_text(case, criterion)
        if self._sees(case, criterion):
            last = " · ".join(filter(None, (last, case.beside.get(criterion))))
        return [
            criterion._get_label(),
            at_end(condition._get_asked_text()),
            at_end(self._get_value_text(case, condition)),
            last,
            self._get_link_cell(case, criterion),
        ]

    def _get_distance_text(self, case, condition):
        """Return how far a condition is from being met, in words."""
        distance = case.explanation.get_distance(condition)
        if not distance or not self._sees(case, condition.criterion_id):
            return ""
        by_calendar = condition.criterion_id.unit in ("months", "years")
        if by_calendar and condition.operator not in POINTS_OPERATORS:
            return ""  # how many days are short hangs on the months they are of
        number = self._format_distance(condition, distance)
        return self.env._("%s short", number) if distance > 0 else self.env._("%s too much", number)

    @staticmethod
    def _format_distance(condition, distance):
        criterion = condition.criterion_id
        if condition.operator in POINTS_OPERATORS:
            return criterion._format_points(abs(distance), "up")
        return criterion._format_value(abs(distance), "up", bare=True)

    # ------------------------------------------------------------------ what it takes

    def _get_reach_text(self, case, rule):
        """Return in one sentence what it takes to reach a grade, and the rank behind it."""
        gaps = case.explanation.get_gaps(rule)
        if not all(self._sees(case, gap.condition.criterion_id) for gap in gaps):
            return None
        until, leaving = self._get_leaving(case, gaps)
        steps = [self._get_step_text(case, gap, leaving) for gap in gaps]
        names = {
            "grade": rule.grade_id.code,
            "date": format_date(self.env, until),
            "steps": join_all(self.env, steps),
        }
        if leaving:
            text = self.env._("To reach %(grade)s by %(date)s: %(steps)s.", **names)
        else:
            text = self.env._("To reach %(grade)s: %(steps)s.", **names)
        ranks = [self._get_rank_text(case, gap.condition) for gap in gaps]
        return "\n".join(filter(None, [text, *ranks]))

    def _get_step_text(self, case, gap, leaving):
        """Return what closes one gap."""
        condition, criterion = gap.condition, gap.condition.criterion_id
        distance = case.explanation.get_distance(condition) if gap.wanted else None
        if distance:
            return self._get_number_step_text(case, condition, distance, leaving)
        if not gap.wanted:
            return self.env._("not: %s", condition._get_condition_text())
        if criterion.measure_id.kind != "question":
            return condition._get_condition_text()
        question = criterion.question_id
        return self.env._(
            "“%(question)s” answered %(answer)s (asked of %(whom)s)",
            question=question.name,
            answer=condition._get_asked_text(),
            whom=question._get_asked_of_text(),
        )

    def _get_number_step_text(self, case, condition, distance, leaving):
        criterion, explanation = condition.criterion_id, case.explanation
        value = explanation.readings[criterion].value
        names = {
            "criterion": criterion._get_label(),
            "distance": self._format_distance(condition, distance),
        }
        if text := self._get_day_step_text(case, condition, distance):
            return text
        if criterion.unit in ("ratio", *AGE_UNITS):
            # Nothing that is added up: so many per cent more would be read as another share.
            return self.env._(
                "%(condition)s (now %(value)s)",
                condition=condition._get_condition_text(),
                value=criterion._format_value(value, "up" if distance < 0 else "down"),
            )
        if distance < 0:
            return self.env._("%(criterion)s down by %(distance)s", **names)
        if criterion.period == "this_year" and criterion.has_period:
            least, _most = explanation.get_limits(condition)
            return self.env._(
                "%(limit)s of %(criterion)s in %(year)s, %(value)s so far",
                limit=criterion._format_value(least),
                criterion=criterion.name,
                year=str(explanation.date.year),
                value=criterion._format_value(value, "down"),
            )
        gone = leaving.get(criterion)
        if not gone:
            return self.env._("%(distance)s more of %(criterion)s", **names)
        return self.env._(
            "%(total)s more of %(criterion)s (%(distance)s short, %(leaving)s leave the "
            "%(period)s until then)",
            total=criterion._format_value(distance + gone, "up", bare=True),
            leaving=criterion._format_value(gone, "up", bare=True),
            period=criterion._get_period_text(),
            **names,
        )

    def _get_day_step_text(self, case, condition, distance):
        """Return what day is asked for where a number of days is counted to or from one."""
        explanation = case.explanation
        reading = explanation.readings[condition.criterion_id]
        day = reading.raw
        if condition.criterion_id.unit != "days" or not isinstance(day, date):
            return ""
        days = round(distance)
        if condition.operator in ("gt", "lt"):
            days += 1 if distance >= 0 else -1
        is_ahead = (day - explanation.date).days == reading.value
        return self.env._(
            "%(condition)s (%(asked)s instead of %(day)s)",
            condition=condition._get_condition_text(),
            asked=format_date(self.env, day + timedelta(days=days if is_ahead else -days)),
            day=format_date(self.env, day),
        )

    def _get_leaving(self, case, gaps):
        """Return how much of what is short leaves its period by the end of the quarter.

        It is read by the engine from today's documents: the period that ends today less
        the one that ends then.

        :return: ``(date, {criterion: amount})``
        """
        today = case.explanation.date
        until = date_utils.end_of(today, "quarter")
        moving = {gap.condition.criterion_id for gap in gaps}
        moving = [criterion for criterion in moving if criterion._is_moving()]
        broken = case.explanation.policy.criterion_ids.measure_id.filtered("is_broken")
        if not moving or until == today or broken:
            return until, {}
        now, then = self._read_values(case, today), self._read_values(case, until)
        return until, {
            criterion: float(gone)
            for criterion in moving
            if now and then and (gone := now[f"v{criterion.id}"] - then[f"v{criterion.id}"]) > 0
        }

    def _read_values(self, case, day):
        """Return the stored values that the customer would have on ``day``."""
        engine = self.env["customer.grading.engine"].sudo()
        query = engine._get_values_sql(case.explanation.policy, case.scope._replace(date=day))
        self.env.flush_all()
        self.env.cr.execute(SQL("%s", query))
        return next(iter(self.env.cr.dictfetchall()), None)

    # ------------------------------------------------------------------ rank

    def _get_rank_text(self, case, condition):
        """Return the place in a ranking, and how far the level asked for goes."""
        criterion = condition.criterion_id
        explanation = case.explanation
        if not criterion._is_ranked() or condition.operator not in LEVEL_OPERATORS:
            return ""
        value = explanation.readings[criterion].value
        cutoff = explanation.get_cutoff(criterion, condition.level_id)
        if value is None or cutoff is None or not self._sees(case, criterion):
            return ""
        run, group = explanation.run, explanation.readings[criterion].group
        ranked = self._read_ranked(run.id, str(run.write_date), criterion.id, group)
        lowest = criterion._ranks_lowest_first()
        sign = 1 if lowest else -1
        names = {
            "place": criterion._format_number(1 + bisect_left(ranked, sign * float(value))),
            "count": criterion._format_number(len(ranked)),
            "criterion": criterion._get_label(),
            "grade": condition.root_id.grade_id.code,
            "places": criterion._format_number(bisect_right(ranked, sign * float(cutoff))),
            "cutoff": criterion._format_value(cutoff),
            "date": format_date(self.env, run.date),
        }
        if lowest:
            return self.env._(
                "Number %(place)s of %(count)s from the lowest by %(criterion)s; %(grade)s goes to "
                "the first %(places)s, at present up to %(cutoff)s; ranked %(date)s.",
                **names,
            )
        return self.env._(
            "Number %(place)s of %(count)s by %(criterion)s; %(grade)s goes to the first "
            "%(places)s, at present from %(cutoff)s; ranked %(date)s.",
            **names,
        )

    @api.model
    @tools.ormcache("run_id", "_written", "criterion_id", "group")
    def _read_ranked(self, run_id, _written, criterion_id, group):
        """Return the values of a group that a run ranked, first ones first.

        Where the highest come first they are negative, so that numbers rise all the same.
        They are read once for all who look at a ranked customer until the next full run: no
        index finds a place without counting all before it.

        :param _written: when the run was written last: not yet through, it is read again
        """
        run = self.env["customer.grading.run"].sudo().browse(run_id)
        criterion = self.env["customer.grading.criterion"].sudo().browse(criterion_id)
        is_own = SQL(
            "kept.policy_id = %s AND kept.company_id IS NOT DISTINCT FROM %s",
            run.policy_id.id,
            run.company_id.id or None,
        )
        engine = self.env["customer.grading.engine"]
        kept = engine._get_kept_values_sql(
            run.policy_id, self.env["customer.grading.result"], is_own
        )
        terms, joins = engine._get_terms(
            run.policy_id, Scope(date=run.date, cutoffs=run.cutoffs or {})
        )
        value = terms[criterion].value
        query = SQL(
            "SELECT %(signed)s::float8 FROM (%(kept)s) %(values)s %(joins)s"
            " WHERE %(competes)s AND %(group)s = %(own)s ORDER BY 1",
            signed=value if criterion._ranks_lowest_first() else SQL("-%s", value),
            kept=kept,
            values=SQL.identifier(VALUES),
            joins=joins,
            competes=criterion._get_competes_sql(value),
            group=SQL.identifier(VALUES, f"g{criterion_id}"),
            own=group,
        )
        return array("d", (value for (value,) in self.env.execute_query(query)))
