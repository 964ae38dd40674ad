"""Each figure of the dashboard equals a plain computation over documents, grades and changes."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged
from odoo.tools import SQL, date_utils

from ..common import TODAY, ClockCase
from .common import PERIOD_DAYS, DashboardCommon

FORMERLY = TODAY - relativedelta(months=13)
A_YEAR_AGO = date_utils.end_of(TODAY - relativedelta(years=1), "month")
MONTH_END = date_utils.end_of(TODAY, "month")


@tagged("post_install", "-at_install")
class TestDashboardFigures(DashboardCommon, ClockCase):
    """Twenty-five customers; graded by revenue a year ago and today, and by orders beside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.sellers = [cls.users["salesperson"], cls.users["officer"]]
        cls.customers = cls._create_customers(25)
        countries = [cls.env.ref("base.de"), cls.env.ref("base.fr"), cls.env["res.country"]]
        industries = cls.env["res.partner.industry"].search([], limit=2)
        for number, customer in enumerate(cls.customers):
            customer.user_id = cls.sellers[number % 2]
            customer.country_id = countries[number % 3]
            customer.industry_id = industries[number % 2]
        # (of the year before, of this year): some rise, some fall, one buys nothing any more.
        amounts = {
            customer: (n * 37 % 23 * 10 + 10, (n * 53 + 7) % 29 * 10)
            for n, customer in enumerate(cls.customers)
        }
        cls._at(FORMERLY)
        cls.policy = cls._create_graded("invoiced_revenue", cls.dimension)
        for customer, (before, _now) in amounts.items():
            cls._create_invoice(customer, FORMERLY - timedelta(days=9), before)
        cls._activate(cls.policy)
        cls._at(TODAY)
        for customer, (_before, now) in amounts.items():
            if now:
                cls._create_invoice(customer, TODAY - timedelta(days=100), now)
        cls._run(cls.policy)
        # Another grade of the same customers, which must not count them once more.
        cls.other = cls._create_dimension("credit", "ABC")
        cls._activate(cls._create_graded("order_count", cls.other))
        cls._fill()

    @classmethod
    def _create_graded(cls, measure, dimension):
        criteria = {"value": {"measure": measure}}
        rules = [
            ("A", ("value", "ge", 200)),
            ("B", ("value", "ge", 80)),
            ("C", ("value", "ge", 20)),
        ]
        return cls._create_policy(criteria, rules, dimension=dimension)

    @classmethod
    def _fill(cls):
        """Fill figures, months and outlooks, as the night does."""
        due = cls.env["customer.grading.figures.set"]._get_due()
        for one in due.filtered(lambda one: one.company_id == cls.company):
            cls.env["customer.grading.figures.engine"]._fill(one)
        cls.env["customer.grading.outlook.engine"]._renew(cls.policy, cls.company)
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.data = self._open(self.users["officer"])

    # ------------------------------------------------------------------ plain computation

    def _get_invoiced(self, customer, day):
        """Add up invoice by invoice what was invoiced to a customer in the 12 months up to a day."""
        invoices = self.env["account.move"].search([("partner_id", "=", customer.id)])
        after = day - relativedelta(years=1)
        return sum(i.amount_untaxed for i in invoices if after < i.invoice_date <= day)

    def _get_revenue(self, customer):
        return self._get_invoiced(customer, TODAY)

    @staticmethod
    def _get_group_and_year(name, customer):
        return customer[name].id, str(TODAY.replace(month=1, day=1))

    def _get_grade(self, customer, day=TODAY):
        """Return the grade that a customer has by the rules, asked of its invoices."""
        revenue = self._get_invoiced(customer, day)
        grades = {grade.code: grade.id for grade in self.policy.rule_ids.grade_id}
        found = [code for code, least in (("A", 200), ("B", 80), ("C", 20)) if revenue >= least]
        return grades[found[0]] if found else False

    def _sum_up(self, get_key, get_value, customers=None):
        told = Counter()
        for customer in customers or self.customers:
            told[get_key(customer)] += get_value(customer)
        return dict(told)

    def _get_moves(self, first, last):
        changes = self.env["customer.grading.change"].search(
            [("dimension_id", "=", self.dimension.id), ("state", "=", "applied")]
        )
        return [c for c in changes if first <= c.date_applied <= last and not c.run_id.first]

    def _read_card(self, id_):
        return self._read_pivot(self.data, id_, TODAY, self.users["officer"])

    def _draw(self, name):
        return self._read_chart(self.data, name, TODAY, self.users["officer"])

    # ------------------------------------------------------------------ customers and revenue

    def test_customers_and_revenue_by_grade(self):
        revenue = self._get_revenue
        counts = self._sum_up(self._get_grade, lambda c: 1)
        self.assertEqual(self._draw("grade_customers"), counts)
        self.assertEqual(self._draw("grade_revenue"), self._sum_up(self._get_grade, revenue))
        self.assertGreater(len(counts), 3)
        graded = [c for c in self.customers if self._get_grade(c)]
        self.assertEqual(self._read_card("1"), {(): len(graded)})
        before = sum(self._get_invoiced(c, TODAY - relativedelta(years=1)) for c in self.customers)
        total = sum(map(revenue, self.customers))
        self.assertEqual(self._read_card("2"), {(): (25, total, before)})
        self.assertEqual(self._read_card("8"), {(): counts[False]})

    def test_concentration(self):
        revenue = self._get_revenue
        by_size = sorted(self.customers, key=lambda c: (-revenue(c), c.id))
        self.assertEqual(self._read_card("5"), {(): sum(map(revenue, by_size[:10]))})
        self.assertEqual(self._read_card("6"), {(): sum(map(revenue, by_size[:5]))})
        total = sum(map(revenue, self.customers))
        told = self._read_card("13")
        largest = {
            (c.id, self._get_grade(c)): (revenue(c), revenue(c) / total * 100) for c in by_size[:10]
        }
        self.assertEqual(set(told), set(largest))
        for key, (amount, share) in largest.items():
            self.assertEqual(told[key][0], amount)
            self.assertAlmostEqual(told[key][1], share)

    def test_at_the_end_of_each_month(self):
        told, amounts = self._draw("month_customers"), self._draw("month_revenue")
        months = {month for month, _grade in told}
        self.assertEqual(len(months), 13)
        self.assertEqual(min(months), str(date_utils.start_of(A_YEAR_AGO, "month")))
        now = str(date_utils.start_of(TODAY, "month"))
        self.assertEqual(
            {grade: count for (month, grade), count in told.items() if month == now},
            self._sum_up(self._get_grade, lambda c: 1),
        )
        self.assertEqual(
            {grade: amount for (month, grade), amount in amounts.items() if month == now},
            self._sum_up(self._get_grade, lambda c: self._get_invoiced(c, TODAY)),
        )
        # A year ago they held what they were given a month before that.
        then = {g: n for (m, g), n in told.items() if m == min(months) and g}
        held = self._sum_up(lambda c: self._get_grade(c, FORMERLY), lambda c: 1)
        self.assertEqual(then, {grade: count for grade, count in held.items() if grade})

    def test_countries_and_industries_now_and_a_year_ago(self):
        for name, grades, years in (("country_id", "14", "15"), ("industry_id", "16", "17")):
            with self.subTest(name):
                key = partial(self._get_group_and_year, name)
                now = self._sum_up(key, lambda c: 1)
                revenue = self._sum_up(key, self._get_revenue)
                told = self._read_card(years)
                self.assertEqual({k: told[k] for k in now}, {k: (now[k], revenue[k]) for k in now})
                former = {k: v for k, v in told.items() if k not in now}
                self.assertEqual({k[1] for k in former}, {str(date(TODAY.year - 1, 1, 1))})
                # The tables by grade add up to the same.
                sums = Counter()
                for (group, year, _grade), count in self._read_card(grades).items():
                    sums[group, year] += count
                self.assertEqual(sums, {k: count for k, (count, _revenue) in told.items()})
                drawn = self._draw(
                    "country_revenue" if name == "country_id" else "industry_revenue"
                )
                self.assertEqual(drawn, {k: amount for k, (_count, amount) in told.items()})

    # ------------------------------------------------------------------ moves

    def test_moves_of_the_period_and_before(self):
        first = TODAY - timedelta(days=PERIOD_DAYS - 1)
        moves = self._get_moves(first, TODAY)
        counts = Counter(move.direction for move in moves)
        self.assertTrue({"up", "down", "lost", "new"} <= set(counts))
        self.assertEqual(self._read_card("3"), counts)
        month = str(date_utils.start_of(TODAY, "month"))
        self.assertEqual(self._draw("moves"), {(month, d): n for d, n in counts.items()})
        self.assertEqual(self._read_card("12"), self._draw("moves"))
        day = timedelta(days=1)
        former = self._get_moves(first - PERIOD_DAYS * day, first - day)
        self.assertEqual(self._read_card("4"), Counter(move.direction for move in former))

    # ------------------------------------------------------------------ what waits

    def test_not_graded_and_why(self):
        results = self.env["customer.grading.result"].search(
            [("dimension_id", "=", self.dimension.id), ("grade_id", "=", False)]
        )
        self.assertTrue(results)
        self.assertEqual(self._draw("reason"), Counter(result.reason for result in results))

    def test_changes_that_wait_and_for_me(self):
        result = self._get_results(self.customers[3])[self.customers[3]]
        worse = self.policy.rule_ids.grade_id - result.grade_id
        result.with_user(self.users["salesperson"])._propose(worse[-1], "They pay late")
        self.assertEqual(self._read_card("9"), {(): 1})
        self.assertEqual(self._read_card("10"), {(): 1})
        seller = self._read_pivot(self.data, "10", TODAY, self.users["salesperson"])
        self.assertEqual(seller, {(): 0})
        listed = self.data["lists"]["3"]
        domain = self._get_domain(self.data, listed["domain"], listed["fieldMatching"], TODAY)
        change = self.env["customer.grading.change"].search(domain)
        self.assertEqual(change.partner_id, self.customers[3])

    def test_overdue_follow_ups_by_salesperson(self):
        Report = self.env.registry["customer.grading.report"]
        with patch.object(
            Report, "_get_overdue_sql", lambda self: (SQL("result.partner_id %% 3"), SQL())
        ):
            overdue = self._sum_up(lambda c: c.user_id.id, lambda c: c.id % 3)
            self.assertEqual(self._draw("overdue"), overdue)
            self.assertEqual(self._read_card("11"), {(): sum(overdue.values())})

    def test_who_is_about_to_fall_and_to_rise(self):
        outlooks = self.env["customer.grading.outlook"].search(
            [("dimension_id", "=", self.dimension.id)]
        )
        fall = outlooks.filtered(lambda one: one.direction != "rise")
        rise = outlooks - fall
        at_stake = sum(self._get_invoiced(one.partner_id, TODAY) for one in fall)
        self.assertEqual(self._read_card("7"), {(): (len(fall), at_stake)})
        self.assertEqual(self._read_card("19"), {(): len(rise)})
        for id_, expected in (("1", fall), ("2", rise)):
            listed = self.data["lists"][id_]
            domain = self._get_domain(self.data, listed["domain"], listed["fieldMatching"], TODAY)
            order = ", ".join(
                f"{one['name']} {'asc' if one['asc'] else 'desc'}" for one in listed["orderBy"]
            )
            found = self.env["customer.grading.outlook"].search(domain, order=order)
            self.assertEqual(found, expected)
            self.assertEqual(found.mapped("revenue"), sorted(found.mapped("revenue"), reverse=True))
