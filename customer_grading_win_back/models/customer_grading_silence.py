from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL, format_date


class CustomerGradingSilence(models.Model):
    """A customer whose orders stopped or fell, or whose contract ended, as of last night.

    It is written by the engine of silent customers alone.
    """

    _name = "customer.grading.silence"
    _inherit = ["customer.grading.subject"]
    _description = "Silent Customer"
    _order = "date_listed desc, date_last_order desc, id"
    # Who made it is nobody.
    _log_access = False

    partner_id = fields.Many2one(required=True, readonly=True)
    lead_id = fields.Many2one(index="btree_not_null", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", index=True, readonly=True
    )
    customer_grade_id = fields.Many2one(
        related="partner_id.customer_grade_id", string="Grade", falsy_value_label=NOT_GRADED
    )
    customer_grade_color = fields.Integer(related="partner_id.customer_grade_color")
    date_listed = fields.Date("Listed since", required=True, readonly=True)
    is_silent = fields.Boolean(
        "Silent",
        readonly=True,
        help="No order for longer than twice the usual interval. There is a usual interval from "
        "three days with orders on.",
    )
    is_falling = fields.Boolean("Orders fell", readonly=True)
    is_ended = fields.Boolean("Contract ended", readonly=True)
    why = fields.Char(compute="_compute_why")
    date_last_order = fields.Date("Last order", readonly=True, index=True)
    usual_days = fields.Float(
        "Usual interval (days)",
        readonly=True,
        aggregator="avg",
        help="Median or mean, as the settings say, of the days from one day with orders to the next.",
    )
    date_contract_end = fields.Date("End of the contract", readonly=True)
    date_last_contact = fields.Date("Last contact", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    revenue = fields.Monetary(readonly=True, groups=MANAGER_GROUP)
    fall = fields.Float(readonly=True, groups=MANAGER_GROUP)
    stake = fields.Monetary(
        "At stake",
        compute="_compute_stake",
        help="Orders of the 12 months up to the last one, untaxed.",
    )
    activity_date = fields.Date(related="partner_id.activity_date_deadline", string="Next activity")

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer.",
    )
    _partner_uniq = models.UniqueIndex("(partner_id, company_id)")

    @api.depends("is_silent", "is_falling", "is_ended")
    @api.depends_context("lang", "uid", "company")
    def _compute_why(self):
        shown = self._filter_shown()
        for one in self:
            one.why = " · ".join(one._get_reasons(one in shown))

    def _get_reasons(self, is_shown):
        """Return in words why it is listed.

        :param is_shown: whether figures may stand in it
        """
        reasons = []
        if self.is_silent:
            days = self.env["customer.grading.engine"]._get_today(self.company_id)
            reasons.append(
                self.env._(
                    "No order for %(days)s days, usually every %(usual)s",
                    days=(days - self.date_last_order).days,
                    usual=round(self.usual_days),
                )
            )
        if self.is_falling and is_shown:
            fall = round(self.sudo().fall * 100)
            reasons.append(self.env._("Orders fell by %s %% in a year", fall))
        elif self.is_falling:
            reasons.append(self.env._("Orders fell within a year"))
        if self.is_ended:
            day = format_date(self.env, self.date_contract_end)
            reasons.append(self.env._("Contract ended on %s", day))
        return reasons

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_stake(self):
        shown = self._filter_shown()
        for one in self:
            one.stake = one in shown and one.sudo().revenue

    @api.model
    def _get_unused_fields(self):
        """Return the column that is always empty here: it is about customers."""
        return ("lead_id",)

    # ------------------------------------------------------------------ who sees figures

    def _filter_shown(self):
        """Return those whose figures the user may see."""
        shown = self.env["customer.grading.explanation"]._get_figures_records(self.partner_id)
        return self.filtered(lambda one: one.partner_id in shown)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Sort and add up what is at stake, of those whose figures the user may see."""
        if field_expr != "stake":
            return super()._field_to_sql(alias, field_expr, query)
        self.flush_model(["revenue"])
        revenue = SQL.identifier(alias, "revenue")
        users = self.env["customer.grading.explanation"]._get_figures_users()
        if users is None:
            return revenue
        return SQL(
            "CASE WHEN (SELECT customer.user_id FROM res_partner customer"
            " WHERE customer.id = %s) IN %s THEN %s END",
            SQL.identifier(alias, "partner_id"),
            users._ids or (0,),
            revenue,
        )

    # ------------------------------------------------------------------ what people do

    def action_plan(self):
        """Open the dialog that plans an activity with the customers.

        :raise AccessError: for who may not see one
        """
        customers = self._get_customers()
        context = {
            # The dialog plans what the button was on, unless it is told otherwise.
            "active_model": "res.partner",
            "active_id": customers[:1].id,
            "active_ids": customers.ids,
            "default_res_model": "res.partner",
            "default_res_ids": str(customers.ids),
            "default_summary": self.why if len(self) == 1 else False,
            "default_activity_user_id": (customers.user_id or self.env.user)[:1].id,
        }
        name = self.env._("Plan an activity")
        return open_window(name, "mail.activity.schedule", target="new", context=context)

    def action_create_opportunity(self):
        """Open a new opportunity with the customer, filled in.

        :raise AccessError: for who may not see it
        """
        self.ensure_one()
        customer = self._get_customers()
        context = {
            "default_type": "opportunity",
            "default_name": self.env._("Win back: %s", customer.display_name),
            "default_partner_id": customer.id,
            "default_user_id": (customer.user_id or self.env.user).id,
            "default_description": self.why,
        }
        return open_window(self.env._("Opportunity"), "crm.lead", context=context)

    def _get_customers(self):
        self.check_access("read")
        self.partner_id.check_access("read")
        return self.partner_id
