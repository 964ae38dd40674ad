from odoo.tools import SQL

from ..tools.round_numbers import get_round_numbers

TABLE = SQL.identifier("customer_grading_suggested")
UPWARDS, DOWNWARDS = ("ge", "gt"), ("le", "lt")
CLOSE = 0.02  # of all: so many more or fewer are as good, where the limit is a rounder one


class LimitSuggester:
    """Takes the limits of a draft from the figures of whom it grades, as its shares say.

    The share of a level is of all who reach it. That of a condition is of all whom its
    requirement takes: those whom earlier ones leave, and who meet what stands behind the
    condition. So the first condition, which is settled last, brings the share about; one behind
    it is left out where too few have figures for it, such as orders where none are written.
    """

    def __init__(self, policy):
        self.policy, self.env = policy.sudo(), policy.env
        self.engine = self.env["customer.grading.engine"]
        company = self.policy._get_try_on_company()
        self.scope = self.engine._get_scope(self.policy, company, self.engine._get_today(company))
        self.total = 0

    def suggest(self):
        """Write the limits, and return of how many the figures are: without any, no limit is."""
        self.scope = self.engine._create_values(self.policy, self.scope, TABLE)
        [[self.total]] = self.env.execute_query(SQL("SELECT COUNT(*) FROM %s", TABLE))
        if self.total:
            bands, _lines = self.policy._get_limits_to_suggest()
            for band in bands:
                self._suggest_band(band)
            for rule in self.policy.rule_ids:
                self._suggest_rule(rule)
            for left in self.policy._get_limits_to_suggest():
                left.suggest_percent = 0
        self.env.cr.execute(SQL("DROP TABLE %s", TABLE))
        return self.total

    def _suggest_band(self, band):
        criterion = band.criterion_id
        terms, joins = self.engine._get_terms(self.policy, self.scope)
        above = criterion.band_ids.filtered(lambda other: other.sequence < band.sequence)
        limit = self._find_limit(
            self._get_values(terms[criterion].value, joins),
            criterion,
            band.suggest_percent,
            below=min(above.mapped("lower"), default=None),
        )
        if limit is not None:
            band.lower = limit

    def _suggest_rule(self, rule):
        """Settle the conditions of a requirement, the last one first."""
        children = rule._get_children()
        settled = rule._get_asked_lines(children)
        asked = settled.filtered(
            lambda line: line.suggest_percent and line.operator in UPWARDS + DOWNWARDS
        )
        settled -= asked
        for line in asked[::-1] if rule.kind == "all" else ():
            terms, joins = self.engine._get_terms(self.policy, self.scope)
            earlier = self._get_earlier(rule)
            values = self._get_values(
                terms[line.criterion_id].value,
                joins,
                met=[condition._combine_sql(children, terms) for condition in settled],
                taken=[other._get_holds_sql(terms, self.scope) for other in earlier],
            )
            limit = self._find_limit(
                values,
                line.criterion_id,
                line.suggest_percent,
                upwards=line.operator in UPWARDS,
                below=self._get_earlier_limit(earlier, line),
                enough=line != asked[0],
            )
            if limit is None and line != asked[0]:
                line.unlink()
                continue
            if limit is not None:
                line.value = limit
            settled |= line

    def _get_earlier(self, rule):
        rules = self.policy.rule_ids
        return rules[: list(rules).index(rule)]

    @staticmethod
    def _get_earlier_limit(earlier, line):
        """Return what better grades ask of the same, which is more."""
        alike = earlier.line_ids.filtered(
            lambda other: other.criterion_id == line.criterion_id and other.operator in UPWARDS
        )
        return min(alike.mapped("value"), default=None) if line.operator in UPWARDS else None

    @staticmethod
    def _get_values(value, joins, met=(), taken=()):
        """Return the query of ``value`` of those who meet all, and whom nobody takes."""
        conditions = [SQL("COALESCE(%s, FALSE)", holds) for holds in met]
        conditions += [SQL("NOT COALESCE(%s, FALSE)", holds) for holds in taken]
        return SQL(
            "SELECT %s AS value FROM (SELECT * FROM %s) raw %s WHERE %s",
            value,
            TABLE,
            joins,
            SQL(" AND ").join([*conditions, SQL("TRUE")]),
        )

    def _find_limit(self, values, criterion, percent, upwards=True, below=None, enough=False):
        """Return the round number that so many per cent of all reach, or nothing.

        :param values: query of the values of those who may
        :param upwards: whether who has more reaches it; nothing, or less, reaches no limit
        :param below: the limit stays below
        :param enough: whether there is no limit where fewer than those have a value
        """
        wanted = max(round(self.total * percent / 100), 1)
        order, counted = (SQL("DESC"), SQL("> 0")) if upwards else (SQL("ASC"), SQL("IS NOT NULL"))
        nearest = self.env.execute_query(
            SQL(
                "SELECT value, position FROM (SELECT value, ROW_NUMBER() OVER (ORDER BY value %s)"
                " AS position FROM (%s) candidates WHERE value %s) ordered"
                " WHERE position <= %s ORDER BY position DESC LIMIT 1",
                order,
                values,
                counted,
                wanted,
            )
        )
        if not nearest or (enough and nearest[0][1] < wanted):
            return None
        limit = float(nearest[0][0])
        high = limit * 2 if below is None else min(limit * 2, below)
        low = min(limit, high) / 2
        levels = [
            [number for number in level if below is None or number < below]
            for level in get_round_numbers(criterion.unit, low, high)
        ]
        return self._choose(levels, values, wanted, upwards, limit)

    def _choose(self, levels, values, wanted, upwards, limit):
        """Return the first number that comes close to the number wanted, the roundest first."""
        numbers = sorted({number for level in levels for number in level})
        if not numbers:
            return None
        sign = SQL(">=") if upwards else SQL("<=")
        columns = [SQL("COUNT(*) FILTER (WHERE value %s %s)", sign, number) for number in numbers]
        [counts] = self.env.execute_query(
            SQL("SELECT %s FROM (%s) candidates", SQL(", ").join(columns), values)
        )
        missed = {
            number: abs(count - wanted) for number, count in zip(numbers, counts, strict=True)
        }
        for level in levels:
            best = min(level, key=lambda n: (missed[n], abs(n - limit)), default=None)
            if best is not None and missed[best] <= CLOSE * self.total:
                return best
        return best
