"""An administrator who knows no code writes whole grading systems in the form."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


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
            self._create_invoice(customer, get_today(), amount=amount)

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

    def test_nested_facts_of_opportunities_are_written_and_decide(self):
        self.env["crm.lead"].search([]).unlink()
        lead = self._create_lead(self._create_customers(1), get_today(), name="Cartons")

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

        questions = policy.criterion_ids.question_id.grouped("name")
        for name in ("Has paid?", "Real steps taken?"):
            self._answer(questions[name], lead, True, get_today())

        self.assertEqual(self._get_grades(lead, dimension=policy.dimension_id), ["A02"])

    def test_points_of_figures_and_of_what_people_assess_are_written_in_an_empty_form(self):
        """What nobody has assessed yet gives no points; the answers decide at once."""
        today = get_today()
        old, new = self._create_customers(2)
        for customer, amount, months in ((old, 6000, 30), (new, 500, 2)):
            self._create_order(customer, today - timedelta(days=31 * months), amount)
            self._create_invoice(customer, today, amount=amount)

        self.start_tour("/odoo", "customer_grading_three_axes", login="grading_administrator")

        policy = self._find_policy("Influence, value, loyalty")
        question = policy.criterion_ids.question_id
        self.assertEqual(question.choice_ids.mapped("points"), [3, 2, 1])
        great, some, _little = question.choice_ids
        self.assertEqual(self._get_grades(old + new), ["B", "C"])
        self._answer(question, old, some, today)
        self._answer(question, new, great, today)
        self.assertEqual(self._get_grades(old + new), ["A", "B"])
