"""A salesperson reads on the customer's page what moved."""

from odoo.tests import tagged

from ..common import get_today
from ..explanation.test_tour_customer import CustomerTourCase


@tagged("post_install", "-at_install")
class TestNotificationTour(CustomerTourCase):
    def test_a_salesperson_reads_what_moved(self):
        small = self.env["res.partner"].search([("name", "=", "Small Trucks")])
        policy = self.env["customer.grading.policy"].search([("state", "=", "running")])
        policy.notify_by = "digest"
        self._create_invoice(small, get_today(), amount=2000)
        small.with_user(self.users["officer"]).action_regrade()
        self.env["customer.grading.notification"]._note()
        self.start_tour("/odoo", "customer_grading_read_note", login="grading_salesperson")
