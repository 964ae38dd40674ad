"""An administrator writes, previews and activates a rule; a salesperson claims from the pool."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class PoolTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        seller = cls.users["salesperson"]
        today = get_today()
        silent, free, other = cls._create_customers(3, user_id=cls.users["officer"].id)
        silent.name, free.name, other.name = "Long silent", "Lonely one", "Also free"
        for customer in (silent, free, other):
            cls._create_order(customer, today - timedelta(days=60))
        policy = cls._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        cls._activate(policy)
        cls.grade = policy.rule_ids.grade_id
        results = cls.env["customer.grading.result"].search([("policy_id", "=", policy.id)])
        results.date_since = today - timedelta(days=30)
        (free | other).user_id = False
        cls.env["customer.grading.pool.entry"].create(
            [
                {
                    "partner_id": customer.id,
                    "grade_id": cls.grade.id,
                    "company_id": cls.company.id,
                    "from_user_id": cls.users["officer"].id,
                    "date_taken": today,
                    "neglect": "contact",
                    "date_start": today - timedelta(days=60),
                }
                for customer in (free, other)
            ]
        )
        cls.seller, cls.claimed = seller, free | other


@tagged("post_install", "-at_install")
class TestPoolTour(PoolTourCase):
    def test_an_administrator_writes_a_rule(self):
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Grade",
                "res_model": "customer.grade",
                "res_id": self.grade.id,
                "view_mode": "form",
            }
        )
        url = f"/odoo/action-{action.id}/{self.grade.id}"
        self.start_tour(url, "customer_grading_pool_rule", login="grading_administrator")
        self.assertRecordValues(
            self.grade.pool_rule_ids,
            [{"state": "active", "take_days": 7, "date_activated": get_today()}],
        )

    def test_a_salesperson_claims(self):
        self.start_tour("/odoo", "customer_grading_pool_claim", login="grading_salesperson")
        self.assertEqual(self.claimed.user_id, self.seller)


@tagged("post_install", "-at_install")
class TestPoolTourOnAPhone(PoolTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_claims_on_a_phone(self):
        self.start_tour("/odoo", "customer_grading_pool_claim_phone", login="grading_salesperson")
