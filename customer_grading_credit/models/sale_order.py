from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import join_sentences
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Is held where its customer owes too much, until a credit manager releases it.

    The stop stands where an order becomes confirmed, whichever way that comes about. Customers
    who sign or pay online never meet it: their order stays a quotation, and the team is told.
    """

    _inherit = "sale.order"

    credit_release_ids = fields.One2many(
        "customer.grading.credit.release", "order_id", "Releases", groups=USER_GROUP
    )
    credit_hold = fields.Selection(
        [("warning", "Warning"), ("stop", "Held")],
        compute="_compute_credit_hold",
        groups=USER_GROUP,
    )
    credit_hold_text = fields.Text(compute="_compute_credit_hold", groups=USER_GROUP)
    is_credit_release_asked = fields.Boolean(compute="_compute_credit_hold", groups=USER_GROUP)

    @api.depends("state", "partner_invoice_id", "amount_total", "credit_release_ids.state")
    @api.depends_context("uid", "lang")
    def _compute_credit_hold(self):
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))._origin
        Hold = self.env["customer.grading.credit.hold"]
        holds = {order: Hold._find(order).get(order) for order in quotations if Hold._is_any()}
        for order in self:
            hold = holds.get(order._origin)
            order.credit_hold = hold.kind if hold else False
            order.credit_hold_text = order._get_hold_text(hold) if hold else False
            # What others asked for counts, whoever may see it.
            asked = hold and order._origin.sudo().credit_release_ids.filtered(
                lambda release: release.state == "asked"
            )
            order.is_credit_release_asked = bool(asked)

    def _get_hold_text(self, hold):
        """Return the banner of a quotation; that the limit is exceeded Odoo says itself."""
        Hold = self.env["customer.grading.credit.hold"]
        figures = Hold._may_see(hold, self.company_id)
        is_said = bool(self.partner_credit_warning) or hold.kind == "warning"
        why = Hold._say(hold, figures, over=not is_said)
        if hold.kind == "warning":
            return why
        held = self.env._("Held until a credit manager releases it.")
        return join_sentences(self.env, [held, why])

    # ------------------------------------------------------------------ all roads

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if any(vals.get("state") == "sale" for vals in vals_list):
            orders.filtered(lambda order: order.state == "sale")._check_credit(adding=False)
        return orders

    def write(self, vals):
        if vals.get("state") == "sale":
            self.filtered(lambda order: order.state != "sale")._check_credit()
        return super().write(vals)

    def _validate_order(self):
        """Leave held orders the quotations that they are, and confirm the others."""
        held = self._keep_held()
        return super(SaleOrder, self - held)._validate_order() if self - held else None

    def _check_credit(self, adding=True):
        """Raise where one of these orders is stopped, and the user releases none.

        :param adding: whether what customers ordered does not hold these yet
        :raise UserError: with figures only for who may see them
        """
        Hold = self.env["customer.grading.credit.hold"]
        holds = Hold._find(self, adding, released=True, deciding=True)
        for order, hold in holds.items():
            if hold.release:
                hold.release.state = "used"  # the next time asks again
            elif hold.kind == "stop":
                order._refuse_held(hold)

    def _refuse_held(self, hold):
        """Raise, unless the user releases orders: then it is noted who let it pass."""
        Rule = self.env["customer.grading.credit.rule"]
        Hold = self.env["customer.grading.credit.hold"]
        if Rule._is_manager(self.company_id):
            note = self.env._("Held for credit, and let pass by %s.", self.env.user.name)
            self.sudo()._message_log(body=note)
            return
        names = {
            "order": self.name,
            "why": Hold._say(hold, Hold._may_see(hold, self.company_id)),
        }
        if self.state == "sale":
            raise UserError(
                self.env._(
                    "%(order)s would grow beyond what was released. %(why)s Ask a credit manager to "
                    "change it, or set it back to quotation and use “Ask for release”.",
                    **names,
                )
            )
        raise UserError(
            self.env._(
                "%(order)s is held. %(why)s Use “Ask for release” on the quotation: a credit manager "
                "decides.",
                **names,
            )
        )

    # ------------------------------------------------------------------ online

    def _keep_held(self):
        """Return those that stay quotations as they are stopped, and tell the team.

        Whoever signs or pays is no credit manager, whatever the user the server works as.
        """
        holds = self.env["customer.grading.credit.hold"]._find(self, deciding=True)
        held = self.browse()
        for order, hold in holds.items():
            if hold.kind == "stop":
                order._tell_that_held(hold)
                held |= order
        return held

    def _tell_that_held(self, hold):
        """Ask credit managers for the release of what a customer signed or paid."""
        order = self.with_user(SUPERUSER_ID).with_context(lang=self.sudo().user_id.lang)
        asked = order.credit_release_ids.filtered(lambda release: release.state == "asked")
        if asked:
            return
        reason = order.env._("The customer accepted it online.")
        order.env["customer.grading.credit.release"]._ask(order, hold, reason)
        order.message_post(
            body=order.env._("Accepted online, and held for credit: it stays a quotation."),
            partner_ids=order.user_id.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )

    # ------------------------------------------------------------------ asked by people

    def action_ask_credit_release(self):
        """Open the dialog that asks credit managers to release a held order.

        :raise UserError: where it is not held
        """
        self.ensure_one()
        self._get_stop()
        context = {"default_what": "ask", "default_order_id": self.id}
        name = self.env._("Ask for release")
        return open_window(name, "customer.grading.credit.reason", target="new", context=context)

    def _ask_credit_release(self, reason):
        """Ask credit managers to release a held order.

        :raise AccessError: for who may not change the order
        :raise UserError: where it is not held, or asked for already
        """
        self.check_access("write")
        hold = self._get_stop()
        if self.sudo().credit_release_ids.filtered(lambda release: release.state == "asked"):
            raise UserError(self.env._("The release of this order is asked for already."))
        return self.env["customer.grading.credit.release"]._ask(self, hold, reason)

    def _get_stop(self):
        hold = self.env["customer.grading.credit.hold"]._find(self).get(self)
        if not hold or hold.kind != "stop":
            raise UserError(self.env._("%s is not held: confirm it.", self.name))
        return hold
