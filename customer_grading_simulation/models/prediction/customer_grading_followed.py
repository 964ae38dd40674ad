from datetime import timedelta

from odoo import api, models
from odoo.addons.customer_grading.tools.period import Period, go_back
from odoo.addons.customer_grading.tools.statement import CUSTOMER, Statement
from odoo.addons.customer_grading.tools.subject import INVOICE_TYPES, REVENUE_MONTHS
from odoo.tools import SQL

LATE = "late_count"  # the key of the measure that tells what is paid late
# What is told of a kind of record: a ratio, its numerator and its denominator in the table of
# what followed. Where none is named it is the number of records.
OUTCOMES = {
    "partner": {
        "revenue": ("revenue", None),
        "orders": ("orders", None),
        "ordered": ("ordered", None),
        "late": ("late", "due"),
        "left": ("left", "bought"),
    },
    "lead": {
        "revenue": ("revenue", None),
        "won": ("won", None),
        "days": ("days", "won"),
    },
}
# The outcome by which grades are told apart.
MAIN = {"partner": "revenue", "lead": "won"}


class CustomerGradingFollowed(models.AbstractModel):
    """What customers, or opportunities, did after a past day; a row each.

    Of customers: what was invoiced, untaxed, less credit notes, by the date of the document; the
    orders confirmed; the invoices that fell due and those of them that were late, as it is known
    today; and whether who had bought in the 12 months before bought nothing any more, no order
    and no invoice. Of opportunities: what was won, and after how many days.
    """

    _name = "customer.grading.followed"
    _description = "What Followed a Past Day"

    @api.model
    def _get_windows(self, day, months):
        """Return ``{months: last day}`` of what is looked at: 3, 6 and 12 months, as far as asked."""
        return {count: go_back(day, -count) for count in (3, 6, 12) if count <= months}

    @api.model
    def _get_outcomes(self, subject):
        """Return the outcomes that can be told of a kind of record, as :data:`OUTCOMES`."""
        outcomes = dict(OUTCOMES[subject])
        if not self._get_late_measure():
            outcomes.pop("late", None)
        return outcomes

    @api.model
    def _get_late_measure(self):
        """Return the measure, not saved, that tells what is late, or nothing.

        There is one definition of that, with the measures of payments: it comes and goes with
        them.
        """
        Measure = self.env["customer.grading.measure"].sudo()
        if LATE not in dict(Measure._get_code_keys()):
            return Measure
        return Measure.new({"kind": "code", "code_key": LATE})

    @api.model
    def _create_table(self, table, graded, policy, scope, months):
        """Fill the temporary ``table`` with what followed ``scope.date``.

        It has ``subject_id``, ``before`` (the revenue of the 12 months before; of an
        opportunity what is expected of it today) and, by months, columns such as ``revenue_3``.

        :param graded: names of the tables that hold whose rows it has
        :param months: as many as are looked at, at most
        """
        engine = self.env["customer.grading.engine"]
        subject = policy.dimension_id._get_subject_kind()
        # What is late is late as of today.
        today = scope._replace(
            date=engine._get_today(self.env["res.company"].browse(scope.company_ids[:1]))
        )
        Model = engine._get_subject_model(subject, scope)
        query = Model._search([], bypass_access=True)
        asked = [SQL("SELECT subject_id FROM %s", SQL.identifier(name)) for name in graded]
        own = SQL.identifier(query.table, "id")
        query.add_where(SQL("%s IN (%s)", own, SQL(" UNION ALL ").join(asked)))
        statement = Statement(subject, Model, query, today)
        columns = getattr(self, f"_get_{subject.name}_columns")(statement, scope, months)
        engine._create_table(SQL.identifier(table), statement.to_sql(columns))
        engine._analyze(SQL.identifier(table), "subject_id", "before")

    # ------------------------------------------------------------------ customers

    def _get_partner_columns(self, statement, scope, months):
        """Return the columns of customers, read by one scan of invoices and one of orders."""
        sources = self._open_invoices(statement), self._open_orders(statement)
        [year] = Period("trailing", REVENUE_MONTHS).get_bounds(scope.date)
        before, _ordered, had = self._add_up(*sources, scope, *year)
        columns, first = {"before": before}, scope.date + timedelta(days=1)
        for count, last in self._get_windows(scope.date, months).items():
            revenue, ordered, bought = self._add_up(*sources, scope, first, last)
            columns |= {
                f"revenue_{count}": revenue,
                f"orders_{count}": ordered,
                f"ordered_{count}": SQL("(%s > 0)::integer", ordered),
                f"bought_{count}": SQL("%s::integer", had),
                f"left_{count}": SQL("(%s AND NOT %s)::integer", had, bought),
            }
            if measure := self._get_late_measure():
                columns |= self._get_late_columns(measure, statement, first, last, count)
        return columns

    def _add_up(self, invoices, orders, scope, first, last):
        """Return revenue, orders, and whether anything was bought, between two days."""
        dated = (invoices.get_field_sql("invoice_date"), first, last)
        amount = SQL("SUM(%s)", self._get_amount_sql(invoices, scope))
        revenue = SQL("COALESCE(%s, 0)::float8", invoices.add_aggregate(amount, (), dated))
        is_sale = SQL("%s <> 'out_refund'", invoices.get_field_sql("move_type"))
        invoiced = invoices.add_aggregate(SQL("COUNT(*)"), (is_sale,), dated)
        moments = self._get_moments(orders, "date_order", scope, first, last)
        ordered = SQL("COALESCE(%s, 0)", orders.add_aggregate(SQL("COUNT(*)"), (), moments))
        return revenue, ordered, SQL("(COALESCE(%s, 0) + %s > 0)", invoiced, ordered)

    def _open_invoices(self, statement):
        invoiced = [("state", "=", "posted"), ("move_type", "in", INVOICE_TYPES)]
        return self._open_source(statement, "account.move", invoiced, f"{CUSTOMER}.{CUSTOMER}")

    def _open_orders(self, statement):
        confirmed = [("state", "=", "sale")]
        return self._open_source(statement, "sale.order", confirmed, f"partner_id.{CUSTOMER}")

    def _open_source(self, statement, model_name, domain, path):
        """Return the scan of documents, of whom a measure of them says that they are."""
        measure = (
            self.env["customer.grading.measure"]
            .sudo()
            .new(
                {
                    "kind": "documents",
                    "model_name": model_name,
                    "domain": str(domain),
                    "subject_path": path,
                    "company_field": "company_id",
                }
            )
        )
        return statement.get_source(("followed", model_name), measure._open_source)

    def _get_amount_sql(self, invoices, scope):
        """Return what an invoice comes to in the currency of the scope, untaxed."""
        amount, company, day = (
            invoices.get_field_sql(name)
            for name in ("amount_untaxed_signed", "company_id", "invoice_date")
        )
        if not scope.rates:
            return amount
        rate = self.env["customer.grading.measure"]._get_rate_sql(scope, company, day)
        return SQL("%s * %s", amount, rate)

    @staticmethod
    def _get_moments(source, name, scope, first, last):
        """Return the bounds of two days in the terms of a field that tells the moment."""
        end = scope.get_end_of(last) - timedelta(microseconds=1)
        return source.get_field_sql(name), scope.get_start_of(first), end

    def _get_late_columns(self, measure, statement, first, last, months):
        """Return how many invoices fell due between two days, and how many of these were late.

        What neither is settled nor past its day is not decided, and no part of it.
        """
        criterion = (
            self.env["customer.grading.criterion"]
            .sudo()
            .new({"measure_id": measure, "period": "all_time"})
        )
        terms = (
            "COUNT(DISTINCT move_id) FILTER (WHERE is_counted AND %(decided)s"
            " AND due >= %(first)s AND due <= %(last)s"
        )
        counts = {"due": f"{terms})", "late": f"{terms} AND %(late)s)"}
        return {
            f"{name}_{months}": SQL(
                "COALESCE(%s, 0)",
                measure._get_items_values_sql(
                    criterion, statement.scope, statement, aggregate, first=first, last=last
                ),
            )
            for name, aggregate in counts.items()
        }

    # ------------------------------------------------------------------ opportunities

    def _get_lead_columns(self, statement, scope, months):
        """Return the columns of opportunities: what was won, and after how many days."""
        expected = SQL("COALESCE(%s, 0)::float8", statement.get_field_sql("expected_revenue"))
        closed, status = (statement.get_field_sql(name) for name in ("date_closed", "won_status"))
        start = scope.get_end_of(scope.date)
        days = SQL("EXTRACT(EPOCH FROM %s - %s::timestamp) / 86400.0", closed, start)
        columns = {"before": expected}
        for count, last in self._get_windows(scope.date, months).items():
            won = SQL(
                "COALESCE(%s = 'won' AND %s >= %s AND %s < %s, FALSE)",
                status,
                closed,
                start,
                closed,
                scope.get_end_of(last),
            )
            columns |= {
                f"revenue_{count}": SQL("CASE WHEN %s THEN %s ELSE 0 END", won, expected),
                f"won_{count}": SQL("%s::integer", won),
                f"days_{count}": SQL("CASE WHEN %s THEN %s ELSE 0 END", won, days),
            }
        return columns

    # ------------------------------------------------------------------ by class

    @api.model
    def _create_classes(self, table, graded, followed, grades, sizes):
        """Put each that has a grade in its class, and in one of the same size by plain revenue.

        The largest by what was invoiced in the 12 months before are as many as have the best
        grade, and so on; of equal ones the older record comes first. Who has no grade has no
        class.

        :param grades: ids of the grades, best first
        :param sizes: how many have each of them
        """
        starts = [1 + sum(sizes[:position]) for position in range(len(sizes))]
        statement = SQL(
            """
            SELECT told.*, CASE WHEN grade_class IS NOT NULL THEN width_bucket(
                       ROW_NUMBER() OVER (
                           PARTITION BY grade_class IS NULL ORDER BY before DESC, subject_id),
                       %(starts)s::bigint[]) END AS revenue_class
              FROM (
                SELECT followed.*, array_position(%(grades)s::integer[], graded.grade_id)
                           AS grade_class
                  FROM %(graded)s graded
                  JOIN %(followed)s followed ON followed.subject_id = graded.subject_id
              ) told
            """,
            starts=starts,
            grades=grades,
            graded=SQL.identifier(graded),
            followed=SQL.identifier(followed),
        )
        self.env["customer.grading.engine"]._create_table(SQL.identifier(table), statement)

    @api.model
    def _add_up_by_class(self, table, subject, months):
        """Return what followed in so many months, by class.

        :return: ``{("grade" or "revenue", class): (count, {outcome: sums})}``; the class of who
            has no grade is ``None``; sums are those of a :class:`Ratio` without its count
        """
        outcomes = self._get_outcomes(subject)
        columns = [
            self._get_sums_sql(*(name and f"{name}_{months}" for name in names))
            for names in outcomes.values()
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT GROUPING(grade_class), COALESCE(grade_class, revenue_class),"
                " COUNT(*), %s FROM %s"
                " GROUP BY GROUPING SETS ((grade_class), (revenue_class))",
                SQL(", ").join(columns),
                SQL.identifier(table),
            )
        )
        return {
            ("revenue" if by_revenue else "grade", class_): (
                count,
                dict(zip(outcomes, zip(*[iter(sums)] * 5, strict=True), strict=True)),
            )
            for by_revenue, class_, count, *sums in rows
            if class_ or not by_revenue
        }

    @staticmethod
    def _get_sums_sql(x, y):
        """Return the five sums of a ratio of two columns; each counts where ``y`` is ``None``."""
        x = SQL("%s::float8", SQL.identifier(x))
        y = SQL("%s::float8", SQL.identifier(y)) if y else SQL("1.0::float8")
        products = (x, y), (x, x), (x, y), (y, y)
        sums = [SQL("SUM(%s * %s)", *pair) for pair in products[1:]]
        return SQL(", ").join([SQL("SUM(%s)", x), SQL("SUM(%s)", y), *sums])

    @api.model
    def _correlate(self, table, sizes, outcome, months):
        """Return the rank correlation of grade, and of revenue rank, with what followed.

        That is Spearman's, with the middle rank for those who are equal: 1 where the best grade
        did most, 0 where the order says nothing, below 0 where it is the wrong way round.

        :param outcome: the column of what they did
        """
        middles = [sum(sizes[position + 1 :]) + size / 2 for position, size in enumerate(sizes)]
        column = SQL.identifier(f"{outcome}_{months}")
        [row] = self.env.execute_query(
            SQL(
                "SELECT CORR((%(middles)s::float8[])[grade_class], place),"
                " CORR((%(middles)s::float8[])[revenue_class], place)"
                "  FROM (SELECT grade_class, revenue_class,"
                "               RANK() OVER (ORDER BY %(column)s)"
                "               - RANK() OVER (ORDER BY %(column)s DESC) AS place"
                "          FROM %(table)s WHERE grade_class IS NOT NULL) told",
                middles=middles or [0.0],
                column=column,
                table=SQL.identifier(table),
            )
        )
        return dict(zip(("grade", "revenue"), row, strict=True))
