from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .customer_grading_credit_proposal import ACTIVITY

FIGURES_GROUPS = f"{OFFICER_GROUP},account.group_account_readonly,account.group_account_invoice"

SEE_ALL = (
    OFFICER_GROUP,
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_readonly",
    "account.group_account_invoice",
)


class CustomerGradingCreditRelease(models.Model):
    """An order that is held for credit, and what a credit manager decided about it.

    A release is for this order, once, up to its amount of that moment.
    """

    _name = "customer.grading.credit.release"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Held Order"
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
        help="Who pays the order.",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    salesperson_id = fields.Many2one(related="order_id.user_id", string="Salesperson")
    grade_id = fields.Many2one(related="partner_id.customer_grade_id", falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="partner_id.customer_grade_color")
    amount = fields.Monetary("Amount asked", readonly=True)
    reason = fields.Char("Why release it", readonly=True)
    why = fields.Char("Held because", compute="_compute_why")
    is_over = fields.Boolean("Over the limit", readonly=True)
    is_overdue = fields.Boolean("Overdue items", readonly=True)
    credit_limit = fields.Monetary("Credit limit", readonly=True, groups=FIGURES_GROUPS)
    exposure = fields.Monetary("With this order", readonly=True, groups=FIGURES_GROUPS)
    overdue = fields.Monetary(readonly=True, groups=FIGURES_GROUPS)
    state = fields.Selection(
        [
            ("asked", "Asked"),
            ("released", "Released"),
            ("used", "Confirmed"),
            ("declined", "Declined"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )
    amount_released = fields.Monetary("Released up to", readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="set null", index="btree_not_null"
    )
    date_decided = fields.Datetime("Decided on", readonly=True)
    refusal = fields.Char("Declined because", readonly=True)
    is_seen = fields.Boolean(
        compute="_compute_is_seen",
        search="_search_is_seen",
        help="The user may see the order, or releases it.",
    )
    is_manager = fields.Boolean(compute="_compute_is_manager")

    _open_uniq = models.UniqueIndex(
        "(order_id) WHERE state = 'asked'", "The release of this order is asked for already."
    )

    @api.depends("is_over", "is_overdue")
    @api.depends_context("lang")
    def _compute_why(self):
        for release in self:
            over = release.is_over and self.env._("over the credit limit")
            overdue = release.is_overdue and self.env._("overdue items")
            release.why = ", ".join(filter(None, [over, overdue])).capitalize()

    @api.depends("order_id.user_id", "company_id")
    @api.depends_context("uid")
    def _compute_is_seen(self):
        seen = self.sudo().filtered_domain(self._get_seen_domain())
        for release in self:
            release.is_seen = release.sudo() in seen

    @api.model
    def _search_is_seen(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_seen_domain()

    @api.model
    def _get_seen_domain(self):
        """Return the held orders that the user may see: as in Sales, and those to be released."""
        user = self.env.user.sudo()
        if any(map(user.has_group, SEE_ALL)):
            return Domain.TRUE
        groups = [("release_group_id", "in", user.all_group_ids.ids)]
        companies = self.env["customer.grading.credit.rule"].sudo().search(groups).company_id
        return (
            Domain("order_id.user_id", "in", [user.id, False])
            | Domain("create_uid", "=", user.id)
            | Domain("company_id", "child_of", companies.ids)
        )

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_is_manager(self):
        Rule = self.env["customer.grading.credit.rule"]
        for company, releases in self.grouped("company_id").items():
            releases.is_manager = Rule._is_manager(company)

    @api.model
    def _ask(self, order, hold, reason):
        """Ask credit managers to release a held order; sudoed.

        Who was declined may ask again.
        """
        Hold = self.env["customer.grading.credit.hold"]
        release = self.sudo().create(
            {
                "order_id": order.id,
                "partner_id": hold.partner.id,
                "amount": Hold._get_amount(order.sudo()),
                "reason": reason,
                "is_over": hold.is_over,
                "is_overdue": hold.is_overdue,
                "credit_limit": hold.limit,
                "exposure": hold.exposure,
                "overdue": hold.overdue,
            }
        )
        release._tell_managers()
        return release

    def _tell_managers(self):
        managers = self.env["customer.grading.credit.rule"]._get_managers(self.company_id)
        for user in managers:
            env = self.with_context(lang=user.lang).env
            summary = env._("%s is held: release or decline", self.order_id.name)
            quiet = self.with_context(mail_activity_quick_update=True)  # no e-mail
            quiet.activity_schedule(ACTIVITY, user_id=user.id, summary=summary, note=self.reason)

    # ------------------------------------------------------------------ decided

    def _check_manager(self):
        """Raise for who releases no orders of these companies, or where one is decided."""
        self.check_access("read")
        Rule = self.env["customer.grading.credit.rule"]
        for release in self:
            if not Rule._is_manager(release.company_id):
                raise AccessError(self.env._("Only credit managers release orders that are held."))
            if release.state != "asked":
                raise UserError(
                    self.env._(
                        "Somebody decided about %s already. Reload the page.",
                        release.sudo().order_id.name,
                    )
                )

    def action_release(self):
        """Let these orders be confirmed once, up to their amounts of now.

        :raise AccessError: for who is no credit manager
        :raise UserError: where one is decided already
        """
        self._check_manager()
        Hold = self.env["customer.grading.credit.hold"]
        for release in self:
            amount = Hold._get_amount(release.order_id.sudo())
            release._decide({"state": "released", "amount_released": amount})
            release._tell_asker(
                self.env._("Credit released by %s: the order can be confirmed.", self.env.user.name)
            )
        return RELOAD

    def action_decline(self):
        """Open the dialog that declines these with a reason."""
        self._check_manager()
        context = {"default_what": "decline", "default_release_ids": self.ids}
        name = self.env._("Decline")
        return open_window(name, "customer.grading.credit.reason", target="new", context=context)

    def _decline(self, reason):
        """Leave these orders held, and tell who asked.

        :raise AccessError: for who is no credit manager
        """
        self._check_manager()
        for release in self:
            release._decide({"state": "declined", "refusal": reason})
            release._tell_asker(
                self.env._(
                    "Release declined by %(user)s: %(reason)s",
                    user=self.env.user.name,
                    reason=reason,
                )
            )

    def _decide(self, vals):
        now = fields.Datetime.now()
        self.sudo().write({**vals, "decided_by_id": self.env.uid, "date_decided": now})
        self.sudo().activity_unlink([ACTIVITY])

    def _tell_asker(self, body):
        """Note a decision on the order, and tell who asked and its salesperson."""
        order = self.order_id.sudo()
        people = (self.create_uid | order.user_id).filtered(lambda user: not user.share)
        people -= self.env.user
        order.message_post(
            body=body,
            partner_ids=people.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )

    def action_open_order(self):
        """Open the order."""
        self.ensure_one()
        return self.order_id._get_records_action()
