"""What pictures are drawn from is what plain counting gives."""

import doctest
import io
from collections import Counter
from datetime import date, timedelta

import openpyxl
from freezegun import freeze_time

from odoo.addons.customer_grading_chart.tools import workbook
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import new_test_user, warmup

from ..common import TODAY, CustomerGradingCommon, at

BETTER = ["A", "B", "C", False]  # the best first, then none


class PictureCase(CustomerGradingCommon):
    """Eight customers by revenue, of whom a next version moves some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(at(TODAY)))
        cls.users = cls._create_users()
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "name": "Invoiced revenue"}},
            [
                ("A", ("revenue", "ge", 4000)),
                ("B", ("revenue", "ge", 2000)),
                ("C", ("revenue", "ge", 1000)),
            ],
            name="Accounts",
        )
        cls.customers = cls._create_customers(8)
        amounts = (9000, 5000, 3000, 2500, 1500, 1200, 500, 100)
        for customer, amount in zip(cls.customers, amounts, strict=True):
            cls._create_invoice(customer, TODAY, amount=amount)

    @classmethod
    def _revise(cls):
        """Put the policy in force, and return a version by which one moves each way."""
        cls._activate(cls.policy)
        draft = cls.policy.copy({"previous_id": cls.policy.id})
        a, b, c = draft.rule_ids
        a.line_ids.value = 6000  # 5000 falls to B
        b.line_ids.value = 1400  # 1500 rises to B
        # 1200 is graded no longer, 500 for the first time.
        c.line_ids.write({"operator": "between", "value": 400, "value_max": 1100})
        return draft

    @staticmethod
    def _try_on(policy):
        trial = policy._create_trial("try_on")
        trial._execute()
        return trial

    @staticmethod
    def _count(trial):
        """Count plainly: ``{(code before, code after): (customers, revenue)}``."""
        found = {}
        for line in trial.line_ids:
            key = line.current_grade_id.code, line.grade_id.code
            count, amount = found.get(key, (0, 0))
            found[key] = count + 1, amount + line.revenue
        return found

    @staticmethod
    def _get_pictures(trial):
        return [view["blocks"][0].get("picture") for view in trial.summary]


@tagged("post_install", "-at_install")
class TestTryOnPictures(PictureCase, HttpCase):
    def test_bars_count_what_the_lines_say(self):
        trial = self._try_on(self._revise())
        picture, _moves = self._get_pictures(trial)
        today, new, amounts = Counter(), Counter(), Counter()
        before = Counter()
        for (old, after), (count, amount) in self._count(trial).items():
            today[old] += count
            new[after] += count
            amounts[after] += amount
            before[old] += amount
        codes = [grade["code"] for grade in picture["grades"]]
        self.assertEqual(codes[-1], "Not graded")
        order = [*codes[:-1], False]
        customers, revenue = picture["series"]
        self.assertEqual(customers["today"], [today[code] for code in order])
        self.assertEqual(customers["new"], [new[code] for code in order])
        total = sum(amounts.values())
        self.assertEqual(revenue["new"], [amounts[code] * 100 / total for code in order])
        self.assertEqual(revenue["today"], [before[code] * 100 / total for code in order])
        self.assertAlmostEqual(sum(revenue["new"]), 100)
        colors = self.dimension.grade_ids.sorted("sequence").mapped("color")
        self.assertEqual([grade["color"] for grade in picture["grades"]], [*colors, None])

    def test_a_bar_opens_what_the_cell_of_the_table_opens(self):
        trial = self._try_on(self._revise())
        block = trial.summary[0]["blocks"][0]
        picture = block["picture"]
        for series in ("today", "new"):
            for row, number in zip(block["rows"], picture["series"][0][series], strict=True):
                cell = row["cells"][picture["cells"][series]]
                self.assertEqual(cell["text"], str(number) if number else "")
                self.assertEqual(bool(cell.get("action")), bool(number))

    def test_moves_are_counted_by_the_way_they_go(self):
        trial = self._try_on(self._revise())
        _result, moves = self._get_pictures(trial)
        expected = {}
        for (old, after), (count, _amount) in self._count(trial).items():
            ways = expected.setdefault(old or "Not graded", Counter())
            if old == after:
                way = "same"
            elif not old or not after:
                way = "lost" if old else "new"
            else:
                way = "up" if BETTER.index(after) < BETTER.index(old) else "down"
            ways[way] += count
        for row in moves["rows"]:
            for way in ("up", "down", "new", "lost", "same"):
                with self.subTest(grade=row["code"], way=way):
                    self.assertEqual(row[way], expected[row["code"]][way])
        self.assertEqual({row["code"] for row in moves["rows"]}, set(expected))
        for way in ("up", "down", "new", "lost"):
            self.assertEqual(sum(row[way] for row in moves["rows"]), 1)

    def test_the_cells_of_a_way_count_as_many(self):
        trial = self._try_on(self._revise())
        block = trial.summary[1]["blocks"][0]
        for told, row in zip(block["picture"]["rows"], block["rows"], strict=True):
            for way, positions in told["cells"].items():
                counted = sum(int(row["cells"][position]["text"]) for position in positions)
                self.assertEqual(counted, told[way])

    def test_before_anybody_had_a_grade_only_the_new_ones_are_drawn(self):
        picture, moves = self._get_pictures(self._try_on(self.policy))
        self.assertIsNone(moves)
        self.assertEqual([one["today"] for one in picture["series"]], [None, None])
        self.assertEqual(picture["series"][0]["new"][:3], [2, 2, 2])

    def test_where_nobody_moves_there_is_no_picture_of_moves(self):
        self._activate(self.policy)
        draft = self.policy.copy({"previous_id": self.policy.id})
        picture, moves = self._get_pictures(self._try_on(draft))
        self.assertIsNone(moves)
        self.assertEqual(picture["series"][0]["today"], picture["series"][0]["new"])

    def test_revenue_that_is_kept_from_the_reader_is_not_drawn(self):
        trial = self._try_on(self.policy).with_user(self.users["officer"])
        self.assertEqual(len(self._get_pictures(trial)[0]["series"]), 2)
        measure = self.env.ref("customer_grading.measure_invoiced_revenue")
        measure.group_ids = self.env.ref("base.group_system")
        trial.invalidate_recordset()
        self.assertEqual(len(self._get_pictures(trial)[0]["series"]), 1)

    # ------------------------------------------------------------------ the workbook

    def _open(self, trial):
        """Return the workbook of a trial, with its file's name."""
        content, name = trial._export_workbook()
        return openpyxl.load_workbook(io.BytesIO(content)), name

    def test_a_workbook_begins_with_a_summary(self):
        trial = self._try_on(self._revise())
        book, name = self._open(trial)
        self.assertEqual(name, f"{trial.policy_id.display_name} – try-on Nov 20, 2026.xlsx")
        summary, lines = book.worksheets
        self.assertEqual((summary.title, lines.title), ("Summary", "Customers"))
        rows = [[cell for cell in row if cell is not None] for row in summary.values]
        self.assertEqual(rows[0], [trial.policy_id.display_name])
        self.assertIn(["As of", at(TODAY).replace(hour=0)], rows)
        self.assertIn(["Graded", "8 customers"], rows)
        counted = self._count(trial)
        new, revenue = Counter(), Counter()
        for (_old, after), (count, amount) in counted.items():
            new[after] += count
            revenue[after] += amount
        start = next(n for n, row in enumerate(rows) if row[:2] == ["Grade", "Name"])
        for row in rows[start + 1 : start + 4]:
            self.assertEqual(row[3], new[row[0]])
            self.assertAlmostEqual(row[4], new[row[0]] / 8)
            self.assertAlmostEqual(row[5], revenue[row[0]])
            self.assertAlmostEqual(row[6], revenue[row[0]] / sum(revenue.values()))
        start = next(n for n, row in enumerate(rows) if row and row[0] == "Today ↓, new →")
        columns = {code or "Not graded": n for n, code in enumerate(BETTER, start=3)}
        for (old, after), (count, _amount) in counted.items():
            [line] = [
                n
                for n in range(start + 2, start + 6)
                if summary.cell(n, 1).value == (old or "Not graded")
            ]
            self.assertEqual(summary.cell(line, columns[after or "Not graded"]).value, count)
        check = next(row for row in rows if row and str(row[0]).startswith("Invoiced revenue"))
        self.assertEqual(check[1], "100 %")
        self.assertEqual(len(summary._charts), 1)

    def test_every_customer_follows_on_a_sheet_of_their_own(self):
        trial = self._try_on(self.policy)
        trial.line_ids.partner_id[0].name = "=1+1"
        book, _name = self._open(trial)
        titles, *rows = book.worksheets[1].values
        self.assertEqual(titles[0], "Customer")
        self.assertEqual(len(rows), 8)
        by_name = {row[0]: dict(zip(titles, row, strict=True)) for row in rows}
        self.assertEqual(set(by_name), set(trial.line_ids.partner_id.mapped("name")))
        for line in trial.line_ids:
            told = by_name[line.partner_id.name]
            self.assertEqual(told["New grade"] or "", line.grade_id.display_name or "")
            self.assertAlmostEqual(told["Revenue, 12 months"], line.revenue)
            self.assertEqual(told["Why"], line.why or None)

    def test_the_name_and_the_sheets_are_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        trial = self._try_on(self.policy).with_context(lang="zh_CN")
        book, name = self._open(trial)
        self.assertEqual(name, f"{self.policy.display_name} – 试算 2026年11月20日.xlsx")
        self.assertEqual([sheet.title for sheet in book.worksheets], ["汇总", "客户"])

    def test_it_is_downloaded_by_who_may_see_and_export_it(self):
        self.policy.name = "Accounts / 2026"
        trial = self._try_on(self.policy)
        exporter = new_test_user(
            self.env,
            "exporter",
            groups="sales_team.group_sale_manager,base.group_allow_export",
        )
        self.authenticate("exporter", "exporter")
        answer = self.url_open(trial.with_user(exporter).action_export()["url"])
        self.assertEqual(answer.status_code, 200)
        name = "Accounts%20-%202026%20%E2%80%93%20try-on%20Nov%2020%2C%202026.xlsx"
        self.assertIn(name, answer.headers["Content-Disposition"])
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        self.assertEqual(len(list(book.worksheets[1].values)), 9)
        with self.assertRaises(AccessError):
            trial.with_user(self.users["salesperson"])._export_workbook()
        officer = self.users["officer"]
        officer.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(UserError):
            trial.with_user(officer)._export_workbook()

    def test_the_pilot_of_a_simulation_goes_the_same_way(self):
        if "customer_grading_simulation" not in self.env.registry._init_modules:
            self.skipTest("simulation is not installed")
        pilot = self.policy._create_trial("pilot")
        pilot._execute()
        book, name = self._open(pilot)
        self.assertIn("pilot Nov 20, 2026", name)
        self.assertEqual(len(list(book.worksheets[1].values)), 9)
        pilot._thin()
        book, _name = self._open(pilot)  # what is left of it has no result to sum up
        self.assertFalse(book.worksheets[0]._charts)

    def test_the_examples_hold(self):
        tested = doctest.testmod(workbook)
        self.assertFalse(tested.failed)
        self.assertGreater(tested.attempted, 4)


@tagged("post_install", "-at_install")
class TestGradeLine(CustomerGradingCommon, HttpCase):
    """A customer whose points rose and fell, and who was set by hand in between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.customer, cls.other = cls._create_customers(2, user_id=cls.seller.id)
        cls.policy = cls._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "bands": [{"lower": 1000, "points": 60}, {"lower": 200, "points": 30}],
                },
                "total": {"kind": "sum", "parts": ["revenue"]},
            },
            [
                ("A", ("all", ("total", "ge", 60))),
                ("B", ("all", ("total", "ge", 30))),
                ("C", ()),
            ],
            decide_by="points",
            name="Points",
        )
        cls._create_invoice(cls.customer, date(2022, 1, 10), amount=100)
        cls._create_invoice(cls.other, date(2022, 1, 10), amount=100)
        with freeze_time(at(date(2022, 2, 1))):
            cls._activate(cls.policy)
        cls._create_invoice(cls.customer, date(2025, 3, 1), amount=300)
        cls._grade_on(date(2025, 3, 1))
        cls._create_invoice(cls.customer, date(2025, 6, 1), amount=900)
        cls._grade_on(date(2025, 6, 1))
        with freeze_time(at(date(2025, 9, 1))):
            result = cls.env["customer.grading.result"].search(
                [("partner_id", "=", cls.customer.id), ("policy_id", "=", cls.policy.id)]
            )
            result._set_by_hand(cls.dimension._find_grade("C"), "Owes us", date(2026, 1, 31))
        cls._grade_on(date(2026, 2, 1))
        cls.result = result

    @classmethod
    def _grade_on(cls, day):
        with freeze_time(at(day)):
            cls._run(cls.policy)

    def _get_line(self, user="officer", customer=None, **kwargs):
        with freeze_time(at(TODAY)):
            record = (customer or self.customer).with_user(self.users[user])
            return record.get_grade_line(self.dimension.id, **kwargs)

    def _get_codes(self, line):
        codes = [grade["code"] for grade in line["grades"]]
        return [
            codes[step["grade"]] if step["grade"] is not None else None for step in line["steps"]
        ]

    def test_steps_are_the_changes_in_effect(self):
        line = self._get_line(whole=True)
        changes = self.env["customer.grading.change"].search(
            [("result_id", "=", self.result.id), ("state", "=", "applied")],
            order="date_applied, id",
        )
        self.assertEqual(self._get_codes(line), ["C", "B", "A", "C", "A"])
        self.assertEqual(self._get_codes(line), [change.grade_id.code for change in changes])
        self.assertEqual(
            [(step["date"], step["end"]) for step in line["steps"]],
            [(str(c.date_applied), str(c.date_end) if c.date_end else None) for c in changes],
        )
        self.assertEqual([step["by_hand"] for step in line["steps"]], [False] * 3 + [True, False])
        self.assertEqual(line["steps"][3]["reason"], "Owes us")
        self.assertIn("A → C, ", line["steps"][3]["title"])
        codes = [grade["code"] for grade in line["grades"]]
        self.assertEqual(codes[:3], ["A", "B", "C"])

    def test_points_are_those_of_each_change_and_of_the_last_evaluation(self):
        [line] = self._get_line(whole=True)["points"]
        self.assertEqual(
            [(point["date"], point["points"]) for point in line][:3],
            [("2022-02-01", 0), ("2025-03-01", 30), ("2025-06-01", 60)],
        )
        self.assertEqual(line[-1]["points"], 60)
        self.assertEqual(line[1]["text"], "30 points")

    def test_the_last_three_years_are_shown_first(self):
        line = self._get_line()
        self.assertEqual(line["start"], str(date(2023, 11, 20)))
        self.assertEqual(self._get_codes(line), ["C", "B", "A", "C", "A"])  # C still held then
        self.assertEqual(line["points"][0][0]["date"], "2025-03-01")
        with freeze_time(at(date(2028, 6, 1))):
            record = self.customer.with_user(self.users["officer"])
            line = record.get_grade_line(self.dimension.id)
            self.assertTrue(line["is_cut"])
            self.assertEqual(self._get_codes(line), ["A", "C", "A"])
            whole = record.get_grade_line(self.dimension.id, True)
            self.assertFalse(whole["is_cut"])
            self.assertEqual(len(whole["steps"]), 5)

    def test_who_may_not_see_figures_sees_the_steps_alone(self):
        self.assertTrue(self._get_line("salesperson")["points"])  # his own customer
        self.customer.user_id = False
        line = self._get_line("salesperson")
        self.assertFalse(line["points"])
        self.assertEqual(len(line["steps"]), 5)
        self.assertFalse([step for step in line["steps"] if "300" in step["reason"]])

    def test_grades_are_told_to_who_sees_the_customer_and_the_dimension(self):
        with self.assertRaises(AccessError):
            self._get_line("portal")
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.customer.with_user(nobody).get_grade_line(self.dimension.id)
        secret = self._create_dimension("secret", group_ids=self.env.ref("base.group_system").ids)
        self.assertEqual(
            self.customer.with_user(self.seller).get_grade_line(secret.id), {}, "none that is his"
        )
        self.assertEqual(self._get_line(customer=self._create_customers(1)), {})

    def test_a_page_says_that_there_is_a_line_and_does_not_read_it(self):
        with freeze_time(at(TODAY)):
            [view] = [
                view
                for view in self.customer.with_user(self.seller).get_grading_explanation()
                if view["title"] == self.dimension.name
            ]
            pictures = [block["picture"] for block in view["blocks"] if block.get("picture")]
            self.assertEqual(
                pictures,
                [
                    {
                        "kind": "line",
                        "model": "res.partner",
                        "id": self.customer.id,
                        "dimension_id": self.dimension.id,
                    }
                ],
            )
            [view] = [
                view
                for view in self.other.with_user(self.seller).get_grading_explanation()
                if view["title"] == self.dimension.name
            ]
            self.assertFalse([block for block in view["blocks"] if block.get("picture")])

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._get_line(whole=True)
        return self.env.cr.sql_log_count - before

    @warmup
    def test_the_queries_of_a_line_do_not_grow_with_its_steps(self):
        self._count_queries()
        few = self._count_queries()
        for number in range(20):
            amount = 5000 if number % 2 else -5000
            day = date(2026, 3, 1) + timedelta(days=number)
            kind = {"move_type": "out_refund"} if amount < 0 else {}
            self._create_invoice(self.customer, day, amount=abs(amount), **kind)
            self._grade_on(day)
        self.assertGreater(len(self._get_line(whole=True)["steps"]), 15)
        self.assertLessEqual(self._count_queries(), few)
