from odoo import api, fields, models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.tools import SQL

# What is kept of a customer in a company.
AMOUNTS = ("revenue", "discount", "below_list", "receivable", "not_due")


class CustomerGradingTermsFigures(models.Model):
    """Documents of a customer in a company, added up every night: what terms and discounts come to.

    Each company for itself, without its branches, which have their own: so that all add up.
    """

    _name = "customer.grading.terms.figures"
    _description = "Documents of a Customer, Added Up"
    # Written set-based; who made it is nobody.
    _log_access = False

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    revenue = fields.Monetary(
        readonly=True, help="Invoiced in the last 12 months, untaxed, less credit notes."
    )
    discount = fields.Monetary(
        readonly=True,
        help="Discount on the lines of orders confirmed in the last 12 months, as in Odoo's Sales "
        "analysis.",
    )
    below_list = fields.Monetary(
        "Below list price",
        readonly=True,
        help="What the same lines were sold below the list price of today, before their discount: "
        "by a pricelist, or by hand.",
    )
    receivable = fields.Monetary("Receivables open", readonly=True)
    not_due = fields.Monetary(
        "Not yet due", readonly=True, help="Of the open receivables: lent because of the terms."
    )

    _partner_uniq = models.UniqueIndex("(partner_id, company_id)")

    # ------------------------------------------------------------------ by night

    @api.model
    def _cron_keep(self):
        """Add up the documents of all companies, each in a transaction of its own."""
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        for left, company in zip(range(len(companies) - 1, -1, -1), companies, strict=True):
            self._keep(company)
            self.env["ir.cron"]._commit_progress(1, remaining=left)

    @api.model
    def _keep(self, company):
        """Add up the documents of one company; only rows that differ are written."""
        self.env.flush_all()
        names = [SQL.identifier(name) for name in AMOUNTS]
        # What is open is new and lies together: PostgreSQL would rather read all items there are.
        self.env.cr.execute(SQL("SET LOCAL random_page_cost = 1.1"))
        self.env.cr.execute(
            SQL(
                """
                WITH found AS MATERIALIZED (
                    %(found)s
                ), gone AS (
                    DELETE FROM customer_grading_terms_figures kept
                     WHERE company_id = %(company)s AND NOT EXISTS (
                           SELECT FROM found WHERE found.partner_id = kept.partner_id)
                )
                INSERT INTO customer_grading_terms_figures (partner_id, company_id, %(names)s)
                SELECT found.partner_id, %(company)s, %(found_names)s
                  FROM found
                  LEFT JOIN customer_grading_terms_figures kept
                         ON kept.partner_id = found.partner_id AND kept.company_id = %(company)s
                 WHERE kept.id IS NULL OR (%(found_names)s) IS DISTINCT FROM (%(kept_names)s)
                    ON CONFLICT (partner_id, company_id) DO UPDATE SET (%(names)s) = (%(new)s)
                """,
                found=self._get_found_sql(company),
                company=company.id,
                names=SQL(", ").join(names),
                new=SQL(", ").join(SQL("EXCLUDED.%s", name) for name in names),
                found_names=SQL(", ").join(SQL("found.%s", name) for name in names),
                kept_names=SQL(", ").join(SQL("kept.%s", name) for name in names),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _get_found_sql(self, company):
        """Return the query of ``partner_id`` and the amounts, of customers with any."""
        scope = self._get_scope(company)
        digits = company.sudo().currency_id.decimal_places
        return SQL(
            """
            SELECT partner_id, %(amounts)s
              FROM (%(invoiced)s) invoiced
              FULL JOIN (%(sold)s) sold USING (partner_id)
              FULL JOIN (%(owed)s) owed USING (partner_id)
             WHERE partner_id IS NOT NULL
            """,
            amounts=SQL(", ").join(
                SQL(
                    "ROUND(COALESCE(%(name)s, 0)::numeric, %(digits)s) AS %(name)s",
                    name=name,
                    digits=digits,
                )
                for name in map(SQL.identifier, AMOUNTS)
            ),
            invoiced=self._get_invoiced_sql(scope),
            sold=self._get_sold_sql(scope),
            owed=self._get_owed_sql(scope),
        )

    @api.model
    def _get_scope(self, company):
        """Return the :class:`Scope` of today: one company alone."""
        engine = self.env["customer.grading.engine"]
        return Scope(
            engine._get_today(company), tz=engine._get_time_zone(company), company_ids=(company.id,)
        )

    @api.model
    def _get_invoiced_sql(self, scope):
        """Return the query of what was invoiced, untaxed, less credit notes."""
        Owner = self.env["customer.grading.owner"]
        year = Owner._get_year(scope.date)
        query, customer, _day, amount = Owner._open_invoices(scope, *year)
        query.groupby = customer
        return query.select(SQL("%s AS partner_id", customer), SQL("SUM(%s) AS revenue", amount))

    @api.model
    def _get_sold_sql(self, scope):
        """Return the query of what was given away on confirmed orders, in the company's currency.

        The discount of a line is that of Odoo's Sales analysis. What its price is below the list
        price is told of the price before discount: so the two add up to all that was given away.
        """
        first, last = self.env["customer.grading.owner"]._get_year(scope.date)
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   SUM(sold.price * line.discount / 100) AS discount,
                   SUM(GREATEST(sold.listed - sold.price, 0)) AS below_list
              FROM sale_order sale
              JOIN sale_order_line line ON line.order_id = sale.id
              JOIN res_partner contact ON contact.id = sale.partner_id
              JOIN product_product variant ON variant.id = line.product_id
              JOIN product_template product ON product.id = variant.product_tmpl_id
              JOIN uom_uom unit ON unit.id = line.product_uom_id
              JOIN uom_uom own_unit ON own_unit.id = product.uom_id
             CROSS JOIN LATERAL (
                   SELECT line.price_unit * line.product_uom_qty
                          / COALESCE(NULLIF(sale.currency_rate, 0), 1) AS price,
                          product.list_price * %(rate)s * line.product_uom_qty
                          * unit.factor / own_unit.factor AS listed
                 ) sold
             WHERE sale.state = 'sale' AND sale.company_id IN %(companies)s
               AND sale.date_order >= %(first)s AND sale.date_order < %(end)s
               AND line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
               AND line.product_uom_qty > 0
             GROUP BY contact.commercial_partner_id
            """,
            companies=scope.company_ids,
            rate=self._get_list_rate_sql(scope),
            first=scope.get_start_of(first),
            end=scope.get_end_of(last),
        )

    @api.model
    def _get_list_rate_sql(self, scope):
        """Return what a list price is multiplied by: it is in the currency of the product's company.

        Products of all companies have that of the main one, as in Odoo.
        """
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        own, main = Company.browse(scope.company_ids), Company._get_main_company()
        rates = [
            SQL(
                "WHEN %s THEN %s::numeric",
                company.id,
                company.currency_id._get_conversion_rate(
                    company.currency_id, own.currency_id, own, scope.date
                ),
            )
            for company in Company.search([])
            if company.currency_id != own.currency_id
        ]
        if not rates:
            return SQL("1")
        theirs = SQL("COALESCE(product.company_id, %s)", main.id)
        return SQL("CASE %s %s ELSE 1 END", theirs, SQL(" ").join(rates))

    @api.model
    def _get_owed_sql(self, scope):
        """Return the query of what is open, and of that what is not yet due: as Odoo's aged receivable."""
        Account = self.env["account.account"].sudo().with_context(active_test=False)
        # Named one by one: items of other accounts are left out as they are read, not joined later.
        accounts = Account._search([("account_type", "=", "asset_receivable")], bypass_access=True)
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   SUM(item.amount_residual) AS receivable,
                   SUM(item.amount_residual) FILTER (
                       WHERE COALESCE(item.date_maturity, item.date) >= %(today)s) AS not_due
              FROM account_move_line item
              JOIN res_partner contact ON contact.id = item.partner_id
             WHERE item.account_id IN %(accounts)s AND item.parent_state = 'posted'
               AND item.reconciled IS NOT TRUE AND item.amount_residual != 0
               AND item.company_id IN %(companies)s
             GROUP BY contact.commercial_partner_id
            """,
            today=scope.date,
            accounts=accounts.get_result_ids() or (0,),
            companies=scope.company_ids,
        )
