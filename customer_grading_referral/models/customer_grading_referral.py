from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import UserError
from odoo.tools import SQL

PARAMETER = "customer_grading_referral.thanks_for"
# What the rows are narrowed to by the context: contacts by whom, customers who were referred.
BY, OF = "grading_referrals_by", "grading_referrals_of"


class CustomerGradingReferral(models.Model):
    """One referral: whoever was referred, once, by whom, how, and what came of it.

    What stands on leads, opportunities and customers, and in documents, is read as it is now.
    """

    _name = "customer.grading.referral"
    _inherit = ["customer.grading.subject"]
    _description = "Referral"
    _auto = False
    _order = "date desc, id desc"

    partner_id = fields.Many2one(string="Customer referred", readonly=True)
    lead_id = fields.Many2one(string="Lead referred", readonly=True)
    salesperson_id = fields.Many2one(string="Salesperson of who was referred")
    referrer_id = fields.Many2one("res.partner", "Referred by", readonly=True)
    referrer_customer_id = fields.Many2one(
        "res.partner", "Company of the referrer", readonly=True, help="Or the referrer itself."
    )
    referrer_user_id = fields.Many2one("res.users", "Salesperson of the referrer", readonly=True)
    referrer_grade_id = fields.Many2one(
        related="referrer_id.customer_grade_id",
        string="Grade of the referrer",
        falsy_value_label=NOT_GRADED,
    )
    referrer_grade_color = fields.Integer(related="referrer_id.customer_grade_color")
    kind_id = fields.Many2one("customer.grading.referral.kind", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", "Campaign or event", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date("Referred on", readonly=True)
    date_success = fields.Date(
        "Succeeded on",
        readonly=True,
        help="The first day on which an opportunity was won, an order confirmed or an invoice "
        "posted, since the referral.",
    )
    referred = fields.Integer("Referrals", readonly=True)
    succeeded = fields.Integer("Successes", readonly=True)
    success_rate = fields.Float("Success rate", readonly=True, aggregator="avg")
    thanks = fields.Selection([("due", "Due"), ("thanked", "Thanked")], readonly=True)
    thanks_id = fields.Many2one("customer.grading.referral.thanks", "Note of thanks", readonly=True)
    date_thanked = fields.Date("Thanked on", readonly=True)
    how = fields.Char(readonly=True)

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say who was referred: a customer, or a lead.",
    )

    @api.model
    def _get_unused_fields(self):
        """Both are told of, whether graded or not."""
        return ()

    @property
    def _table_query(self):
        """Return the rows of the companies that the user works in."""
        self.env.flush_all()
        return self._get_rows_sql(self.env.companies.ids)

    @api.model
    def _get_rows_sql(self, companies=None):
        """Return the query of the rows: all, or those that the context narrows them to.

        :param companies: ids of those whose customers, leads and documents count; ``None``: all
        """
        engine = self.env["customer.grading.engine"]
        referrals = self.env["customer.grading.referral.engine"]._get_referrals_sql(
            engine._get_time_zone(self.env.company),
            companies,
            self.env.context.get(BY),
            self.env.context.get(OF),
        )
        return SQL(
            """
            SELECT COALESCE(told.customer_id * 2, told.lead_id * 2 + 1) AS id,
                   told.customer_id AS partner_id, told.lead_id, told.referrer_id,
                   told.referrer_customer_id, told.kind_id, told.campaign_id, told.company_id,
                   COALESCE(customer.user_id, told.user_id) AS user_id,
                   COALESCE(referrer.user_id, above.user_id) AS referrer_user_id,
                   told.date, told.date_success, 1 AS referred,
                   (told.date_success IS NOT NULL)::integer AS succeeded,
                   (told.date_success IS NOT NULL)::integer::float AS success_rate,
                   thanked.id AS thanks_id, thanked.date_thanked, thanked.how,
                   CASE WHEN thanked.date_thanked IS NOT NULL THEN 'thanked'
                        WHEN %(is_due)s THEN 'due' END AS thanks
              FROM (%(referrals)s) told
              JOIN res_partner referrer ON referrer.id = told.referrer_id
              JOIN res_partner above ON above.id = told.referrer_customer_id
              LEFT JOIN res_partner customer ON customer.id = told.customer_id
              LEFT JOIN crm_lead lead ON lead.id = told.lead_id
              LEFT JOIN (%(thanked)s) thanked
                ON thanked.key = told.key AND thanked.referrer_id = told.referrer_id
            """,
            referrals=referrals,
            is_due=self._get_due_sql(),
            thanked=self.env["customer.grading.referral.thanks"]._get_thanked_sql(),
        )

    @api.model
    def _get_due_sql(self):
        """Return whether thanks are due: for a success, or for all, by choice; of nobody archived."""
        every = self.env["ir.config_parameter"].sudo().get_param(PARAMETER) == "all"
        return SQL(
            "referrer.active AND above.active AND COALESCE(customer.active, lead.active) AND %s",
            SQL("TRUE") if every else SQL("told.date_success IS NOT NULL"),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Say the rate of all rows together."""
        if aggregate_spec.partition(":")[0] == "success_rate":
            names = ("succeeded", "referred")
            part, whole = (self._field_to_sql(self._table, name, query) for name in names)
            return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)

    # ------------------------------------------------------------------ thanks

    def action_thank(self):
        """Open the dialog in which one says when and how the referrers were thanked."""
        self.check_access("read")
        context = {
            "default_partner_ids": self.partner_id.ids,
            "default_lead_ids": self.lead_id.ids,
            "default_how": self.how if len(self) == 1 else False,
        }
        name = self.env._("Mark as thanked")
        model = "customer.grading.referral.thank"
        return open_window(name, model, target="new", context=context)

    def action_not_thanked(self):
        """Take back that the referrers were thanked.

        :raise UserError: where nobody was
        """
        self.check_access("read")
        thanked = self.filtered(lambda referral: referral.thanks == "thanked")
        if not thanked:
            raise UserError(self.env._("Nobody was thanked for these."))
        thanked.sudo().thanks_id._take_back()
        return RELOAD

    def _thank(self, date, how):
        """Note that the referrers of these were thanked.

        :param how: text
        """
        self.check_access("read")
        Thanks = self.env["customer.grading.referral.thanks"].sudo()
        lacking = self.filtered(lambda referral: not referral.thanks_id)
        thanks = self.thanks_id.sudo() | Thanks.create(
            [referral._prepare_thanks() for referral in lacking]
        )
        thanks._note(date, how)

    def _prepare_thanks(self):
        """Return the values of the thanks for one."""
        return {
            "partner_id": self.partner_id.id,
            "lead_id": self.lead_id.id,
            "referrer_id": self.referrer_id.id,
        }

    def action_open_referrer(self):
        """Open the form of who referred it."""
        self.ensure_one()
        self.check_access("read")
        return self.referrer_id.sudo(False)._get_records_action()
