from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, date_utils

from .customer_grading_month_engine import KEYS

KEPT_MONTHS = 24  # month ends that are told back
MONTH_KEYS = ",".join(KEYS)


class CustomerGradingFiguresSet(models.Model):
    """Whose figures stand together: those of a company, or those that a dimension adds up.

    A company's figures are of its own documents and its branches'. A dimension that grades all
    companies as one has figures of its own, in its currency.
    """

    _name = "customer.grading.figures.set"
    _description = "Set of Figures"
    _order = "id"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    key = fields.Integer(
        required=True,
        readonly=True,
        aggregator=None,
        help="The ID of the company, or the negative ID of the dimension: results are joined by it.",
    )
    is_asked = fields.Boolean("To be calculated", default=True, readonly=True)
    date = fields.Date(
        "Figures as of", readonly=True, help="The last day whose documents are counted."
    )
    date_filled = fields.Datetime(
        "Calculated on", readonly=True, help="Changes recorded since then may concern past months."
    )
    date_from = fields.Date(
        "Months from",
        readonly=True,
        help="The first month end still to be calculated; empty if there is none.",
    )
    month_keys = fields.Char(
        "Months counted by",
        readonly=True,
        help="What the customers of its months are counted by; a new field has past months "
        "counted again.",
    )

    _key_uniq = models.UniqueIndex("(key)")

    @api.depends("company_id", "dimension_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = (one.company_id or one.dimension_id).display_name

    @api.model
    def _get_due(self):
        """Return the sets that are to be filled, with one for each company that has grades now."""
        engine = self.env["customer.grading.engine"]
        return self._create_missing().filtered(
            lambda one: (
                one.is_asked
                or not one.date
                or one.date_from
                or one.date < engine._get_today(one.company_id)
            )
        )

    @api.model
    def _create_missing(self):
        """Create the sets that are missing, and return those of all that has grades."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, CASE WHEN company_id IS NULL THEN dimension_id END
                  FROM customer_grading_result
                 WHERE dimension_id IN (
                       SELECT id FROM customer_grading_dimension WHERE subject = 'partner')
                 GROUP BY 1, 2
                """
            )
        )
        vals_list = [
            {
                "key": company_id or -dimension_id,
                "company_id": company_id,
                "dimension_id": dimension_id,
            }
            for company_id, dimension_id in rows
        ]
        known = self.search([("key", "in", [vals["key"] for vals in vals_list])])
        keys = known.mapped("key")
        return known + self.create([vals for vals in vals_list if vals["key"] not in keys])

    def _get_scope(self):
        """Return the :class:`Scope` of the documents that count, up to today."""
        engine = self.env["customer.grading.engine"]
        # A scope is that of a policy: of it, only the dimension is of interest.
        policy = self.env["customer.grading.policy"].new({"dimension_id": self.dimension_id.id})
        return engine._get_scope(policy, self.company_id, engine._get_today(self.company_id))

    def _get_currency(self):
        return self.company_id.currency_id or self.dimension_id.currency_id

    def _get_results_sql(self, alias):
        """Return whether a result of the table ``alias`` is one of customers of this set.

        In plain columns, of which PostgreSQL knows how many results they leave.
        """
        company, dimension = (
            SQL.identifier(alias, name) for name in ("company_id", "dimension_id")
        )
        if not self.company_id:
            return SQL("%s IS NULL AND %s = %s", company, dimension, self.dimension_id.id)
        Dimension = self.env["customer.grading.dimension"].sudo().with_context(active_test=False)
        of_customers = Dimension.search([("subject", "=", "partner")])
        ids = of_customers._ids or (0,)
        return SQL("%s = %s AND %s IN %s", company, self.company_id.id, dimension, ids)

    def _get_customers_sql(self):
        """Return the query of ``partner_id``: who is graded, or was."""
        return SQL(
            "SELECT DISTINCT partner_id FROM customer_grading_result result WHERE %s",
            self._get_results_sql("result"),
        )

    # ------------------------------------------------------------------ what was done

    def _note_filled(self, day):
        """Note that the figures are of ``day``, and from which month end on is to be told anew.

        That is the month end of the oldest change written since, as an import writes them, or of
        the day on which it was told last.
        """
        since = min(filter(None, [self.date, self._get_first_day() or day]))
        month_end = max(
            date_utils.end_of(since, "month"),
            date_utils.end_of(day - relativedelta(months=KEPT_MONTHS), "month"),
        )
        if month_end >= date_utils.end_of(day, "month"):
            month_end = self.date_from  # this month is told every time
        self.write(
            {
                "is_asked": False,
                "date": day,
                "date_filled": self.env.cr.now(),
                "month_keys": MONTH_KEYS,
                "date_from": min(filter(None, [self.date_from, month_end]), default=False),
            }
        )

    def _get_first_day(self):
        """Return the first day on which one of the changes written since the last time took effect.

        An hour more is looked at: transactions that were open then. Where months were told apart by
        other keys, as by an earlier version, each change counts as written since.
        """
        written = SQL()
        if self.date_filled and self.month_keys == MONTH_KEYS:
            since = self.date_filled - timedelta(hours=1)
            written = SQL("AND create_date >= %s", since)
        [[day]] = self.env.execute_query(
            SQL(
                "SELECT MIN(date_applied) FROM customer_grading_change change"
                " WHERE state = 'applied' AND %s %s",
                self._get_results_sql("change"),
                written,
            )
        )
        return day

    def _is_seen_whole(self):
        """Whether the user works in all companies where these figures are of all as one."""
        as_one = self.filtered(lambda one: not one.company_id)
        return not (as_one and self.env["customer.grading.dimension"]._get_companies_outside())
