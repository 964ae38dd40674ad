"""Salespeople and officers work with grades in the web client, at a desk and on a phone."""

from odoo.tests import HttpCase, tagged

from ..common import TODAY, CustomerGradingCommon


class CustomerTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Long-term partner?", "code": "long_term", "kind": "yes_no"}
        )
        policy = cls._create_policy(
            {
                "Revenue": {"measure": "invoiced_revenue", "period": "all_time"},
                "Long-term partner?": {"question": cls.question},
            },
            [
                ("A", ("all", ("Revenue", "ge", 1000), ("Long-term partner?", "yes"))),
                ("B", ("Revenue", "ge", 1000)),
                ("C", ()),
            ],
        )
        salesperson = cls.users["salesperson"]
        cls.azure, small, _idle = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": True, "user_id": salesperson.id}
                for name in ("Azure Trucks", "Small Trucks", "Idle Trucks")
            ]
        )
        cls._create_invoice(cls.azure, TODAY, amount=5000)
        cls._create_invoice(small, TODAY, amount=50)
        cls._activate(policy)

    def _get_result(self):
        return self._get_results(self.azure)[self.azure]


@tagged("post_install", "-at_install")
class TestCustomerTour(CustomerTourCase):
    def test_a_customer_is_found_explained_answered_regraded_and_set_by_hand(self):
        self.start_tour("/odoo", "customer_grading_customer", login="grading_officer")

        self.assertRecordValues(
            self._get_result(),
            [
                {
                    "grade_id": self.dimension._find_grade("C").id,
                    "computed_grade_id": self.dimension._find_grade("A").id,
                    "manual_reason": "Lost their main customer",
                    "manual_user_id": self.users["officer"].id,
                }
            ],
        )

    def test_a_badge_opens_why_wherever_it_stands(self):
        admin = {"user_id": self.env.ref("base.user_admin").id}
        order = self._create_order(self.azure, TODAY, confirm=False, **admin)
        invoice = self._create_invoice(self.azure, TODAY)
        lead = self._create_lead(self.azure, TODAY, **admin)
        quotations, invoices, leads = (
            f"/odoo/action-{action}"
            for action in (
                "sale.action_quotations",
                "account.action_move_out_invoice_type",
                "crm.crm_lead_action_pipeline",
            )
        )
        for url, place in (
            (quotations, "in_list"),
            (f"{quotations}/{order.id}", "on_form"),
            (f"{invoices}/{invoice.id}", "on_form"),
            (leads, "in_kanban"),
            (f"{leads}/{lead.id}", "on_form"),
        ):
            with self.subTest(url=url):
                self.start_tour(url, f"customer_grading_badge_{place}", login="admin")


@tagged("post_install", "-at_install")
class TestPhoneTours(CustomerTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_proposes_a_grade_on_the_phone(self):
        self.start_tour("/odoo", "customer_grading_phone", login="grading_salesperson")

        change = self.env["customer.grading.change"].search(
            [("partner_id", "=", self.azure.id), ("state", "=", "proposed")]
        )
        self.assertRecordValues(
            change,
            [
                {
                    "grade_id": self.dimension._find_grade("A").id,
                    "origin": "manual",
                    "note": "New plant from March",
                    "user_id": self.users["salesperson"].id,
                }
            ],
        )
        self.assertEqual(self._get_grades(self.azure), ["B"])

    def test_an_officer_approves_a_proposal_on_the_phone(self):
        salesperson = self.users["salesperson"]
        grade = self.dimension._find_grade("A")
        self._get_result().with_user(salesperson)._propose(grade, "New plant from March")

        self.start_tour("/odoo", "customer_grading_phone_approve", login="grading_officer")

        self.assertRecordValues(
            self._get_result(),
            [
                {
                    "grade_id": grade.id,
                    "manual_reason": "New plant from March",
                    "manual_user_id": self.users["officer"].id,
                }
            ],
        )
