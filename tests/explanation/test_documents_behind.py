"""The documents behind a figure: opened with what each adds to it, and a total that is the figure."""

from datetime import date

from freezegun import freeze_time
from lxml.etree import fromstring

from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import float_round
from odoo.tools.safe_eval import safe_eval

from ..common import TODAY, CustomerGradingCommon, at

DAY = date(2026, 5, 1)
ORDERS, LINES = "sale.order", "sale.order.line"
INVOICES, ITEMS = "account.move", "account.move.line"
LEADS = "crm.lead"
READER = (
    "customer_grading.customer_grading_group_officer,account.group_account_user,"
    "sales_team.group_sale_salesman_all_leads"
)


@tagged("post_install", "-at_install")
class TestDocumentsBehind(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(at(TODAY)))
        cls.users = cls._create_users()
        cls.reader = new_test_user(cls.env, "grading_reader", READER, tz="UTC")
        cls.customer = cls._create_customers(1)
        cls.tax = cls.env["account.tax"].create({"name": "Tax", "amount": 10})
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 3.0), ("2026-06-01", 2.0)])
        cls.euros = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.euro.id}
        )

        cls.env["customer.grading.measure"].create(
            {
                "name": "Owed",
                "code": "owed",
                "kind": "documents",
                "unit": "amount",
                "model_name": ITEMS,
                "domain": (
                    "[('account_id.account_type', '=', 'asset_receivable'),"
                    " ('parent_state', '=', 'posted')]"
                ),
                "subject_path": "partner_id.commercial_partner_id",
                "company_field": "company_id",
                "date_field": "date",
                "value_field": "balance",
                "aggregate": "sum",
            }
        )

    def _trade(self):
        """Documents in two currencies, with tax, credited in part, of three years."""
        sold = self._create_invoice(self.customer, DAY, 1000, taxes=self.tax)
        self._create_credit_note(sold, date(2026, 5, 8), 300)
        abroad = self._create_invoice(self.customer, DAY, 100, currency_id=self.euro.id)
        self._create_credit_note(abroad, date(2026, 6, 8), 100, currency_id=self.euro.id)
        self._create_invoice(self.customer, date(2025, 3, 1), 70)
        self._create_invoice(self.customer, date(2024, 3, 1), 90.55)
        for amount in (100, 100, 100):  # 33.333... each
            self._create_order(self.customer, DAY, amount, pricelist_id=self.euros.id)
        self._create_order(self.customer, DAY, 20, quantity=7)
        self._create_lead(self.customer, DAY, expected_revenue=5000.5)
        self._create_lead(self.customer, DAY, expected_revenue=800)

    def _explain(self, criteria, user=None):
        """Return ``{key: (figure, cell that opens the documents)}``."""
        policy = self._create_policy(
            {key: {"name": key, **spec} for key, spec in criteria.items()},
            [("A", ("all", *((key, "known") for key in criteria)))],
            population="all",
        )
        self._activate(policy)
        result = self._get_results(self.customer)[self.customer]
        explanation = self.env["customer.grading.explanation"]._explain(result)[result]
        figures = {c.name: explanation.readings[c].value for c in policy.criterion_ids}
        view = self.customer.with_user(user or self.reader).get_grading_explanation()[0]
        cells = [row["cells"][-1] for row in view["blocks"][0]["rows"]]
        return {key: (figures[key], cell) for key, cell in zip(criteria, cells, strict=True)}

    def _list(self, action, user=None):
        """Return the documents as the list shows them."""
        Model = self.env[action["res_model"]].with_user(user or self.reader)
        return Model.with_context(**action["context"]).search(action["domain"])

    def test_the_total_is_the_figure_to_the_cent(self):
        self._trade()
        ever = {"period": "all_time"}
        revenue = {"measure": "invoiced_revenue"}
        unit = {"uom_id": self.env.ref("uom.product_uom_unit").id}
        expected = {
            "revenue": (revenue, INVOICES, 683.33),
            "taxed": ({**revenue, "with_tax": True}, INVOICES, 783.33),
            "reversed": ({**revenue, "credit_notes": "invoice"}, INVOICES, 700),
            "best": ({**revenue, "period": "best_year", "period_count": 2}, INVOICES, 90.55),
            "orders": ({"measure": "order_amount", **ever}, ORDERS, 240),
            "goods": ({"measure": "product_amount", **ever}, LINES, 240),
            "quantity": ({"measure": "ordered_quantity", **ever, **unit}, LINES, 10),
            "owed": ({"measure": "owed", **ever}, ITEMS, 960.55),
            "expected": ({"measure": "expected_revenue"}, LEADS, 5800.5),
        }
        explained = self._explain({key: spec for key, (spec, *_) in expected.items()})
        for key, (_spec, model, total) in expected.items():
            with self.subTest(criterion=key):
                figure, cell = explained[key]
                self.assertEqual(cell["action"]["res_model"], model)
                values = self._list(cell["action"]).mapped("grading_value")
                self.assertEqual(float_round(sum(values), 2), total)
                self.assertAlmostEqual(float(figure), total, 2)

    def test_a_group_s_documents_add_up_in_its_currency(self):
        self._trade()
        group = self._create_dimension(
            "group", company_scope="group", currency_id=self.euro.id, rate_of="document"
        )
        policy = self._create_policy(
            {"orders": {"measure": "order_amount", "period": "all_time"}},
            [("A", ())],
            dimension=group,
            company_id=False,
        )
        criterion = policy.criterion_ids
        orders = self.env[ORDERS].search([("partner_id", "=", self.customer.id)])
        counted = [criterion.id, 0, str(TODAY)]
        values = orders.with_context(grading_counted=counted).mapped("grading_value")
        self.assertEqual(float_round(sum(values), 2), 720)

    def test_the_list_tells_date_customer_amount_and_its_total(self):
        self._trade()
        counted = ("invoiced_revenue", "order_amount", "product_amount", "owed")
        counting = ("invoice_count", "order_count", "won_opportunities", "open_opportunities")
        explained = self._explain(
            {code: {"measure": code, "period": "all_time"} for code in (*counted, *counting)}
        )
        for code, (_figure, cell) in explained.items():
            with self.subTest(measure=code):
                action = cell["action"]
                if not action:
                    self.assertEqual(code, "won_opportunities")  # there is none
                    continue
                [[view_id, mode], _form] = action["views"]
                self.assertEqual(mode, "list")
                Model = self.env[action["res_model"]].with_user(self.reader)
                view = Model.get_view(view_id, "list")
                self.assertNotEqual(Model.get_view(view_type="list")["id"], view_id)
                columns = self._get_columns(view["arch"], action["context"])
                self.assertTrue(any("date" in name for name in columns))
                self.assertTrue(any("partner_id" in name for name in columns))
                self.assertTrue([name for name, total in columns.items() if total])
                self.assertEqual("grading_value" in columns, code in counted)
                self.assertEqual(action["limit"], 80)
        self.assertEqual(
            explained["invoiced_revenue"][1]["action"]["name"],
            "invoiced_revenue (all time): 843 USD",
        )

    @staticmethod
    def _get_columns(arch, context):
        """Return ``{name: whether it has a total}`` of the columns that a list shows."""
        return {
            field.get("name"): bool(field.get("sum"))
            for field in fromstring(arch).iter("field")
            if not safe_eval(field.get("column_invisible", "False"), {"context": context})
        }

    def test_who_may_not_see_a_figure_is_not_told_it_by_the_list(self):
        self._trade()
        seller = self.users["salesperson"]
        orders = {"orders": {"measure": "order_amount", "period": "all_time"}}
        self.env[ORDERS].search([("partner_id", "=", self.customer.id)]).user_id = seller
        _figure, cell = self._explain(orders, seller)["orders"]
        self.assertFalse(cell["action"]["context"]["grading_counted"])
        self.assertNotIn("240", cell["action"]["name"])
        self._measure("order_amount").sudo().group_ids = self.env.ref("base.group_system")
        criterion = self._get_results(self.customer)[self.customer].policy_id.criterion_ids
        asked = [criterion.id, self.company.id, str(TODAY)]
        action = {**cell["action"], "context": {"grading_counted": asked}}
        self.assertEqual({*self._list(action, seller).mapped("grading_value")}, {0})
