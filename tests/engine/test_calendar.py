"""Time as people count it: days, calendar months and years since a date, or until it."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestCalendar(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_customers(1)
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Contract ends?", "kind": "date", "validity_months": 0}
        )

    def _count(self, day, today=TODAY, unit="months", age="until"):
        """Return what a criterion says of the time between two days."""
        self.env["customer.grading.answer"].search([]).unlink()
        self._answer(self.question, self.customer, day)
        policy = self._create_policy(
            {"end": {"question": self.question, "age_unit": unit, "age": age}},
            [("A", ("end", "known"))],
            population="all",
            domain=str([("id", "=", self.customer.id)]),
        )
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company, today)
        self.env.flush_all()
        terms, joins = engine._get_terms(policy, scope)
        [(value,)] = self.env.execute_query(
            self._select(terms[policy.criterion_ids].value, engine, policy, scope, joins)
        )
        return policy.criterion_ids._format_value(value)

    @staticmethod
    def _select(value, engine, policy, scope, joins):
        values = engine._get_values_sql(policy, scope)
        return SQL("SELECT %s FROM (%s) raw %s", value, values, joins)

    def test_months_end_on_the_day_of_the_same_date(self):
        for day, text in (
            (date(2026, 11, 20), "0 months"),
            (date(2026, 12, 19), "29 days"),
            (date(2026, 12, 20), "1 month"),
            (date(2027, 2, 20), "3 months"),
            (date(2027, 2, 21), "3 months and 1 day"),
            (date(2027, 3, 19), "3 months and 27 days"),
            (date(2026, 11, 10), "-10 days"),
        ):
            self.assertEqual(self._count(day), text, day)

    def test_a_shorter_month_ends_on_its_last_day(self):
        for today, day, text in (
            (date(2026, 11, 30), date(2027, 2, 27), "2 months and 28 days"),
            (date(2026, 11, 30), date(2027, 2, 28), "3 months"),
            (date(2026, 11, 30), date(2027, 3, 1), "3 months and 1 day"),
            (date(2028, 1, 31), date(2028, 2, 29), "1 month"),
        ):
            self.assertEqual(self._count(day, today), text, day)

    def test_years_are_over_on_the_birthday(self):
        for day, text in (
            (date(2008, 11, 20), "18 years"),
            (date(2008, 11, 21), "17 years and 364 days"),
            (date(2004, 2, 29), "22 years and 265 days"),
        ):
            self.assertEqual(self._count(day, unit="years", age="since"), text, day)

    def test_days_are_days(self):
        self.assertEqual(self._count(date(2026, 12, 31), unit="days"), "41 days")
        self.assertEqual(self._count(date(2026, 11, 1), unit="days", age="since"), "19 days")

    def _grade(self, *condition, **spec):
        policy = self._create_policy(
            {"end": {"question": self.question, **spec}},
            [("A", ("end", *condition)), ("B", ())],
            population="all",
            domain=str([("id", "=", self.customer.id)]),
        )
        with freeze_time(at(TODAY)):
            self._activate(policy)
        [grade] = self._get_grades(self.customer)
        policy.state = "closed"
        return grade

    def test_within_so_many_months_takes_the_boundary_day_and_nothing_passed(self):
        for day, grade in (
            (date(2026, 11, 19), "B"),
            (TODAY, "A"),
            (date(2027, 2, 20), "A"),
            (date(2027, 2, 21), "B"),
        ):
            self._answer(self.question, self.customer, day)
            self.assertEqual(self._grade("within", 3, age_unit="months"), grade, day)

    def test_at_most_three_months_are_three_months(self):
        self._answer(self.question, self.customer, date(2027, 2, 20))
        self.assertEqual(self._grade("le", 3, age_unit="months"), "A")
        self.assertEqual(self._grade("gt", 3, age_unit="months"), "B")
        self._answer(self.question, self.customer, date(2027, 3, 19))
        self.assertEqual(self._grade("le", 3, age_unit="months"), "B")
        self.assertEqual(self._grade("gt", 3, age_unit="months"), "A")

    def test_before_and_after_leave_the_day_out(self):
        self._answer(self.question, self.customer, date(2026, 12, 31))
        day = date(2026, 12, 31)
        self.assertEqual(self._grade("before", day), "B")
        self.assertEqual(self._grade("after", day), "B")
        self.assertEqual(self._grade("before", date(2027, 1, 1)), "A")
        self.assertEqual(self._grade("after", date(2026, 12, 30)), "A")

    def test_conditions_on_dates_read_as_people_say_them(self):
        policy = self._create_policy(
            {
                "end": {"question": self.question, "name": "Contract end", "age_unit": "months"},
                "order": {
                    "measure": "days_since_order",
                    "period": "all_time",
                    "name": "Last order",
                },
            },
            [
                ("A", ("all", ("end", "within", 3), ("order", "within", 30))),
                ("B", ("all", ("end", "before", date(2027, 1, 1)), ("end", "le", 1.5))),
            ],
        )
        self.assertEqual(
            policy.rule_ids.mapped("text"),
            [
                "A, if Contract end within the next 3 months, and Last order (all time) within"
                " the last 30 days.",
                "B, if Contract end before 01/01/2027, and Contract end at most 1.5 months.",
            ],
        )

    def test_an_answered_date_stands_in_the_explanation(self):
        self._answer(self.question, self.customer, date(2027, 3, 19))
        policy = self._create_policy(
            {"end": {"question": self.question, "name": "Contract end", "age_unit": "months"}},
            [("A", ("end", "le", 3)), ("B", ())],
            population="all",
        )
        with freeze_time(at(TODAY)):
            self._activate(policy)
            text = str(self.customer.get_grading_explanation())
        self.assertIn("03/19/2027 (3 months and 27 days)", text)

    def test_a_date_is_answered_as_people_write_it(self):
        self.assertEqual(
            self.question._parse_answer("12/31/2026"), {"date_value": date(2026, 12, 31)}
        )
        self.assertEqual(
            self.question._parse_answer("2026-12-31"), {"date_value": date(2026, 12, 31)}
        )
        with self.assertRaisesRegex(ValidationError, "Write a date"):
            self.question._parse_answer("soon")
