"""Regions, industries...: a grade for each record that customers name, and policies that give it."""

from unittest.mock import patch

from odoo.addons.customer_grading_tag.wizard import customer_grading_record_grades
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestRecordGrades(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.country = cls.env["res.country"].create({"name": "Erewhon", "code": "ZY"})
        cls.states = cls.env["res.country.state"].create(
            [
                {"name": f"Province {code}", "code": code, "country_id": cls.country.id}
                for code in ("N", "S", "WEST-1")
            ]
        )
        cls.customers = cls._create_customers(4)
        for customer, state in zip(cls.customers, cls.states, strict=False):
            customer.state_id = state
        cls.dimension = cls._create_dimension("territory", grades="")

    def _make(self, in_use=False):
        Wizard = self.env["customer.grading.record.grades"].with_user(self.users["administrator"])
        with Form(Wizard.with_context(default_dimension_id=self.dimension.id)) as form:
            form.measure_id = self._measure("state")
            form.domain = str([("country_id", "=", self.country.id)])
            form.in_use = in_use
        action = form.record.action_make()
        return form.record, self.env["customer.grading.policy"].search(action["domain"])

    def _activate_all(self, policies):
        policies.write({"population": "all", "stop_percent": 0})
        for policy in policies:
            self._activate(policy)

    def test_each_customer_has_the_grade_and_the_tag_of_its_province(self):
        self.dimension.writes_tags = True
        wizard, policy = self._make()
        self.assertEqual(wizard.record_count, 3)
        self.assertEqual(self.dimension.grade_ids.mapped("code"), ["N", "S", "1"])
        self.assertFalse(policy._get_problems())
        self._activate_all(policy)
        self.assertEqual(self._get_grades(self.customers), ["N", "S", "1", False])
        self.assertEqual(
            [tag.display_name for tag in self.customers.mapped("category_id")],
            [
                f"Territory / {name}"
                for name in ("Province N", "Province S", "Province WEST-1", "Not graded")
            ],
        )

    def test_many_provinces_are_shared_out_to_several_policies(self):
        with patch.object(customer_grading_record_grades, "MOST_REQUIREMENTS", 2):
            _wizard, policies = self._make()
        self.assertEqual(
            policies.mapped("name"), ["Territory, part 1 of 2", "Territory, part 2 of 2"]
        )
        self._activate_all(policies)
        self.assertEqual(self._get_grades(self.customers), ["N", "S", "1", False])
        self.customers[0].state_id = self.states[2]
        self._run(policies[0])
        self._run(policies[1])
        self.assertEqual(self._get_grades(self.customers), ["1", "S", "1", False])

    def test_a_second_time_only_what_is_missing_is_made(self):
        self.customers[2].state_id = False
        self._make(in_use=True)
        before = self.dimension.grade_ids
        self.assertEqual(before.mapped("name"), ["Province N", "Province S"])
        _wizard, policy = self._make()
        self.assertEqual((self.dimension.grade_ids - before).mapped("name"), ["Province WEST-1"])
        self.assertEqual(policy.rule_ids.grade_id, self.dimension.grade_ids)

    def test_none_and_too_many_are_refused_with_a_way_out(self):
        with (
            patch.object(customer_grading_record_grades, "MOST_RECORDS", 2),
            self.assertRaisesRegex(UserError, "There are 3 records"),
        ):
            self._make()
        self.customers.state_id = False
        with self.assertRaisesRegex(UserError, "not only those in use"):
            self._make(in_use=True)

    def test_what_is_no_filter_is_named(self):
        wizard = self.env["customer.grading.record.grades"].create(
            {
                "dimension_id": self.dimension.id,
                "measure_id": self._measure("state").id,
                "domain": "[('nowhere', '=', 1)]",
            }
        )
        with self.assertRaisesRegex(UserError, "“Only”: the filter .* cannot be used"):
            wizard.action_make()

    def test_only_administrators_make_grades(self):
        Wizard = self.env["customer.grading.record.grades"].with_user(self.users["officer"])
        with self.assertRaises(AccessError):
            Wizard.create({"dimension_id": self.dimension.id})
