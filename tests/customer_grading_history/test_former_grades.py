"""Grades of former times are imported as history, before all that was given here."""

import csv
import io
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import TODAY, ClockCase, get_today
from ..result.test_change_control import ChangeControlCommon

COLUMNS = ["partner_id", "dimension_id", "grade_id", "date_start", "date_end", "remark"]
DAY = timedelta(1)


class FormerCommon(ChangeControlCommon, ClockCase):
    """The customers are graded B from today on; an officer imports what they had before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.officer, cls.admin = cls.users["officer"], cls.users["administrator"]
        for number, customer in enumerate(cls.customers):
            customer.ref = f"K{number}"
        cls.Former = cls.env["customer.grading.former.grade"].with_user(cls.officer)

    def setUp(self):
        super().setUp()
        self.policy = self._start()

    def _import(self, *rows, names=COLUMNS, user=None):
        """Import rows, each a text of its columns, by Odoo's import of a file."""
        file = io.StringIO()
        csv.writer(file).writerows([names, *rows])
        wizard = self.env["base_import.import"].with_user(user or self.officer)
        wizard = wizard.create(
            {
                "res_model": "customer.grading.former.grade",
                "file": file.getvalue().encode(),
                "file_name": "former.csv",
                "file_type": "text/csv",
            }
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "date_format": "%Y-%m-%d"}
        return wizard.execute_import(list(names), list(names), {**options, "limit": 2})

    def _check_wrong(self, text, *rows, row=0, names=COLUMNS):
        """Check that the row is named with the text, and that nothing was written."""
        before = self.env["customer.grading.change"].search_count([])
        result = self._import(*rows, names=names)
        [message] = [m for m in result["messages"] if m["rows"]["from"] == row]
        self.assertIn(text, message["message"])
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["customer.grading.change"].search_count([]), before)

    def _get_history(self, customer=None):
        changes = self.env["customer.grading.change"].search(
            [("partner_id", "=", (customer or self.customer).id), ("state", "=", "applied")],
            order="date_applied",
        )
        return [
            (c.from_grade_id.code, c.grade_id.code, c.direction, c.date_applied, c.date_end)
            for c in changes
        ]

    def _on(self, day, customer=None):
        customer = customer or self.customer
        result = self._get_results(customer)[customer]
        return result.with_context(grading_date=str(day)).day_grade_id.code


@tagged("post_install", "-at_install")
class TestFormerGrades(FormerCommon):
    def test_what_customers_had_shows_as_history_and_moves_no_grade(self):
        result = self._get_result()
        names = [name for name in result._fields if name != "change_ids"]
        before = result.read(names)
        imported = self._import(
            ["K0", "", "A", "2025-01-01", "", "By the old sheet"],
            ["Customer 001", "value", "C", "2024-01-01", "2024-12-31", ""],
            ["K1", "Customer value", "Grade B", "2026-11-01", "", ""],
        )
        self.assertFalse(imported["messages"])
        self.assertEqual(len(imported["ids"]), 3)
        self.assertEqual(
            self._get_history(),
            [
                (False, "C", "new", date(2024, 1, 1), date(2024, 12, 31)),
                ("C", "A", "up", date(2025, 1, 1), TODAY - DAY),
                (False, "B", "new", TODAY, False),
            ],
        )
        days = (date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), TODAY - DAY, TODAY)
        self.assertEqual([self._on(day) for day in days], [False, "C", "C", "A", "B"])
        self.env.invalidate_all()
        self.assertEqual(result.read(names), before)
        self.assertEqual(self._grade_on(TODAY + DAY, self.policy), "B")
        self.assertIn("A from", self.customer.customer_grade_history)
        [view] = self.customer.with_user(self.admin).get_grading_explanation()
        texts = [cell["text"] for b in view["blocks"] for r in b["rows"] for cell in r["cells"]]
        self.assertIn("By the old sheet", texts)
        self.assertIn("Imported", texts)
        listed = self.Former.browse(imported["ids"])
        self.assertEqual(listed.mapped("grade_id.code"), ["A", "C", "B"])
        self.assertEqual(listed[0].remark, "By the old sheet")

    def test_a_customer_never_graded_gets_history_that_ended_and_no_grade(self):
        new = self._create_customers(1, ref="N1")
        self._import(["N1", "", "A", "2025-01-01", "", ""])
        self.assertEqual(
            self._get_history(new), [(False, "A", "new", date(2025, 1, 1), TODAY - DAY)]
        )
        self.assertFalse(new.customer_grade_id)
        new.partner_latitude = 25
        self.policy.sudo().state = "closed"
        self._activate(
            self._create_policy(
                {"value": {"measure": "latitude"}},
                [("A", ("value", "ge", 20)), ("B", ())],
                population="all",
            )
        )
        self.assertEqual(self._get_history(new)[1:], [(False, "A", "new", TODAY, False)])

    def test_a_person_s_former_grade_is_that_of_the_company_and_ids_name_it_too(self):
        person = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id, "ref": "P1"}
        )
        self.env["ir.model.data"].create(
            {"module": "old", "name": "ann", "model": "res.partner", "res_id": person.id}
        )
        self._import(
            ["old.ann", "B", "2024-01-01"], names=["partner_id/id", "grade_id", "date_start"]
        )
        self._import(
            [str(person.id), "A", "2023-01-01"], names=["partner_id/.id", "grade_id", "date_start"]
        )
        self.assertEqual(
            [row[1:] for row in self._get_history()][:2],
            [
                ("A", "new", date(2023, 1, 1), date(2023, 12, 31)),
                ("B", "down", date(2024, 1, 1), TODAY - DAY),
            ],
        )

    def test_a_later_import_goes_in_between_and_the_chain_is_whole(self):
        self._import(
            ["K0", "", "A", "2023-01-01", "2023-12-31", ""],
            ["K0", "", "C", "2025-01-01", "2025-12-31", ""],
        )
        self._import(["K0", "", "B", "2024-01-01", "", ""])
        self.assertEqual(
            [row[:3] for row in self._get_history()],
            [(False, "A", "new"), ("A", "B", "down"), ("B", "C", "down"), (False, "B", "new")],
        )
        self.assertEqual(self._on(date(2026, 1, 1)), False)

    def test_grades_archived_by_now_are_imported(self):
        old = self.env["customer.grade"].create(
            {"dimension_id": self.dimension.id, "code": "OLD", "name": "Old", "active": False}
        )
        self._import(["K0", "", "old", "2024-01-01", "", ""])
        self.assertEqual(self._get_history()[0][1], old.code)


@tagged("post_install", "-at_install")
class TestWrongFiles(FormerCommon):
    def test_each_wrong_row_is_named_and_nothing_is_written(self):
        self._create_customers(2, ref=False)  # two more of the same names
        good = ["K0", "", "A", "2024-01-01", "2024-12-31", ""]
        for text, row in (
            ("There is no customer “K99”", ["K99", "", "A", "2024-01-01", "", ""]),
            ("Say which customer", ["", "", "A", "2024-01-01", "", ""]),
            ("Several customers are called", ["Customer 002", "", "A", "2024-01-01", "", ""]),
            ("There is no dimension “taste”", ["K1", "taste", "A", "2024-01-01", "", ""]),
            ("There is no grade “Z”", ["K1", "", "Z", "2024-01-01", "", ""]),
            ("Say from which day on", ["K1", "", "A", "", "", ""]),
            ("ends before it begins", ["K1", "", "A", "2024-01-02", "2024-01-01", ""]),
            ("is not over yet", ["K1", "", "A", "2026-11-20", "", ""]),
            ("is not over yet", ["K1", "", "A", "2026-11-01", "2026-11-20", ""]),
            ("is not over yet", ["K1", "", "A", "2027-01-01", "", ""]),
            ("two grades at once", ["K0", "", "B", "2024-01-01", "", ""]),
            ("two grades at once", ["K0", "", "B", "2024-06-01", "", ""]),
        ):
            with self.subTest(text, row=row):
                self._check_wrong(text, good, row, row=0 if "2024-06-01" in row else 1)

    def test_rows_are_numbered_over_the_whole_file(self):
        rows = [[f"K{n % 10}", "", "A", f"20{n:02}-01-01", f"20{n:02}-12-31", ""] for n in range(9)]
        self._check_wrong("There is no grade", *rows, ["K1", "", "Q", "2020-01-01", "", ""], row=9)

    def test_not_into_what_is_known(self):
        self._import(["K0", "", "A", "2024-01-01", "2024-12-31", ""])
        for text, start, end in (
            ("two grades at once", "2024-12-31", ""),
            ("two grades at once", "2023-01-01", "2024-01-01"),
            ("two grades at once", "2024-01-01", "2024-01-01"),
        ):
            with self.subTest(start=start, end=end):
                self._check_wrong(text, ["K0", "", "B", start, end, ""])
        self._at(TODAY + 30 * DAY)
        for start, end in (("2026-11-20", ""), ("2026-11-25", ""), ("2026-11-01", "2026-11-20")):
            with self.subTest(start=start, end=end):
                self._check_wrong("are known from", ["K0", "", "B", start, end, ""])
        self._import(["K0", "", "B", "2026-11-01", "", ""])
        self.assertEqual(self._get_history()[1][-1], TODAY - DAY)

    def test_a_date_that_is_none_is_told_with_its_row(self):
        result = self.Former.load(COLUMNS, [["K0", "", "A", "2024-13-01", "", ""]])
        self.assertIn("is no date", result["messages"][0]["message"])
        self.assertEqual(result["messages"][0]["rows"], {"from": 0, "to": 0})

    def test_what_code_or_the_form_sends_is_checked_alike(self):
        grade = self.grades["A"]
        vals = {"partner_id": self.customer.id, "grade_id": grade.id, "date_start": "2024-01-01"}
        self.Former.create(vals)
        other = self._create_dimension("other")._find_grade("A")
        person = self.env["res.partner"].create({"name": "P", "parent_id": self.customer.id})
        for wrong in (
            {},
            {"partner_id": False},
            {"partner_id": 2**30},
            {"partner_id": person.id},
            {"grade_id": other.id},
            {"date_start": False},
            {"dimension_id": other.dimension_id.id},
        ):
            with self.subTest(wrong), self.assertRaises(UserError):
                self.Former.create({**vals, **wrong})


@tagged("post_install", "-at_install")
class TestWhoImports(FormerCommon):
    ROW = ("K0", "", "A", "2024-01-01", "", "")

    def test_officers_import_and_administrators_take_back(self):
        for role in ("portal", "salesperson", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.Former.with_user(self.users[role]).load(COLUMNS, [list(self.ROW)])
        results = self.env["customer.grading.result"].search_count([])
        new = self._create_customers(1, ref="N1")
        self._import(self.ROW, ["N1", "", "A", "2024-01-01", "", ""])
        made = self.env["customer.grading.former.import"].search([], limit=1)
        self.assertEqual((made.change_count, made.user_id), (2, self.officer))
        with self.assertRaises(AccessError):
            made.with_user(self.officer).action_take_back()
        with self.assertRaises(UserError):
            made.change_ids.with_user(self.admin).unlink()
        real = self._get_changes(origin="computed")
        made.with_user(self.admin).action_take_back()
        self.assertFalse(made.exists())
        self.assertEqual(self._get_changes(), real)
        self.assertFalse(self.env["customer.grading.change"].search([("partner_id", "=", new.id)]))
        self.assertEqual(self.env["customer.grading.result"].search_count([]), results)

    def test_history_stays_what_it_is(self):
        self._import(self.ROW)
        imported, real = self._get_changes(origin="imported"), self._get_changes(origin="computed")
        for change in (imported | real).with_user(self.admin):
            with self.assertRaises(UserError):
                change.write({"grade_id": self.grades["C"].id})
            with self.assertRaises(UserError):
                change.unlink()
        former = self.Former.search([])
        for change in (former, former.with_user(self.admin)):
            with self.assertRaises(AccessError):
                change.write({"remark": "Mine"})
            with self.assertRaises(AccessError):
                change.unlink()

    def test_companies_and_hidden_dimensions_are_kept_apart(self):
        abroad = self._create_company_with_chart("Abroad")
        self.customers[1].company_id = abroad
        self.customers[2].company_id = self.env.company
        hidden = self._create_dimension(
            "secret", group_ids=[Command.link(self.env.ref("account.group_account_user").id)]
        )
        self._check_wrong("There is no customer “K1”", ["K1", "", "A", "2024-01-01", "", ""])
        self._check_wrong("There is no dimension", ["K0", "secret", "A", "2024-01-01", "", ""])
        with self.assertRaises(UserError):
            self.Former.with_user(self.admin).create(
                {
                    "partner_id": self.customer.id,
                    "dimension_id": hidden.id,
                    "grade_id": hidden._find_grade("A").id,
                    "date_start": "2024-01-01",
                }
            )
        self._import(["K2", "", "A", "2024-01-01", "", ""], self.ROW)
        there = self._create_users(abroad, suffix="_abroad")["officer"]
        self.assertFalse(self.Former.with_user(there).search([]))
        self.assertEqual(len(self.Former.search([])), 2)

    @mute_logger("odoo.models.unlink")
    def test_an_uninstall_takes_it_all_back(self):
        from odoo.addons.customer_grading_history.hooks import uninstall_hook

        new = self._create_customers(1, ref="N1")
        self._import(self.ROW, ["N1", "", "A", "2024-01-01", "", ""])
        uninstall_hook(self.env)
        self.assertFalse(self._get_changes(origin="imported"))
        self.assertFalse(self._get_results(new))


@tagged("post_install", "-at_install")
class TestManyFormerGrades(FormerCommon):
    def test_many_rows_take_a_few_statements(self):
        counts = []
        for number in (10, 300):
            self.env["res.partner"].create(
                [{"name": f"Former {number} {n}", "ref": f"F{number}-{n}"} for n in range(number)]
            )
            rows = [[f"F{number}-{n}", "", "A", "2024-01-01", "", ""] for n in range(number)]
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.assertFalse(self.Former.load(COLUMNS, rows)["messages"])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 3)


@tagged("post_install", "-at_install")
class TestFormerGradesTour(ChangeControlCommon, HttpCase):
    def test_an_officer_imports_from_where_grades_on_a_date_are_asked(self):
        self._create_users()
        for number, customer in enumerate(self.customers):
            customer.ref = f"K{number}"
        self._start(15, get_today())
        self.start_tour("/odoo", "customer_grading_former_grades", login="grading_officer")
