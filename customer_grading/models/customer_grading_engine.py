import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..tools.scope import Scope
from ..tools.statement import Statement
from .customer_grading_criterion_values import Terms

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
        :param subject_ids: customers asked for; ``None``: all
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

    # ------------------------------------------------------------------ subjects

    @api.model
    def _get_population_sources(self):
        """Return what makes a contact a customer, as ``(model, domain, path)``.

        Documents of these models, whatever their date, put the company of the contact at
        the end of the path among the subjects. An addon with other documents extends the
        list.
        """
        return [
            ("sale.order", Domain("state", "=", "sale"), "partner_id"),
            (
                "account.move",
                Domain("state", "=", "posted")
                & Domain("move_type", "in", ("out_invoice", "out_refund")),
                "partner_id",
            ),
            ("crm.lead", Domain("type", "=", "opportunity"), "partner_id"),
        ]

    def _get_subject_model(self, scope):
        """Return the customers' model as a run reads it: as the company, not as a user."""
        return (
            self.env["res.partner"]
            .sudo()
            .with_context(allowed_company_ids=list(scope.company_ids), active_test=False, lang=None)
        )

    def _get_contact_ids(self, scope):
        """Return the contacts of the subjects asked for, or ``None`` for all."""
        if scope.subject_ids is None:
            return None
        Partner = self._get_subject_model(scope)
        contacts = Partner._search([("commercial_partner_id", "in", scope.subject_ids)])
        return contacts.get_result_ids() or (0,)

    def _get_subject_query(self, policy, scope, contact_ids=None, documented=True):
        """Return the query of the customers that ``policy`` grades.

        They are commercial entities in its population that match its domain, and that no
        running policy before it grades.

        :param documented: whether to look for the documents that the policy's population
            must have
        """
        Partner = self._get_subject_model(scope)
        query = Partner._search(self._get_candidate_domain(scope), bypass_access=True)
        query.add_where(
            SQL(
                "%s = %s",
                Partner._field_to_sql(query.table, "commercial_partner_id", query),
                SQL.identifier(query.table, "id"),
            )
        )
        query.add_where(self._get_matches_sql(policy, Partner, query))
        if documented and policy.population == "documents":
            query.add_where(self._get_documented_sql(scope, query, contact_ids))
        for earlier in self._get_earlier_policies(policy, scope):
            applies = self._get_matches_sql(earlier, Partner, query)
            if earlier.population == "documents" and policy.population != "documents":
                documents = self._get_documented_sql(scope, query, contact_ids)
                applies = SQL("%s AND %s", applies, documents)
            query.add_where(SQL("NOT COALESCE(%s, FALSE)", applies))
        return query

    def _get_candidate_domain(self, scope):
        """Return who can be a customer at all: no own company, no colleague, not archived."""
        Users = self.env["res.users"].sudo().with_context(active_test=False)
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        colleagues = Users._search([("share", "=", False)]).subselect("partner_id")
        companies = Company._search([]).subselect("partner_id")
        domain = (
            Domain("active", "=", True)
            & Domain("id", "not in", colleagues)
            & Domain("id", "not in", companies)
            & Domain("company_id", "in", [False, *scope.company_ids])
        )
        if scope.subject_ids is not None:
            domain &= Domain("id", "in", scope.subject_ids)
        return domain

    @staticmethod
    def _get_matches_sql(policy, Partner, query):
        """Return whether a candidate matches the domain of ``policy``."""
        domain = policy._parse_domain()
        if domain.is_true():
            return SQL("TRUE")
        return domain.optimize_full(Partner)._to_sql(Partner, query.table, query)

    def _get_documented_sql(self, scope, query, contact_ids):
        """Return whether a candidate has a document."""
        subject = SQL.identifier(query.table, "id")
        return SQL("%s IN (%s)", subject, self._get_population_sql(scope, contact_ids))

    def _get_population_sql(self, scope, contact_ids):
        """Return the query of the commercial entities that have a document.

        :param contact_ids: only those of these contacts; ``None``: all
        """
        queries = self._get_population_queries(scope)
        if contact_ids is not None:
            # Of few contacts the first document found will do.
            return SQL(
                "SELECT contact.commercial_partner_id FROM res_partner contact"
                " WHERE contact.id IN %s AND (%s)",
                tuple(contact_ids) or (0,),
                SQL(" OR ").join(self._exists_sql(*query) for query in queries),
            )
        documented = []
        for query, contact in queries:
            # Contacts are few beside their documents: those are looked up once each.
            query.groupby = contact
            documented.append(query.select(SQL("%s AS id", contact)))
        return SQL(
            "SELECT contact.commercial_partner_id FROM res_partner contact"
            " JOIN (%s) documented ON documented.id = contact.id",
            SQL(" UNION ALL ").join(documented),
        )

    @staticmethod
    def _exists_sql(query, contact):
        """Return whether ``contact`` of another query has a document of this one."""
        query.add_where(SQL("%s = contact.id", contact))
        return SQL("EXISTS (%s)", query.select(SQL("1")))

    def _get_population_queries(self, scope):
        """Return the documents of each source of the population, and whose they are.

        :return: ``[(query, contact of a document as SQL)]``
        """
        queries = []
        for model_name, domain, path in self._get_population_sources():
            Model = self.env[model_name].sudo().with_context(active_test=False)
            domain &= Domain("company_id", "in", [False, *scope.company_ids])
            query = Model._search(domain, active_test=False, bypass_access=True)
            queries.append((query, Model._field_to_sql(query.table, path, query)))
        return queries

    def _get_earlier_policies(self, policy, scope):
        """Return the running policies that are asked before ``policy``."""
        company = self.env["res.company"].browse(scope.company_ids[:1])
        if policy.company_id:
            company = policy.company_id
        running = policy._get_running(policy.dimension_id, company)
        replaced = policy | policy.previous_id
        return running.filtered(
            lambda other: (
                other not in replaced
                and (other.sequence, other.id) < (policy.sequence, policy.id or 0)
            )
        )

    # ------------------------------------------------------------------ layer 1: values

    def _get_values_sql(self, policy, scope, criteria=None, sure=True):
        """Return the query of ``subject_id`` and the values, read from the documents.

        Columns ``v<id>`` hold the value of the measured criterion ``<id>`` as it is
        stored, columns ``g<id>`` the group in which a ranked one is ranked.

        :param criteria: only these; all measured ones where it is not said
        :param sure: whether to look for the documents that make customers. Else candidates
            come too, and the column ``documented`` tells whose documents a measure reads
            anyway
        :raise UserError: where a measure cannot be read; ``error.measure`` names it
        """
        contact_ids = self._get_contact_ids(scope)
        query = self._get_subject_query(policy, scope, contact_ids, documented=sure)
        statement = Statement(self._get_subject_model(scope), query, scope, contact_ids)
        columns = self._add_values(policy, scope, statement, criteria)
        known = sure or policy.population != "documents"
        columns["documented"] = SQL("TRUE") if known else self._get_seen_sql(statement)
        return statement.to_sql(columns)

    def _add_values(self, policy, scope, statement, criteria=None):
        """Open in ``statement`` what the values are read from; return them by column."""
        columns = {}
        for criterion in criteria or policy._get_measured_criteria():
            columns[f"v{criterion.id}"] = self._get_value_sql(criterion, scope, statement)
            if criterion._is_ranked():
                columns[f"g{criterion.id}"] = self._get_group_sql(
                    criterion, statement.get_subject_field_sql
                )
        return columns

    def _create_values(self, policy, scope, table):
        """Fill the temporary table ``table`` with the values of all subjects of a policy."""
        self._create_table(table, self._get_values_sql(policy, scope, sure=False))
        self._delete_undocumented(policy, scope, table)

    def _delete_undocumented(self, policy, scope, table):
        """Delete from ``table`` the candidates that no document makes customers.

        Who appears in a scan that a measure makes has a document. Only the others, few as
        a rule, are looked up: to read the documents of all times for everybody would take
        as long as all measures together. Each source has only those to look for that the
        ones before it did not find.

        :return: how many were deleted
        """
        if policy.population != "documents":
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
            self.env.cr.execute(SQL("ANALYZE %s", unseen))
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
            (model_name, f"{path}.commercial_partner_id", domain.optimize(self.env[model_name]))
            for model_name, domain, path in self._get_population_sources()
        ]
        found = [
            SQL("%s IS NOT NULL", SQL.identifier(source.alias, "subject_id"))
            for source in statement.sources
            if source.documents in population
        ]
        return SQL("(%s)", SQL(" OR ").join(found)) if found else SQL("FALSE")

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
    def _get_group_sql(criterion, get_field_sql):
        """Return the group in which a criterion is ranked, as text; empty for everybody."""
        if criterion.rank_within == "all":
            return SQL("''")
        return SQL("COALESCE(%s::text, '0')", get_field_sql(criterion.rank_within))

    def _get_kept_values_sql(self, policy, records, condition=None):
        """Return the same query over the values kept by results, changes or run lines.

        ``subject_id`` is the id of the record here.

        :param condition: which records of the model to take instead of ``records``, as
            ``SQL`` on their table ``kept``
        """
        kept = SQL.identifier(records._table)
        columns = [SQL("kept.id AS subject_id")]
        for position, criterion in enumerate(policy._get_measured_criteria()):
            columns.append(
                SQL(
                    "%s AS %s",
                    self._get_kept_value_sql(position, criterion._get_raw_type()),
                    SQL.identifier(f"v{criterion.id}"),
                )
            )
            if criterion._is_ranked():
                group = self._get_group_sql(criterion, lambda name: SQL.identifier("partner", name))
                columns.append(SQL("%s AS %s", group, SQL.identifier(f"g{criterion.id}")))
        return SQL(
            "SELECT %s FROM %s kept JOIN res_partner partner ON partner.id = kept.partner_id"
            " WHERE %s",
            SQL(", ").join(columns),
            kept,
            condition or SQL("kept.id IN %s", tuple(records.ids) or (0,)),
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
            group = SQL.identifier(VALUES, f"g{criterion.id}")
            values[f"w{criterion.id}"] = criterion._get_value_sql(raw, scope)
            value = SQL.identifier("valued", f"w{criterion.id}")
            banded[f"l{criterion.id}"] = criterion._get_level_sql(value, group, scope)
            banded[f"p{criterion.id}"] = criterion._get_points_sql(value, group, scope)
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

    def _add_combinations(self, alias, criteria, terms, scope):
        """Add the terms of combinations whose parts have theirs already."""
        points, levels = {}, {}
        for criterion in criteria:
            parts = {child: terms[child].points for child in criterion.child_ids}
            points[f"p{criterion.id}"] = criterion._combine_sql(parts)
            total = SQL.identifier(alias, f"p{criterion.id}")
            levels[f"l{criterion.id}"] = criterion._get_level_sql(total, SQL("''"), scope)
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
        :return: ``subject_id, grade_id, reason, score, values, documented``
        """
        terms, joins = self._get_terms(policy, scope)
        rules = policy.rule_ids
        holds = {rule: rule._get_holds_sql(terms) for rule in rules}
        whens = [SQL("WHEN %s THEN %s", holds[rule], rule.grade_id.id) for rule in rules]
        grade = SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL")
        score = policy.score_criterion_id
        return SQL(
            "SELECT %(values)s.subject_id, decided.grade_id, %(reason)s AS reason,"
            " %(score)s AS score, %(kept)s AS values, %(values)s.documented"
            " FROM (%(relation)s) %(values)s %(joins)s"
            " CROSS JOIN LATERAL (SELECT (%(grade)s)::integer AS grade_id) decided",
            values=SQL.identifier(VALUES),
            reason=self._get_reason_sql(policy, holds),
            score=terms[score].points if score else SQL("NULL::numeric"),
            kept=self._get_kept_sql(policy),
            relation=values,
            joins=joins,
            grade=grade,
        )

    @staticmethod
    def _get_reason_sql(policy, holds):
        """Return why a subject has its grade or none."""
        if policy.decide_by == "hand":
            return SQL("'hand'")
        unknown = [SQL("%s IS NULL", hold) for hold in holds.values()]
        return SQL(
            "CASE WHEN decided.grade_id IS NOT NULL THEN 'graded'"
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

    def _compute_cutoffs(self, policy, values):
        """Return the cut-offs of every ranked criterion over a relation of values.

        A band of the first *p* per cent goes to a value where those above it are less than
        *p* per cent (who crosses the line belongs to it), or where those from it up are at
        most *p* per cent (is left out). Customers of one value are never parted.

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

        Columns: ``subject_id``, ``grade_id``, ``reason``, ``score``, ``values``,
        ``documented``. Reads documents, locks nothing.

        :return: ``(scope, count)``: the scope with the cut-offs used, and the number of
            subjects
        """
        graded, kept = SQL.identifier(table), SQL.identifier(f"{table}_values")
        sure = scope.subject_ids is not None
        values = self._get_values_sql(policy, scope, sure=sure)
        ranked = any(c._is_ranked() for c in policy._get_measured_criteria())
        if ranked and scope.cutoffs is None:
            sure = True
            self._create_values(policy, scope, kept)
            scope = scope._replace(cutoffs=self._compute_cutoffs(policy, kept))
            values = SQL("SELECT * FROM %s", kept)
        count = self._create_table(graded, self._get_graded_sql(policy, scope, values))
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
