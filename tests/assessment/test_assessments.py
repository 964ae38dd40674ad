"""What people assess: kinds of answers, who gives them, what they outdate."""

from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import TODAY, CustomerGradingCommon, at


class AssessmentCommon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.customers = cls._create_customers(3, user_id=cls.users["salesperson"].id)
        cls.first, cls.second, cls.third = cls.customers

    @classmethod
    def _ask(cls, name, kind="yes_no", **vals):
        choices = vals.pop("choices", ())
        return cls.env["customer.grading.question"].create(
            {
                "name": name,
                "code": name.lower().replace(" ", "_").strip("?"),
                "kind": kind,
                "choice_ids": [Command.create({"name": choice}) for choice in choices],
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestAnswers(AssessmentCommon):
    def test_numbers_and_times_beyond_all_measure_are_refused(self):
        staff = self._ask("Staff", "number")
        with self.assertRaises(ValidationError):
            self._answer(staff, self.first, 1e300)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            staff.validity_months = 1_000_000
            self.env.flush_all()

    def test_an_answer_counts_at_once(self):
        asked, other = self._ask("Loyal?"), self._ask("Large?")
        policy = self._create_policy(
            {"loyal": {"question": asked}}, [("A", ("loyal", "yes")), ("C", ())], population="all"
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["C"] * 3)
        runs = len(policy.run_ids)
        seller = self.users["salesperson"]
        answer = (
            self.env["customer.grading.answer"]
            .with_user(seller)
            .create({"question_id": asked.id, "partner_id": self.first.id, "yes_no": "yes"})
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "C", "C"])
        answer.yes_no = "no"
        self.assertEqual(self._get_grades(self.customers), ["C"] * 3)
        self._answer(other, self.second, True)
        self.assertEqual(len(policy.run_ids), runs + 2, "nobody was graded by what is not asked")

    def test_what_an_answer_outdates_is_graded_at_once_too(self):
        lost = self._ask("Lost?")
        loyal = self._ask("Loyal?", contrary_ids=[Command.set(lost.ids)])
        policy = self._create_policy(
            {"loyal": {"question": loyal}}, [("A", ("loyal", "yes")), ("C", ())], population="all"
        )
        self._activate(policy)
        self._answer(loyal, self.first, True, date(2026, 11, 1))
        self.assertEqual(self._get_grades(self.first), ["A"])
        self._answer(lost, self.first, True, date(2026, 11, 10))
        self.assertEqual(self._get_grades(self.first), ["C"])

    def test_answers_of_each_kind_grade(self):
        questions = {
            "loyal": self._ask("Loyal?"),
            "credit": self._ask("Credit", "levels", choices=("High", "Low")),
            "visit": self._ask("Visit", "points"),
            "staff": self._ask("Staff", "number", unit_text="people"),
            "plant": self._ask("Plant", "text"),
        }
        high = questions["credit"].choice_ids[0]
        values = {"loyal": True, "credit": high, "visit": 7, "staff": 1200.5, "plant": "Wuhan"}
        for key, value in values.items():
            self._answer(questions[key], self.first, value)
        for key, value in {"staff": 0, "plant": "Xi'an", "loyal": True}.items():
            self._answer(questions[key], self.second, value)
        policy = self._create_policy(
            {key: {"question": question} for key, question in questions.items()},
            [
                (
                    "A",
                    (
                        "all",
                        ("loyal", "yes"),
                        ("credit", "level_is", 0),
                        ("visit", "ge", 7),
                        ("staff", "gt", 1000),
                        ("plant", "is", "wuhan"),
                    ),
                ),
                ("B", ("staff", "le", 0)),
            ],
            population="all",
        )
        self.assertEqual(
            self._measure_all(self.customers, policy=policy),
            {
                "loyal": [True, True, None],
                "credit": [high.id, None, None],
                "visit": [7, None, None],
                "staff": [1200.5, 0, None],
                "plant": ["Wuhan", "Xi'an", None],
            },
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", False])
        self.assertIn("more than 1,000 people", policy.reads_as)
        answers = self.env["customer.grading.answer"].search([("partner_id", "=", self.first.id)])
        self.assertEqual(
            set(answers.mapped("answer")), {"Yes", "High", "7", "1,200.5 people", "Wuhan"}
        )

    def test_a_policy_of_customers_asks_about_customers_only(self):
        urgent = self._ask("Urgent?", subject="lead")
        with self.assertRaisesRegex(ValidationError, "known of opportunities only"):
            self._create_policy({"urgent": {"question": urgent}}, [("A", ("urgent", "yes"))])
        loyal = self._ask("Loyal?")
        self._create_policy({"loyal": {"question": loyal}}, [("A", ("loyal", "yes"))])
        with self.assertRaisesRegex(ValidationError, "asked about customers: say which"):
            self._answer(self._ask("Kind?"), self._create_lead(self.first, TODAY), True)
        with self.assertRaisesRegex(ValidationError, "known of opportunities only"):
            loyal.subject = "lead"

    def test_a_text_is_understood_as_the_question_asks(self):
        credit = self._ask("Credit", "levels", choices=("High", "Low"))
        staff = self._ask("Staff", "number")
        self.assertEqual(credit._parse_answer(" low "), {"choice_id": credit.choice_ids[1].id})
        self.assertEqual(staff._parse_answer("-2.5"), {"number": -2.5})
        for question, text in ((credit, "medium"), (staff, "many"), (staff, "nan"), (staff, "")):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, question.name):
                question._parse_answer(text)

    def test_only_chosen_groups_answer_what_they_are_asked(self):
        finance = self.env.ref("account.group_account_user")
        solvent = self._ask("Solvent?", asked_of="group", group_ids=finance.ids)
        vals = {"question_id": solvent.id, "partner_id": self.first.id, "yes_no": "yes"}
        Answer = self.env["customer.grading.answer"]
        answer = Answer.with_user(self.users["accountant"]).create(vals)
        self.assertEqual(answer.user_id, self.users["accountant"])
        with self.assertRaisesRegex(AccessError, "asked of"):
            Answer.with_user(self.users["salesperson"]).create(vals)
        with self.assertRaisesRegex(AccessError, "own name"):
            Answer.with_user(self.users["accountant"]).create(
                {**vals, "user_id": self.users["officer"].id}
            )
        with self.assertRaisesRegex(ValidationError, "choose the groups"):
            solvent.group_ids = False

    def test_what_was_answered_on_another_day_is_kept(self):
        user = self.users["salesperson"]
        loyal = self._ask("Loyal?")
        Answer = self.env["customer.grading.answer"].with_user(user)
        answer = Answer.create(
            {"question_id": loyal.id, "partner_id": self.first.id, "yes_no": "yes"}
        )
        answer.yes_no = "no"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_grading_answer SET create_date = %s WHERE id = %s",
            [answer.create_date - timedelta(days=2), answer.id],
        )
        answer.invalidate_recordset()
        with self.assertRaisesRegex(AccessError, "Give a new one"):
            answer.yes_no = "yes"
        answer.with_user(self.users["officer"]).yes_no = "yes"

    def test_a_later_fact_outdates_an_older_contrary_one(self):
        bought = self._ask("Bought?", validity_months=1)
        refused = self._ask("Refused?", contrary_ids=bought.ids)
        policy = self._create_policy(
            {"refused": {"question": refused}, "bought": {"question": bought}},
            [("A", ("bought", "yes")), ("B", ("refused", "yes")), ("C", ())],
            population="all",
        )
        self._answer(refused, self.customers[0], True, date(2026, 9, 1))
        self._answer(bought, self.customers[0], True, date(2026, 10, 1))
        self._answer(bought, self.customers[1], True, date(2026, 9, 1))
        self._answer(refused, self.customers[1], True, date(2026, 10, 25))
        self._answer(refused, self.customers[2], True, date(2026, 9, 1))
        self._answer(bought, self.customers[2], False, date(2026, 10, 30))
        known = {
            day: self._measure_all(self.customers, day, policy=policy)
            for day in (date(2026, 9, 30), TODAY)
        }
        self.assertEqual(
            known[date(2026, 9, 30)],
            {"refused": [True, None, True], "bought": [None, True, None]},
        )
        self.assertEqual(
            known[TODAY], {"refused": [None, True, True], "bought": [None, None, False]}
        )
        with freeze_time(at(TODAY)):
            self._activate(policy)
            self.assertEqual(self._get_grades(self.customers), ["C", "B", "B"])
            [view] = self.first.get_grading_explanation()
        texts = [
            cell["text"]
            for block in view["blocks"]
            for row in block["rows"]
            for cell in row["cells"]
        ]
        self.assertTrue(
            any("outdated by a yes to “Bought?” of 10/01/2026" in text for text in texts), texts
        )
        with self.assertRaisesRegex(ValidationError, "Only a yes outdates"):
            refused.contrary_ids = self._ask("Staff", "number")

    def test_a_decision_stands_beside_what_it_is_decided_on(self):
        sales = self._ask("Sales", "levels", choices=("High", "Low"))
        finance = self._ask("Finance", "levels", choices=("High", "Low"))
        quality = self._ask("Quality")
        decision = self._ask("Trust?", basis_ids=(sales + finance + quality).ids)
        self._answer(sales, self.first, sales.choice_ids[0], date(2026, 11, 3))
        self._answer(finance, self.first, finance.choice_ids[1], date(2026, 11, 5))
        with freeze_time(at(TODAY)):
            form = Form(
                self.env["customer.grading.answer"].with_context(
                    default_question_id=decision.id, default_partner_id=self.first.id
                )
            )
            me = self.env.user.name
            self.assertEqual(
                form.basis_text,
                f"Sales: High, {me}, 11/03/2026 · Finance: Low, {me}, 11/05/2026 · open: Quality",
            )
        with self.assertRaisesRegex(ValidationError, "decided on itself"):
            sales.basis_ids = decision

    def test_plain_files_are_imported(self):
        credit = self._ask("Credit", "levels", choices=("High", "Low"))
        self._ask("Other", "levels", choices=("High", "Low"))
        self._ask("Staff", "number")
        lead = self._create_lead(self.first, TODAY, name="New plant")
        self._ask("Urgent?", subject="lead")
        columns = ["partner_id", "lead_id", "question_id", "date", "answer", "remark"]
        done = self.env["customer.grading.answer"].load(
            columns,
            [
                [self.first.name, "", "credit", "2026-11-01", "Low", "by phone"],
                [self.first.name, "", "Staff", "2026-11-02", "250", ""],
                ["", lead.name, "Urgent?", "2026-11-03", "yes", ""],
            ],
        )
        self.assertFalse(done["messages"], done["messages"])
        answers = self.env["customer.grading.answer"].browse(done["ids"])
        self.assertRecordValues(
            answers,
            [
                {"partner_id": self.first.id, "lead_id": False, "answer": "Low"},
                {"partner_id": self.first.id, "lead_id": False, "answer": "250"},
                {"partner_id": False, "lead_id": lead.id, "answer": "Yes"},
            ],
        )
        self.assertEqual(answers[0].date, date(2026, 11, 1))
        self.assertEqual(answers[0].choice_id, credit.choice_ids[1])
        failed = self.env["customer.grading.answer"].load(
            columns, [[self.second.name, "", "credit", "2026-11-01", "Medium", ""]]
        )
        self.assertIn("“Medium” is no answer to “Credit”", failed["messages"][0]["message"])


class OpportunityAssessmentCommon(AssessmentCommon):
    """Two opportunities of one customer, of which one is a colleague's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intention = cls._create_dimension("intention", subject="lead", sequence=1)
        cls.intention._set_main("lead", cls.company)
        cls.urgent = cls._ask("Urgent?", subject="lead")
        cls.loyal = cls._ask("Loyal?")
        cls.other = new_test_user(
            cls.env, login="grading_other", groups="sales_team.group_sale_salesman"
        )
        cls.lead, cls.theirs = cls._create_lead(cls.first, TODAY) | cls._create_lead(
            cls.first, TODAY
        )
        cls.lead.user_id = cls.users["salesperson"]
        cls.theirs.user_id = cls.other
        cls.policy = cls._create_policy(
            {"urgent": {"question": cls.urgent}, "loyal": {"question": cls.loyal}},
            [
                ("A", ("all", ("urgent", "yes"), ("loyal", "yes"))),
                ("B", ("urgent", "yes")),
                ("C", ()),
            ],
            dimension=cls.intention,
        )


@tagged("post_install", "-at_install")
class TestAnswersOfOpportunities(OpportunityAssessmentCommon):
    def _get_codes(self, leads):
        return self._get_grades(leads, dimension=self.intention)

    def test_an_opportunity_is_graded_by_its_own_answers_and_its_customer_s(self):
        self._answer(self.urgent, self.lead, True)
        self._answer(self.loyal, self.first, True)
        with freeze_time(at(TODAY)):
            self._activate(self.policy)
            self.assertEqual(self._get_codes(self.lead | self.theirs), ["A", "C"])

    def test_what_was_answered_about_others_opportunities_is_not_told(self):
        self._answer(self.urgent, self.theirs, True)
        decision = self._ask("Decision?", subject="lead", basis_ids=self.urgent.ids)
        Answer = self.env["customer.grading.answer"].with_user(self.users["salesperson"])
        about = {"question_id": decision.id, "company_id": self.company.id}
        mine = Answer.new({**about, "lead_id": self.lead.id})
        theirs = Answer.new({**about, "lead_id": self.theirs.id})
        self.assertEqual((mine.basis_text, theirs.basis_text), ("open: Urgent?", "open: Urgent?"))

    @freeze_time(at(TODAY))
    def test_an_answer_grades_within_minutes(self):
        self._activate(self.policy)
        self.env.flush_all()
        for table in ("crm_lead", "res_partner"):
            self.env.cr.execute(f"UPDATE {table} SET write_date = '2020-01-01'")
        since = self.env.cr.now() - timedelta(days=1)
        Run = self.env["customer.grading.run"]
        self.assertFalse(Run._grade_changed(since))
        self._answer(self.urgent, self.lead, True)
        self.env.flush_all()
        self.assertEqual(Run._grade_changed(since).graded_count, 1)
        self.assertEqual(self._get_codes(self.lead), ["B"])

    def test_answers_are_seen_by_who_sees_the_opportunity(self):
        mine = self._answer(self.urgent, self.lead, True)
        theirs = self._answer(self.urgent, self.theirs, True)
        customer_s = self._answer(self.loyal, self.first, True)
        answers = mine | theirs | customer_s
        for role, seen in (
            ("salesperson", mine | customer_s),
            ("accountant", customer_s),
            ("officer", answers),
        ):
            with self.subTest(role=role):
                Answer = self.env["customer.grading.answer"].with_user(self.users[role])
                self.assertEqual(Answer.search([("id", "in", answers.ids)]), seen.sorted())
        Answer = self.env["customer.grading.answer"].with_user(self.users["salesperson"])
        vals = {"question_id": self.urgent.id, "yes_no": "no"}
        self.assertTrue(Answer.create({**vals, "lead_id": self.lead.id}))
        with self.assertRaises(AccessError):
            Answer.create({**vals, "lead_id": self.theirs.id})

    def test_the_sheet_asks_about_the_opportunity_and_its_customer(self):
        with freeze_time(at(TODAY)):
            self._activate(self.policy)
            [view] = self.lead.with_user(self.users["salesperson"]).get_grading_explanation()
        asked = [
            cell["action"]["context"]
            for block in view["blocks"]
            for row in block["rows"]
            for cell in row["cells"]
            if cell["text"] == "Answer"
        ]
        self.assertEqual(
            [c.get("default_lead_id") or c.get("default_partner_id") for c in asked],
            [self.lead.id],
        )

    def test_answers_follow_a_merge_and_go_with_a_deletion(self):
        kept = self._answer(self.urgent, self.lead, True)
        gone = self._answer(self.urgent, self.theirs, False)
        survivor = (self.lead | self.theirs).merge_opportunity()
        self.assertEqual((kept | gone).lead_id, survivor)
        survivor.unlink()
        self.assertFalse((kept | gone).exists())
