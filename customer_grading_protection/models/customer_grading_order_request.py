from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window, tell
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

ACTIVITY = "customer_grading_protection.mail_activity_type_decide"


class CustomerGradingOrderRequest(models.Model):
    """Somebody asked to cancel a protected order: why, and what was decided, by whom."""

    _name = "customer.grading.order.request"
    _description = "Request to Cancel a Protected Order"
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount_untaxed = fields.Monetary(related="order_id.amount_untaxed")
    salesperson_id = fields.Many2one(related="order_id.user_id")
    promised_date = fields.Date(related="order_id.grading_promised_date")
    of_quotation = fields.Boolean("Quotation", readonly=True)
    # Its dimension may be one that few people see: they decide, and are not told the grade.
    protecting_grade_id = fields.Many2one(
        "customer.grade", readonly=True, ondelete="set null", index=True, groups=fields.NO_ACCESS
    )
    grade_id = fields.Many2one("customer.grade", compute="_compute_grade_id")
    grade_color = fields.Integer(compute="_compute_grade_id")
    # Whose word there is already: of several grades that protect the order each is asked.
    agreed_grade_ids = fields.Many2many(
        "customer.grade",
        "grading_order_request_agreed_rel",
        string="Agreed on",
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Asked by", required=True, readonly=True, ondelete="restrict", index=True
    )
    state = fields.Selection(
        [
            ("asked", "To decide"),
            ("approved", "Cancelled"),
            ("declined", "Declined"),
            ("lapsed", "No longer needed"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="set null", index="btree_not_null"
    )
    date_decided = fields.Date("Decided on", readonly=True)
    answer = fields.Char(readonly=True, help="What who decided said.")
    decider_text = fields.Char("Who decides", compute="_compute_decider_text")
    is_mine = fields.Boolean("I may decide", compute="_compute_is_mine", search="_search_is_mine")

    # One at a time: who asks again is told that it waits already.
    _asked_uniq = models.UniqueIndex("(order_id) WHERE state = 'asked'")

    @api.depends_context("uid")
    @api.depends("protecting_grade_id")
    def _compute_grade_id(self):
        for request in self:
            request.grade_id = request.sudo().protecting_grade_id.with_env(self.env)._get_shown()
            request.grade_color = request.grade_id.color

    @api.depends_context("lang")
    @api.depends("protecting_grade_id")
    def _compute_decider_text(self):
        for request in self:
            request.decider_text = request._get_grade()._get_decider_text()

    @api.depends_context("uid")
    @api.depends("state", "protecting_grade_id")
    def _compute_is_mine(self):
        for request in self:
            waits = request.state == "asked"
            request.is_mine = waits and request._get_grade()._lets_decide(self.env.user)

    @api.model
    def _search_is_mine(self, operator, _value):
        if operator != "in":
            return NotImplemented
        waiting = self.sudo()._read_group([("state", "=", "asked")], ["protecting_grade_id"])
        user = self.env.user
        grades = [grade.id for [grade] in waiting if grade.with_env(self.env)._lets_decide(user)]
        mine = self.sudo()._search([("state", "=", "asked"), ("protecting_grade_id", "in", grades)])
        return [("id", "in", mine)]

    def _get_grade(self):
        """Return the grade that protects the order, without the user's rights to see it."""
        return self.sudo().protecting_grade_id

    # ------------------------------------------------------------------ asking

    @api.model_create_multi
    def create(self, vals_list):
        was_any = self._is_any()
        requests = super().create(vals_list)
        if not was_any:
            self.env["customer.grading.dimension"]._forget_use()
        return requests

    @api.model
    def _check_reason(self, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: whoever decides has to know, and it is kept."))

    @api.model
    def _ask(self, order, grades, reason):
        """Cancel an order where nobody else decides on ``grades``; else have somebody decide.

        :param grades: those that protect the order, sudoed
        :raise UserError: where that was asked already, or the order is locked
        """
        user = self.env.user
        asked = self.sudo().search([("order_id", "=", order.id), ("state", "=", "asked")])
        awaited = asked._get_awaited(grades)
        if awaited and order.locked:
            raise UserError(
                self.env._("%s is locked: unlock it first, then ask to cancel it.", order.name)
            )
        if awaited and asked:
            raise UserError(
                self.env._(
                    "%(user)s has asked to cancel %(order)s, and it waits for an answer.",
                    user=asked.user_id.name,
                    order=order.name,
                )
            )
        request = asked or self.sudo().create(
            {
                "order_id": order.id,
                "of_quotation": order.state != "sale",
                "protecting_grade_id": (awaited or grades)[:1].id,
                "agreed_grade_ids": [Command.set((grades - awaited).ids)],
                "reason": reason,
                "user_id": user.id,
            }
        )
        request = request.with_env(self.env)
        if awaited:
            request._tell_decider(awaited[:1])
            order._message_log(body=self.env._("Asked to cancel it: %s", reason))
        else:
            request._carry_out(reason)

    def _get_awaited(self, grades):
        """Return those of ``grades`` on which neither the user decides nor anybody has agreed yet."""
        user = self.env.user
        missing = grades - self.sudo().agreed_grade_ids
        return missing.filtered(lambda grade: not grade._lets_decide(user))

    def _tell_decider(self, grade):
        """Schedule the activity of who decides, on the order that it is about."""
        order = self.order_id
        team = order.team_id.user_id | order.user_id.sale_team_id.user_id
        decider = grade._choose_decider(order, team.sudo())
        if not decider:
            raise UserError(
                self.env._(
                    "Nobody who decides on %(order)s may see it (%(who)s). Ask an administrator to "
                    "choose somebody else on the grade.",
                    order=order.name,
                    who=grade._get_decider_text(),
                )
            )
        summary = self.env._("%s: cancel it?", order.name)
        order.sudo().activity_schedule(
            ACTIVITY,
            self.env["customer.grading.engine"]._get_today(order.company_id),
            summary,
            note=self.reason,
            user_id=decider.id,
        )

    # ------------------------------------------------------------------ deciding

    def _check_may_decide(self):
        """Raise for who does not decide, or where somebody has.

        :raise AccessError: saying who decides
        :raise UserError: saying what was decided
        """
        self.check_access("read")
        self.sudo().lock_for_update()
        states = dict(self._fields["state"]._description_selection(self.env))
        for request in self:
            if not request._get_grade()._lets_decide(self.env.user):
                raise AccessError(
                    self.env._(
                        "%(order)s waits for somebody else’s decision: %(who)s.",
                        who=request.decider_text,
                        order=request.order_id.name,
                    )
                )
            if request.state != "asked":
                raise UserError(
                    self.env._(
                        "%(order)s was dealt with: %(state)s.",
                        order=request.order_id.name,
                        state=states[request.state],
                    )
                )

    def action_approve(self):
        """Cancel the orders, as the user and with the user's own rights.

        What another grade protects, too, waits for whoever decides on that one.

        :raise AccessError: for who does not decide, or may not change an order
        :raise UserError: where that was decided already, or an order cannot be cancelled
        """
        self._check_may_decide()
        protected = self.order_id._find_protection()
        passed = self.browse()
        for request in self:
            grades = protected.get(request.order_id.id, self.env["customer.grade"])
            if awaited := request._get_awaited(grades):
                request._pass_on(grades - awaited, awaited[:1])
                passed += request
            else:
                request._carry_out()
        if not passed:
            return RELOAD
        message = self.env._("Agreed. It waits for a decision: %s.", passed[0].decider_text)
        return tell(message, "success", RELOAD)

    def _pass_on(self, agreed, grade):
        """Note the user's word on what ``agreed`` protect, and ask who decides on ``grade``."""
        self.sudo().write(
            {
                "protecting_grade_id": grade.id,
                "agreed_grade_ids": [Command.link(one) for one in agreed.ids],
            }
        )
        order = self.order_id
        order.sudo().activity_unlink([ACTIVITY])
        self._tell_decider(grade)
        order._message_log(
            body=self.env._(
                "%(user)s agrees to cancel it. Who decides, too: %(who)s.",
                user=self.env.user.name,
                who=grade._get_decider_text(),
            )
        )

    def _carry_out(self, reason=None):
        """Cancel the order, and note who decided and why.

        :param reason: of who decides alone; else that of who asked counts
        """
        self.ensure_one()
        order, asker = self.order_id, self.user_id
        self._close("approved", reason or False)
        if order.state != "cancel":
            order._cancel_released()
        body = self.env._("Cancelled: %s", reason)
        if not reason:
            body = self.env._(
                "Cancelled, as %(user)s asked: %(reason)s", user=asker.name, reason=self.reason
            )
        self._tell_asker(body)

    def action_decline(self):
        """Open the dialog that asks why the orders are to stay.

        :raise AccessError: for who does not decide
        """
        self._check_may_decide()
        context = {"default_request_ids": self.ids}
        name = self.env._("Decline")
        model = "customer.grading.protection.reason"
        return open_window(name, model, target="new", context=context)

    def _decline(self, reason):
        """Let the orders stay, and tell who asked why.

        :raise AccessError: for who does not decide
        :raise UserError: without a reason, or where that was decided already
        """
        self._check_may_decide()
        self._check_reason(reason)
        for request in self:
            request._close("declined", reason.strip())
            request._tell_asker(self.env._("It stays as it is: %s", reason.strip()))

    def action_withdraw(self):
        """Take back what one asked for oneself; officers take back anybody's.

        :raise AccessError: for who asked for none of it
        """
        self.check_access("read")
        if self.user_id - self.env.user and not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(self.env._("Only who asked, or a grading officer, takes it back."))
        self.filtered(lambda request: request.state == "asked")._close("lapsed")
        return RELOAD

    def _close(self, state, answer=False):
        """Note what became of these, and end the activities that wait for it."""
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "date_decided": self.env["customer.grading.engine"]._get_today(self.company_id[:1]),
                "answer": answer,
            }
        )
        self.order_id.sudo().activity_unlink([ACTIVITY])

    def _tell_asker(self, body):
        """Note a decision on the order; who asked is notified, where it is somebody else."""
        order, asker = self.order_id, self.user_id
        if asker == self.env.user:
            order._message_log(body=body)
        else:
            order.message_post(body=body, partner_ids=asker.partner_id.ids)

    # ------------------------------------------------------------------ what was asked

    def _register_hook(self):
        """Know from the start whether anything was ever asked."""
        super()._register_hook()
        self._is_any()

    @api.model
    def _is_any(self):
        """Whether anything was ever asked: else Odoo's cancelling takes no query more."""
        Dimension = self.env["customer.grading.dimension"]
        return Dimension._is_ever(("asked", "order"), self._find_any)

    @api.model
    def _find_any(self):
        asked = SQL("SELECT 1 FROM customer_grading_order_request LIMIT 1")
        return bool(self.env.execute_query(asked))

    @api.model
    def _lapse(self, orders):
        """Close what was asked of orders that are cancelled without it, whoever cancels them."""
        if orders and self._is_any():
            own = [("order_id", "in", orders.ids), ("state", "=", "asked")]
            if asked := self.sudo().search(own):
                asked._close("lapsed")
