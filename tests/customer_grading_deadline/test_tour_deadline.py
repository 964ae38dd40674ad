"""A salesperson answers who waits too long, at the desk and on the phone."""

from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class DeadlineTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seller = cls._create_users()["salesperson"]
        [customer] = cls._create_customers(1, user_id=seller.id, email="ann@example.com")
        customer.name = "Waits long"
        policy = cls._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        cls._create_order(customer, get_today() - timedelta(days=60))
        cls.env["customer.grading.deadline"].create(
            {
                "grade_id": policy.rule_ids.grade_id.id,
                "count": 4,
                "unit": "hours",
                "date_from": datetime.now() - timedelta(days=10),
            }
        )
        cls.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": customer.id,
                "date": datetime.now().replace(microsecond=0) - timedelta(days=2),
                "subtype_id": cls.env.ref("mail.mt_comment").id,
                "message_type": "email",
                "author_id": customer.id,
                "body": "When will the trucks come?",
            }
        )
        cls._activate(policy)
        cls.customer = customer

    def _check_answered(self):
        case = self.env["customer.grading.deadline.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(case.state, "late")


@tagged("post_install", "-at_install")
class TestDeadlineTour(DeadlineTourCase):
    def test_a_salesperson_answers_who_waits(self):
        self.start_tour("/odoo", "customer_grading_answer", login="grading_salesperson")
        self._check_answered()


@tagged("post_install", "-at_install")
class TestDeadlineTourOnAPhone(DeadlineTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_answers_who_waits_on_a_phone(self):
        self.start_tour("/odoo", "customer_grading_answer_phone", login="grading_salesperson")
        self._check_answered()
