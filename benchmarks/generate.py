"""A company's three years of trade, made in the database: customers, orders, leads,
invoices and payments.

Few customers are large and most are small; a third began within the three years and a
third left; most pay, a part of them late. The same scale gives the same data on the same
day.
"""

from typing import NamedTuple

from bulk import copy_row, get_last_id, loading
from generate_invoices import create_invoices
from patterns import create_patterns

TABLES = [
    "res_partner",
    "sale_order",
    "sale_order_line",
    "crm_lead",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_full_reconcile",
    "account_partial_reconcile",
]
DAYS = 3 * 365
COUNTRY = "(ARRAY[233, 233, 233, 48, 48, 57, 75, 14])[1 + mod({} * 7, 8)]"


class Counts(NamedTuple):
    """How many of each there are."""

    customers: int
    contacts: int
    orders: int
    invoices: int
    leads: int

    @classmethod
    def of_scale(cls, scale):
        """Return the counts at ``scale``; 1 is a large wholesaler.

        >>> Counts.of_scale(0.1)
        Counts(customers=20000, contacts=2000, orders=100000, invoices=200000, leads=50000)
        """
        full = cls(200_000, 20_000, 1_000_000, 2_000_000, 500_000)
        return cls(*(max(round(number * scale), 10) for number in full))


def generate(env, scale):
    """Fill the database of ``env`` and commit."""
    counts = Counts.of_scale(scale)
    cr = env.cr
    patterns = create_patterns(env)
    _create_functions(cr, counts)
    with loading(cr, TABLES):
        _create_partners(cr, patterns)
        stage_documents(cr, "orders", counts.orders, salt=10)
        _create_orders(cr, patterns)
        stage_documents(cr, "leads", counts.leads, salt=20)
        _create_leads(cr, patterns)
        stage_documents(cr, "drafts", counts.invoices, salt=30)
        create_invoices(cr, patterns)
    cr.commit()


def _create_functions(cr, counts):
    """Create what the statements are written in; it goes with the connection.

    Customers are numbered from 1, the largest, and have their ids in that order. Every
    tenth has a contact, who signs half of its documents.
    """
    last = get_last_id(cr, "res_partner")
    customers, contacts = counts.customers, counts.contacts
    cr.execute(f"""
        CREATE FUNCTION pg_temp.chance(n bigint, salt int) RETURNS float8 RETURN
            (hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992;
        CREATE FUNCTION pg_temp.pick_customer(n bigint, salt int) RETURNS int RETURN
            1 + floor({customers} * power(pg_temp.chance(n, salt), 2))::int;
        CREATE FUNCTION pg_temp.pick_contact(customer int, n bigint) RETURNS int RETURN
            {last} + CASE WHEN mod(customer, 10) = 0 AND mod(n, 2) = 0
                          THEN {customers} + customer / 10 ELSE customer END;
        CREATE FUNCTION pg_temp.get_start(customer int) RETURNS float8 RETURN
            GREATEST(0, pg_temp.chance(customer, 1) * 1.4 - 0.45);
        CREATE FUNCTION pg_temp.get_end(customer int) RETURNS float8 RETURN
            LEAST(1, pg_temp.get_start(customer) + 0.05 + 1.4 * pg_temp.chance(customer, 2));
        CREATE FUNCTION pg_temp.pick_day(customer int, n bigint, salt int) RETURNS date RETURN
            current_date - {DAYS} + floor({DAYS} * (pg_temp.get_start(customer)
            + (pg_temp.get_end(customer) - pg_temp.get_start(customer))
            * pg_temp.chance(n, salt)))::int;
        CREATE FUNCTION pg_temp.pick_amount(customer int, n bigint, salt int) RETURNS numeric
            RETURN round((40 * power(pg_temp.chance(n, salt) + 0.02, -0.8)
            * (1 + 6 * power(1 - customer::float8 / {customers}, 8)))::numeric, 2);
        CREATE TEMP TABLE customers AS
            SELECT n, {last} + n AS id FROM generate_series(1, {customers}) n;
        CREATE TEMP TABLE contacts AS
            SELECT n, {last} + {customers} + n AS id, {last} + 10 * n AS parent_id
              FROM generate_series(1, {contacts}) n WHERE 10 * n <= {customers};
    """)


def stage_documents(cr, name, count, salt):
    """Create a temporary table of ``count`` documents in the order of their days."""
    cr.execute(f"""
        CREATE TEMP TABLE {name} AS
        SELECT row_number() OVER (ORDER BY day, g) AS n, dated.*,
               customers.id AS customer_id,
               pg_temp.pick_contact(customer, g) AS partner_id,
               pg_temp.pick_amount(customer, g, {salt + 2}) AS amount,
               pg_temp.chance(g, {salt + 3}) AS luck,
               day + interval '9 hours' + mod(g, 8) * interval '1 hour' AS moment
          FROM (
            SELECT g, customer, pg_temp.pick_day(customer, g, {salt + 1}) AS day
              FROM (
                SELECT g, pg_temp.pick_customer(g, {salt}) AS customer
                  FROM generate_series(1, {count}) g
              ) picked
          ) dated
          JOIN customers ON customers.n = customer
    """)


def _create_partners(cr, patterns):
    company = {
        "id": "doc.id",
        "commercial_partner_id": "doc.id",
        "country_id": COUNTRY.format("doc.n"),
        "customer_rank": "LEAST(1000, 1 + 200000 / doc.n)",
        **_name("'Customer ' || doc.n", "'customer' || doc.n"),
    }
    contact = {
        "id": "doc.id",
        "parent_id": "doc.parent_id",
        "commercial_partner_id": "doc.parent_id",
        **_name("'Contact ' || doc.n", "'contact' || doc.n"),
        "complete_name": "'Customer ' || 10 * doc.n || ', Contact ' || doc.n",
        "commercial_company_name": "'Customer ' || 10 * doc.n",
    }
    copy_row(cr, "res_partner", patterns.company, "customers", company)
    copy_row(cr, "res_partner", patterns.contact, "contacts", contact)


def _name(name, mailbox):
    return {
        **dict.fromkeys(("name", "complete_name", "commercial_company_name"), name),
        **dict.fromkeys(("email", "email_normalized"), f"{mailbox} || '@example.com'"),
    }


def _create_orders(cr, patterns):
    last = get_last_id(cr, "sale_order")
    partners = ("partner_id", "partner_invoice_id", "partner_shipping_id")
    moments = dict.fromkeys(("create_date", "write_date"), "doc.moment")
    order = {
        "id": f"{last} + doc.n",
        "name": f"'S' || lpad(({last} + doc.n)::text, 8, '0')",
        **dict.fromkeys(partners, "doc.partner_id"),
        **dict.fromkeys(("amount_untaxed", "amount_total"), "doc.amount"),
        "margin": "0.4 * doc.amount",
        "margin_percent": "0.4",
        "date_order": "doc.moment",
        "validity_date": "doc.day + 30",
        **moments,
    }
    amounts = (
        "price_unit",
        "technical_price_unit",
        "price_subtotal",
        "price_total",
        "price_reduce_taxexcl",
        "price_reduce_taxinc",
        "untaxed_amount_to_invoice",
    )
    line = {
        "id": f"{get_last_id(cr, 'sale_order_line')} + doc.n",
        "order_id": f"{last} + doc.n",
        "order_partner_id": "doc.partner_id",
        **dict.fromkeys(amounts, "doc.amount"),
        "margin": "0.4 * doc.amount",
        "margin_percent": "0.4",
        "purchase_price": "0.6 * doc.amount",
        **moments,
    }
    copy_row(cr, "sale_order", patterns.order, "orders", order)
    copy_row(cr, "sale_order_line", patterns.order_line, "orders", line)


def _create_leads(cr, patterns):
    """A third is won, a good third lost, both within three months; the rest is open.

    Open ones are expected to close within a year; some should have closed already.
    """
    last = get_last_id(cr, "crm_lead")
    common = {
        "id": f"{last} + doc.n",
        "name": "'Opportunity ' || doc.n",
        "partner_id": "doc.partner_id",
        "partner_name": "'Customer ' || doc.customer",
        "email_from": "'customer' || doc.customer || '@example.com'",
        "email_normalized": "'customer' || doc.customer || '@example.com'",
        "email_domain_criterion": "'customer' || doc.customer || '@example.com'",
        "country_id": COUNTRY.format("doc.customer"),
        "expected_revenue": "doc.amount",
        **dict.fromkeys(("create_date", "date_open"), "doc.moment"),
    }
    closed = {
        **common,
        **dict.fromkeys(("date_closed", "date_last_stage_update", "write_date"), "doc.closed"),
        "day_close": "EXTRACT(DAY FROM doc.closed - doc.moment)",
    }
    won = {**closed, "prorated_revenue": "doc.amount"}
    still_open = {
        **common,
        "stage_id": "(ARRAY[1, 2, 3])[1 + mod(doc.g, 3)]",
        **dict.fromkeys(("probability", "automated_probability"), "10 + mod(doc.g, 80)"),
        "prorated_revenue": "round(doc.amount * (10 + mod(doc.g, 80)) / 100, 2)",
        "date_deadline": "current_date - 30 + mod(doc.g, 400)::int",
        **dict.fromkeys(("date_last_stage_update", "write_date"), "doc.moment"),
    }
    for name, only, pattern, values in (
        ("won_leads", "luck < 0.3", patterns.won_lead, won),
        ("lost_leads", "luck >= 0.3 AND luck < 0.7", patterns.lost_lead, closed),
        ("open_leads", "luck >= 0.7", patterns.lead, still_open),
    ):
        cr.execute(f"""
            CREATE TEMP VIEW {name} AS
            SELECT *, LEAST(moment + mod(g, 90) * interval '1 day', now()::timestamp) AS closed
              FROM leads WHERE {only}
        """)
        copy_row(cr, "crm_lead", pattern, name, values)
