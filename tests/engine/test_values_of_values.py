"""Values made of others: the first known, one by another, beside the average, on a line."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
@freeze_time(at(TODAY))
class TestValuesOfValues(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(4)
        cls.mine = str([("id", "in", cls.customers.ids)])
        Question = cls.env["customer.grading.question"]
        cls.handle_by = Question.create({"name": "Handle by?", "kind": "date"})
        cls.planned = Question.create({"name": "Planned for?", "kind": "date"})
        cls.margin = Question.create({"name": "Margin?", "kind": "number"})

    def _grade(self, criteria, rules, **vals):
        policy = self._create_policy(criteria, rules, population="all", domain=self.mine, **vals)
        [run] = self._activate(policy)
        self.assertEqual(run.state, "done", run.error)
        return policy

    def _answer_all(self, question, *values):
        for customer, value in zip(self.customers, values, strict=False):
            if value is not None:
                self._answer(question, customer, value)

    # ------------------------------------------------------------------ the first known

    def test_the_first_known_date_counts(self):
        self._answer_all(
            self.handle_by, TODAY + timedelta(days=5), None, TODAY + timedelta(days=40)
        )
        self._answer_all(self.planned, *[TODAY + timedelta(days=3)] * 2)
        self._grade(
            {
                "asked": {"question": self.handle_by},
                "planned": {"question": self.planned},
                "due": {"kind": "first", "parts": ["asked", "planned"], "name": "To be handled"},
            },
            [("A", ("due", "le", 3)), ("B", ("due", "le", 5)), ("C", ("due", "known"))],
        )
        self.assertEqual(self._get_grades(self.customers), ["B", "A", "C", False])

    def test_its_parts_are_told_in_one_unit(self):
        policy = self._create_policy(
            {
                "orders": {"measure": "order_count"},
                "asked": {"question": self.handle_by},
                "due": {"kind": "first", "parts": ["orders", "asked"]},
            },
            [("A", ("due", "ge", 3))],
        )
        with self.assertRaisesRegex(UserError, "in the same unit"):
            policy._check_complete()

    # ------------------------------------------------------------------ one by another

    def test_silent_for_longer_than_twice_the_usual(self):
        for days, customer in zip(
            ((30, 20, 10), (60, 50, 40), (400,)), self.customers, strict=False
        ):
            for ago in days:
                self._create_order(customer, TODAY - timedelta(days=ago))
        policy = self._grade(
            {
                "silent": {"measure": "days_since_order", "period": "all_time", "name": "Silence"},
                "usual": {"measure": "order_interval", "period": "all_time", "name": "Usual"},
                "times": {
                    "kind": "quotient",
                    "parts": ["silent", "usual"],
                    "name": "Silent beyond",
                },
            },
            [("A", ("times", "gt", 2)), ("B", ("times", "known")), ("C", ())],
        )
        self.assertEqual(self._get_grades(self.customers[:3]), ["B", "A", "C"])
        self.assertEqual(policy.rule_ids[0].text, "A, if Silent beyond more than 2.")
        [view] = self.customers[1].get_grading_explanation()
        self.assertIn("Silence: 40 days; Usual: 10", str(view))
        self.assertIn("Silence divided by Usual", policy.reads_as)

    def test_one_that_is_begun_says_what_it_needs(self):
        policy = self._create_policy({"times": {"kind": "quotient"}}, [("A", ("times", "known"))])
        self.assertTrue(policy.reads_as)
        self.assertTrue(policy.has_combinations)
        with self.assertRaisesRegex(UserError, "which criteria are part of it"):
            policy._check_complete()

    def test_nothing_is_divided_by_nothing(self):
        self._answer_all(self.margin, 0, 2)
        self._grade(
            {
                "orders": {"measure": "order_count", "period": "all_time"},
                "margin": {"question": self.margin},
                "rate": {"kind": "quotient", "parts": ["orders", "margin"]},
            },
            [("A", ("rate", "known")), ("B", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["B", "A", "B", "B"])

    # ------------------------------------------------------------------ beside the average

    def test_above_the_average_of_all(self):
        self._answer_all(self.margin, 10, 20, 30, 0)
        policy = self._grade(
            {
                "margin": {
                    "question": self.margin,
                    "band_by": "average",
                    "rank_among": "known",
                    "bands": [
                        {"level": "above", "lower": 100, "strict": True},
                        {"level": "half", "lower": 50},
                    ],
                }
            },
            [("A", ("margin", "level_is", 0)), ("B", ("margin", "level_is", 1)), ("C", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["B", "A", "A", "C"])  # of 15
        self.assertEqual(policy.rule_ids[0].text, "A, if more than the average by margin.")

    def test_the_median_is_not_moved_by_one_giant(self):
        self._answer_all(self.margin, 1, 2, 3, 1000)
        bands = [{"level": "upper half", "lower": 100}]
        self._grade(
            {"margin": {"question": self.margin, "band_by": "median", "bands": bands}},
            [("A", ("margin", "level_is", 0)), ("B", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "A", "A"])

    def test_where_most_have_nothing_nobody_is_above_the_median_by_it(self):
        self._answer_all(self.margin, 0, 0, 0, 9)
        bands = [{"level": "upper half", "lower": 150}]
        spec = {"question": self.margin, "band_by": "median", "bands": bands}
        rules = [("A", ("margin", "level_is", 0)), ("B", ())]
        policy = self._grade({"margin": {**spec, "rank_among": "known"}}, rules)
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "B", "B"])
        policy.state = "closed"
        bands[0]["lower"] = 100
        self._grade({"margin": {**spec, "rank_among": "positive"}}, rules)
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "B", "A"])

    # ------------------------------------------------------------------ points on a line

    def test_points_rise_in_a_straight_line(self):
        self._answer_all(self.margin, 5, 25, 100, 150)
        self._grade(
            {
                "margin": {
                    "question": self.margin,
                    "linear": True,
                    "bands": [{"lower": 100, "points": 40}, {"lower": 20, "points": 0}],
                },
                "total": {"kind": "sum", "parts": ["margin"]},
            },
            [("A", ("total", "ge", 40)), ("B", ("total", "ge", 2.5)), ("C", ())],
        )
        results = self._get_results(self.customers)
        scores = [results[customer].score for customer in self.customers]
        self.assertEqual(scores, [0, 2.5, 40, 40])

    # ------------------------------------------------------------------ what is unknown

    def test_zero_may_stand_for_nobody_filled_it_in(self):
        self._create_order(self.customers[0], date(2026, 11, 1), 0)
        self._create_order(self.customers[1], date(2026, 11, 1), 50)
        self._grade(
            {"amount": {"measure": "order_amount", "zero_is_unknown": True}},
            [("A", ("amount", "ge", 50)), ("B", ("amount", "known"))],
        )
        self.assertEqual(self._get_grades(self.customers), [False, "A", False, False])
        reasons = {result.reason for result in self._get_results(self.customers).values()}
        self.assertEqual(reasons, {"graded", "missing"})

    def test_a_condition_says_how_unknown_counts(self):
        self._answer_all(self.margin, 1, 9)
        for unknown, grades in (
            ("", ["B", "A", False, False]),
            ("|open", ["B", "A", False, False]),
            ("|met", ["B", "A", "B", "B"]),
            ("|unmet", ["B", "A", "A", "A"]),
        ):
            policy = self._grade(
                {"margin": {"question": self.margin}},
                [
                    ("A", ("none", ("margin", f"lt{unknown}", 5))),
                    ("B", ("margin", f"lt{unknown}", 5)),
                ],
            )
            self.assertEqual(self._get_grades(self.customers), grades, unknown)
            policy.state = "closed"

    def test_the_trap_of_none_of_is_said_when_it_is_written(self):
        criteria = {"margin": {"question": self.margin}}
        policy = self._create_policy(criteria, [("A", ("none", ("margin", "lt", 5)))])
        [problem] = [p for p in policy._get_problems() if "none of" in p["message"]]
        self.assertEqual(problem["level"], "warning")
        policy = self._create_policy(criteria, [("A", ("none", ("margin", "lt|unmet", 5)))])
        self.assertFalse([p for p in policy._get_problems() if "none of" in p["message"]])
        self.assertIn("(unknown counts as not met)", policy.rule_ids.text)
