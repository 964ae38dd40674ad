from odoo import api, models
from odoo.addons.customer_grading.tools.statement import QuerySource
from odoo.fields import Domain
from odoo.tools import SQL

KEYS = ("referrals", "referral_successes", "referral_revenue")


class CustomerGradingMeasure(models.Model):
    """Built-in measures of whom customers referred, and what came of it.

    Referrals count on the day on which somebody was referred, successes on that of the success,
    revenue on that of the invoice.
    """

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        labels = (
            self.env._("People referred"),
            self.env._("People referred who bought"),
            self.env._("Revenue with people referred"),
        )
        return [*super()._get_code_keys(), *zip(KEYS, labels, strict=True)]

    @api.model
    def _get_code_keys_with_period(self):
        return super()._get_code_keys_with_period() | set(KEYS)

    def _get_referrals_values_sql(self, criterion, scope, statement):
        """How many people the customer's contacts referred."""
        return self._count_referrals(criterion, scope, statement, "date")

    def _get_referral_successes_values_sql(self, criterion, scope, statement):
        """How many of those they referred bought something."""
        return self._count_referrals(criterion, scope, statement, "date_success")

    def _get_referral_revenue_values_sql(self, criterion, scope, statement):
        """What was invoiced to those they referred, since they were."""

        def open_source(scope):
            Engine = self.env["customer.grading.referral.engine"]
            return QuerySource(
                Engine._get_revenue_sql(scope.tz, scope.company_ids, statement.get_ids())
            )

        source = statement.get_source("referral_revenue", open_source)
        rate = self._get_rate_sql(scope, SQL("company_id"), SQL("day"))
        within = self._is_within_sql("day", criterion, scope)
        total = SQL("SUM(amount * %s) FILTER (WHERE %s)", rate, within)
        return SQL("COALESCE(%s, 0)", source.add_column(total))

    def _count_referrals(self, criterion, scope, statement, day):
        """Return how many referrals have their ``day`` in the period; one scan serves all."""

        def open_source(scope):
            Engine = self.env["customer.grading.referral.engine"]
            told = Engine._get_referrals_sql(scope.tz, scope.company_ids, statement.get_ids())
            return QuerySource(
                SQL("SELECT referrer_customer_id AS subject_id, told.* FROM (%s) told", told)
            )

        source = statement.get_source("referrals", open_source)
        within = self._is_within_sql(day, criterion, scope)
        return SQL("COALESCE(%s, 0)", source.add_column(SQL("COUNT(*) FILTER (WHERE %s)", within)))

    @staticmethod
    def _is_within_sql(day, criterion, scope):
        """Return whether the column ``day`` is in the criterion's period."""
        first, last = criterion._get_bounds(scope)[0]
        column = SQL.identifier(day)
        within = SQL("%s <= %s", column, last)
        return SQL("%s AND %s >= %s", within, column, first) if first else within

    # ------------------------------------------------------------------ what they are read from

    def _get_referrals_documents(self, criterion, record, scope):
        """Return the referrals behind the number."""
        return self._get_referrals_of(criterion, record, scope, "date")

    def _get_referral_successes_documents(self, criterion, record, scope):
        """Return the referrals that succeeded."""
        return self._get_referrals_of(criterion, record, scope, "date_success")

    def _get_referral_revenue_documents(self, criterion, record, scope):
        """Return the invoices that add up."""
        Contact = self.env["res.partner"].sudo().with_context(active_test=False)
        own = Contact.search([("commercial_partner_id", "=", record.id)])
        Engine = self.env["customer.grading.referral.engine"]
        told = Engine._get_revenue_sql(scope.tz, scope.company_ids, own.ids)
        self.env.flush_all()
        within = self._is_within_sql("day", criterion, scope)
        rows = self.env.execute_query(SQL("SELECT id FROM (%s) told WHERE %s", told, within))
        return "account.move", Domain("id", "in", [id_ for (id_,) in rows])

    def _get_referrals_of(self, criterion, record, scope, day):
        first, last = criterion._get_bounds(scope)[0]
        domain = Domain("referrer_customer_id", "=", record.id) & Domain(day, "<=", last)
        return "customer.grading.referral", domain & Domain(day, ">=", first) if first else domain

    def _get_referrals_changed_sql(self, scope, since):
        """The customers of whose contacts one is named where something was written since."""
        return SQL(
            """
            SELECT referrer.commercial_partner_id AS id
              FROM res_partner named
              JOIN res_partner referrer ON referrer.id = named.grading_referrer_id
             WHERE named.write_date >= %(since)s
             UNION
            SELECT referrer.commercial_partner_id
              FROM crm_lead lead
              JOIN res_partner referrer ON referrer.id = lead.grading_referrer_id
             WHERE lead.write_date >= %(since)s
            """,
            since=since,
        )

    _get_referral_successes_changed_sql = _get_referrals_changed_sql
