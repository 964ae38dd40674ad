"""Each figure of the dashboard equals a plain computation over documents, grades and changes."""

from odoo.tests import tagged
from odoo.tools import date_utils

from ..common import TODAY
from .figures import A_YEAR_AGO, FORMERLY, GROUPS, TABLES, FiguresCase


@tagged("post_install", "-at_install")
class TestDashboardFigures(FiguresCase):
    """With what the filters begin with: one company, the main dimension, 90 days."""

    # ------------------------------------------------------------------ customers and revenue

    def test_each_number_on_top(self):
        for id_, expected in self._compute_cards().items():
            with self.subTest(pivot=id_):
                self.assertEqual(self._read_card(id_), expected)

    def test_the_numbers_on_top_are_not_empty(self):
        """What is nothing equals nothing: the customers are such that each number tells."""
        expected = self._compute_cards()
        self.assertTrue({"up", "down", "lost", "new"} <= set(expected["3"]))
        self.assertEqual(set(expected["23"]), {"30", "60", "90"})
        for id_ in ("1", "5", "6", "8", "9", "10", "18", "19", "22"):
            self.assertTrue(expected[id_][()], id_)

    def test_customers_and_revenue_by_grade(self):
        counts = self._sum_up(self._get_grade)
        self.assertEqual(self._draw("grade_customers"), counts)
        revenue = self._sum_up(self._get_grade, self._get_revenue)
        self.assertEqual(self._draw("grade_revenue"), revenue)
        self.assertGreater(len(counts), 3)

    def test_ten_largest(self):
        told, largest = self._read_card("13"), self._get_ten_largest()
        self.assertEqual(set(told), set(largest))
        for key, (amount, share) in largest.items():
            self.assertEqual(told[key][0], amount)
            self.assertAlmostEqual(told[key][1], share)

    def test_at_the_end_of_each_month(self):
        told, amounts = self._draw("month_customers"), self._draw("month_revenue")
        months = {month for month, _grade in told}
        self.assertEqual(len(months), 13)
        self.assertEqual(min(months), str(date_utils.start_of(A_YEAR_AGO, "month")))
        # A year ago they held what they were given two months before that.
        for day, graded in ((TODAY, TODAY), (A_YEAR_AGO, FORMERLY)):
            grades = {c: self._get_grade(c, graded) for c in self.customers}
            for drawn, get_value in (
                (told, lambda c: 1),
                (amounts, lambda c, day=day: self._get_revenue(c, day)),
            ):
                expected = self._sum_up(grades.get, get_value)
                self.assertEqual(self._get_month(drawn, day), expected)

    def test_countries_regions_and_industries_now_and_a_year_ago(self):
        for drawn, name in GROUPS.items():
            with self.subTest(name):
                by_grade, by_year = map(self._read_card, TABLES[name])
                now, then = (self._get_groups(name, day) for day in (TODAY, A_YEAR_AGO))
                self.assertEqual(by_year, now | then)
                revenue = {key: amount for key, (_count, amount) in by_year.items()}
                self.assertEqual(self._draw(f"{drawn}_revenue"), revenue)
                self.assertEqual(by_grade, self._get_tables(name))

    # ------------------------------------------------------------------ moves

    def test_moves_by_month(self):
        expected = self._get_moves_by_month()
        self.assertEqual(len({month for month, _direction in expected}), 2)
        self.assertEqual(self._draw("moves"), expected)
        self.assertEqual(self._read_card("12"), expected)

    # ------------------------------------------------------------------ what waits

    def test_not_graded_and_why(self):
        reasons = self._get_reasons()
        self.assertEqual(sum(reasons.values()), self._sum_up(self._get_grade)[False])
        self.assertEqual(self._draw("reason"), reasons)

    def test_changes_that_wait_and_for_me(self):
        waiting = [
            one.partner_id
            for one in self.proposed
            if (one.dimension_id, one.company_id) == (self.dimension, self.company)
        ]
        self.assertEqual(len(waiting), 2)
        seller = self._read_pivot(self.data, "10", TODAY, self.users["salesperson"])
        self.assertEqual(seller, {(): 0})
        self.assertEqual(set(self._list("3", "customer.grading.change").partner_id), set(waiting))

    def test_overdue_follow_ups_by_salesperson(self):
        if "customer.grading.cadence" not in self.env:
            self.skipTest("Without follow-ups none is overdue.")
        late = [c for c in self.customers if self._is_overdue(c)]
        overdue = self._sum_up(lambda c: c.user_id.id, customers=late)
        self.assertEqual(len(overdue), 2)
        self.assertEqual(self._draw("overdue"), overdue)
        self.assertEqual(self._read_card("11"), {(): len(late)})

    def test_who_is_about_to_fall_and_to_rise(self):
        falls = {c for c in self.customers if self._get_horizon(c)}
        found = self._list("1", "customer.grading.outlook")
        self.assertEqual(set(found.partner_id), falls)
        self.assertEqual({one.horizon for one in found}, {self._get_horizon(c) for c in falls})
        rises = self._list("2", "customer.grading.outlook")
        self.assertEqual(set(rises.mapped("direction")), {"rise"})
        self.assertEqual(self._read_card("19"), {(): len(rises)})
        for outlooks in (found, rises):
            revenue = outlooks.mapped("revenue")
            self.assertEqual(revenue, [self._get_revenue(one.partner_id) for one in outlooks])
            self.assertEqual(revenue, sorted(revenue, reverse=True))
