"""An administrator who knows no code crosses two scorecards in a table."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestScorecardsTour(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_users()

    def test_two_scorecards_with_limits_of_a_region_are_crossed_in_a_table(self):
        self._create_grades(self.dimension, "ABC")
        customers = self._create_customers(3)
        customers[0].country_id = self.env.ref("base.be")
        for customer, amount in zip(customers, (1000, 1000, 100), strict=True):
            self._create_order(customer, get_today(), amount=amount)
            self._create_invoice(customer, get_today(), amount=amount)

        self.start_tour("/odoo", "customer_grading_two_scorecards", login="grading_administrator")

        policy = self.env["customer.grading.policy"].search([("name", "=", "Loyalty by ability")])
        self.assertFalse(policy.problems)
        loyalty, ability = policy.criterion_ids.filtered(lambda c: c.kind == "sum")
        self.assertEqual(
            loyalty.child_ids.mapped("name"), ["Number of orders", "Number of invoices"]
        )
        self.assertEqual(ability.child_ids.mapped("name"), ["Invoiced revenue", "Order amount"])
        self.assertEqual(
            [(band.lower, band.level, band.subject_domain != "[]") for band in loyalty.band_ids],
            [(4, "High", True), (0, "Low", True), (6, "High", False), (0, "Low", False)],
        )
        _criteria, rows = policy._read_table()
        self.assertEqual(
            [(row.grade.code, *(cell.level.level for cell in row.cells.values())) for row in rows],
            [
                ("A", "High", "High"),
                ("B", "High", "Low"),
                ("B", "Low", "High"),
                ("C", "Low", "Low"),
            ],
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(customers), ["A", "B", "C"])
