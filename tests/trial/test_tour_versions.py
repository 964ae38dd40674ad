"""An administrator makes, tries and activates the next version in the web client."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestVersionTours(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            {"Revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("Revenue", "ge", 1000)), ("B", ())],
            name="Accounts",
        )
        cls.customers = cls._create_customers(3)
        for customer, amount in zip(cls.customers, (3000, 1500, 500), strict=True):
            cls._create_invoice(customer, get_today(), amount=amount)
        cls._activate(cls.policy)

    def test_a_policy_is_revised_and_activated(self):
        self.start_tour("/odoo", "customer_grading_versions", login="admin")

        versions = self.policy._get_versions()
        self.assertEqual(versions.mapped("state"), ["closed", "running"])
        self.assertEqual(versions[1].activated_by_id, self.env.ref("base.user_admin"))
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])

    def test_a_version_waits_for_its_day(self):
        self.start_tour("/odoo", "customer_grading_schedule_version", login="admin")

        versions = self.policy._get_versions()
        self.assertEqual(versions.mapped("state"), ["running", "draft"])
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])

    def test_another_policy_takes_over(self):
        other = self._create_policy({}, [("C", ())], name="Simple")
        self.start_tour("/odoo", "customer_grading_take_over", login="admin")
        self.assertEqual((self.policy.state, other.state), ("closed", "running"))
        self.assertEqual(set(self._get_grades(self.customers)), {"C"})
