"""What is printed, and what is counted, against numbers worked out by hand."""

from datetime import date

from odoo.tests import tagged

from .common import VisitCase
from .test_visit_plan import day


class FiguresCase(VisitCase):
    """One week: of four visits two are done, one with success; one is missed, one cancelled.

    ===========  =====  ==================================================
    big, A       Tue 3  done, successful
    small, B     Tue 3  done on Wed 4
    slow, B      Thu 5  missed
    big, A       Fri 6  cancelled
    slow, B      Tue 10  planned
    nobody's     Wed 4  called without a plan, not graded, not the person's
    ===========  =====  ==================================================
    """

    def setUp(self):
        super().setUp()
        self._ask(gap=2, gap_unit="days")
        self._activate(self.policy)
        self.ungraded = self._create_customers(1, user_id=self.seller.id)
        self.ungraded.name = "Walked in"
        self.plan = self._plan(make=False)
        self.good = self._add(self.plan, self.big, day(3))
        self.plain = self._add(self.plan, self.small, day(3), note="Her trade")
        self.missed = self._add(self.plan, self.slow, day(5))
        self._add(self.plan, self.big, day(6), is_cancelled=True)
        self.later = self._add(self.plan, self.slow, day(10))
        self._at(day(3))
        self._contact(self.big)
        self.good.write({"success": "yes", "result": "Ordered ten"})
        self._at(day(4))
        self._contact(self.small)
        self._contact(self.ungraded, "call")
        self._at(day(9))

    def _render(self, report, records, user=None, lang="en_US", **context):
        Report = self.env["ir.actions.report"].with_user(user or self.seller)
        Report = Report.with_context(lang=lang, **context)
        data = {"week": context["week"]} if "week" in context else None
        name = f"customer_grading_visit_plan.{report}"
        return Report._render_qweb_html(name, records.ids, data=data)[0].decode()


@tagged("post_install", "-at_install")
class TestPapers(FiguresCase):
    def test_a_week_plan_names_who_plans_who_confirms_and_whom_to_visit_each_day(self):
        self.plan.with_user(self.seller).action_ask()
        self.plan.with_user(self.leader).action_confirm()
        paper = self._render("report_week", self.plan)
        for text in (
            "Week plan",
            self.seller.name,
            "North",
            self.leader.name,
            "2026-W45 (11-02 – 11-08)",
            "2026-W46 (11-09 – 11-15)",
            "Tuesday, November 3, 2026",
            "Her trade",
            "555-1",
        ):
            with self.subTest(text=text):
                self.assertIn(text, paper)
        self.assertNotIn("November 6", paper, "what was cancelled is not printed")
        [one] = [self._render("report_week", self.plan, week="2026-W46 (11-09 – 11-15)")]
        self.assertIn("Tuesday, November 10, 2026", one)
        self.assertNotIn("November 3", one)
        chinese = self._render("report_week", self.plan, lang="zh_CN")
        self.assertIn("周拜访计划", chinese)
        self.assertIn("2026年11月3日", chinese)

    def test_a_week_is_chosen_in_a_dialog(self):
        Wizard = self.env["customer.grading.visit.print.week"].with_user(self.seller)
        wizard = Wizard.with_context(active_id=self.plan.id).create({})
        self.assertEqual(wizard.week, "2026-W46 (11-09 – 11-15)")
        action = wizard.action_print()
        self.assertEqual(action["data"], {"week": wizard.week})
        self.assertEqual(action["context"]["active_ids"], self.plan.ids)

    def test_a_daily_report_tells_what_was_planned_done_and_not_planned_and_the_next_day(self):
        self._add(self.plan, self.big, day(5))
        wizard = self.env["customer.grading.visit.print.day"].with_user(self.seller)
        wizard = wizard.create({"day": day(4)})
        sheet = wizard._get_sheet()
        self.assertEqual(sheet["visits"], self.plain)
        self.assertEqual((sheet["planned"], sheet["done"], sheet["rate"]), (0, 1, 0))
        self.assertEqual(sheet["unplanned"], [("Walked in", False, "Call")])
        self.assertEqual(sheet["next"].partner_id, self.big | self.slow)
        paper = self._render("report_day", wizard)
        for text in ("Daily report", "Wednesday, November 4, 2026", "Walked in", "Remark of the"):
            self.assertIn(text, paper)
        wizard.day = day(3)
        sheet = wizard._get_sheet()
        self.assertEqual(sheet["visits"], self.good | self.plain)
        self.assertEqual((sheet["planned"], sheet["done"], sheet["rate"]), (2, 1, 100))
        self.assertFalse(sheet["unplanned"])
        paper = self._render("report_day", wizard, lang="zh_CN")
        for text in ("拜访日报", "Ordered ten", "上级批示"):
            self.assertIn(text, paper)
        self.assertEqual(
            wizard.action_print()["report_name"], "customer_grading_visit_plan.report_day"
        )


@tagged("post_install", "-at_install")
class TestFigures(FiguresCase):
    def _sum(self, model, domain, groupby, *names):
        Model = self.env[model].with_user(self.leader)
        specs = [f"{name}:{Model._fields[name].aggregator}" for name in names]
        return {key: told for key, *told in Model._read_group(domain, groupby, specs)}

    def test_the_statistics_of_the_month(self):
        of_month = [("date", ">=", day(1)), ("date", "<=", day(30))]
        names = ("planned", "done", "successful", "missed", "unplanned", "success_rate")
        told = self._sum("customer.grading.visit.report", of_month, ["user_id"], *names)
        self.assertEqual(told[self.seller], [4, 2, 1, 1, 1, 0.5])
        names = ("customers", "reached", "coverage")
        told = self._sum("customer.grading.visit.report", of_month, ["grade_id"], *names)
        nobody = self.env["customer.grade"]
        self.assertEqual(told[self.first], [1, 1, 1.0])
        self.assertEqual(told[self.second], [2, 1, 0.5])
        self.assertEqual(told[nobody], [1, 1, 1.0])
        whole = self._sum("customer.grading.visit.report", of_month, ["company_id"], *names)
        self.assertEqual(whole[self.company], [4, 3, 0.75])
        action = self.plan.with_user(self.seller).action_open_unplanned()
        rows = self.env["customer.grading.visit.report"].with_user(self.seller)
        self.assertEqual(rows.search(action["domain"]).partner_id, self.ungraded)

    def test_the_figures_of_appraisal(self):
        self._run(self.policy)
        names = ("customers", "graded", "coverage", "planned", "done", "successful", "unplanned")
        month = [("month", "=", day(1))]
        told = self._sum("customer.grading.appraisal", month, ["user_id"], *names, "overdue")
        # Due on the 5th, two days after the last visit to the only A customer.
        self.assertEqual(told[self.seller], [4, 3, 0.75, 4, 2, 1, 1, 1])
        several = [("month", ">=", date(2026, 9, 1))]
        told = self._sum("customer.grading.appraisal", several, ["user_id"], *names, "overdue")
        self.assertEqual(told[self.seller], [4, 3, 0.75, 4, 2, 1, 1, 1], "nothing is told thrice")
        told = self._sum("customer.grading.appraisal", several, ["user_id"], "due", "in_time")
        self.assertEqual(
            told[self.seller], [2, 1], "in time by the visit of the 3rd; overdue since"
        )
        rows = self.env["customer.grading.appraisal"].with_user(self.seller).search(month)
        self.assertEqual(rows.user_id, self.seller)

    def test_two_companies_are_told_of_side_by_side(self):
        other = self._create_company_with_chart("Elsewhere")
        self.seller.company_ids |= other
        self._plan(make=False, company_id=other.id)
        both = {"allowed_company_ids": [self.company.id, other.id]}
        for model in ("customer.grading.visit.report", "customer.grading.appraisal"):
            Model = self.env[model].with_user(self.seller).with_context(**both)
            companies = {company for [company] in Model._read_group([], ["company_id"])}
            self.assertEqual(companies, {self.company, other})
