"""The value objects behind the engine do as their own examples say."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.customer_grading import tools
from odoo.addons.customer_grading.tools.period import Period
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..common import check_examples

DAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))


@tagged("post_install", "-at_install")
class TestPeriod(BaseCase):
    def test_examples_in_docstrings(self):
        check_examples(self, tools)

    @given(DAYS, st.integers(1, 60), st.sampled_from(["day", "month_end", "quarter_end"]))
    def test_stretches_of_following_days_leave_no_gap(self, day, count, up_to):
        """A day that is left out by one period is the last of the one before it."""
        [(first, last)] = Period("trailing", count, "months", up_to).get_bounds(day)
        self.assertLessEqual(first, last)
        self.assertLessEqual(last, day)
        if up_to != "day":
            self.assertEqual((last + timedelta(days=1)).day, 1)
            self.assertEqual(first.day, 1)

    @given(DAYS, st.integers(1, 60))
    def test_months_on_end_tile(self, day, count):
        """The last months end where those before them did, on any day but a short month's."""
        period = Period("trailing", count)
        [(first, last)] = period.get_bounds(day)
        self.assertEqual(last, day)
        before = first - timedelta(days=1)
        self.assertEqual((day.year - before.year) * 12 + day.month - before.month, count)
        if (day + timedelta(days=1)).day == 1:
            self.assertEqual(first.day, 1)
        elif before.day != day.day:
            self.assertGreater(day.day, before.day)
            self.assertEqual(first.day, 1)

    @given(DAYS, st.integers(1, 40))
    def test_month_ends_tile(self, day, count):
        """Windows of so many months, each up to the end of one month more, share no first day."""
        ends = [end for _none, end in Period("month_ends", 2 * count + 1).get_bounds(day)]
        for end, before in zip(ends, ends[count:], strict=False):
            [(first, _last)] = Period("trailing", count).get_bounds(end)
            self.assertEqual(first, before + timedelta(days=1))

    @given(DAYS, st.sampled_from(["day", "month_end", "quarter_end"]))
    def test_twelve_months_follow_those_a_year_before(self, day, up_to):
        period = Period("trailing", 12, "months", up_to)
        [(first, last)], [(_start, end)] = (
            period.get_bounds(day),
            period.get_bounds_a_year_before(day),
        )
        self.assertEqual(end + timedelta(days=1), first)
        self.assertIn((last - first).days, (364, 365))

    @given(DAYS)
    def test_the_year_before_ends_on_the_same_day(self, day):
        """On the 29th of February there is none: the stretch ends with the month."""
        [(_first, last)] = Period("this_year").get_bounds_a_year_before(day)
        self.assertEqual(last.year, day.year - 1)
        if (day.month, day.day) not in ((2, 29), (2, 28)):
            self.assertEqual((last.month, last.day), (day.month, day.day))

    @given(DAYS, st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"]))
    def test_a_day_ends_where_the_next_begins(self, day, zone):
        zoned = Scope(day, zone)
        self.assertEqual(zoned.get_end_of(day), zoned.get_start_of(day + timedelta(days=1)))
