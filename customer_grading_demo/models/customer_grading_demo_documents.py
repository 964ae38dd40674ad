from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import models
from odoo.fields import Command

from ..plan import INVOICING_INTERVAL, LEAD_TIME

PROJECTS = {
    "OEM": (
        "Axles for the {year} tractor series",
        "Disc brakes for the new 6x4 dump truck",
        "Second source for boom cylinders",
        "Slewing rings, yearly contract {year}",
    ),
    "Converter": (
        "Trailer axles and air springs {year}",
        "Steer axles for 40 special vehicles",
        "Disc brake conversion of the low-bed series",
    ),
    "Dealer": ("Stock order for the new warehouse", "Brake parts framework {year}"),
    "Individual": ("Brake overhaul of a tractor and trailer", "Drums and linings, own fleet"),
}


class CustomerGradingDemoDocuments(models.AbstractModel):
    """Opportunities, orders, deliveries, invoices and payments of the demo."""

    _name = "customer.grading.demo.documents"
    _description = "Documents of the Demo Company"

    def _prepare_order_vals(self, customer, partner, products, day, amount):
        """Return what a quotation of about ``amount`` in the company's currency says."""
        currency = self.env.company.currency_id
        amount = self._convert(amount, currency, products[0]["record"].currency_id)
        buyer = partner.child_ids.filtered(lambda contact: not contact.is_company)
        return {
            "partner_id": (buyer if customer.random.random() < 0.3 else partner)[:1].id
            or partner.id,
            "company_id": self.env.company.id,
            "user_id": partner.user_id.id,
            "date_order": self._at_noon(day),
            "validity_date": day + timedelta(days=30),
            "commitment_date": self._at_noon(day + timedelta(days=LEAD_TIME + INVOICING_INTERVAL)),
            "payment_term_id": partner.property_payment_term_id.id,
            "pricelist_id": "usd" in customer.extra and self._get_usd_pricelist().id,
            "order_line": [
                Command.create({"product_id": product["record"].id, "product_uom_qty": quantity})
                for product, quantity in customer.get_lines(products, amount)
            ],
        }

    def _get_usd_pricelist(self):
        Pricelist = self.env["product.pricelist"]
        domain = [("name", "=", "Export"), ("company_id", "=", self.env.company.id)]
        return Pricelist.search(domain, limit=1) or Pricelist.create(
            {
                "name": "Export",
                "currency_id": self.env.ref("base.USD").id,
                "company_id": self.env.company.id,
            }
        )

    def _at_noon(self, day):
        return datetime.combine(day, time(12))

    def _create_orders(self, customers, partners, products, leads):
        """Return the confirmed orders, as a list of (customer, day, order)."""
        planned = [
            (customer, day, amount)
            for customer in customers
            for day, amount in customer.get_orders()
        ]
        planned.sort(key=lambda plan: plan[1])
        orders = self.env["sale.order"].create(
            [
                self._prepare_order_vals(customer, partners[customer.name], products, day, amount)
                for customer, day, amount in planned
            ]
        )
        made = [
            (customer, day, order)
            for (customer, day, _amount), order in zip(planned, orders, strict=True)
        ]
        self._link_won_opportunities(made, leads)
        orders.action_confirm()
        # Confirming dates an order now.
        for _customer, day, order in made:
            order.date_order = self._at_noon(day)
        return made

    def _link_won_opportunities(self, made, leads):
        """Say which order came of each won opportunity: the next one, else the last."""
        for customer, outcome, lead in leads:
            orders = [(day, order) for other, day, order in made if other is customer]
            if outcome != "won" or not orders or lead.company_id != self.env.company:
                continue
            closed = lead.date_closed.date()
            later = [order for day, order in orders if day >= closed]
            (later or [orders[-1][1]])[0].opportunity_id = lead

    def _invoice_orders(self, made):
        """Deliver and invoice what is ready; return the posted invoices by customer."""
        newest = {customer: order for customer, _day, order in made}
        owners = {order: customer for customer, _day, order in made}
        ready = defaultdict(self.env["sale.order"].browse)
        for customer, day, order in made:
            invoice_day = customer.get_invoice_day(day)
            waits = "uncollected" in customer.extra and order == newest[customer]
            if invoice_day and not waits:
                ready[invoice_day] |= order
        invoices = defaultdict(self.env["account.move"].browse)
        for day, orders in sorted(ready.items()):
            for line in orders.order_line:
                line.qty_delivered = line.product_uom_qty
            # One invoice for each order.
            orders = orders.with_context(default_invoice_date=day)
            orders._create_invoices(grouped=True).action_post()
            for order in orders:
                invoices[owners[order]] |= order.invoice_ids
        return invoices

    def _credit_some(self, invoices):
        """Credit a tenth of one line, returned as damaged, to who is marked for it."""
        for customer, moves in invoices.items():
            if "credit_note" not in customer.extra:
                continue
            invoice = moves[len(moves) * 3 // 4]
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create(
                    {
                        "date": invoice.invoice_date + timedelta(days=6),
                        "reason": "Damaged in transport",
                        "journal_id": invoice.journal_id.id,
                    }
                )
            )
            wizard.refund_moves()
            self._return_damaged(invoice, wizard.new_move_ids)

    def _return_damaged(self, invoice, credit_note):
        """Reduce a full credit note to what was sent back, and settle it."""
        line, *others = credit_note.invoice_line_ids
        returned = max(1, line.quantity // 10)
        credit_note.write(
            {
                "invoice_line_ids": [
                    Command.update(line.id, {"quantity": returned}),
                    *(Command.delete(other.id) for other in others),
                ]
            }
        )
        ordered = line.sale_line_ids
        ordered.qty_delivered -= returned
        credit_note.action_post()
        ordered.product_uom_qty -= returned  # nobody waits for other ones
        self._get_receivables(invoice | credit_note).reconcile()

    def _register_payments(self, invoices):
        """Pay the invoices as each customer does: in time, late, in part, not at all."""
        in_full = defaultdict(self.env["account.move"].browse)
        for customer, moves in invoices.items():
            moves = moves.sorted(lambda move: (move.invoice_date_due, move.id))
            payments = customer.get_payments(moves.mapped("invoice_date_due"))
            for invoice, payment in zip(moves, payments, strict=True):
                if not payment:
                    continue
                day, share = payment
                if share == 1:
                    in_full[day] |= invoice
                else:
                    self._pay(invoice, day, amount=invoice.amount_residual * share)
        for index, (day, moves) in enumerate(sorted(in_full.items())):
            self._pay(moves, day, group_payment=False)
            if index in (1, 10, 40):
                self._refresh_statistics()

    def _pay(self, invoices, day, **vals):
        items = self._get_receivables(invoices).filtered(lambda item: not item.reconciled)
        wizard = self.env["account.payment.register"].create(
            {"line_ids": [Command.set(items.ids)], "payment_date": day, **vals}
        )
        wizard.action_create_payments()

    def _get_receivables(self, moves):
        return moves.line_ids.filtered(lambda item: item.account_type == "asset_receivable")

    def _create_quotations(self, customers, partners, products):
        """Offer something to who is marked for it: sent, the first one still a draft."""
        chosen = [customer for customer in customers if "quotation" in customer.extra]
        quotations = self.env["sale.order"].create(
            [
                self._prepare_order_vals(
                    customer,
                    partners[customer.name],
                    products,
                    customer.get_day(3 + 4 * index),
                    customer.order_amount,
                )
                for index, customer in enumerate(chosen)
            ]
        )
        quotations[1:].action_quotation_sent()

    # Opportunities

    def _create_opportunities(self, customers, partners, companies):
        """Return the opportunities, as a list of (customer, outcome, lead)."""
        planned = [
            (customer, outcome) for customer in customers for outcome in customer.opportunities
        ]
        leads = self.env["crm.lead"].create(
            [
                self._prepare_lead_vals(index, customer, outcome, partners, companies)
                for index, (customer, outcome) in enumerate(planned)
            ]
        )
        made = [
            (customer, outcome, lead)
            for (customer, outcome), lead in zip(planned, leads, strict=True)
        ]
        outcomes = defaultdict(self.env["crm.lead"].browse)
        for _customer, outcome, lead in made:
            outcomes[outcome] |= lead
        outcomes["won"].action_set_won()
        reasons = self.env["crm.lost.reason"].search([], limit=3)
        for index, lead in enumerate(outcomes["lost"]):
            reason = reasons[index % len(reasons)] if reasons else reasons
            lead.action_set_lost(lost_reason_id=reason.id)
        self._date_opportunities(made)
        self._plan_calls(outcomes["open"])
        return made

    def _prepare_lead_vals(self, index, customer, outcome, partners, companies):
        partner = partners[customer.name]
        company = companies[customer.companies[0]]
        stages = self.env["crm.stage"].search([("is_won", "=", False)])
        names = PROJECTS[customer.kind]
        year = customer.today.year + (outcome == "open")
        # One in eight open ones is past its day: somebody forgot to move it.
        closing = 20 + index * 37 % 340 if index % 8 else -12
        return {
            "name": names[index % len(names)].format(year=year),
            "type": "opportunity",
            "partner_id": partner.id,
            "company_id": company.id,
            "user_id": partner.user_id.id,
            "stage_id": stages[index % len(stages)].id,
            "expected_revenue": round(customer.order_amount, -3),
            "date_deadline": customer.get_day(-closing),
        }

    def _date_opportunities(self, made):
        """Spread the opportunities over the two years: begun, then won or lost."""
        created = {}
        for index, (customer, outcome, lead) in enumerate(made):
            if outcome == "open":
                created[lead.id] = self._at_noon(customer.get_day(15 + index * 7 % 90))
                continue
            closed = 40 + index * 53 % 500
            created[lead.id] = self._at_noon(customer.get_day(closed + 60))
            lead.date_closed = self._at_noon(customer.get_day(closed))
            lead.date_deadline = customer.get_day(closed)
        self._set_create_dates("crm.lead", created)

    def _plan_calls(self, leads):
        """Plan a call for each of ``leads``; some should have been made by now."""
        call = self.env.ref("mail.mail_activity_data_call")
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "activity_type_id": call.id,
                    "user_id": lead.user_id.id,
                    "date_deadline": self._get_day(3 - index * 5 % 24),
                }
                for index, lead in enumerate(leads)
            ]
        )
