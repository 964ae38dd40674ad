"""Contact persons are graded, each apart from the company that he or she works for."""

import re
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.addons.customer_grading_person.tools.texts import OF_PEOPLE
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon, at, get_texts_of_customers

DAY = date(2026, 5, 1)
SAME_OF_PEOPLE = {  # said of people as of customers
    "The %(shown)s with the most revenue of %(count)s.",
    "Share of revenue, 12 months",
}


@tagged("post_install", "-at_install")
class TestPeople(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(at(TODAY)))
        cls.users = cls._create_users()
        cls.customer, cls.prospect = cls._create_customers(2, user_id=cls.users["salesperson"].id)
        cls.ann, cls.bob, cls.eve = cls.env["res.partner"].create(
            [
                {"name": "Ann", "parent_id": cls.customer.id, "function": "Buyer"},
                {"name": "Bob", "parent_id": cls.customer.id, "function": "Director"},
                {"name": "Eve", "parent_id": cls.prospect.id},
            ]
        )
        cls._create_order(cls.ann, DAY, 500)
        cls._create_invoice(cls.ann, DAY, 500)
        cls.influence = cls._create_dimension("influence", subject="person")
        cls.influence._set_main("person", cls.company)
        cls.decides = cls.env["customer.grading.question"].create(
            {"name": "Decides?", "code": "decides", "subject": "person"}
        )

    @classmethod
    def _create_people_policy(cls, criteria=None, rules=None, **vals):
        return cls._create_policy(
            criteria or {"decides": {"question": cls.decides}},
            rules or [("A", ("decides", "yes")), ("B", ("decides", "no"))],
            dimension=cls.influence,
            **vals,
        )

    def _get_people(self, *people):
        return self._get_grades(self.env["res.partner"].union(*people), dimension=self.influence)

    def test_people_of_one_company_have_grades_of_their_own(self):
        self._answer(self.decides, self.bob, True)
        self._answer(self.decides, self.ann, False)
        self._activate(self._create_people_policy())
        self._activate(
            self._create_policy(
                {"orders": {"measure": "order_count"}}, [("C", ("orders", "ge", 1))]
            )
        )

        self.assertEqual(self._get_people(self.ann, self.bob), ["B", "A"])
        self.assertEqual(self._get_grades(self.customer), ["C"])
        self.assertEqual(self._get_people(self.customer), [None])
        self.assertEqual(
            [(p.customer_grade_id.code, p.person_grade_id.code) for p in (self.ann, self.bob)],
            [("C", "B"), ("C", "A")],
        )
        self.assertFalse(self.customer.person_grade_id)
        grade = self.influence.grade_ids[0]
        found = self.env["res.partner"].search([("person_grade_id", "=", grade.id)])
        self.assertEqual(found, self.bob)
        none = self.env["res.partner"].search([("person_grade_id", "=", False)])
        self.assertTrue(none >= self.customer)
        self.assertFalse(none & (self.ann | self.bob))

    def test_people_are_sorted_and_grouped_by_their_grade(self):
        self._answer(self.decides, self.bob, True)
        self._answer(self.decides, self.ann, False)
        self._activate(self._create_people_policy())
        people = [("id", "in", (self.ann | self.bob | self.customer).ids)]
        Partner = self.env["res.partner"]
        self.assertEqual(
            Partner.search([*people, ("person_grade_id", "!=", False)], order="person_grade_id"),
            self.bob + self.ann,
        )
        groups = Partner._read_group(people, ["person_grade_id"], ["id:recordset"])
        self.assertEqual(
            {grade.code: members for grade, members in groups},
            {"A": self.bob, "B": self.ann, False: self.customer},
        )
        with self.assertRaises(AccessError):
            Partner.with_user(self.users["portal"])._read_group(people, ["person_grade_id"])

    def test_the_people_of_customers_are_graded_or_all_people(self):
        alone, address, company_like = self.env["res.partner"].create(
            [
                {"name": "Private"},
                {"name": "Warehouse", "parent_id": self.customer.id, "type": "delivery"},
                {"name": "Branch", "parent_id": self.customer.id, "is_company": True},
            ]
        )
        everybody = self.ann, self.bob, self.eve, alone, address, company_like, self.customer
        policy = self._create_people_policy(rules=[("A", ())])
        self.assertIn("the people of customers with", policy.reads_as)
        self._activate(policy)
        self.assertEqual(self._get_people(*everybody), ["A", "A", *[None] * 5])

        self._create_order(alone, DAY, 10)
        self._run(policy)
        self.assertEqual(self._get_people(*everybody), ["A", "A", None, "A", *[None] * 3])

        policy.action_close()
        every = self._create_people_policy(rules=[("A", ())], population="all")
        self._activate(every)
        self.assertEqual(self._get_people(*everybody), ["A", "A", "A", "A", *[None] * 3])
        self.assertEqual(self._get_people(self.users["officer"].partner_id), [None])

    def test_figures_are_of_the_company_and_of_the_person(self):
        vip = self.env["res.partner.category"].create({"name": "Knows us"})
        self.bob.category_id = vip
        policy = self._create_people_policy(
            {
                "revenue": {"measure": "invoiced_revenue"},
                "own": {"measure": "person_orders", "period": "all_time"},
                "function": {"measure": "person_function"},
                "tagged": {
                    "measure": "person_matches_filter",
                    "subject_domain": str([("category_id.name", "=", "Knows us")]),
                },
            },
            [("A", ("own", "ge", 1)), ("B", ())],
            population="all",
        )
        people = self.ann | self.bob | self.eve
        values = self._measure_all(people, policy=policy)
        self.assertEqual(
            values,
            {
                "revenue": [500, 500, 0],
                "own": [1, 0, 0],
                "function": ["Buyer", "Director", None],
                "tagged": [False, True, False],
            },
        )
        self._activate(policy)
        self.assertEqual(self._get_people(*people), ["A", "B", "B"])
        # A regrade of one reads the same as a run of everybody.
        run = policy._regrade_in(self.company, self.ann)
        self.assertEqual((run.graded_count, run.up_count, run.down_count), (1, 0, 0))

    def test_an_answer_about_a_person_counts_at_once(self):
        self._activate(self._create_people_policy())
        self.assertEqual(self._get_people(self.bob, self.ann), [False, False])
        self._answer(self.decides, self.bob, True)
        self.assertEqual(self._get_people(self.bob, self.ann), ["A", False])

    def test_what_is_asked_about_a_person_is_not_asked_about_a_company(self):
        with self.assertRaisesRegex(ValidationError, "Say which person"):
            self._answer(self.decides, self.customer, True)

    def test_an_answer_about_the_company_counts_for_its_people(self):
        key = self.env["customer.grading.question"].create({"name": "Key account?", "code": "key"})
        self._activate(
            self._create_people_policy({"key": {"question": key}}, [("A", ("key", "yes"))])
        )
        self._answer(key, self.ann, True)
        self.assertEqual(self._get_people(self.ann, self.bob, self.eve), ["A", "A", None])

    def test_what_is_known_of_people_only_grades_no_customers(self):
        for name, criterion in (
            ("Confirmed orders of the person", {"measure": "person_orders"}),
            ("Decides?", {"question": self.decides}),
            ("Influence", {"dimension_id": self.influence.id, "measure": "other_grade"}),
        ):
            told = f"“{re.escape(name)}” is known of people only"
            with self.subTest(name=name), self.assertRaisesRegex(ValidationError, told):
                self._create_policy({"criterion": criterion}, [("A", ())])
        asked = self.env["customer.grading.question"].create({"name": "Key?", "code": "key"})
        self._create_policy({"key": {"question": asked}}, [("A", ("key", "yes"))])
        with self.assertRaisesRegex(ValidationError, "known of people only"):
            asked.subject = "person"
        intention = self._create_dimension("intention", subject="lead")
        with self.assertRaisesRegex(ValidationError, "known of opportunities only"):
            self._create_people_policy(
                {"lead": {"dimension_id": intention.id, "measure": "other_grade"}}, [("A", ())]
            )
        measure = self.env.ref("customer_grading_person.measure_person_orders")
        with self.assertRaisesRegex(ValidationError, "known of people only"):
            self.env["customer.grading.measure"].create(
                {
                    "name": "Share",
                    "code": "share",
                    "kind": "ratio",
                    "unit": "ratio",
                    "numerator_id": measure.id,
                    "denominator_id": measure.id,
                }
            )

    def test_why_tells_the_company_s_grade_and_the_person_s(self):
        self._answer(self.decides, self.bob, True)
        self._activate(
            self._create_policy(
                {"orders": {"measure": "order_count"}}, [("C", ("orders", "ge", 1))]
            )
        )
        self._activate(self._create_people_policy())
        salesperson = self.users["salesperson"]
        views = self.bob.with_user(salesperson).get_grading_explanation()
        self.assertEqual(
            [(view["title"], view["badge"]["code"]) for view in views],
            [(self.dimension.name, "C"), ("Influence", "A")],
        )
        self.assertEqual(
            [
                view["title"]
                for view in self.customer.with_user(salesperson).get_grading_explanation()
            ],
            [self.dimension.name],
        )
        self.assertIn("Decides?", str(views[1]["blocks"]))
        # Of a colleague's answer her page says nothing.
        self.assertIn(self.env.user.name, str(views[1]["blocks"]))
        ann = self.ann.with_user(salesperson).get_grading_explanation()[-1]
        self.assertEqual(ann["headline"].partition(" ")[0], "Not")
        self.assertNotIn(self.env.user.name, str(ann["blocks"]))

    def test_people_are_shown_where_only_they_are_graded(self):
        salesperson = self.users["salesperson"]
        self.assertFalse(self.ann.with_user(salesperson).customer_grading_shown)
        self._activate(self._create_people_policy())
        self.env.invalidate_all()
        people = (self.ann | self.customer).with_user(salesperson)
        self.assertEqual(people.mapped("customer_grading_shown"), [True, False])

    def test_a_person_s_grade_is_set_by_hand_and_proposed(self):
        self._activate(self._create_people_policy(rules=[("A", ("decides", "yes")), ("B", ())]))
        view = self.bob.with_user(self.users["officer"]).get_grading_explanation()[-1]
        context = view["buttons"][0]["action"]["context"]
        dialog = Form(
            self.env["customer.grading.set.grade"]
            .with_user(self.users["officer"])
            .with_context(**context)
        )
        dialog.grade_id = self.influence.grade_ids[0]
        dialog.reason = "Signs everything"
        dialog.save().action_confirm()
        self.assertEqual(self._get_people(self.bob, self.ann), ["A", "B"])
        self.assertEqual(self.bob.person_grade_id.code, "A")

        context = self.ann.with_user(self.users["salesperson"]).get_grading_explanation()[-1][
            "buttons"
        ][0]["action"]["context"]
        dialog = Form(
            self.env["customer.grading.set.grade"]
            .with_user(self.users["salesperson"])
            .with_context(**context)
        )
        dialog.grade_id = self.influence.grade_ids[0]
        dialog.reason = "Signs, too"
        dialog.save().action_confirm()
        change = self.env["customer.grading.change"].search(
            [("partner_id", "=", self.ann.id), ("state", "!=", "applied")]
        )
        self.assertEqual((change.grade_id.code, change.state), ("A", "proposed"))

    def test_everybody_is_regraded_from_the_contact(self):
        self._activate(self._create_people_policy({"o": {"measure": "person_orders"}}, [("A", ())]))
        self.env["customer.grading.result"].search([]).unlink()
        self.bob.with_user(self.users["officer"]).action_regrade()
        self.assertEqual(self._get_people(self.bob, self.ann), ["A", None])

    def test_merged_people_keep_the_grade_of_who_stays_or_take_it_along(self):
        self._activate(self._create_people_policy(rules=[("A", ("decides", "yes")), ("B", ())]))
        self._answer(self.decides, self.bob, True)
        twin = self.env["res.partner"].create({"name": "Bob B.", "parent_id": self.prospect.id})
        results = self.env["customer.grading.result"].search(
            [("partner_id", "=", self.bob.id), ("dimension_id", "=", self.influence.id)]
        )
        self.assertEqual(len(results), 1)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.bob | twin).ids, twin)
        self.assertEqual(results.partner_id, twin)
        answers = self.env["customer.grading.answer"].search(
            [("question_id", "=", self.decides.id)]
        )
        self.assertEqual(answers.partner_id, twin)

    def test_a_person_who_leaves_takes_the_grade_along(self):
        policy = self._create_people_policy(population="all")
        self._answer(self.decides, self.bob, True)
        self._activate(policy)
        self.bob.parent_id = self.prospect
        self._run(policy)
        self.assertEqual(self._get_people(self.bob), ["A"])
        self.bob.unlink()
        self.assertFalse(
            self.env["customer.grading.answer"].search([("question_id", "=", self.decides.id)])
        )

    def test_what_changed_is_seen_of_people_and_of_their_company(self):
        policy = self._create_people_policy(
            {
                "revenue": {"measure": "invoiced_revenue"},
                "function": {"measure": "person_function"},
            },
            [
                ("A", ("revenue", "ge", 1000)),
                ("B", ("function", "is", "Director")),
                ("C", ()),
            ],
            regrades_changed=True,
        )
        self._activate(policy)
        self.assertEqual(self._get_people(self.ann, self.bob), ["C", "B"])
        self.env.flush_all()
        for table in ("res_partner", "account_move", "sale_order"):
            self.env.cr.execute(f"UPDATE {table} SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        since = self.env.cr.now() - timedelta(days=1)
        Run = self.env["customer.grading.run"]
        self.assertFalse(Run._grade_changed(since))
        self.ann.function = "Director"
        self.env.flush_all()
        [run] = Run._grade_changed(since)
        self.assertEqual((run.graded_count, run.up_count), (2, 1))  # her company was written, too
        self._create_invoice(self.customer, DAY, 1000)
        self.env.flush_all()
        Run._grade_changed(since)
        self.assertEqual(self._get_people(self.ann, self.bob), ["A", "A"])

    def test_what_waits_to_be_assessed_names_the_person(self):
        second = self.env["customer.grading.question"].create(
            {"name": "Likes us?", "code": "likes", "subject": "person"}
        )
        policy = self._create_people_policy(
            {
                "decides": {"question": self.decides},
                "likes": {"question": second},
                "key": {
                    "question": self.env["customer.grading.question"].create(
                        {"name": "Key?", "code": "key"}
                    )
                },
            },
            [("A", ("all", ("decides", "yes"), ("likes", "yes"), ("key", "yes")))],
        )
        self._activate(policy)
        salesperson = self.users["salesperson"]
        action = (
            self.env["customer.grading.checklist"].with_user(salesperson).action_open_to_assess()
        )
        lines = self.env["customer.grading.assessment"].search(action["domain"])
        self.assertEqual(
            sorted((line.question_id.code, line.partner_id.name) for line in lines),
            [
                ("decides", "Ann"),
                ("decides", "Bob"),
                ("key", self.customer.name),
                ("likes", "Ann"),
                ("likes", "Bob"),
            ],
        )
        line = lines.filtered(lambda one: one.question_id == second and one.partner_id == self.bob)
        line.with_user(salesperson).new_answer = "Yes"
        answer = self.env["customer.grading.answer"].search([("question_id", "=", second.id)])
        self.assertEqual((answer.partner_id, answer.yes_no), (self.bob, "yes"))

        result = self._get_results(self.bob, dimension=self.influence)[self.bob]
        action = result.with_user(salesperson).action_fill_checklist()
        checklist = self.env["customer.grading.checklist"].browse(action["res_id"])
        self.assertEqual(
            {line.question_id.code: line.partner_id for line in checklist.line_ids},
            {"decides": self.bob, "likes": self.bob, "key": self.customer},
        )

    def test_a_try_on_lists_people_without_shares_of_revenue(self):
        policy = self._create_people_policy(rules=[("A", ())])
        trial = policy._try_on()
        self.assertEqual(trial.state, "done", trial.error)
        lines = self.env["customer.grading.trial.line"].search([("trial_id", "=", trial.id)])
        self.assertEqual(lines.partner_id, self.ann | self.bob)
        self.assertEqual(lines.mapped("revenue"), [0, 0])
        [block] = trial.summary[0]["blocks"]
        self.assertEqual(block["columns"], ["Grade", "People", "Share", "Today"])
        self.assertEqual(trial.summary[0]["headline"], "2 people")

    def test_every_sentence_about_customers_is_said_of_people(self):
        self.assertEqual(get_texts_of_customers(), {*OF_PEOPLE.said, *SAME_OF_PEOPLE})
        for lang, told in (("en_US", "1,234 people"), ("zh_CN", "1,234 位联系人")):
            self.assertEqual(self.influence.with_context(lang=lang)._get_number_text(1234), told)
