"""An administrator writes policies in the web client."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestPolicyTours(CustomerGradingCommon, HttpCase):
    def test_a_policy_with_nested_conditions_is_written_by_keyboard_alone(self):
        self.start_tour("/odoo", "customer_grading_write_policy", login="admin")

        policy = self.env["customer.grading.policy"].search(
            [("name", "=", "Account grading")], order="id desc", limit=1
        )
        rule = policy.rule_ids
        self.assertEqual(
            policy.criterion_ids.mapped("name"),
            ["Invoiced revenue", "Number of orders", "Long-term partner?"],
        )
        self.assertRecordValues(
            rule, [{"grade_code": "A", "grade_name": "Key customer", "kind": "all"}]
        )
        revenue, orders, partner = policy.criterion_ids
        self.assertRecordValues(
            rule._get_ordered_lines(),
            [
                self._line(revenue, "ge", 10_000_000),
                self._line(partner, "yes"),
                {**self._line(self.env["customer.grading.criterion"], False), "kind": "any"},
                self._line(orders, "ge", 3, depth=1),
                self._line(partner, "yes", depth=1),
            ],
        )
        group = rule.line_ids.filtered(lambda line: line.kind == "any")
        self.assertEqual(len(group.child_ids), 2)
        self.assertFalse(policy.problems)

    @staticmethod
    def _line(criterion, operator, value=0, depth=0):
        return {
            "kind": "condition",
            "criterion_id": criterion.id,
            "operator": operator,
            "value": value,
            "depth": depth,
        }

    def test_the_bar_of_problems_opens_what_is_to_be_mended(self):
        policy = self._create_policy({}, [], name="Not yet written")
        self.start_tour("/odoo", "customer_grading_mend_problems", login="admin")
        self.assertEqual(policy.rule_ids.grade_id.name, "Key customer")
