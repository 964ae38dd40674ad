from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import count

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from .plan import LEAD_TIME, Customer, read_rows

QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "no_reset_password": True,
    # A company with a country would install its localization, and commit.
    "install_mode": True,
    "lang": "en_US",
}
# login: name, companies
PEOPLE = {
    "lina": ("Li Na", "main"),
    "zhangwei": ("Zhang Wei", "main"),
    "chenjing": ("Chen Jing", "main"),
    "emma": ("Emma Fischer", "europe", "main"),
    "wanglei": ("Wang Lei", "main", "europe"),
}
MANAGER = "wanglei"
TEAMS = {"OEM Accounts": ("lina", "zhangwei"), "Dealers and Export": ("chenjing", "emma")}
DOCUMENTS = (
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "crm.lead",
    "res.partner",
    "sale.order",
    "sale.order.line",
)
GRADING_DAYS = (60, 20, 0)
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


class CustomerGradingDemo(models.AbstractModel):
    """Makes a demo company that has traded for two years, and grades its customers.

    Everything is made by the documents and actions a person would use: quotations are
    confirmed, orders delivered and invoiced, invoices paid by the payment wizard.
    """

    _name = "customer.grading.demo"
    _description = "Demo Company of Customer Grading"

    def _trade_for_two_years(self):
        """Make the demo company, unless it is there."""
        if self.env["res.users"].search_count([("login", "=", MANAGER)]):
            return
        self = self.with_context(**QUIET)
        today = fields.Date.context_today(self)
        customers = [Customer(row, today) for row in read_rows("customers")]
        companies = self._prepare_companies()
        self = self.with_context(allowed_company_ids=[c.id for c in companies.values()])
        users = self._create_users(companies)
        partners = self._create_partners(customers, users, companies)
        leads = self._create_opportunities(customers, partners, companies)
        products = self._create_products()
        for code, company in companies.items():
            trading = [customer for customer in customers if code in customer.companies]
            trade = self.with_company(company)
            orders = trade._create_orders(trading, partners, products, leads)
            invoices = trade._invoice_orders(orders)
            trade._refresh_statistics()
            trade._credit_some(invoices)
            trade._register_payments(invoices)
            trade._create_quotations(trading, partners, products)
        self._backdate(partners)
        self._refresh_statistics()
        self._grade_customers(customers, partners, companies, users)

    # Companies, people, products

    def _prepare_companies(self):
        """Return the companies by the code that the tables name them with."""
        main = self.env.ref("base.main_company")
        if not main._existing_accounting():
            cny = self.env.ref("base.CNY")
            cny.active = True
            main.partner_id.write(
                {
                    "name": "Haishan Axle & Brake",
                    "city": "Jinan",
                    "state_id": self.env.ref("base.state_cn_SD").id,
                    "country_id": self.env.ref("base.cn").id,
                }
            )
            main.write({"name": "Haishan Axle & Brake", "currency_id": cny.id})
            self._set_sales_tax(main, 13)
        europe = self.env["res.company"].create(
            {
                "name": "Haishan Europe",
                "city": "Duisburg",
                "country_id": self.env.ref("base.de").id,
            }
        )
        # As `try_loading` does, which expects the registry to be complete.
        self.env["account.chart.template"]._load("generic_coa", europe, install_demo=False)
        europe.currency_id = self.env.ref("base.EUR")
        self._set_sales_tax(europe, 19)
        self.env.ref("base.user_admin").company_ids |= europe
        self._set_exchange_rates(main | europe)
        return {"main": main, "europe": europe}

    def _set_sales_tax(self, company, percent):
        """Make a tax of ``percent`` the company's usual one."""
        name = f"VAT {percent}%"
        company.account_sale_tax_id = company.account_sale_tax_id.copy(
            {"name": name, "amount": percent, "invoice_label": name}
        )

    def _set_exchange_rates(self, companies):
        """Fix the rates of three years, so that paying later makes no difference."""
        yuan = {"CNY": 1, "USD": 0.14, "EUR": 0.128}
        start = fields.Date.context_today(self) - timedelta(days=3 * 365)
        currencies = self.env["res.currency"].search([("name", "in", list(yuan))])
        currencies |= self.env.ref("base.USD") | self.env.ref("base.EUR")
        currencies.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": start,
                    "company_id": company.id,
                    "currency_id": currency.id,
                    "rate": yuan[currency.name] / yuan[company.currency_id.name],
                }
                for company in companies
                if company.currency_id.name in yuan
                for currency in currencies - company.currency_id
            ]
        )

    def _create_users(self, companies):
        """Return the salespeople and their manager by login; the password is the login."""
        salesperson = self.env.ref("sales_team.group_sale_salesman_all_leads")
        manager = self.env.ref("sales_team.group_sale_manager")
        users = self.env["res.users"].create(
            [
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@example.com",
                    "company_id": companies[company_codes[0]].id,
                    "company_ids": [Command.set([companies[c].id for c in company_codes])],
                    "group_ids": [Command.link((manager if login == MANAGER else salesperson).id)],
                }
                for login, (name, *company_codes) in PEOPLE.items()
            ]
        )
        users = {user.login: user for user in users}
        self.env["crm.team"].create(
            [
                {
                    "name": name,
                    "user_id": users[MANAGER].id,
                    "company_id": False,
                    "member_ids": [Command.link(users[login].id) for login in logins],
                }
                for name, logins in TEAMS.items()
            ]
        )
        return users

    def _create_products(self):
        """Return the lines of ``products.csv``, each with its ``record``."""
        rows = read_rows("products")
        products = self.env["product.product"].create(
            [
                {
                    "name": row["name"],
                    "default_code": row["code"],
                    "type": "consu",
                    "invoice_policy": "delivery",
                    "list_price": float(row["price"]),
                }
                for row in rows
            ]
        )
        chinese = self.env["res.lang"]._get_data(code="zh_CN")
        for row, product in zip(rows, products, strict=True):
            row["record"] = product
            if chinese:
                product.with_context(lang="zh_CN").name = row["name_zh"]
            for company in self.env.companies:
                product.with_company(company).standard_price = self._convert(
                    float(row["cost"]), product.currency_id, company.currency_id
                )
        return rows

    def _convert(self, amount, source, target):
        today = fields.Date.context_today(self)
        return source._convert(amount, target, self.env.company, today)

    def _create_partners(self, customers, users, companies):
        """Return the customers' commercial entities by name, with their contacts."""
        kinds = sorted({customer.kind for customer in customers})
        tags = self.env["res.partner.category"].create(
            [{"name": kind, "color": index} for index, kind in enumerate(kinds, 1)]
        )
        tags = dict(zip(kinds, tags, strict=True))
        numbers = count(10_001)
        vals_list = [
            self._prepare_partner_vals(customer, tags[customer.kind], users, companies)
            | {"ref": f"C{next(numbers)}"}
            for customer in customers
        ]
        partners = dict(
            zip(
                (customer.name for customer in customers),
                self.env["res.partner"].create(vals_list),
                strict=True,
            )
        )
        for customer in customers:
            if customer.parent:
                partners[customer.name].parent_id = partners[customer.parent]
        return partners

    def _prepare_partner_vals(self, customer, tag, users, companies):
        is_company = customer.kind != "Individual"
        term = self.env.ref(f"account.account_payment_term_{customer.terms}days")
        only_europe = customer.companies == ["europe"]
        vals = {
            "name": customer.name,
            "is_company": is_company,
            "company_id": only_europe and companies["europe"].id,
            "category_id": [Command.link(tag.id)],
            "country_id": self.env.ref(f"base.{customer.country}").id,
            "state_id": customer.state and self.env.ref(f"base.state_cn_{customer.state}").id,
            "city": customer.city,
            "industry_id": self.env.ref(f"base.res_partner_industry_{customer.industry}").id,
            "user_id": users[customer.seller].id,
            "email": self._get_email(customer.name),
        }
        if customer.contact:
            vals["child_ids"] = [
                Command.create(
                    {
                        "name": customer.contact,
                        "function": "Purchasing Manager",
                        "email": self._get_email(customer.contact),
                        "company_id": vals["company_id"],
                    }
                )
            ]
        return vals | {"property_payment_term_id": term.id}

    def _get_email(self, name):
        return "".join(filter(str.isalnum, name)).lower() + "@example.com"

    # Orders, invoices, payments

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
            "commitment_date": self._at_noon(day + timedelta(days=2 * LEAD_TIME)),
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
        """Say of the newest orders which won opportunity they came from."""
        newest = {customer.name: order for customer, _day, order in made}
        for customer, outcome, lead in leads:
            order = newest.get(customer.name)
            if outcome == "won" and order and lead.company_id == order.company_id:
                order.opportunity_id = lead

    def _invoice_orders(self, made):
        """Deliver and invoice what is ready; return the posted invoices by customer."""
        ready = defaultdict(self.env["sale.order"].browse)
        owners = {}
        for customer, day, order in made:
            owners[order] = customer
            waits = "uncollected" in customer.extra and day == max(
                other_day for other, other_day, _order in made if other is customer
            )
            invoice_day = customer.get_invoice_day(day)
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
        line.sale_line_ids.qty_delivered -= returned
        credit_note.action_post()
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

    # Dates that no document lets one choose

    def _backdate(self, partners):
        """Let customers and orders have been created when their story says."""
        orders = self.env["sale.order"].search(
            [("partner_id", "child_of", [p.id for p in partners.values()])]
        )
        self._set_create_dates("sale.order", {o.id: o.date_order for o in orders})
        first = {}
        for order in orders.sorted("date_order", reverse=True):
            first[order.partner_id.commercial_partner_id] = order.date_order
        recently = fields.Datetime.now() - timedelta(days=120)
        created = {
            contact.id: first.get(partner, recently) - timedelta(days=30)
            for partner in partners.values()
            for contact in partner | partner.child_ids
        }
        self._set_create_dates("res.partner", created)

    def _set_create_dates(self, model_name, dates):
        """Write ``create_date``, which the ORM keeps to itself.

        :param dates: datetime by record id
        """
        records = self.env[model_name].browse(dates)
        records.flush_recordset()
        values = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in dates.items())
        statement = SQL(
            """
            UPDATE %(table)s
               SET create_date = made.day
              FROM (VALUES %(values)s) AS made (id, day)
             WHERE %(table)s.id = made.id
            """,
            table=SQL.identifier(records._table),
            values=values,
        )
        self.env.cr.execute(statement)
        records.invalidate_recordset(["create_date"])
        records.modified(["create_date"])

    def _refresh_statistics(self):
        """Tell PostgreSQL of the new documents.

        In one transaction autovacuum sees none of them, and PostgreSQL would plan
        Odoo's queries about reconciled payments for empty tables: minutes for each.
        """
        self.env.flush_all()
        tables = [SQL.identifier(self.env[name]._table) for name in DOCUMENTS]
        self.env.cr.execute(SQL("ANALYZE %s", SQL(", ").join(tables)))

    # Grades

    def _grade_customers(self, customers, partners, companies, users):
        """Answer the questions of the policy S02, and grade everybody by it.

        It came in force two months ago and graded again since, so that there are moves
        to see; one grade is set by hand.
        """
        policy = self.env["customer.grading.policy"]._load_file("s02_heavy_truck")
        policy.write({"company_id": False, "user_id": users[MANAGER].id})
        self._answer_questions(customers, partners, companies)
        self._run_on(policy._put_in_force(), GRADING_DAYS[0])
        policy.date_from = self._get_day(GRADING_DAYS[0])
        for days_ago in GRADING_DAYS[1:]:
            for company in companies.values():
                self._run_on(policy._create_run("nightly", company), days_ago)
        self._set_one_by_hand(policy, partners, users)

    def _run_on(self, runs, days_ago):
        """Grade as if it were ``days_ago``."""
        runs.date = self._get_day(days_ago)
        for run in runs:
            run._execute()
            if run.state != "done":
                raise UserError(run.error or f"{run.display_name}: {run.state}")

    def _get_day(self, days_ago):
        return fields.Date.context_today(self) - timedelta(days=days_ago)

    def _set_one_by_hand(self, policy, partners, users):
        result = self.env["customer.grading.result"].search(
            [
                ("policy_id", "=", policy.id),
                ("partner_id", "=", partners["Wuhan Concrete Pump Works"].id),
            ],
            limit=1,
        )
        result.with_user(users[MANAGER])._set_by_hand(
            policy.dimension_id.grade_ids.sorted()[0],
            "Framework contract for the new plant agreed, to be signed this quarter",
            self._get_day(-180),
        )

    def _answer_questions(self, customers, partners, companies):
        """Record what the salespeople said of their customers, most of it months ago."""
        codes = {code for customer in customers for code in customer.answers}
        questions = self.env["customer.grading.question"].search([("code", "in", list(codes))])
        questions = {question.code: question for question in questions}
        self.env["customer.grading.answer"].create(
            [
                {
                    "question_id": questions[code].id,
                    "partner_id": partners[customer.name].id,
                    "company_id": companies[company].id,
                    "user_id": partners[customer.name].user_id.id,
                    "date": self._get_day(self._get_answer_age(customer, index)),
                    "yes_no": answer,
                }
                for index, customer in enumerate(customers)
                for company in customer.companies
                for code, answer in customer.answers.items()
                if answer
            ]
        )

    def _get_answer_age(self, customer, index):
        if "expired" in customer.extra:
            return 420
        if "just_answered" in customer.extra:
            return 12
        return GRADING_DAYS[0] + 5 + index * 11 % 250
