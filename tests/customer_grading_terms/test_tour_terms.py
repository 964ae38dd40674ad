"""A grade is given payment terms, gives them to a customer, and takes them back."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestTermsTour(CustomerGradingCommon, HttpCase):
    def test_a_grade_gives_terms_and_takes_them_back(self):
        users = self._create_users()
        [customer] = self._create_customers(1, user_id=users["salesperson"].id)
        self._create_order(customer, get_today(), 1000)
        policy = self._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1)), ("B", ())]
        )
        self._activate(policy)
        first, second = policy.rule_ids.grade_id.sorted()
        terms = self.env["account.payment.term"].create({"name": "Sixty days of the tour"})
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Grade",
                "res_model": "customer.grade",
                "res_id": first.id,
                "view_mode": "form",
            }
        )
        url = f"/odoo/action-{action.id}/{first.id}"
        self.start_tour(url, "customer_grading_terms_give", login="grading_administrator")
        giver = self.env["customer.grading.terms.giver"]
        giver._give()
        self.assertEqual(customer.property_payment_term_id, terms)
        url = f"/odoo/contacts/{customer.id}"
        self.start_tour(url, "customer_grading_terms_why", login="grading_salesperson")
        result = self._get_results(customer)[customer]
        result.with_user(users["officer"])._set_by_hand(second, "Fell")
        self.assertFalse(customer.property_payment_term_id)
