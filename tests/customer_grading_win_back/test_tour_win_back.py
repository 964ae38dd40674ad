"""A salesperson loses an opportunity, finds that it was a false loss, and wins it back."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class WinBackTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_users()["salesperson"]
        cls.company.customer_grading_second_days = 0
        Reason = cls.env["crm.lost.reason"]
        cls.price = Reason.create({"name": "Price", "grading_todo": "Offer a lease"})
        cls.reason = Reason.create({"name": "Too dear", "grading_parent_id": cls.price.id})
        cls.env["customer.grading.rival"].create(
            {"name": "Northern", "product_ids": [Command.create({"name": "N9"})]}
        )
        cls.customer = cls._create_customers(1, user_id=cls.seller.id)
        cls.lead = cls._create_lead(
            cls.customer, get_today(), name="Ten trucks", user_id=cls.seller.id
        )


@tagged("post_install", "-at_install")
class TestWinBackTour(WinBackTourCase):
    def test_lost_second_follow_up_reopened_won_back(self):
        self.start_tour(
            f"/odoo/crm.lead/{self.lead.id}",
            "customer_grading_win_back",
            login="grading_salesperson",
        )
        loss = self.env["customer.grading.loss"].search([("lead_id", "=", self.lead.id)])
        self.assertRecordValues(
            loss,
            [
                {
                    "state": "false",
                    "outcome": "won",
                    "reason_id": self.reason.id,
                    "verdict_by_id": self.seller.id,
                    "date_won": get_today(),
                }
            ],
        )
        self.assertEqual(loss.rival_product_id.name, "N9")


@tagged("post_install", "-at_install")
class TestWinBackTourOnAPhone(WinBackTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_still_lost_on_a_phone(self):
        self.lead.with_user(self.seller).action_set_lost(lost_reason_id=self.reason.id)
        self.start_tour("/odoo", "customer_grading_win_back_phone", login="grading_salesperson")
        loss = self.env["customer.grading.loss"].search([("lead_id", "=", self.lead.id)])
        self.assertRecordValues(loss, [{"state": "lost", "outcome": "closed"}])
