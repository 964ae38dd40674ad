"""A salesperson prints three papers of a customer."""

from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestPaperTour(CustomerGradingCommon, HttpCase):
    def test_a_salesperson_prints_three_papers(self):
        seller = self._create_users()["salesperson"]
        [customer] = self._create_customers(1, name="To be printed", user_id=seller.id)
        self._create_order(customer, get_today())
        policy = self._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        self._activate(policy)
        Report = self.env.registry["ir.actions.report"]
        printed, render = [], Report._render_qweb_pdf

        def note(report, name, res_ids=None, data=None):
            printed.append((name.partition(".")[2], res_ids))
            return render(report, name, res_ids=res_ids, data=data)

        with patch.object(Report, "_render_qweb_pdf", note):
            url = f"/odoo/contacts/{customer.id}"
            self.start_tour(url, "customer_grading_paper_print", login="grading_salesperson")
        papers = ("report_grade_sheet", "report_customer_card", "report_follow_up_record")
        self.assertEqual(printed, [(name, customer.ids) for name in papers])
