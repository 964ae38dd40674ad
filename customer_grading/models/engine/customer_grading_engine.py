from datetime import datetime, time, timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, Query, mute_logger, ormcache

from ...tools.columns import LIMITS, VALUES, CriterionColumns, SubjectColumns
from ...tools.scope import Scope
from ...tools.statement import CUSTOMER, Statement, join_path
from ...tools.subject import INVOICE_TYPES, PARTNER
from ..policy.customer_grading_policy import PLANNED_STATES

# What a level is so many per cent of, by what levels are given.
WHOLES = {
    "own_share": SQL("SUM(value)"),
    "average": SQL("AVG(value)::numeric"),
    # Of the two in the middle; as PERCENTILE_CONT reads floats, who is the median would miss it.
    "median": SQL(
        "(PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY value)"
        " + PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY value DESC))::numeric / 2"
    ),
}

EVALUATED = ("done", "stopped", "discarded", "superseded")  # runs whose grading counts


class MeasureError(UserError):
    """A measure could not be turned into SQL, or its SQL failed."""

    def __init__(self, criterion, error):
        super().__init__(
            criterion.env._(
                "“%(criterion)s” cannot be measured: %(error)s",
                criterion=criterion.name,
                error=error,
            )
        )
        self.measure = criterion.measure_id


class CustomerGradingEngine(models.AbstractModel):
    """Puts the statement of a policy together; the only place where grades are decided.

    It has three layers. *Values*: one row a subject with the stored value of each measured
    criterion, read from the documents, or from what a result, a change or a try-on kept.
    *Terms*: value, level and points of every criterion. *Grade*: the first requirement
    that holds. A run reads all three; an explanation reads the last two over kept values.
    Before them it finds whom the policy grades; a full run finds the cut-offs in between.
    """

    _name = "customer.grading.engine"
    _description = "Grading Engine"

    def _get_limit_sql(self, policy, scope, rule, values):
        """Return the query of who has the last place in a limited grade, by group.

        Whom earlier requirements of the grade took have theirs before anybody else.
        """
        terms, joins = self._get_terms(policy, scope)
        earlier = policy.rule_ids[: list(policy.rule_ids).index(rule)]
        taken = [
            SQL("WHEN %s THEN %s", o._get_holds_sql(terms, scope), o.grade_id == rule.grade_id)
            for o in earlier
        ]
        value, known, other, _member = rule._get_strength_sql(terms)
        return SQL(
            """
            SELECT DISTINCT ON (place) place, total > %(most)s,
                   CASE WHEN has IS NULL THEN value::text END,
                   CASE WHEN has IS NULL AND known THEN other::text END, subject_id
              FROM (
                SELECT %(group)s AS place, %(value)s AS value, %(known)s AS known,
                       %(other)s AS other, subject_id, has,
                       COUNT(*) OVER (PARTITION BY %(group)s) AS total,
                       ROW_NUMBER() OVER (
                           PARTITION BY %(group)s ORDER BY has DESC NULLS LAST, %(order)s) AS position
                  FROM (SELECT * FROM %(values)s) %(alias)s %(joins)s
                  CROSS JOIN LATERAL (SELECT %(taken)s AS has) given
                 WHERE has OR (has IS NULL AND %(holds)s)
              ) ranked
             WHERE position <= %(most)s
             ORDER BY place, has NULLS FIRST, value IS NULL, position DESC
            """,
            most=rule.limit_count,
            group=rule._get_limit_group(),
            value=value,
            known=known,
            other=other,
            order=rule._get_strength_order(terms),
            values=values,
            alias=SQL.identifier(VALUES),
            joins=joins,
            holds=rule._get_meets_sql(terms),
            taken=SQL("CASE %s END", SQL(" ").join(taken)) if taken else SQL("NULL::boolean"),
        )

    # ------------------------------------------------------------------ scope

    @api.model
    def _get_scope(self, policy, company, date, subject_ids=None, cutoffs=None):
        """Return the :class:`Scope` of evaluating ``policy`` for ``company``.

        :param company: a company, whose branches count with it; empty: all as one
        :param subject_ids: customers or opportunities asked for; ``None``: all
        """
        Company = self.env["res.company"].sudo()
        if company:
            # The company comes first, however its branches are called.
            companies = company.sudo() | Company.search([("id", "child_of", company.ids)])
            currency = company.currency_id
        else:
            companies = Company.search([("active", "=", True)], order="id")
            currency = policy.dimension_id.currency_id
        rates, daily = (), ()
        if any(c.currency_id != currency for c in companies):
            rates = tuple(
                (c.id, c.currency_id._get_conversion_rate(c.currency_id, currency, c, date))
                for c in companies
            )
            if policy.dimension_id.rate_of == "document":
                daily = tuple(self._get_daily_rates(companies, currency))
        fiscal = companies[:1]
        return Scope(
            date=date,
            year_end=(fiscal.fiscalyear_last_day, int(fiscal.fiscalyear_last_month)),
            tz=self._get_time_zone(company),
            company_ids=tuple(companies.ids),
            currency_id=currency.id,
            rates=rates,
            daily_rates=daily,
            subject_ids=None if subject_ids is None else tuple(subject_ids),
            cutoffs=cutoffs,
        )

    @api.model
    def _get_daily_rates(self, companies, currency):
        """Yield ``(company id, days, rates)`` of companies whose currency is another one.

        Each rate holds from its day on, the first also before, as Odoo converts.
        """
        rate = """
            COALESCE(
                (SELECT rate FROM res_currency_rate
                  WHERE currency_id = %(currency)s AND name <= day
                    AND (company_id = %(root)s OR company_id IS NULL)
                  ORDER BY company_id, name DESC LIMIT 1),
                (SELECT rate FROM res_currency_rate
                  WHERE currency_id = %(currency)s
                    AND (company_id = %(root)s OR company_id IS NULL)
                  ORDER BY company_id, name LIMIT 1),
                1)
        """
        for company in companies.filtered(lambda c: c.currency_id != currency):
            root, own = company.root_id.id, company.currency_id.id
            query = SQL(
                "SELECT day, %(to)s / %(own)s FROM (SELECT DISTINCT name AS day"
                " FROM res_currency_rate WHERE currency_id IN %(both)s"
                " AND (company_id = %(root)s OR company_id IS NULL)) told ORDER BY day",
                to=SQL(rate, currency=currency.id, root=root),
                own=SQL(rate, currency=own, root=root),
                both=(currency.id, own),
                root=root,
            )
            if rows := self.env.execute_query(query):
                days, rates = zip(*rows, strict=True)
                yield company.id, list(days), [float(rate) for rate in rates]

    @api.model
    def _get_time_zone(self, company):
        """Return the name of the time zone in which the company's days begin.

        It is never a user's: the night and a button see the same day.

        :param company: a company, a branch having its parent's where it has none of its own;
            empty where all are graded as one: the oldest one's
        """
        company = company[:1] or company.browse(self._get_oldest_company_id())
        for one in company.sudo().parent_ids[::-1]:
            if zone := one.customer_grading_tz or one.partner_id.tz:
                return zone
        return "UTC"

    @api.model
    @ormcache()
    def _get_oldest_company_id(self):
        return self.env["res.company"].sudo().search([], order="id", limit=1).id

    @api.model
    def _get_today(self, company):
        """Return today's date where the company is: the one today that grading knows."""
        return self._get_day(company, fields.Datetime.now())

    @api.model
    def _get_day(self, company, moment):
        """Return the date that ``moment``, in UTC, has where the company is."""
        zone = self.with_context(tz=self._get_time_zone(company))
        return fields.Datetime.context_timestamp(zone, moment).date()

    @api.model
    def _get_workdays(self, company, first, last):
        """Return the days from ``first`` to ``last`` on which the company works, in order.

        :param company: empty where all are graded as one: the current one counts
        """
        company = company or self.env.company
        free = company.resource_calendar_id._get_unusual_days(
            *(datetime.combine(day, time.min) for day in (first, last)), company
        )
        every = (first + timedelta(days=n) for n in range((last - first).days))
        return [day for day in every if not free.get(str(day))]

    @api.model
    def _get_last_full_run(self, policy, company):
        """Return the last run that evaluated everybody by ``policy`` for ``company``, sudoed.

        Its cut-offs count until the next one. What was cancelled, or failed, is none.
        """
        domain = [
            ("policy_id", "=", policy.id),
            ("company_id", "=", company.id),
            ("mode", "=", "nightly"),
            ("state", "in", EVALUATED),
        ]
        return self.env["customer.grading.run"].sudo().search(domain, order="id desc", limit=1)

    # ------------------------------------------------------------------ layer 1: values

    def _get_values_sql(self, policy, scope, criteria=None, sure=True, later=()):
        """Return the query of ``subject_id`` and the values, read from the documents.

        Columns ``v<id>`` hold the value of the measured criterion ``<id>`` as it is
        stored, columns ``g<id>`` the group in which a ranked one is ranked, ``b<id>`` the
        set of bands that is for the subject where there are several.

        :param criteria: only these; all measured ones where it is not said
        :param sure: whether to look for the documents that make customers. Else candidates
            come too, and the column ``documented`` tells whose documents a measure reads
            anyway
        :param later: scopes of further dates; their values are in columns ``v<id>_<n>``, by
            the place of each, from the same scans
        :raise UserError: where a measure cannot be read; ``error.measure`` names it
        """
        subject = policy.dimension_id._get_subject_kind()
        found = self._get_ids_by_subject(policy, scope)
        few = scope.subject_ids is not None
        query = self._get_subject_query(policy, scope, found, documented=sure and not few)
        Model = self._get_subject_model(subject, scope)
        statement = Statement(subject, Model, query, scope, found)
        measured = policy._get_measured_criteria()
        columns = {
            f"v{criterion.id}": self._get_value_sql(criterion, scope, statement)
            for criterion in criteria or measured
        }
        for place, other in enumerate(later):
            for criterion in measured:
                value = self._get_value_sql(criterion, other, statement)
                columns[f"v{criterion.id}_{place}"] = value
        if criteria is None:
            for criterion in measured.filtered(self._weighs_groups_once):
                columns[f"t{criterion.id}"] = statement.get_key_sql(criterion._get_group_kind())
            columns |= self._get_set_columns(
                policy, statement.get_field_sql, statement.get_domain_sql
            )
        known = sure or not self._is_of_documented(policy)
        # What a scan sees may have come after a past date: each is looked up then.
        seen = SQL("FALSE") if scope.past else self._get_seen_sql(statement)
        columns["documented"] = SQL("TRUE") if known else seen
        if sure and few and self._is_of_documented(policy):
            own = SQL.identifier(query.table, "id")
            query.add_where(SQL("(%s OR %s)", seen, self._has_document_sql(scope, own)))
        return statement.to_sql(columns)

    def _get_set_columns(self, policy, get_field_sql, get_domain_sql):
        """Hook: return the groups that subjects are compared, or counted, within, by column.

        And which sets of bands are for them.
        """
        columns = {
            f"g{criterion.id}": self._get_group_sql(criterion._get_rank_path(), get_field_sql)
            for criterion in policy.criterion_ids
            if criterion._is_ranked()
        }
        for rule in policy.rule_ids.filtered("limit_count"):
            columns[f"h{rule.id}"] = self._get_group_sql(rule._get_limit_path(), get_field_sql)
            columns["member_id"] = get_field_sql("id")  # told apart by it where they are equal
        for criterion in policy.criterion_ids:
            if len(criterion._get_band_sets()) > 1:
                columns[f"b{criterion.id}"] = criterion._get_band_set_sql(get_domain_sql)
        return columns

    def _create_values(self, policy, scope, table):
        """Fill the temporary table ``table`` with the values of all subjects of a policy.

        :return: the scope with the cut-offs that they make
        """
        self._create_table(table, self._get_values_sql(policy, scope, sure=False))
        self._analyze(table, "subject_id", "documented")
        self._delete_undocumented(policy, scope, table)
        return scope._replace(cutoffs=self._compute_cutoffs(policy, scope, table))

    def _get_value_sql(self, criterion, scope, statement):
        measure = criterion.measure_id.sudo()
        try:
            value = measure._get_values_sql(criterion, scope, statement)
        except UserError as error:
            error.measure = measure
            raise
        except Exception as error:
            raise MeasureError(criterion, error) from error
        raw_type = criterion._get_raw_type()
        value = SQL("(%s)::%s", value, SQL(raw_type))
        if criterion.zero_is_unknown and raw_type == "numeric":
            return SQL("NULLIF(%s, 0)", value)
        return value

    @staticmethod
    def _get_group_sql(path, get_field_sql):
        """Return the group of those who share what is at ``path``, as text; "" for everybody."""
        if not path:
            return SQL("''")
        return SQL("COALESCE(%s::text, '0')", get_field_sql(path))

    def _get_kept_values_sql(self, policy, records, condition=None):
        """Return the same query over the values kept by results, changes or lines of trials.

        ``subject_id`` is the id of the record here.

        :param condition: which records of the model to take instead of ``records``, as
            ``SQL`` on their table ``kept``
        """
        subject = policy.dimension_id._get_subject_kind()
        Model = policy.env[subject.model].sudo().with_context(active_test=False, lang=None)
        query = Query(Model.env, "subject", SQL.identifier(subject.table))
        query.add_join(
            "JOIN",
            "kept",
            SQL.identifier(records._table),
            SQL("subject.id = %s", SQL.identifier("kept", subject.field)),
        )
        query.add_where(condition or SQL("kept.id IN %s", tuple(records.ids) or (0,)))
        positions = map(SQL, map(str, range(len(policy._get_measured_criteria()))))
        if "trial_id" in records._fields:
            query.add_join(
                "JOIN",
                "trial",
                SQL.identifier("customer_grading_trial"),
                SQL("trial.id = kept.trial_id"),
            )
            positions = (
                SQL("(trial.value_positions ->> %s)::integer", key)
                for key in self._get_value_keys(policy)
            )
        columns = {
            f"v{criterion.id}": self._get_kept_value_sql(position, criterion._get_raw_type())
            for position, criterion in zip(positions, policy._get_measured_criteria(), strict=True)
        }
        columns |= self._get_set_columns(
            policy,
            partial(join_path, Model, "subject", query),
            lambda domain: domain.optimize_full(Model)._to_sql(Model, "subject", query),
        )
        return query.select(
            SQL("kept.id AS subject_id"),
            *(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()),
        )

    @staticmethod
    def _get_value_keys(policy):
        """Return what the stored values of ``policy`` are of, in their order.

        What is in force is locked, and so is the order. A draft may change under a trial,
        which notes where the value of which key stands.
        """
        return [
            f"{criterion.id}/{criterion.measure_id.id}/{criterion._get_raw_type()}"
            for criterion in policy._get_measured_criteria()
        ]

    @staticmethod
    def _get_kept_value_sql(position, raw_type):
        if raw_type == "jsonb":
            return SQL("NULLIF(kept.values -> %s, 'null'::jsonb)", position)
        return SQL("(kept.values ->> %s)::%s", position, SQL(raw_type))

    # ------------------------------------------------------------------ layer 2: terms

    def _get_terms(self, policy, scope):
        """Hook: return ``{criterion: CriterionColumns}`` and the joins that name their columns.

        The joins follow the relation ``raw``: first the values to compare, then levels and
        points, then combinations, deepest first.
        """
        terms, values, banded = {}, {}, {}
        for criterion in policy._get_measured_criteria():
            raw = SQL.identifier(VALUES, f"v{criterion.id}")
            values[f"w{criterion.id}"] = criterion._get_value_sql(raw, scope)
            value = SQL.identifier("valued", f"w{criterion.id}")
            subject = self._get_subject_columns(criterion)
            banded[f"l{criterion.id}"] = criterion._get_level_sql(value, subject, scope)
            banded[f"p{criterion.id}"] = criterion._get_points_sql(value, subject, scope)
            level, points = (SQL.identifier("banded", f"{kind}{criterion.id}") for kind in "lp")
            waits = criterion._get_waits_sql(value, subject, scope)
            terms[criterion] = CriterionColumns(value, level, points, waits, waits, raw)
        joins = [("valued", values), ("banded", banded)]
        by_calendar = any(c.unit in ("months", "years") for c in policy._get_measured_criteria())
        computed_once = {"valued"} if by_calendar else set()
        for depth, criteria in enumerate(policy._get_combinations()):
            joins += self._add_combinations(f"sum{depth}", criteria, terms, scope)
            computed_once.add(f"sum{depth}")
        return terms, SQL(" ").join(
            self._lateral(alias, columns, alias in computed_once)
            for alias, columns in joins
            if columns
        )

    @staticmethod
    def _get_subject_columns(criterion):
        return SubjectColumns(
            SQL.identifier(VALUES, f"g{criterion.id}"), SQL.identifier(VALUES, f"b{criterion.id}")
        )

    def _add_combinations(self, alias, criteria, terms, scope):
        """Add the terms of combinations whose parts have theirs already."""
        totals, banded = {}, {}
        for criterion in criteria:
            adds, parts = criterion._adds_points(), criterion._get_parts()
            # The value of a measure waits for no ranking, whatever its points do.
            waiting = parts if adds else parts.filtered(lambda part: part.kind != "measure")
            # The points of a value hang on its own ranking, too.
            waits = [
                terms[part].waits if part._adds_points() or not adds else terms[part].level_waits
                for part in waiting
            ]
            waits = list(filter(None, waits))
            waits = SQL("(%s)", SQL(" OR ").join(waits)) if waits else None
            combined = (
                criterion._combine_sql({part: terms[part].points for part in parts})
                if adds
                else criterion._combine_values_sql([terms[part].value for part in parts])
            )
            if waits:
                combined = SQL("CASE WHEN NOT %s THEN %s END", waits, combined)
            totals[f"p{criterion.id}"] = combined
            total = points = SQL.identifier(alias, f"p{criterion.id}")
            subject = self._get_subject_columns(criterion)
            banded[f"l{criterion.id}"] = criterion._get_level_sql(total, subject, scope)
            level = SQL.identifier(f"{alias}_level", f"l{criterion.id}")
            own = criterion._get_waits_sql(total, subject, scope)
            level_waits = SQL("(%s OR %s)", waits, own) if waits and own else waits or own
            if not adds:
                banded[f"q{criterion.id}"] = criterion._get_points_sql(total, subject, scope)
                points = SQL.identifier(f"{alias}_level", f"q{criterion.id}")
            terms[criterion] = CriterionColumns(total, level, points, waits, level_waits)
        return [(alias, totals), (f"{alias}_level", banded)]

    @staticmethod
    def _lateral(alias, columns, computed_once):
        """Return the join of a layer of columns.

        :param computed_once: whether PostgreSQL shall not put their expressions in wherever they
            are read, and into each other, which takes all memory where layers are many
        """
        return SQL(
            "CROSS JOIN LATERAL (SELECT %s%s) %s",
            SQL(", ").join(
                SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()
            ),
            SQL(" OFFSET 0" if computed_once else ""),
            SQL.identifier(alias),
        )

    # ------------------------------------------------------------------ layer 3: grade

    def _get_graded_sql(self, policy, scope, values):
        """Return the query of what each subject gets.

        :param values: relation of the values
        :return: ``subject_id, rule_id, grade_id, reason, score, values, documented``
        """
        terms, joins = self._get_terms(policy, scope)
        rules = policy.rule_ids
        holds = {rule: rule._get_holds_sql(terms, scope) for rule in rules}
        waits = {rule: rule._get_waits_sql(terms, scope) for rule in rules}
        whens = []
        for rule in rules:
            whens.append(SQL("WHEN %s THEN %s", holds[rule], rule.id))
            if waits[rule]:
                whens.append(SQL("WHEN %s THEN NULL", waits[rule]))
        grades = [SQL("WHEN %s THEN %s", rule.id, rule.grade_id.id) for rule in rules]
        score = policy.score_criterion_id
        # OFFSET: a value is worked out once, however often the rules ask for it.
        return SQL(
            "SELECT %(values)s.subject_id, decided.rule_id, given.grade_id, %(reason)s AS reason,"
            " %(score)s AS score, %(kept)s AS values, %(values)s.documented"
            " FROM (%(relation)s OFFSET 0) %(values)s %(joins)s"
            " CROSS JOIN LATERAL (SELECT (%(rule)s)::integer AS rule_id) decided"
            " CROSS JOIN LATERAL (SELECT (%(grade)s)::integer AS grade_id) given",
            values=SQL.identifier(VALUES),
            reason=self._get_reason_sql(policy, holds, [w for w in waits.values() if w]),
            score=terms[score].points if score else SQL("NULL::numeric"),
            kept=self._get_kept_sql(policy),
            relation=values,
            joins=joins,
            rule=SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL"),
            grade=SQL("CASE decided.rule_id %s END", SQL(" ").join(grades))
            if grades
            else SQL("NULL"),
        )

    @staticmethod
    def _get_reason_sql(policy, holds, waits):
        """Return why a subject has its grade or none.

        It waits where a ranking that leaves a better grade open is found by the next full
        run only: it keeps what it has.
        """
        if policy.decide_by == "hand":
            return SQL("'hand'")
        unknown = [SQL("%s IS NULL", hold) for hold in holds.values()]
        return SQL(
            "CASE WHEN decided.rule_id IS NOT NULL THEN 'graded'"
            " %s WHEN %s THEN 'missing' ELSE 'no_rule' END",
            SQL("WHEN %s THEN 'waiting'", SQL(" OR ").join(waits)) if waits else SQL(),
            SQL(" OR ").join(unknown) if unknown else SQL("FALSE"),
        )

    @staticmethod
    def _get_kept_sql(policy):
        """Return the values as they are stored: an array by the criterion's position."""
        columns = [
            SQL.identifier(VALUES, f"v{criterion.id}")
            for criterion in policy._get_measured_criteria()
        ]
        # A function takes 100 arguments at most.
        parts = [columns[start : start + 90] for start in range(0, len(columns), 90)] or [[]]
        return SQL(" || ").join(
            SQL("jsonb_build_array(%s)", SQL(", ").join(part)) for part in parts
        )

    # ------------------------------------------------------------------ cut-offs

    def _needs_everybody(self, policy):
        """Whether a grade depends on what others have: a full run finds cut-offs first."""
        ranked = any(c._is_ranked() for c in policy.criterion_ids)
        return ranked or bool(policy.rule_ids.filtered("limit_count"))

    def _compute_cutoffs(self, policy, scope, values):
        """Return the cut-offs of every ranked criterion over a relation of values.

        A band of the first *p* per cent goes to a value where those before it are less than
        *p* per cent (who crosses the line belongs to it), or where those up to it are at
        most *p* per cent (is left out); the first *n* likewise. Customers of one value are
        never parted. A combination is ranked once its parts are. A share of one's own is of
        the total of all above zero. Customers that have the value of their corporate group
        weigh once, those who are excluded or frozen not at all.

        :return: ``{criterion id: {band id: {group: last value, as text}}}``, and
            ``{"limits": {requirement id: {group: who has the last place}}}``, see
            :meth:`~odoo.addons.customer_grading.models.engine.customer_grading_rule
            .CustomerGradingRule._get_limits`. Both name every group of the population,
            also where nobody is among the first
        """
        cutoffs = {}
        weighing = self._get_weighing_sql(policy, scope, values)
        for criterion in self._get_ranked_criteria(policy):
            groups = self._find_groups(criterion._get_rank_path(), f"g{criterion.id}", values)
            # A combination may be made of what was ranked before it.
            compared = self._get_compared_sql(criterion, scope._replace(cutoffs=cutoffs), weighing)
            by_band = {}
            for band in criterion.band_ids:
                rows = self.env.execute_query(self._get_cutoff_sql(band, compared))
                by_band[str(band.id)] = dict.fromkeys(groups) | dict(rows)
            cutoffs[str(criterion.id)] = by_band
        limits = cutoffs[LIMITS] = {}
        for rule in policy.rule_ids.filtered("limit_count"):
            scope = scope._replace(cutoffs=cutoffs)
            groups = self._find_groups(rule._get_limit_path(), f"h{rule.id}", values)
            rows = self.env.execute_query(self._get_limit_sql(policy, scope, rule, weighing))
            last = {group: place if crowded else [] for group, crowded, *place in rows}
            limits[str(rule.id)] = {group: [] for group in groups} | last
        return cutoffs

    @api.model
    def _get_weighing_sql(self, policy, scope, values):
        """Return those of the values that are compared: not of who is excluded or frozen."""
        return SQL(
            """
            (SELECT * FROM %(values)s weighed
              WHERE subject_id NOT IN (
                    SELECT %(subject)s FROM customer_grading_result
                     WHERE dimension_id = %(dimension)s AND company_id IS NOT DISTINCT FROM %(company)s
                       AND manual_kind IN ('freeze', 'exclude') AND %(subject)s IS NOT NULL
                       AND COALESCE(manual_until >= %(date)s, TRUE))) weighing
            """,
            values=values,
            subject=SQL.identifier(policy.dimension_id._get_subject_kind().field),
            dimension=policy.dimension_id.id,
            company=None if policy.dimension_id.company_scope == "group" else scope.company_ids[0],
            date=scope.date,
        )

    def _find_groups(self, path, column, values):
        """Return the groups of the population, in ``column`` of the values."""
        if not path:
            return [""]
        query = SQL("SELECT DISTINCT %s FROM %s", SQL.identifier(column), values)
        return [group for [group] in self.env.execute_query(query)]

    @staticmethod
    def _weighs_groups_once(criterion):
        """Whether customers have the value of their corporate group, and are ranked by it."""
        of_customers = criterion.policy_subject == PARTNER.name
        return of_customers and criterion._is_ranked() and bool(criterion._get_group_kind())

    @staticmethod
    def _get_ranked_criteria(policy):
        """Return the ranked criteria, those that others are made of first."""
        combined = policy.criterion_ids.browse().union(*policy._get_combinations())
        return (policy._get_measured_criteria() + combined).filtered(lambda c: c._is_ranked())

    def _get_compared_sql(self, criterion, scope, values):
        """Return the query of what is ranked: ``population``, the group, and ``value``.

        :param values: relation of the values of those that are compared
        """
        group, raw = SQL.identifier(f"g{criterion.id}"), SQL.identifier(f"v{criterion.id}")
        if criterion.kind != "measure":
            terms, joins = self._get_terms(criterion.policy_id, scope)
            return SQL(
                "SELECT %s AS population, %s AS value FROM (SELECT * FROM %s) %s %s",
                group,
                terms[criterion].value,
                values,
                SQL.identifier(VALUES),
                joins,
            )
        once = SQL()
        if self._weighs_groups_once(criterion):
            once = SQL("DISTINCT ON (%s, %s)", SQL.identifier(f"t{criterion.id}"), group)
        value = criterion._get_value_sql(raw, scope)
        return SQL("SELECT %s %s AS population, %s AS value FROM %s", once, group, value, values)

    def _get_places_sql(self, criterion, compared):
        """Return the query of the values of a ranking, first ones first.

        :param compared: as :meth:`_get_compared_sql` gives it
        :return: query of ``population, value, own`` (the weight of those who have it),
            ``upto`` (that of them and all before) and ``total``
        """
        value = SQL("value")
        return SQL(
            """
            SELECT population, value, own,
                   SUM(own) OVER (PARTITION BY population ORDER BY value %(order)s) AS upto,
                   SUM(own) OVER (PARTITION BY population) AS total
              FROM (
                SELECT population, value, SUM(%(weight)s) AS own FROM (%(compared)s) compared
                 WHERE %(competes)s
                 GROUP BY 1, 2
              ) by_value
            """,
            order=SQL("ASC") if criterion._ranks_lowest_first() else SQL("DESC"),
            weight=SQL("GREATEST(value, 0)") if criterion.band_by == "share" else SQL("1"),
            compared=compared,
            competes=criterion._get_competes_sql(value),
        )

    def _get_tied_sql(self, criterion, compared):
        """Return the query of the bands that end among more who are equal than they have places.

        :return: query of ``band_id, value`` and how many are equal, by group of who are
            compared; they are never parted
        """
        return SQL(
            "SELECT band.id, value, own FROM (%(places)s) ranked"
            " JOIN customer_grading_band band ON band.criterion_id = %(criterion)s"
            " WHERE upto - own < %(line)s AND upto > %(line)s AND own > GREATEST(%(line)s, 1)",
            places=self._get_places_sql(criterion, compared),
            criterion=criterion.id,
            line=criterion._get_line_sql(SQL.identifier("band", "lower")),
        )

    def _get_cutoff_sql(self, band, compared):
        """Return the query of the last value of a band, by group of who are compared."""
        criterion = band.criterion_id
        if whole := WHOLES.get(criterion.band_by):
            return SQL(
                "SELECT population, CASE WHEN %s > 0 THEN (%s * %s / 100)::text END"
                " FROM (%s) compared WHERE %s GROUP BY 1",
                whole,
                whole,
                band.lower,
                compared,
                SQL("value > 0")
                if criterion.band_by == "own_share"
                else criterion._get_competes_sql(SQL("value")),
            )
        return SQL(
            "SELECT population, %s(value)::text FROM (%s) ranked WHERE %s GROUP BY population",
            SQL("MAX") if criterion._ranks_lowest_first() else SQL("MIN"),
            self._get_places_sql(criterion, compared),
            SQL(
                "upto <= %s" if criterion.crossing == "out" else "upto - own < %s",
                criterion._get_line_sql(SQL("%s", band.lower)),
            ),
        )

    # ------------------------------------------------------------------ evaluation

    @api.model
    def _evaluate(self, policy, scope, table):
        """Hook: fill the temporary table ``table`` with what every subject of the policy gets.

        Columns: ``subject_id``, ``rule_id``, ``grade_id``, ``reason``, ``score``,
        ``values``, ``documented``. Reads documents, locks nothing.

        :return: ``(scope, count)``: the scope with the cut-offs used, and the number of
            subjects
        """
        graded, kept = SQL.identifier(table), SQL.identifier(f"{table}_values")
        sure = scope.subject_ids is not None
        if not sure:
            self._take_one_core()
        values = self._get_values_sql(policy, scope, sure=sure)
        if self._needs_everybody(policy) and scope.cutoffs is None:
            sure = True
            scope = self._create_values(policy, scope, kept)
            values = SQL("SELECT * FROM %s", kept)
        count = self._create_table(graded, self._get_graded_sql(policy, scope, values))
        if scope.subject_ids is None:
            self._analyze(graded, "subject_id", "documented")
        if not sure:
            count -= self._delete_undocumented(policy, scope, graded)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", kept))
        return scope, count

    def _take_one_core(self):
        """Read for everybody by one core, and what is in its cache: more is no quicker."""
        self.env.cr.execute(SQL("SET LOCAL max_parallel_workers_per_gather = 0"))
        self.env.cr.execute(SQL("SET LOCAL hash_mem_multiplier = 1"))

    @api.model
    def _find_failing(self, policy, scope):
        """Return the criterion whose value the database cannot compute, if there is one."""
        for criterion in policy._get_measured_criteria():
            values = self._get_values_sql(policy, scope, criterion)
            column = SQL.identifier(f"v{criterion.id}")
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.env.execute_query(SQL("SELECT COUNT(%s) FROM (%s) read", column, values))
            except psycopg2.Error:
                return criterion
        return policy.criterion_ids.browse()

    def _create_table(self, name, query):
        """Keep the rows of ``query`` in a temporary table, pending writes included.

        :return: how many they are
        """
        for field in query.to_flush:
            self.env[field.model_name].flush_model([field.name])
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", name))
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE %s AS %s", name, query))
        return self.env.cr.rowcount

    def _analyze(self, table, *columns):
        """Tell PostgreSQL what ``table`` is like now: autovacuum comes a minute too late.

        Without statistics it plans for a handful of rows, or for half of all.

        :param columns: names of those that queries join or filter by; all by default
        """
        names = SQL(", ").join(SQL.identifier(column) for column in columns)
        self.env.cr.execute(SQL("ANALYZE %s %s", table, SQL("(%s)", names) if columns else SQL()))

    @api.model
    def _get_population_sources(self):
        """Hook: return what makes a contact a customer, as ``(model, domain, path)``.

        Documents of these models, whatever their date, put the company of the contact at
        the end of the path among the subjects. An addon with other documents extends the
        list, and names them in ``_get_population_names`` of ``customer.grading.policy``.
        """
        invoices = Domain("move_type", "in", INVOICE_TYPES)
        return [
            ("sale.order", Domain("state", "=", "sale"), "partner_id"),
            ("account.move", Domain("state", "=", "posted") & invoices, CUSTOMER),
            ("crm.lead", Domain("type", "=", "opportunity"), "partner_id"),
        ]

    def _get_subject_model(self, subject, scope):
        """Return the subjects' model as a run reads it: as the company, not as a user."""
        context = {"allowed_company_ids": list(scope.company_ids), "active_test": False}
        return self.env[subject.model].sudo().with_context(**context, lang=None)

    def _get_ids_by_subject(self, policy, scope):
        """Hook: return whose documents to read where only some subjects are asked for.

        :return: ``{"partner": contacts, "lead": opportunities}``, tuples of ids; empty for
            all
        """
        if scope.subject_ids is None:
            return {}
        subject = policy.dimension_id._get_subject_kind()
        Partner = self._get_subject_model(PARTNER, scope)
        customers, found = scope.subject_ids, {}
        if subject != PARTNER:
            asked = found[subject.name] = scope.subject_ids or (0,)
            records = self._get_subject_model(subject, scope).browse(asked).exists()
            customers = records.mapped(subject.customer).ids
        contacts = Partner._search([("commercial_partner_id", "in", customers)])
        found["partner"] = contacts.get_result_ids() or (0,)
        for criterion in policy._get_measured_criteria():
            of = criterion._get_group_kind()
            if of and of not in found:
                members = Partner.browse(customers)._get_corporate_domain(criterion.group_field)
                found[of] = Partner._search(members).get_result_ids() or (0,)
        return found

    def _get_subject_query(self, policy, scope, found=None, documented=True):
        """Hook: return the query of the records that ``policy`` grades.

        They are those of its population that match its domain, and that no running policy
        before it grades.

        :param found: what :meth:`_get_ids_by_subject` gives, where it is known
        :param documented: whether to look for the documents that make customers
        """
        if found is None:
            found = self._get_ids_by_subject(policy, scope)
        subject = policy.dimension_id._get_subject_kind()
        Model = self._get_subject_model(subject, scope)
        query = Model._search(
            getattr(self, f"_get_{subject.name}_domain")(scope), bypass_access=True
        )
        own = SQL.identifier(query.table, "id")
        conditions = [self._get_population_sql(policy, scope, Model, query)]
        if documented and self._is_of_documented(policy):
            conditions.append(self._get_documented_sql(scope, own, found))
        for earlier in self._get_earlier_policies(policy, scope):
            applies = self._get_population_sql(earlier, scope, Model, query)
            if self._is_of_documented(earlier) and not self._is_of_documented(policy):
                documents = self._get_documented_sql(scope, own, found)
                applies = SQL("(%s AND %s)", applies, documents)
            conditions.append(SQL("NOT COALESCE(%s, FALSE)", applies))
        for condition in conditions:
            query.add_where(condition)
        return query

    def _get_partner_domain(self, scope):
        """Return who can be a customer at all: no own company, no colleague, not archived."""
        Users = self.env["res.users"].sudo().with_context(active_test=False)
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        colleagues = Users._search([("share", "=", False)]).subselect("partner_id")
        companies = Company._search([]).subselect("partner_id")
        return (
            Domain("active", "=", True)
            & Domain("id", "not in", colleagues)
            & Domain("id", "not in", companies)
            & self._get_asked_domain(scope)
        )

    def _get_lead_domain(self, scope):
        return self._get_asked_domain(scope)

    def _get_asked_domain(self, scope):
        """Return the records of the companies, or those of them that are asked for."""
        domain = Domain("company_id", "in", [False, *scope.company_ids])
        if scope.subject_ids is not None:
            domain &= Domain("id", "in", scope.subject_ids)
        return domain

    def _get_population_sql(self, policy, scope, Model, query):
        """Hook: return whether a candidate is one that ``policy`` is about, documents aside."""
        domain = policy._parse_domain() & self._get_created_domain(policy, scope)
        if policy.subject == "lead":
            domain &= Domain("type", "in", policy.dimension_id._get_lead_types())
            if policy.lead_population == "open":
                domain &= self._get_open_domain(scope)
        conditions = [SQL("TRUE")]
        if policy.subject == "partner":
            # Put so, PostgreSQL expects half of them; of what equals a column, hardly anybody.
            entity = Model._field_to_sql(query.table, "commercial_partner_id", query)
            own = SQL("%s = %s", entity, SQL.identifier(query.table, "id"))
            conditions = [SQL("COALESCE(%s, FALSE)", own)]
        if not domain.is_true():
            domain = domain.optimize_full(Model)
            conditions.append(domain._to_sql(Model, query.table, query))
        return SQL("(%s)", SQL(" AND ").join(conditions))

    # ------------------------------------------------------------------ documents

    @staticmethod
    def _is_of_documented(policy):
        return policy.subject == "partner" and policy.population == "documents"

    def _get_documented_sql(self, scope, candidate, found):
        """Return whether ``candidate`` is a commercial entity that has a document."""
        queries = self._get_population_queries(scope)
        if "partner" in found:
            # Of few contacts the first document found will do. Joined, hardly anybody would be
            # expected, and all that is read be gone through for each.
            return SQL(
                "COALESCE(%s IN (SELECT contact.commercial_partner_id FROM res_partner contact"
                " WHERE contact.id IN %s AND (%s)), FALSE)",
                candidate,
                tuple(found["partner"]) or (0,),
                SQL(" OR ").join(self._exists_sql(*query) for query in queries),
            )
        documented = []
        for query, Model, path in queries:
            # Contacts are few beside their documents: those are looked up once each.
            query.groupby = contact = Model._field_to_sql(query.table, path, query)
            documented.append(query.select(SQL("%s AS id", contact)))
        return SQL(
            "%s IN (SELECT contact.commercial_partner_id FROM res_partner contact"
            " JOIN (%s) documented ON documented.id = contact.id)",
            candidate,
            SQL(" UNION ALL ").join(documented),
        )

    def _has_document_sql(self, scope, customer):
        """Return whether one of few customers has a document: the first one found will do."""
        queries = self._get_population_queries(scope)
        return SQL(
            "EXISTS (SELECT FROM res_partner contact WHERE contact.commercial_partner_id = %s"
            " AND (%s))",
            customer,
            SQL(" OR ").join(self._exists_sql(*query) for query in queries),
        )

    def _exists_sql(self, query, Model, path):
        """Return whether ``contact`` of another query has a document of this one."""
        self.env["customer.grading.owner"]._narrow_to_contact(query, Model, path)
        return SQL("EXISTS (%s)", query.select(SQL("1")))

    def _get_population_queries(self, scope):
        """Return the documents of each source of the population, and whose they are.

        :return: ``[(query, its model, path to the contact of a document)]``
        """
        queries = []
        for model_name, domain, path in self._get_population_sources():
            Model = self.env[model_name].sudo().with_context(active_test=False)
            domain &= Domain("company_id", "in", [False, *scope.company_ids])
            if scope.past:
                domain &= self._get_until_domain(Model, scope)
            query = Model._search(domain, active_test=False, bypass_access=True)
            queries.append((query, Model, path))
        return queries

    def _delete_undocumented(self, policy, scope, table):
        """Delete from ``table`` the candidates that no document makes customers.

        Who appears in a scan that a measure makes has a document. Only the others, few as
        a rule, are looked up: to read the documents of all times for everybody would take
        as long as all measures together. Each source has only those to look for that the
        ones before it did not find.

        :return: how many were deleted
        """
        if not self._is_of_documented(policy):
            return 0
        unseen = SQL.identifier("customer_grading_unseen")
        self._create_table(
            unseen,
            SQL(
                "SELECT contact.id, candidate.subject_id FROM %s candidate"
                " JOIN res_partner contact ON contact.commercial_partner_id = candidate.subject_id"
                " WHERE NOT candidate.documented",
                table,
            ),
        )
        for query in self._get_population_queries(scope):
            self._analyze(unseen)
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %(unseen)s WHERE subject_id IN"
                    " (SELECT subject_id FROM %(unseen)s contact WHERE %(documented)s)",
                    unseen=unseen,
                    documented=self._exists_sql(*query),
                )
            )
        self.env.cr.execute(
            SQL("DELETE FROM %s WHERE subject_id IN (SELECT subject_id FROM %s)", table, unseen)
        )
        count = self.env.cr.rowcount
        self.env.cr.execute(SQL("DROP TABLE %s", unseen))
        return count

    def _get_seen_sql(self, statement):
        """Return whether a scan of ``statement`` found a document of the population."""
        population = [
            (
                model_name,
                f"{path}.commercial_partner_id",
                "company_id",
                domain.optimize(self.env[model_name]),
            )
            for model_name, domain, path in self._get_population_sources()
        ]
        found = [
            SQL("%s IS NOT NULL", SQL.identifier(source.alias, "subject_id"))
            for source in statement.sources
            if source.documents in population
        ]
        return SQL("(%s)", SQL(" OR ").join(found)) if found else SQL("FALSE")

    # ------------------------------------------------------------------ other policies

    def _get_earlier_policies(self, policy, scope):
        """Return the running policies that are asked before ``policy``."""
        company = self.env["res.company"].browse(scope.company_ids[:1])
        if policy.company_id:
            company = policy.company_id
        running = policy._get_running(policy.dimension_id, company)
        own = (policy.sequence, policy.id or 0)
        earlier = running.filtered(lambda other: (other.sequence, other.id) < own)
        if not earlier:
            return earlier
        if policy.state in PLANNED_STATES:
            earlier -= policy._get_taken_over(company)
        return earlier - policy._get_versions() - policy.browse(scope.beside_ids)

    @api.model
    def _get_population_dates(self):
        """Hook: return when a document of the population came, as ``{model: field}``.

        The day on which it was written down counts where a model is not named. An addon
        that adds documents to :meth:`_get_population_sources` says it here.
        """
        return {"sale.order": "date_order", "account.move": "invoice_date"}

    def _get_until_domain(self, Model, scope):
        """Return the documents of ``Model`` that were there on the scope's date."""
        field = Model._fields[self._get_population_dates().get(Model._name, "create_date")]
        if field.type == "date":
            return Domain(field.name, "<=", scope.date)
        return Domain(field.name, "<", scope.get_end_of(scope.date))

    def _get_created_domain(self, policy, scope):
        """Hook: return the records whose day of creation puts them under this version.

        For a past date they must have been there. A customer is there since its first
        document, whenever its contact was entered, where documents make customers.
        """
        since, until = policy._get_created_bounds()
        domain = Domain.TRUE
        if since:
            domain &= Domain("create_date", ">=", scope.get_start_of(since))
        if until:
            domain &= Domain("create_date", "<", scope.get_start_of(until))
        if scope.past and not self._is_of_documented(policy):
            domain &= Domain("create_date", "<", scope.get_end_of(scope.date))
        return domain

    def _get_open_domain(self, scope):
        """Return the opportunities that are open, or were on a past date."""
        domain = Domain("active", "=", True) & Domain("won_status", "=", "pending")
        if scope.past:
            domain |= Domain("date_closed", ">=", scope.get_end_of(scope.date))
        return domain
