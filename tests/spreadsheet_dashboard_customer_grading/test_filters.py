"""Each filter leaves what is of its value, in every figure."""

from odoo.tests import tagged

from ..common import TODAY
from .figures import A_YEAR_AGO, GROUPS, TABLES, FiguresCase


@tagged("post_install", "-at_install")
class TestDashboardFilters(FiguresCase):
    def _filter(self, name, value):
        """Choose a value, in the dashboard and for the plain computation."""
        self._choose(self.data, name, value)
        attribute = {
            "company": "of_company",
            "dimension": "of_dimension",
            "salesperson": "of_seller",
            "period": "days",
        }
        setattr(self, attribute[name], value)

    def test_each_filter_leaves_what_is_of_its_value(self):
        begins = self._compute_cards()
        for name, value in (
            ("company", self.abroad),
            ("dimension", self.other),
            ("salesperson", self.users["officer"]),
            ("period", 30),
        ):
            with self.subTest(name):
                self._begin()
                self._filter(name, value)
                self.assertNotEqual(self._compute_cards(), begins)
                self._check_figures()

    def test_two_filters_at_once(self):
        self._filter("company", self.abroad)
        self._filter("salesperson", self.users["salesperson"])
        self._check_figures()

    def _check_figures(self):
        for id_, expected in self._compute_cards().items():
            self.assertEqual(self._read_card(id_), expected, f"pivot {id_}")
        self.assertEqual(self._draw("grade_customers"), self._sum_up(self._get_grade))
        revenue = self._sum_up(self._get_grade, self._get_revenue)
        self.assertEqual(self._draw("grade_revenue"), revenue)
        self.assertEqual(self._draw("reason"), self._get_reasons())
        overdue = [c for c in self._get_shown() if self._is_overdue(c)]
        by_seller = self._sum_up(lambda c: c.user_id.id, customers=overdue)
        self.assertEqual(self._draw("overdue"), by_seller)
        self._check_moves_and_largest()
        self._check_months()

    def _check_moves_and_largest(self):
        moves = self._get_moves_by_month()
        self.assertEqual(self._draw("moves"), moves)
        self.assertEqual(self._read_card("12"), moves)
        told, largest = self._read_card("13"), self._get_ten_largest()
        amounts = {key: amount for key, (amount, _share) in largest.items()}
        self.assertEqual({key: amount for key, (amount, _share) in told.items()}, amounts)

    def _check_months(self):
        for drawn, name in GROUPS.items():
            now, then = (self._get_groups(name, day) for day in (TODAY, A_YEAR_AGO))
            by_grade, by_year = map(self._read_card, TABLES[name])
            self.assertEqual(by_year, now | then, name)
            self.assertEqual(by_grade, self._get_tables(name))
            amounts = {key: amount for key, (_count, amount) in by_year.items()}
            self.assertEqual(self._draw(f"{drawn}_revenue"), amounts)
        counts = self._get_month(self._draw("month_customers"), TODAY)
        self.assertEqual(counts, self._sum_up(self._get_grade))
        revenue = self._get_month(self._draw("month_revenue"), TODAY)
        self.assertEqual(revenue, self._sum_up(self._get_grade, self._get_revenue))

    def test_the_largest_are_those_of_all_whoever_looks_after_them(self):
        asked = ("5", "6", "13", "22")
        before = [self._read_card(id_) for id_ in asked]
        self._filter("salesperson", self.users["officer"])
        self.assertEqual([self._read_card(id_) for id_ in asked], before)
        cells = self.data["sheets"][1]["cells"]
        for at, id_ in (("B4", 5), ("B5", 6)):
            self.assertEqual(cells[at], f'=IFERROR(PIVOT.VALUE({id_},"revenue")/B17,0)')
        self.assertEqual(cells["B17"], '=PIVOT.VALUE(22,"revenue")')
