"""An addon adds a measure by inheritance: docs/extending.md, with tests/addons beside it."""

import json
from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CustomerGradingCommon, at


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

    def test_a_policy_file_names_it(self):
        content = {
            "format": 1,
            "key": "collecting",
            "name": "Collecting",
            "dimension": {"code": "value", "grades": [{"code": "A", "name": "Collects"}]},
            "decide_by": "requirements",
            "criteria": [
                {
                    "key": "uncollected",
                    "name": "Orders uncollected",
                    "measure": "uncollected_share",
                    "period": {"last_months": 12},
                }
            ],
            "rules": [{"grade": "A", "all": [{"criterion": "uncollected", "at_most": 10}]}],
        }
        policy = self.env["customer.grading.policy"].load_policy(json.dumps(content), "mine.json")
        self.assertFalse(policy._get_problems())
        self.assertIn("Orders uncollected", policy.reads_as)
