"""Another dimension's grade, its score and its age are criteria as any other."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import TODAY, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestOtherDimensions(OpportunityCommon):
    def _create_value_policy(self, **vals):
        return self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 500)), ("B", ())],
            **vals,
        )

    def _other(self, measure="other_grade", dimension=None, **vals):
        return {"measure": measure, "dimension_id": (dimension or self.intention).id, **vals}

    @freeze_time(at(TODAY))
    def test_a_customer_s_grade_grades_its_opportunities(self):
        self._create_invoice(self.customer, date(2026, 5, 1), 1000)
        leads = self._create_closing(10) | self._create_closing(10, self.other)
        lead_of_nobody = self._create_closing(10, self.env["res.partner"])
        self._activate(self._create_value_policy(population="all"))
        policy = self._create_policy(
            {"value": self._other(dimension=self.dimension)},
            [("A", ("value", "level_ge", 0)), ("B", ("value", "known")), ("C", ())],
            dimension=self.intention,
        )
        self._activate(policy)
        self.assertEqual(self._get_codes(leads | lead_of_nobody), ["A", "B", "C"])
        leads[0].action_regrade()
        self.assertEqual(self._get_codes(leads | lead_of_nobody), ["A", "B", "C"])

    @freeze_time(at(TODAY))
    def test_a_customer_has_the_best_the_worst_or_the_latest_of_its_opportunities(self):
        self._create_lead(self.customer, date(2026, 10, 1), date_deadline=TODAY)
        self._create_lead(self.customer, date(2026, 10, 2))
        latest = TODAY + timedelta(days=60)
        self._create_lead(self.customer, date(2026, 10, 3), date_deadline=latest)
        self._activate(self._create_urgency_policy())
        policy = self._create_policy(
            {how: self._other(roll_up=how) for how in ("best", "worst", "latest")},
            [("A", ())],
        )
        found = self._measure_all(self.customer | self.other, policy=policy)
        codes = {
            how: [
                self.env["customer.grade"].browse(value or ()).code
                for value in values
                if value is not ...
            ]
            for how, values in found.items()
        }
        self.assertEqual(codes, {"best": ["A"], "worst": ["C"], "latest": ["B"]})

    @freeze_time(at(TODAY))
    def test_score_and_age_of_another_grade(self):
        self._create_invoice(self.customer, date(2026, 5, 1), 1000)
        scored = self._create_dimension("scored")
        policy = self._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "bands": [{"lower": 500, "points": 7}, {"lower": 0, "points": 2}],
                },
                "total": {"kind": "sum", "parts": ["revenue"]},
            },
            [("A", ("total", "ge", 5)), ("B", ())],
            dimension=scored,
        )
        self._activate(policy)
        reader = self._create_policy(
            {
                "points": self._other("other_score", scored),
                "since": self._other("other_grade_since", scored),
            },
            [("A", ())],
        )
        values = self._measure_all(self.customer, policy=reader)
        self.assertEqual(values, {"points": [7], "since": [TODAY]})

    @freeze_time(at(TODAY))
    def test_a_hidden_dimension_s_grade_is_not_told_by_another(self):
        seller = self._create_users()["salesperson"]
        self.customer.user_id = seller
        lead = self._create_closing(10, user_id=seller.id)
        credit = self._create_dimension("credit")
        self._activate(self._create_value_policy(population="all", dimension=credit))
        policy = self._create_policy(
            {"value": self._other(dimension=credit)},
            [("A", ("value", "level_ge", 0)), ("B", ())],
            dimension=self.intention,
        )
        self._activate(policy)
        criterion = policy.criterion_ids
        Explanation = self.env["customer.grading.explanation"].with_user(seller)
        self.assertFalse(Explanation._hides(criterion))
        credit.group_ids = self.env.ref("base.group_system")
        self.assertTrue(Explanation._hides(criterion))
        [view] = lead.with_user(seller).get_grading_explanation()
        self.assertEqual(view["badge"]["code"], "B")

    def test_two_dimensions_do_not_wait_for_each_other(self):
        value = self._create_value_policy()
        self._create_policy(
            {"own": self._other(dimension=self.dimension)}, dimension=self.intention
        )
        with self.assertRaisesRegex(ValidationError, "circle"):
            self._create_criteria(value, {"round": self._other()})

    def test_dimensions_that_others_need_are_graded_first(self):
        needing = self._create_policy(
            {"own": self._other(dimension=self.dimension)},
            [("A", ())],
            dimension=self.intention,
            sequence=1,
        )
        needed = self._create_value_policy(sequence=2)
        (needing | needed).write({"state": "running"})
        self.env["customer.grading.run"]._schedule_nightly_runs()
        runs = self.env["customer.grading.run"].search(
            [("policy_id", "in", (needing | needed).ids)], order="id"
        )
        self.assertEqual(runs.policy_id, needed | needing)
        self.assertEqual(runs[0].policy_id, needed)
