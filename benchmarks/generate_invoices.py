"""The generated invoices, and the payments that settle most of them."""

from bulk import copy_row, get_last_id


def create_invoices(cr, patterns):
    """Post an invoice of two lines for each row of ``drafts``, and settle most of them."""
    _stage_invoices(cr)
    for source, paid in (("paid_invoices", True), ("open_invoices", False)):
        _create_moves(cr, patterns, source, paid)
    _create_payments(cr, patterns)
    _reconcile(cr, patterns)


def _stage_invoices(cr):
    """Say of each invoice its number, its day of payment and all the ids it takes.

    Numbers count by year, and start behind those of the patterns.
    """
    last = {
        table: get_last_id(cr, table)
        for table in (
            "account_move",
            "account_move_line",
            "account_payment",
            "account_full_reconcile",
            "account_partial_reconcile",
        )
    }
    cr.execute("SELECT COUNT(*) FROM drafts")
    [count] = cr.fetchone()
    last_line = last["account_move_line"]
    cr.execute(f"""
        CREATE TEMP TABLE invoices AS
        SELECT *,
               'INV/' || year || '/' AS prefix,
               'INV/' || year || '/' || lpad(number::text, 7, '0') AS name,
               {last["account_move"]} + n AS move_id,
               {last_line} + 2 * n - 1 AS income_line_id,
               {last_line} + 2 * n AS receivable_line_id,
               {last["account_payment"]} + payment AS payment_id,
               {last["account_move"]} + {count} + payment AS payment_move_id,
               {last_line} + 2 * {count} + 2 * payment - 1 AS outstanding_line_id,
               {last_line} + 2 * {count} + 2 * payment AS settled_line_id,
               {last["account_full_reconcile"]} + payment AS full_id,
               {last["account_partial_reconcile"]} + payment AS partial_id
          FROM (
            SELECT *,
                   100 + row_number() OVER (PARTITION BY year ORDER BY n) AS number,
                   row_number() OVER paid_in_order AS payment,
                   paid_on + interval '10 hours' AS paid_at
              FROM (
                SELECT *, day + 30 AS due, EXTRACT(YEAR FROM day)::int AS year,
                       COALESCE(pays_on <= current_date, FALSE) AS paid,
                       LEAST(pays_on, current_date) AS paid_on
                  FROM (
                    SELECT *, CASE WHEN luck < 0.65 THEN day + 5 + floor(luck * 38)::int
                                   WHEN luck < 0.88 THEN day + 30 + floor((luck - 0.65) * 260)::int
                              END AS pays_on
                      FROM drafts
                  ) promised
              ) settled
            WINDOW paid_in_order AS (PARTITION BY paid ORDER BY paid_on, n)
          ) numbered
    """)
    cr.execute("CREATE TEMP VIEW open_invoices AS SELECT * FROM invoices WHERE NOT paid")
    cr.execute("CREATE TEMP VIEW paid_invoices AS SELECT * FROM invoices WHERE paid")
    cr.execute("""
        CREATE TEMP VIEW payments AS
        SELECT *, EXTRACT(YEAR FROM paid_on)::int AS paid_year FROM paid_invoices
         ORDER BY payment
    """)


def _create_moves(cr, patterns, source, paid):
    signed = ("amount_untaxed_signed", "amount_untaxed_in_currency_signed")
    totals = ("amount_untaxed", "amount_total", "amount_total_signed")
    residual = ("amount_residual", "amount_residual_signed")
    move = {
        "id": "doc.move_id",
        "name": "doc.name",
        "payment_reference": "doc.name",
        "sequence_prefix": "doc.prefix",
        "sequence_number": "doc.number",
        **dict.fromkeys(("partner_id", "partner_shipping_id"), "doc.partner_id"),
        "commercial_partner_id": "doc.customer_id",
        "invoice_partner_display_name": "'Customer ' || doc.customer",
        **dict.fromkeys((*signed, *totals, "amount_total_in_currency_signed"), "doc.amount"),
        **dict.fromkeys(residual, "0" if paid else "doc.amount"),
        **dict.fromkeys(("date", "invoice_date"), "doc.day"),
        "invoice_date_due": "doc.due",
        "create_date": "doc.moment",
        "write_date": "doc.paid_at" if paid else "doc.moment",
    }
    line = {
        "move_id": "doc.move_id",
        "move_name": "doc.name",
        "partner_id": "doc.customer_id",
        **dict.fromkeys(("date", "invoice_date"), "doc.day"),
        **dict.fromkeys(("create_date", "write_date"), "doc.moment"),
    }
    income = {
        **line,
        **_post("income_line_id", "-doc.amount"),
        **dict.fromkeys(("price_unit", "price_subtotal", "price_total"), "doc.amount"),
    }
    receivable = {
        **line,
        **_post("receivable_line_id", "doc.amount", open_amount="0" if paid else "doc.amount"),
        "name": "doc.name",
        "date_maturity": "doc.due",
        **(_match() if paid else {}),
    }
    prefix = "" if paid else "open_"
    for table, pattern, values in (
        ("account_move", f"{prefix}invoice", move),
        ("account_move_line", f"{prefix}income_line", income),
        ("account_move_line", f"{prefix}receivable_line", receivable),
    ):
        copy_row(cr, table, getattr(patterns, pattern), source, values)


def _post(id_column, balance, open_amount="0"):
    """Return the columns of a line that is posted with ``balance``."""
    return {
        "id": f"doc.{id_column}",
        "debit": f"GREATEST({balance}, 0)",
        "credit": f"GREATEST(-({balance}), 0)",
        **dict.fromkeys(("balance", "amount_currency"), balance),
        **dict.fromkeys(("amount_residual", "amount_residual_currency"), open_amount),
    }


def _match():
    return {"full_reconcile_id": "doc.full_id", "matching_number": "doc.full_id::text"}


def _create_payments(cr, patterns):
    prefix = "split_part(pattern.{}, '/', 1) || '/' || doc.paid_year || '/'"
    number = " || lpad((100 + doc.payment)::text, 8, '0')"
    dates = {
        "date": "doc.paid_on",
        **dict.fromkeys(("create_date", "write_date"), "doc.paid_at"),
    }
    payment = {
        "id": "doc.payment_id",
        "move_id": "doc.payment_move_id",
        "partner_id": "doc.customer_id",
        "name": prefix.format("name") + number,
        "memo": "doc.name",
        **dict.fromkeys(("amount", "amount_company_currency_signed"), "doc.amount"),
        **dates,
    }
    totals = ("amount_total", "amount_total_signed", "amount_total_in_currency_signed")
    move = {
        "id": "doc.payment_move_id",
        "origin_payment_id": "doc.payment_id",
        "name": prefix.format("name") + number,
        "sequence_prefix": prefix.format("name"),
        "sequence_number": "100 + doc.payment",
        "ref": "doc.name",
        **dict.fromkeys(("partner_id", "commercial_partner_id"), "doc.customer_id"),
        "invoice_partner_display_name": "'Customer ' || doc.customer",
        **dict.fromkeys(totals, "doc.amount"),
        "invoice_date_due": "doc.paid_on",
        **dates,
    }
    line = {
        "move_id": "doc.payment_move_id",
        "payment_id": "doc.payment_id",
        "partner_id": "doc.customer_id",
        "move_name": prefix.format("move_name") + number,
        "ref": "doc.name",
        "name": "'Manual Payment: ' || doc.name",
        "date_maturity": "doc.paid_on",
        **dates,
    }
    subtotal = ("price_subtotal", "price_total")
    outstanding = {
        **line,
        **_post("outstanding_line_id", "doc.amount", open_amount="doc.amount"),
        **dict.fromkeys(subtotal, "doc.amount"),
    }
    settled = {
        **line,
        **_post("settled_line_id", "-doc.amount"),
        **dict.fromkeys(subtotal, "-doc.amount"),
        **_match(),
    }
    copy_row(cr, "account_payment", patterns.payment, "payments", payment)
    copy_row(cr, "account_move", patterns.payment_move, "payments", move)
    copy_row(cr, "account_move_line", patterns.outstanding_line, "payments", outstanding)
    copy_row(cr, "account_move_line", patterns.settled_line, "payments", settled)


def _reconcile(cr, patterns):
    dates = dict.fromkeys(("create_date", "write_date"), "doc.paid_at")
    partial = {
        "id": "doc.partial_id",
        "debit_move_id": "doc.receivable_line_id",
        "credit_move_id": "doc.settled_line_id",
        "full_reconcile_id": "doc.full_id",
        **dict.fromkeys(
            ("amount", "debit_amount_currency", "credit_amount_currency"), "doc.amount"
        ),
        "max_date": "doc.paid_on",
        **dates,
    }
    full = {"id": "doc.full_id", **dates}
    copy_row(cr, "account_full_reconcile", patterns.full, "payments", full)
    copy_row(cr, "account_partial_reconcile", patterns.partial, "payments", partial)
    cr.execute("""
        INSERT INTO account_move__account_payment (invoice_id, payment_id)
        SELECT move_id, payment_id FROM payments
    """)
