"""One condition waived for one customer: what it gives, until when, who may, and what is told."""

import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon, at
from ..opportunities import OpportunityCommon

DAY = timedelta(1)
END = date(2026, 12, 31)


class WaiverCommon(CustomerGradingCommon):
    """A asks for orders of 100 and a yes, B for orders; all customers have ordered for 60."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.officer = cls.users["officer"]
        cls.customers = cls._create_customers(3, user_id=cls.users["salesperson"].id)
        cls.customer, cls.other, cls.third = cls.customers
        for customer in cls.customers:
            cls._create_order(customer, date(2026, 5, 1), 60)
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Loyal?", "code": "test_loyal"}
        )
        for customer in cls.customers:
            cls._answer(cls.question, customer, True)

    @classmethod
    def _draft(cls, **vals):
        return cls._create_policy(
            {
                "orders": {"measure": "order_amount", "name": "Orders"},
                "loyal": {"question": cls.question, "name": "Loyal?"},
            },
            [
                ("A", ("all", ("orders", "ge", 100), ("loyal", "yes"))),
                ("B", ("orders", "ge", 50)),
                ("C", ()),
            ],
            **vals,
        )

    @classmethod
    def _start(cls, policy=None, **vals):
        policy = policy or cls._draft(**vals)
        with freeze_time(at(TODAY)):
            cls._activate(policy)
        return policy

    def _of(self, customer):
        return self._get_results(customer)[customer]

    @staticmethod
    def _get_line(policy, name="Orders", grade="A"):
        root = policy.rule_ids.filtered(lambda rule: rule.grade_id.code == grade)
        return root.line_ids.filtered(lambda line: line.criterion_id.name == name)

    def _waive(self, policy, customer=None, until=END, day=TODAY, name="Orders", **vals):
        """Waive by the dialog, as people do."""
        result = self._of(customer or self.customer)
        with freeze_time(at(day)):
            Wizard = self.env["customer.grading.waive"].with_user(vals.get("user", self.officer))
            with Form(Wizard.with_context(default_result_id=result.id)) as form:
                form.line_id = self._get_line(policy, name)
                form.reason = "New plant"
                form.until = until
            form.save().action_confirm()
        self.env.invalidate_all()
        return self.env["customer.grading.waiver"].search(
            [("partner_id", "=", result.partner_id.id)], limit=1
        )

    def _night(self, policy, day):
        with freeze_time(at(day)):
            run = self._run(policy)
        self.assertEqual(run.state, "done", run.error)

    def _get_views(self, customer, user, day=TODAY, lang=None):
        with freeze_time(at(day)):
            return customer.with_user(user).with_context(lang=lang).get_grading_explanation()

    @staticmethod
    def _get_row(views):
        """Return the row of what A asks."""
        return next(
            row
            for view in views
            for block in view["blocks"]
            for row in block["rows"]
            if row["cells"][1]["text"] == "at least 100 USD"
        )


@tagged("post_install", "-at_install")
class TestWaiver(WaiverCommon):
    def test_the_condition_counts_as_met_for_one_customer_at_once(self):
        policy = self._start()
        self.assertEqual(self._get_grades(self.customers), ["B"] * 3)
        self._waive(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])
        result = self._of(self.customer)
        self.assertFalse(result._is_by_hand())
        self.assertEqual(result.computed_grade_id.code, "A")
        self._night(policy, TODAY + DAY)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])

    def test_only_that_condition_is_waived(self):
        policy = self._start()
        self._waive(policy)
        self._answer(self.question, self.customer, False, TODAY + DAY)
        self.assertEqual(self._get_grades(self.customer), ["B"])

    def test_the_night_after_its_last_day_takes_it_back_through_change_control(self):
        policy = self._start(downgrade_timing="month_end")
        self._waive(policy, until=date(2026, 12, 10))
        self._night(policy, date(2026, 12, 10))
        self.assertEqual(self._of(self.customer).computed_grade_id.code, "A")
        self._night(policy, date(2026, 12, 11))
        result = self._of(self.customer)
        self.assertEqual((result.computed_grade_id.code, result.grade_id.code), ("B", "A"))
        self._night(policy, date(2026, 12, 31))
        self.assertEqual(self._get_grades(self.customer), ["B"])
        change = result.change_ids.filtered(lambda c: c.direction == "down" and c.date_applied)
        self.assertIn("it was waived until 12/10/2026", change.reason)
        self.assertIn("is below", change.reason)  # it never was above

    def test_what_is_unknown_counts_as_met_too(self):
        self.env["customer.grading.answer"].search([]).unlink()
        policy = self._draft()
        self._get_line(policy).value = 50
        self._start(policy)
        self.assertEqual(self._get_grades(self.customers), ["B"] * 3)
        self._waive(policy, name="Loyal?", until=False)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])
        self._night(policy, date(2028, 1, 1))  # no order is in the period any more
        self.assertEqual(self._get_grades(self.customer), ["C"])

    def test_among_none_it_counts_as_not_met(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount", "name": "Orders"}},
            [("A", ("none", ("orders", "lt", 100))), ("B", ())],
        )
        self._start(policy)
        self._waive(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])

    def test_a_level_by_rank_may_be_waived(self):
        bands = [{"level": "first", "lower": 30}]
        policy = self._create_policy(
            {
                "orders": {
                    "measure": "order_amount",
                    "name": "Orders",
                    "band_by": "percentile",
                    "bands": bands,
                }
            },
            [("A", ("orders", "level_is", 0)), ("B", ())],
        )
        self._create_order(self.third, date(2026, 5, 2), 1000)
        self._start(policy)
        self._waive(policy)
        self._night(policy, TODAY + DAY)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "A"])

    # ------------------------------------------------------------------ ended

    def test_an_officer_ends_it_and_it_stays_readable(self):
        policy = self._start()
        waiver = self._waive(policy)
        seen = waiver.with_user(self.officer)
        with freeze_time(at(TODAY + DAY)):
            self.assertIn(seen, seen.search([("is_in_force", "=", True)]))
            seen.action_end()
            self.assertFalse(seen.search([("is_in_force", "=", True)]))
            self.assertIn(seen, seen.search([("is_in_force", "=", False)]))
        self.assertEqual(self._get_grades(self.customer), ["B"])
        self.assertRecordValues(
            seen,
            [
                {
                    "reason": "New plant",
                    "until": END,
                    "date_end": TODAY,
                    "end_kind": "by_hand",
                    "ended_by_id": self.officer.id,
                }
            ],
        )

    def test_it_is_given_a_new_end_without_a_move_between(self):
        policy = self._start()
        first = self._waive(policy)
        moves = len(self._of(self.customer).change_ids)
        second = self._waive(policy, until=False, day=TODAY + DAY)
        self.assertEqual(len(self._of(self.customer).change_ids), moves)
        self.assertEqual((first.end_kind, first.date_end), ("again", TODAY))
        self._night(policy, date(2027, 1, 2))
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self.assertTrue(second.is_in_force)

    # ------------------------------------------------------------------ versions

    def _revise(self, policy, day):
        with freeze_time(at(day)):
            return policy.browse(policy.action_revise()["res_id"])

    def test_the_next_version_keeps_it_and_is_tried_on_with_it(self):
        policy = self._start()
        waiver = self._waive(policy)
        draft = self._revise(policy, TODAY + DAY)
        self._get_line(draft, grade="B").value = 55
        with freeze_time(at(TODAY + DAY)):
            lines = draft._try_on().line_ids.grouped("partner_id")
            self.assertEqual(lines[self.customer].computed_grade_id.code, "A")
            draft.rule_ids[0].action_count()
            self.assertIn("Meet this today: 1;", draft.rule_ids[0].met_count)
            self._activate(draft)
            self.assertTrue(waiver.is_in_force)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])
        row = self._get_row(self._get_views(self.customer, self.officer, TODAY + DAY))
        self.assertIn("waived until", row["cells"][3]["text"])

    def test_it_ends_where_the_next_version_asks_something_else(self):
        for name, change, code in (
            ("limit", lambda line: line.write({"value": 101}), "B"),
            ("period", lambda line: line.criterion_id.write({"period_count": 11}), "B"),
            ("gone", lambda line: line.unlink(), "A"),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                policy = self._start()
                waiver = self._waive(policy)
                draft = self._revise(policy, TODAY + DAY)
                change(self._get_line(draft))
                with freeze_time(at(TODAY + DAY)):
                    self._activate(draft)
                    self.assertFalse(waiver.is_in_force)
                self.assertEqual(waiver.end_kind, "unasked")
                self.assertEqual(self._get_grades(self.customer), [code])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_it_ends_in_the_night_after_its_policy_was_closed(self):
        policy = self._start()
        waiver = self._waive(policy)
        policy.action_close()
        with freeze_time(at(TODAY + DAY)):
            self.env["customer.grading.run"]._schedule_nightly_runs()
        self.assertEqual(waiver.end_kind, "unasked")

    # ------------------------------------------------------------------ what is told

    def test_the_page_says_that_it_is_waived_and_not_met(self):
        policy = self._start()
        self._waive(policy)
        row = self._get_row(self._get_views(self.customer, self.officer))
        self.assertEqual(row["mark"], "met")
        self.assertEqual(row["cells"][2]["text"], "60 USD (waived)")
        self.assertEqual(
            row["cells"][3]["text"], f"waived until 12/31/2026 by {self.officer.name}: New plant"
        )
        self.assertEqual(self._get_row(self._get_views(self.other, self.officer))["mark"], "unmet")

    def test_who_sees_no_figures_reads_the_reason_only(self):
        policy = self._start()
        self._waive(policy)
        self.customers.user_id = self.officer
        row = self._get_row(self._get_views(self.customer, self.users["salesperson"]))
        self.assertEqual(row["cells"][2]["text"], "hidden (waived)")
        self.assertIn("New plant", row["cells"][3]["text"])

    def test_what_it_takes_leaves_it_out(self):
        policy = self._draft()
        self._get_line(policy, grade="B").value = 10
        self._start(policy)
        self._answer(self.question, self.customer, False)
        with freeze_time(at(TODAY)):
            self._run(policy)
        before = json.dumps(self._get_views(self.customer, self.officer))
        self.assertIn("2 of 2 not met", before)
        self._waive(policy)
        after = json.dumps(self._get_views(self.customer, self.officer), ensure_ascii=False)
        self.assertIn("1 of 2 not met", after)
        self.assertIn("To reach A: “Loyal?” answered yes", after)
        self.assertEqual(self._get_grades(self.customer), ["B"])

    def test_a_change_says_it_as_of_its_day(self):
        policy = self._start()
        waiver = self._waive(policy)
        with freeze_time(at(TODAY + DAY)):
            waiver.with_user(self.officer).action_end()
        up = self._of(self.customer).change_ids.filtered(lambda c: c.direction == "up")
        down = self._of(self.customer).change_ids.filtered(lambda c: c.direction == "down")
        self.assertIn("aived: Orders", up.reason)
        explanation = self.env["customer.grading.explanation"]._explain(up | down)
        line = self._get_line(policy)
        self.assertEqual([explanation[c].holds[line] for c in (up, down)], [True, False])

    def test_the_button_is_for_officers(self):
        self._start()

        def is_offered(user):
            buttons = self._get_views(self.customer, self.users[user])[0]["buttons"]
            return "Waive a condition" in [button["label"] for button in buttons]

        self.assertTrue(is_offered("officer"))
        self.assertFalse(is_offered("salesperson"))

    # ------------------------------------------------------------------ who may

    def test_salespeople_neither_waive_nor_end_nor_list(self):
        policy = self._start()
        waiver = self._waive(policy)
        seller, result = self.users["salesperson"], self._of(self.customer)
        with self.assertRaises(AccessError):
            result.with_user(seller)._waive(self._get_line(policy), "Please")
        for action in (
            lambda: waiver.with_user(seller).action_end(),
            lambda: waiver.with_user(seller).search([]),
            lambda: waiver.with_user(seller).reason,
        ):
            with self.assertRaises(AccessError):
                action()
        for action in (
            lambda: waiver.with_user(self.officer).write({"until": False}),
            lambda: waiver.with_user(self.officer).unlink(),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_another_company_s_customer_is_refused(self):
        policy = self._start()
        waiver = self._waive(policy)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_users(elsewhere, suffix="_elsewhere")["officer"]
        with self.assertRaises(AccessError):
            self._of(self.customer).with_user(stranger)._waive(self._get_line(policy), "Mine")
        with self.assertRaises(AccessError):
            waiver.with_user(stranger).action_end()
        self.assertFalse(waiver.with_user(stranger).search([]))

    def test_reason_end_and_condition_are_checked(self):
        policy = self._start()
        result, line = self._of(self.customer).with_user(self.officer), self._get_line(policy)
        with freeze_time(at(TODAY)):
            for wrong in (
                lambda: result._waive(line, " "),
                lambda: result._waive(line, "Late", TODAY - DAY),
                lambda: result._waive(self._get_line(policy, "Loyal?"), "It is met"),
                lambda: result._waive(self._get_line(policy, grade="B"), "It is met"),
            ):
                with self.assertRaises(UserError):
                    wrong()
        self.assertEqual(self._get_grades(self.customer), ["B"])

    # ------------------------------------------------------------------ companies, merge, cost

    def test_each_company_waives_for_itself_and_a_group_for_all(self):
        self._start()
        group = self._create_dimension("whole", company_scope="group")
        policy = self._start(self._draft(dimension=group, company_id=False))
        result = self.env["customer.grading.result"].search(
            [("dimension_id", "=", group.id), ("partner_id", "=", self.customer.id)]
        )
        with freeze_time(at(TODAY)):
            waiver = result.with_user(self.officer)._waive(self._get_line(policy), "Agreed")
        self.env.invalidate_all()
        self.assertEqual(result.grade_id.code, "A")
        self.assertEqual(self._get_grades(self.customer), ["B"])
        Waiver = self.env["customer.grading.waiver"].with_user(self.officer)
        self.assertEqual(Waiver.search([]), waiver)
        group.group_ids = self.env.ref("account.group_account_user")  # it is theirs alone now
        self.assertFalse(Waiver.search([]))

    def test_a_merge_takes_it_along(self):
        policy = self._start()
        waiver = self._waive(policy)
        self.env.flush_all()
        with freeze_time(at(TODAY)):
            self.env["base.partner.merge.automatic.wizard"].create(
                {
                    "partner_ids": [Command.set((self.customer | self.other).ids)],
                    "dst_partner_id": self.other.id,
                }
            ).action_merge()
        self.env.invalidate_all()
        self.assertEqual(waiver.partner_id, self.other)
        row = self._get_row(self._get_views(self.other, self.officer))
        self.assertIn("New plant", row["cells"][3]["text"])

    def test_it_goes_with_the_customer(self):
        policy = self._start()
        waiver = self._waive(policy)
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)]).write(
            {"state": "cancel"}
        )
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)]).unlink()
        self.customer.unlink()
        self.assertFalse(waiver.exists())

    def test_a_policy_without_waivers_has_the_statement_of_before(self):
        policy = self._start()
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company, TODAY)

        def get_statement(policy):
            values = engine._get_values_sql(policy, scope)
            return engine._get_graded_sql(policy, scope, values).code

        self.assertNotIn("waiver", get_statement(policy))
        self.assertNotIn("member_id", get_statement(policy))
        with self.assertQueryCount(0):
            engine._get_terms(policy, scope)
        self._waive(policy)
        self.assertIn("customer_grading_waiver", get_statement(policy))
        other = self._draft(dimension=self._create_dimension("another"))
        self.assertNotIn("member_id", get_statement(other))
        scope = scope._replace(date=END + DAY)
        self.assertNotIn("waiver", get_statement(policy))


@tagged("post_install", "-at_install")
class TestWaiverOfOpportunities(OpportunityCommon):
    def test_a_condition_is_waived_for_one_opportunity_and_moves_with_it(self):
        leads = late, other = self._create_closing(60) | self._create_closing(60)
        policy = self._create_urgency_policy()
        self._grade(policy)
        result = self._get_results(late, self.intention)[late]
        line = policy.rule_ids[0].line_ids
        with freeze_time(at(TODAY)):
            waiver = result.with_user(self._create_users()["officer"])._waive(line, "They hurry")
        self.env.invalidate_all()
        self.assertEqual(self._get_codes(leads), ["A", "B"])
        self.assertFalse(waiver.partner_id)
        with freeze_time(at(TODAY)):
            leads._merge_opportunity(auto_unlink=True)
        self.assertEqual(waiver.lead_id, leads.exists())
