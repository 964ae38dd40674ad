from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

# Beyond how many days past its due date an item is in the next band.
BANDS = (("until_30", 0, 30), ("until_60", 30, 60), ("until_90", 60, 90), ("over_90", 90, None))


class CustomerGradingReceivableAge(models.Model):
    """What a customer owes a company, by how long it is overdue: as in Odoo's aged receivable.

    One row a customer and company, with grade and salesperson. Journal items of receivables
    that are posted and not reconciled, at what is left of them, by their due date; payments
    and credit notes that are matched to nothing lessen the band of their own date.
    """

    _name = "customer.grading.receivable.age"
    _description = "Receivables by Age"
    _auto = False
    _order = "over_90 desc, total desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color")
    date_oldest = fields.Date("Oldest due date", readonly=True)
    not_due = fields.Monetary("Not due", readonly=True)
    until_30 = fields.Monetary("1 to 30 days", readonly=True)
    until_60 = fields.Monetary("31 to 60 days", readonly=True)
    until_90 = fields.Monetary("61 to 90 days", readonly=True)
    over_90 = fields.Monetary("Over 90 days", readonly=True)
    total = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        """Return the rows of the companies that the user has selected."""
        self.env["account.move.line"].flush_model()
        self.env["customer.grading.result"].flush_model(["grade_id"])
        self.env["res.partner"].flush_model(["user_id", "commercial_partner_id"])
        rows = [SQL("(%s)", self._get_rows_sql(company)) for company in self.env.companies]
        return SQL(" UNION ALL ").join(rows)

    @api.model
    def _get_rows_sql(self, company):
        """Return the query of the rows of one company."""
        today = self.env["customer.grading.engine"]._get_today(company)
        return SQL(
            """
            SELECT owed.*, customer.user_id, graded.grade_id
              FROM (
                SELECT MIN(item.id) AS id, item.company_id, partner.commercial_partner_id AS partner_id,
                       %(currency)s AS currency_id,
                       MIN(due.day) FILTER (WHERE item.amount_residual > 0) AS date_oldest,
                       COALESCE(SUM(item.amount_residual) FILTER (WHERE %(today)s <= due.day), 0)
                           AS not_due,
                       %(bands)s,
                       SUM(item.amount_residual) AS total
                  FROM account_move_line item
                  JOIN res_partner partner ON partner.id = item.partner_id
                 CROSS JOIN LATERAL (SELECT COALESCE(item.date_maturity, item.date) AS day) due
                 WHERE item.account_id IN %(accounts)s AND item.parent_state = 'posted'
                   AND item.reconciled IS NOT TRUE AND item.amount_residual != 0
                   AND item.company_id = %(company)s
                 GROUP BY item.company_id, partner.commercial_partner_id
              ) owed
              JOIN res_partner customer ON customer.id = owed.partner_id
              LEFT JOIN LATERAL (%(grade)s) graded ON TRUE
            """,
            currency=company.sudo().currency_id.id,
            today=today,
            bands=SQL(", ").join(self._get_band_sql(today, *band) for band in BANDS),
            accounts=self.env["customer.grading.receivables"]._get_receivable_ids(),
            company=company.id,
            grade=self._get_grade_sql(company),
        )

    @staticmethod
    def _get_band_sql(today, name, beyond, most):
        bound = SQL("AND %s - due.day <= %s", today, most) if most else SQL()
        return SQL(
            "COALESCE(SUM(item.amount_residual) FILTER (WHERE %s - due.day > %s %s), 0) AS %s",
            today,
            beyond,
            bound,
            SQL.identifier(name),
        )

    @api.model
    def _get_grade_sql(self, company):
        """Return the query of ``grade_id``: the grade of ``owed.partner_id`` that is shown."""
        dimension = self.env["customer.grading.dimension"]._get_main("partner", company)
        ids = dimension._get_result_company_ids(company) if dimension else [False]
        ids = [id_ or 0 for id_ in ids]
        return SQL(
            "SELECT grade_id FROM customer_grading_result"
            " WHERE dimension_id = %(dimension)s AND partner_id = owed.partner_id"
            " AND COALESCE(company_id, 0) = ANY(%(ids)s)"
            " ORDER BY ARRAY_POSITION(%(ids)s, COALESCE(company_id, 0)) LIMIT 1",
            dimension=dimension.id or None,
            ids=ids,
        )

    def action_open_customer(self):
        """Open the form of the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_open_items(self):
        """Open the journal items that are open."""
        self.ensure_one()
        name = self.env._("Open items of %s", self.partner_id.display_name)
        domain = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        ]
        return open_window(name, "account.move.line", "list,form", domain=domain)
