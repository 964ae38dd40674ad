"""What people approved for one customer stays, whatever the grade gives to all."""

from odoo.tests import tagged

from .common import CreditTermsCase


@tagged("post_install", "-at_install")
class TestCreditBeforeTerms(CreditTermsCase):
    def test_what_was_approved_stays_and_others_get_what_the_grade_gives(self):
        self._approve(self.slow)
        self._give()
        self.assertEqual(self._get_credit(self.slow), (5_000, True, self.in_30))
        self.assertEqual(
            self._get_ledger(self.slow), {"credit_limit": "kept", "payment_term": "kept"}
        )
        self.assertEqual(self._get_credit(self.big)[0::2], (7_000, self.now))
        self.assertEqual(
            self._get_ledger(self.big), {"credit_limit": "given", "payment_term": "given"}
        )

    def test_a_limit_approved_without_a_term_leaves_the_term_to_the_grade(self):
        proposal = self._propose(self.slow)
        proposal.decided_term_id = False
        proposal.action_ask()
        proposal.with_user(self.users["officer"]).action_approve()
        self._give()
        self.assertEqual(self._get_credit(self.slow), (5_000, True, self.now))

    def test_what_is_approved_later_stays_with_the_next_grade(self):
        self._give()
        self._approve(self.slow, decided_limit=9_000)
        result = self._get_results(self.slow, self.credit)[self.slow]
        result.with_user(self.users["officer"])._set_by_hand(self.grades["A"], "A new owner")
        self._give()
        self.assertEqual(self._get_credit(self.slow), (9_000, True, self.in_30))

    def test_what_is_taken_back_leaves_room_for_what_the_grade_gives(self):
        self._approve(self.slow).with_user(self.users["officer"]).action_take_back()
        self._give()
        self.assertEqual(self._get_credit(self.slow)[0::2], (7_000, self.now))
