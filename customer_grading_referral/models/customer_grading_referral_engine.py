from odoo import api, models
from odoo.addons.customer_grading.tools.subject import INVOICE_TYPES
from odoo.tools import SQL

# Invoices that make a customer; credit notes only lessen what one referred.
SALES = ("out_invoice", "out_receipt")


class CustomerGradingReferralEngine(models.AbstractModel):
    """Tells referrals apart, in one statement, whoever asks.

    One referral is whoever was referred, once: a customer, with its contact persons and all its
    opportunities; or leads that have no customer yet, those of one e-mail address together. Who
    referred it is who stands on the customer itself, else on one of its contact persons, else on the
    first of its leads and opportunities. It succeeded on the first day, not before it was referred,
    on which an opportunity was won, an order confirmed or an invoice posted.
    """

    _name = "customer.grading.referral.engine"
    _description = "Engine of Referrals"

    @api.model
    def _get_referrals_sql(self, tz, companies=None, referrers=None, customers=None):
        """Return the query of referrals, one row each.

        :param tz: name of the time zone in which days begin
        :param companies: ids of those whose customers, leads and documents count; ``None``: all
        :param referrers: only those by these contacts, as ids; ``None``: by anybody
        :param customers: only those of these customers, as ids; ``None``: of anybody
        :return: query of ``key`` (whoever it is), ``customer_id`` or ``lead_id``, ``referrer_id``,
            ``referrer_customer_id``, ``kind_id``, ``campaign_id``, ``user_id``, ``company_id``,
            ``date``, and ``date_success`` where it succeeded
        """
        return SQL(
            """
            WITH %(referred)s, done AS (
                SELECT person.customer_id, MIN(told.day) AS day
                  FROM person JOIN LATERAL (%(documents)s) told ON told.day >= person.date
                 GROUP BY person.customer_id
            )
            SELECT referred.*, LEAST(referred.won, done.day) AS date_success
              FROM referred LEFT JOIN done ON done.customer_id = referred.customer_id
            """,
            referred=self._get_referred_sql(tz, companies, referrers, customers),
            documents=self._get_documents_sql(tz, companies),
        )

    @api.model
    def _get_revenue_sql(self, tz, companies=None, referrers=None):
        """Return what was invoiced, less credit notes, to whoever was referred, since it was.

        :return: query of ``id`` (of the invoice), ``subject_id`` (who referred it), ``company_id``,
            ``day``, and the untaxed ``amount`` in the company's currency
        """
        return SQL(
            """
            WITH %(referred)s
            SELECT move.id, person.referrer_customer_id AS subject_id, move.company_id,
                   move.invoice_date AS day, move.amount_untaxed_signed AS amount
              FROM person
              JOIN account_move move ON move.partner_id = person.id
             WHERE move.state = 'posted' AND move.move_type IN %(types)s
               AND move.invoice_date >= person.date AND %(here)s
            """,
            referred=self._get_referred_sql(tz, companies, referrers),
            types=INVOICE_TYPES,
            here=self._is_of_sql("move", companies),
        )

    # ------------------------------------------------------------------ who referred whom

    def _get_referred_sql(self, tz, companies, referrers, customers=None):
        """Return the common table expressions ``referred``, referrals, and ``person``.

        ``person``: the contacts of the customers among them. Where few are asked for, only what is
        said of their customers is read.
        """
        return SQL(
            """
            named AS (
                %(of_contacts)s UNION ALL %(of_leads)s
            ), told AS (
                SELECT DISTINCT ON (named.key) named.*,
                       MIN(named.day_won) OVER (PARTITION BY named.key) AS won
                  FROM (%(known)s) named
                 WHERE named.referrer_customer_id IS DISTINCT FROM named.customer_id
                 ORDER BY named.key, named.place, named.date, named.record_id
            ), referred AS (
                SELECT * FROM told WHERE %(by)s
            ), person AS (
                SELECT contact.id, referred.customer_id, referred.referrer_customer_id, referred.date
                  FROM referred
                  JOIN res_partner contact ON contact.commercial_partner_id = referred.customer_id
            )
            """,
            of_contacts=self._get_contacts_sql(tz, companies, referrers, customers),
            of_leads=self._get_leads_sql(tz, companies, referrers, customers),
            # Looked up one by one: joined, all contacts would be read for a few.
            known=SQL(
                "SELECT *, (SELECT commercial_partner_id FROM res_partner WHERE id = referrer_id)"
                " AS referrer_customer_id FROM named"
            ),
            by=self._is_one_sql("told.referrer_id", referrers),
        )

    def _get_contacts_sql(self, tz, companies, referrers, customers):
        """Return who referred a customer, as said on its contacts: its own word comes first."""
        return SQL(
            """
            SELECT %(key)s AS key, customer.id AS customer_id, NULL::integer AS lead_id,
                   contact.id AS record_id, (contact.id <> customer.id)::integer AS place,
                   contact.grading_referrer_id AS referrer_id,
                   contact.grading_referral_kind_id AS kind_id,
                   contact.grading_campaign_id AS campaign_id, customer.user_id,
                   customer.company_id,
                   COALESCE(contact.grading_referral_date, %(created)s) AS date,
                   NULL::date AS day_won
              FROM res_partner contact
              JOIN res_partner customer ON customer.id = contact.commercial_partner_id
             WHERE contact.grading_referrer_id IS NOT NULL AND %(here)s AND %(asked)s
            """,
            key=SQL("customer.id::text"),
            created=self._get_day_sql("contact.create_date", tz),
            here=self._is_of_sql("customer", companies, above=True),
            asked=self._is_asked_sql(referrers, customers),
        )

    def _get_leads_sql(self, tz, companies, referrers, customers):
        """Return who referred leads and opportunities."""
        return SQL(
            """
            SELECT %(key)s, contact.commercial_partner_id,
                   CASE WHEN lead.partner_id IS NULL THEN lead.id END, lead.id, 2,
                   lead.grading_referrer_id, lead.grading_referral_kind_id, lead.campaign_id,
                   lead.user_id, lead.company_id,
                   COALESCE(lead.grading_referral_date, %(created)s),
                   CASE WHEN lead.won_status = 'won' THEN %(closed)s END
              FROM crm_lead lead
              LEFT JOIN LATERAL (
                  SELECT commercial_partner_id FROM res_partner WHERE id = lead.partner_id LIMIT 1
              ) contact ON TRUE
             WHERE lead.grading_referrer_id IS NOT NULL AND %(here)s
               AND (%(asked)s OR %(new)s)
            """,
            key=self._get_key_sql(SQL("contact.commercial_partner_id"), "lead"),
            created=self._get_day_sql("lead.create_date", tz),
            closed=self._get_day_sql("COALESCE(lead.date_closed, lead.create_date)", tz),
            here=self._is_of_sql("lead", companies),
            asked=self._is_asked_sql(referrers, customers),
            new=self._is_asked_lead_sql(referrers, customers),
        )

    @staticmethod
    def _get_key_sql(customer, lead):
        """Return what tells apart who was referred: the customer, the address, or the lead."""
        return SQL(
            "COALESCE(%(customer)s::text, NULLIF(%(lead)s.email_normalized, ''), '-' || %(lead)s.id)",
            customer=customer,
            lead=SQL.identifier(lead),
        )

    def _is_asked_sql(self, referrers, customers):
        """Return whether something is said of a customer that is asked for."""
        column = SQL("contact.commercial_partner_id")
        if customers is not None:
            return SQL("%s IN %s", column, tuple(customers) or (0,))
        if referrers is None:
            return SQL("TRUE")
        return SQL(
            """
            %(column)s IN (
                SELECT named.commercial_partner_id FROM res_partner named
                 WHERE named.grading_referrer_id IN %(ids)s
                 UNION ALL
                SELECT named.commercial_partner_id FROM crm_lead told
                  JOIN res_partner named ON named.id = told.partner_id
                 WHERE told.grading_referrer_id IN %(ids)s)
            """,
            column=column,
            ids=tuple(referrers) or (0,),
        )

    @staticmethod
    def _is_asked_lead_sql(referrers, customers):
        """Return whether a lead without a customer is asked for, or one by its address with such."""
        if customers is not None:
            return SQL("FALSE")
        if referrers is None:
            return SQL("lead.partner_id IS NULL")
        return SQL(
            """
            lead.partner_id IS NULL AND (
                lead.grading_referrer_id IN %(ids)s OR lead.email_normalized IN (
                    SELECT told.email_normalized FROM crm_lead told
                     WHERE told.grading_referrer_id IN %(ids)s AND told.partner_id IS NULL))
            """,
            ids=tuple(referrers) or (0,),
        )

    # ------------------------------------------------------------------ what came of it

    def _get_documents_sql(self, tz, companies):
        """Return the query of the days on which something was sold to ``person``."""
        return SQL(
            """
            SELECT %(closed)s AS day FROM crm_lead lead
             WHERE lead.partner_id = person.id AND lead.won_status = 'won' AND %(lead_here)s
             UNION ALL
            SELECT %(ordered)s FROM sale_order sale
             WHERE sale.partner_id = person.id AND sale.state = 'sale' AND %(sale_here)s
             UNION ALL
            SELECT move.invoice_date FROM account_move move
             WHERE move.partner_id = person.id AND move.state = 'posted'
               AND move.move_type IN %(types)s AND %(move_here)s
            """,
            closed=self._get_day_sql("COALESCE(lead.date_closed, lead.create_date)", tz),
            lead_here=self._is_of_sql("lead", companies),
            ordered=self._get_day_sql("sale.date_order", tz),
            sale_here=self._is_of_sql("sale", companies),
            types=SALES,
            move_here=self._is_of_sql("move", companies),
        )

    # ------------------------------------------------------------------ terms

    @staticmethod
    def _get_day_sql(moment, tz):
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", SQL(moment), tz)

    @staticmethod
    def _is_one_sql(column, ids):
        return SQL("TRUE") if ids is None else SQL("%s IN %s", SQL(column), tuple(ids) or (0,))

    def _is_of_sql(self, table, companies, above=False):
        """Return whether a record is of one of the companies, or of none.

        :param above: whether one of a company above counts, as customers do for branches
        """
        if companies is None:
            return SQL("TRUE")
        if above:
            companies = self.env["res.company"].sudo().browse(companies).parent_ids.ids
        column = SQL.identifier(table, "company_id")
        return SQL("(%(c)s IS NULL OR %(c)s IN %(ids)s)", c=column, ids=tuple(companies) or (0,))
