"""Credit limits from points to the customer, and what is listed beside them."""

from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from ..run.test_query_counts import QueryCountCommon
from .common import CreditCase

NAME = "customer.grading.credit.proposal"
CREDIT_LISTS = ("proposal", "release", "special", "review")


@tagged("post_install", "-at_install")
class TestProposals(CreditCase):
    def test_s15_f38_points_give_a_limit_and_a_term(self):
        order = self._create_order(self.slow, TODAY, 500)
        proposals = self.env[NAME].with_user(self.seller)._propose(self.big | self.slow)
        figures = ("grade_id", "points", "exposure", "overdue", "revenue", "proposed_limit")
        big, slow = (
            proposals.filtered(lambda one, partner=partner: one.partner_id == partner)
            for partner in (self.big, self.slow)
        )
        self.assertEqual(
            [big[name] for name in figures], [self.grades["A"], 80, 0, 0, 20_000, 50_000]
        )
        self.assertEqual(
            [slow[name] for name in figures],
            [self.grades["B"], 40, 24_000 + order.amount_total, 24_000, 2_000, 5_000],
        )
        self.assertEqual((big.proposed_term_id, slow.decided_term_id), (self.in_60, self.in_30))
        self.assertIn("80", big.explanation_text)
        self.assertIn("Invoiced revenue", big.explanation_text)
        self.assertEqual(big.date, TODAY)

    def test_s37_n15_large_limits_take_more_steps_and_are_set_after_the_last(self):
        before = self._get_credit(self.big)
        proposal = self._propose(self.big)
        proposal.action_ask()
        officer, director = (
            proposal.with_user(user) for user in (self.users["officer"], self.director)
        )
        with self.assertRaises(AccessError):
            proposal.action_approve()
        with self.assertRaises(AccessError):
            director.action_approve()  # it is not his turn
        self.assertTrue(officer.is_mine)
        officer.action_approve()
        self.assertEqual(self._get_credit(self.big), before)
        self.assertEqual(proposal.waits_for, "General manager")
        self.assertEqual(
            self.env[NAME].with_user(self.director).search([("is_mine", "=", True)]), proposal
        )
        director.action_approve()
        self.assertEqual(self._get_credit(self.big), (50_000, True, self.in_60))
        self.assertRecordValues(
            proposal.approval_ids,
            [
                {"step": 1, "name": "Credit manager", "user_id": self.users["officer"].id},
                {"step": 2, "name": "General manager", "user_id": self.director.id},
            ],
        )
        self.assertEqual(proposal.date_until, date(2027, 11, 20))
        self.assertIn("grading_director", self.big.message_ids[0].body)
        self.assertFalse(proposal.sudo().activity_ids)

    def test_s37_a_small_limit_takes_one_step(self):
        proposal = self._propose(self.slow)
        proposal.action_ask()
        proposal.with_user(self.users["officer"]).action_approve()
        self.assertEqual(proposal.state, "approved")
        self.assertEqual(self._get_credit(self.slow), (5_000, True, self.in_30))

    def test_without_steps_an_officer_decides(self):
        self.rule.step_ids.unlink()
        proposal = self._propose(self.big)
        proposal.action_ask()
        with self.assertRaises(AccessError):
            proposal.with_user(self.users["accountant"]).action_approve()
        proposal.with_user(self.users["officer"]).action_approve()
        self.assertEqual(proposal.state, "approved")

    def test_taken_back_gives_exactly_what_stood_before(self):
        self.slow.with_company(self.company).write(
            {"credit_limit": 777, "property_payment_term_id": self.now.id}
        )
        for partner in (self.big, self.slow):
            before = self._get_credit(partner)
            proposal = self._approve(partner)
            self.assertNotEqual(self._get_credit(partner), before)
            with self.assertRaises(AccessError):
                proposal.action_take_back()
            last = self.director if partner == self.big else self.users["officer"]
            proposal.with_user(last).action_take_back()
            self.assertEqual(self._get_credit(partner), before)
            self.assertEqual(proposal.state, "back")

    def test_taken_back_leaves_what_a_person_set_since_and_says_so(self):
        before = self._get_credit(self.slow)
        proposal = self._approve(self.slow)
        self.slow.with_company(self.company).credit_limit = 9_000
        told = proposal.with_user(self.users["officer"]).action_take_back()
        self.assertIn("9,000", told["params"]["message"])
        self.assertEqual(self._get_credit(self.slow), (9_000, True, before[2]))

    def test_a_new_limit_replaces_the_older_and_taken_back_gives_that_back(self):
        first = self._approve(self.slow)
        second = self._approve(self.slow, decided_limit=8_000)
        self.assertEqual((first.state, second.before_limit), ("replaced", 5_000))
        second.with_user(self.users["officer"]).action_take_back()
        self.assertEqual(self._get_credit(self.slow), (5_000, True, self.in_30))
        self.assertEqual(first.state, "approved")

    def test_refused_with_a_reason_changes_nothing_and_tells_who_asked(self):
        before = self._get_credit(self.big)
        proposal = self._propose(self.big)
        proposal.action_ask()
        context = proposal.with_user(self.users["officer"]).action_refuse()["context"]
        Reason = self.env["customer.grading.credit.reason"].with_user(self.users["officer"])
        Reason.with_context(**context).create({"reason": "Too young"}).action_confirm()
        self.assertEqual((proposal.state, proposal.refusal), ("refused", "Too young"))
        self.assertEqual(self._get_credit(self.big), before)
        self.assertIn(self.seller.partner_id, proposal.message_ids.notified_partner_ids)

    def test_bad_input_is_refused_and_writes_nothing(self):
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.big.id})
        with self.assertRaisesRegex(ValidationError, "Buyer"), self.cr.savepoint():
            self._propose(contact)
        proposal = self._propose(self.big)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._propose(self.big)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            proposal.decided_limit = -1
        proposal.decided_limit = 0
        with self.assertRaisesRegex(UserError, "no limit at all"):
            proposal.action_ask()
        with self.assertRaises(AccessError):
            proposal.state = "approved"
        with self.assertRaises(AccessError):
            proposal.create({"partner_id": self.slow.id, "state": "approved"})
        proposal.decided_limit = 100
        proposal.action_ask()
        with self.assertRaises(UserError):
            proposal.decided_limit = 999_999
        self.rule.unlink()
        with self.assertRaisesRegex(UserError, "no credit rules"):
            self._propose(self.slow)

    def test_salespeople_see_and_propose_only_their_own_customers(self):
        mine, others = self._propose(self.big), self.slow
        others.user_id = self.users["officer"]
        theirs = self._propose(others, self.users["officer"])
        with self.assertRaises(AccessError):
            theirs.with_user(self.seller).read(["exposure"])
        self.assertEqual(self.env[NAME].with_user(self.seller).search([]), mine)
        theirs.unlink()
        with self.assertRaises(AccessError):
            self._propose(others)
        with self.assertRaises(AccessError):
            self.env["customer.grading.receivable.age"].with_user(self.seller).search([])
        with self.assertRaises(AccessError):
            self.env["customer.grading.credit.rule"].with_user(self.seller).search([])

    def test_s22_s43_a_hidden_risk_class_gives_the_limit_and_stays_hidden(self):
        group = self.env["res.groups"].create({"name": "Risk"})
        self.users["officer"].group_ids = [Command.link(group.id)]
        risk = self._create_dimension("risk", group_ids=[Command.set(group.ids)])
        policy = self._create_policy(
            {"overdue": {"measure": "overdue_amount"}},
            [("C", ("overdue", "ge", 1)), ("A", ())],
            dimension=risk,
        )
        self._activate(policy)
        high = risk.grade_ids.filtered(lambda grade: grade.code == "C")
        self.rule.write(
            {
                "dimension_id": risk.id,
                "band_ids": [
                    Command.clear(),
                    Command.create({"grade_id": high.id, "amount": 1}),
                    Command.create({"amount": 10_000, "sequence": 20}),
                ],
            }
        )
        officer = self.users["officer"]
        self.assertEqual(self._propose(self.slow, officer).proposed_limit, 1)
        proposal = self._propose(self.big, officer)
        self.assertEqual(proposal.proposed_limit, 10_000)
        with self.assertRaises(AccessError):
            proposal.with_user(self.seller).read(["grade_id"])

    def test_limits_are_proposed_in_whole_amounts(self):
        self._create_invoice(self.big, self._ago(20), 777.77)
        self.rule.band_ids[0].most = 0
        proposal = self._propose(self.big)
        self.assertAlmostEqual(proposal.revenue, 20_064.81, 2)
        self.assertEqual(proposal.proposed_limit, 60_194)
        self.assertEqual(proposal.decided_limit, 60_194)
        self.assertEqual(proposal.basis, "From 80 points: 3 times the monthly revenue; 60 days")

    def test_revenue_is_with_whom_it_was_and_a_receipt_counts(self):
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.big.id})
        self._create_invoice(person, self._ago(20), 12_000)
        person.parent_id = self.slow
        receipt = self._create_invoice(self.big, self._ago(19), 6_000, move_type="out_receipt")
        self.assertEqual(receipt.state, "posted")
        big, slow = self._propose(self.big), self._propose(self.slow)
        self.assertEqual((big.revenue, slow.revenue), (21_500, 2_000))

    def test_each_company_has_its_own_credit(self):
        other = self._create_company_with_chart("Elsewhere")
        other.account_use_credit_limit = True
        self._approve(self.big)
        self.assertEqual(self._get_credit(self.big)[0], 50_000)
        self.assertFalse(self._get_credit(self.big, other)[1])
        with self.assertRaisesRegex(UserError, "Elsewhere"), self.cr.savepoint():
            self.env[NAME].with_company(other)._propose(self.big)
        self._create_rule(company_id=other.id, step_ids=False)
        elsewhere = self.env[NAME].with_company(other)._propose(self.big)
        self.assertEqual((elsewhere.proposed_limit, elsewhere.exposure), (1_000, 0))
        self.assertFalse(
            self.env[NAME].with_user(self.users["officer"]).search([("id", "=", elsewhere.id)])
        )

    def test_limits_that_odoo_does_not_use_are_switched_on_by_administrators(self):
        self.company.account_use_credit_limit = False
        proposal = self._propose(self.big)
        self.assertFalse(proposal.is_limit_used)
        with self.assertRaises(AccessError):
            proposal.action_switch_limit_on()
        proposal.with_user(self.env.ref("base.user_admin")).action_switch_limit_on()
        self.assertTrue(self.company.account_use_credit_limit)

    def test_limits_are_listed_for_review_before_they_end(self):
        proposal = self._approve(self.slow)
        to_review = [("is_to_review", "=", True)]
        self.assertFalse(proposal.search(to_review))
        self._at(date(2027, 10, 25))
        self.assertEqual(proposal.search(to_review), proposal)
        again = self.env[NAME].browse(proposal.action_propose_again()["res_id"])
        self.assertEqual((again.state, again.current_limit), ("draft", 5_000))

    def test_merged_customers_keep_their_proposals_and_one_open(self):
        twin = self._create_customers(1, user_id=self.seller.id)
        done = self._approve(twin)
        for partner in (twin, self.big):
            self._propose(partner)
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((twin | self.big).ids, self.big, extra_checks=False)
        kept = self.env[NAME].search([("partner_id", "=", self.big.id)])
        self.assertEqual(len(kept), 3)
        self.assertEqual(kept.mapped("state").count("draft"), 1)
        self.assertEqual(done.state, "approved")

    def test_s15_the_credit_form_prints_figures_points_and_steps(self):
        proposal = self._approve(self.big, reason="Since 2019 a partner")
        Report = self.env["ir.actions.report"]
        name = "customer_grading_credit.report_proposal"
        html = Report._render_qweb_html(name, proposal.ids)[0].decode()
        for text in (
            "Invoiced revenue",
            "50,000.00",
            "20,000.00",
            "60 days",
            "Since 2019 a partner",
            "Prepared by",
            "Credit manager",
            "General manager",
            "grading_director",
        ):
            self.assertIn(text, html)
        with self.assertRaises(AccessError):
            self.slow.user_id = self.big.user_id = self.users["officer"]
            Report.with_user(self.seller)._render_qweb_html(name, proposal.ids)


@tagged("post_install", "-at_install")
class TestManyProposals(QueryCountCommon, CreditCase):
    def test_proposing_for_many_takes_as_many_queries_as_for_a_few(self):
        def propose(customers):
            self.env[NAME]._propose(customers)

        self._count(propose, self._create_customers(2))
        few = self._count(propose, self._create_customers(5))
        self.assertLessEqual(self._count(propose, self._create_customers(50)), few + 1)


@tagged("post_install", "-at_install")
class TestLists(CreditCase):
    def test_f39_receivables_older_than_90_days_with_grade_and_salesperson(self):
        self.credit._set_main("partner", self.company)
        self._create_invoice(self.slow, date(2026, 9, 1), 300, due=date(2026, 9, 30))
        self._create_invoice(self.slow, date(2026, 11, 1), 70, due=TODAY)
        self._create_invoice(self.big, date(2026, 10, 1), 10, due=date(2026, 10, 21))
        Age = self.env["customer.grading.receivable.age"].with_user(self.users["accountant"])
        own = [("partner_id", "in", (self.big | self.slow).ids)]
        old = Age.search([*own, ("over_90", ">", 0)])
        self.assertRecordValues(
            old,
            [
                {
                    "partner_id": self.slow.id,
                    "user_id": self.seller.id,
                    "grade_id": self.grades["B"].id,
                    "not_due": 70,
                    "until_30": 0,
                    "until_60": 300,
                    "until_90": 0,
                    "over_90": 24_000,
                    "total": 24_370,
                    "date_oldest": date(2026, 7, 1),
                }
            ],
        )
        self.assertEqual(old.total, self.slow.with_company(self.company).credit)
        self.assertEqual(Age.search([*own, ("until_30", ">", 0)]).partner_id, self.big)
        by_user = Age._read_group(own, ["user_id"], ["over_90:sum"])
        self.assertEqual(by_user, [(self.seller.with_env(Age.env), 24_000)])
        items = self.env["account.move.line"].search(old.action_open_items()["domain"])
        self.assertEqual(sum(items.mapped("amount_residual")), old.total)

    def test_who_is_not_graded_is_called_so_in_all_lists(self):
        for name in ("receivable.age", *(f"credit.{n}" for n in CREDIT_LISTS)):
            for lang, label in (("en_US", "Not graded"), ("zh_CN", "未分级")):
                with self.subTest(name, lang=lang):
                    Model = self.env[f"customer.grading.{name}"].with_context(lang=lang)
                    told = Model.fields_get(["grade_id"], ["falsy_value_label"])
                    self.assertEqual(told["grade_id"]["falsy_value_label"], label)

    def test_f39_each_company_and_its_own_currency(self):
        other = self._create_company_with_chart("Elsewhere", currency=self.env.ref("base.EUR"))
        self._create_invoice(self.big, date(2026, 1, 1), 50, due=date(2026, 1, 31), company=other)
        Age = self.env["customer.grading.receivable.age"]
        own = [("partner_id", "=", self.big.id)]
        here = Age.with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(here.search(own))
        both = Age.with_context(allowed_company_ids=(self.company | other).ids)
        found = both.search(own)
        self.assertRecordValues(found, [{"company_id": other.id, "over_90": 50}])
        self.assertEqual(found.currency_id, other.currency_id)
        self.assertFalse(
            both.with_user(self.users["accountant"])
            .with_context(allowed_company_ids=self.company.ids)
            .search(own)
        )

    def _create_special(self, partner, **vals):
        Special = self.env["customer.grading.credit.special"].with_user(self.users["officer"])
        return Special.create(
            {
                "name": "Pays after the season",
                "partner_id": partner.id,
                "reason": "Seasonal trade",
                "date_from": date(2026, 3, 1),
                **vals,
            }
        )

    def test_f37_s35_the_yearly_list_shows_special_terms_and_decisions(self):
        kept, ended, over = (
            self._create_special(self.big, kind="policy"),
            self._create_special(self.slow),
            self._create_special(self.slow, date_from=date(2025, 1, 1), date_to=date(2025, 9, 1)),
        )
        self.assertEqual(kept.allowed_by_id, self.users["officer"])
        action = kept.action_review_year()
        kept.action_review_year()  # makes no second line
        lines = self.env["customer.grading.credit.review"].with_user(self.users["officer"])
        lines = lines.search([*action["domain"], ("partner_id", "in", (self.big | self.slow).ids)])
        self.assertEqual(lines.special_id, kept | ended)
        self.assertNotIn(over, lines.special_id)
        of_kept = lines.filtered(lambda line: line.special_id == kept)
        of_kept.action_keep()
        (lines - of_kept).action_end()
        self.assertEqual((kept.date_to, ended.date_to), (False, TODAY))
        self.assertRecordValues(
            of_kept,
            [
                {
                    "decision": "keep",
                    "decided_by_id": self.users["officer"].id,
                    "date_decided": TODAY,
                }
            ],
        )
        with self.assertRaisesRegex(ValidationError, "what changes"):
            of_kept.decision = "change"
        name = "customer_grading_credit.report_review"
        html = self.env["ir.actions.report"]._render_qweb_html(name, lines.ids)[0].decode()
        self.assertIn("Seasonal trade", html)
        self._at(date(2027, 5, 1))
        action = kept.action_review_year()
        self.assertEqual(lines.search(action["domain"]).special_id & (kept | ended), kept)

    def test_f37_salespeople_read_special_terms_of_their_own_customers(self):
        mine, theirs = self._create_special(self.big), self._create_special(self.slow)
        self.slow.user_id = self.users["officer"]
        Special = self.env["customer.grading.credit.special"].with_user(self.seller)
        self.assertEqual(Special.search([]), mine)
        with self.assertRaises(AccessError):
            mine.with_user(self.seller).reason = "Because"
        with self.assertRaises(AccessError):
            theirs.with_user(self.seller).read(["reason"])
        with self.assertRaises(AccessError):
            self.big.with_user(self.seller).action_add_special_terms()
        with self.assertRaises(ValidationError):
            theirs.date_to = date(2020, 1, 1)
