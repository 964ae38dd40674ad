from ast import literal_eval
from datetime import timedelta
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.statement import Source, narrow_to
from ...tools.subject import PARTNER, SUBJECTS
from ..policy.customer_grading_measure import RAW_TYPES, SIGNED_FIELDS

BALANCE = "balance"  # of a journal item: what is owed is the sum of all

# What is read of an answer, in this order.
GIVEN = ("yes_no", "levels", "points", "number", "text", "date", "stamp", "valid_until")


class CustomerGradingMeasure(models.Model):
    """The SQL half of a measure: its value for each subject."""

    _inherit = "customer.grading.measure"

    def _get_values_sql(self, criterion, scope, statement):
        """Return the value of ``criterion`` for each subject, as it is stored.

        :param scope: the :class:`Scope` of the evaluation
        :param statement: the :class:`Statement` it becomes part of, which gives the
            subjects' alias and takes the sources that the value is read from
        :return: an ``SQL`` expression over the statement's subjects
        """
        if self.is_broken:
            message = self.env._(
                "Measure “%(measure)s”: %(problem)s",
                measure=self.name,
                problem=self._get_problem(),
            )
            raise UserError(message)
        key = self.code_key if self.kind == "code" else self.kind
        value = getattr(self, f"_get_{key}_values_sql")(criterion, scope, statement)
        return self._round_sql(value, scope)

    def _round_sql(self, value, scope):
        """Return an amount as Odoo shows it: rounded to its currency. All else is exact."""
        if self.unit != "amount":
            return value
        currency = self.env["res.currency"].browse(scope.currency_id or ())
        return SQL("ROUND((%s)::numeric, %s)", value, currency.decimal_places or 0)

    def _get_documents_values_sql(self, criterion, scope, statement, narrowed=True):
        """Return the value over the documents of the criterion's period.

        :param narrowed: whether only those count that match the criterion's own filter
        """
        periods = criterion._get_bounds(scope)
        values = [self._get_period_sql(criterion, scope, statement, p, narrowed) for p in periods]
        if criterion.period == "month_ends":
            finished = [self._finish_documents_sql(value, scope) for value in values]
            return SQL("((%s)::numeric / %s)", SQL(" + ").join(finished), len(finished))
        value = SQL("GREATEST(%s)", SQL(", ").join(values)) if len(values) > 1 else values[0]
        return self._finish_documents_sql(value, scope)

    def _finish_documents_sql(self, value, scope):
        if RAW_TYPES[self.unit] == "date":
            field = self._get_path_field(self.model_name, self.value_field)
            return self._get_day_sql(field, value, scope)
        if self.empty_is == "zero" and RAW_TYPES[self.unit] == "numeric":
            return SQL("COALESCE(%s, 0)", value)
        return value

    @staticmethod
    def _get_day_sql(field, value, scope):
        """Return a stored moment as a date of the company's time zone."""
        if field.type == "datetime":
            return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", value, scope.tz)
        return value

    def _get_period_sql(self, criterion, scope, statement, period, narrowed=True):
        """Return the aggregate over the documents of ``period`` (first day, last day)."""
        of = self._get_documents_of(criterion)
        source = statement.get_source(
            (*self._get_source_key(), of, criterion._get_whose()),
            partial(self._open_source, ids=statement.get_ids(of), of=of, criterion=criterion),
            of,
        )
        only = Domain(literal_eval(criterion.document_domain or "[]"))
        conditions = [source.get_sql(only)] if narrowed and not only.is_true() else []
        if criterion.period == "since_start":
            conditions.append(self._get_since_start_sql(criterion, scope, source))
        bounds = self._get_bounds(criterion, source, scope, period)
        if bounds:
            date, first, last = bounds
            if self.aggregate == "is_new":
                bounds = (date, None, last)  # those before tell that it is not
        add = partial(source.add_aggregate, conditions=conditions, bounds=bounds)
        value = self._aggregate_documents(criterion, scope, source, add)
        if self.aggregate == "is_new":
            since = SQL("%s >= %s", value, first) if first else SQL("%s IS NOT NULL", value)
            return SQL("COALESCE(%s, FALSE)", since)
        return value

    def _aggregate_documents(self, criterion, scope, source, add):
        """Hook: return what the documents come to.

        :param add: makes an aggregate over the documents a column, and returns what reads it
        """
        if self.aggregate == "interval":
            return self._get_interval_sql(scope, source, add)
        value = add(self._get_aggregate_sql(criterion, scope, source))
        return SQL("(%s)[1]", value) if self.aggregate == "latest" else value

    def _get_interval_sql(self, scope, source, add):
        """Return the days from one day with a document to the next, on average."""
        field, date = source.get_field(self.date_field), source.get_field_sql(self.date_field)
        day = self._get_day_sql(field, date, scope)
        first, last, count = map(
            add, (SQL("MIN(%s)", day), SQL("MAX(%s)", day), SQL("COUNT(DISTINCT %s)", day))
        )
        return SQL("((%s - %s)::numeric / NULLIF(%s - 1, 0))", last, first, count)

    def _get_since_start_sql(self, criterion, scope, source):
        """Return whether a document is not older than its customer's or opportunity's date."""
        start = f"{self.subject_path}.{criterion.start_field}"
        days = [
            self._get_day_sql(source.get_field(path), source.get_field_sql(path), scope)
            for path in (self.date_field, start)
        ]
        return SQL("%s >= %s", *days)

    def _get_documents_of(self, criterion):
        """Hook: return the kind of record that the documents are put together by.

        It is one that :meth:`Statement.get_key_sql` knows.
        """
        return criterion._get_group_kind() or self.subject

    def _get_source_key(self):
        return (self.model_name, self.domain, self.subject_path, self.company_field)

    def _open_source(self, scope, ids=None, of=None, criterion=None):
        """Hook: return the :class:`Source` of this measure's documents, by subject.

        :param ids: records (contacts, for customers) whose documents to read; ``None``:
            all
        :param of: a kind of corporate group where the documents of all of it are one's
        :param criterion: which says whether they count for who ordered, or who is invoiced
        """
        whose = criterion._get_whose() if criterion else False
        Owner = self.env["customer.grading.owner"]
        model = self.env[self.model_name].with_context(active_test=False)
        documents = Domain(literal_eval(self.domain or "[]"))
        domain = documents
        if self.company_field:
            # A document without a company is everybody's, as in Odoo's own rules.
            domain &= Domain(self.company_field, "in", [False, *scope.company_ids])
        path, others = Owner._get_path(self, whose), Owner._get_others(self, whose, ids)
        if self.model_name.startswith("customer.grading.") and "dimension_id" in model._fields:
            # What only some see tells nobody.
            domain &= Domain("dimension_id.group_ids", "=", False)
        few = Domain.TRUE if ids is None else Owner._get_few_domain(self, path, others, ids)
        query = model._search(few, active_test=False, bypass_access=True)
        counts = domain.optimize_full(model)._to_sql(model, query.table, query)
        # Those of few are found by whose they are: an index of all invoices would be gone through.
        query.add_where(counts if ids is None else SQL("COALESCE(%s, FALSE)", counts))
        source = Source(model, query, path, self.company_field, documents, ids, of, others)
        if whose:
            source.documents = None  # who is a customer is told by the other party
        return source

    def _get_bounds(self, criterion, source, scope, period):
        """Return the dates of ``period`` in the terms of the documents' date field."""
        if not self.date_field:
            return None
        first, last = period
        date = source.get_field_sql(self.date_field)
        if criterion._counts_credits_by_invoice():
            date = SQL("COALESCE(%s, %s)", SQL.identifier(source.join_reversed(), "date"), date)
        if source.get_field(self.date_field).type == "datetime":
            first = first and scope.get_start_of(first)
            last = scope.get_end_of(last) - timedelta(microseconds=1)
        return date, first, last

    def _get_aggregate_sql(self, criterion, scope, source):
        if self.aggregate == "count":
            return SQL("COUNT(*)")
        if self.aggregate == "is_new":
            return SQL("MIN(%s)", source.get_field_sql(self.date_field))
        value = self._get_value_sql(criterion, scope, source)
        if self.aggregate == "count_distinct":
            field = source.get_field(self.value_field)
            return SQL("COUNT(DISTINCT %s)", self._get_day_sql(field, value, scope))
        if self.aggregate == "mode":
            return SQL("MODE() WITHIN GROUP (ORDER BY %s)", value)
        if self.aggregate == "latest":
            date, number = (source.get_field_sql(path) for path in (self.date_field, "id"))
            return SQL("ARRAY_AGG(%s ORDER BY %s DESC, %s DESC)", value, date, number)
        function = SQL(self.aggregate.upper())  # one of the selection's keys
        return SQL("%s(%s)", function, value)

    def _get_value_sql(self, criterion, scope, source):
        """Return the value of one document, in the currency and unit of the criterion."""
        name = self.value_field
        if criterion.with_tax and self.tax_value_field:
            name = self.tax_value_field
        value = source.get_field_sql(name)
        if criterion._counts_credits_by_invoice():
            value = self._get_reversal_value_sql(source, name, value)
        if self.unit == "amount" and self.rate_field:
            value = SQL("%s / NULLIF(%s, 0)", value, source.get_field_sql(self.rate_field))
        if self.unit == "amount" and scope.rates:
            value = SQL("%s * %s", value, self._get_group_rate_sql(criterion, scope, source))
        if self.uom_field and criterion.uom_id:
            value = self._convert_quantity_sql(value, criterion, source)
        return value

    def _get_group_rate_sql(self, criterion, scope, source):
        """Return what an amount of a document's company is multiplied by, 1 in one's own currency."""
        if not scope.rates:
            return SQL("1")
        company = source.get_field_sql(self.company_field)
        return self._get_rate_sql(scope, company, self._get_rate_day(criterion, source, scope))

    @staticmethod
    def _get_reversal_value_sql(source, name, value):
        """Return ``value``, of what reverses an invoice at the rate that the invoice had."""
        reversed_ = source.join_reversed()
        return SQL(
            "CASE WHEN %(currency)s = %(own)s THEN -%(amount)s * %(rate)s ELSE %(value)s END",
            currency=SQL.identifier(reversed_, "currency_id"),
            own=source.get_field_sql("currency_id"),
            amount=source.get_field_sql(SIGNED_FIELDS[name]),
            rate=SQL.identifier(reversed_, "rate"),
            value=value,
        )

    def _convert_quantity_sql(self, value, criterion, source):
        """Return a quantity in the criterion's unit; one that cannot be converted is unknown.

        Units can be converted where they go back to the same one.
        """
        unit = criterion.uom_id
        root = int(unit.parent_path.split("/")[0])
        return SQL(
            "(SELECT %s * uom.factor / %s FROM uom_uom uom"
            " WHERE uom.id = %s AND split_part(uom.parent_path, '/', 1) = %s)",
            value,
            unit.factor,
            source.get_field_sql(self.uom_field),
            str(root),
        )

    def _get_growth_values_sql(self, criterion, scope, statement):
        """Growth in per cent against the same stretch a year before; unknown from nothing."""
        base = self.base_measure_id
        period = criterion._get_period(scope)
        spans = (period.get_bounds(scope.date), period.get_bounds_a_year_before(scope.date))
        sums = (base._get_period_sql(criterion, scope, statement, days) for days, *_more in spans)
        now, before = (base._round_sql(SQL("COALESCE(%s, 0)", each), scope) for each in sums)
        known = SQL("%s > 0", before)
        if criterion.least_base:
            known = SQL("%s AND %s >= %s", known, before, criterion.least_base)
        return SQL(
            "CASE WHEN %(known)s THEN 100.0 * (%(now)s - %(before)s) / %(before)s END",
            known=known,
            now=now,
            before=before,
        )

    def _get_ratio_values_sql(self, criterion, scope, statement):
        """Share in per cent; unknown where there is nothing to share.

        A measure as the share of itself is the share of what matches the criterion's
        filter: that of some products, say.
        """
        part = self.numerator_id._get_values_sql(criterion, scope, statement)
        if self.numerator_id == self.denominator_id:
            whole = self.denominator_id._get_documents_values_sql(
                criterion, scope, statement, narrowed=False
            )
            whole = self.denominator_id._round_sql(whole, scope)
        else:
            whole = self.denominator_id._get_values_sql(criterion, scope, statement)
        return SQL(
            "CASE WHEN %(whole)s > 0 THEN 100.0 * %(part)s / %(whole)s END",
            part=part,
            whole=whole,
        )

    def _get_field_values_sql(self, criterion, scope, statement):
        field = self._get_subject_field()
        if field.type == "many2many":
            return statement.add_relation(
                SQL(
                    "SELECT %(subject)s AS subject_id, jsonb_agg(%(choice)s ORDER BY %(choice)s)"
                    " AS choices FROM %(table)s GROUP BY %(subject)s",
                    subject=SQL.identifier(field.column1),
                    choice=SQL.identifier(field.column2),
                    table=SQL.identifier(field.relation),
                ),
                "choices",
                empty=SQL("'[]'::jsonb"),
                of=self.subject,
            )
        value = statement.get_field_sql(self.field_name, self.subject)
        if field.type == "datetime":
            return self._get_day_sql(field, value, scope)
        if field.type in ("char", "text", "selection"):
            return SQL("NULLIF(%s, '')", value)
        if self.unit == "amount" and scope.rates:
            company = statement.get_field_sql("company_id", self.subject)
            value = SQL("%s * %s", value, self._get_rate_sql(scope, company))
        return value

    def _get_rate_day(self, criterion, source, scope):
        """Return the day at whose rate a document counts, as SQL.

        ``None`` stands for today: where it has no date, and of a balance, in which what was
        paid must take off what was owed. What reverses an invoice counts at that one's.
        """
        if not self.date_field or self.value_field == BALANCE:
            return None
        field = source.get_field(self.date_field)
        day = self._get_day_sql(field, source.get_field_sql(self.date_field), scope)
        if criterion._counts_credits_by_invoice():
            day = SQL("COALESCE(%s, %s)", SQL.identifier(source.join_reversed(), "date"), day)
        return day

    @staticmethod
    def _get_rate_sql(scope, company, day=None):
        """Return what an amount of ``company`` is multiplied by.

        :param day: the date of its document, as SQL; it has none by default
        """
        if not scope.rates:
            return SQL("1")
        rates = [SQL("WHEN %s THEN %s", *rate) for rate in scope.rates]
        if day is not None and scope.daily_rates:
            rates = [
                SQL(
                    "WHEN %s THEN (%s::float8[])[GREATEST(width_bucket(%s, %s::date[]), 1)]",
                    company_id,
                    daily,
                    day,
                    days,
                )
                for company_id, days, daily in scope.daily_rates
            ]
        return SQL("CASE %s %s ELSE 1 END", company, SQL(" ").join(rates))

    def _get_filled_values_sql(self, criterion, scope, statement):
        """How many of the named fields are filled in, in per cent."""
        filled = [
            SQL(
                "COALESCE(%s, FALSE)::integer",
                statement.get_domain_sql(Domain(name, "!=", False), self.subject),
            )
            for name in self._get_fields_read()
        ]
        return SQL("(100.0 * (%s) / %s)", SQL(" + ").join(filled), len(filled))

    def _get_filter_values_sql(self, criterion, scope, statement):
        domain = Domain(literal_eval(criterion.subject_domain or "[]"))
        return SQL("COALESCE(%s, FALSE)", statement.get_domain_sql(domain, self.subject))

    def _get_question_values_sql(self, criterion, scope, statement):
        """The newest answer, where it is still valid on the reference date.

        It counts no more where a question by which it is outdated was answered yes later.
        """
        return self._get_answer_sql(criterion.question_id, scope, statement)

    def _get_answer_sql(self, question, scope, statement):
        """Return the answer to ``question`` that counts, as text; unknown where none does."""
        given = self._get_given_sql(question, scope, statement)
        value = SQL("(%s ->> %s)", given, GIVEN.index(question.kind))
        outdating = [
            SQL(
                "COALESCE(%s > %s, FALSE)",
                self._get_newest_sql(other, scope, statement, "affirmed"),
                SQL("(%s -> %s)", given, GIVEN.index("stamp")),
            )
            for other in question.sudo().contrary_ids
        ]
        if not outdating:
            return value
        return SQL("CASE WHEN NOT (%s) THEN %s END", SQL(" OR ").join(outdating), value)

    def _get_given_sql(self, question, scope, statement):
        """Return the valid answer to ``question`` as jsonb, an array in the order of ``GIVEN``."""
        return self._get_newest_sql(question, scope, statement, "given")

    def _get_newest_sql(self, question, scope, statement, column):
        """Return what is kept of the newest answer in a column of :meth:`_get_answers_sql`."""
        subject = SUBJECTS[question.subject]
        answers = self._get_answers_sql(subject, scope, statement.get_ids(subject.name))
        newest = statement.add_relation(answers, column, of=subject.name)
        return SQL("(%s -> %s)", newest, str(question.id))

    @api.model
    def _get_answers_sql(self, subject, scope, ids=None):
        """Return the query of the newest answers about each record of ``subject``.

        :param ids: only about these records (contacts, for customers); ``None``: all
        :return: query of ``subject_id``, ``given`` (valid answers by question) and
            ``affirmed`` (stamps of all that are a yes by question); a stamp orders answers
        """
        record = SQL.identifier("answer", subject.field)
        key, join = record, SQL()
        if subject == PARTNER:
            key = SQL.identifier("partner", "commercial_partner_id")
            join = SQL("JOIN res_partner partner ON partner.id = %s", record)
        return SQL(
            """
            SELECT subject_id,
                   jsonb_object_agg(
                       question_id,
                       jsonb_build_array(
                           yes, choice_id, points, number, text_value, date_value, stamp,
                           valid_until
                       )
                   ) FILTER (WHERE valid_until IS NULL OR valid_until >= %(date)s) AS given,
                   jsonb_object_agg(question_id, stamp) FILTER (WHERE yes) AS affirmed
              FROM (
                SELECT DISTINCT ON (%(key)s, answer.question_id)
                       %(key)s AS subject_id, answer.question_id,
                       answer.yes_no = 'yes' AS yes, answer.choice_id, answer.points,
                       answer.number, answer.text_value, answer.date_value, answer.valid_until,
                       jsonb_build_array(answer.date, answer.id) AS stamp
                  FROM customer_grading_answer answer
                  %(join)s
                 WHERE %(record)s IS NOT NULL AND answer.company_id IN %(companies)s
                   AND answer.date <= %(date)s %(narrow)s
                 ORDER BY %(key)s, answer.question_id, answer.date DESC, answer.id DESC
              ) latest
             GROUP BY subject_id
            """,
            key=key,
            join=join,
            record=record,
            companies=scope.company_ids,
            date=scope.date,
            narrow=narrow_to(record, ids),
        )
