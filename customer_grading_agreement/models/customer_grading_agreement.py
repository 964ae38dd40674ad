from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.statement import narrow_to
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.fields import Domain
from odoo.tools import SQL

SOON_DAYS = 90
AGREEMENT = "agreement"  # of OCA's addon, where it is installed
FOR_EVER = "9999-12-31"  # the last day of what has none


class CustomerGradingAgreement(models.Model):
    """An agreement with a customer that ends on a day: answered, or of OCA's addon.

    Of several answers to a question the latest counts; of several agreements of a type, the one that
    ends last. Each reader sees what he may read there.
    """

    _name = "customer.grading.agreement"
    _description = "Agreement With a Customer"
    _auto = False
    _order = "date_end, id"

    name = fields.Char("Agreement", compute="_compute_name")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    question_id = fields.Many2one("customer.grading.question", readonly=True)
    title = fields.Char(readonly=True)
    source_id = fields.Integer(readonly=True, aggregator=None)
    date_end = fields.Date("Last day", readonly=True)
    state = fields.Selection(
        [("ended", "Ended"), ("soon", "Ends within 90 days"), ("later", "Ends later")],
        readonly=True,
    )
    customer_grade_id = fields.Many2one(
        related="partner_id.customer_grade_id",
        string="Grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    customer_grade_color = fields.Integer(
        related="partner_id.customer_grade_color", groups=USER_GROUP
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")

    @api.depends("question_id", "title")
    @api.depends_context("lang")
    def _compute_name(self):
        for agreement in self:
            agreement.name = agreement.question_id.name or agreement.title

    @api.depends("question_id", "title")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = agreement.name

    # ------------------------------------------------------------------ the SQL half

    @property
    def _table_query(self):
        """Return what the user may read of active customers, as of today in the current company."""
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        self.env["res.partner"].flush_model(["active"])
        return SQL(
            "SELECT told.*, CASE WHEN date_end < %(today)s THEN 'ended' WHEN date_end <= %(soon)s"
            " THEN 'soon' ELSE 'later' END AS state FROM (%(rows)s) told"
            " JOIN res_partner partner ON partner.id = told.partner_id AND partner.active"
            " WHERE date_end <> %(for_ever)s::date",
            today=today,
            soon=today + timedelta(days=SOON_DAYS),
            rows=self._get_rows_sql(today),
            for_ever=FOR_EVER,
        )

    @api.model
    def _get_rows_sql(self, day, company_ids=None, ids=None):
        """Return the query of the agreements that were known on ``day``, as the user may see them.

        :param company_ids: whose they are; ``None``: of all
        :param ids: only of these contacts; ``None``: of all
        """
        rows = [self._get_answers_sql(day, company_ids, ids)]
        if AGREEMENT in self.env and self.env[AGREEMENT].has_access("read"):
            rows.append(self._get_agreements_sql(day, company_ids, ids))
        return SQL(" UNION ALL ").join(SQL("(%s)", one) for one in rows)

    @api.model
    def _get_answers_sql(self, day, company_ids, ids):
        Answer = self.env["customer.grading.answer"]
        asked = Domain("question_id.ends_agreement", "=", True) & Domain("date", "<=", day)
        if company_ids is not None:
            asked &= Domain("company_id", "in", company_ids)
        Answer.flush_model(["question_id", "partner_id", "company_id", "date", "date_value"])
        return SQL(
            "SELECT DISTINCT ON (partner_id, question_id, company_id) id * 2 AS id, id AS source_id,"
            " partner_id, company_id, question_id, NULL::varchar AS title, date_value AS date_end"
            " FROM customer_grading_answer WHERE id IN %s %s"
            " ORDER BY partner_id, question_id, company_id, date DESC, id DESC",
            Answer._search(asked).subselect(),
            narrow_to(SQL("partner_id"), ids),
        )

    @api.model
    def _get_agreements_sql(self, day, company_ids, ids):
        """Return those of OCA's addon, of sales; one without a last day is in force for ever."""
        Agreement = self.env[AGREEMENT]
        kept = Domain(
            [("is_template", "=", False), ("domain", "=", "sale"), ("active", "=", True)]
        ) & Domain("commercial_partner_id", "!=", False)
        if company_ids is not None:
            kept &= Domain("company_id", "in", [False, *company_ids])
        Agreement.flush_model()
        return SQL(
            "SELECT DISTINCT ON (commercial_partner_id, agreement_type_id, company_id)"
            " id * 2 + 1 AS id, id AS source_id, commercial_partner_id AS partner_id, company_id,"
            " NULL::integer AS question_id, name AS title,"
            " COALESCE(end_date, %(for_ever)s::date) AS date_end"
            " FROM agreement WHERE id IN %(kept)s"
            " AND COALESCE(start_date, signature_date, create_date::date) <= %(day)s %(narrow)s"
            " ORDER BY commercial_partner_id, agreement_type_id, company_id, 7 DESC, id DESC",
            for_ever=FOR_EVER,
            kept=Agreement._search(kept).subselect(),
            day=day,
            narrow=narrow_to(SQL("commercial_partner_id"), ids),
        )

    @api.model
    def _get_last_days_sql(self, scope, ids=None):
        """Return the query of ``subject_id`` and ``day``: until when a customer has an agreement.

        :param ids: only of these contacts; ``None``: of all
        """
        return SQL(
            "SELECT partner_id AS subject_id, MAX(date_end) AS day FROM (%s) told GROUP BY partner_id",
            self._get_rows_sql(scope.date, scope.company_ids, ids),
        )

    # ------------------------------------------------------------------ what people do

    def action_open(self):
        """Open the customer, where it was answered, or the agreement."""
        self.ensure_one()
        if self.question_id:
            return self.partner_id._get_records_action()
        return self.env[AGREEMENT].browse(self.source_id)._get_records_action()
