"""Stages: who took a grade keeps it until the conditions hold on which it is left."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
@freeze_time(at(TODAY))
class TestStages(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.other = cls.customers = cls._create_customers(2)
        Question = cls.env["customer.grading.question"]
        codes = ("contract", "bought", "satisfied", "long_term")
        cls.questions = {
            code: Question.create({"name": f"{code}?", "code": code}) for code in codes
        }

    def _create_stages(self):
        """Return S61's policy: target, newly signed, long-term."""
        return self._create_policy(
            {code: {"question": question} for code, question in self.questions.items()},
            [
                ("L", ("all", ("satisfied", "yes"), ("long_term", "yes"))),
                (
                    "N",
                    (
                        "all",
                        ("contract", "yes"),
                        ("bought", "yes"),
                        ("until", ("satisfied", "yes"), ("long_term", "yes")),
                    ),
                ),
                ("T", ()),
            ],
            population="all",
            domain=str([("id", "in", self.customers.ids)]),
        )

    def _tell(self, **answers):
        for code, value in answers.items():
            self._answer(self.questions[code], self.customer, value)

    def _get_stage(self, policy):
        self._run(policy)
        return self._get_grades(self.customer)

    def test_who_is_in_a_stage_stays_until_he_leaves_it(self):
        policy = self._create_stages()
        self._activate(policy)
        self.assertEqual(self._get_stage(policy), ["T"])
        self._tell(contract=True, bought=True)
        self.assertEqual(self._get_stage(policy), ["N"])
        self._tell(contract=False)
        self.assertEqual(self._get_stage(policy), ["N"])
        self._tell(satisfied=True)
        self.assertEqual(self._get_stage(policy), ["N"])
        self._tell(long_term=True)
        self.assertEqual(self._get_stage(policy), ["L"])
        self.assertEqual(self._get_grades(self.other), ["T"])

    def test_who_never_was_in_it_does_not_stay(self):
        policy = self._create_stages()
        self._activate(policy)
        self._tell(contract=False, bought=True)
        self.assertEqual(self._get_stage(policy), ["T"])

    def test_a_regrade_by_day_remembers_too(self):
        policy = self._create_stages()
        self._tell(contract=True, bought=True)
        self._activate(policy)
        self._tell(contract=False)
        self.env["customer.grading.policy"]._regrade(self.customer)
        self.assertEqual(self._get_grades(self.customer), ["N"])

    def test_history_tells_each_stage(self):
        policy = self._create_stages()
        self._activate(policy)
        self._tell(contract=True, bought=True)
        self._get_stage(policy)
        self._tell(satisfied=True, long_term=True)
        self._get_stage(policy)
        changes = self._get_results(self.customer)[self.customer].change_ids.sorted("id")
        self.assertEqual(changes.grade_id.mapped("code"), ["T", "N", "L"])

    def test_it_reads_as_what_it_is(self):
        policy = self._create_stages()
        self.assertEqual(
            policy.rule_ids[1].text,
            "N, if “contract” answered yes, and “bought” answered yes. Who has N keeps it until:"
            " “satisfied” answered yes, and “long_term” answered yes.",
        )
        self.assertIn("keeps it until", policy.reads_as)

    def test_the_page_says_that_it_only_stays(self):
        policy = self._create_stages()
        self._tell(contract=True, bought=True)
        self._activate(policy)
        self._tell(contract=False)
        self._run(policy)
        [view] = self.customer.get_grading_explanation()
        why = next(block for block in view["blocks"] if block["title"].startswith("Why N"))
        self.assertEqual(why["rows"][0]["cells"][0]["text"], "Stays until all of")
        self.assertEqual(why["rows"][0]["mark"], "met")

    def test_what_says_until_when_stands_once_and_outside_of_groups(self):
        policy = self._create_policy(
            {"contract": {"question": self.questions["contract"]}},
            [("A", ("any", ("all", ("until", ("contract", "yes")))))],
        )
        with self.assertRaisesRegex(UserError, "stands once"):
            policy._check_complete()

    def test_a_revision_still_remembers(self):
        policy = self._create_stages()
        self._tell(contract=True, bought=True)
        self._activate(policy)
        revised = policy.browse(policy.action_revise()["res_id"])
        self.assertEqual(len(revised._get_own_grade()), 1)
        self._tell(contract=False)
        self._activate(revised)
        self.assertEqual(self._get_grades(self.customer), ["N"])

    def test_what_a_discarded_run_computed_is_not_remembered(self):
        latitude = {"kind": "field", "field_name": "partner_latitude", "unit": "number"}
        self.env["customer.grading.measure"].create({"name": "L", "code": "lat", **latitude})
        policy = self._create_policy(
            {"lat": {"measure": "lat"}},
            [
                ("L", ("lat", "ge", 20)),
                ("N", ("all", ("lat", "ge", 10), ("until", ("lat", "ge", 20)))),
                ("T", ()),
            ],
            population="all",
            domain=str([("id", "in", self.customers.ids)]),
        )
        self.customers.partner_latitude = 10
        self._activate(policy)
        policy.stop_percent = 20
        self.customers.partner_latitude = 25  # a mistake of an import
        run = self._run(policy)
        self.assertEqual(run.state, "stopped")
        run.action_discard()
        self.customers.partner_latitude = 5
        self.assertEqual(self._get_stage(policy), ["N"])

    def test_what_remembers_cannot_be_taken_away(self):
        policy = self._create_stages()
        with self.assertRaisesRegex(UserError, "is used in the requirement of N"):
            policy._get_own_grade().unlink()
