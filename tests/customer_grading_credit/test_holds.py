"""Orders that are held for credit, on every road to a confirmed order."""

import json
from datetime import timedelta

from odoo.addons.customer_grading_credit import uninstall_hook
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from ..run.test_query_counts import QueryCountCommon
from .common import CreditCase

# A picture of one pixel.
SIGNATURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    b"gg=="
)


class HoldCommon(CreditCase):
    """Grade A stops over a limit of 1,000; grade B warns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big.with_company(cls.company).credit_limit = 1_000
        cls.grades["A"].credit_hold = "stop"
        cls.grades["B"].credit_hold = "warning"

    def _create_quotation(self, partner=None, amount=2_000, **vals):
        vals = {"user_id": self.seller.id, **vals}
        order = self._create_order(partner or self.big, TODAY, amount, confirm=False, **vals)
        return order.with_user(self.seller)

    def _release(self, order):
        release = order._ask_credit_release("A good one")
        release.with_user(self.users["officer"]).action_release()
        return release


@tagged("post_install", "-at_install")
class TestHolds(HoldCommon):
    def test_an_order_over_the_limit_is_held_and_released_once(self):
        order = self._create_quotation()
        self.assertEqual(order.credit_hold, "stop")
        # Why, Odoo's own banner says.
        self.assertEqual(order.credit_hold_text, "Held until a credit manager releases it.")
        with self.assertRaisesRegex(UserError, "1,000.00"):
            order.action_confirm()
        release = order._ask_credit_release("A good one")
        manager = release.with_user(self.users["officer"])
        self.assertEqual(manager.exposure, 2_000)
        self.assertIn(self.users["officer"], release.activity_ids.user_id)
        with self.assertRaises(UserError):
            order._ask_credit_release("Once more")
        with self.assertRaises(AccessError):
            release.with_user(self.seller).action_release()
        manager.action_release()
        self.assertFalse(release.activity_ids)
        self.assertIn(self.seller.partner_id, order.sudo().message_ids.notified_partner_ids)
        order.action_confirm()
        self.assertEqual((order.state, release.state), ("sale", "used"))
        order._action_cancel()
        order.action_draft()
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_an_order_within_the_limit_passes(self):
        order = self._create_quotation(amount=1_000)
        self.assertFalse(order.credit_hold)
        order.action_confirm()
        self.assertEqual(self._create_quotation(amount=0.01).credit_hold, "stop")

    def test_a_later_increase_asks_again(self):
        order = self._create_quotation()
        self._release(order)
        order.order_line.price_unit = 2_001
        with self.assertRaises(UserError):
            order.action_confirm()
        order.order_line.price_unit = 2_000
        order.action_confirm()
        with self.assertRaises(UserError), self.cr.savepoint():
            order.order_line.price_unit = 2_500
        with self.assertRaises(UserError), self.cr.savepoint():
            order.write({"order_line": [Command.create({"product_id": self.product.id})]})
        order.invalidate_recordset()
        order.order_line.price_unit = 1_900
        order.write(
            {"order_line": [Command.create({"display_type": "line_note", "name": "By lorry"})]}
        )

    def test_declined_with_a_reason_stays_held(self):
        order = self._create_quotation()
        release = order._ask_credit_release("A good one")
        release.with_user(self.users["officer"])._decline("Wait for July")
        self.assertEqual((release.state, release.refusal), ("declined", "Wait for July"))
        with self.assertRaises(UserError):
            order.action_confirm()
        self.assertTrue(order._ask_credit_release("Paid by now"))

    def test_overdue_items_stop_and_warn_after_so_many_days(self):
        order = self._create_quotation(self.slow, 1)
        self.assertEqual(order.credit_hold, "warning")
        self.assertIn("24,000.00 overdue", order.credit_hold_text)
        order.action_confirm()
        grade = self.grades["B"]
        grade.credit_hold = "stop"
        order = self._create_quotation(self.slow, 1)
        with self.assertRaisesRegex(UserError, "overdue"):
            order.action_confirm()
        grade.overdue_days = 142  # due on 1 July, 142 days ago
        order.invalidate_recordset()
        self.assertFalse(order.credit_hold)
        order.action_confirm()

    def test_a_warning_leaves_the_limit_to_odoo(self):
        self.grades["A"].credit_hold = "warning"
        order = self._create_quotation()
        self.assertEqual(order.credit_hold, "warning")
        self.assertFalse(order.credit_hold_text)
        self.assertIn("1,000.00", order.partner_credit_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_without_credit_limits_only_what_is_overdue_counts(self):
        self.company.account_use_credit_limit = False
        self._create_quotation().action_confirm()

    def test_figures_are_for_who_may_see_them(self):
        self.big.user_id = self.users["officer"]
        order = self._create_quotation()
        with self.assertRaises(UserError) as caught:
            order.action_confirm()
        self.assertNotIn("1,000", str(caught.exception))
        self.assertNotIn("1,000", order.credit_hold_text)
        release = order._ask_credit_release("A good one").with_user(self.seller)
        self.assertEqual(release.why, "Over the credit limit")
        with self.assertRaises(AccessError):
            release.read(["exposure"])

    def test_credit_managers_confirm_and_it_is_noted(self):
        order = self._create_quotation().with_user(self.users["officer"])
        order.action_confirm()
        self.assertIn("let pass by grading_officer", order.message_ids[0].body)
        group = self.env["res.groups"].create({"name": "Credit managers"})
        self.rule.release_group_id = group
        with self.assertRaises(UserError):
            self._create_quotation().with_user(self.users["officer"]).action_confirm()
        self.director.group_ids = [Command.link(group.id)]
        release = self._create_quotation()._ask_credit_release("A good one")
        release.with_user(self.director).action_release()
        self.assertEqual(release.state, "released")

    def test_bulk_import_and_rpc_meet_the_stop_too(self):
        good, held = self._create_quotation(amount=600), self._create_quotation(amount=600)
        with self.assertRaisesRegex(UserError, held.name):
            (good | held).action_confirm()
        with self.assertRaises(UserError):
            self._create_quotation().write({"state": "sale"})
        line = {"product_id": self.product.id, "price_unit": 5_000, "tax_ids": False}
        vals = {"partner_id": self.big.id, "order_line": [Command.create(line)]}
        with self.assertRaises(UserError), self.cr.savepoint():
            held.create({**vals, "state": "sale"})
        fields = ["partner_id/.id", "state", "order_line/product_id/.id", "order_line/price_unit"]
        row = [str(self.big.id), "sale", str(self.product.id), "5000"]
        result = held.with_context(import_file=True).load(fields, [row])
        self.assertFalse(result["ids"])
        self.assertIn("credit limit", result["messages"][0]["message"])

    def test_a_signed_order_stays_a_quotation_and_the_team_is_told(self):
        order = self._create_quotation()
        order.sudo().write({"signed_by": "Buyer", "signature": SIGNATURE})
        as_customer = order.with_user(self.env.ref("base.public_user")).sudo()
        as_customer._validate_order()
        self.assertEqual(order.state, "draft")
        release = order.sudo().credit_release_ids
        self.assertRecordValues(release, [{"state": "asked", "amount": 2_000}])
        self.assertIn(self.users["officer"], release.activity_ids.user_id)
        self.assertIn("held for credit", order.sudo().message_ids[0].body)
        as_customer._validate_order()
        self.assertEqual(len(order.sudo().credit_release_ids), 1)
        release.with_user(self.users["officer"]).action_release()
        as_customer._validate_order()
        self.assertEqual(order.state, "sale")

    def test_paid_online_adds_no_debt_and_overdue_items_still_hold(self):
        order = self._create_quotation()
        self._pay_online(order)
        self.assertEqual(order.state, "sale")
        self.grades["B"].credit_hold = "stop"
        order = self._create_quotation(self.slow)
        self._pay_online(order)
        self.assertEqual(order.state, "draft")
        self.assertTrue(order.sudo().credit_release_ids)

    def _pay_online(self, order):
        provider = self.env["payment.provider"].create(
            {"name": "Pay", "company_id": self.company.id}
        )
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": order.name,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
                "state": "done",
            }
        )
        customer = self.env.ref("base.public_user")
        transaction.with_user(customer).sudo()._check_amount_and_confirm_order()

    def test_a_branch_goes_by_its_parents_grade_and_rules(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        branch.account_use_credit_limit = True
        self.seller.company_ids += branch
        self.big.with_company(branch).credit_limit = 10
        order = self._create_quotation(company=branch).with_company(branch)
        with self.assertRaises(UserError):
            order.action_confirm()
        self.assertEqual(self.rule._find(branch), self.rule)

    def test_another_company_holds_nothing(self):
        other = self._create_company_with_chart("Elsewhere")
        other.account_use_credit_limit = True
        self.big.with_company(other).credit_limit = 1
        order = self._create_order(self.big, TODAY, 500, company=other, confirm=False)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_holds_come_with_policy_files_and_go_back_into_them(self):
        content = self.policy._export_policy()
        content["dimension"] |= {"code": "care", "name": "Care"}
        grades = content["dimension"]["grades"]
        self.assertEqual([grade.get("credit_hold") for grade in grades], ["stop", "warning", None])
        grades[2] |= {"credit_hold": "stop", "overdue_days": 30}
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "care.json")
        last = draft.rule_ids.grade_id.sorted()[2]
        self.assertEqual((last.credit_hold, last.overdue_days), ("stop", 30))
        draft.file_form = False
        self.assertEqual(draft._export_policy()["dimension"]["grades"], grades)

    def test_uninstalled_it_leaves_no_activity_and_no_rule(self):
        self._create_quotation()._ask_credit_release("A good one")
        kind = self.env.ref("customer_grading_credit.mail_activity_type_credit")
        activities = self.env["mail.activity"].search([("activity_type_id", "=", kind.id)])
        self.assertTrue(activities)
        uninstall_hook(self.env)
        self.assertFalse(activities.exists() or self.rule.exists())


@tagged("post_install", "-at_install")
class TestHoldQueries(QueryCountCommon, CreditCase):
    def _count_confirming(self):
        partner = self._create_customers(1, user_id=self.seller.id)
        order = self._create_order(partner, TODAY, 10, confirm=False)
        return self._count(order.with_user(self.seller).action_confirm)

    def test_confirming_takes_no_query_more_without_holds_and_one_with(self):
        self._count_confirming()
        without = self._count_confirming()
        order = self._create_order(self.slow, TODAY - timedelta(days=1), 10, confirm=False)
        with self._queries() as queries:
            order.action_confirm()
        self.assertFalse([query for query in queries if "customer_grad" in query])
        self.grades["A"].credit_hold = "stop"
        self._count_confirming()  # fills the cache once
        self.assertLessEqual(self._count_confirming(), without + 1)
