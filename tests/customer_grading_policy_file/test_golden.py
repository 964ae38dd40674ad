"""Every shipped policy decides as its source says: cases worked out by hand, graded for real."""

import json
from datetime import date
from pathlib import Path

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..common import at
from ..facts import FactsCommon


class GoldenCommon(FactsCommon):
    """Policies of a folder of the library, each beside a file of cases."""

    maxDiff = None
    cases = None  # folder of the cases
    policies = None  # folder of the policies, as Odoo finds it

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["customer.grading.policy"]
        # What a policy of the demo company may have left: files shall make their own.
        for question in cls.env["customer.grading.question"].search([]):
            question.code = f"old_{question.id}"

    def _check(self, key):
        """Grade the population of ``<key>.json`` in one run; compare each grade.

        What a policy looks at in other dimensions is graded ``before`` it, by other files.
        """
        golden = json.loads((self.cases / f"{key}.json").read_text(encoding="utf-8"))
        *before, policy = [
            self.Policy.load_policy(self.Policy._read_library_file(name), f"{name}.json")
            for name in (*golden.get("before", ()), key)
        ]
        expected, subjects = {}, {}
        for case in golden["cases"]:
            for number in range(case.get("times", 1)):
                name = f"{case['name']} ({number + 1})" if number else case["name"]
                self.assertNotIn(name, expected)
                expected[name] = case["grade"]
                if policy.subject == "group":
                    subjects[name] = self._create_group(policy.dimension_id, name, case["facts"])
                    continue
                subjects[name] = self._create_subject(
                    policy.subject_model, name, case.get("facts", {})
                )
        with freeze_time(at(date.fromisoformat(golden["day"]))):
            for each in (*before, policy):
                [run] = self._activate(each)
                self.assertEqual(run.state, "done", run.error)
        records = self.env[policy.subject_model].concat(*subjects.values())
        codes = self._get_grades(records, dimension=policy.dimension_id)
        graded = dict(zip(subjects, (code or None for code in codes), strict=True))
        self.assertEqual(graded, expected)

    def _check_all_grades(self):
        """Check that each policy of the folder has cases for each of its grades."""
        folder = Path(file_path(self.policies))
        for path in folder.glob("*.json"):
            with self.subTest(key=path.stem):
                golden = json.loads((self.cases / path.name).read_text(encoding="utf-8"))
                policy = json.loads(path.read_text(encoding="utf-8"))
                grades = {grade["code"] for grade in policy["dimension"]["grades"]}
                self.assertLessEqual(grades, {case["grade"] for case in golden["cases"]})


@tagged("post_install", "-at_install")
class TestGolden(GoldenCommon):
    cases = Path(__file__).parent / "golden"
    policies = "customer_grading_policy_file/data/policies"

    def test_every_starter_has_cases_for_each_of_its_grades(self):
        self._check_all_grades()

    def test_df1_ranks_by_revenue(self):
        self._check("df1_revenue_rank")

    def test_requirements_are_met_or_not(self):
        self._check("requirements_a_d")

    def test_points_add_up(self):
        self._check("points_a_d")

    def test_s59_looks_at_days_to_closing(self):
        self._check("s59_closing_time")
