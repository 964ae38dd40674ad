"""Customers of two companies, graded three times in two dimensions, and what is plain of them."""

from collections import Counter
from datetime import date, timedelta
from functools import partial

from dateutil.relativedelta import relativedelta

from odoo.tools import date_utils

from ..common import TODAY, ClockCase
from .common import PERIOD_DAYS, DashboardCommon

DAY = timedelta(days=1)
FORMERLY = TODAY - relativedelta(months=14)
MIDDLE = TODAY - timedelta(days=45)  # in the period of 90 days, and in the one before of 30
A_YEAR_AGO = date_utils.end_of(TODAY - relativedelta(years=1), "month")
# When invoices of this year are: some are older than 12 months in 20, 40 and 65 days.
AGES = (100, 345, 325, 300)
HORIZONS = ("30", "60", "90")
CADENCE_DAYS = 10
GROUPS = {"country": "country_id", "region": "state_id", "industry": "industry_id"}
# {what the customers are grouped by: (pivot by grade, pivot of revenue)}
TABLES = {"country_id": ("14", "15"), "state_id": ("20", "21"), "industry_id": ("16", "17")}


class FiguresCase(DashboardCommon, ClockCase):
    """Twenty-five customers, graded by revenue and by orders; eight buy from another company too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.setup_other_currency("EUR")
        cls.abroad = cls._create_company_with_chart("Abroad", currency=euro)
        cls.companies = cls.company | cls.abroad
        cls.users = cls._create_users(companies=cls.companies)
        cls.sellers = [cls.users["salesperson"], cls.users["officer"]]
        cls.other = cls._create_dimension("credit", "ABC")
        # {company: its customers}
        cls.customers = cls._create_customers(25)
        cls.buying = {cls.company: cls.customers, cls.abroad: cls.customers[::3][:8]}
        cls._place_customers()
        cls._at(FORMERLY)
        # {(dimension, company): policy}; the other grade must not count a customer once more.
        cls.policies = {
            (dimension, company): cls._create_graded(dimension, company)
            for dimension in (cls.dimension, cls.other)
            for company in cls.companies
        }
        cls._ask_contacts()
        cls._sell(FORMERLY - 9 * DAY, lambda n: n * 37 % 23 * 10 + 10, lambda n: n % 4)
        for policy in cls.policies.values():
            cls._activate(policy)
        cls._at(MIDDLE)
        cls._sell(None, lambda n: (n * 53 + 7) % 29 * 10, lambda n: n * 2 % 3)
        cls._grade()
        cls._at(TODAY)
        cls._sell(TODAY - 20 * DAY, lambda n: n % 4 == 0 and 90, lambda n: n % 5 == 0)
        cls._grade()
        cls._fill()
        cls.proposed = [
            proposed
            for (dimension, company) in cls.policies
            for proposed in cls._propose_worse(dimension, company)
        ]

    @classmethod
    def _place_customers(cls):
        places = [cls.env.ref("base.de"), cls.env.ref("base.fr"), cls.env["res.country"]]
        regions = cls.env["res.country.state"].search([("country_id.code", "=", "US")], limit=3)
        industries = cls.env["res.partner.industry"].search([], limit=2)
        for number, customer in enumerate(cls.customers):
            customer.user_id = cls.sellers[number % 2]
            customer.country_id = places[number % 3]
            customer.state_id = (regions | cls.env["res.country.state"])[
                number % 4 : number % 4 + 1
            ]
            customer.industry_id = industries[number % 2]
        cls._let_be_known_since(cls.customers, FORMERLY - 99 * DAY)

    @classmethod
    def _create_graded(cls, dimension, company):
        of_revenue = dimension == cls.dimension
        criteria = {"value": {"measure": "invoiced_revenue" if of_revenue else "order_count"}}
        rules = [(code, ("value", "ge", least)) for code, least in cls._get_limits(dimension)]
        return cls._create_policy(criteria, rules, dimension=dimension, company_id=company.id)

    @classmethod
    def _get_limits(cls, dimension):
        """Return ``[(code of a grade, least value)]``, best first; less is not graded."""
        least = (200, 80, 20) if dimension == cls.dimension else (3, 2, 1)
        return list(zip("ABC", least, strict=True))

    @classmethod
    def _ask_contacts(cls):
        """Ask for a contact with A and C, where it can be asked for."""
        if "customer.grading.cadence" in cls.env:
            grades = cls.dimension.grade_ids.filtered(lambda grade: grade.code in ("A", "C"))
            cls.env["customer.grading.cadence"].create(
                [
                    {"grade_id": grade.id, "gap": CADENCE_DAYS, "gap_unit": "days"}
                    for grade in grades
                ]
            )

    @classmethod
    def _sell(cls, day, get_amount, get_orders):
        """Invoice the amount of each customer's number, and confirm so many orders.

        :param day: of all of them; ``None``: by number, of this year
        """
        for company, customers in cls.buying.items():
            for number, customer in enumerate(customers):
                on = day or TODAY - AGES[number % 4] * DAY
                if amount := get_amount(number):
                    cls._create_invoice(customer, on, amount, company=company)
                for _order in range(get_orders(number)):
                    cls._create_order(customer, on, 5, company=company)

    @classmethod
    def _grade(cls):
        for (_dimension, company), policy in cls.policies.items():
            cls._run(policy, company)

    @classmethod
    def _fill(cls):
        """Fill figures, months and outlooks, as the night does."""
        for one in cls.env["customer.grading.figures.set"]._get_due():
            if one.company_id in cls.companies:
                cls.env["customer.grading.figures.engine"]._fill(one)
        for (_dimension, company), policy in cls.policies.items():
            cls.env["customer.grading.outlook.engine"]._renew(policy, company)
        cls.env.invalidate_all()

    @classmethod
    def _propose_worse(cls, dimension, company):
        """Propose the last grade for a customer of each seller with the first; return the results."""
        results = cls.env["customer.grading.result"].search(
            [("dimension_id", "=", dimension.id), ("company_id", "=", company.id)]
        )
        found = []
        for seller in cls.sellers:
            for result in results.filtered(
                lambda one, seller=seller: (
                    one.grade_id.code == "A" and one.partner_id.user_id == seller
                )
            )[:1]:
                worst = dimension.grade_ids.sorted()[-1]
                result.with_user(cls.users["salesperson"])._propose(worst, "They pay late")
                found.append(result)
        return found

    def setUp(self):
        super().setUp()
        self._begin()

    def _begin(self):
        """Open the dashboard with what its filters begin with."""
        self.data = self._open(self.users["officer"], self.companies)
        self.of_company, self.of_dimension = self.company, self.dimension
        self.of_seller, self.days = None, PERIOD_DAYS

    # ------------------------------------------------------------------ what the dashboard says

    def _read_card(self, id_):
        return self._read_pivot(self.data, id_, TODAY, self.users["officer"])

    def _draw(self, name):
        return self._read_chart(self.data, name, TODAY, self.users["officer"])

    def _list(self, id_, model):
        """Return the records of a list, in its order."""
        listed = self.data["lists"][id_]
        domain = self._get_domain(self.data, listed["domain"], listed["fieldMatching"], TODAY)
        order = ", ".join(
            f"{one['name']} {'asc' if one['asc'] else 'desc'}" for one in listed["orderBy"]
        )
        return self.env[model].search(domain, order=order)

    # ------------------------------------------------------------------ plain computation

    def _get_shown(self):
        """Return the customers that the filters leave."""
        every = self.buying[self.of_company]
        return [c for c in every if self.of_seller in (None, c.user_id)]

    def _get_revenue(self, customer, day=TODAY):
        """Add up invoice by invoice what was invoiced to a customer in the 12 months up to a day."""
        invoices = self.env["account.move"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", self.of_company.id)]
        )
        after = day - relativedelta(years=1)
        return sum(i.amount_untaxed for i in invoices if after < i.invoice_date <= day)

    def _count_orders(self, customer, day=TODAY):
        orders = self.env["sale.order"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", self.of_company.id)]
        )
        after = day - relativedelta(years=1)
        return sum(after < order.date_order.date() <= day for order in orders)

    def _get_code(self, customer, day=TODAY):
        """Return the grade that a customer has by the rules, asked of its documents."""
        by_revenue = self.of_dimension == self.dimension
        value = (self._get_revenue if by_revenue else self._count_orders)(customer, day)
        codes = [code for code, least in self._get_limits(self.of_dimension) if value >= least]
        return codes[0] if codes else False

    def _get_grade(self, customer, day=TODAY):
        grades = {grade.code: grade.id for grade in self.of_dimension.grade_ids}
        return grades.get(self._get_code(customer, day), False)

    def _sum_up(self, get_key, get_value=lambda customer: 1, customers=None):
        told = Counter()
        for customer in self._get_shown() if customers is None else customers:
            told[get_key(customer)] += get_value(customer)
        return dict(told)

    def _count_moves(self, first, last):
        """Return how many moved where from the first day to the last, from grading to grading."""
        told = Counter()
        for before, now in ((FORMERLY, MIDDLE), (MIDDLE, TODAY)):
            for customer in self._get_shown() if first <= now <= last else ():
                move = self._get_move(
                    self._get_code(customer, before), self._get_code(customer, now)
                )
                if move:
                    told[move] += 1
        return told

    @staticmethod
    def _get_move(before, now):
        if before == now:
            return None
        if not (before and now):
            return "new" if now else "lost"
        return "up" if now < before else "down"

    def _get_horizon(self, customer):
        """Return within how many days a customer has a worse grade, if nothing happens."""
        code = self._get_code(customer)
        for days in HORIZONS if code else ():
            then = self._get_code(customer, TODAY + int(days) * DAY)
            if self._get_move(code, then) in ("down", "lost"):
                return days
        return None

    def _is_overdue(self, customer):
        """Whether a customer kept since the grading before a grade that asks for contact."""
        code = self._get_code(customer)
        kept = code == self._get_code(customer, MIDDLE)
        asked = "customer.grading.cadence" in self.env and self.of_dimension == self.dimension
        return asked and kept and code in ("A", "C")

    @staticmethod
    def _get_year(day):
        return str(date(day.year, 1, 1))

    def _get_groups(self, name, day):
        """Return ``{(group, year): (customers, revenue)}`` of a day."""
        counts = self._sum_up(lambda c: (c[name].id, self._get_year(day)))
        revenue = self._sum_up(
            lambda c: (c[name].id, self._get_year(day)), partial(self._get_revenue, day=day)
        )
        return {key: (count, revenue[key]) for key, count in counts.items()}

    def _get_tables(self, name):
        """Return ``{(group, year, grade): customers}`` of today and of a year ago."""
        told = Counter()
        for day, graded in ((TODAY, TODAY), (A_YEAR_AGO, FORMERLY)):
            told += Counter(
                (c[name].id, self._get_year(day), self._get_grade(c, graded))
                for c in self._get_shown()
            )
        return told

    def _get_moves_by_month(self):
        """Return ``{(month, direction): moves}`` of the period."""
        told = {}
        first = TODAY - (self.days - 1) * DAY
        for day in (MIDDLE, TODAY):
            month = str(date_utils.start_of(day, "month"))
            moves = self._count_moves(day, day) if day >= first else {}
            told |= {(month, direction): count for direction, count in moves.items()}
        return told

    def _get_ten_largest(self):
        """Return ``{(customer, grade): (revenue, share in per cent)}`` of all of the company."""
        every, revenue = self.buying[self.of_company], self._get_revenue
        total = sum(map(revenue, every))
        by_size = sorted(every, key=lambda c: (-revenue(c), c.id))
        return {
            (c.id, self._get_grade(c)): (revenue(c), revenue(c) / total * 100) for c in by_size[:10]
        }

    def _get_month(self, drawn, day):
        """Return ``{grade: value}`` that a picture by month draws for the month of a day."""
        month = str(date_utils.start_of(day, "month"))
        return {grade: value for (then, grade), value in drawn.items() if then == month}

    def _get_reasons(self):
        """Return how many are not graded, by reason, result by result."""
        shown = self.env["res.partner"].union(*self._get_shown())
        results = self._get_results(shown, self.of_dimension, self.of_company)
        return Counter(one.reason for one in results.values() if not one.grade_id)

    def _count_proposed(self):
        shown = self._get_shown()
        return sum(
            one.dimension_id == self.of_dimension
            and one.company_id == self.of_company
            and one.partner_id in shown
            for one in self.proposed
        )

    def _count_rises(self):
        """Count, outlook by outlook, who nearly rises: what is near is the outlook's to say."""
        shown = self._get_shown()
        rises = self.env["customer.grading.outlook"].search([("direction", "=", "rise")])
        return sum(
            one.dimension_id == self.of_dimension
            and one.company_id == self.of_company
            and one.partner_id in shown
            for one in rises
        )

    def _compute_cards(self):
        """Return ``{pivot: what it holds}`` of the numbers on top, from documents alone."""
        shown, every = self._get_shown(), self.buying[self.of_company]
        revenue = self._get_revenue
        by_size = sorted(every, key=lambda c: (-revenue(c), c.id))
        falls = [c for c in shown if self._get_horizon(c)]
        first = TODAY - (self.days - 1) * DAY
        graded = [c for c in shown if self._get_code(c)]
        before = TODAY - relativedelta(years=1)
        return {
            "1": {(): len(graded)},
            "2": {
                (): (len(shown), sum(map(revenue, shown)), sum(revenue(c, before) for c in shown))
            },
            "3": self._count_moves(first, TODAY),
            "4": self._count_moves(first - self.days * DAY, first - DAY),
            "5": {(): sum(map(revenue, by_size[:10]))},
            "6": {(): sum(map(revenue, by_size[: -(-len(every) // 5)]))},
            "7": {(): (len(falls), sum(map(revenue, falls)))},
            "8": {(): len(shown) - len(graded)},
            "9": {(): self._count_proposed()},
            "10": {(): self._count_proposed()},
            "11": {(): len([c for c in shown if self._is_overdue(c)])},
            "18": {(): sum(bool(self._get_code(c, FORMERLY)) for c in shown)},
            "19": {(): self._count_rises()},
            "22": {(): sum(map(revenue, every))},
            "23": self._sum_up(self._get_horizon, customers=falls),
        }
