"""Month ends equal what stood on their days, and agree with grades and moves."""

import ast
from collections import Counter
from datetime import date, datetime, timedelta, timezone

from lxml import etree

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tests.common import warmup
from odoo.tools import SQL

from ..common import TODAY
from .common import ReportCase

NIGHTS = [date(2026, month, day) for month in range(3, 12) for day in (5, 20) if month < 11]


@tagged("post_install", "-at_install")
class TestMonthsBack(ReportCase):
    """Grades that went up and down for months, told back by the first night of the reports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(4)
        cls.stood = {}
        cls.invoiced = [
            (0, date(2025, 5, 10), 1200),  # A until it leaves the 12 months
            (1, date(2026, 4, 10), 150),
            (1, date(2026, 8, 10), 900),
            (2, date(2026, 3, 2), 20),
            (2, date(2026, 10, 19), 90),
            (3, date(2026, 6, 6), 1000),
        ]

    def _live(self):
        """Grade every fortnight, as documents come, and note who stood where at month ends."""
        pending = list(self.invoiced)
        for number, night in enumerate(NIGHTS):
            self._at(night)
            for invoiced in [one for one in pending if one[1] <= night]:
                pending.remove(invoiced)
                place, day, amount = invoiced
                self._create_invoice(self.customers[place], day, amount)
            self._run(self.policy) if number else self._activate(self.policy)
            self.env.invalidate_all()
            self._note_standing(self._get_month_end(night))
        self._at(TODAY)
        self._run(self.policy)
        self._note_standing(self._get_month_end(TODAY))

    def _note_standing(self, month_end):
        results = self.env["customer.grading.result"].search(
            [("dimension_id", "=", self.dimension.id), ("company_id", "=", self.company.id)]
        )
        self.stood[month_end] = {
            result.partner_id: result.grade_id.code
            for result in results
            if result.partner_id in self.customers
        }

    def _let_an_hour_pass(self):
        """What a test writes is written at one moment: let it be of earlier."""
        self.env.flush_all()
        earlier = SQL(
            "UPDATE customer_grading_change SET create_date = %s",
            datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=2),
        )
        self.env.cr.execute(earlier)

    def _get_told(self, month_end):
        return self.Month.search([*self._get_own(), ("month_end", "=", month_end)])

    def test_each_month_end_is_what_stood_then_with_the_revenue_of_its_12_months(self):
        salesperson = self.users["officer"]
        self.customers.user_id = salesperson
        self.customers[:2].country_id = self.env.ref("base.cn")
        self._live()
        self._fill()
        own = Domain("salesperson_id", "=", salesperson.id)
        for month_end, stood in self.stood.items():
            day = min(month_end, TODAY)
            expected, revenue = Counter(), Counter()
            for customer, code in stood.items():
                key = code or "", customer.country_id
                expected[key] += 1
                revenue[key] += self._get_revenue(customer, day)
            rows = self.Month.search([*self._get_own(), *own, ("month_end", "=", month_end)])
            counts = {(row.grade_id.code or "", row.country_id): row for row in rows}
            with self.subTest(month_end=month_end):
                self.assertEqual(
                    {key: row.customer_count for key, row in counts.items() if key[0]},
                    {key: count for key, count in expected.items() if key[0]},
                )
                self.assertEqual(
                    {key: row.revenue for key, row in counts.items() if key[0]},
                    {key: amount for key, amount in revenue.items() if key[0]},
                )
                self.assertEqual({*rows.mapped("is_running")}, {month_end > TODAY})
        first = min(self.Month.search(self._get_own()).mapped("month_end"))
        self.assertEqual(first, self._get_month_end(NIGHTS[0]))

    def test_moves_lead_from_one_month_end_to_the_next(self):
        self._live()
        self._fill()
        month_ends = sorted(self.stood)
        for before, after in zip(month_ends, month_ends[1:], strict=False):
            balance = self._count_told(before)[0]
            moves = self.Move.search(
                [*self._get_own(), ("date", ">", before), ("date", "<=", after)]
            )
            for move in moves:
                balance[move.from_grade_id.code or ""] -= 1
                balance[move.grade_id.code or ""] += 1
            told = self._count_told(after)[0]
            for code in "ABC":
                self.assertEqual(balance[code], told[code], (after, code))

    def test_this_month_is_what_the_report_of_grades_says(self):
        self._live()
        self._fill()
        counts, revenue = self._count_told(self._get_month_end(TODAY))
        grouped = self.Report._read_group(self._get_own(), ["grade_id"], ["__count", "revenue:sum"])
        self.assertEqual({g.code or "": count for g, count, _sum in grouped}, counts)
        self.assertEqual({g.code or "": amount for g, _count, amount in grouped}, revenue)

    def test_a_month_that_is_over_is_told_once_and_stays(self):
        self._live()
        self._at(date(2026, 11, 30))
        self._fill()
        self._create_invoice(self.customers[2], date(2026, 11, 30), 500)
        self._at(date(2026, 12, 1))
        self._run(self.policy)
        self._fill()
        november = self._get_told(date(2026, 11, 30))
        self.assertFalse(any(november.mapped("is_running")))
        # The move of 1 December is none of November; the invoice of 30 November is.
        counts, revenue = self._count_told(date(2026, 11, 30))
        held = Counter(code for code in self.stood[date(2026, 11, 30)].values())
        self.assertEqual(counts["B"], held["B"])
        self.assertEqual(
            revenue["B"],
            sum(
                self._get_revenue(customer, date(2026, 11, 30))
                for customer, code in self.stood[date(2026, 11, 30)].items()
                if code == "B"
            ),
        )
        self.customers[0].country_id = self.env.ref("base.cn")
        self._let_an_hour_pass()
        self._at(date(2026, 12, 2))
        self._fill()
        self.assertEqual(self._get_told(date(2026, 11, 30)), november)

    def test_grades_of_former_times_that_come_later_are_told_back(self):
        self._live()
        own = self._fill()
        self.assertFalse(own.date_from)
        september = self._count_told(date(2026, 9, 30))[0]
        result = self._get_results(self.customers[2])[self.customers[2]]
        change = self.env["customer.grading.change"].search(
            [("result_id", "=", result.id), ("state", "=", "applied")], order="id", limit=1
        )
        change.sudo().copy(
            {
                "date_applied": date(2025, 12, 10),
                "date_end": change.date_applied - timedelta(days=1),
                "grade_id": self.a.id,
                "state": "applied",
            }
        )
        self._fill()
        self.assertEqual(self._count_told(date(2025, 12, 31))[0]["A"], 1)
        self.assertEqual(self._count_told(date(2025, 11, 30))[0]["A"], 0)
        self.assertEqual(self._count_told(date(2026, 9, 30))[0], september)

    def test_no_more_than_24_months_are_told_back(self):
        self._at(date(2023, 3, 3))
        self._create_invoice(self.customers[0], date(2023, 3, 1), 100)
        self._activate(self.policy)
        self._at(TODAY)
        self._run(self.policy)
        self._fill()
        month_ends = {*self.Month.search(self._get_own()).mapped("month_end")}
        self.assertEqual(min(month_ends), date(2024, 11, 30))
        self.assertEqual(len(month_ends), 25)

    def test_a_job_that_was_killed_goes_on_with_the_next_month(self):
        self._live()
        own = self._fill()
        told = {row.id for row in self.Month.search(self._get_own())}
        own.date_from = date(2026, 9, 30)
        self._get_told(date(2026, 10, 31)).unlink()
        self.assertIn(own, self.Set._get_due())
        self._fill()
        self.assertFalse(own.date_from)
        again = self.Month.search(self._get_own())
        self.assertEqual(len(again), len(told))

    def test_several_months_are_told_as_the_average_of_their_ends(self):
        self._live()
        self._fill()
        domain = [
            *self._get_own(),
            ("month_end", ">=", date(2026, 8, 31)),
            ("grade_id", "=", self.a.id),
        ]
        by_month = self.Month._read_group(
            domain, ["month_end:month"], ["customer_count:sum", "revenue:sum"]
        )
        [[count, revenue]] = self.Month._read_group(
            domain, [], ["customer_count:sum", "revenue:sum"]
        )
        self.assertEqual(count, round(sum(c for _m, c, _r in by_month) / len(by_month)))
        self.assertAlmostEqual(revenue, sum(r for _m, _c, r in by_month) / len(by_month), 2)

    @warmup
    def test_telling_asks_as_often_for_many_as_for_few(self):
        self._live()
        counts = []
        for more in (0, 8):
            for customer in self._create_customers(more):
                self._create_invoice(customer, date(2026, 6, 1), 100)
            self._run(self.policy)
            own = self._fill()
            own.date_from = date(2026, 3, 31)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["customer.grading.month.engine"]._tell(own, own._get_scope())
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)


@tagged("post_install", "-at_install")
class TestYearAgo(ReportCase):
    """Customers of regions and industries that moved within a year, now beside a year ago."""

    year_ago = date(2025, 11, 20)
    start = year_ago

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(7)
        regions = [cls.env.ref(f"base.state_cn_{code}") for code in ("BJ", "GD")]
        regions += [cls.env.ref("base.state_us_5"), cls.env["res.country.state"]]
        industries = cls.env["res.partner.industry"].create(
            [{"name": "Foundries"}, {"name": "Shipyards"}]
        )
        for place, customer in enumerate(cls.customers):
            region = regions[place % len(regions)]
            customer.state_id = region
            customer.country_id = region.country_id or cls.env.ref("base.cn")
            customer.industry_id = industries[place % 3] if place % 3 < 2 else False

    def setUp(self):
        super().setUp()
        self.stood = {}
        self._grade(self.year_ago, (1500, 1200, 300, 50, 2000, 0, 150))
        self._grade(TODAY, (1100, 150, 1300, 400, 20, 5000, 0))
        self.own = self._fill()

    def _grade(self, day, amounts):
        """Invoice the customers that day, grade them, and note who stands where."""
        self._at(day)
        for customer, amount in zip(self.customers, amounts, strict=True):
            if amount:
                self._create_invoice(customer, day, amount)
        self._run(self.policy) if self.stood else self._activate(self.policy)
        self.env.invalidate_all()
        grades = zip(self.customers, self._get_grades(self.customers), strict=True)
        self.stood[day.year] = {customer: code for customer, code in grades if code}

    def _count_stood(self, *names):
        """Count one by one, ``{(values of the fields, code, year): customers}``."""
        return Counter(
            (*(customer[name] for name in names), code, year)
            for year, stood in self.stood.items()
            for customer, code in stood.items()
        )

    def _count_shown(self, *names):
        """Count the same as the pivot does, behind its filters."""
        search = etree.fromstring(self.Month.get_view(view_type="search")["arch"])
        [filter_] = search.xpath("//filter[@name='year_before']")
        domain = [*self._get_own(), *ast.literal_eval(filter_.get("domain"))]
        by = [*names, "grade_id", "month_end:year"]
        grouped = self.Month._read_group(domain, by, ["customer_count:sum"])
        return {(*keys, grade.code, year.year): n for *keys, grade, year, n in grouped if grade}

    def test_regions_by_grade_are_counted_now_and_a_year_ago(self):
        self.assertEqual(self._count_shown("state_id"), self._count_stood("state_id"))

    def test_industries_by_grade_are_counted_now_and_a_year_ago(self):
        self.assertEqual(self._count_shown("industry_id"), self._count_stood("industry_id"))

    def test_the_view_against_last_year_has_the_regions_of_each_country(self):
        action = self.env.ref("customer_grading_report.customer_grading_month_action_year")
        [(view_id, _type)] = [view for view in action.views if view[1] == "pivot"]
        pivot = etree.fromstring(self.Month.get_view(view_id, "pivot")["arch"])
        rows = [node.get("name") for node in pivot.xpath("//field[@type='row']")]
        self.assertEqual(rows, ["country_id", "state_id"])
        self.assertEqual(self._count_shown(*rows), self._count_stood(*rows))

    def test_revenue_of_a_region_is_that_of_its_customers(self):
        for day in (self.year_ago, TODAY):
            month_end = self._get_month_end(day)
            expected = Counter()
            for customer in self.customers:
                expected[customer.state_id] += self._get_revenue(customer, min(day, TODAY))
            domain = [*self._get_own(), ("month_end", "=", month_end)]
            shown = self.Month._read_group(domain, ["state_id"], ["revenue:sum"])
            self.assertEqual(dict(shown), expected, day)

    def test_months_that_an_earlier_version_told_without_regions_are_told_anew(self):
        told = self._count_shown("state_id")
        self.Month.search(self._get_own()).sudo().state_id = False
        self.env.flush_all()
        self.own.month_keys = "dimension_id,grade_id,country_id"
        self.env.cr.execute(
            SQL("UPDATE customer_grading_change SET create_date = create_date - interval '2h'")
        )
        self._fill()
        self.assertEqual(self._count_shown("state_id"), told)
        self.assertFalse(self.own.date_from)
        rows = self.Month.search(self._get_own())
        self._fill()
        self.assertEqual(self.Month.search(self._get_own()), rows)

    def test_a_month_has_as_many_rows_as_there_are_kinds_of_customers(self):
        """No more than customers, and none for a region in which a grade has nobody."""
        for day in (self.year_ago, TODAY):
            month_end = self._get_month_end(day)
            kinds = {
                (customer.country_id, customer.state_id, customer.industry_id, code)
                for customer, code in self.stood[day.year].items()
            }
            rows = self.Month.search([*self._get_own(), ("month_end", "=", month_end)])
            self.assertEqual(len(rows), len(kinds))
