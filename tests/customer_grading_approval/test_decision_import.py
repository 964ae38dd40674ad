"""The yearly review: pre-grading, a meeting over a spreadsheet, the chain of approval."""

import base64
import io
from datetime import date

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..common import TODAY, CustomerGradingCommon, at

REVIEW = date(2026, 12, 25)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DecisionImportCase(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.officer = cls.users["officer"]
        for user in cls.users.values():
            if not user.share:  # Odoo's own right to take data out, which most people have
                user.group_ids = [Command.link(cls.env.ref("base.group_allow_export").id)]

    def _export(self, changes, user=None, **context):
        """Export for the meeting as a user, and return the sheet."""
        action = changes.with_user(user or self.officer).with_context(**context)
        url = action.action_export_decisions()["url"]
        export = self.env["customer.grading.decision"].browse(int(url.split("/")[4]))
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(export.file)))
        return book.worksheets[0]

    def _write_decisions(self, sheet, decisions):
        """Write ``{customer: (decision, note)}`` into the sheet."""
        titles = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            name = sheet.cell(row, titles["Customer"]).value
            decision, note = decisions.get(name, (None, None))
            sheet.cell(row, titles["Decision"]).value = decision
            sheet.cell(row, titles["Reason or note"]).value = note
        return sheet

    def _import(self, sheet, user=None, lang=None, dryrun=False):
        """Import the sheet as Odoo's dialog does: by the columns that it proposes."""
        output = io.BytesIO()
        sheet.parent.save(output)
        Import = self.env["base_import.import"].with_user(user or self.officer)
        wizard = Import.with_context(**({"lang": lang} if lang else {})).create(
            {
                "res_model": "customer.grading.decision",
                "file": output.getvalue(),
                "file_name": "meeting.xlsx",
                "file_type": XLSX,
            }
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "limit": 2000}
        preview = wizard.parse_preview(options)
        names = [
            "/".join(preview["matches"].get(column, [])) or False
            for column in range(len(preview["headers"]))
        ]
        return wizard.execute_import(names, preview["headers"], preview["options"], dryrun)

    def _get_errors(self, *args, **kwargs):
        """Import what is wrong, and return ``(row, message)`` of each error."""
        done = self._import(*args, **kwargs)
        self.assertFalse(done["ids"])
        return [
            (message.get("rows", {}).get("from"), message["message"])
            for message in done["messages"]
            if message["type"] == "error"
        ]


@tagged("post_install", "-at_install")
class TestDecisionImport(DecisionImportCase, TransactionCase):
    """Five customers wait to become A by one policy that waits for officers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(at(TODAY)))
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("revenue", "ge", 1000)), ("C", ())],
            upgrade_timing="confirmed",
        )
        cls.customers = cls._create_customers(5, user_id=cls.users["salesperson"].id)
        for customer in cls.customers:
            cls._create_invoice(customer, TODAY, amount=100)
        cls._activate(cls.policy)
        for customer in cls.customers:
            cls._create_invoice(customer, TODAY, amount=2000)
        cls._run(cls.policy)
        cls.changes = cls.env["customer.grading.change"].search(
            [("partner_id", "in", cls.customers.ids), ("state", "=", "proposed")], order="id"
        )
        cls.names = cls.customers.mapped("name")

    def _get_states(self):
        return self.changes.sorted("id").mapped("state")

    def test_the_file_says_what_it_takes_to_decide_and_leaves_the_decision_open(self):
        sheet = self._export(self.changes[0])
        head, row = ([cell.value for cell in line] for line in sheet.rows)
        self.assertEqual(
            dict(zip(head, row, strict=True)),
            {
                "No.": self.changes[0].id,
                "Customer": self.names[0],
                "From": "C",
                "To": "A",
                "Reason": self.changes[0].with_user(self.officer).reason,
                "Revenue, 12 months": 2100,
                "Salesperson": self.users["salesperson"].name,
                "Asked on": at(TODAY).replace(hour=0),
                "Waits for": "Grading officers",
                "Decision": None,
                "Reason or note": None,
            },
        )

    def test_what_is_listed_is_exported_where_nothing_is_chosen(self):
        domain = [("partner_id", "in", self.customers[:2].ids)]
        sheet = self._export(self.changes.browse(), active_domain=domain)
        self.assertEqual(sheet.max_row, 3, "the first grades, decided long ago, are left out")

    def test_decisions_come_back(self):
        sheet = self._write_decisions(
            self._export(self.changes),
            {
                self.names[0]: ("Approve", "As agreed"),
                self.names[1]: ("refuse", "Pays late"),
                self.names[2]: ("Put off", "Until the audit"),
                self.names[3]: (None, "Ask Li Na"),
            },
        )

        self._import(sheet)

        self.assertEqual(self._get_states(), ["applied", "refused", "held", "proposed", "proposed"])
        self.assertEqual(
            self.changes.sorted("id").mapped("decision_note"),
            ["As agreed", "Pays late", "Until the audit", "Ask Li Na", False],
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "C", "C", "C", "C"])
        self.assertEqual(self.changes[0].decided_by_id, self.officer)

    def test_one_wrong_line_decides_nothing_and_every_wrong_line_is_named(self):
        sheet = self._export(self.changes)
        self.changes[4].with_user(self.officer).action_refuse("Meanwhile")
        self._write_decisions(
            sheet,
            {
                self.names[0]: ("Approve", None),
                self.names[1]: ("Refuse", None),
                self.names[2]: ("Perhaps", None),
                self.names[4]: ("Approve", None),
            },
        )
        sheet.cell(5, 2).value = "Somebody else"
        sheet.cell(5, 10).value = "Approve"
        by_name = {sheet.cell(row, 2).value: row - 2 for row in range(2, sheet.max_row + 1)}
        wrong = [self.names[1], self.names[2], self.names[4], "Somebody else"]
        wrong = {name: by_name[name] for name in wrong if name in by_name}

        errors = self._get_errors(sheet)

        self.assertEqual(sorted(row for row, _message in errors[1:]), sorted(wrong.values()))
        self.assertIn("Nothing was decided", errors[0][1])
        for name in wrong:
            self.assertIn(f", {name}: ", errors[0][1])
        self.assertEqual(errors[0][1].count("\n• "), len(wrong))
        self.assertEqual(self._get_states()[:4], ["proposed"] * 4)
        self.assertEqual(self._get_grades(self.customers), ["C"] * 5)

    def test_two_decisions_on_one_change_decide_nothing(self):
        sheet = self._write_decisions(
            self._export(self.changes[:1]), {self.names[0]: ("Approve", None)}
        )
        sheet.append([cell.value for cell in sheet[2]])
        self.assertEqual([row for row, _message in self._get_errors(sheet)[1:]], [1])
        self.assertEqual(self._get_states(), ["proposed"] * 5)

    def test_a_file_that_lacks_a_column_or_decides_nothing_is_refused(self):
        sheet = self._export(self.changes)
        sheet.delete_cols(1)
        [(_row, error)] = self._get_errors(sheet)
        self.assertIn("“No.”", error)
        [(_row, error)] = self._get_errors(self._export(self.changes))
        self.assertIn("No line has a decision", error)

    def test_a_test_of_the_file_finds_what_is_wrong_and_decides_nothing(self):
        sheet = self._write_decisions(
            self._export(self.changes), {self.names[0]: ("Approve", None)}
        )
        self.assertTrue(self._import(sheet, dryrun=True)["ids"])
        self.env.invalidate_all(flush=False)
        self.assertEqual(self._get_states(), ["proposed"] * 5)
        self._write_decisions(sheet, {self.names[0]: ("Refuse", None)})
        self.assertIn("needs a reason", self._get_errors(sheet, dryrun=True)[0][1])

    def test_a_file_of_one_language_is_read_in_another(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        titles = self.env["customer.grading.decision"]
        sheet = self._export(self.changes[:1], lang="zh_CN")
        words = titles.with_context(lang="zh_CN")._get_decision_words()
        head = [cell.value for cell in sheet[1]]
        self.assertEqual(head, [*titles.with_context(lang="zh_CN")._get_titles().values()])
        sheet.cell(2, 10).value = words["approve"]
        self._import(sheet)
        self.assertEqual(self._get_states()[0], "applied")

    def test_what_was_imported_says_what_became_of_each(self):
        sheet = self._write_decisions(
            self._export(self.changes[:2]),
            {self.names[0]: ("Approve", None), self.names[1]: ("Refuse", "Late")},
        )
        done = self._import(sheet)
        decisions = self.env["customer.grading.decision"].browse(done["ids"])
        self.assertEqual(set(decisions.mapped("state")), {"applied", "refused"})
        others = decisions.with_user(self.users["salesperson"])
        with self.assertRaises(AccessError):
            others.mapped("customer")

    def test_who_does_not_decide_imports_nothing_and_sees_no_file_of_others(self):
        sheet = self._write_decisions(
            self._export(self.changes), {self.names[0]: ("Approve", None)}
        )
        errors = self._get_errors(sheet, user=self.users["salesperson"])
        self.assertIn("Only grading officers", str(errors))
        self.assertEqual(self._get_states(), ["proposed"] * 5)
        files = self.env["customer.grading.decision"].search([])
        with self.assertRaises(AccessError):
            files.with_user(self.users["salesperson"]).mapped("file_name")

    def test_whoever_decides_exports_even_without_odoo_s_right_to_export(self):
        export = Command.unlink(self.env.ref("base.group_allow_export").id)
        for user in (self.officer, self.users["salesperson"]):
            user.group_ids = [export]
        self.assertEqual(self._export(self.changes).max_row, 6)
        with self.assertRaisesRegex(AccessError, "Those who decide"):
            self._export(self.changes, user=self.users["salesperson"])

    def test_figures_are_left_out_for_who_may_not_see_them(self):
        stranger = new_test_user(
            self.env,
            "grading_stranger",
            "sales_team.group_sale_salesman_all_leads,base.group_allow_export",
        )
        sheet = self._export(self.changes, user=stranger)
        self.assertEqual(sheet.max_row, 6)
        self.assertFalse(any(cell.value for cell in sheet["F"][1:]))


@tagged("post_install", "-at_install")
class TestYearlyReview(DecisionImportCase, TransactionCase):
    """S35 and S37: pre-graded in the regions, reviewed in a meeting, A approved in three steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(at(REVIEW)))
        administrators = "sales_team.group_sale_manager"
        cls.director, cls.boss = (
            new_test_user(cls.env, f"grading_{role}", administrators, tz="UTC")
            for role in ("director", "boss")
        )
        cls.policy = cls.env["customer.grading.policy"]._load_file("s37_dealer_scorecard")
        cls.dealers = cls._create_customers(8, user_id=cls.users["salesperson"].id, ref="dealer")
        cls.policy.domain = str([("ref", "=", "dealer")])
        cls.policy.stop_percent = 0
        cls.policy.company_id = cls.company
        for number, dealer in enumerate(cls.dealers, 1):
            cls._pay(cls._create_invoice(dealer, TODAY, amount=1000 * number), TODAY)
        cls._activate(cls.policy)

    def _get_question(self, code):
        return self.env["customer.grading.question"].search([("code", "=", code)])

    def _pre_grade(self, dealer, cost, influence):
        """Answer what the evaluation form asks, as the regional manager and the officer do."""
        for code, position in (("cost_ratio", cost), ("local_influence", influence)):
            question = self._get_question(code)
            self._answer(question, dealer, question.choice_ids[position], day=REVIEW)

    def _get_open(self):
        return self.env["customer.grading.change"].search(
            [("partner_id", "in", self.dealers.ids), ("state", "in", ("proposed", "to_approve"))]
        )

    def test_pre_grade_meeting_and_chain(self):
        # 1. The regional managers fill in the evaluation form.
        best, second, third = self.dealers[:-4:-1]
        before = self._get_grades(self.dealers)
        for dealer in (best, second, third):
            self._pre_grade(dealer, cost=0, influence=0)
        self._run(self.policy)
        changes = self._get_open()
        self.assertEqual(self._get_grades(self.dealers), before, "nothing moves by itself")
        to_a = changes.filtered(lambda change: change.grade_id.code == "A")
        self.assertLessEqual({best, second}, set(to_a.partner_id))
        self.assertEqual(set(to_a.mapped("waits_for")), {"Sales manager (step 1 of 3)"})
        rest = changes - to_a
        self.assertEqual(set(rest.mapped("waits_for")) - {"Grading officers"}, set())

        # 2. The department heads go through the list; the sales manager applies for A.
        decisions = {
            change.partner_id.name: ("Approve", "Meeting of December") for change in changes
        }
        decisions[second.name] = ("Refuse", "Complaints in autumn")
        self._import(self._write_decisions(self._export(changes), decisions))
        self.assertEqual(set(rest.mapped("state")) - {"applied"}, set())
        refused = to_a.filtered(lambda change: change.partner_id == second)
        self.assertEqual(refused.state, "refused")
        chain = to_a - refused
        self.assertEqual(set(chain.mapped("waits_for")), {"Sales director (step 2 of 3)"})

        # 3. The director reviews, the general manager approves.
        chain.with_user(self.director).action_approve()
        self.assertEqual(set(chain.mapped("waits_for")), {"General manager (step 3 of 3)"})
        with self.assertRaises(AccessError):
            chain.with_user(self.director).action_approve()
        chain.with_user(self.boss).action_approve()
        self.assertEqual(self._get_grades(best), ["A"])
        self.assertNotEqual(self._get_grades(second), ["A"])
        self.assertEqual(
            [approval.role for approval in chain[:1].approval_ids],
            ["Sales manager", "Sales director", "General manager"],
        )

    def test_new_customers_are_provisional_and_a_is_not_for_life(self):
        best, spring, summer = self.dealers[-1], date(2027, 3, 1), date(2027, 6, 25)
        self._pre_grade(best, cost=0, influence=0)
        self._run(self.policy)
        change = self._get_open().filtered(lambda c: c.partner_id == best)
        for user in (self.officer, self.director, self.boss):
            change.with_user(user).action_approve()
        self.assertEqual(self._get_grades(best), ["A"])

        new = self._create_customers(1, ref="dealer")
        self._pay(self._create_invoice(new, REVIEW, amount=9000), REVIEW)
        self._pre_grade(new, cost=1, influence=1)
        self._run(self.policy)
        result = self._get_results(new)[new]
        self.assertEqual((result.grade_id.code, result.date_provisional), ("A", summer))

        with freeze_time(at(spring)):
            self._pre_grade(best, cost=2, influence=2)
            self._run(self.policy)
            self.assertEqual(self._get_grades(best), ["A"], "it waits for the review")
        with freeze_time(at(summer)):
            self._run(self.policy)
            [evaluation] = result.change_ids.filtered(lambda c: c.state == "to_approve")
            self.assertEqual(evaluation.waits_for, "Sales manager (step 1 of 3)")
        with freeze_time(at(date(2027, 12, 25))):
            self._run(self.policy)
            self.assertNotEqual(self._get_grades(best), ["A"], "nobody had to confirm it")

    def test_figures_of_then_and_of_now_stand_side_by_side(self):
        best = self.dealers[-1]
        self._pre_grade(best, cost=0, influence=0)
        self._run(self.policy)
        change = self._get_open().filtered(lambda c: c.partner_id == best)
        with freeze_time(at(date(2027, 1, 5))):
            self._pre_grade(best, cost=2, influence=2)
            question = self._get_question("cost_ratio")
            self._answer(question, best, question.choice_ids[2], day=date(2027, 1, 5))
            self.policy._regrade_in(self.company, best)
            self.assertEqual(change.state, "superseded")
            [view] = change.with_user(self.officer).review
        titles = [block["title"] for block in view["blocks"]]
        self.assertEqual(titles[:2], ["What A asks", "Figures"])
        self.assertIn("History", titles)
        asked = view["blocks"][0]
        self.assertEqual(asked["columns"][:2], ["Criterion", "Asked"])
        self.assertRegex(asked["columns"][2], "^Then, ")
        self.assertRegex(asked["columns"][3], "^Now, ")
        self.assertIn("✔", asked["rows"][0]["cells"][2]["text"])

    def test_open_orders_and_receivables_stand_there_for_who_may_see_them(self):
        best = self.dealers[-1]
        self._create_order(best, REVIEW, amount=700)
        self._create_invoice(best, TODAY, amount=300)
        self._pre_grade(best, cost=0, influence=0)
        self._run(self.policy)
        change = self._get_open().filtered(lambda c: c.partner_id == best)
        [view] = change.with_user(self.officer).review
        rows = {
            row["cells"][0]["text"]: row["cells"][1]["text"]
            for block in view["blocks"]
            if block["title"] == "Open today"
            for row in block["rows"]
        }
        self.assertIn("700", rows["Open orders"])
        self.assertNotIn("Command", str(rows))
        reader = new_test_user(
            self.env,
            "grading_reader",
            "base.group_user,customer_grading.customer_grading_group_user",
        )
        [view] = change.with_user(reader).review
        self.assertNotIn("Open today", [block["title"] for block in view["blocks"]])
