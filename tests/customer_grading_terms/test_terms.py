"""What a grade gives goes with it, and exactly what stood before comes back."""

import json
from datetime import date

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.addons.customer_grading_terms.hooks import post_init_hook, uninstall_hook
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from ..common import ClockCase
from ..pdf import read_page

START = date(2026, 9, 1)


class TermsCase(ClockCase):
    """A gives 60 days, B gives 30 and a promise; C gives nothing. One customer of each."""

    start = START

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        cls.manager = cls.users["administrator"]
        cls.customers = cls._create_customers(3, user_id=cls.seller.id)
        cls.customer, cls.second, cls.third = cls.customers
        cls._at(cls.start)
        for customer, amount in zip(cls.customers, (1000, 500, 100), strict=True):
            cls._create_order(customer, START, amount)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 1000)), ("B", ("orders", "ge", 500)), ("C", ())],
        )
        cls.a, cls.b, cls.c = cls.policy.rule_ids.grade_id.sorted()
        cls.days = {
            number: cls.env["account.payment.term"].create({"name": f"{number} days"})
            for number in (14, 30, 60)
        }
        cls._activate(cls.policy)

    @classmethod
    def _give(cls, grade, kind, **vals):
        """Write on a grade what it gives."""
        return cls.env["customer.grading.benefit"].create(
            {"grade_id": grade.id, "kind": kind, **vals}
        )

    def _give_days(self):
        self._give(self.a, "payment_term", payment_term_id=self.days[60].id)
        self._give(self.b, "payment_term", payment_term_id=self.days[30].id)
        self._give(self.b, "promise", text="A manager of its own")

    @property
    def terms(self):
        return self.env["customer.grading.terms"].search(
            [("dimension_id", "=", self.dimension.id), ("company_id", "=", self.company.id)]
        )

    def _put_in_force(self, when="now"):
        self.terms.when = when
        self.terms.with_user(self.manager).action_activate()
        self._night()

    def _night(self, grade=True):
        """Grade everybody, and do the job that gives what the grades give."""
        if grade:
            self._run(self.policy)
        self.env["customer.grading.terms.giver"]._give()

    def _set(self, grade, customer=None):
        result = self._get_results(customer or self.customer)[customer or self.customer]
        return result.with_user(self.officer)._set_by_hand(grade, "Said so")

    def _get_days(self, *customers):
        return [
            customer.property_payment_term_id.name or None
            for customer in customers or self.customers
        ]

    def _get_ledger(self, customer=None):
        """Return what the ledger says of a customer, the oldest first."""
        grants = self.env["customer.grading.grant"].search(
            [("partner_id", "=", (customer or self.customer).id)], order="id"
        )
        return [(one.grade_id.code, one.before_text, one.after_text, one.state) for one in grants]


@tagged("post_install", "-at_install")
class TestTerms(TermsCase):
    def test_f33_a_grade_gives_payment_terms_and_loses_them_when_it_falls(self):
        """F33: a confirmed A gets the payment terms of A, and loses them when downgraded."""
        self.customer.property_payment_term_id = self.days[14]
        self._give_days()
        self._put_in_force()
        self.assertEqual(self._get_days(), ["60 days", "30 days", None])
        self._at(date(2026, 9, 3))
        self._set(self.b)
        self.assertEqual(self._get_days(self.customer), ["30 days"])
        self._at(date(2026, 9, 5))
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), ["14 days"])
        self.assertEqual(
            self._get_ledger(),
            [("A", "14 days", "60 days", "ended"), ("B", "14 days", "30 days", "ended")],
        )
        first, last = self.env["customer.grading.grant"].search(
            [("partner_id", "=", self.customer.id)], order="id"
        )
        self.assertEqual(
            [(one.date_start, one.date_end) for one in first + last],
            [(START, date(2026, 9, 3)), (date(2026, 9, 3), date(2026, 9, 5))],
        )
        self.assertEqual(first.change_id.grade_id, self.a)
        self.assertEqual(last.end_change_id.grade_id, self.c)
        notes = self.customer.message_ids.mapped("body")
        self.assertIn("Payment terms for grade A: 60 days. Before: 14 days.", notes[2])
        self.assertIn("Payment terms: back to 14 days (30 days was for grade B).", notes[0])

    def test_nothing_is_given_until_somebody_looked(self):
        self._give_days()
        self._night()
        self.assertEqual(self._get_days(), [None, None, None])
        action = self.terms.with_user(self.manager).action_preview()
        waiting = self.env["customer.grading.grant"].search(
            [*action["domain"], ("is_waiting", "=", True)]
        )
        self.assertEqual(
            [
                (one.partner_id, one.before_text, one.after_text)
                for one in waiting.sorted("partner_id")
            ],
            [(self.customer, "none", "60 days"), (self.second, "none", "30 days")],
        )
        self.assertEqual(self._get_days(), [None, None, None])
        with self.assertRaisesRegex(UserError, "is not in force"):
            waiting.with_user(self.officer).action_confirm()
        for user in (self.seller, self.officer):
            with self.assertRaises(AccessError):
                self.terms.with_user(user).action_activate()

    def test_the_first_grading_of_a_company_asks_whoever_answers_for_the_policy(self):
        self._give_days()
        self.policy.user_id = self.manager
        first, second = self._run(self.policy), self._run(self.policy)
        self.assertEqual(first.activity_ids.user_id, self.manager)
        self.assertIn("What the grades give", first.activity_ids.summary)
        self.assertFalse(second.activity_ids)

    def test_what_changes_on_a_grade_in_force_waits_until_somebody_looked_again(self):
        self._give_days()
        self._put_in_force()
        self.a.benefit_ids.payment_term_id = self.days[14]
        self.assertEqual(self.terms.state, "changed")
        self._set(self.a, self.second)
        self._night()
        self.assertEqual(self._get_days(), ["60 days", "30 days", None])
        self._put_in_force()
        self.assertEqual(self._get_days(), ["14 days", "14 days", None])
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), [None])

    def test_better_grades_give_what_the_grades_below_give_unless_said(self):
        self._give_days()
        passed = self._give(self.c, "pricelist", pricelist_id=self._create_pricelist("Three").id)
        alone = self._give(self.c, "promise", text="Basic service", also_better=False)
        given = self.env["customer.grade"]._get_benefits_of(self.dimension, self.company)
        self.assertEqual(
            [[one.reads_as for one in given[grade]] for grade in (self.a, self.b, self.c)],
            [
                ["Payment terms: 60 days", "A manager of its own", passed.reads_as],
                ["Payment terms: 30 days", "A manager of its own", passed.reads_as],
                [passed.reads_as, alone.reads_as],
            ],
        )
        self._give(
            self.c, "tag", tag_id=self.env["res.partner.category"].create({"name": "Small"}).id
        )
        self._put_in_force()
        self.assertEqual(
            [one.specific_property_product_pricelist.name for one in self.customers], ["Three"] * 3
        )
        self.assertEqual([len(customer.category_id) for customer in self.customers], [0, 0, 1])

    def _create_pricelist(self, name):
        return self.env["product.pricelist"].create({"name": name})

    def test_f36_a_new_potential_customer_goes_to_the_marketing_team(self):
        """F36, S40, S45: team and person by grade, for customers and opportunities."""
        marketing = self.env["crm.team"].create({"name": "Marketing"})
        self._give(self.c, "team", value="Marketing")
        self._give(self.b, "salesperson", user_id=self.officer.id)
        self._give(self.b, "salesperson", text="Own account manager")
        self._put_in_force()
        self.assertEqual(self.third.customer_team_id, marketing)
        self.assertFalse((self.customer + self.second).customer_team_id)
        self.assertEqual(self.second.user_id, self.officer)
        self._set(self.b, self.third)
        self.assertEqual(
            (self.third.user_id, self.third.customer_team_id.id), (self.officer, False)
        )

    def test_a_credit_limit_is_an_amount_or_so_many_times_the_monthly_revenue(self):
        """F33, S15: three times what is invoiced in a month on average of the last twelve."""
        self._give(self.a, "credit_limit", revenue_months=3)
        self._give(self.b, "credit_limit", amount=5000)
        self._create_invoice(self.customer, date(2026, 3, 1), amount=12000)
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._create_invoice(person, date(2026, 4, 1), amount=2400)
        self._create_invoice(self.customer, date(2025, 9, 1), amount=99999)
        self._put_in_force()
        self.assertEqual([c.credit_limit for c in self.customers], [3600, 5000, 0])
        self._set(self.b)
        self.assertEqual(self.customer.credit_limit, 5000)
        self._set(self.c)
        self.assertEqual(self.customer.credit_limit, 0)

    def test_what_a_person_sets_meanwhile_stays_and_is_told(self):
        self._give_days()
        self._put_in_force()
        self.customer.property_payment_term_id = self.days[14]
        self._set(self.b)
        self.assertEqual(self._get_days(self.customer), ["14 days"])
        self.assertIn(
            "stays 14 days, as it was set by hand; grade B gives 30 days", self._get_note()
        )
        self._set(self.a)
        self.assertEqual(self._get_days(self.customer), ["14 days"])
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), ["14 days"])
        self.assertIn("stays 14 days, as it was set by hand", self._get_note())
        self.assertEqual({line[3] for line in self._get_ledger()}, {"ended_kept"})
        self._set(self.a)
        self.assertEqual(self._get_days(self.customer), ["60 days"])
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), ["14 days"])

    def _get_note(self, customer=None):
        return (customer or self.customer).message_ids[0].body

    def test_what_is_archived_stays_with_who_has_it_and_is_given_to_nobody_else(self):
        self._give_days()
        self._put_in_force()
        self.days[60].active = False
        self._set(self.a, self.third)
        self._night()
        # For whom it is new, that of the grade below steps in.
        self.assertEqual(self._get_days(), ["60 days", "30 days", "30 days"])
        self._night()
        self.assertEqual(self._get_days(), ["60 days", "30 days", "30 days"])
        self.assertFalse(self.env["customer.grading.grant"].search([("is_waiting", "=", True)]))
        told = self.third.with_user(self.seller).grade_benefits
        self.assertIn("30 days", told)
        self.assertNotIn("60 days", told)
        self._set(self.b)
        self.assertEqual(self._get_days(self.customer), ["30 days"])
        self._set(self.a)
        self.assertEqual(self._get_days(self.customer), ["30 days"])
        self.days[60].active = True
        self._night()
        self.assertEqual(self._get_days(), ["60 days", "30 days", "60 days"])

    def test_what_is_archived_and_nothing_steps_in_for_is_given_to_nobody_else(self):
        self._give(self.a, "payment_term", payment_term_id=self.days[60].id)
        self._put_in_force()
        self.days[60].active = False
        self._set(self.a, self.third)
        self._night()
        self.assertEqual(self._get_days(), ["60 days", None, None])

    def test_frozen_excluded_and_undone_follow_the_grade_in_effect(self):
        self._give_days()
        self._put_in_force()
        result = self._get_results(self.customer)[self.customer].with_user(self.officer)
        result._freeze("Stays")
        self._create_order(self.second, START, 2000)
        run = self._run(self.policy)
        self._night(grade=False)
        self.assertEqual(self._get_days(), ["60 days", "60 days", None])
        result._exclude("Out")
        self.assertEqual(self._get_days(), [None, "60 days", None])
        if hasattr(run, "_undo"):
            run.with_user(self.officer)._start_undo("A mistake")
            self._night(grade=False)
            self.assertEqual(self._get_days(), [None, "30 days", None])

    def test_merged_customers_keep_what_people_set_and_what_their_grade_gives(self):
        self.second.property_payment_term_id = self.days[14]
        self._give_days()
        self._put_in_force()
        self._set(self.c, self.third)
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [(6, 0, [self.second.id, self.third.id])],
                "dst_partner_id": self.third.id,
            }
        ).action_merge()
        self.assertEqual(self._get_days(self.third), ["14 days"])
        self._night()
        [line] = self._get_ledger(self.third)
        self.assertEqual(line[:3], ("B", "14 days", "30 days"))

    def test_each_company_gives_its_own(self):
        other = self._create_company_with_chart("Other")
        self.manager.company_ids |= other
        self.env.user.company_ids |= other
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ())],
            company_id=other.id,
            population="all",
        )
        self._activate(policy)
        self._give_days()
        self._give(self.a, "payment_term", payment_term_id=self.days[14].id, company_id=other.id)
        self._put_in_force()
        self.assertEqual(self._get_days(self.customer), ["60 days"])
        self.assertFalse(self.customer.with_company(other).property_payment_term_id)
        there = self.env["customer.grading.terms"].search([("company_id", "=", other.id)])
        there.with_user(self.manager).action_activate()
        self._night(grade=False)
        self.assertEqual(self._get_days(self.customer), ["60 days"])
        self.assertEqual(self.customer.with_company(other).property_payment_term_id, self.days[14])
        there.with_user(self.manager).action_take_back()
        self._night(grade=False)
        self.assertFalse(self.customer.with_company(other).property_payment_term_id)
        self.assertEqual(self._get_days(self.customer), ["60 days"])

    def test_a_company_that_a_customer_leaves_takes_back_what_it_gave(self):
        self._give_days()
        self._put_in_force()
        other = self._create_company_with_chart("Other")
        self.customer.company_id = other
        self._night()
        self.assertFalse(self.customer.property_payment_term_id)

    def test_officers_confirm_or_leave_it_where_that_is_asked_for(self):
        self._give_days()
        self._put_in_force("confirmed")
        Grant = self.env["customer.grading.grant"].with_user(self.officer)
        waiting = Grant.search([("is_waiting", "=", True)])
        self.assertEqual(waiting.partner_id, self.customer + self.second)
        self.assertEqual(self._get_days(), [None, None, None])
        with self.assertRaises(AccessError):
            waiting.with_user(self.seller).action_confirm()
        first = waiting.filtered(lambda one: one.partner_id == self.customer)
        first.action_confirm()
        (waiting - first).action_refuse()
        self._night()
        self.assertEqual(self._get_days(), ["60 days", None, None])
        self.assertEqual(first.user_id, self.officer)
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), ["60 days"])
        self.assertTrue(first.is_waiting)
        first.action_confirm()
        self.assertEqual(self._get_days(self.customer), [None])

    def test_open_quotations_are_listed_and_not_touched(self):
        self._give_days()
        quotation = self._create_order(self.customer, START, 10, confirm=False)
        quotation.payment_term_id = self.days[14]
        self._put_in_force()
        grants = self.env["customer.grading.grant"].search([("partner_id", "=", self.customer.id)])
        found = self.env["sale.order"].search(grants.action_view_quotations()["domain"])
        self.assertEqual(found, quotation)
        self.assertEqual(quotation.payment_term_id, self.days[14])

    def test_two_dimensions_do_not_give_in_one_field(self):
        other = self._create_dimension("other")
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ())], dimension=other
        )
        self._give_days()
        self._put_in_force()
        self._give(policy.rule_ids.grade_id, "payment_term", payment_term_id=self.days[14].id)
        terms = self.env["customer.grading.terms"].search([("dimension_id", "=", other.id)])
        with self.assertRaisesRegex(UserError, "gives “Payment terms” already"):
            terms.filtered(lambda one: one.company_id == self.company).action_activate()

    def test_a_benefit_that_cannot_be_is_refused_as_it_is_written(self):
        with self.assertRaisesRegex(ValidationError, "nothing that customers have"):
            hot = self.env["crm.tag"].create({"name": "Hot"})
            self._give(self.a, "lead_tag", lead_tag_id=hot.id)
        self._give_days()
        with self.assertRaisesRegex(ValidationError, "twice"):
            self._give(self.a, "payment_term", payment_term_id=self.days[14].id)
        with self.assertRaisesRegex(ValidationError, "less than 0"):
            self._give(self.a, "credit_limit", amount=-1)

    def test_who_cannot_be_given_something_is_told_and_the_others_have_it(self):
        self._give_days()
        self.env.registry.clear_cache()
        self.patch(
            type(self.env["res.partner"]),
            "write",
            refuse(type(self.env["res.partner"]).write, self.customer.id),
        )
        self._put_in_force()
        self.assertEqual(self._get_days(), [None, "30 days", None])
        grant = self.env["customer.grading.grant"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((grant.state, grant.problem), ("waiting", "Not this one."))

    def test_opportunities_have_what_their_grade_gives(self):
        dimension = self._create_dimension("intent", subject="lead")
        policy = self._create_policy(
            {"amount": {"measure": "expected_revenue"}},
            [("A", ("amount", "ge", 100)), ("B", ())],
            dimension=dimension,
        )
        high = policy.rule_ids.grade_id.sorted()[0]
        team = self.env["crm.team"].create({"name": "Key accounts"})
        tag = self.env["crm.tag"].create({"name": "Hot"})
        lead = self._create_lead(self.customer, START, expected_revenue=500)
        before = lead.team_id
        self._activate(policy)
        self._give(high, "team", team_id=team.id)
        self._give(high, "lead_tag", lead_tag_id=tag.id)
        terms = self.env["customer.grading.terms"].search(
            [("dimension_id", "=", dimension.id), ("company_id", "=", self.company.id)]
        )
        terms.action_activate()
        self._night(grade=False)
        self.assertEqual((lead.team_id, lead.tag_ids), (team, tag))
        lead.expected_revenue = 1
        self._run(policy)
        self._night(grade=False)
        self.assertEqual((lead.team_id, lead.tag_ids.ids), (before, []))

    def test_removed_it_gives_back_or_keeps_as_was_chosen(self):
        self._give_days()
        self._put_in_force()
        self.env["ir.config_parameter"].set_param("customer_grading_terms.removed", "keep")
        uninstall_hook(self.env)
        self.assertEqual(self._get_days(), ["60 days", "30 days", None])
        self.env["ir.config_parameter"].set_param("customer_grading_terms.removed", "give_back")
        uninstall_hook(self.env)
        self.assertEqual(self._get_days(), [None, None, None])
        self.assertFalse(
            self.env["ir.config_parameter"].get_param("customer_grading_terms.removed")
        )


def refuse(write, partner_id):
    """Return a ``write`` of contacts that refuses one of them, as another addon might."""

    def refusing(self, vals):
        if partner_id in self.ids and "property_payment_term_id" in vals:
            raise ValidationError("Not this one.")
        return write(self, vals)

    return refusing


@tagged("post_install", "-at_install")
class TestWhatIsShown(TermsCase):
    def test_what_the_grade_gives_stands_on_customers_orders_and_opportunities(self):
        self._give_days()
        self._put_in_force()
        said = "Payment terms: 30 days; A manager of its own"
        second = self.second.with_user(self.seller)
        self.assertEqual(second.grade_benefits, said)
        order = self._create_order(self.second, START, 10, confirm=False)
        self.seller.group_ids |= self.env.ref("customer_grading.customer_grading_group_documents")
        self.assertEqual(order.with_user(self.seller).grade_benefits, said)
        lead = self._create_lead(self.second, START, user_id=self.seller.id)
        self.assertEqual(lead.with_user(self.seller).customer_benefits, said)
        texts = json.dumps(second.get_grading_explanation(), ensure_ascii=False)
        self.assertIn("What grade B gives", texts)
        self.assertIn("A manager of its own", texts)
        self.assertIn("since 09/01/2026", texts)

    def test_what_the_grade_of_another_dimension_gives_stands_there_for_who_may_see_it(self):
        self._give_days()
        group = self.env["res.groups"].create({"name": "Credit control"})
        credit = self._create_dimension("credit", group_ids=[Command.set(group.ids)])
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("S", ())], dimension=credit
        )
        self._activate(policy)
        self._give(policy.rule_ids.grade_id, "promise", text="Goods before money")
        second = self.second.with_user(self.seller)
        self.assertNotIn("Goods before money", second.grade_benefits)
        self.seller.group_ids |= group
        self.env.invalidate_all()
        self.assertEqual(
            second.grade_benefits.splitlines(),
            [
                f"{self.dimension.name}: Payment terms: 30 days; A manager of its own",
                f"{credit.name}: Goods before money",
            ],
        )
        self.assertEqual(
            self.third.with_user(self.seller).grade_benefits, f"{credit.name}: Goods before money"
        )

    def test_f34_the_customer_reads_on_its_grade_sheet_what_the_grade_gives(self):
        """F34: the grade sheet can be printed for the customer."""
        if "customer.grading.paper" not in self.env:
            self.skipTest("Papers are not installed: there is no grade sheet.")
        self._give_days()
        self._put_in_force()
        self.b.benefit_ids.filtered("text").with_context(lang="zh_CN").text = "专属客户经理"
        sheet = "customer_grading_paper.report_grade_sheet"
        text = read_page(self.env(user=self.seller), sheet, self.second)
        self.assertEqual(text.count("What grade B gives"), 1)
        self.assertIn("Payment terms: 30 days", text)
        self.second.lang = "zh_CN"
        self.assertIn("专属客户经理", read_page(self.env(user=self.seller), sheet, self.second))

    def test_who_may_not_see_credit_limits_does_not_see_them_in_the_ledger(self):
        self._give(self.b, "credit_limit", amount=5000)
        self._give_days()
        self._put_in_force()
        Grant = self.env["customer.grading.grant"]
        self.assertEqual(
            set(Grant.with_user(self.seller).search([]).mapped("kind")), {"payment_term"}
        )
        self.assertIn("credit_limit", Grant.with_user(self.officer).search([]).mapped("kind"))
        portal = new_test_user(self.env, "terms_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            Grant.with_user(portal).search([])
        with self.assertRaises(AccessError):
            self.customer.with_user(portal).read(["grade_benefits"])

    def test_a_grade_is_given_benefits_in_its_form(self):
        with Form(self.a.with_user(self.manager)) as form, form.benefit_ids.new() as benefit:
            benefit.kind = "payment_term"
            benefit.payment_term_id = self.days[60]
        self.assertEqual(self.a.benefit_ids.reads_as, "Payment terms: 60 days")
        action = self.a.with_user(self.manager).action_view_terms()
        terms = self.env["customer.grading.terms"].search(action["domain"])
        self.assertIn("A: Payment terms: 60 days", terms[:1].reads_as)


@tagged("post_install", "-at_install")
class TestFiles(TermsCase):
    """What a grade gives comes with policy files, and goes back into them."""

    BENEFITS = [
        {"kind": "payment_term", "value": "60 days"},
        {"kind": "credit_limit", "revenue_months": 3},
        {"kind": "credit_limit", "amount": 5000, "also_better": False},
        {"kind": "promise", "text": {"en": "A manager of its own", "zh_CN": "专属客户经理"}},
        {"kind": "team", "text": "Marketing department", "value": "No such team"},
    ]

    def _load(self, benefits):
        content = {
            "format": 1,
            "key": "giving",
            "name": {"en": "Giving"},
            "dimension": {
                "code": "giving",
                "name": {"en": "Giving"},
                "grades": [
                    {"code": "A", "name": {"en": "A"}, "benefits": benefits[:2] + benefits[3:]},
                    {"code": "B", "name": {"en": "B"}, "benefits": benefits[2:3]},
                ],
            },
            "decide_by": "requirements",
            "criteria": [
                {
                    "key": "orders",
                    "name": {"en": "Orders"},
                    "measure": "order_count",
                    "period": {"last_months": 12},
                }
            ],
            "rules": [
                {"grade": "A", "all": [{"criterion": "orders", "at_least": 1}]},
                {"grade": "B"},
            ],
        }
        return self.env["customer.grading.policy"].load_policy(json.dumps(content), "giving.json")

    def test_benefits_come_with_files_and_go_back_into_them(self):
        if "customer.grading.policy.file" not in self.env:
            self.skipTest("Policy files are not installed: there is nothing to load.")
        draft = self._load(self.BENEFITS)
        first = draft.dimension_id.grade_ids.sorted()[0]
        self.assertEqual(first.benefit_ids.payment_term_id, self.days[60])
        self.assertEqual(first.benefit_ids[-1].value, "No such team")
        self.assertIn("Nothing is called “No such team”", first.benefit_ids[-1].problem)
        draft.file_form = False
        back = draft._export_policy()["dimension"]["grades"]
        self.assertEqual(back[0]["benefits"], self.BENEFITS[:2] + self.BENEFITS[3:])
        self.assertEqual(back[1]["benefits"], self.BENEFITS[2:3])
        first.benefit_ids.unlink()
        draft.unlink()

    def test_what_files_said_before_is_taken_when_the_addon_comes(self):
        if "customer.grading.policy.file" not in self.env:
            self.skipTest("Policy files are not installed: there is nothing to load.")
        draft = self._load(self.BENEFITS)
        first = draft.dimension_id.grade_ids.sorted()[0]
        first.benefit_ids.unlink()
        post_init_hook(self.env)
        self.assertEqual(len(first.benefit_ids), 4)


# What may happen to a customer, and what it is about.
DAYS, LIMITS = st.sampled_from([14, 30, 60, None]), st.sampled_from([None, 70, 5000])
KINDS = {"days": "payment_term", "limit": "credit_limit", "tag": "tag"}
OTHERS = st.fixed_dictionaries(
    {
        "survives": st.booleans(),
        "grade": st.sampled_from([None, *"ABC"]),
        "by_hand": st.booleans(),
        "before": st.booleans(),
        "set": st.fixed_dictionaries({"days": DAYS, "limit": LIMITS, "tag": st.booleans()}),
    }
)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("grade"), st.sampled_from("ABC")),
        st.tuples(st.just("computed"), st.sampled_from("ABC")),
        st.tuples(st.just("end"), st.none()),
        st.tuples(st.just("freeze"), st.none()),
        st.tuples(st.just("exclude"), st.none()),
        st.tuples(st.just("days"), DAYS),
        st.tuples(st.just("limit"), LIMITS),
        st.tuples(st.just("tag"), st.booleans()),
        st.tuples(st.just("night"), st.none()),
        st.tuples(st.just("undo"), st.none()),
        st.tuples(st.just("merge"), OTHERS),
        st.tuples(st.just("leave"), st.booleans()),
        st.tuples(st.just("archive"), st.sampled_from([30, 60])),
        st.tuples(st.just("restore"), st.sampled_from([30, 60])),
        st.tuples(st.just("confirm"), st.sampled_from([*KINDS])),
        st.tuples(st.just("refuse"), st.sampled_from([*KINDS])),
    ),
    min_size=1,
    max_size=10,
)
# What a customer that is merged was given, or had, and what stays of it.
WITHOUT = {"grade": None, "by_hand": False, "before": True}
MARKED = {**WITHOUT, "survives": False, "set": {"days": None, "limit": None, "tag": True}}
EMPTY = {**WITHOUT, "survives": True, "set": {"days": None, "limit": None, "tag": False}}
PRICES = {"A": 1000, "B": 500, "C": 1}
# What a grade gives, and what steps in where that is archived.
GIVEN = {
    "A": {"days": [60, 30], "limit": [5000], "tag": [True]},
    "B": {"days": [30], "limit": [5000]},
}


class PlainLedger:
    """What stands in a field, told by a few plain rules; ``None`` is nothing.

    With the grade goes what it gave, and what stood before comes back. What a person set meanwhile
    stays. Where officers confirm, only what they confirmed is given or taken back; what they refused
    is not asked again as long as the grade gives the same, and what is not taken back is the
    customer's own. What is archived stays with who has it, and nobody else gets it.

    Of two customers that become one, what people set on the one that stays, stays; where nothing was
    set, what people set on the other one comes. What grades gave counts for nothing in that: what
    the other's gave is gone, what that of the one that stays gives goes on.
    """

    def __init__(self):
        self.value = self.base = self.given = self.asked = self.refused = None
        self.theirs = False

    def ask(self, options, archived):
        """Let the grade ask for the first of these that can be given."""
        fit = (one for one in options if one == self.given or one not in archived)
        self.asked = next(fit, None)
        if self.asked != self.refused:
            self.refused = None

    def follow(self):
        """Give what is asked for, or take back what was given."""
        gives = self.asked
        if gives == self.given or (gives and gives == self.refused):
            return
        if self.given is None:
            self.base, self.value, self.theirs = self.value, gives, False
        else:
            self.theirs = self._is_theirs()
            if not self.theirs:
                self.value = self.base if gives is None else gives
        self.given = gives

    def refuse(self):
        """Leave what was asked for as it is."""
        if self.asked is not None and self.asked != self.given:
            self.refused = self.asked
        elif self.asked is None:
            self.given = None

    def take(self, other):
        """Take over what people set on another one, where they set nothing here."""
        if self.given is None or self._is_theirs():
            self.value = self.value or other._get_set()
        else:
            self.base = self.base or other._get_set()

    def _is_theirs(self):
        return self.theirs or self.value != self.given

    def _get_set(self):
        """Return what people set, without what the grade gives."""
        return self.value if self.given is None or self._is_theirs() else self.base


@tagged("post_install", "-at_install")
class TestEveryOrder(TermsCase):
    """In every order of events exactly what stood before comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.officer.company_ids |= cls.elsewhere
        cls.tag = cls.env["res.partner.category"].create({"name": "Key"})

    @settings(
        max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @example(when="now", events=[("merge", MARKED), ("grade", "C")])
    @example(when="now", events=[("merge", {**EMPTY, "grade": "B"}), ("exclude", None)])
    @given(when=st.sampled_from(["now", "confirmed"]), events=EVENTS)
    def test_random_sequences_equal_a_plain_ledger(self, when, events):
        with self.env.cr.savepoint() as savepoint:
            self._check(when, events)
            savepoint.rollback()
        self.env.invalidate_all()

    def _check(self, when, events):
        self.when, self.archived, self.customer = when, set(), self.customers[0]
        self.ledgers = {self.customer: {name: PlainLedger() for name in KINDS}}
        self._set_fields(days=14, limit=70)
        self._give_days()
        self._give(self.b, "credit_limit", amount=5000)
        self._give(self.a, "tag", tag_id=self.tag.id)
        self._put_in_force(when)
        self._follow()
        for name, what in [*events, ("night", None)]:
            getattr(self, f"_do_{name}")(what)
            self._follow()
            for customer, ledgers in self.ledgers.items():
                stands = {key: ledger.value for key, ledger in ledgers.items()}
                self.assertEqual(self._read_fields(customer), stands, (name, what, when, events))
                held = {KINDS[key] for key, one in ledgers.items() if one.given is not None}
                self.assertEqual(self._get_held(customer), held, (name, what, when, events))

    def _follow(self):
        """Let the plain ledgers follow the grades in effect."""
        for customer, ledgers in self.ledgers.items():
            [grade] = self._get_grades(customer)
            for name, ledger in ledgers.items():
                ledger.ask(GIVEN.get(grade, {}).get(name, ()), self.archived)
                if self.when == "now":
                    ledger.follow()

    def _read_fields(self, customer):
        days = customer.property_payment_term_id.name
        return {
            "days": int(days.split()[0]) if days else None,
            "limit": customer.credit_limit or None,
            "tag": self.tag in customer.category_id or None,
        }

    def _get_held(self, customer):
        own = [("partner_id", "=", customer.id), ("state", "in", ("given", "kept"))]
        return set(self.env["customer.grading.grant"].search(own).mapped("kind"))

    def _set_fields(self, **values):
        """Set fields of the customer, as people do."""
        for name, value in values.items():
            getattr(self, f"_do_{name}")(value)

    def _do_days(self, number):
        self.customer.property_payment_term_id = self.days.get(number)
        self.ledgers[self.customer]["days"].value = number

    def _do_limit(self, amount):
        self.customer.credit_limit = amount
        self.ledgers[self.customer]["limit"].value = amount

    def _do_tag(self, has_it):
        self.customer.category_id = self.tag if has_it else False
        self.ledgers[self.customer]["tag"].value = has_it or None

    @property
    def _result(self):
        return self._get_results(self.customer)[self.customer].with_user(self.officer)

    def _do_grade(self, code):
        self._set({"A": self.a, "B": self.b, "C": self.c}[code])

    def _do_computed(self, code):
        self.customer.sale_order_ids.order_line.price_unit = PRICES[code]
        self._night()

    def _do_end(self, _what):
        self._result.action_end_manual()

    def _do_freeze(self, _what):
        self._result._freeze("Stays")

    def _do_exclude(self, _what):
        self._result._exclude("Out")

    def _do_night(self, _what):
        self._night()

    def _do_undo(self, _what):
        """Undo the last run; where that cannot be, nothing is written."""
        run = self.env["customer.grading.run"].search([], order="id desc", limit=1)
        if not hasattr(run, "_undo"):
            return
        before = self._count_written()
        try:
            run.with_user(self.officer)._start_undo("A mistake")
        except UserError:
            self.assertEqual(self._count_written(), before)
        self._night(grade=False)

    def _count_written(self):
        names = ("customer.grading.change", "customer.grading.grant", "mail.message")
        return [self.env[name].search_count([]) for name in names]

    def _do_leave(self, leaves):
        """Let the customer be one of another company, or of all again."""
        self.customer.company_id = leaves and self.elsewhere

    def _do_archive(self, number):
        self.days[number].active = False
        self.archived.add(number)
        self._night()

    def _do_restore(self, number):
        self.days[number].active = True
        self.archived.discard(number)
        self._night()

    def _get_waiting(self, name):
        return self.env["customer.grading.grant"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("kind", "=", KINDS[name]),
                ("is_waiting", "=", True),
            ]
        )

    def _do_confirm(self, name):
        self._get_waiting(name).with_user(self.officer).action_confirm()
        self._follow()
        self.ledgers[self.customer][name].follow()

    def _do_refuse(self, name):
        self._get_waiting(name).with_user(self.officer).action_refuse()
        self.ledgers[self.customer][name].refuse()

    def _do_merge(self, other):
        """Merge another one, and the customer, into one of them."""
        both = [self.customer, self._create_other(**other)]
        stays, goes = reversed(both) if other["survives"] else both
        self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": (stays + goes).ids, "dst_partner_id": stays.id}
        ).action_merge()
        self.customer, gone = stays, self.ledgers.pop(goes)
        for name, ledger in self.ledgers[stays].items():
            ledger.take(gone[name])
        self._night()

    def _create_other(self, grade, by_hand, before, **other):
        """Return a customer with what people set before, or after, its grade gave anything."""
        mine, self.customer = self.customer, self._create_customers(1)
        self.ledgers[self.customer] = {name: PlainLedger() for name in KINDS}
        if before:
            self._set_fields(**other["set"])
        if grade:
            self._create_order(self.customer, START, 1 if by_hand else PRICES[grade])
        self._night()
        if grade and by_hand:
            self._do_grade(grade)
        self._follow()
        for name in KINDS:
            self._do_confirm(name)
        if not before:
            self._set_fields(**other["set"])
        other, self.customer = self.customer, mine
        return other
