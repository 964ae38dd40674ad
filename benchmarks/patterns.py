"""One real document of each kind, made as Odoo's own screens make it."""

from typing import NamedTuple

from odoo.fields import Command, Date


class Patterns(NamedTuple):
    """Ids of the rows that the generated ones are copies of."""

    company: int
    contact: int
    order: int
    order_line: int
    lead: int
    won_lead: int
    lost_lead: int
    invoice: int
    income_line: int
    receivable_line: int
    open_invoice: int
    open_income_line: int
    open_receivable_line: int
    payment: int
    payment_move: int
    outstanding_line: int
    settled_line: int
    partial: int
    full: int


def create_patterns(env):
    """Create the documents and return their :class:`Patterns`."""
    env = env(context=dict(env.context, tracking_disable=True))
    company, contact = _create_customer(env)
    product = env["product.product"].create(
        {"name": "Benchmark", "type": "consu", "list_price": 100, "standard_price": 60}
    )
    order = create_order(env, contact, product)
    order.action_confirm()
    paid, unpaid = (create_invoice(env, company, product) for _each in range(2))
    (paid | unpaid).action_post()
    payment = pay(env, paid)
    pattern = Patterns(
        company=company.id,
        contact=contact.id,
        order=order.id,
        order_line=order.order_line.id,
        **_create_leads(env, company),
        **_get_invoice_ids(paid, ""),
        **_get_invoice_ids(unpaid, "open_"),
        **_get_payment_ids(payment, paid),
    )
    env.flush_all()
    return pattern


def _create_customer(env):
    company = env["res.partner"].create(
        {
            "name": "Benchmark",
            "is_company": True,
            "country_id": env.ref("base.us").id,
            "email": "benchmark@example.com",
            "phone": "+1 202 555 0101",
            "street": "1 Main Street",
            "city": "Springfield",
        }
    )
    contact = env["res.partner"].create(
        {"name": "Contact", "parent_id": company.id, "email": "contact@example.com"}
    )
    return company, contact


def create_order(env, partner, product):
    """Return a quotation of one line."""
    line = Command.create(
        {
            "product_id": product.id,
            "product_uom_qty": 1,
            "price_unit": 300,
            "tax_ids": [Command.clear()],
        }
    )
    return env["sale.order"].create({"partner_id": partner.id, "order_line": [line]})


def create_invoice(env, partner, product):
    """Return a draft invoice of one line."""
    line = Command.create(
        {
            "product_id": product.id,
            "quantity": 1,
            "price_unit": 300,
            "tax_ids": [Command.clear()],
        }
    )
    return env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": Date.context_today(env.user),
            "invoice_line_ids": [line],
        }
    )


def pay(env, invoice):
    """Register the payment of an invoice, and return it."""
    wizard = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    return wizard.create({})._create_payments()


def _create_leads(env, partner):
    vals = {"name": "Opportunity", "partner_id": partner.id, "type": "opportunity"}
    lead, won, lost = env["crm.lead"].create([{**vals, "expected_revenue": 1000}] * 3)
    won.action_set_won()
    lost.action_set_lost(lost_reason_id=env["crm.lost.reason"].search([], limit=1).id)
    return {"lead": lead.id, "won_lead": won.id, "lost_lead": lost.id}


def _get_invoice_ids(invoice, prefix):
    receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
    income = invoice.line_ids - receivable
    return {
        f"{prefix}invoice": invoice.id,
        f"{prefix}income_line": income.id,
        f"{prefix}receivable_line": receivable.id,
    }


def _get_payment_ids(payment, invoice):
    move = payment.move_id
    settled = move.line_ids.filtered("full_reconcile_id")
    return {
        "payment": payment.id,
        "payment_move": move.id,
        "outstanding_line": (move.line_ids - settled).id,
        "settled_line": settled.id,
        "partial": settled.matched_debit_ids.id,
        "full": settled.full_reconcile_id.id,
    }
