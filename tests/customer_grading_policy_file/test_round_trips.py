"""What is written elsewhere goes into a file and comes back: questions, change rules, grades."""

import json

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CustomerGradingCommon
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestQuestionsInFiles(CustomerGradingCommon):
    def test_questions_come_back_from_a_policy_file_as_they_were(self):
        content = {
            "format": 1,
            "key": "trusted",
            "name": "Trusted",
            "dimension": {
                "code": "trust",
                "name": "Trust",
                "subject": "lead",
                "grades": [{"code": "A", "name": "A"}, {"code": "B", "name": "B"}],
            },
            "questions": [
                {
                    "code": "trust",
                    "name": "Trust?",
                    "subject": "lead",
                    "kind": "yes_no",
                    "asked_of": "group",
                    "groups": ["account.group_account_user"],
                    "basis": ["staff"],
                    "outdated_by": ["sued"],
                },
                {
                    "code": "staff",
                    "name": "Staff",
                    "kind": "number",
                    "unit": "people",
                },
                {"code": "sued", "name": "Sued?", "kind": "yes_no"},
            ],
            "decide_by": "requirements",
            "criteria": [
                {"key": "trust", "name": "Trust?", "measure": "asked", "question": "trust"},
            ],
            "rules": [{"grade": "A", "all": [{"criterion": "trust", "is": True}]}, {"grade": "B"}],
        }
        Policy = self.env["customer.grading.policy"]
        policy = Policy.load_policy(json.dumps(content), "trusted.json")
        exported = policy._export_policy()
        self.assertEqual(exported["questions"], content["questions"])
        question = policy.criterion_ids.question_id
        self.assertEqual(question.group_ids, self.env.ref("account.group_account_user"))
        content["questions"][0]["basis"] = ["stuff"]
        del content["questions"][0]["groups"]
        with self.assertRaises(ValidationError) as refused:
            Policy.load_policy(json.dumps(content), "trusted.json")
        self.assertIn("questions[0].basis: there is no question “stuff”", str(refused.exception))
        self.assertIn("questions[0].groups: groups go with", str(refused.exception))


@tagged("post_install", "-at_install")
class TestChangeRulesInFiles(CustomerGradingCommon):
    def test_change_rules_go_through_a_file(self):
        march = {"first_day": 25, "first_month": "3", "last_day": 30, "last_month": "3"}
        policy = self._create_policy(
            {"late": {"measure": "late_count"}, "orders": {"measure": "order_amount"}},
            [("D", ("late", "gt", 0)), ("C", ("orders", "ge", 100)), ("D", ())],
            upgrade_timing="confirmed",
            upgrade_days=30,
            grace_days=10,
            counts_working_days=True,
            one_step=True,
            probation_months=6,
            window_ids=[Command.create(march)],
        )
        policy.rule_ids[0].write({"change_timing": "within", "change_days": 5})
        policy.rule_ids[1].write({"review_months": 6, "expiry_months": 12})
        content = policy._export_policy()
        again = self.env["customer.grading.policy"].load_policy(json.dumps(content), "again.json")
        self.assertEqual(again._export_policy()["changes"], content["changes"])
        self.assertEqual(again._export_policy()["rules"], content["rules"])


@tagged("post_install", "-at_install")
class TestOtherDimensionsInFiles(OpportunityCommon):
    def test_a_policy_that_looks_at_another_dimension_goes_through_its_file(self):
        self._create_grades(self.dimension, "AB")
        policy = self._create_policy(
            {
                "value": {"measure": "other_grade", "dimension_id": self.dimension.id},
                "closing": {"measure": "lead_days_to_close"},
            },
            [("A", ("closing", "le", 30)), ("B", ())],
            dimension=self.intention,
            lead_population="all",
        )
        content = policy._export_policy()
        again = policy.load_policy(json.dumps(content), "again.json")
        self.assertEqual(again._export_policy(), content)
        self.assertEqual(again.lead_population, "all")
        self.assertEqual(again.criterion_ids.dimension_id, self.dimension)
