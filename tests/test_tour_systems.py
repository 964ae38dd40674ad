"""An administrator who knows no code writes whole grading systems in the form."""

from odoo.fields import Date
from odoo.tests import HttpCase, tagged

from .common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestSystemTours(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_users()

    def _find_policy(self, name):
        return self.env["customer.grading.policy"].search([("name", "=", name)])

    def test_grades_by_share_of_sales_are_written_read_back_tried_on_and_activated(self):
        customers = self._create_customers(5)
        for customer, amount in zip(customers, (500, 250, 150, 60, 40), strict=True):
            self._create_invoice(customer, Date.today(), amount=amount)

        self.start_tour("/odoo", "customer_grading_sales_share", login="grading_administrator")

        policy = self._find_policy("Share of sales")
        self.assertRecordValues(policy, [{"state": "running", "decide_by": "rank"}])
        self.assertRecordValues(
            policy.criterion_ids,
            [{"name": "Invoiced revenue", "band_by": "share", "period": "trailing"}],
        )
        first, second = policy.criterion_ids.band_ids
        self.assertRecordValues(
            first + second,
            [{"lower": 70, "level": "First 70 %"}, {"lower": 90, "level": "Up to 90 %"}],
        )
        self.assertRecordValues(
            policy.rule_ids.line_ids,
            [
                {"operator": "level_is", "level_id": first.id},
                {"operator": "level_is", "level_id": second.id},
            ],
        )
        self.assertEqual(self._get_grades(customers), ["A", "A", "B", "C", "C"])

    def test_two_scorecards_with_limits_of_a_region_are_crossed_in_a_table(self):
        self._create_grades(self.dimension, "ABC")
        customers = self._create_customers(3)
        customers[0].country_id = self.env.ref("base.be")
        for customer, amount in zip(customers, (1000, 1000, 100), strict=True):
            self._create_order(customer, Date.today(), amount=amount)
            self._create_invoice(customer, Date.today(), amount=amount)

        self.start_tour("/odoo", "customer_grading_two_scorecards", login="grading_administrator")

        policy = self._find_policy("Loyalty by ability")
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

    def test_nested_facts_of_opportunities_are_written_answered_and_regraded(self):
        administrator = self.env["res.users"].search([("login", "=", "grading_administrator")])
        self.env["crm.lead"].search([]).unlink()
        lead = self._create_lead(
            self._create_customers(1), Date.today(), name="Cartons", user_id=administrator.id
        )

        self.start_tour("/odoo", "customer_grading_nested_facts", login="grading_administrator")

        policy = self._find_policy("Sales process")
        self.assertRecordValues(policy, [{"state": "running", "subject": "lead"}])
        self.assertEqual(set(policy.criterion_ids.question_id.mapped("subject")), {"lead"})
        deal, rest = policy.rule_ids
        self.assertEqual(deal.kind, "any")
        self.assertFalse(rest.line_ids)
        self.assertEqual(
            [
                (line.depth, line.criterion_id.name or line.kind)
                for line in deal._get_ordered_lines()
            ],
            [
                (0, "Agreement signed?"),
                (0, "all"),
                (1, "Has paid?"),
                (1, "at_least"),
                (2, "Confirmed by word?"),
                (2, "Real steps taken?"),
            ],
        )

        self.start_tour(
            f"/odoo/crm/{lead.id}", "customer_grading_fill_checklist", login="grading_administrator"
        )

        self.assertEqual(self._get_grades(lead, dimension=policy.dimension_id), ["A02"])
