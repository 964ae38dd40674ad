"""Two people approve in two steps; a meeting decides over a spreadsheet."""

import base64
import io

import openpyxl

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import TODAY, CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestDecisionTours(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = (
            "sales_team.group_sale_salesman_all_leads,base.group_allow_export,"
            "customer_grading.customer_grading_group_officer"
        )
        cls.chen, cls.wang = (
            new_test_user(cls.env, login, groups, name=name, tz="UTC")
            for login, name in (("grading_chen", "Chen Jing"), ("grading_wang", "Wang Wei"))
        )
        cls.policy = cls._create_policy(
            {"Revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("Revenue", "ge", 1000)), ("B", ())],
            upgrade_timing="confirmed",
            user_id=cls.chen.id,
        )
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": True}
                for name in ("Azure Trucks", "Blue Harbour", "Small Trucks")
            ]
        )
        for customer in cls.customers:
            cls._create_invoice(customer, TODAY, amount=100)
        cls._activate(cls.policy)

    def _upgrade(self, customers):
        for customer in customers:
            self._create_invoice(customer, TODAY, amount=2000)
        self._run(self.policy)

    def _get_states(self):
        changes = self.env["customer.grading.change"].search(
            [("partner_id", "in", self.customers.ids), ("direction", "=", "up")]
        )
        states = {change.partner_id: change.state for change in changes}
        return [states.get(customer) for customer in self.customers]

    def test_two_people_approve_in_two_steps(self):
        self.policy.approval_ids = [
            Command.create({"step": step, "user_id": user.id})
            for step, user in enumerate((self.chen, self.wang), 1)
        ]
        self._upgrade(self.customers)

        self.start_tour("/odoo", "customer_grading_approve_first", login="grading_chen")

        self.assertEqual(self._get_states(), ["to_approve", "to_approve", "refused"])
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "B"])

        self.start_tour("/odoo", "customer_grading_approve_last", login="grading_wang")

        self.assertEqual(self._get_states(), ["applied", "to_approve", "refused"])
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])

    def test_a_meeting_decides_over_a_spreadsheet(self):
        self._upgrade(self.customers[:2])

        self.start_tour("/odoo", "customer_grading_export_decisions", login="grading_chen")

        export = self.env["customer.grading.decision"].search([], order="id desc", limit=1)
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(export.file)))
        sheet = book.worksheets[0]
        decisions = {"Azure Trucks": ("Approve", "As agreed"), "Blue Harbour": ("Refuse", "Late")}
        for line in range(2, sheet.max_row + 1):
            sheet.cell(line, 10).value, sheet.cell(line, 11).value = decisions[
                sheet.cell(line, 2).value
            ]
        self._import_decisions(book)

        self.assertEqual(self._get_states(), ["applied", "refused", None])
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])

    def test_who_may_not_see_the_revenue_reads_that_it_is_hidden(self):
        seller = new_test_user(
            self.env, "grading_seller", "sales_team.group_sale_salesman", tz="UTC"
        )
        own, other = self.customers[:2]
        own.user_id, other.user_id = seller, self.wang
        self._upgrade(own | other)
        changes = self.env["customer.grading.change"].search(
            [("partner_id", "in", (own | other).ids), ("direction", "=", "up")]
        )
        seen = {
            change.partner_id.id: (change.figures_hidden, change.revenue)
            for change in changes.with_user(seller)
        }
        self.assertEqual(seen, {own.id: (False, 2100), other.id: (True, 0)})

        self.start_tour("/odoo", "customer_grading_hidden_revenue", login="grading_seller")

    def _import_decisions(self, book):
        """Give the browser the spreadsheet, as from a disk, and import it there."""
        output = io.BytesIO()
        book.save(output)
        sheet = f"data:;base64,{base64.b64encode(output.getvalue()).decode()}"
        tour = "customer_grading_import_decisions"
        self.start_tour(
            "/odoo",
            tour,
            code=f"sessionStorage.setItem('meeting.xlsx', {sheet!r});"
            f"odoo.startTour({tour!r}, {{startUrl: '/odoo'}})",
            login="grading_chen",
        )
