"""From a proposal over two steps to the limit, and an order over it from held to confirmed."""

from odoo.tests import HttpCase, tagged

from ..common import get_today
from .common import CreditCommon


class CreditTourCase(CreditCommon, HttpCase):
    today = get_today()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grades["A"].credit_hold = "stop"

    def _start(self, name, login, url="/odoo"):
        self.start_tour(url, f"customer_grading_credit_{name}", login=f"grading_{login}")

    def _create_quotation(self):
        order = self._create_order(
            self.big, get_today(), 60_000, confirm=False, user_id=self.seller.id
        )
        return order, f"/odoo/sales/{order.id}"


@tagged("post_install", "-at_install")
class TestCreditTour(CreditTourCase):
    def test_from_a_proposal_to_a_released_order(self):
        proposal = self._propose(self.big)
        self._start("propose", "officer")
        self._start("approve", "officer")
        self._start("approve", "director")
        self.assertEqual(self._get_credit(self.big), (40_000, True, self.in_60))
        self.assertEqual(proposal.state, "approved")
        order, url = self._create_quotation()
        self._start("held", "salesperson", url)
        self._start("release", "officer")
        self._start("confirm", "salesperson", url)
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestCreditTourOnAPhone(CreditTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_credit_manager_releases_on_a_phone(self):
        self.big.with_company(self.company).credit_limit = 100
        order, _url = self._create_quotation()
        release = order.with_user(self.seller)._ask_credit_release("They are paid on Monday")
        self._start("release_phone", "officer")
        self.assertEqual(release.state, "released")
