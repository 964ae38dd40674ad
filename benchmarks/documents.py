"""What people do with documents, in queries."""

from measure import Stopwatch
from patterns import create_invoice, create_order, pay


def count_document_queries(env, partner_id):
    """Return the number of queries of each step of a sale; all is undone."""
    counts = _trade(env, partner_id)
    env.cr.rollback()
    env.transaction.clear()
    return counts


def _trade(env, partner_id):
    partner = env["res.partner"].browse(partner_id)
    product = env["product.product"].search([("sale_ok", "=", True)], limit=1)
    order = create_order(env, partner, product)
    confirm = _count(env, order.action_confirm)
    invoice = create_invoice(env, partner, product)
    post = _count(env, invoice.action_post)
    payment = _count(env, lambda: pay(env, invoice))
    return {"confirm an order": confirm, "post an invoice": post, "pay it": payment}


def _count(env, action):
    env.flush_all()
    env.invalidate_all()
    with Stopwatch() as watch:
        action()
        env.flush_all()
    return watch.queries
