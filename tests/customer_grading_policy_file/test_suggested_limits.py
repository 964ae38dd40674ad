"""A ready-made policy takes its limits from the figures of the company that starts with it."""

from datetime import date

from freezegun import freeze_time

from odoo.addons.customer_grading_policy_file.tools import round_numbers
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at

SPRING = date(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestSuggestedLimits(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Wizard = cls.env["customer.grading.new.policy"]

    def _start(self, start):
        """Return the draft of a start, and what is told of it."""
        with freeze_time(at(TODAY)):
            action = self.Wizard.create({"name": start, "start": start}).action_create()
        told = action.get("params", {})
        action = told.get("next", action)
        return self.env[action["res_model"]].browse(action["res_id"]), told.get("message", "")

    def _create_company_of(self, amounts):
        """Return customers, each with an invoice of one of the amounts, not due yet."""
        customers = self._create_customers(len(amounts))
        with freeze_time(at(SPRING)):
            moves = self.env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": customer.id,
                        "invoice_date": SPRING,
                        "invoice_date_due": date(2026, 12, 31),
                        "invoice_payment_term_id": False,
                        "invoice_line_ids": [
                            (0, 0, {"name": "Truck", "price_unit": amount, "tax_ids": False})
                        ],
                    }
                    for customer, amount in zip(customers, amounts, strict=True)
                ]
            )
            moves.action_post()
        return customers

    def _count(self, policy, customers):
        with freeze_time(at(TODAY)):
            self._activate(policy)
        grades = self._get_grades(customers)
        return [grades.count(code) for code in "ABCD"]

    def _assert_about(self, counts, wanted=(10, 20, 40, 30), most=4):
        for count, share in zip(counts, wanted, strict=True):
            self.assertLessEqual(abs(count - share), most, counts)

    def test_requirements_fit_a_hundred_customers_of_any_size(self):
        amounts = [
            ("even", [700 * number for number in range(1, 101)]),
            ("steep", [3 * 1.12**number for number in range(100)]),
        ]
        for name, figures in amounts:
            with self.subTest(name), self.cr.savepoint() as savepoint:
                customers = self._create_company_of(figures)
                policy, told = self._start("requirements")
                self.assertIn("100 customers", told)
                self.assertFalse(policy._get_problems())
                limits = policy.rule_ids.line_ids.filtered(
                    lambda c: c.criterion_id.key == "revenue"
                )
                for limit in limits.mapped("value"):
                    digits = f"{limit:.4f}".rstrip("0").rstrip(".").replace(".", "").strip("0")
                    self.assertLessEqual(len(digits), 2, limit)
                self.assertFalse(policy._export_policy().keys() & {"suggest_percent"})
                self._assert_about(self._count(policy, customers))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_points_fit_a_hundred_customers(self):
        customers = self._create_company_of([700 * number for number in range(1, 101)])
        policy, _told = self._start("points")
        starts = policy.criterion_ids.filtered(lambda c: c.key == "revenue").band_ids
        self.assertEqual(starts.mapped("lower"), [64_000, 50_000, 36_000, 20_000])
        self._assert_about(self._count(policy, customers))

    def test_what_nobody_has_figures_for_is_left_out(self):
        """Whoever writes invoices without orders has no first order, and no number of them."""
        self._create_company_of([100 * number for number in range(1, 21)])
        policy, _told = self._start("requirements")
        first = policy.rule_ids[0]._get_ordered_lines()
        self.assertEqual(first.criterion_id.mapped("key"), ["revenue", "late"])

    def test_what_stands_beside_the_revenue_narrows_who_is_counted(self):
        customers = self._create_company_of([100 * number for number in range(1, 21)])
        for customer in customers[:10]:  # those of least revenue
            for _each in range(3):
                self._create_order(customer, date(2025, 1, 1))
                self._create_order(customer, SPRING)
        policy, _told = self._start("requirements")
        first = policy.rule_ids[0]._get_ordered_lines()
        asked = dict(zip(first.criterion_id.mapped("key"), first.mapped("value"), strict=True))
        self.assertEqual(asked, {"revenue": 900, "orders": 3, "late": 0})
        with freeze_time(at(TODAY)):
            self._activate(policy)
        self.assertEqual(self._get_grades(customers[:10]).count("A"), 2)

    def test_an_empty_company_keeps_the_figures_of_the_file_and_says_so(self):
        policy, told = self._start("requirements")
        self.assertFalse(told)
        self.assertEqual(policy.rule_ids.line_ids.mapped("value")[0], 100_000)
        self.assertIn("Suggest limits", policy._get_problems()[0]["message"])
        policy._check_complete()
        with self.assertRaisesRegex(UserError, "no figures yet"):
            policy.action_suggest_limits()

        policy.rule_ids[1].line_ids.value = 30_000  # somebody knows better
        self._create_company_of([100 * number for number in range(1, 21)])
        with freeze_time(at(TODAY)):
            policy.action_suggest_limits()
        values = [rule.line_ids[:1].value for rule in policy.rule_ids]
        self.assertEqual(values[:2], [1_900, 30_000])
        self.assertFalse(policy._get_problems())

    def test_a_file_keeps_its_shares_until_they_were_used(self):
        Policy = self.env["customer.grading.policy"]
        content = Policy._load_file("points_a_d")._export_policy()
        self.assertEqual(content["rules"][0]["all"][0]["suggest_percent"], 10)
        self._create_company_of([100 * number for number in range(1, 21)])
        policy, _told = self._start("points")
        self.assertNotIn("suggest_percent", str(policy._export_policy()))

    def test_round_numbers_are_those_that_people_write(self):
        roundest, rounder, all_of_them = round_numbers.get_round_numbers("amount", 900, 2_600)
        self.assertEqual(roundest, [1_000, 2_000])
        self.assertEqual(rounder, [1_000, 1_200, 1_500, 2_000, 2_500])
        self.assertEqual(all_of_them[:3], [900, 910, 920])
        self.assertEqual(round_numbers.get_round_numbers("points", 41, 47)[1], [45])
        self.assertEqual(round_numbers.get_round_numbers("months", 10, 20)[0], [12])
