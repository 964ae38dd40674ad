"""A salesperson's day, at the desk and on the phone."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class FollowUpTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seller = cls._create_users()["salesperson"]
        today = get_today()
        late, soon = cls._create_customers(2, user_id=seller.id)
        late.name, soon.name = "Waits long", "Due soon"
        policy = cls._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        for customer in (late, soon):
            cls._create_order(customer, today - timedelta(days=60))
        cls.env["customer.grading.cadence"].create(
            {
                "grade_id": policy.rule_ids.grade_id.id,
                "gap": 10,
                "gap_unit": "days",
                "about": "Its trade",
            }
        )
        cls._activate(policy)
        results = cls.env["customer.grading.result"].search([("policy_id", "=", policy.id)])
        results.date_since = today - timedelta(days=30)
        cls._note_contact(soon, today - timedelta(days=5))
        cls.env["customer.grading.follow.up.engine"]._renew_all()

    @classmethod
    def _note_contact(cls, customer, day):
        """Leave what a done call leaves on a day."""
        cls.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": customer.id,
                "date": f"{day} 12:00:00",
                "subtype_id": cls.env.ref("mail.mt_comment").id,
                "message_type": "notification",
                "body": "Called",
                "mail_activity_type_id": cls.env.ref("mail.mail_activity_data_call").id,
            }
        )


@tagged("post_install", "-at_install")
class TestFollowUpTour(FollowUpTourCase):
    def test_a_salesperson_s_day(self):
        self.start_tour("/odoo", "customer_grading_day", login="grading_salesperson")

    def test_attainment_is_a_picture_over_time_and_a_table_of_months(self):
        customer = self.env["res.partner"].search([("name", "=", "Waits long")])
        result = self._get_results(customer)[customer]
        today = get_today()
        days = {today, today.replace(month=1, day=1)}
        self.env["customer.grading.attainment"].create(
            [
                {
                    "result_id": result.id,
                    "partner_id": customer.id,
                    "dimension_id": result.dimension_id.id,
                    "company_id": self.company.id,
                    "grade_id": result.grade_id.id,
                    "user_id": customer.user_id.id,
                    "date_due": day,
                    "outcome": "in_time" if day == today else "missed",
                }
                for day in days
            ]
        )
        self.start_tour("/odoo", "customer_grading_attainment", login="grading_salesperson")


@tagged("post_install", "-at_install")
class TestFollowUpTourOnAPhone(FollowUpTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_s_day_on_a_phone(self):
        self.start_tour("/odoo", "customer_grading_day_phone", login="grading_salesperson")
