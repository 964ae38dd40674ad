"""An administrator writes a policy that looks at what is planned."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestContactTours(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_users()

    def test_urgency_by_the_first_known_of_two_dates_is_written_in_an_empty_form(self):
        """The next activity decides, where there is none the expected closing."""
        self.env["crm.lead"].search([]).unlink()
        today = get_today()
        customer = self._create_customers(1)
        for name, activity, closing in (
            ("Both: the activity counts", 5, 90),
            ("Closing alone", None, 7),
            ("Closing in three weeks", None, 21),
            ("The activity is later than the closing", 60, 3),
        ):
            lead = self._create_lead(
                customer, today, name=name, date_deadline=today + timedelta(days=closing)
            )
            if activity:
                lead.activity_schedule(
                    "mail.mail_activity_data_todo", date_deadline=today + timedelta(days=activity)
                )

        self.start_tour("/odoo", "customer_grading_urgency", login="grading_administrator")

        policy = self.env["customer.grading.policy"].search([("name", "=", "Urgency")])
        [whole] = policy.criterion_ids.filtered(lambda c: c.kind == "first")
        self.assertEqual(len(whole.child_ids), 2)
