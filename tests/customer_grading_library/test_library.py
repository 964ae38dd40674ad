"""The library: finding a policy, trying it on, making it one's own, and what differs then."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon, at

SPRING = date(2026, 6, 1)
KEPT = (
    "customer.grading.policy",
    "customer.grading.dimension",
    "customer.grading.question",
    "customer.grade",
    "customer.grading.trial",
    "customer.grading.result",
)


@tagged("post_install", "-at_install")
class TestLibrary(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Library = cls.env["customer.grading.library.policy"]

    def _find(self, key):
        return self.Library.search([("key", "=", key)])

    def _count_kept(self):
        return [self.env[name].with_context(active_test=False).search_count([]) for name in KEPT]

    def _invoice(self, *amounts):
        customers = self._create_customers(len(amounts))
        for customer, amount in zip(customers, amounts, strict=True):
            self._create_invoice(customer, SPRING, amount=amount)
        return customers

    def _adopt(self, key):
        """Return the dialog that adopts a policy, with the figures there are."""
        with freeze_time(at(TODAY)), self.enter_registry_test_mode():
            action = self._find(key).action_adopt()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _confirm(self, adoption):
        with freeze_time(at(TODAY)):
            action = adoption.action_adopt()["params"]["next"]
        return self.env["customer.grading.policy"].browse(action["res_id"])

    def test_every_file_is_in_the_library_with_whom_it_is_for_and_what_it_takes(self):
        files = self.env["customer.grading.policy"]._get_library_files()
        self.assertEqual(set(self.Library.search([]).mapped("key")), set(files))
        self.assertRecordValues(
            self._find("s01_prospect_horizon")
            | self._find("s19a_age_class")
            | self._find("s23_phone_visit")
            | self._find("s37_dealer_scorecard"),
            [
                {
                    "for_customers": False,
                    "for_people": False,
                    "for_opportunities": True,
                    "for_leads": False,
                    "decides": "closing",
                    "trade": "any",
                    "question_count": 0,
                    "needs_opportunities": True,
                },
                {
                    "for_customers": False,
                    "for_people": True,
                    "for_opportunities": False,
                    "for_leads": False,
                    "decides": "assessment",
                    "trade": "services",
                    "question_count": 1,
                    "needs_opportunities": False,
                },
                {
                    "for_customers": False,
                    "for_people": False,
                    "for_opportunities": False,
                    "for_leads": True,
                    "decides": "assessment",
                    "trade": "services",
                    "question_count": 9,
                    "needs_opportunities": True,
                },
                {
                    "for_customers": True,
                    "for_people": False,
                    "for_opportunities": False,
                    "for_leads": False,
                    "decides": "assessment",
                    "trade": "manufacturing",
                    "question_count": 2,
                    "needs_opportunities": False,
                },
            ],
        )

    def test_words_are_looked_for_in_names_and_summaries_of_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        found = self.Library.search([("name", "ilike", "batteries")])
        self.assertEqual(found.mapped("key"), ["s18_battery_orders", "s18_battery_review"])
        chinese = self.Library.with_context(lang="zh_CN").search([("name", "ilike", "重卡")])
        self.assertEqual(chinese.mapped("key"), ["s02_heavy_truck"])

    def test_a_page_reads_the_policy_and_leaves_nothing_behind(self):
        before = self._count_kept()
        with self.enter_registry_test_mode():
            page = self._find("s11_nine_kinds")
            self.assertIn("VIP customer", page.reads_as)
            self.assertEqual(self._count_kept(), before)

    def test_trying_on_counts_ones_own_customers_and_saves_nothing(self):
        self._invoice(100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000)
        before = self._count_kept()
        with freeze_time(at(TODAY)), self.enter_registry_test_mode():
            action = self._find("df1_revenue_rank").action_try_on()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        result, _moves = preview.summary
        counts = {
            row["cells"][0]["badge"]["code"]: row["cells"][1]["text"]
            for row in result["blocks"][0]["rows"]
            if row["cells"][0].get("badge")
        }
        self.assertEqual(counts, {"A": "1", "B": "2", "C": "7", "D": ""})
        cells = [
            c
            for view in preview.summary
            for b in view["blocks"]
            for r in b["rows"]
            for c in r["cells"]
        ]
        self.assertFalse([cell for cell in cells if cell.get("action") or cell.get("method")])
        self.assertEqual(self._count_kept(), before)

    def test_limits_keep_their_shape_on_the_companys_own_scale(self):
        self._invoice(*(100 * n for n in range(1, 21)))
        adoption = self._adopt("s63_yearly_sales")
        original = [limit.original for limit in adoption.limit_ids]
        own = [limit.value for limit in adoption.limit_ids]
        self.assertFalse(any(limit.original_reach for limit in adoption.limit_ids))
        self.assertEqual(adoption.limit_ids[0].reach, 1)
        for position in range(1, len(own)):
            self.assertAlmostEqual(
                own[position] / own[0], original[position] / original[0], delta=0.15
            )

    def test_limits_that_fit_already_stay_and_one_may_write_ones_own(self):
        self._invoice(*(100_000 * n for n in range(31, 61)), *([1_000] * 30))
        adoption = self._adopt("s63_yearly_sales")
        for limit in adoption.limit_ids:
            self.assertEqual(limit.value, limit.original)
        with Form(adoption) as form:
            with form.limit_ids.edit(0) as line:
                line.value = 5_900_000
                self.assertEqual(line.reach, 2)
            with form.grade_ids.edit(0) as grade:
                grade.name = "House customer"
            form.name = "Our levels"
        policy = self._confirm(adoption)
        self.assertEqual((policy.name, policy.state), ("Our levels", "draft"))
        self.assertIn("5,900,000", policy.rule_ids[0].text)
        self.assertEqual(policy.rule_ids[0].grade_id.name, "House customer")

    def test_nothing_is_there_before_the_dialog_is_confirmed(self):
        before = self._count_kept()
        self._adopt("s02_heavy_truck")
        self.assertEqual(self._count_kept(), before)

    def test_questions_come_with_the_policy(self):
        policy = self._confirm(self._adopt("s37_dealer_scorecard"))
        self.assertEqual(len(policy.criterion_ids.question_id), 2)

    def test_what_differs_from_the_library_is_told_requirement_by_requirement(self):
        policy = self._confirm(self._adopt("s63_yearly_sales"))
        self.assertEqual(policy.library_policy_id.key, "s63_yearly_sales")
        self.assertFalse(self._get_differences(policy))
        condition = policy.rule_ids[0].line_ids.filtered(lambda line: line.operator == "ge")
        condition.value = 77_000_000
        [[_grade, library, own]] = self._get_differences(policy)
        self.assertNotIn("77,000,000", library)
        self.assertIn("77,000,000", own)

    def _get_differences(self, policy):
        with self.enter_registry_test_mode():
            action = policy.action_view_library_difference()
        difference = self.env[action["res_model"]].browse(action["res_id"])
        return [
            [cell["text"] for cell in row["cells"]]
            for view in difference.views or []
            for block in view["blocks"]
            for row in block["rows"]
        ]

    def test_the_guide_finds_up_to_three_that_fit_the_answers_and_counts(self):
        self._invoice(100, 200, 300, 400)
        with freeze_time(at(TODAY)):
            form = Form(self.env["customer.grading.guide"])
            self.assertTrue(form.has_invoices)
            self.assertFalse(form.has_orders)
            form.decides = "money"
            guide = form.save()
            with self.enter_registry_test_mode():
                guide.action_find()
        found = guide.option_ids.library_policy_id
        self.assertEqual(len(found), 3)
        self.assertEqual(set(found.mapped("decides")), {"money"})
        self.assertFalse(any(found.mapped("needs_orders")))
        self.assertFalse(any(found.mapped("question_count")))
        for option in guide.option_ids:
            self.assertEqual(sum(bar["count"] for bar in option.bars), 4)

    def test_the_guide_has_something_for_every_answer(self):
        Guide = self.env["customer.grading.guide"]
        for audience, _label in Guide._fields["audience"].selection:
            for decides, _label in Guide._fields["decides"].selection:
                with self.subTest(audience=audience, decides=decides):
                    found = Guide.create({"audience": audience, "decides": decides})._find()
                    self.assertGreaterEqual(len(found), 2)

    def test_who_writes_no_policies_neither_tries_on_nor_adopts(self):
        user = self._create_users()["salesperson"]
        page = self._find("df1_revenue_rank").with_user(user)
        self.assertTrue(page.name)
        with self.assertRaises(AccessError):
            page.action_try_on()
        with self.assertRaises(AccessError):
            page.action_adopt()

    def test_what_cannot_be_loaded_says_why_and_the_guide_takes_the_next(self):
        self._invoice(100, 200)
        page = self._find("s46_sales_share")
        guide = self.env["customer.grading.guide"].create({"decides": "money"})
        self.assertIn(page, guide._find())
        self.env["customer.grading.measure"].search([("code", "=", "invoiced_revenue")]).code = "x"
        with freeze_time(at(TODAY)), self.enter_registry_test_mode():
            page.invalidate_recordset()
            self.assertIn("invoiced_revenue", page.reads_as)
            guide.action_find()
        self.assertTrue(guide.option_ids)
        self.assertNotIn(page, guide.option_ids.library_policy_id)

    def test_that_something_is_there_at_all_is_no_limit_of_scale(self):
        customers = self._invoice(100, 200, 300)
        for customer in customers:
            for _each in range(12):
                self._create_order(customer, SPRING, 10)
        adoption = self._adopt("s40_owning_team")
        self.assertNotIn(1, [limit.original for limit in adoption.limit_ids])
