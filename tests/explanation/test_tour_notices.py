"""A salesperson reads why a customer has its grade, and what comes next."""

from odoo.tests import tagged

from ..common import get_today
from .test_tour_customer import CustomerTourCase


@tagged("post_install", "-at_install")
class TestNoticesTour(CustomerTourCase):
    def test_a_salesperson_reads_why_and_what_next(self):
        small = self.env["res.partner"].search([("name", "=", "Small Trucks")])
        self._create_invoice(small, get_today(), amount=2000)
        small.with_user(self.users["officer"]).action_regrade()
        result = self._get_results(small)[small]
        result.with_user(self.users["salesperson"])._propose(
            self.dimension._find_grade("A"), "New plant from March"
        )
        self.start_tour("/odoo", "customer_grading_read_why", login="grading_salesperson")

    def test_a_refused_proposal_reaches_who_made_it(self):
        for tour, role in (
            ("propose", "salesperson"),
            ("refuse", "officer"),
            ("read_refusal", "salesperson"),
        ):
            self.start_tour("/odoo", f"customer_grading_{tour}", login=f"grading_{role}")
        author = self.users["salesperson"].partner_id
        told = self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", author.ids)]
        )
        self.assertIn("Not before March", told[:1].body)

    def test_an_alternative_that_failed_is_grey_where_another_held(self):
        either = ("any", ("Revenue", "ge", 1000), ("Revenue", "ge", 900_000))
        policy = self._create_policy(
            {"Revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("all", either))],
            dimension=self._create_dimension("either"),
        )
        self._activate(policy)
        self.start_tour("/odoo", "customer_grading_aside", login="grading_officer")
