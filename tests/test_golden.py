"""Every shipped policy decides as its source says: cases worked out by hand, graded for real."""

import json
from datetime import date
from pathlib import Path

from freezegun import freeze_time

from odoo.tests import tagged

from .common import at
from .facts import FactsCommon

FOLDER = Path(__file__).parent / "golden"


@tagged("post_install", "-at_install")
class TestGolden(FactsCommon):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["customer.grading.policy"]
        # What a policy of the demo company may have left: files shall make their own.
        for question in cls.env["customer.grading.question"].search([]):
            question.code = f"old_{question.id}"

    def _check(self, key):
        """Grade the population of ``golden/<key>.json`` in one run; compare each grade."""
        golden = json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))
        policy = self.Policy.load_policy(self.Policy._read_library_file(key), f"{key}.json")
        expected, subjects = {}, {}
        for case in golden["cases"]:
            for number in range(case.get("times", 1)):
                name = f"{case['name']} ({number + 1})" if number else case["name"]
                self.assertNotIn(name, expected)
                expected[name] = case["grade"]
                subjects[name] = self._create_subject(
                    policy.subject_model, name, case.get("facts", {})
                )
        with freeze_time(at(date.fromisoformat(golden["day"]))):
            [run] = self._activate(policy)
        self.assertEqual(run.state, "done", run.error)
        records = self.env[policy.subject_model].concat(*subjects.values())
        codes = self._get_grades(records, dimension=policy.dimension_id)
        graded = dict(zip(subjects, (code or None for code in codes), strict=True))
        self.assertEqual(graded, expected)

    def test_every_shipped_policy_has_cases_for_each_of_its_grades(self):
        for key, _name in self.Policy._get_library():
            with self.subTest(key=key):
                golden = json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))
                policy = json.loads(self.Policy._read_library_file(key))
                grades = {grade["code"] for grade in policy["dimension"]["grades"]}
                self.assertLessEqual(grades, {case["grade"] for case in golden["cases"]})

    def test_df1_ranks_by_revenue(self):
        self._check("df1_revenue_rank")

    def test_s02_grades_accounts_in_heavy_trucks(self):
        self._check("s02_heavy_truck")

    def test_s04_reads_a_decision_table_of_home_buyers(self):
        self._check("s04_home_buyer")

    def test_s12_follows_ten_levels_of_the_sales_process(self):
        self._check("s12_sales_process")

    def test_s15_rates_credit_with_a_veto(self):
        self._check("s15_credit_form")

    def test_s28_crosses_two_scorecards_by_region(self):
        self._check("s28_base_customers")

    def test_s37_scores_dealers(self):
        self._check("s37_dealer_scorecard")

    def test_s46_adds_up_shares_of_sales(self):
        self._check("s46_sales_share")

    def test_s49_tells_classes_of_training_customers(self):
        self._check("s49_training_leads")

    def test_s50_finds_the_first_five_per_cent(self):
        self._check("s50_key_customers")

    def test_s59_looks_at_days_to_closing(self):
        self._check("s59_closing_time")
