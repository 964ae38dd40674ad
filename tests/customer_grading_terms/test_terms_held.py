"""What holds where several people, companies, records and mishaps come together."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .test_terms import START, TermsCase, refuse


@tagged("post_install", "-at_install")
class TestTermsHeld(TermsCase):
    def _get_grants(self, record=None):
        record = self.customer if record is None else record
        field = record._grading_result_field
        return self.env["customer.grading.grant"].search([(field, "=", record.id)], order="id")

    def _create_lead_policy(self, **vals):
        """Return a policy of opportunities, and its best grade."""
        policy = self._create_policy(
            {"amount": {"measure": "expected_revenue"}},
            [("A", ("amount", "ge", 100)), ("B", ())],
            dimension=self._create_dimension("intent", subject="lead"),
            **vals,
        )
        return policy, policy.rule_ids.grade_id.sorted()[0]

    def _give_by(self, policy):
        """Put what the grades of a policy give in force, and give it."""
        terms = self.env["customer.grading.terms"].search(
            [
                ("dimension_id", "=", policy.dimension_id.id),
                ("company_id", "=", policy.company_id.id),
            ]
        )
        terms.action_activate()
        self._night(grade=False)

    def _create_seller(self, login):
        return new_test_user(self.env, login, groups="sales_team.group_sale_salesman")

    def test_two_looks_leave_one_row_each(self):
        self._give_days()
        engine = self.env["customer.grading.terms.engine"]
        for _look in range(2):
            self.terms.action_preview()
        names = engine._get_names(self.terms, None)
        self.env.cr.execute(engine._get_waiting_sql(names))
        self.assertEqual(len(self._get_grants()), 1)

    def test_whatever_fails_for_one_the_others_have_it_and_nobody_reads_code(self):
        self._give_days()
        Partner, bad = type(self.env["res.partner"]), self.customer.id
        write = Partner.write

        def fail(self, vals):
            if bad in self.ids and "property_payment_term_id" in vals:
                raise ValueError("what an addon says")
            return write(self, vals)

        self.patch(Partner, "write", fail)
        self._put_in_force()
        self.assertEqual(self._get_days(), [None, "30 days", None])
        self.assertIn("could not be set", self._get_grants().problem)

    def test_administrators_decide_for_companies_that_they_work_in(self):
        other = self._create_company_with_chart("Other")
        self._give_days()
        there = self.env["customer.grading.terms"].search([("company_id", "=", other.id)])
        for name in ("action_activate", "action_take_back", "action_pause", "action_preview"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(there.with_user(self.manager), name)()
        with self.assertRaisesRegex(UserError, "check who is affected"):
            self.terms.with_user(self.manager).write({"state": "active"})

    def test_merged_opportunities_keep_nothing_of_what_the_other_was_given(self):
        policy, high = self._create_lead_policy()
        tag = self.env["crm.tag"].create({"name": "Hot"})
        head = self._create_lead(self.customer, START, expected_revenue=50)
        tail = self._create_lead(self.third, START, expected_revenue=500)
        (head + tail).write({"user_id": False})
        self._activate(policy)
        self._give(high, "salesperson", user_id=self.officer.id)
        self._give(high, "lead_tag", lead_tag_id=tag.id)
        self._give_by(policy)
        head.probability, tail.probability = 90, 5
        merged = (head + tail)._merge_opportunity(auto_unlink=True)
        self.assertEqual((merged.user_id.id, merged.tag_ids.ids), (False, []))

    def test_what_odoo_works_out_beside_the_salesperson_stays_and_comes_back(self):
        policy, high = self._create_lead_policy()
        before, given = self._create_seller("before"), self._create_seller("given")
        Team = self.env["crm.team"]
        Team.create({"name": "Of before", "member_ids": before.ids})
        Team.create({"name": "Of given", "member_ids": given.ids})
        chosen, key = Team.create([{"name": "Chosen"}, {"name": "Key"}])
        lead = self._create_lead(
            self.customer, START, expected_revenue=500, user_id=before.id, team_id=chosen.id
        )
        self._activate(policy)
        self._give(high, "salesperson", user_id=given.id)
        self._give_by(policy)
        self.assertEqual((lead.user_id, lead.team_id), (given, chosen))
        self._give(high, "team", team_id=key.id)
        self._give_by(policy)
        self.assertEqual((lead.user_id, lead.team_id), (given, key))
        lead.expected_revenue = 1
        self._run(policy)
        self._night(grade=False)
        self.assertEqual((lead.user_id, lead.team_id), (before, chosen))

    def _set_default(self, number):
        self.env["ir.default"].set(
            "res.partner",
            "property_payment_term_id",
            self.days[number].id,
            company_id=self.company.id,
        )

    def test_a_default_of_the_company_comes_back_as_it_is_by_then(self):
        self._set_default(14)
        self._give_days()
        self.second.property_payment_term_id = self.days[60]
        self._put_in_force()
        self.assertEqual(self._get_days(), ["60 days", "30 days", "14 days"])
        self._set(self.b)
        self._night()
        self._set_default(30)
        for customer in (self.customer, self.second):
            self._set(self.c, customer)
        self._night()
        self.assertEqual(self._get_days(), ["30 days", "60 days", "30 days"])
        self.assertEqual(
            [line[1:] for line in self._get_ledger()],
            [("14 days", "60 days", "ended"), ("14 days", "30 days", "ended")],
        )
        self.assertIn("back to 30 days", self.customer.message_ids[0].body)

    def test_what_is_the_default_and_given_is_given_again_where_the_default_changes(self):
        self._set_default(30)
        self._give_days()
        self._put_in_force()
        self._set_default(14)
        self._night()
        self.assertEqual(self._get_days(), ["60 days", "30 days", "14 days"])
        self._set_default(60)
        grant = self._get_grants(self.second).filtered(lambda one: one.kind == "payment_term")
        self.assertFalse(grant.is_by_hand)
        self._set(self.a, self.second)
        self._set(self.c, self.second)
        self.assertEqual(self._get_days(self.second), ["60 days"])
        self.assertEqual([line[3] for line in self._get_ledger(self.second)], ["ended", "ended"])

    def test_a_limit_of_a_revenue_that_is_none_waits_on_every_road(self):
        self._give(self.b, "credit_limit", amount=5000)
        self._give(self.a, "credit_limit", revenue_months=3)
        self._put_in_force()
        self._set(self.a, self.second)
        waiting = self._get_grants(self.second).filtered("is_waiting")
        waiting.with_user(self.officer).action_confirm()
        self.assertEqual(self.second.credit_limit, 5000)
        self.assertEqual(
            [(grant.grade_id, grant.state) for grant in self._get_grants(self.second)],
            [(self.b, "given"), (self.a, "waiting")],
        )
        self.assertIn("Nothing was invoiced", waiting.problem)
        self._create_invoice(self.second, START, 12000)
        self._night()
        self.assertEqual(self.second.credit_limit, 3000)
        self._set(self.c, self.second)
        self.assertEqual(self.second.credit_limit, 0)

    def test_what_could_not_be_set_and_is_set_by_now_says_nothing_of_it(self):
        self._give_days()
        self._put_in_force("confirmed")
        waiting = self._get_grants().filtered("is_waiting")
        waiting.problem = "Not this one."
        waiting.with_user(self.officer).action_confirm()
        self.assertEqual((waiting.state, waiting.problem), ("given", False))

    def test_a_proposal_that_is_approved_gives_what_it_gives_at_once(self):
        self._give_days()
        self._put_in_force()
        result = self._get_results(self.third)[self.third]
        change = result.with_user(self.seller)._propose(self.a, "Will grow")
        self.assertEqual(self._get_days(self.third), [None])
        change.with_user(self.officer).action_approve()
        self.assertEqual(self._get_days(self.third), ["60 days"])

    def test_grades_that_give_nothing_but_a_mark_ask_somebody_to_look(self):
        tag = self.env["res.partner.category"].create({"name": "Key"})
        self._give(self.a, "tag", tag_id=tag.id)
        self.policy.user_id = self.manager
        self._run(self.policy)
        self.assertTrue(self.terms.is_asked)

    def test_two_dimensions_give_the_same_in_different_companies(self):
        other = self._create_company_with_chart("Other")
        loyalty = self._create_dimension("loyalty", "AB")
        policy = self._create_policy({}, [("A", ())], dimension=loyalty, population="all")
        self._activate(policy)
        for grade, company in ((self.a, self.company), (policy.rule_ids.grade_id, other)):
            days = {"payment_term_id": self.days[60].id, "company_id": company.id}
            self._give(grade, "payment_term", **days)
        self._put_in_force()
        self._give_by(policy)
        self._give(policy.rule_ids.grade_id, "payment_term", payment_term_id=self.days[14].id)
        with self.assertRaisesRegex(UserError, "gives “Payment terms” already"):
            self._give_by(policy)

    def _give_twice(self):
        """Let two dimensions give the same tag, the main one first; return it and the other's terms."""
        tag = self.env["res.partner.category"].create({"name": "Key"})
        loyalty = self._create_dimension("loyalty", "AB")
        policy = self._create_policy({}, [("A", ())], dimension=loyalty, population="all")
        self._activate(policy)
        for grade in (self.a, loyalty.grade_ids.sorted("sequence")[0]):
            self._give(grade, "tag", tag_id=tag.id)
        self._put_in_force()
        self.assertEqual(self._get_grants().terms_id, self.terms)
        other = self.env["customer.grading.terms"].search(
            [("dimension_id", "=", loyalty.id), ("company_id", "=", self.company.id)]
        )
        other.when = "now"
        other.with_user(self.manager).action_activate()
        self._night()
        self.assertEqual(self._get_grants().terms_id, self.terms)
        return tag, other

    def test_what_another_dimension_gives_as_well_stays_when_one_takes_it_back(self):
        tag, other = self._give_twice()
        self._set(self.c)
        held = self._get_grants().filtered(lambda one: one.state == "given")
        self.assertEqual((self.customer.category_id, held.terms_id), (tag, other))

    def test_what_another_dimension_gives_as_well_stays_in_the_same_night(self):
        tag, other = self._give_twice()
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)])._action_cancel()
        self._night()
        self.assertEqual(self._get_grades(self.customer), [False])
        held = self._get_grants().filtered(lambda one: one.state == "given")
        self.assertEqual((self.customer.category_id, held.terms_id), (tag, other))

    def test_tags_that_are_archived_or_deleted_meanwhile(self):
        Tag = self.env["res.partner.category"]
        gold, silver = Tag.create([{"name": "Gold"}, {"name": "Silver"}])
        for tag in (gold, silver):
            self._give(self.a, "tag", tag_id=tag.id)
        self._put_in_force()
        gold.active = False
        silver.unlink()
        self._set(self.c)
        gold.active = True
        self.env.invalidate_all()
        self.assertFalse(self.customer.category_id)
        self.assertEqual(set(self._get_grants().mapped("state")), {"ended"})

    def test_a_team_that_is_deleted_gives_way_to_what_stood_before(self):
        first, second = self.env["crm.team"].create([{"name": "First"}, {"name": "Second"}])
        self.customer.customer_team_id = first
        self._give(self.a, "team", team_id=second.id)
        self._put_in_force()
        self.assertEqual(self.customer.customer_team_id, second)
        second.unlink()
        self._night()
        self.assertEqual(self.customer.customer_team_id, first)

    def test_who_becomes_a_contact_person_has_the_terms_of_its_company(self):
        self._give_days()
        self._put_in_force()
        self.customer.write({"is_company": False, "parent_id": self.second.id})
        self._set(self.c)
        self.assertEqual(self.customer.property_payment_term_id, self.days[30])

    def test_without_revenue_a_limit_by_revenue_is_not_given(self):
        """In Odoo a limit of 0 is none at all."""
        self.customer.credit_limit = 500
        self._give(self.a, "credit_limit", revenue_months=3)
        self._put_in_force()
        self.assertEqual(self.customer.credit_limit, 500)
        self.assertIn("Nothing was invoiced", self._get_grants().problem)
        with self.assertRaisesRegex(ValidationError, "no limit at all"):
            self._give(self.b, "credit_limit", amount=0)

    def test_an_invoice_is_whose_it_was_when_its_addressee_works_elsewhere(self):
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._create_invoice(person, START, amount=12000)
        person.parent_id = self.third
        self._give(self.a, "credit_limit", revenue_months=3)
        self._put_in_force()
        self.assertEqual(self.customer.credit_limit, 3000)

    def test_notes_tell_no_credit_limit(self):
        self.customer.credit_limit = 77777
        self._give(self.a, "credit_limit", amount=5000)
        self._put_in_force()
        self._set(self.c)
        told = " ".join(self.customer.message_ids.mapped("body"))
        self.assertIn("Credit limit set for grade A.", told)
        self.assertNotRegex(told, "77|5,000")

    def test_who_sees_no_credit_limits_is_not_told_whether_they_are_given(self):
        self._give(self.a, "credit_limit", amount=5000)
        self._put_in_force()

        def get_said(user):
            [view] = self.customer.with_user(user).get_grading_explanation()
            [block] = [b for b in view["blocks"] if b["title"] == "What grade A gives"]
            return str(block)

        self.assertIn("since", get_said(self.officer))
        self.assertNotIn("since", get_said(self.seller))

    def test_nothing_is_told_of_a_dimension_that_not_everybody_sees(self):
        risk = self._create_dimension("risk", "AB")
        risk.group_ids = self.env.ref("account.group_account_manager")
        policy = self._create_policy({}, [("A", ())], dimension=risk, population="all")
        self._activate(policy)
        self._give(risk.grade_ids.sorted()[0], "payment_term", payment_term_id=self.days[14].id)
        before = self.customer.message_ids
        self._give_by(policy)
        self.assertEqual(self._get_days(self.customer), ["14 days"])
        self.assertEqual(self.customer.message_ids, before)

    def test_what_all_companies_give_is_decided_by_who_works_in_all(self):
        self._create_company_with_chart("Elsewhere")
        group = self._create_dimension("group", "AB", company_scope="group")
        policy = self._create_policy({}, [("A", ())], dimension=group, population="all")
        self._give(policy.rule_ids.grade_id, "promise", text="Served first")
        self._activate(policy)
        Terms = self.env["customer.grading.terms"]
        terms = Terms.search([("dimension_id", "=", group.id)]).with_user(self.manager)
        self.assertTrue(terms)
        for name in ("action_activate", "action_take_back", "action_pause", "action_preview"):
            with self.subTest(name=name), self.assertRaisesRegex(AccessError, "Elsewhere"):
                getattr(terms, name)()
        with self.assertRaisesRegex(AccessError, "Elsewhere"):
            terms.when = "confirmed"

    def test_benefits_of_other_companies_are_theirs(self):
        other = self._create_company_with_chart("Other")
        there = self._give(self.a, "promise", text="Only there", company_id=other.id)
        here = self._give(self.a, "promise", text="Only here", company_id=self.company.id)
        with self.assertRaises(AccessError):
            there.with_user(self.manager).text = "Ours"
        here.with_user(self.manager).text = "Ours"

    def test_on_orders_only_who_sees_grades_reads_what_they_give(self):
        self._give_days()
        order = self._create_order(self.customer, START)
        self.assertIn("60 days", order.with_user(self.seller).grade_benefits)
        worker = new_test_user(self.env, "worker", groups="base.group_user")
        with self.assertRaises(AccessError):
            order.with_user(worker).sudo(False).check_field_access_rights(
                "read", ["grade_benefits"]
            )

    def test_a_company_does_not_take_away_what_another_one_gave(self):
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
        ours, theirs = self._create_seller("ours"), self._create_seller("theirs")
        theirs.company_ids |= other
        self._give(self.a, "salesperson", user_id=ours.id, company_id=self.company.id)
        self._give(self.a, "salesperson", user_id=theirs.id, company_id=other.id)
        there = self.env["customer.grading.terms"].search([("company_id", "=", other.id)])
        there.when = "confirmed"
        there.with_user(self.manager).action_activate()
        self._night(grade=False)
        waiting = self._get_grants().filtered(lambda one: one.terms_id == there)
        self._put_in_force()
        waiting.exists().action_confirm()
        self.assertEqual(self.customer.user_id, ours)

    def test_a_salesperson_at_home_elsewhere_is_given_where_he_works_too(self):
        other = self._create_company_with_chart("Other")
        seller = self._create_seller("both")
        seller.company_ids |= other
        seller.company_id = other
        self._give(self.a, "salesperson", user_id=seller.id)
        self._put_in_force()
        self.assertEqual(self.customer.user_id, seller)

    def test_the_first_grading_of_a_company_made_later_asks(self):
        self._give_days()
        other = self._create_company_with_chart("Other")
        self.manager.company_ids |= other
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ())],
            company_id=other.id,
            population="all",
            user_id=self.manager.id,
        )
        self._activate(policy)
        self.assertIn(
            "What the grades give waits for you", policy.run_ids.activity_ids.mapped("summary")
        )

    def test_a_merge_goes_on_where_something_cannot_be_given_back(self):
        self._give_days()
        self._put_in_force()
        Partner = type(self.env["res.partner"])
        self.patch(Partner, "write", refuse(Partner.write, self.second.id))
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": (self.customer + self.second).ids,
                "dst_partner_id": self.customer.id,
            }
        ).action_merge()
        self.env.flush_all()
        self.assertEqual(self._get_days(self.customer), ["60 days"])

    def _merge(self, goes, stays):
        self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": (goes + stays).ids, "dst_partner_id": stays.id}
        ).action_merge()
        self.env.invalidate_all()

    def test_what_people_set_on_a_merged_customer_comes_once_the_grade_goes(self):
        """Where nothing was set on the one that stays, whose grade fills the field by then."""
        tag = self.env["res.partner.category"].create({"name": "Key"})
        self._give_days()
        self._give(self.b, "credit_limit", amount=5000)
        self._give(self.a, "tag", tag_id=tag.id)
        self._give(self.a, "salesperson", user_id=self.officer.id)
        self.customer.credit_limit = 700
        self._put_in_force()
        self.third.write(
            {
                "property_payment_term_id": self.days[14].id,
                "credit_limit": 900,
                "category_id": tag.ids,
                "user_id": self.manager.id,
            }
        )
        self._merge(self.third, self.customer)
        self.assertEqual(self._get_days(self.customer), ["60 days"])
        self.assertEqual(len(self._get_grants().filtered(lambda one: one.state == "given")), 4)
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), ["14 days"])
        self.assertEqual((self.customer.credit_limit, self.customer.category_id), (700, tag))
        # Odoo's merge leaves each customer its salesperson.
        self.assertEqual(self.customer.user_id, self.seller)

    def test_a_default_of_the_company_is_nothing_that_people_set_on_a_merged_customer(self):
        self._set_default(14)
        self._give_days()
        self._put_in_force()
        self.third.property_payment_term_id = self.days[30]
        self._merge(self.second, self.customer)
        self.assertTrue(self._get_grants()[-1:].was_default)
        self._merge(self.third, self.customer)
        self._set(self.c)
        self.assertEqual(self._get_days(self.customer), ["30 days"])

    def test_a_grade_that_comes_with_a_merged_customer_gives_once_they_are_one(self):
        self._give_days()
        self._put_in_force()
        self._set(self.b, self.second)
        self._set(self.c)
        self.second.property_payment_term_id = self.days[14]
        self._merge(self.customer, self.second)
        self._night()
        self.assertEqual(self._get_days(self.second), ["14 days"])

    def test_terms_that_a_contact_person_has_of_its_company_are_no_others(self):
        """A person's company has terms by its grade: merged, the person does not bring them along."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        pricelist = self.env["product.pricelist"].create({"name": "Best"})
        self._give_days()
        self._give(self.a, "pricelist", pricelist_id=pricelist.id)
        self._put_in_force()
        self.assertEqual(self._get_days(person), ["60 days"])
        self._merge(person, self.third)
        self.assertEqual(self._get_days(self.customer, self.third), ["60 days", None])
        lists = [one.specific_property_product_pricelist for one in (self.customer, self.third)]
        self.assertEqual(lists, [pricelist, pricelist.browse()])

    def test_a_merged_opportunity_that_loses_its_grade_keeps_nothing_of_it(self):
        policy, high = self._create_lead_policy()
        head = self._create_lead(self.customer, START, expected_revenue=500, user_id=False)
        tail = self._create_lead(self.third, START, expected_revenue=5, user_id=False)
        self._activate(policy)
        self._give(high, "salesperson", user_id=self.officer.id)
        self._give_by(policy)
        self.assertEqual(head.user_id, self.officer)
        low = policy.rule_ids.grade_id.sorted()[1]
        result = self._get_results(tail, dimension=policy.dimension_id)[tail]
        result.with_user(self.officer)._set_by_hand(low, "Said so")
        head.probability, tail.probability = 90, 5
        merged = (head + tail)._merge_opportunity(auto_unlink=True)
        self._night(grade=False)
        self.assertEqual(merged, head)
        self.assertEqual(
            self._get_results(merged, dimension=policy.dimension_id)[merged].grade_id, low
        )
        self.assertFalse(merged.user_id)

    def test_words_first_and_what_is_given_later_is_checked_all_the_same(self):
        _policy, high = self._create_lead_policy()
        self.env["product.pricelist"].create({"name": "VIP list"})
        with self.assertRaises(ValidationError):
            self._give(high, "pricelist", text="VIP prices", value="VIP list")
        first, second = (self._give(self.a, "payment_term", text=text) for text in ("x", "y"))
        first.payment_term_id = self.days[60]
        with self.assertRaisesRegex(ValidationError, "twice"):
            second.payment_term_id = self.days[30]
        other = self._create_company_with_chart("Other")
        theirs = self.env["account.payment.term"].create({"name": "O", "company_id": other.id})
        with self.assertRaises(UserError):
            self._give(
                self.b, "payment_term", payment_term_id=theirs.id, company_id=self.company.id
            )

    def test_what_is_named_in_another_language_is_found_again(self):
        prices = self.env["product.pricelist"].create({"name": "Prices"})
        named = self._give(self.a, "pricelist", pricelist_id=prices.id).value
        self.assertEqual(self._give(self.b, "pricelist", value=named).pricelist_id, prices)
        self.days[60].with_context(lang="zh_CN").name = "六十天"
        Benefit = self.env["customer.grading.benefit"].with_context(lang="zh_CN")
        benefit = Benefit.create(
            {"grade_id": self.c.id, "kind": "payment_term", "value": "60 days"}
        )
        self.assertEqual(benefit.payment_term_id, self.days[60])

    def test_where_grades_change_places_somebody_looks_again(self):
        self._give_days()
        self._put_in_force()
        self.a.benefit_ids.payment_term_id = self.days[60]
        self.assertEqual(self.terms.state, "active")
        self.a.sequence = self.c.sequence + 1
        self.assertEqual(self.terms.state, "changed")

    def test_the_ledger_takes_as_many_queries_for_many_rows(self):
        for customer in self._create_customers(10):
            self._create_order(customer, START, 1000)
        self._run(self.policy)
        self._give_days()
        self._put_in_force()
        rows = self.env["customer.grading.grant"].search([], order="grade_id, id")
        self.assertGreaterEqual(len(rows), 12)
        counts = []
        for some in (rows[:2], rows[:11]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("now_text")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
