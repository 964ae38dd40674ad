"""A salesperson says who referred an opportunity, wins it, and thanks the referrer."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class ReferralTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_users()["salesperson"]
        cls.referrer, cls.customer = cls._create_customers(2, user_id=cls.seller.id)
        cls.referrer.name, cls.customer.name = "Old Wang", "Zhao Transport"
        cls._create_order(cls.referrer, get_today())
        policy = cls._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        cls._activate(policy)  # before that, salespeople have no menu
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Two trucks",
                "type": "opportunity",
                "partner_id": cls.customer.id,
                "user_id": cls.seller.id,
                "referred": "Mr Wang",
            }
        )

    def _check_thanked(self):
        referral = self.env["customer.grading.referral"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertRecordValues(
            referral,
            [
                {
                    "referrer_id": self.referrer.id,
                    "date_success": get_today(),
                    "thanks": "thanked",
                    "date_thanked": get_today(),
                    "how": "A call",
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestReferralTour(ReferralTourCase):
    def test_from_referral_to_thanks(self):
        url = f"/odoo/crm.lead/{self.lead.id}"
        self.start_tour(url, "customer_grading_referral_thanks", login="grading_salesperson")
        self._check_thanked()


@tagged("post_install", "-at_install")
class TestReferralTourOnAPhone(ReferralTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_thanks_on_a_phone(self):
        self.lead.grading_referrer_id = self.referrer
        self.lead.action_set_won()
        url = "/odoo/referral-thanks"
        self.start_tour(url, "customer_grading_referral_thanks_phone", login="grading_salesperson")
        self._check_thanked()
