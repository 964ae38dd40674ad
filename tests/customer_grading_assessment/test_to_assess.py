"""What waits to be assessed: whose it is, what could raise a grade, the checklist."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..assessment.test_assessments import AssessmentCommon, OpportunityAssessmentCommon
from ..common import TODAY, at


class ToAssessCommon(AssessmentCommon):
    def _open_to_assess(self, user):
        """Return the lines of the list “To assess” that ``user`` opens."""
        Checklist = self.env["customer.grading.checklist"].with_user(user)
        action = Checklist.action_open_to_assess()
        return self.env[action["res_model"]].with_user(user).search(action["domain"])


@tagged("post_install", "-at_install")
class TestChecklistOfAnOpportunity(OpportunityAssessmentCommon):
    def test_what_was_answered_about_others_opportunities_is_not_told(self):
        urgent = self._answer(self.urgent, self.theirs, True)
        user = self.users["salesperson"]
        Checklist = self.env["customer.grading.checklist"].with_user(user)
        action = Checklist._open_checklist(self.policy, self.company, self.lead.with_user(user))
        line = Checklist.browse(action["res_id"]).line_ids[0]
        line.write({"last_answer_id": urgent.id})
        self.env.invalidate_all()
        self.assertFalse(line.last_answer)

    @freeze_time(at(TODAY))
    def test_the_sheet_offers_it(self):
        self._activate(self.policy)
        lead = self.lead.with_user(self.users["salesperson"])
        [view] = lead.get_grading_explanation()
        labels = [button["label"] for button in view["buttons"]]
        self.assertEqual(labels[:2], ["Propose a grade", "Fill in the checklist"])
        button = view["buttons"][1]
        result = self.env[button["model"]].with_user(lead.env.user).browse(button["ids"])
        action = getattr(result, button["method"])()
        checklist = self.env[action["res_model"]].with_user(lead.env.user).browse(action["res_id"])
        self.assertEqual(checklist.line_ids.question_id, self.urgent + self.loyal)


@tagged("post_install", "-at_install")
class TestToAssess(ToAssessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loyal = cls._ask("Loyal?", proof_required=True)
        cls.credit = cls._ask("Credit", "levels", choices=("Low", "High"))
        cls.audited = cls._ask("Audited?", asked_of="officer")
        cls.third.user_id = False
        for customer, amount in zip(cls.customers, (5000, 50, 5000), strict=True):
            cls._create_invoice(customer, date(2026, 11, 1), amount=amount)
        cls.policy = cls._create_policy(
            {
                "revenue": {"measure": "invoiced_revenue"},
                "loyal": {"question": cls.loyal},
                "credit": {"question": cls.credit},
                "audited": {"question": cls.audited},
            },
            [
                ("A", ("all", ("revenue", "ge", 1000), ("loyal", "yes"))),
                ("B", ("all", ("revenue", "ge", 1000), ("credit", "level_is", 1))),
                ("C", ()),
            ],
            domain=str([("id", "in", cls.customers.ids)]),
        )
        with freeze_time(at(TODAY)):
            cls._activate(cls.policy)

    def _get_telling(self, lines):
        return [
            (line.partner_id, line.question_id, line.would_grade_id.code or "") for line in lines
        ]

    @freeze_time(at(TODAY))
    def test_mine_come_first_and_on_top_what_could_raise_a_grade(self):
        lines = self._open_to_assess(self.users["salesperson"])
        first, second, third = self.customers
        self.assertEqual(
            self._get_telling(lines),
            [
                (first, self.loyal, "A"),
                (first, self.credit, "B"),
                (second, self.loyal, ""),
                (second, self.credit, ""),
                (third, self.loyal, "A"),
                (third, self.credit, "B"),
            ],
        )
        self.assertEqual(lines.mapped("is_mine"), [True] * 4 + [False] * 2)
        self.assertEqual(lines.grade_id.mapped("code"), ["C"])
        of_officer = self._open_to_assess(self.users["officer"])
        self.assertEqual(of_officer[:3].question_id, self.audited)
        self.assertEqual(len(of_officer), 9)

    @freeze_time(at(TODAY))
    def test_what_is_asked_about_a_customer_stands_together_with_what_is_at_stake(self):
        self._create_invoice(self.second, date(2026, 11, 2), amount=4950)
        self._run(self.policy)
        self.loyal.description = "Yes, if they stay in a crisis"
        Checklist = self.env["customer.grading.checklist"]
        action = Checklist.with_user(self.users["salesperson"]).action_open_to_assess()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(
            [line.partner_id for line in lines],
            [customer for customer in self.customers for _question in range(2)],
        )
        stakes = {line.partner_id: (line.stake, line.hides_stake) for line in lines}
        # The third is nobody's: its figures are for who sees all.
        self.assertEqual([*stakes.values()], [(5000, False), (5000, False), (0, True)])
        self.assertEqual(lines.would_grade_id.mapped("code"), ["A", "B"])
        self.assertTrue(action["context"]["with_description"])
        self.assertFalse(action["context"]["with_salespeople"])

    @freeze_time(at(TODAY))
    def test_what_has_a_valid_answer_waits_for_nobody_until_it_ends(self):
        self._answer(self.loyal, self.first, True, date(2026, 11, 1), proof="Contract")
        self._answer(self.credit, self.first, self.credit.choice_ids[1], date(2025, 12, 1))
        self._answer(self.credit, self.second, self.credit.choice_ids[1], date(2025, 1, 1))
        lines = self._open_to_assess(self.users["salesperson"])
        credit = {
            line.partner_id: (line.last_answer, line.is_ending)
            for line in lines
            if line.question_id == self.credit
        }
        self.assertEqual(
            credit,
            {
                self.first: ("High", True),
                self.second: ("High", False),
                self.third: (False, False),
            },
        )
        self.assertNotIn(
            (self.first, self.loyal), [(line.partner_id, line.question_id) for line in lines]
        )

    @freeze_time(at(TODAY))
    def test_several_lines_are_answered_at_once(self):
        user = self.users["salesperson"]
        lines = self._open_to_assess(user)
        loyal = lines.filtered(lambda line: line.question_id == self.loyal)
        with self.assertRaisesRegex(ValidationError, "Customer 001, “Loyal.*where the proof is"):
            loyal.new_answer = "Yes"
        loyal.new_answer = False
        loyal.proof = "Contract 17"
        loyal.new_answer = "Yes"
        answers = loyal.answer_id
        self.assertEqual(answers.partner_id, self.customers)
        self.assertEqual(set(answers.mapped("yes_no")), {"yes"})
        self.assertEqual(answers.user_id, user)
        with self.assertRaisesRegex(
            ValidationError, "Customer 001: “Yes” is no answer to “Credit”"
        ):
            lines.filtered(lambda line: line.question_id == self.credit).new_answer = "Yes"
        answers[0].sudo().flush_recordset()
        self.env.cr.execute("UPDATE customer_grading_answer SET create_date = %s", [at(TODAY)])
        answers.invalidate_recordset()
        loyal[0].new_answer = "No"  # the same day: corrected
        self.assertEqual((answers[0].yes_no, len(loyal[0].answer_id)), ("no", 1))
        self._run(self.policy)
        self.assertEqual(self._get_grades(self.customers), ["C", "C", "A"])

    @freeze_time(at(TODAY))
    def test_points_are_supposed_at_their_most(self):
        visit = self._ask("Visit", "points")
        dimension = self._create_dimension("visits")
        policy = self._create_policy(
            {
                "visit": {
                    "question": visit,
                    "bands": [{"lower": 8, "points": 60}, {"lower": 3, "points": 20}],
                },
                "revenue": {
                    "measure": "invoiced_revenue",
                    "bands": [{"lower": 1000, "points": 40}],
                },
                "total": {"kind": "sum", "parts": ("visit", "revenue")},
                "rank": {
                    "measure": "invoiced_revenue",
                    "band_by": "percentile",
                    "bands": [{"lower": 50, "level": "top"}],
                },
            },
            [
                ("A", ("all", ("total", "ge", 90), ("rank", "level_is", 0))),
                ("B", ("total", "ge", 50)),
                ("C", ()),
            ],
            dimension=dimension,
            domain=str([("id", "in", self.customers.ids)]),
        )
        self._activate(policy)
        lines = self._open_to_assess(self.users["salesperson"])
        self.assertEqual(
            self._get_telling(lines.filtered(lambda line: line.question_id == visit)),
            [(self.first, visit, "A"), (self.second, visit, "B"), (self.third, visit, "A")],
        )

    @freeze_time(at(TODAY))
    def test_a_date_that_decides_only_in_a_combination_is_asked_for(self):
        licence = self._ask("Licence ends", "date")
        dimension = self._create_dimension("licences")
        policy = self._create_policy(
            {
                "licence": {"question": licence},
                "left": {"kind": "first", "parts": ("licence",)},
            },
            [("A", ("left", "ge", 30)), ("B", ())],
            dimension=dimension,
            domain=str([("id", "in", self.customers.ids)]),
        )
        self._activate(policy)
        lines = self._open_to_assess(self.users["salesperson"])
        self.assertEqual(
            self._get_telling(lines.filtered(lambda line: line.question_id == licence)),
            [(customer, licence, "A") for customer in self.customers],
        )

    @freeze_time(at(TODAY))
    def test_no_more_queries_for_many_customers(self):
        user = self.users["salesperson"]
        counts = []
        for count in (5, 60):
            customers = self._create_customers(count, user_id=user.id)
            dimension = self._create_dimension(f"of_{count}")
            policy = self._create_policy(
                {"loyal": {"question": self._ask(f"Sound {count}?")}},
                [("A", ("loyal", "yes")), ("B", ())],
                dimension=dimension,
                population="all",
                domain=str([("id", "in", customers.ids)]),
            )
            self._activate(policy)
            self._open_to_assess(user)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines = self._open_to_assess(user)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertGreaterEqual(len(lines), count)
            policy.action_close()
        self.assertLessEqual(counts[1], counts[0] + 2)

    @freeze_time(at(TODAY))
    def test_a_checklist_is_filled_on_one_screen(self):
        user = self.users["officer"]
        result = self._get_results(self.first)[self.first].with_user(user)
        action = result.action_fill_checklist()
        checklist = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        self.assertEqual(checklist.line_ids.question_id, self.loyal + self.credit + self.audited)
        with Form(checklist) as form:
            for position, answer in enumerate(("Yes", "High", "No")):
                with form.line_ids.edit(position) as line:
                    line.new_answer = answer
                    line.proof = "Visit of 12 November"
        answers = self.env["customer.grading.answer"].search([("partner_id", "=", self.first.id)])
        self.assertEqual(set(answers.mapped("answer")), {"Yes", "High", "No"})
        self.assertEqual(set(answers.mapped("proof")), {"Visit of 12 November"})

    @freeze_time(at(TODAY))
    def test_nobody_reads_the_list_of_another(self):
        line = self._open_to_assess(self.users["salesperson"])[0]
        with self.assertRaises(AccessError):
            line.with_user(self.users["officer"]).read(["question_id"])

    def test_who_sees_no_answers_yet_learns_where_questions_wait(self):
        action = self.loyal.action_view_answers()
        self.assertIn("Answers of earlier times can be imported", " ".join(action["help"].split()))
        self.assertIn("CRM ▸ Grading ▸ To assess", action["help"])
