"""What people are told: the policy in words, why a grade, what it takes to the next."""

import json
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, CustomerGradingCommon
from ..opportunities import OpportunityCommon

OWN = "customer_grading.figures"


@tagged("post_install", "-at_install")
class TestExplanation(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(f"{TODAY} 12:00:00"))
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.rich, cls.middle, cls.poor, cls.idle = cls._create_customers(4)
        for partner, amount in ((cls.rich, 900_000), (cls.middle, 420_000), (cls.poor, 50_000)):
            cls._create_invoice(partner, date(2026, 3, 10), amount, due=date(2026, 12, 31))
        cls._create_order(cls.idle, date(2026, 11, 1))
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Long-term partner?", "code": "test_long_term"}
        )
        cls._answer(cls.question, cls.rich, True)

    def _make_requirements(self):
        """A policy as salespeople know them: A and B ask for everything, C for anything."""
        policy = self._create_policy(
            {
                "revenue": {"measure": "invoiced_revenue", "name": "Invoiced revenue"},
                "lost": {
                    "measure": "closed_opportunities",
                    "name": "Lost opportunities",
                    "period_count": 24,
                },
                "partner": {"question": self.question, "name": "Long-term partner?"},
            },
            [
                ("A", ("all", ("revenue", "ge", 500_000), ("lost", "le", 0), ("partner", "yes"))),
                (
                    "B",
                    (
                        "all",
                        ("revenue", "ge", 300_000),
                        ("any", ("lost", "le", 0), ("partner", "yes")),
                    ),
                ),
                ("C", ("all", ("revenue", "gt", 0))),
            ],
            name="Account grading",
        )
        self._activate(policy)
        return policy

    def _get_view(self, partner, user=None):
        views = partner.with_user(user or self.users["officer"]).get_grading_explanation()
        json.dumps(views)  # what the client gets
        return views[0]

    @staticmethod
    def _get_texts(block):
        return [[cell["text"] for cell in row["cells"]] for row in block["rows"]]

    @staticmethod
    def _get_all_text(views):
        return json.dumps(views, ensure_ascii=False)

    # ------------------------------------------------------------------ in words

    def test_a_requirement_reads_as_one_sentence(self):
        policy = self._make_requirements()
        self.assertEqual(
            policy.rule_ids.mapped("text"),
            [
                "A, if Invoiced revenue (last 12 months) at least 500,000 USD, and Lost"
                " opportunities (last 24 months): none, and “Long-term partner?” answered yes.",
                "B, if Invoiced revenue (last 12 months) at least 300,000 USD, and (any of: Lost"
                " opportunities (last 24 months): none; “Long-term partner?” answered yes).",
                "C, if Invoiced revenue (last 12 months) more than 0 USD.",
            ],
        )

    def test_unsaved_and_broken_lines_read_too(self):
        policy = self._create_policy({"revenue": {"measure": "invoiced_revenue"}}, [("A", ())])
        rule = self.env["customer.grading.rule"].new({"policy_id": policy.id, "kind": "any"})
        rule.grade_id = policy.rule_ids.grade_id
        condition = {"kind": "condition", "operator": "ge", "value": 5_000}
        rule.line_ids = [
            (0, 0, {**condition, "criterion_id": policy.criterion_ids.id, "sequence": 1}),
            (0, 0, {"kind": "condition", "sequence": 2}),
        ]
        self.assertEqual(
            rule.text,
            "A, if any of: revenue (last 12 months) at least 5,000 USD;"
            " [to be completed: choose what to look at].",
        )

    def test_the_regulation_escapes_what_people_wrote(self):
        policy = self._make_requirements()
        policy.name = "<script>alert(1)</script>"
        text = policy.reads_as
        self.assertIn("&lt;script&gt;", text)
        self.assertNotIn("<script>", text)
        self.assertIn("<td>at least 500,000 USD</td>", text)
        self.assertIn("B also takes: any of: Lost opportunities", text)

    def test_chinese_amounts_are_in_wan(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        policy = self._make_requirements().with_context(lang="zh_CN")
        revenue = policy.criterion_ids[0]
        self.assertEqual(revenue._format_value(10_000_000), "1,000 万 USD")
        self.assertEqual(revenue._format_value(9_999_999, "down"), "999.99 万 USD")
        self.assertEqual(revenue._format_value(9_500), "9,500 USD")
        self.assertEqual(revenue._format_value(80_000, "up", bare=True), "8 万")
        self.env.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s",
            [self.env.ref("base.CNY").id, self.company.id],
        )
        self.env.invalidate_all()
        self.assertEqual(revenue._format_value(10_000_000), "1,000 万元")
        self.assertEqual(revenue._format_value(15_800, "up", bare=True), "1.58 万元")

    # ------------------------------------------------------------------ why

    def test_explanations_agree_with_the_run(self):
        policy = self._make_requirements()
        results = self.env["customer.grading.result"].search([("policy_id", "=", policy.id)])
        explanations = self.env["customer.grading.explanation"]._explain(results)
        self.assertEqual(len(explanations), 4)
        for result in results:
            self.assertEqual(explanations[result].grade, result.computed_grade_id)
        self.assertEqual(
            self._get_grades(self.rich + self.middle + self.poor + self.idle),
            ["A", "B", "C", False],
        )

    def test_met_unmet_and_missing(self):
        self._make_requirements()
        why, why_not = self._get_view(self.middle)["blocks"]
        self.assertEqual(why["title"], "Why B: all met")
        self.assertEqual([row["mark"] for row in why["rows"]], ["met", "met", "met", "missing"])
        self.assertEqual([row["indent"] for row in why["rows"]], [0, 0, 1, 1])
        self.assertEqual(
            self._get_texts(why)[0],
            [
                "Invoiced revenue (last 12 months)",
                "at least 300,000 USD",
                "420,000 USD",
                "11/21/2025 - 11/20/2026, untaxed",
                "1 document",
            ],
        )
        self.assertEqual(why_not["title"], "Why not A: 2 of 3 not met")
        self.assertEqual([row["mark"] for row in why_not["rows"]], ["unmet", "missing"])
        self.assertEqual(self._get_texts(why_not)[0][3], "80,000 short")
        answer = why_not["rows"][1]["cells"][-1]["action"]
        self.assertEqual(answer["res_model"], "customer.grading.answer")
        self.assertEqual(answer["context"]["default_partner_id"], self.middle.id)
        self.assertIn(
            "To reach A: 80,000 more of Invoiced revenue (last 12 months), and “Long-term partner?”"
            " answered yes",
            why_not["text"],
        )

    def test_what_leaves_the_period_is_told(self):
        self._make_requirements()
        self._create_invoice(self.poor, date(2025, 12, 1), 100_000, due=date(2026, 12, 31))
        self.poor.with_user(self.users["officer"]).action_regrade()
        block = self._get_view(self.poor)["blocks"][-1]
        self.assertIn(
            "To reach B by 12/31/2026: 250,000 more of Invoiced revenue (last 12 months)"
            " (150,000 short, 100,000 leave the last 12 months until then)",
            block["text"],
        )

    def test_not_graded_names_the_nearest_grade(self):
        self._make_requirements()
        view = self._get_view(self.idle)
        self.assertIsNone(view["badge"])
        self.assertIn("Not graded", view["headline"])
        self.assertEqual(view["blocks"][0]["title"], "Nearest is C: 1 of 1 not met")

    def test_who_no_policy_applies_to_is_told_why(self):
        self._make_requirements()
        [stranger] = self._create_customers(1)
        self.assertEqual(
            self._get_view(stranger)["notices"],
            ["No policy applies: there is no confirmed order, invoice or opportunity yet."],
        )

    def test_who_belongs_to_another_company_is_told_so(self):
        self._make_requirements()
        foreign = self._create_customers(1)
        foreign.company_id = self.env["res.company"].create({"name": "Abroad"})
        self.assertEqual(
            foreign.get_grading_explanation()[0]["notices"],
            ["No policy applies: it belongs to Abroad."],
        )

    def test_nothing_running_is_said_to_administrators_only(self):
        administrator = self.rich.with_user(self.users["administrator"])
        self.assertTrue(administrator.get_grading_explanation()[0]["empty"]["action"])
        self.assertEqual(self.rich.with_user(self.seller).get_grading_explanation(), [])

    def test_by_hand_and_proposed(self):
        policy = self._make_requirements()
        grade = policy.rule_ids[0].grade_id
        result = self._get_results(self.poor)[self.poor]
        result.with_user(self.seller)._propose(grade, "new plant")
        view = self._get_view(self.poor)
        self.assertEqual(
            view["notices"][0],
            f"{self.seller.name} proposes A: “new plant”; waits for a grading officer since"
            " 11/20/2026.",
        )
        result.with_user(self.users["officer"])._set_by_hand(grade, "new plant", date(2027, 6, 30))
        view = self._get_view(self.poor)
        self.assertIn("A by hand until 06/30/2027", view["notices"][0])
        self.assertIn("End now", [button["label"] for button in view["buttons"]])
        self.assertEqual(view["badge"]["code"], "A")
        labels = [b["label"] for b in self._get_view(self.poor, self.seller)["buttons"]]
        self.assertEqual(labels, ["Propose a grade", "History"])

    def test_what_waits_says_until_when_and_unless_what(self):
        policy = self._make_requirements()
        policy.write({"downgrade_days": 10})
        invoice = self.env["account.move"].search([("partner_id", "=", self.middle.id)])
        self._create_credit_note(invoice, date(2026, 11, 20), 200_000)
        self._run(policy)
        view = self._get_view(self.middle)
        self.assertEqual(
            view["notices"],
            ["C from 11/30/2026, unless it recovers; computed since 11/20/2026."],
        )
        self.assertEqual(view["badge"]["code"], "B")
        self.assertEqual(view["blocks"][0]["title"], "Why C is computed: all met")

    def test_who_fits_no_better_grade_is_told_so(self):
        self._activate(
            self._create_policy(
                {"revenue": {"measure": "invoiced_revenue", "name": "Invoiced revenue"}},
                [("A", ("revenue", "ge", 500_000)), ("D", ())],
            )
        )
        why, why_not = self._get_view(self.idle)["blocks"]
        self.assertEqual((why["title"], why["text"]), ("Why D", "Fits no better grade."))
        self.assertEqual(why_not["title"], "Why not A: 1 of 1 not met")

    def test_the_easiest_way_is_what_can_be_done_not_what_one_is(self):
        """An answer and some revenue come before turning into another kind of customer."""
        self._activate(
            self._create_policy(
                {
                    "oem": {
                        "measure": "matches_filter",
                        "name": "Truck OEM",
                        "subject_domain": "[('ref', '=', 'OEM')]",
                    },
                    "revenue": {"measure": "invoiced_revenue", "name": "Revenue"},
                    "partner": {"question": self.question, "name": "Long-term partner?"},
                },
                [
                    (
                        "A",
                        (
                            "any",
                            ("oem", "yes"),
                            ("all", ("revenue", "ge", 500_000), ("partner", "yes")),
                        ),
                    ),
                    ("D", ()),
                ],
            )
        )
        block = self._get_view(self.middle)["blocks"][-1]
        self.assertEqual(block["title"], "Why not A: none of 2 met, one is enough")
        self.assertEqual(
            block["text"],
            "To reach A: 80,000 more of Revenue (last 12 months), and “Long-term partner?”"
            " answered yes (asked of the salesperson).",
        )

    def test_who_is_not_graded_for_want_of_answers_is_told_which(self):
        other = self.env["customer.grading.question"].create({"name": "Solvent?", "code": "solv"})
        self._activate(
            self._create_policy(
                {
                    "revenue": {"measure": "invoiced_revenue", "name": "Revenue"},
                    "partner": {"question": self.question, "name": "Long-term partner?"},
                    "solvent": {"question": other, "name": "Solvent?"},
                },
                [
                    ("A", ("all", ("partner", "yes"), ("solvent", "yes"))),
                    ("D", ("all", ("solvent", "no"))),
                    ("E", ("all", ("revenue", "ge", 1_000_000))),
                ],
            )
        )
        view = self._get_view(self.middle)
        self.assertEqual(view["notices"], ["Not graded: data is missing that could give a grade."])
        self.assertEqual(view["blocks"][0]["title"], "Nearest is A: 2 of 2 not met")

    def test_a_calendar_year_names_the_year_that_counts(self):
        self._activate(
            self._create_policy(
                {
                    "revenue": {
                        "measure": "invoiced_revenue",
                        "name": "Invoiced revenue",
                        "period": "this_year",
                    }
                },
                [("A", ("revenue", "ge", 1_000_000)), ("D", ())],
            )
        )
        self.assertEqual(
            self._get_view(self.rich)["blocks"][-1]["text"],
            "To reach A: 1,000,000 USD of Invoiced revenue in 2026, 900,000 USD so far.",
        )

    def test_a_share_is_asked_for_as_what_it_shall_be(self):
        won, lost = (self._create_lead(self.idle, date(2026, 5, 1)) for _number in range(2))
        won.action_set_won()
        lost.action_set_lost()
        self._activate(
            self._create_policy(
                {"won": {"measure": "win_rate", "name": "Won"}},
                [("A", ("won", "ge", 95)), ("D", ())],
            )
        )
        text = self._get_view(self.idle)["blocks"][-1]["text"]
        self.assertRegex(text, r"^To reach A: Won.* at least 95 % \(now 50 %\)\.$")

    def test_a_day_is_asked_for_by_its_date(self):
        self._activate(
            self._create_policy(
                {"recency": {"measure": "days_since_order", "name": "Days since the last order"}},
                [("A", ("recency", "le", 10)), ("D", ())],
            )
        )
        block = self._get_view(self.idle)["blocks"][-1]
        self.assertEqual(self._get_texts(block)[0][3], "9 days too much")
        self.assertEqual(
            block["text"],
            "To reach A: Days since the last order (last 12 months) at most 10 days (11/10/2026"
            " instead of 11/01/2026).",
        )

    # ------------------------------------------------------------------ who sees what

    def test_figures_are_of_own_customers_and_the_team_s(self):
        self._make_requirements()
        hidden = self._get_view(self.middle, self.seller)
        text = self._get_all_text(hidden)
        for figure in ("420,000", "80,000 short", "1 document"):
            self.assertNotIn(figure, text)
        self.assertIn("at least 500,000 USD", text)
        self.assertEqual(hidden["blocks"][1]["rows"][0]["mark"], "unmet")
        self.assertEqual(hidden["blocks"][1]["columns"][2], "Is")
        self.assertEqual(self._get_texts(hidden["blocks"][1])[0][2], "hidden")
        self.middle.user_id = self.seller
        self.assertIn("420,000", self._get_all_text(self._get_view(self.middle, self.seller)))
        mate = new_test_user(self.env, "grading_mate", "sales_team.group_sale_salesman", tz="UTC")
        self.assertNotIn("420,000", self._get_all_text(self._get_view(self.middle, mate)))
        self.env["crm.team"].create({"name": "Team", "member_ids": (self.seller + mate).ids})
        self.assertIn("420,000", self._get_all_text(self._get_view(self.middle, mate)))

    def test_figures_by_setting(self):
        self._make_requirements()
        self.middle.user_id = self.seller
        for setting, role, seen in (
            ("accounting", "salesperson", False),
            ("accounting", "accountant", True),
            ("all", "salesperson", True),
            ("own", "accountant", True),
        ):
            with self.subTest(setting=setting, role=role):
                self.env["ir.config_parameter"].set_param(OWN, setting)
                text = self._get_all_text(self._get_view(self.middle, self.users[role]))
                self.assertEqual("420,000" in text, seen)

    def test_a_measure_can_be_for_some_groups_only(self):
        self._make_requirements()
        measure = self._measure("invoiced_revenue").sudo()
        measure.group_ids = self.env.ref("base.group_system")
        text = self._get_all_text(self._get_view(self.middle))
        self.assertNotIn("420,000", text)
        self.assertNotIn("80,000", text)
        self.assertIn("hidden", text)

    def test_reasons_of_changes_keep_figures_back(self):
        policy = self._make_requirements()
        change = self.env["customer.grading.change"].search(
            [("policy_id", "=", policy.id), ("partner_id", "=", self.middle.id)]
        )
        reached = "Invoiced revenue (last 12 months) reached 300,000 USD"
        self.assertIn(f"{reached}: 420,000 USD", change.with_user(self.users["officer"]).reason)
        reason = change.with_user(self.seller).reason
        self.assertIn(reached, reason)
        self.assertNotIn("420,000", reason)

    def test_documents_open_under_the_reader_s_own_rights(self):
        self._make_requirements()
        self.middle.user_id = self.seller
        mate = self.users["officer"]
        self._create_invoice(
            self.middle, date(2026, 4, 1), 10_000, due=date(2026, 12, 31), invoice_user_id=mate.id
        )
        self.middle.with_user(mate).action_regrade()
        link = self._get_view(self.middle, self.seller)["blocks"][0]["rows"][0]["cells"][-1]
        moves = self.env["account.move"].with_user(self.seller)
        shown = moves.search_count(link["action"]["domain"]) if link["action"] else 0
        self.assertEqual(link["text"], f"{shown} of 2 documents shown")
        link = self._get_view(self.middle, self.users["accountant"])["blocks"][0]["rows"][0]
        action = link["cells"][-1]["action"]
        moves = self.env["account.move"].with_user(self.users["accountant"])
        self.assertEqual(sum(moves.search(action["domain"]).mapped("amount_untaxed")), 430_000)

    def test_portal_users_are_refused(self):
        self._make_requirements()
        with self.assertRaises(AccessError):
            self.rich.with_user(self.users["portal"]).get_grading_explanation()

    def test_a_hidden_dimension_has_no_sheet(self):
        self._make_requirements()
        dimension = self._create_dimension(
            "credit", group_ids=[self.env.ref("base.group_system").id]
        )
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("all", ("revenue", "gt", 0)))],
            dimension=dimension,
        )
        self._activate(policy)
        views = self.rich.with_user(self.seller).get_grading_explanation()
        self.assertEqual([view["title"] for view in views], [self.dimension.name])

    # ------------------------------------------------------------------ rank and points

    def test_rank_tells_place_and_limit_even_after_the_policy_was_closed(self):
        policy = self._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "name": "Invoiced revenue",
                    "band_by": "percentile",
                    "bands": [{"level": "First", "lower": 30}],
                }
            },
            [("A", ("all", ("revenue", "level_ge", 0))), ("B", ())],
            decide_by="rank",
        )
        self._activate(policy)
        self.assertEqual(
            policy.rule_ids.mapped("text"),
            [
                "A, if among the first 30 % by Invoiced revenue (last 12 months).",
                "B, for everybody else.",
            ],
        )
        text = self._get_view(self.middle)["blocks"][-1]["text"]
        self.assertIn(
            "Number 2 of 3 by Invoiced revenue (last 12 months); A goes to the first 1, at present"
            " from 900,000 USD; ranked 11/20/2026.",
            text,
        )
        policy.action_close()
        view = self._get_view(self.middle)
        self.assertIn("Number 2 of 3", view["blocks"][-1]["text"])
        self.assertEqual(view["notices"], ["No grading policy is running for this company."])
        hidden = self._get_all_text(self._get_view(self.middle, self.seller))
        self.assertNotIn("900,000", hidden)
        self.assertNotIn("Number 2", hidden)

    def _make_points(self):
        policy = self._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "name": "Invoiced revenue",
                    "bands": [{"lower": 500_000, "points": 60}, {"lower": 200_000, "points": 30}],
                },
                "partner": {"question": self.question, "name": "Long-term partner?", "weight": 20},
                "total": {"kind": "sum", "name": "Total points", "parts": ["revenue", "partner"]},
            },
            [
                ("A", ("all", ("total", "ge", 60))),
                ("B", ("all", ("total", "ge", 30))),
                ("C", ()),
            ],
            decide_by="points",
        )
        self._activate(policy)
        return policy

    def test_points_tell_each_part_the_total_and_the_nearest_step(self):
        self._make_points()
        [block] = self._get_view(self.middle)["blocks"]
        self.assertEqual(
            [texts[:4] for texts in self._get_texts(block)],
            [
                ["Invoiced revenue (last 12 months)", "420,000 USD", "30", "60"],
                ["Long-term partner?", "no answer", "0", "20"],
                ["Total", "", "30", "80"],
            ],
        )
        self.assertEqual([row["mark"] for row in block["rows"]], [None, "missing", None])
        self.assertEqual(
            block["text"],
            "A from 60 points: 30 points missing.\n"
            "Nearest: Invoiced revenue (last 12 months) at 500,000 USD (now 420,000 USD):"
            " +30 of the 30 points missing.",
        )
        [block] = self._get_view(self.middle, self.seller)["blocks"]
        self.assertEqual(
            [texts[:4] for texts in self._get_texts(block)],
            [
                ["Invoiced revenue (last 12 months)", "hidden", "hidden", "60"],
                ["Long-term partner?", "hidden", "hidden", "20"],
                ["Total", "", "hidden", "80"],
            ],
        )
        self.assertIsNone(block["text"])

    # ------------------------------------------------------------------ moves

    def test_a_lost_grade_tells_what_fell(self):
        policy = self._make_requirements()
        policy.write({"downgrade_timing": "now", "downgrade_days": 0, "stop_percent": 0})
        invoice = self.env["account.move"].search([("partner_id", "=", self.rich.id)])
        self._create_credit_note(invoice, date(2026, 11, 20), 600_000)
        self.rich.with_user(self.users["officer"]).action_regrade()
        change = self.env["customer.grading.change"].search(
            [("partner_id", "=", self.rich.id), ("direction", "=", "down")]
        )
        self.assertEqual(
            change.with_user(self.users["officer"]).reason,
            "Invoiced revenue (last 12 months) fell below 500,000 USD: 300,000 USD",
        )
        before = self._get_view(self.rich)["blocks"][-1]
        self.assertEqual(before["title"], "Before")
        self.assertIn("fell below 500,000 USD", before["text"])

    def _get_reasons(self, policy, user="officer"):
        """Return ``{customer: reason}`` of the latest change of each by a policy."""
        changes = self.env["customer.grading.change"].search([("policy_id", "=", policy.id)])
        changes = changes.with_user(self.users[user]).sorted("id")
        return {change.partner_id: change.reason for change in changes}

    def test_a_change_of_policy_is_told_as_one_not_as_a_fall(self):
        policy = self._make_requirements()
        policy.write({"downgrade_timing": "now", "downgrade_days": 0, "stop_percent": 0})
        revised = policy.browse(policy.action_revise()["res_id"])
        line = revised.rule_ids[0].line_ids.filtered(lambda line: line.value == 500_000)
        line.value = 5_000_000
        trial = self.env["customer.grading.trial"].browse(revised.action_try_on()["res_id"])
        asked = "The new policy asks at least 5,000,000 USD of Invoiced revenue (last 12 months)"
        tried = trial.line_ids.filtered(lambda line: line.partner_id == self.rich)
        self.assertEqual(tried.why, f"{asked}: 900,000 USD")
        self._activate(revised)
        self.assertEqual(self._get_reasons(revised)[self.rich], f"{asked}: 900,000 USD")
        shown = self.rich.get_grade_reason()
        self.assertIn("asks at least 5,000,000 USD", shown)
        self.assertNotIn("fell", shown)

        # From then on the same version has judged them before: what falls has fallen.
        invoice = self.env["account.move"].search([("partner_id", "=", self.rich.id)])
        self._create_credit_note(invoice, date(2026, 11, 20), 700_000)
        self._run(revised)
        self.assertIn("fell below 300,000 USD: 200,000 USD", self._get_reasons(revised)[self.rich])

    def test_who_had_a_grade_by_hand_did_not_fall(self):
        policy = self._make_requirements()
        policy.write({"downgrade_timing": "now", "downgrade_days": 0, "stop_percent": 0})
        result = self.env["customer.grading.result"].search([("partner_id", "=", self.poor.id)])
        result._set_by_hand(policy.rule_ids[0].grade_id, "A friend", date(2026, 12, 31))
        with freeze_time("2027-01-05 12:00:00"):
            self._run(policy)
            self.assertNotIn("fell", self.poor.get_grade_reason())

    def test_of_a_day_with_two_moves_the_grade_of_the_day_before_is_told(self):
        policy = self._make_requirements()
        self._create_invoice(self.poor, date(2025, 11, 25), 480_000, due=date(2026, 12, 31))
        self._run(policy)
        with freeze_time("2026-11-27 12:00:00"):
            self._run(policy)
            result = self.env["customer.grading.result"].search([("partner_id", "=", self.poor.id)])
            self.assertEqual(result.grade_id.code, "C")
            result._set_by_hand(policy.rule_ids[:1].grade_id, "New plant", date(2027, 6, 30))
            blocks = self._get_view(self.poor)["blocks"]
        [before] = [block["text"] for block in blocks if block["title"] == "Before"]
        self.assertTrue(before.startswith("B from"), before)
        self.assertIn("New plant", before)

    def test_a_lost_grade_tells_what_left_its_period(self):
        policy = self._make_requirements()
        self._create_invoice(self.poor, date(2025, 11, 25), 480_000, due=date(2026, 12, 31))
        self._run(policy)
        with freeze_time("2026-11-27 12:00:00"):
            self._run(policy)
            before, hidden = (
                [
                    text
                    for block in self._get_view(self.poor, *reader)["blocks"]
                    if (text := block.get("text") or "").startswith("B from")
                ]
                for reader in ((), (self.seller,))
            )
        reason = "Invoiced revenue (last 12 months) fell below 300,000 USD"
        self.assertEqual(
            before,
            [
                f"B from 11/20/2026 to 11/26/2026. Then: {reason}: 50,000 USD;"
                " 480,000 USD of November 2025 left the last 12 months"
            ],
        )
        self.assertEqual(hidden, [f"B from 11/20/2026 to 11/26/2026. Then: {reason}"])

    def test_a_change_keeps_its_explanation_whatever_is_edited_later(self):
        """What decided then is read from the change and its own version of the policy."""
        policy = self._make_requirements()
        invoice = self.env["account.move"].search([("partner_id", "=", self.rich.id)])
        self._create_credit_note(invoice, date(2026, 11, 20), 600_000)
        self._run(policy)
        changes = self.env["customer.grading.change"].search([("policy_id", "=", policy.id)])
        changes = changes.with_user(self.users["officer"])
        before = self._tell_all(changes)
        self.assertIn("fell below 500,000 USD: 300,000 USD", before[0][0])

        revised = policy.browse(policy.action_revise()["res_id"])
        revised.rule_ids[0].line_ids[0].value = 100_000
        revised.rule_ids[1].unlink()
        revised.criterion_ids.filtered(lambda c: c.name == "Lost opportunities").period_count = 3
        self.assertEqual(self._tell_all(changes), before, "a draft changes nothing")
        self._activate(revised)
        self.assertEqual(policy.state, "closed")
        self.assertEqual(self._tell_all(changes), before, "nor does the next version")
        for record, vals in (
            (policy.rule_ids[0].line_ids[0], {"value": 1}),
            (policy.criterion_ids[0], {"period_count": 3}),
        ):
            with self.subTest(model=record._name), self.assertRaises(UserError):
                record.write(vals)
        self.question.name = "Partner for long?"
        self._answer(self.question, self.rich, False)
        self._create_invoice(self.rich, date(2026, 11, 20), 5_000_000)
        revised.action_close()
        policy.active = False
        first, *_others = policy.rule_ids.grade_id.sorted("sequence")
        first.sequence = 99  # the ranks of grades are another today
        self.assertEqual(self._tell_all(changes), before)

    def _tell_all(self, changes):
        """Return reason, readings, what held and the deciding requirement of each change."""
        self.env.invalidate_all()
        explanations = self.env["customer.grading.explanation"]._explain(changes)
        return [
            (
                change.reason,
                [
                    (criterion.name, reading)
                    for criterion, reading in explanations[change].readings.items()
                ],
                [(rule.id, held) for rule, held in explanations[change].holds.items()],
                explanations[change].rule.text,
                explanations[change].date,
            )
            for change in changes
        ]

    def test_a_try_on_says_why_and_notices_a_changed_policy(self):
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "name": "Invoiced revenue"}},
            [("A", ("all", ("revenue", "ge", 400_000)))],
        )
        run = policy._create_trial("try_on")
        run._execute()
        why = {line.partner_id: line.why for line in run.line_ids}
        self.assertEqual(
            why[self.middle], "Invoiced revenue (last 12 months) reached 400,000 USD: 420,000 USD"
        )
        self.assertEqual(
            why[self.poor],
            "Not A: Invoiced revenue (last 12 months) is below 400,000 USD: 50,000 USD",
        )
        self._create_criteria(policy, {"orders": {"measure": "order_count"}})
        run.line_ids.invalidate_recordset()
        self.assertEqual(set(run.line_ids.mapped("why")), {"The policy was changed since then."})

    def test_reasons_take_the_same_queries_for_many(self):
        policy = self._make_requirements()
        for partner in self._create_customers(20):
            self._create_invoice(partner, date(2026, 5, 1), 350_000)
        self._run(policy)
        changes = self.env["customer.grading.change"].search([("policy_id", "=", policy.id)])
        self.assertGreaterEqual(len(changes), 3)
        few = changes.browse({change.reason: change.id for change in changes}.values())
        self.assertLess(len(few), len(changes))  # one of each
        counts = []
        for records in (few, changes):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            records.mapped("reason")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])

    def test_other_selected_companies_have_a_line(self):
        self._make_requirements()
        other = self._create_company_with_chart("Other")
        officer = self.users["officer"]
        officer.company_ids += other
        partner = self.rich.with_user(officer).with_context(
            allowed_company_ids=(self.company + other).ids
        )
        block = partner.get_grading_explanation()[0]["blocks"][-1]
        self.assertEqual(block["title"], "In other companies")
        self.assertEqual(self._get_texts(block), [["Other", "Not graded", ""]])


@tagged("post_install", "-at_install")
class TestOpportunityExplanation(OpportunityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(f"{TODAY} 12:00:00"))
        cls.users = cls._create_users()

    def test_an_opportunity_tells_what_it_takes_to_the_next_grade(self):
        seller = self.users["salesperson"]
        lead = self._create_closing(60, user_id=seller.id)
        self._grade(self._create_urgency_policy())
        [view] = [
            view
            for view in lead.with_user(seller).get_grading_explanation()
            if view["title"] == self.intention.name
        ]
        why, why_not = view["blocks"]
        self.assertEqual(
            (why["title"], why_not["title"]), ("Why B: all met", "Why not A: 1 of 1 not met")
        )
        self.assertEqual(
            [cell["text"] for cell in why_not["rows"][0]["cells"]][1:4],
            ["at most 30 days", "60 days", "30 days too much"],
        )
        self.assertIn("at most 30 days (12/20/2026 instead of 01/19/2027)", why_not["text"])

    def test_who_is_not_graded_for_a_day_gone_by_is_told_the_nearest_day(self):
        lead = self._create_closing(-12)
        policy = self._create_policy(
            {"closing": {"measure": "lead_days_to_close", "name": "Days to closing"}},
            [("A", ("closing", "between", 0, 30)), ("C", ("closing", "gt", 90))],
            dimension=self.intention,
        )
        self._grade(policy)
        view = lead.with_user(self.users["officer"]).get_grading_explanation()[0]
        self.assertIn("Expected closing 11/08/2026 has passed: set a date.", view["notices"])
        [block] = view["blocks"]
        self.assertEqual(block["title"], "Nearest is A: 1 of 1 not met")
        self.assertIn("(11/20/2026 instead of 11/08/2026)", block["text"])
