"""What stands on each paper, for whom, and what does not."""

import json
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.addons.customer_grading.tools.blocks import make_block
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, at
from .common import ADDON, BEGINNING, PaperCase

PAPERS = (
    "report_grade_sheet",
    "report_evaluation_form_contact",
    "report_customer_card",
    "report_follow_up_record",
)


@tagged("post_install", "-at_install")
class TestCustomerPapers(PaperCase):
    def test_f34_the_grade_sheet_tells_the_customer_in_its_language_what_it_has_and_gets(self):
        grade = self._get_results(self.big)[self.big].grade_id
        grade.write({"rights": "First in delivery\nYearly prices", "duties": "Pays on time"})
        grade.with_context(lang="zh_CN").write({"rights": "优先供货", "duties": "按期付款"})
        chinese = self._read("report_grade_sheet", self.big)
        for text in (
            "客户等级通知单",
            "A Grade A",
            "2026/10/05",
            "您享有的权利",
            "优先供货",
            "按期付款",
        ):
            self.assertIn(text, chinese)
        self.big.lang = "en_US"
        english = self._read("report_grade_sheet", self.big | self.small, lang="zh_CN")
        for text in ("Your grade with us", "First in delivery", "Yearly prices", "Pays on time"):
            self.assertIn(text, english)
        self.assertIn("Small Parts", english)

    def test_the_grade_sheet_has_no_figures_no_limits_and_nothing_that_is_for_few(self):
        """Not even where who prints it is one of those few."""
        self.big.lang = "en_US"
        few, officer = self.env.ref(OFFICER_GROUP), self.users["officer"]
        secret = self._create_dimension("fraud", group_ids=few.ids)
        result = self.env["customer.grading.result"]._get_or_create(self.big, secret)
        result.with_user(officer)._set_by_hand(secret.grade_ids[0], "Rumours")
        told = self._read("report_grade_sheet", self.big, officer)
        self.assertIn("revenue", told)
        self.assertIn("influence", told)
        for text in ("1,234,567", "1,000,000", "100", "120", "Fraud", "Rumours"):
            self.assertNotIn(text, told)
        self.assertIn("Rumours", self._read("report_evaluation_form_contact", self.big, officer))
        self.question.write({"asked_of": "group", "group_ids": [Command.set(few.ids)]})
        told = self._read("report_grade_sheet", self.big, officer)
        self.assertNotIn("influence", told)

    def test_the_grade_sheet_has_what_the_grade_gives_in_plain_sentences_and_nothing_of_ours(self):
        """No tag, no salesperson, no limit, no status; before it is in force promises alone."""
        if "customer.grading.benefit" not in self.env:
            self.skipTest("Terms are not installed: grades give nothing.")
        self.big.lang = "en_US"
        grade = self._get_results(self.big)[self.big].grade_id
        term = self.env["account.payment.term"].create({"name": "37 days"})
        tag = self.env["res.partner.category"].create({"name": "To be dropped"})
        team = self.env["crm.team"].create({"name": "Hunters"})
        hunter = self._create_users(suffix="_hunter")["salesperson"]
        hunter.name = "Harry Hunter"
        for vals in (
            {"kind": "payment_term", "payment_term_id": term.id},
            {"kind": "tag", "tag_id": tag.id},
            {"kind": "salesperson", "user_id": hunter.id},
            {"kind": "team", "team_id": team.id},
            {"kind": "credit_limit", "amount": 23_456},
            {"kind": "promise", "text": "First in delivery"},
        ):
            self.env["customer.grading.benefit"].create({"grade_id": grade.id, **vals})
        terms = self.env["customer.grading.terms"].search(
            [("dimension_id", "=", self.dimension.id), ("company_id", "=", self.company.id)]
        )
        ours = ("To be dropped", "Hunter", "23,456", "limit", "set by hand", "waits")
        officer = self.users["officer"]
        told = self._read("report_grade_sheet", self.big, officer)
        self.assertIn("First in delivery", told)
        for text in (*ours, "37 days"):
            self.assertNotIn(text, told, "nothing but promises is given yet")
        terms.when = "now"
        terms.with_user(self.users["administrator"]).action_activate()
        self._run(self.policy)
        self.env["customer.grading.terms.giver"]._give()
        told = self._read("report_grade_sheet", self.big, officer)
        self.assertEqual(told.count("What grade A gives"), 1)
        for text in ("First in delivery", "37 days"):
            self.assertIn(text, told)
        for text in (*ours, "✔", "✘"):
            self.assertNotIn(text, told)

    def test_a_block_may_be_of_one_paper_alone(self):
        """Another addon gives it where the context names the paper, and the screen has it not."""
        View = type(self.env["customer.grading.explanation.view"])

        def get_blocks(view, record, result, explanation):
            paper = view.env.context.get("grading_paper")
            if not paper:
                return []
            return [{**make_block("Said in words", text="One\nTwo"), "papers": [paper]}]

        with patch.object(View, "_get_explanation_blocks", get_blocks):
            self.assertIn("Said in words One", self._read("report_grade_sheet", self.small))
            self.assertIn("Said in words One", self._read("report_customer_card", self.small))
            self.assertNotIn("Said in words", str(self.small.get_grading_explanation()))

    def test_f59_the_evaluation_form_has_points_number_and_lines_to_sign(self):
        report = self.env.ref(f"{ADDON}.customer_grading_report_evaluation_form")
        report.write(
            {"customer_grading_form_number": "MF/Q 102/A", "customer_grading_form_version": "B"}
        )
        result = self._get_results(self.big)[self.big]
        told = self._read("report_evaluation_form", result)
        for text in ("Grade evaluation form", "MF/Q 102/A", "Version B", "Big Trucks", "C-17"):
            self.assertIn(text, told)
        for text in ("revenue", "1,234,567", "influence", "20", "Total", "120", "A Grade A"):
            self.assertIn(text, told)
        self.assertIn("Prepared by Sally Seller", told)
        self.assertIn("Reviewed by", told)
        self.assertIn("Approved by", told)
        of_contact = self._read("report_evaluation_form_contact", self.big)
        self.assertIn("1,234,567", of_contact)

    def test_who_may_not_see_figures_gets_the_form_without_them(self):
        other = self._create_users(suffix="_other")["salesperson"]
        result = self._get_results(self.big)[self.big]
        told = self._read("report_evaluation_form", result, other)
        self.assertIn("hidden", told)
        for figure in ("1,234,567", "120"):
            self.assertNotIn(figure, told)
        lists = self.env["customer.grading.print.lists"].with_user(other).create({})
        self.assertNotIn("1,234,567", self._read("report_grade_lists", lists, other))

    def test_f63_yearly_lists_have_each_grade_of_a_day_with_revenue_and_support_plan(self):
        Plan = self.env["customer.grading.support.plan"].with_user(self.seller)
        Plan.create({"partner_id": self.big.id, "plan": "Visits by the director"})
        Plan.create({"partner_id": self.small.id, "plan": "Of another year", "year": "2025"})
        self._at(TODAY)
        self._answer(self.question, self.big, 0, TODAY)
        lists = self.env["customer.grading.print.lists"].with_user(self.seller)
        then = lists.create({"day": BEGINNING})
        told = self._read("report_grade_lists", then)
        first, second = told.split("List C")
        for text in ("List A", "C-17 Big Trucks", "Visits by the director", "Sally Seller"):
            self.assertIn(text, first)
        self.assertIn("1,234,567 USD", first)
        self.assertIn("Small Parts", second)
        self.assertNotIn("Of another year", told)
        before = lists.create({"day": BEGINNING - timedelta(days=1)})
        self.assertIn("Nobody had a grade.", self._read("report_grade_lists", before))
        chosen = self._read("report_grade_list", self._get_results(self.big)[self.big])
        self.assertIn("Visits by the director", chosen)

    def test_who_is_on_probation_stands_on_a_list_of_the_new(self):
        result = self._get_results(self.small)[self.small]
        result.date_provisional = BEGINNING + timedelta(days=90)
        lists = self.env["customer.grading.print.lists"].with_user(self.seller).create({})
        told = self._read("report_grade_lists", lists)
        self.assertIn("New customers", told)
        self.assertIn("01/03/2027", told)

    def test_the_monthly_report_counts_grades_and_moves_by_salesperson(self):
        self._at(date(2026, 11, 2))
        self._answer(self.question, self.big, 0, date(2026, 11, 2))
        self.policy.stop_percent = 0
        officer = self.users["officer"]
        result = self._get_results(self.big)[self.big]
        lower = self._get_results(self.small)[self.small].grade_id
        result.with_user(officer)._set_by_hand(lower, "Strike")
        month = self.env["customer.grading.print.month"].with_user(self.seller)
        october, november = month.create({}), month.create({"month": TODAY})
        self._at(TODAY)
        values = self.env["report.customer_grading_paper.report_monthly"].with_user(self.seller)
        [sheet] = values._get_report_values(october.ids)["sheets"]
        self.assertEqual(
            [(r["grade"].code, r["start"], r["end"]) for r in sheet["rows"]][0], ("A", 0, 1)
        )
        self.assertEqual(sheet["moves"], [2, 0, 0, 0])
        [sheet] = values._get_report_values(november.ids)["sheets"]
        self.assertEqual(
            [(r["start"], r["end"]) for r in sheet["rows"] if r["start"] or r["end"]],
            [(1, 0), (1, 2)],
        )
        self.assertEqual([p["name"] for p in sheet["people"]], ["Sally Seller"])
        self.assertEqual(sheet["people"][0]["moves"], [0, 0, 1, 0])
        told = self._read("report_monthly", november)
        self.assertIn("Monthly report of grades", told)
        self.assertIn("11/01/2026 to 11/20/2026", told)

    def test_a_policy_prints_as_a_numbered_and_signed_regulation(self):
        self.policy.form_number = "QM-7"
        told = self._read("report_regulation", self.policy)
        for text in ("Grading regulation", "QM-7", "Version 1", "Whom it grades", "Approved by"):
            self.assertIn(text, told)
        self.assertIn("编制", self._read("report_regulation", self.policy, lang="zh_CN"))


@tagged("post_install", "-at_install")
class TestCardAndRecord(PaperCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {"name": "Ann Buyer", "parent_id": cls.big.id, "function": "Purchasing", "phone": "5-5"}
        )
        cls.lead = cls._create_lead(
            cls.big, BEGINNING, name="Axles for spring", user_id=cls.seller.id
        )

    def test_f51_the_customer_card_shows_needs_rivals_and_who_decides(self):
        for name, section, answer in (
            ("What hurts?", "needs", "Late parts"),
            ("Who else delivers?", "rivals", "Rival Axles"),
            ("Who decides?", "other", "Ann Buyer"),
            ("Of no interest?", "none", "Nothing"),
        ):
            question = self.env["customer.grading.question"].create(
                {"name": name, "kind": "text", "card_section": section}
            )
            self._answer(question, self.big, answer, BEGINNING)
        reason = self.env["crm.lost.reason"].create({"name": "Too dear for them"})
        lost = self._create_lead(self.big, BEGINNING, name="Lost one", user_id=self.seller.id)
        lost.action_set_lost(lost_reason_id=reason.id)
        lost.write({"date_deadline": date(2026, 12, 24), "date_closed": "2026-10-07 10:00:00"})
        self.env["res.partner"].create(
            {"name": "Big Axles", "parent_id": self.big.id, "is_company": True}
        )
        told = self._read("report_customer_card", self.person)
        for text in ("Big Trucks", "C-17", "Purchasing", "5-5", "A Grade A since 10/05/2026"):
            self.assertIn(text, told)
        needs, rivals = told.split(" Competitors ")
        self.assertIn("What hurts? Late parts", needs)
        self.assertIn("Axles for spring", needs)
        for text in (
            "Rival Axles",
            "Lost one",
            "10/07/2026 Too dear for them",
            "Who decides? Ann Buyer",
        ):
            self.assertIn(text, rivals)
        for text in ("Of no interest?", "Big Axles", "12/24/2026"):
            self.assertNotIn(text, told)

    def test_n09_the_card_tells_to_which_rivals_opportunities_were_lost_and_what_we_do(self):
        if "customer.grading.loss" not in self.env:
            self.skipTest("Lost opportunities are not kept: their addon is not installed.")
        northern, eastern = self.env["customer.grading.rival"].create(
            [
                {
                    "name": "Northern",
                    "features": "Ships overnight",
                    "strategy": "Offer a lease",
                    "product_ids": [Command.create({"name": "N9", "features": "Nine tons"})],
                },
                {"name": "Eastern", "strategy": "Show our workshop"},
            ]
        )
        reason = self.env["crm.lost.reason"].create({"name": "Too dear for them"})
        stranger = self._create_users(suffix="_stranger")["salesperson"]
        for seller, rival, note in (
            (self.seller, northern, "Half the price"),
            (self.seller, northern, "Better brakes"),
            (self.seller, self.env["customer.grading.rival"], "Nobody met"),
            (stranger, eastern, "A secret offer"),
        ):
            lead = self._create_lead(self.person, BEGINNING, user_id=seller.id)
            lead.action_set_lost(lost_reason_id=reason.id)
            loss = self.env["customer.grading.loss"].search([("lead_id", "=", lead.id)])
            product = rival.product_ids.id
            loss.write({"rival_id": rival.id, "rival_product_id": product, "note": note})
        told = self._read("report_customer_card", self.big)
        _before, rivals = told.split(" Competitors ")
        latest = "Northern N9 Nine tons Ships overnight Better brakes (11/20/2026) Offer a lease"
        self.assertIn(latest, rivals)
        self.assertIn("Northern N9 Nine tons Half the price (11/20/2026)", rivals)
        self.assertEqual(rivals.count("Offer a lease"), 1, "of a rival once")
        for text in ("Nobody met", "Eastern", "A secret offer"):
            self.assertNotIn(text, told)
        everybody = self._read("report_customer_card", self.big, self.users["officer"])
        self.assertIn("Show our workshop", everybody)
        self.assertNotIn("Northern", self._read("report_customer_card", self.small))

    def test_the_follow_up_record_tells_what_was_said_and_the_grade_then(self):
        for day, summary in ((date(2026, 9, 20), "Before"), (date(2026, 10, 9), "After")):
            with freeze_time(at(day)):
                activity = self.big.activity_schedule(
                    "mail.mail_activity_data_call", user_id=self.seller.id, summary=summary
                )
                activity.action_feedback(feedback=f"They want {summary}")
        self.lead.activity_schedule(
            "mail.mail_activity_data_meeting", summary="Show the new axle", user_id=self.seller.id
        )
        self._at(date(2026, 10, 10))
        paper = self.env["report.customer_grading_paper.report_follow_up_record"]
        [sheet] = paper.with_user(self.seller)._get_report_values(self.big.ids)["sheets"]
        told = [(c["day"], c["means"], c["grade"]) for c in sheet["contacts"]]
        self.assertEqual(told, [(date(2026, 10, 9), "Call", "A"), (date(2026, 9, 20), "Call", "")])
        page = self._read("report_follow_up_record", self.big)
        for text in ("They want After", "They want Before", "Show the new axle", "Sally Seller"):
            self.assertIn(text, page)
        of_lead = self._read("report_follow_up_record_lead", self.lead)
        self.assertIn("Show the new axle", of_lead)
        self.assertNotIn("They want", of_lead)

    def test_what_was_said_where_one_may_not_read_is_left_out(self):
        with freeze_time(at(BEGINNING)):
            activity = self.lead.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.seller.id
            )
            activity.action_feedback(feedback="A secret offer")
        other = self._create_users(suffix="_other")["salesperson"]
        told = self._read("report_follow_up_record", self.big, other)
        self.assertIn("Call", told)
        self.assertNotIn("A secret offer", told)


@tagged("post_install", "-at_install")
class TestWhoPrints(PaperCase):
    def test_who_sees_no_grades_prints_nothing_not_even_of_the_own_company(self):
        portal = self.users["portal"]
        portal.partner_id.parent_id = self.big
        for name in PAPERS:
            with self.subTest(name), self.assertRaises(AccessError):
                self._read(name, self.big, portal)

    def test_who_may_not_see_a_customer_cannot_print_it(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.big.company_id = self.company
        stranger = self._create_users(elsewhere, suffix="_stranger")["salesperson"]
        for name in PAPERS:
            with self.subTest(name), self.assertRaises(AccessError):
                self._read(name, self.big, stranger)
        with self.assertRaises(AccessError):
            self._read("report_evaluation_form", self._get_results(self.big)[self.big], stranger)

    def test_who_may_not_see_a_dimension_gets_no_lists_of_it(self):
        secret = self._create_dimension("fraud", group_ids=self.env.ref(OFFICER_GROUP).ids)
        for name, paper in (("lists", "report_grade_lists"), ("month", "report_monthly")):
            asked = self.env[f"customer.grading.print.{name}"].with_user(self.seller)
            asked = asked.create({"dimension_id": secret.id})
            with self.subTest(name), self.assertRaises(AccessError):
                self._read(paper, asked)

    def test_lists_of_many_take_no_more_queries(self):
        def count(lists):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._read("report_grade_lists", lists)
            return self.env.cr.sql_log_count - before

        lists = self.env["customer.grading.print.lists"].with_user(self.seller).create({})
        count(lists)
        few = count(lists)
        for customer in self._create_customers(20, user_id=self.seller.id):
            self._create_invoice(customer, BEGINNING, 500)
        self._run(self.policy)
        self.assertLessEqual(count(lists), few)


@tagged("post_install", "-at_install")
class TestSupportPlans(PaperCase):
    def test_the_plans_of_merged_customers_stand_together(self):
        Plan = self.env["customer.grading.support.plan"]
        Plan.create({"partner_id": self.big.id, "plan": "Visits"})
        Plan.create({"partner_id": self.small.id, "plan": "Training"})
        Plan.create({"partner_id": self.small.id, "plan": "Older", "year": "2025"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.big | self.small).ids)],
                "dst_partner_id": self.big.id,
            }
        )
        wizard.action_merge()
        plans = Plan.search([("partner_id", "=", self.big.id)])
        self.assertEqual(plans.mapped("plan"), ["Visits\nTraining", "Older"])


@tagged("post_install", "-at_install")
class TestPolicyFiles(PaperCase):
    def test_rights_duties_and_numbers_come_with_policy_files(self):
        """They go back into them, too."""
        content = self.policy._export_policy()
        content["form_number"] = "QM-7"
        content["dimension"] |= {"code": "care", "name": "Care"}
        grades, [question] = content["dimension"]["grades"], content["questions"]
        grades[0] |= {"rights": "First in delivery", "duties": "Pays on time"}
        question["card"] = "needs"
        text = json.dumps(content).replace(f'"{question["code"]}"', '"care_influence"')
        draft = self.env["customer.grading.policy"].load_policy(text, "care.json")
        grade = draft.rule_ids.grade_id.sorted()[0]
        self.assertEqual((grade.rights, grade.duties), ("First in delivery", "Pays on time"))
        self.assertEqual(draft.criterion_ids.question_id.card_section, "needs")
        self.assertEqual(draft.form_number, "QM-7")
        draft.file_form = False
        exported = draft._export_policy()
        self.assertEqual(exported["form_number"], "QM-7")
        self.assertEqual(exported["dimension"]["grades"], grades)
        self.assertEqual(exported["questions"], [{**question, "code": "care_influence"}])
