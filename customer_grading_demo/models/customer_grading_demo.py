from datetime import timedelta
from itertools import count

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..plan import Customer, read_rows

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
# Days ago on which everybody was graded.
GRADING_DAYS = (60, 20, 0)


class CustomerGradingDemo(models.AbstractModel):
    """Makes a demo company that has traded for two years, and grades its customers.

    Everything is made by the documents and actions a person would use: quotations are
    confirmed, orders delivered and invoiced, invoices paid by the payment wizard.
    """

    _name = "customer.grading.demo"
    _inherit = [
        "customer.grading.demo.documents",
        "customer.grading.demo.contacts",
        "customer.grading.demo.terms",
        "customer.grading.demo.protection",
        "customer.grading.demo.losses",
        "customer.grading.demo.visitors",
        "customer.grading.demo.papers",
        "customer.grading.demo.reports",
    ]
    _description = "Demo Company of Customer Grading"

    @api.model
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
        policy = self._grade_customers(customers, partners, companies, users)
        self._look_after_customers(policy, customers, partners, companies, users)
        self._act_by_grade(policy.dimension_id, customers, partners, companies, users)
        self._look_back_and_ahead(policy, companies, users)

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
                    # In Odoo, as there is no server for e-mail.
                    "notification_type": "inbox",
                    "company_id": companies[company_codes[0]].id,
                    "company_ids": [Command.set([companies[c].id for c in company_codes])],
                    "group_ids": [Command.link((manager if login == MANAGER else salesperson).id)],
                }
                for login, (name, *company_codes) in PEOPLE.items()
            ]
        )
        users = {user.login: user for user in users}
        # Who only administers sells nothing, and holds no customers.
        self.env.ref("base.user_admin").crm_team_member_ids.unlink()
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
        for row, product in zip(rows, products, strict=True):
            row["record"] = product
            self._write_chinese(product, name=row["name_zh"])
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

    def _write_chinese(self, record, **vals):
        """Write fields that are translated in Chinese, where Odoo speaks it."""
        if self.env["res.lang"]._get_data(code="zh_CN"):
            record.with_context(lang="zh_CN").write(vals)

    def _act_as(self, records, user, companies=None):
        """Return ``records`` for what ``user`` does with them, in a company or some of them."""
        companies = companies or user.company_ids
        return records.with_user(user).with_context(allowed_company_ids=companies.ids)

    def _get_email(self, name):
        return "".join(filter(str.isalnum, name)).lower() + "@example.com"

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
        """Answer the questions of the policy S02, and grade everybody by it; return it.

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
        return policy

    def _act_by_grade(self, dimension, customers, partners, companies, users):
        """Let happen what follows from a grade: last, as it holds and protects orders."""
        main, leader = companies["main"], users[MANAGER]
        self._write_papers(dimension, companies)
        self._ask_for_agreements(dimension, main)
        self._give_terms(dimension, companies, leader)
        self._propose_credit(dimension, main, partners, leader)
        self._write_capacities(dimension, main, leader)
        self._refer(dimension, customers, partners)
        self._receive_visitors(main, partners, leader)
        self._thank_for_referrals(main)
        self._register_losses()
        self._find_silent(companies)
        self._protect(dimension, main, partners, users, leader)

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
