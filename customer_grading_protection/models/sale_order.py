from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# What lets an order go that was decided on. An object: nobody sends it along with a call.
RELEASED = object()
RELEASE = "customer_grading_released"

COMPARED = {">": SQL(">"), ">=": SQL(">="), "<": SQL("<"), "<=": SQL("<=")}


class SaleOrder(models.Model):
    """Comes in order of the promised day and of the grade; one that is protected is not refused alone."""

    _inherit = "sale.order"

    grading_promised_date = fields.Date(
        "Promised day",
        compute="_compute_grading_promised_date",
        search="_search_grading_promised_date",
        groups=USER_GROUP,
        help="The delivery date of a confirmed order, else the day it is expected by.",
    )
    grading_is_open = fields.Boolean(
        "Open",
        compute="_compute_grading_is_open",
        search="_search_grading_is_open",
        groups=USER_GROUP,
        help="Confirmed, and not delivered or not invoiced in full.",
    )
    # Without groups: the button “Cancel” of everybody asks for it. Only who sees grades is told.
    cancel_asks_reason = fields.Boolean(
        "Protected by its grade",
        compute="_compute_cancel_asks_reason",
        help="Cancelling it asks a reason and somebody who may decide.",
    )
    grading_request_id = fields.Many2one(
        "customer.grading.order.request",
        "Cancellation asked for",
        compute="_compute_grading_request_id",
        groups=USER_GROUP,
    )

    # ------------------------------------------------------------------ promised day

    @api.depends("state", "commitment_date", "expected_date", "date_order")
    @api.depends_context("company")
    def _compute_grading_promised_date(self):
        engine = self.env["customer.grading.engine"]
        for order in self:
            moment = order.commitment_date or order.expected_date or order.date_order
            confirmed = order.state == "sale" and moment
            order.grading_promised_date = confirmed and engine._get_day(self.env.company, moment)

    @api.depends(
        "state", "order_line.product_uom_qty", "order_line.qty_delivered", "order_line.qty_invoiced"
    )
    def _compute_grading_is_open(self):
        for order in self:
            order.grading_is_open = order.state == "sale" and any(
                min(line.qty_delivered, line.qty_invoiced) < line.product_uom_qty
                for line in order.order_line
                if not line.display_type
            )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "grading_promised_date":
            self._check_field_access(self._fields[field_expr], "read")
            return self._get_promised_date_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _get_promised_date_sql(self, alias, query):
        """Return the promised day of a confirmed order, where the current company is."""
        names = ("state", "commitment_date", "date_order")
        state, promised, ordered = (self._field_to_sql(alias, name, query) for name in names)
        return SQL(
            "(CASE WHEN %(state)s = 'sale' THEN (COALESCE(%(promised)s, %(ordered)s + %(lead)s"
            " * INTERVAL '1 day', %(ordered)s) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date END)",
            state=state,
            promised=promised,
            ordered=ordered,
            lead=self._get_lead_days_sql(alias, query),
            tz=self.env["customer.grading.engine"]._get_time_zone(self.env.company),
        )

    def _get_lead_days_sql(self, alias, query):
        """Return after how many days Odoo expects the goods of an order to be there."""
        Line = self.env["sale.order.line"]
        Line.flush_model(["order_id", "product_id", "customer_lead", "display_type"])
        counted = SQL()
        if "is_delivery" in Line._fields:
            counted = SQL("AND line.is_delivery IS NOT TRUE")
        days = SQL("MIN(line.customer_lead)")
        if "picking_policy" in self._fields:
            policy = self._field_to_sql(alias, "picking_policy", query)
            days = SQL(
                "CASE WHEN %s = 'direct' THEN %s ELSE MAX(line.customer_lead) END", policy, days
            )
        return SQL(
            "(SELECT %s FROM sale_order_line line"
            " JOIN product_product product ON product.id = line.product_id"
            " JOIN product_template template ON template.id = product.product_tmpl_id"
            " WHERE line.order_id = %s AND template.type = 'consu' AND line.display_type IS NULL %s)",
            days,
            SQL.identifier(alias, "id"),
            counted,
        )

    @api.model
    def _search_grading_promised_date(self, operator, value):
        self._check_field_access(self._fields["grading_promised_date"], "read")

        def to_sql(model, alias, query):
            day = model._field_to_sql(alias, "grading_promised_date", query)
            if operator in COMPARED:
                return SQL("(%s %s %s)", day, COMPARED[operator], value)
            days = [one for one in value if one]
            found = SQL("(%s = ANY(%s::date[]))", day, days)
            return SQL("(%s OR %s IS NULL)", found, day) if False in value else found

        if operator not in (*COMPARED, "in"):
            return NotImplemented
        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_grading_is_open(self, operator, _value):
        self._check_field_access(self._fields["grading_is_open"], "read")
        if operator != "in":
            return NotImplemented
        confirmed = Domain("state", "=", "sale")
        return confirmed & Domain.custom(to_sql=self._get_is_open_sql)

    @staticmethod
    def _get_is_open_sql(model, alias, query):
        """Return whether a line of an order is not delivered, or not invoiced, in full."""
        names = ["order_id", "product_uom_qty", "qty_delivered", "qty_invoiced", "display_type"]
        model.env["sale.order.line"].flush_model(names)
        return SQL(
            "EXISTS (SELECT FROM sale_order_line line WHERE line.order_id = %s"
            " AND line.display_type IS NULL"
            " AND LEAST(line.qty_delivered, line.qty_invoiced) < line.product_uom_qty)",
            SQL.identifier(alias, "id"),
        )

    # ------------------------------------------------------------------ protection

    @api.depends("partner_id", "state")
    @api.depends_context("uid")
    def _compute_cancel_asks_reason(self):
        """Tell it to those only who see grades."""
        found = self._find_protection() if self.env.user.has_group(USER_GROUP) else {}
        for order in self:
            order.cancel_asks_reason = bool(found.get(order.id))

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_grading_request_id(self):
        Request = self.env["customer.grading.order.request"]
        asked = Request.search([("order_id", "in", self.ids), ("state", "=", "asked")])
        by_order = asked.grouped("order_id")
        for order in self:
            order.grading_request_id = by_order.get(order._origin, Request)[:1]

    def _find_protection(self):
        """Return which grades protect these orders, by one query; none where no grade does.

        A customer's, or the opportunity's, as they are in the order's company: those of the
        nearest company that has a result.

        :return: ``{order id: grades}``, sudoed, best first, of those that are protected
        """
        grade_ids = self.env["customer.grade"]._get_ids_with("protect_orders")
        if not grade_ids or not self.ids:
            return {}
        found = {}
        for order_id, grade_id in self.env.execute_query(self._get_protection_sql(grade_ids)):
            found.setdefault(order_id, []).append(grade_id)
        Grade = self.env["customer.grade"].sudo()
        return {order_id: Grade.browse(ids) for order_id, ids in found.items()}

    def _get_protection_sql(self, grade_ids):
        self.flush_model(["partner_id", "opportunity_id", "company_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        names = ["partner_id", "lead_id", "company_id", "dimension_id", "grade_id"]
        self.env["customer.grading.result"].flush_model(names)
        return SQL(
            """
            SELECT nearest.order_id, nearest.grade_id FROM (
                SELECT DISTINCT ON (sale.id, result.dimension_id)
                       sale.id AS order_id, result.grade_id
                  FROM sale_order sale
                  JOIN res_partner contact ON contact.id = sale.partner_id
                  JOIN res_company company ON company.id = sale.company_id
                  JOIN LATERAL (
                      SELECT dimension_id, company_id, grade_id FROM customer_grading_result
                       WHERE partner_id = contact.commercial_partner_id
                       UNION ALL
                      SELECT dimension_id, company_id, grade_id FROM customer_grading_result
                       WHERE lead_id = sale.opportunity_id
                  ) result ON TRUE
                  LEFT JOIN res_company above ON above.id = result.company_id
                 WHERE sale.id IN %(orders)s
                   AND (above.id IS NULL OR STARTS_WITH(company.parent_path, above.parent_path))
                 ORDER BY sale.id, result.dimension_id, LENGTH(above.parent_path) DESC NULLS LAST
            ) nearest
              JOIN customer_grade grade ON grade.id = nearest.grade_id
             WHERE grade.id IN %(grades)s
             ORDER BY grade.sequence, grade.id
            """,
            orders=tuple(self.ids),
            grades=grade_ids,
        )

    def write(self, vals):
        if "partner_id" in vals or vals.get("state", "sale") != "sale":
            self._check_leaving(vals)
        done = super().write(vals)
        if vals.get("state") == "cancel":
            self.env["customer.grading.order.request"]._lapse(self)
        return done

    def _check_leaving(self, vals):
        """Raise where an order that is protected would be refused by ``vals``, unasked.

        What Odoo does as the superuser goes on: a customer who declines, a job, an abandoned
        cart.

        :raise UserError: saying what to do instead
        """
        if not self.env["customer.grade"]._get_ids_with("protect_orders"):
            return
        if self.env.su or self.env.context.get(RELEASE) is RELEASED:
            return
        leaving = self.filtered(lambda order: order._leaves_by(vals))
        protected = leaving._find_protection()
        if protected:
            raise leaving.filtered(lambda order: order.id in protected)._get_protected_error()

    def _leaves_by(self, vals):
        """Whether ``vals`` cancel the order, or take a confirmed one back, or off its customer."""
        if self.state != "sale":
            return vals.get("state") == "cancel" != self.state
        if vals.get("state", "sale") != "sale":
            return True
        partner = self.partner_id.browse(vals.get("partner_id", self.partner_id.id))
        return partner.commercial_partner_id != self.partner_id.commercial_partner_id

    def _get_protected_error(self):
        return UserError(
            self.env._(
                "Protected by the grade of the customer: %s. Open the order, press “Cancel”, and say "
                "why: who may decide on it is asked. Programs call “action_cancel_with_reason”.",
                ", ".join(self.mapped("name")),
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_protected(self):
        """Deleting refuses, too: what is cancelled may be deleted by those who decide."""
        if self.env.su:
            return
        for order, grades in self._get_protecting():
            mine = all(grade._lets_decide(self.env.user) for grade in grades)
            if order.state != "cancel" or not mine:
                raise UserError(
                    self.env._(
                        "%s is protected by the grade of its customer, and is not deleted: cancel it, "
                        "and say why. Once it is cancelled, who decides on it may delete it.",
                        order.name,
                    )
                )

    def _get_protecting(self):
        """Return ``(order, grades)`` of those of these orders that are protected."""
        found = self._find_protection()
        return [(order, found[order.id]) for order in self if order.id in found]

    # ------------------------------------------------------------------ what people do

    def action_ask_to_cancel(self):
        """Open the dialog that asks why, to cancel these orders or to have somebody decide."""
        self.check_access("write")
        context = {"default_order_ids": self.ids}
        name = self.env._("Cancel a protected order")
        model = "customer.grading.protection.reason"
        return open_window(name, model, target="new", context=context)

    def action_cancel_with_reason(self, reason):
        """Cancel these orders, or have somebody decide on those that the user may not cancel alone.

        :return: whether all are cancelled now
        :raise AccessError: for who may not change the orders
        :raise UserError: without a reason, or where an order is locked or cancelled
        """
        self.check_access("write")
        Request = self.env["customer.grading.order.request"]
        Request._check_reason(reason)
        if gone := self.filtered(lambda order: order.state == "cancel"):
            raise UserError(self.env._("%s is cancelled already.", gone[0].name))
        protected = self._find_protection()
        for order in self:
            grades = protected.get(order.id, self.env["customer.grade"])
            Request._ask(order, grades, reason.strip())
        return all(order.state == "cancel" for order in self)

    def _cancel_released(self):
        """Cancel these, which were decided on, as the user."""
        return self.with_context(**{RELEASE: RELEASED}).action_cancel()

    def action_view_grading_request(self):
        """Open what was asked for this order, and waits."""
        self.ensure_one()
        return self.grading_request_id._get_records_action()
