"""An addon adds a measure by inheritance: docs/extending.md, with tests/addons beside it."""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestExampleAddon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = cls.env["ir.module.module"]._installed()
        if "customer_grading_example" not in installed:
            raise AssertionError(
                "Install customer_grading_example of tests/addons, as ./run test does."
            )
        cls.customers = cls._create_customers(5)
        cls.collects, cls.half, cls.leaves, cls.waits, cls.undated = cls.customers

    @classmethod
    def _promise(cls, customer, promised, delivered=0):
        order = cls._create_order(customer, date(2026, 6, 1), commitment_date=promised)
        order.order_line.qty_delivered = delivered
        return order

    def setUp(self):
        super().setUp()
        past = datetime(2026, 7, 1, 12)
        self._promise(self.collects, past, delivered=1)
        self._promise(self.half, past, delivered=1)
        self._promise(self.half, past)
        self._promise(self.leaves, past)
        self._promise(self.leaves, datetime(2025, 11, 20, 12), delivered=1)  # out of the year
        self._promise(self.waits, datetime(2026, 11, 20, 12))  # today: it may still come
        self._promise(self.undated, False)

    def test_its_measure_grades(self):
        policy = self._create_policy(
            {"uncollected": {"measure": "uncollected_share"}},
            [("A", ("uncollected", "le", 0)), ("B", ("uncollected", "le", 50)), ("C", ())],
        )
        with freeze_time(at(TODAY)):
            self._activate(policy)
            codes = self._get_grades(self.customers)
            self.assertEqual(codes, ["A", "B", "C", "C", "C"])
            values = self._measure_all(self.customers, policy=policy)
            self.assertEqual(values["uncollected"], [0, 50, 100, None, None])
            self.half.action_regrade()  # reads its orders only
            self.assertEqual(self._get_grades(self.half), ["B"])

    def test_its_policy_stands_in_the_library(self):
        policy = self.env["customer.grading.policy"]._load_file("goods_left")
        self.assertFalse(policy._get_problems())
        self.assertTrue(policy.calls_fallen)
        self.assertIn("Goods left", policy.reads_as)
        self.assertIn("called within three days", policy.reads_as)

    def test_its_option_names_what_it_lacks(self):
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 500)), ("B", ())],
            calls_fallen=True,
        )
        [problem] = policy._get_problems()
        self.assertIn("add the criterion", problem["message"])

    def test_who_falls_is_called(self):
        policy = self.env["customer.grading.policy"]._load_file("goods_left")
        policy.stop_percent = 0  # of five customers one is many
        with freeze_time(at(TODAY)):
            self._activate(policy)
            policy.calls_fallen = False  # may be changed while it is in force
            policy.calls_fallen = True
            self.assertFalse(self.customers.activity_ids)
            self._promise(self.collects, datetime(2026, 8, 1, 12))
        with freeze_time(at(date(2026, 11, 21))):
            self._run(policy)
        self.assertEqual(self._get_grades(self.collects), ["B"])
        [call] = self.customers.activity_ids
        self.assertEqual((call.res_id, call.date_deadline), (self.collects.id, date(2026, 11, 24)))

    def test_who_decides_sees_the_goods_that_wait(self):
        policy = self.env["customer.grading.policy"]._load_file("goods_left")
        with freeze_time(at(TODAY)):
            self._activate(policy)
            change = self.env["customer.grading.change"].search(
                [("partner_id", "=", self.leaves.id)]
            )
            officer = self._create_users()["officer"]
            [page] = change.with_user(officer).review
        block = page["blocks"][-1]
        self.assertEqual(block["title"], "Goods that wait")
        self.assertEqual(len(block["rows"]), 1)
