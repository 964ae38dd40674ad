"""The dashboard is valid for Odoo, begins with the main dimension, and speaks the reader's language."""

import json
from unittest.mock import patch

import polib

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import config, file_open, file_path
from odoo.tools.translate import extract_spreadsheet_terms

from ..common import ClockCase
from .common import ADDON, DashboardCommon

DIMENSION, COMPANY, SALESPERSON = (
    f"customer_grading_{name}" for name in ("dimension", "company", "salesperson")
)
OF_ALL = ("5", "6", "13", "22")  # pivots of the largest of all customers


def read(name):
    with file_open(f"{ADDON}/data/files/{name}.json") as file:
        return json.load(file)


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCommon, ClockCase):
    def _get_default(self, dashboard=None, company=None, name=DIMENSION):
        data = self._open(company=company) if dashboard is None else dashboard
        [asked] = [one for one in data["globalFilters"] if one["id"] == name]
        return asked.get("defaultValue")

    def test_it_is_valid_for_odoo(self):
        with patch.dict(config.options, {"test_enable": True}):
            self.dashboard._check_spreadsheet_data()
            wrong = json.loads(self.dashboard.spreadsheet_data)
            wrong["pivots"]["1"]["domain"] = [["no_such_field", "=", True]]
            with self.assertRaisesRegex(ValidationError, "no_such_field"):
                self.dashboard.spreadsheet_data = json.dumps(wrong)

    def test_every_filter_finds_its_field_everywhere(self):
        """But those that are ranked among all customers are of no salesperson."""
        data = self._open()
        filters = {one["id"]: one for one in data["globalFilters"]}
        of_all = [data["pivots"][id_]["fieldMatching"] for id_ in OF_ALL]
        for model, domain, matching in self._get_sources(data):
            asked = {name for name, one in filters.items() if one["type"] == "relation"}
            if matching in of_all:
                asked.remove(SALESPERSON)
                self.assertNotIn(SALESPERSON, matching)
            self.assertLessEqual(asked, set(matching), model)
            for name, match in matching.items():
                field = self.env[model]._fields[match["chain"]]
                self.assertEqual(field.type, match["type"])
                self.assertIn(field.comodel_name, (filters[name].get("modelName"), None))
                value = "2026-01-01" if match["type"] == "date" else self.env.uid
                self.env[model].search_count([*domain, (match["chain"], "in", [value])])

    def test_whatever_is_clicked_has_an_action_with_a_list(self):
        data = self._open()
        sources = [
            *data["pivots"].values(),
            *data["lists"].values(),
            *self._get_charts(data).values(),
        ]
        for source in sources:
            action = self.env.ref(source["actionXmlId"])
            self.assertIn("list", action.view_mode)
            model = source["metaData"]["resModel"] if "metaData" in source else source["model"]
            self.assertEqual(action.res_model, model)

    def test_it_begins_with_the_main_dimension_of_the_company(self):
        self.assertEqual(self._get_default(), {"operator": "in", "ids": self.dimension.ids})
        other = self._create_dimension("credit")
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids += company
        other._set_main("partner", company)
        self.assertEqual(self._get_default(company=company)["ids"], other.ids)
        self.assertEqual(self._get_default()["ids"], self.dimension.ids)

    def test_it_begins_with_the_company_that_one_works_in(self):
        """Amounts of two currencies are not added up, nor a customer of two companies twice."""
        self.assertFalse(self._get_default(name=COMPANY), "there is no other")
        second = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids += second
        for company in (self.company, second):
            selected = company | self.company | second
            default = self._get_default(company=selected, name=COMPANY)
            self.assertEqual(default, {"operator": "in", "ids": company.ids})

    def test_it_begins_with_the_company_whose_grades_a_branch_shows(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        rules = [("A", ("revenue", "ge", 1))]
        policy = self._create_policy({"revenue": {"measure": "invoiced_revenue"}}, rules)
        self._activate(policy, run=False)
        both = branch | self.company
        self.assertEqual(self._get_default(company=both, name=COMPANY)["ids"], self.company.ids)
        self.assertFalse(self._get_default(company=branch, name=COMPANY), "it could not be named")
        own = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}}, rules, company_id=branch.id
        )
        self._activate(own, run=False)
        self.assertEqual(self._get_default(company=both, name=COMPANY)["ids"], branch.ids)

    def test_it_begins_with_the_company_whose_grades_no_policy_gives_any_more(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        by_hand = self._create_dimension("hand", "AB")
        by_hand._set_main("partner", self.company)
        self.env["customer.grading.result"].create(
            {
                "partner_id": self._create_customers(1).id,
                "dimension_id": by_hand.id,
                "company_id": self.company.id,
                "grade_id": by_hand.grade_ids[0].id,
                "date_since": self.start,
            }
        )
        both = branch | self.company
        self.assertEqual(self._get_default(company=both, name=COMPANY)["ids"], self.company.ids)

    def test_it_begins_with_all_companies_where_they_are_graded_as_one(self):
        second = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids += second
        group = self._create_dimension(
            "group", company_scope="group", currency_id=self.company.currency_id.id
        )
        group._set_main("partner", self.company)
        data = self._open(company=self.company | second)
        self.assertEqual(self._get_default(data), {"operator": "in", "ids": group.ids})
        self.assertFalse(self._get_default(data, name=COMPANY))

    def test_a_copy_begins_with_it_too_and_others_are_left_alone(self):
        copied = json.loads(self.dashboard.copy()._get_serialized_readonly_dashboard())["snapshot"]
        self.assertEqual(self._get_default(copied), {"operator": "in", "ids": self.dimension.ids})
        sales = self.env.ref("spreadsheet_dashboard_sale.spreadsheet_dashboard_sales", False)
        if sales:
            data = json.loads(sales._get_serialized_readonly_dashboard())["snapshot"]
            self.assertEqual(
                data["globalFilters"], json.loads(sales.spreadsheet_data)["globalFilters"]
            )

    def test_a_sample_is_shown_until_somebody_is_graded(self):
        sample = self.dashboard._get_sample_dashboard()
        self.assertFalse(sample["pivots"] or sample["lists"] or sample["globalFilters"])
        live = self._open()
        self.assertEqual(self._get_titles(sample), self._get_titles(live))
        self.env["customer.grading.result"].search([]).unlink()
        self.assertTrue(self.dashboard._dashboard_is_empty())
        customer = self._create_customers(1)
        self._create_invoice(customer, self.start, 100)
        rule = ("A", ("revenue", "ge", 1))
        self._activate(self._create_policy({"revenue": {"measure": "invoiced_revenue"}}, [rule]))
        self.assertFalse(self.dashboard._dashboard_is_empty())

    @staticmethod
    def _get_titles(data):
        figures = data["sheets"][0]["figures"]
        return [(figure["id"], figure["data"]["title"]["text"]) for figure in figures]

    def test_who_sees_it(self):
        users = self._create_users()
        for role, sees in (("salesperson", False), ("officer", True), ("administrator", True)):
            self.assertEqual(self.dashboard.with_user(users[role]).has_access("read"), sees, role)

    def test_each_text_is_translated(self):
        chinese = polib.pofile(file_path(f"{ADDON}/i18n/zh_CN.po"))
        translated = {entry.msgid for entry in chinese if entry.msgstr}
        for name in ("customer_grading_dashboard", "customer_grading_sample_dashboard"):
            with file_open(f"{ADDON}/data/files/{name}.json") as file:
                terms = {
                    term for _no, _name, term, _note in extract_spreadsheet_terms(file, [], [], {})
                }
            self.assertFalse({term for term in terms if len(term) > 1} - translated)
            self.assertFalse(self._get_bare_texts(read(name)))

    @staticmethod
    def _get_bare_texts(data):
        """Return texts in cells that nobody translates: neither formula nor number, nor a code."""
        cells = [cell for sheet in data["sheets"] for cell in sheet["cells"].values()]
        names = {
            *("Azure Interior", "Deco Addict", "Gemini Furniture", "Lumber Inc", "Ready Mat"),
            *("The Jackson Group", "Wood Corner", "YourCompany Supplies", "Northern Timber"),
            *("Oak & Sons", "Lina", "Wang Lei", "Emma", "Chen Jing"),
        }
        return [
            cell
            for cell in cells
            if not cell.startswith("=") and any(map(str.isalpha, cell)) and len(cell) > 1
            if cell not in names
        ]
