"""Approved credit of customers that are merged, and of an addon that is removed."""

from odoo.addons.customer_grading_credit import uninstall_hook
from odoo.tests import tagged

from .common import CreditCase

REMOVED = "customer_grading_credit.removed"


@tagged("post_install", "-at_install")
class TestMerged(CreditCase):
    def _merge(self, sources, target):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((sources | target).ids, target, extra_checks=False)
        self.env.invalidate_all()

    def test_credit_of_who_goes_is_that_of_who_stays(self):
        [twin] = self._create_customers(1, user_id=self.seller.id)
        before = self._get_credit(self.big)
        done = self._approve(twin, decided_limit=6_000)
        self._merge(twin, self.big)
        self.assertEqual((done.partner_id, done.state), (self.big, "approved"))
        self.assertEqual(self._get_credit(self.big)[0], 6_000)
        done.with_user(self.users["officer"]).action_take_back()
        self.assertEqual(self._get_credit(self.big), before)

    def test_who_stays_keeps_its_own_credit(self):
        [twin] = self._create_customers(1, user_id=self.seller.id)
        before = self._get_credit(self.slow)
        gone, kept = self._approve(twin, decided_limit=6_000), self._approve(self.slow)
        self._merge(twin, self.slow)
        self.assertEqual((gone.state, kept.state), ("replaced", "approved"))
        self.assertEqual(self._get_credit(self.slow)[0], 5_000)
        kept.with_user(self.users["officer"]).action_take_back()
        self.assertEqual(self._get_credit(self.slow), before)
        self.assertEqual(gone.state, "replaced")

    def test_of_two_who_go_that_counts_which_odoo_keeps(self):
        twins = self._create_customers(2, user_id=self.seller.id)
        for first, second in (twins, reversed(twins)):
            with self.subTest(first=first), self.cr.savepoint() as savepoint:
                done = self._approve(first, decided_limit=6_000)
                done |= self._approve(second, decided_limit=8_000)
                self._merge(twins, self.big)
                left = done.filtered(lambda one: one.state == "approved")
                self.assertEqual(len(left), 1)
                self.assertEqual(self._get_credit(self.big)[0], left.decided_limit)
                savepoint.rollback()
                self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRemoved(CreditCase):
    def _remove(self, chosen):
        self.env["ir.config_parameter"].set_param(REMOVED, chosen)
        uninstall_hook(self.env)

    def test_what_stood_before_comes_back_in_a_branch_that_is_archived(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        for user in (self.seller, self.users["officer"]):
            user.company_ids += branch
        before = self._get_credit(self.slow, branch)
        for company, limit in ((branch, 3_000), (self.company, 5_000)):
            self._approve(self.slow, company_id=company.id, decided_limit=limit)
        branch.active = False
        self._remove("give_back")
        self.assertEqual(self._get_credit(self.slow, branch), before)

    def test_customers_keep_what_was_approved_or_what_stood_before_comes_back(self):
        before = [self._get_credit(partner) for partner in (self.big, self.slow)]
        self._approve(self.big)
        self._approve(self.slow)
        self._approve(self.slow, decided_limit=8_000)
        self._remove("keep")
        self.assertEqual(self._get_credit(self.big), (50_000, True, self.in_60))
        self.assertEqual(self._get_credit(self.slow), (8_000, True, self.in_30))
        self._remove("give_back")
        self.assertEqual([self._get_credit(one) for one in (self.big, self.slow)], before)
        self.assertFalse(self.env["ir.config_parameter"].get_param(REMOVED))

    def test_what_a_person_set_since_stays(self):
        self._approve(self.slow)
        self.slow.with_company(self.company).credit_limit = 9_000
        self._remove("give_back")
        self.assertEqual(self._get_credit(self.slow)[0], 9_000)

    def test_it_is_chosen_in_the_settings(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.customer_grading_credit_removed, "keep")
        settings.customer_grading_credit_removed = "give_back"
        settings.execute()
        self.assertEqual(self.env["ir.config_parameter"].get_param(REMOVED), "give_back")
