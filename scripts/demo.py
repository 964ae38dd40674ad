"""Make the demo company and print its customers by grade; read by `odoo shell`.

An error ends the shell with its traceback and a status other than 0; nothing is kept then.
"""

import os
import sys
from unicodedata import east_asian_width

from dateutil.relativedelta import relativedelta

from odoo import fields


def make_demo(env, language):
    """Make the demo company; its people and the administrator work in ``language``."""
    if not env["res.lang"]._activate_lang(language):
        sys.exit(f"Odoo has no language {language}.")
    env["customer.grading.demo"]._trade_for_two_years()
    env["res.users"].search([]).lang = language
    env.cr.commit()


def get_revenue(env, company):
    """Return the invoiced revenue of 12 months by customer, untaxed, less credit notes."""
    today = fields.Date.context_today(env.user)
    domain = [
        ("company_id", "=", company.id),
        ("move_type", "in", ("out_invoice", "out_refund")),
        ("state", "=", "posted"),
        ("invoice_date", ">", today - relativedelta(years=1)),
        ("invoice_date", "<=", today),
    ]
    return dict(
        env["account.move"]._read_group(
            domain, ["commercial_partner_id"], ["amount_untaxed_signed:sum"]
        )
    )


def get_lines(env, company):
    """Return the table of a company: grades best first, not graded, all of them."""
    results = env["customer.grading.result"].search(
        [("policy_id.state", "=", "running"), ("company_id", "=", company.id)]
    )
    if not results.grade_id:
        sys.exit(f"No customer of {company.name} was graded.")
    revenue = get_revenue(env, company)
    of_grade = results.grouped("grade_id")
    lines = [("Grade", "Name", "Customers", f"{company.currency_id.name} in 12 months")]
    for grade in [*results.dimension_id.grade_ids.sorted(), env["customer.grade"]]:
        partners = of_grade.get(grade, results.browse()).partner_id
        lines.append(get_line(grade.code or "-", grade.name or "Not graded", partners, revenue))
    lines.append(get_line("", "Total", results.partner_id, revenue))
    return lines


def get_line(code, name, partners, revenue):
    total = sum(revenue.get(partner, 0) for partner in partners)
    return code, name, str(len(partners)), f"{total:,.0f}"


def get_width(text):
    """Return the columns ``text`` takes in a terminal, where Chinese ones are wide."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def print_table(title, lines):
    widths = [max(map(get_width, column)) for column in zip(*lines, strict=True)]
    print(f"\n{title}\n")
    for line in lines:
        cells = []
        for index, (cell, width) in enumerate(zip(line, widths, strict=True)):
            padding = " " * (width - get_width(cell))
            # Figures, in the last two columns, to the right.
            cells.append(padding + cell if index > 1 else cell + padding)
        print("  " + "  ".join(cells).rstrip())


def main(env, language):
    make_demo(env, language)
    env = env(context=dict(env.context, lang=language))
    running = env["customer.grading.policy"].search([("state", "=", "running")])
    if not running:
        sys.exit("No grading policy is running.")
    results = env["customer.grading.result"].search([("policy_id", "in", running.ids)])
    for company in results.company_id.sorted("id"):
        print_table(f"{company.name}: {running[0].name}", get_lines(env, company))
    print()


main(env, os.environ.get("DEMO_LANGUAGE") or "en_US")
