from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, Query, mute_logger

from ..tools.scope import Scope
from ..tools.statement import Statement, join_path
from .customer_grading_criterion_values import Place, Terms

VALUES = "raw"  # the relation that holds a policy's values, one row a subject


class CustomerGradingEngine(models.AbstractModel):
    """Puts the statement of a policy together; the only place where grades are decided.

    It has three layers. *Values*: one row a subject with the stored value of each measured
    criterion, read from the documents, or from what a result, a change or a try-on kept.
    *Terms*: value, level and points of every criterion. *Grade*: the first requirement
    that holds. A run reads all three; an explanation reads the last two over kept values.
    """

    _name = "customer.grading.engine"
    _description = "Grading Engine"

    # ------------------------------------------------------------------ scope

    @api.model
    def _get_scope(self, policy, company, date, subject_ids=None, cutoffs=None):
        """Return the :class:`Scope` of evaluating ``policy`` for ``company``.

        :param company: a company, whose branches count with it; empty: all as one
        :param subject_ids: customers or opportunities asked for; ``None``: all
        """
        Company = self.env["res.company"].sudo()
        if company:
            companies = Company.search([("id", "child_of", company.ids)])
            currency = company.currency_id
        else:
            companies = Company.search([("active", "=", True)])
            currency = policy.dimension_id.currency_id
        rates = ()
        if any(c.currency_id != currency for c in companies):
            rates = tuple(
                (c.id, c.currency_id._get_conversion_rate(c.currency_id, currency, c, date))
                for c in companies
            )
        return Scope(
            date=date,
            tz=self._get_time_zone(company),
            company_ids=tuple(companies.ids),
            currency_id=currency.id,
            rates=rates,
            subject_ids=None if subject_ids is None else tuple(subject_ids),
            cutoffs=cutoffs,
        )

    @api.model
    def _get_time_zone(self, company):
        """Return the name of the time zone in which the company's days begin."""
        company = company or self.env.company
        return company.sudo().partner_id.tz or self.env.user.tz or "UTC"

    @api.model
    def _get_today(self, company):
        """Return today's date where the company is."""
        user = self.with_context(tz=self._get_time_zone(company))
        return fields.Date.context_today(user)

    # ------------------------------------------------------------------ layer 1: values

    def _get_values_sql(self, policy, scope, criteria=None, sure=True):
        """Return the query of ``subject_id`` and the values, read from the documents.

        Columns ``v<id>`` hold the value of the measured criterion ``<id>`` as it is
        stored, columns ``g<id>`` the group in which a ranked one is ranked, ``b<id>`` the
        set of bands that is for the subject where there are several.

        :param criteria: only these; all measured ones where it is not said
        :param sure: whether to look for the documents that make customers. Else candidates
            come too, and the column ``documented`` tells whose documents a measure reads
            anyway
        :raise UserError: where a measure cannot be read; ``error.measure`` names it
        """
        statement = self._open_statement(policy, scope, documented=sure)
        columns = self._add_values(policy, scope, statement, criteria)
        known = sure or not self._is_of_documented(policy)
        # What a scan sees may have come after a past date: each is looked up then.
        seen = SQL("FALSE") if scope.past else self._get_seen_sql(statement)
        columns["documented"] = SQL("TRUE") if known else seen
        return statement.to_sql(columns)

    def _open_statement(self, policy, scope, documented=True):
        """Return the :class:`Statement` over the subjects of a policy.

        :param documented: as in :meth:`_get_subject_query`
        """
        subject = policy.dimension_id._get_subject_kind()
        found = self._get_ids_by_subject(policy, scope)
        query = self._get_subject_query(policy, scope, found, documented)
        return Statement(subject, self._get_subject_model(subject, scope), query, scope, found)

    def _add_values(self, policy, scope, statement, criteria=None):
        """Open in ``statement`` what the values are read from; return them by column."""
        columns = {}
        for criterion in criteria or policy._get_measured_criteria():
            columns[f"v{criterion.id}"] = self._get_value_sql(criterion, scope, statement)
        if criteria is None:
            columns.update(self._get_group_columns(policy, statement.get_field_sql))
            columns.update(self._get_band_set_columns(policy, statement.get_domain_sql))
        return columns

    def _get_group_columns(self, policy, get_field_sql):
        """Return the groups that subjects are compared within, by column."""
        return {
            f"g{criterion.id}": self._get_group_sql(criterion._get_rank_path(), get_field_sql)
            for criterion in policy._get_measured_criteria()
            if criterion._is_ranked()
        }

    @staticmethod
    def _get_band_set_columns(policy, get_domain_sql):
        """Return the sets of bands that are for the subjects, by column."""
        return {
            f"b{criterion.id}": criterion._get_band_set_sql(get_domain_sql)
            for criterion in policy.criterion_ids
            if len(criterion._get_band_sets()) > 1
        }

    def _create_values(self, policy, scope, table):
        """Fill the temporary table ``table`` with the values of all subjects of a policy."""
        self._create_table(table, self._get_values_sql(policy, scope, sure=False))
        self._analyze(table, "subject_id", "documented")
        self._delete_undocumented(policy, scope, table)

    def _get_value_sql(self, criterion, scope, statement):
        measure = criterion.measure_id.sudo()
        try:
            value = measure._get_values_sql(criterion, scope, statement)
        except UserError as error:
            error.measure = measure
            raise
        except Exception as error:
            raise MeasureError(criterion, error) from error
        return SQL("(%s)::%s", value, SQL(criterion._get_raw_type()))

    @staticmethod
    def _get_group_sql(path, get_field_sql):
        """Return the group of those who share what is at ``path``, as text; "" for everybody."""
        if not path:
            return SQL("''")
        return SQL("COALESCE(%s::text, '0')", get_field_sql(path))

    def _get_kept_values_sql(self, policy, records, condition=None):
        """Return the same query over the values kept by results, changes or run lines.

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
        columns = {
            f"v{criterion.id}": self._get_kept_value_sql(position, criterion._get_raw_type())
            for position, criterion in enumerate(policy._get_measured_criteria())
        }
        columns.update(self._get_group_columns(policy, partial(join_path, Model, "subject", query)))
        columns.update(
            self._get_band_set_columns(
                policy,
                lambda domain: domain.optimize_full(Model)._to_sql(Model, "subject", query),
            )
        )
        return query.select(
            SQL("kept.id AS subject_id"),
            *(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()),
        )

    @staticmethod
    def _get_kept_value_sql(position, raw_type):
        if raw_type == "jsonb":
            return SQL("NULLIF(kept.values -> %s, 'null'::jsonb)", position)
        return SQL("(kept.values ->> %s)::%s", position, SQL(raw_type))

    # ------------------------------------------------------------------ layer 2: terms

    def _get_terms(self, policy, scope):
        """Return ``{criterion: Terms}`` and the joins that name their columns.

        The joins follow the relation ``raw``: first the values to compare, then levels and
        points, then combinations, deepest first.
        """
        terms, values, banded = {}, {}, {}
        for criterion in policy._get_measured_criteria():
            raw = SQL.identifier(VALUES, f"v{criterion.id}")
            values[f"w{criterion.id}"] = criterion._get_value_sql(raw, scope)
            value = SQL.identifier("valued", f"w{criterion.id}")
            place = self._get_place(criterion)
            banded[f"l{criterion.id}"] = criterion._get_level_sql(value, place, scope)
            banded[f"p{criterion.id}"] = criterion._get_points_sql(value, place, scope)
            terms[criterion] = Terms(
                value,
                SQL.identifier("banded", f"l{criterion.id}"),
                SQL.identifier("banded", f"p{criterion.id}"),
            )
        joins = [("valued", values), ("banded", banded)]
        for depth, criteria in enumerate(policy._get_combinations()):
            joins += self._add_combinations(f"sum{depth}", criteria, terms, scope)
        return terms, SQL(" ").join(
            self._lateral(alias, columns) for alias, columns in joins if columns
        )

    @staticmethod
    def _get_place(criterion):
        return Place(
            SQL.identifier(VALUES, f"g{criterion.id}"), SQL.identifier(VALUES, f"b{criterion.id}")
        )

    def _add_combinations(self, alias, criteria, terms, scope):
        """Add the terms of combinations whose parts have theirs already."""
        points, levels = {}, {}
        for criterion in criteria:
            parts = {child: terms[child].points for child in criterion.child_ids}
            points[f"p{criterion.id}"] = criterion._combine_sql(parts)
            total = SQL.identifier(alias, f"p{criterion.id}")
            levels[f"l{criterion.id}"] = criterion._get_level_sql(
                total, self._get_place(criterion), scope
            )
            level = SQL.identifier(f"{alias}_level", f"l{criterion.id}")
            terms[criterion] = Terms(total, level, total)
        return [(alias, points), (f"{alias}_level", levels)]

    @staticmethod
    def _lateral(alias, columns):
        return SQL(
            "CROSS JOIN LATERAL (SELECT %s) %s",
            SQL(", ").join(
                SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()
            ),
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
        whens = [SQL("WHEN %s THEN %s", holds[rule], rule.id) for rule in rules]
        grades = [SQL("WHEN %s THEN %s", rule.id, rule.grade_id.id) for rule in rules]
        score = policy.score_criterion_id
        return SQL(
            "SELECT %(values)s.subject_id, decided.rule_id, given.grade_id, %(reason)s AS reason,"
            " %(score)s AS score, %(kept)s AS values, %(values)s.documented"
            " FROM (%(relation)s) %(values)s %(joins)s"
            " CROSS JOIN LATERAL (SELECT (%(rule)s)::integer AS rule_id) decided"
            " CROSS JOIN LATERAL (SELECT (%(grade)s)::integer AS grade_id) given",
            values=SQL.identifier(VALUES),
            reason=self._get_reason_sql(policy, holds),
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
    def _get_reason_sql(policy, holds):
        """Return why a subject has its grade or none."""
        if policy.decide_by == "hand":
            return SQL("'hand'")
        unknown = [SQL("%s IS NULL", hold) for hold in holds.values()]
        return SQL(
            "CASE WHEN decided.rule_id IS NOT NULL THEN 'graded'"
            " WHEN %s THEN 'missing' ELSE 'no_rule' END",
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
        return any(c._is_ranked() for c in policy._get_measured_criteria())

    def _compute_cutoffs(self, policy, scope, values):
        """Return the cut-offs of every ranked criterion over a relation of values.

        A band of the first *p* per cent goes to a value where those above it are less than
        *p* per cent (who crosses the line belongs to it), or where those from it up are at
        most *p* per cent (is left out). Customers of one value are never parted. A share
        of one's own is of the total of all above zero.

        :return: ``{criterion id: {band id: {group: lowest value, as text}}}``
        """
        cutoffs = {}
        for criterion in policy._get_measured_criteria().filtered(lambda c: c._is_ranked()):
            by_band = cutoffs.setdefault(str(criterion.id), {})
            for band in criterion.band_ids:
                rows = self.env.execute_query(self._get_cutoff_sql(criterion, band, values))
                by_band[str(band.id)] = dict(rows)
        return cutoffs

    def _get_cutoff_sql(self, criterion, band, values):
        value = SQL.identifier(f"v{criterion.id}")
        if criterion.band_by == "own_share":
            return SQL(
                "SELECT %(group)s, (SUM(%(value)s) * %(lower)s / 100)::text FROM %(values)s"
                " WHERE %(value)s > 0 GROUP BY 1",
                group=SQL.identifier(f"g{criterion.id}"),
                value=value,
                lower=band.lower,
                values=values,
            )
        condition = SQL("%s > 0", value)
        if criterion.rank_among == "known":
            condition = SQL("%s IS NOT NULL", value)
        weight = SQL("GREATEST(%s, 0)", value) if criterion.band_by == "share" else SQL("1")
        crossing = SQL("upto - own < total * %s / 100", band.lower)
        if criterion.crossing == "out":
            crossing = SQL("upto <= total * %s / 100", band.lower)
        return SQL(
            """
            SELECT population, MIN(value)::text
              FROM (
                SELECT population, value, own,
                       SUM(own) OVER (PARTITION BY population ORDER BY value DESC) AS upto,
                       SUM(own) OVER (PARTITION BY population) AS total
                  FROM (
                    SELECT %(group)s AS population, %(value)s AS value, SUM(%(weight)s) AS own
                      FROM %(values)s
                     WHERE %(condition)s
                     GROUP BY 1, 2
                  ) AS by_value
              ) AS ranked
             WHERE %(crossing)s
             GROUP BY population
            """,
            group=SQL.identifier(f"g{criterion.id}"),
            value=value,
            weight=weight,
            values=values,
            condition=condition,
            crossing=crossing,
        )

    # ------------------------------------------------------------------ evaluation

    @api.model
    def _evaluate(self, policy, scope, table):
        """Fill the temporary table ``table`` with what every subject of the policy gets.

        Columns: ``subject_id``, ``rule_id``, ``grade_id``, ``reason``, ``score``,
        ``values``, ``documented``. Reads documents, locks nothing.

        :return: ``(scope, count)``: the scope with the cut-offs used, and the number of
            subjects
        """
        graded, kept = SQL.identifier(table), SQL.identifier(f"{table}_values")
        sure = scope.subject_ids is not None
        values = self._get_values_sql(policy, scope, sure=sure)
        if self._needs_everybody(policy) and scope.cutoffs is None:
            sure = True
            self._create_values(policy, scope, kept)
            scope = scope._replace(cutoffs=self._compute_cutoffs(policy, scope, kept))
            values = SQL("SELECT * FROM %s", kept)
        count = self._create_table(graded, self._get_graded_sql(policy, scope, values))
        if scope.subject_ids is None:
            self._analyze(graded, "subject_id", "documented")
        if not sure:
            count -= self._delete_undocumented(policy, scope, graded)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", kept))
        return scope, count

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
