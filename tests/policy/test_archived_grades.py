"""A grade that no policy gives any more is put away, found again and brought back."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestArchivedGrades(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls._create_users()["administrator"]
        orders = {"orders": {"measure": "order_count"}}
        rules = [("A", ("orders", "ge", 1)), ("B", ())]
        cls.policy = cls._create_policy(orders, rules, name="Trade")
        cls.grade = cls.dimension._find_grade("A").with_user(cls.administrator)

    def _open_screen(self):
        """Return the grades that the button “All grades” of the dimension opens."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grade_action"
        )
        self.assertEqual(action["domain"], "[('dimension_id', '=', active_id)]")
        return self.env["customer.grade"].search([("dimension_id", "=", self.dimension.id)])

    def test_what_a_policy_gives_stays_and_the_way_out_is_said(self):
        for state in ("scheduled", "running"):
            self.policy.state = state
            said = "Grade A cannot be archived: “Trade” gives it.*Revise the policy to go without"
            with self.subTest(state=state), self.assertRaisesRegex(UserError, said):
                self.grade.action_archive()
        self.assertTrue(self.grade.active)

    def test_an_archived_grade_is_gone_from_choice_and_comes_back(self):
        self.policy.state = "closed"
        self.grade.action_archive()
        self.assertNotIn(self.grade, self._open_screen())
        self.assertNotIn(self.grade, self.dimension.grade_ids)
        archived = self.env["customer.grade"].search(
            [("dimension_id", "=", self.dimension.id), ("active", "=", False)]
        )
        self.assertEqual(archived, self.grade)
        self.grade.action_unarchive()
        self.assertIn(self.grade, self._open_screen())

    def test_a_draft_that_gives_an_archived_grade_says_so_and_does_not_decide(self):
        self.grade.action_archive()
        messages = [problem["message"] for problem in self.policy._get_problems()]
        self.assertTrue(any("Grade A: it is archived" in text for text in messages), messages)
        with self.assertRaisesRegex(UserError, "it is archived"):
            self.policy._check_complete()
        self.grade.action_unarchive()
        self.policy._check_complete()
