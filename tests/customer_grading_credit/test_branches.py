"""A credit limit of a company holds in its branches, and each gets back what stood there."""

from itertools import permutations, product

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from .common import CreditCase


@tagged("post_install", "-at_install")
class TestBranches(CreditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north, cls.south = (
            cls._create_company_with_chart(name, parent=cls.company) for name in ("North", "South")
        )
        cls.companies = cls.company | cls.north | cls.south
        cls.companies.account_use_credit_limit = True
        for user in (cls.seller, cls.users["officer"], cls.director):
            user.company_ids = [Command.set(cls.companies.ids)]

    def _get_all(self, partner):
        return [self._get_credit(partner, company) for company in self.companies]

    def _take_back(self, proposal):
        user = self.director if proposal.decided_limit >= 30_000 else self.users["officer"]
        return proposal.with_user(user).action_take_back()

    def test_a_limit_of_the_company_holds_orders_in_its_branches(self):
        self.grades["A"].credit_hold = "stop"
        self._approve(self.big, decided_limit=10_000)
        self.assertEqual(self._get_all(self.big), [(10_000, True, self.in_60)] * 3)
        vals = {"company": self.north, "confirm": False, "user_id": self.seller.id}
        over, within = (
            self._create_order(self.big, TODAY, amount, **vals).with_user(self.seller)
            for amount in (50_000, 10_000)
        )
        with self.assertRaisesRegex(UserError, "10,000"):
            over.action_confirm()
        within.action_confirm()
        self.assertEqual(within.state, "sale")

    def test_a_branch_with_rules_of_its_own_is_left_alone(self):
        self._create_rule(company_id=self.south.id, step_ids=False)
        before = self._get_credit(self.big, self.south)
        self._approve(self.big)
        self.assertEqual(self._get_credit(self.big, self.north)[0], 50_000)
        self.assertEqual(self._get_credit(self.big, self.south), before)

    def test_taken_back_each_company_has_what_stood_there(self):
        for company, limit in ((self.company, 555), (self.north, 777)):
            self.big.with_company(company).credit_limit = limit
        self.big.with_company(self.north).property_payment_term_id = self.now
        before = self._get_all(self.big)
        proposal = self._approve(self.big)
        self.assertEqual(self._get_all(self.big), [(50_000, True, self.in_60)] * 3)
        self._take_back(proposal)
        self.assertEqual(self._get_all(self.big), before)

    def test_a_newer_limit_gives_the_older_back_in_each_company(self):
        before = self._get_all(self.slow)
        first, second = self._approve(self.slow), self._approve(self.slow, decided_limit=8_000)
        self.assertEqual(self._get_all(self.slow), [(8_000, True, self.in_30)] * 3)
        self._take_back(second)
        self.assertEqual(self._get_all(self.slow), [(5_000, True, self.in_30)] * 3)
        self._take_back(first)
        self.assertEqual(self._get_all(self.slow), before)

    def test_what_a_person_set_in_a_branch_stays_and_is_told(self):
        before = self._get_all(self.slow)
        proposal = self._approve(self.slow)
        self.slow.with_company(self.south).credit_limit = 9_000
        told = self._take_back(proposal)["params"]["message"]
        self.assertRegex(told, "South: .*9,000")
        self.assertNotIn("North", told)
        self.assertEqual(self._get_all(self.slow)[:2], before[:2])
        self.assertEqual(self._get_credit(self.slow, self.south), (9_000, True, before[2][2]))

    def test_what_a_branch_approved_itself_comes_first_in_whatever_order(self):
        """In a branch: its own as long as it is approved, else the company's, else what stood."""
        limits = {self.company: 5_000, self.south: 3_000}
        orders = list(permutations(limits))
        for approved, taken in product(orders, orders):
            with self.subTest(approved=approved, taken=taken), self.cr.savepoint() as savepoint:
                before, standing = self._get_all(self.slow), {}
                for company in approved:
                    vals = {"company_id": company.id, "decided_limit": limits[company]}
                    standing[company] = self._approve(self.slow, **vals)
                    self._check(standing, limits, before)
                for company in taken:
                    self._take_back(standing.pop(company))
                    self._check(standing, limits, before)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_a_branch_renewed_stands_upon_what_the_company_approved(self):
        """Capitals are approved, C by the company, A and then B by a branch; others taken back."""
        limits = {"C": 5_000, "A": 3_000, "B": 2_000}
        for steps in ("CABcba", "ACBcba", "ABCcba", "ABCbca", "ABCbac"):
            with self.subTest(steps=steps), self.cr.savepoint() as savepoint:
                stood, standing = self._get_credit(self.slow, self.south), {}
                for step in steps:
                    if step.islower():
                        self._take_back(standing.pop(step.upper()))
                    else:
                        company = self.company if step == "C" else self.south
                        vals = {"company_id": company.id, "decided_limit": limits[step]}
                        standing[step] = self._approve(self.slow, **vals)
                    deciding = next((one for one in "BAC" if one in standing), None)
                    expected = (limits[deciding], True, self.in_30) if deciding else stood
                    self.assertEqual(self._get_credit(self.slow, self.south), expected)
                savepoint.rollback()
                self.env.invalidate_all()

    def _check(self, standing, limits, before):
        for company, stood in zip(self.companies, before, strict=True):
            deciding = next((one for one in (company, self.company) if one in standing), None)
            expected = (limits[deciding], True, self.in_30) if deciding else stood
            self.assertEqual(self._get_credit(self.slow, company), expected)
