"""Make the demo company and print its customers by grade; read by `odoo shell`.

An error is shown by the shell and ends it with a status other than 0; nothing is kept.
"""

import os

from dateutil.relativedelta import relativedelta

from odoo import fields

ODOO_ENV = globals()["env"]
LANGUAGE = os.environ.get("DEMO_LANGUAGE", "en_US")


def speak(env, language):
    """Let the administrator and the demo's people work in ``language``."""
    env["res.lang"]._activate_lang(language)
    env["res.users"].search([]).lang = language


def get_revenue(env, company):
    """Return the invoiced revenue of 12 months by customer, untaxed, less credit notes."""
    today = fields.Date.context_today(env.user)
    return dict(
        env["account.move"]._read_group(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("invoice_date", ">", today - relativedelta(years=1)),
                ("invoice_date", "<=", today),
            ],
            ["commercial_partner_id"],
            ["amount_untaxed_signed:sum"],
        )
    )
