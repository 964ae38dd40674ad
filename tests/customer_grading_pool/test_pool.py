"""Who is neglected goes to the pool, and is claimed from there."""

import gc
import json
from datetime import date, timedelta
from unittest.mock import patch

from odoo.addons.customer_grading_pool import uninstall_hook
from odoo.addons.customer_grading_pool.models import customer_grading_pool_keeper as keeper_module
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, warmup
from odoo.tests.common import new_test_user

from ..common import ClockCase

START = date(2026, 9, 1)


class PoolCase(ClockCase):
    """Two customers of a salesperson of team North, in grade A, and a rule of 4, 6 and 8 days."""

    start = START

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        cls.rival = new_test_user(
            cls.env, "grading_rival", groups="sales_team.group_sale_salesman", tz="UTC"
        )
        cls.leader = cls.users["administrator"]
        cls.team = cls.env["crm.team"].create(
            {"name": "North", "user_id": cls.leader.id, "member_ids": [Command.set(cls.seller.ids)]}
        )
        cls.customer, cls.other = cls._create_customers(2, user_id=cls.seller.id)
        cls._at(cls.start)
        for customer in (cls.customer, cls.other):
            cls._create_order(customer, START, 1000)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ("orders", "ge", 1000)), ("B", ())]
        )
        cls.first, cls.second = cls.policy.rule_ids.grade_id.sorted()
        cls._activate(cls.policy)
        cls.Entry = cls.env["customer.grading.pool.entry"]

    @classmethod
    def _rule(cls, grade=None, activate=True, **vals):
        """Write an ownership rule on a grade."""
        days = {"remind_days": 4, "leader_days": 6, "take_days": 8}
        rule = cls.env["customer.grading.pool.rule"].create(
            {"grade_id": (grade or cls.first).id, **days, **vals}
        )
        if activate:
            rule._activate()
        return rule

    def _night(self, day):
        """Let it be ``day``, and the job of the night be done."""
        self._at(day)
        self.env["customer.grading.pool.keeper"]._keep()

    def _contact(self, record=None):
        """Mark a call done today."""
        activity = (record or self.customer).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.seller.id
        )
        activity.action_feedback()

    def _get_reminders(self, *records):
        """Return the open reminders, as ``(who, of which day)``."""
        records = records or (self.customer,)
        kind = self.env.ref("customer_grading_pool.mail_activity_type_pool")
        activities = self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", kind.id),
                ("res_model", "=", records[0]._name),
                ("res_id", "in", [record.id for record in records]),
            ],
            order="id",
        )
        return [(one.user_id, one.date_deadline) for one in activities]

    def _get_entry(self, record=None):
        record = record or self.customer
        return self.Entry.search([(record._grading_result_field, "=", record.id)])

    def _take(self, *records, **vals):
        """Have customers taken on the eighth day, and return what the ledger has of them."""
        self._rule(**vals)
        for record in (self.customer | self.other) - self.env["res.partner"].union(*records):
            record.user_id = False
        self._night(START + timedelta(days=8))
        return self.Entry.search([("state", "=", "pool")])


@tagged("post_install", "-at_install")
class TestTaking(PoolCase):
    def test_the_salesperson_then_the_leader_is_reminded_and_then_it_goes_to_the_pool(self):
        rule = self._rule(cool_down_days=30)
        mails = self.env["mail.mail"].search_count([])
        taking = START + timedelta(days=8)
        self._night(START + timedelta(days=3))
        self.assertFalse(self._get_reminders())
        for _twice in range(2):
            self._night(START + timedelta(days=4))
            self.assertEqual(self._get_reminders(), [(self.seller, taking)])
        self._night(START + timedelta(days=5))
        self._night(START + timedelta(days=6))
        self.assertEqual(self._get_reminders(), [(self.seller, taking), (self.leader, taking)])
        self._night(START + timedelta(days=7))
        self.assertEqual(self.customer.user_id, self.seller)
        for _twice in range(2):
            self._night(taking)
            self.assertFalse((self.customer | self.other).user_id)
        self.assertFalse(self._get_reminders(self.customer, self.other))
        entry = self._get_entry()
        self.assertRecordValues(
            entry,
            [
                {
                    "state": "pool",
                    "rule_id": rule.id,
                    "grade_id": self.first.id,
                    "from_user_id": self.seller.id,
                    "from_team_id": self.team.id,
                    "date_taken": taking,
                    "date_free": taking + timedelta(days=30),
                    "reason": "No contact for 8 days, counted from 09/01/2026.",
                    "is_free": True,
                }
            ],
        )
        note = self.customer.message_ids[0].body
        self.assertIn("Taken off grading_salesperson", note)
        self.assertIn("to the pool, by a rule of grade A. No contact for 8 days", note)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_contact_meanwhile_closes_the_reminder_and_days_begin_again(self):
        self._rule()
        self._night(START + timedelta(days=5))
        self._contact()
        self._night(START + timedelta(days=6))
        self.assertFalse(self._get_reminders())
        self.assertEqual(len(self._get_reminders(self.other)), 2)
        self._night(START + timedelta(days=12))
        self.assertEqual(self.customer.user_id, self.seller)
        self.assertEqual(len(self._get_reminders()), 2, "of the new days")
        self._night(START + timedelta(days=13))
        self.assertFalse(self.customer.user_id)
        self.assertEqual(
            self._get_entry().reason, "No contact for 8 days, counted from 09/06/2026."
        )

    def test_whoever_gets_it_meanwhile_is_reminded_and_the_other_no_more(self):
        self._rule()
        self._night(START + timedelta(days=4))
        self.customer.user_id = self.rival
        self._night(START + timedelta(days=5))
        self.assertEqual(self._get_reminders(), [(self.rival, START + timedelta(days=8))])

    def test_orders_and_days_are_counted_too(self):
        orders = self._rule(neglect="order")
        self._create_order(self.other, START + timedelta(days=3))
        self._night(START + timedelta(days=7))
        self._contact()
        self._night(START + timedelta(days=8))
        self.assertFalse(self.customer.user_id)
        self.assertEqual(self.other.user_id, self.seller)
        self.assertEqual(self._get_entry().reason, "No order for 8 days, counted from 09/01/2026.")
        orders.action_switch_off()
        question = self.env["customer.grading.question"].create(
            {"name": "Contract ends", "code": "ends", "kind": "date", "validity_months": 0}
        )
        rule = self._rule(neglect="day", anchor="ends")
        self.assertIn("8 days after “Contract ends”", rule.reads_as)
        self._answer(question, self.other, date(2026, 9, 20), day=date(2026, 9, 10))
        self._night(date(2026, 9, 27))
        self.assertEqual(self.other.user_id, self.seller)
        self._night(date(2026, 9, 28))
        self.assertFalse(self.other.user_id)

    def test_days_count_from_the_grade_and_from_the_day_the_rule_came_into_force(self):
        self._at(START + timedelta(days=100))
        self._rule()
        self._night(START + timedelta(days=100))
        self.assertFalse(self._get_reminders())
        self.assertEqual(self.customer.user_id, self.seller)
        result = self._get_results(self.other)[self.other]
        self._at(START + timedelta(days=105))
        result._set_by_hand(self.second, "A friend")
        self._at(START + timedelta(days=106))
        result._set_by_hand(self.first, "A good friend")
        self._night(START + timedelta(days=108))
        self.assertFalse(self.customer.user_id)
        self.assertEqual(self.other.user_id, self.seller)
        self._night(START + timedelta(days=114))
        self.assertFalse(self.other.user_id)

    def test_a_step_that_is_zero_is_skipped(self):
        rule = self._rule(remind_days=0, leader_days=6, take_days=0)
        self.assertEqual(rule.reads_as, "No contact for 6 days: the leader after 6")
        self._night(START + timedelta(days=60))
        self.assertEqual(self._get_reminders(), [(self.leader, START + timedelta(days=60))])
        self.assertEqual(self.customer.user_id, self.seller)

    def test_who_must_not_be_taken_is_never_taken(self):
        names = ("frozen", "excluded", "archived", "foreign", "salesperson abroad", "nobody's")
        customers = dict(zip(names, self._create_customers(6, user_id=self.seller.id), strict=True))
        for customer in customers.values():
            self._create_order(customer, START, 1000)
        self._run(self.policy)
        results = self._get_results(self.env["res.partner"].union(*customers.values()))
        results[customers["frozen"]]._freeze("Sleeps")
        results[customers["excluded"]]._exclude("Our own")
        customers["archived"].active = False
        abroad = self._create_company_with_chart("Abroad")
        emigrant = new_test_user(
            self.env,
            "grading_emigrant",
            groups="sales_team.group_sale_salesman",
            company_id=abroad.id,
            company_ids=[Command.set(abroad.ids)],
        )
        customers["salesperson abroad"].user_id = emigrant
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            [abroad.id, customers["foreign"].id],
        )
        customers["nobody's"].user_id = False
        self.env.invalidate_all()
        protection = self.env["customer.grading.pool.protection"]
        protection.with_user(self.officer)._protect(self.other, "Waits for the permit")
        self._rule()
        self._night(START + timedelta(days=30))
        taken = self.Entry.search([]).partner_id
        self.assertEqual(taken, self.customer)
        self.assertEqual(self.other.user_id, self.seller)
        self.assertFalse(self._get_reminders(self.other, *customers.values()))
        self.assertIn("for good, by", self.other.with_user(self.seller).pool_protection)
        with self.assertRaises(AccessError):
            self.other.with_user(self.seller).action_end_pool_protection()
        self.other.with_user(self.officer).action_end_pool_protection()
        self.assertFalse(self.other.pool_protection)
        self._night(START + timedelta(days=34))
        self.assertEqual(self._get_reminders(self.other)[0][0], self.seller, "from the beginning")
        self._night(START + timedelta(days=38))
        self.assertFalse(self.other.user_id)

    def test_opportunities_go_to_the_team_of_the_pool_and_won_ones_stay(self):
        intention = self._create_dimension("intent", subject="lead")
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        vals = {"user_id": self.seller.id, "team_id": self.team.id}
        lead, won, spoken = (self._create_lead(self.customer, START, **vals) for _ in range(3))
        self._activate(policy)
        pool = self.env["crm.team"].create({"name": "Pool"})
        self._rule(policy.rule_ids.grade_id, team_id=pool.id)
        won.action_set_won()
        self._at(START + timedelta(days=5))
        self._contact(self.customer)  # which is none on the opportunities
        self._contact(spoken)
        self._night(START + timedelta(days=8))
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.team_id, pool)
        self.assertEqual((won.user_id, spoken.user_id), (self.seller, self.seller))
        entry = self._get_entry(lead)
        self.assertTrue(entry.with_user(self.rival).is_free)
        entry.with_user(self.officer).action_undo()
        self.assertEqual((lead.user_id, lead.team_id), (self.seller, self.team))
        with self.assertRaises(AccessError):
            entry.with_user(self.rival).check_access("read")

    def test_a_rule_is_no_rule_until_it_is_activated_and_none_once_it_is_switched_off(self):
        rule = self._rule(activate=False)
        self._night(START + timedelta(days=50))
        self.assertFalse(self._get_reminders())
        rule._activate()
        with self.assertRaisesRegex(UserError, "Switch it off"):
            rule.take_days = 20
        self._night(START + timedelta(days=54))
        self.assertTrue(self._get_reminders())
        rule.action_switch_off()
        self.assertFalse(self._get_reminders())
        rule.take_days = 20
        self._night(START + timedelta(days=90))
        self.assertEqual(self.customer.user_id, self.seller)

    def test_what_makes_no_sense_is_refused(self):
        for vals, text in (
            ({"remind_days": 7, "leader_days": 6}, "first the salesperson"),
            ({"leader_days": 0, "remind_days": 9}, "first the salesperson"),
            ({"remind_days": 0, "leader_days": 0, "take_days": 0}, "all are 0"),
            ({"cool_down_days": -1}, "from 0 to 3660"),
            ({"neglect": "day"}, "choose the day"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, text):
                self._rule(**vals)
        grades = self._create_dimension("groups", subject="group", group_path="state_id").grade_ids
        with self.assertRaisesRegex(ValidationError, "only customers and opportunities"):
            self._rule(grades[0])
        with self.assertRaisesRegex(ValidationError, "less than 0"):
            self.first.most_held = -1

    def test_of_a_confidential_dimension_the_chatter_names_no_grade(self):
        hidden = self._create_dimension("risk")
        secret = self._create_policy({}, [("C", ())], dimension=hidden)
        self._activate(secret)
        hidden.group_ids = self.env.ref("account.group_account_manager")
        self._rule(secret.rule_ids.grade_id)
        self._night(START + timedelta(days=8))
        body = self.customer.message_ids[0].body
        self.assertIn("No contact for 8 days", body)
        self.assertNotIn("grade C", body)
        self.assertFalse(self.Entry.with_user(self.seller).search([]))

    def test_an_opportunity_stays_with_its_company_whatever_the_team_of_the_pool(self):
        intention = self._create_dimension("intent", subject="lead")
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        lead = self._create_lead(self.customer, START, user_id=self.seller.id)
        lead.company_id = self.company
        elsewhere = self._create_company_with_chart("Elsewhere")
        self._activate(policy)
        for night, company in ((8, False), (20, elsewhere.id)):
            team = self.env["crm.team"].create({"name": "Pool", "company_id": company})
            rule = self._rule(policy.rule_ids.grade_id, team_id=team.id)
            self._night(START + timedelta(days=night))
            self.assertFalse(lead.user_id)
            self.assertEqual(lead.company_id, self.company)
            self.assertEqual(lead.team_id == team, not company)
            teams = self.env["crm.team"].search([])
            shared_out = self.env["crm.lead"].search(teams._get_lead_to_assign_domain())
            self.assertNotIn(lead, shared_out, "Odoo shares nothing out that is in the pool")
            self._get_entry(lead).filtered(lambda one: one.state == "pool").with_user(
                self.officer
            ).action_undo()
            self.assertEqual((lead.user_id, lead.company_id), (self.seller, self.company))
            rule.unlink()

    def test_one_that_cannot_be_written_keeps_no_other_from_being_taken(self):
        self._rule()
        original, stubborn = type(self.customer).write, self.customer

        def refuse(records, vals):
            if stubborn in records and "user_id" in vals:
                raise UserError("Not this one.")
            return original(records, vals)

        with patch.object(type(self.customer), "write", refuse):
            self._night(START + timedelta(days=8))
        self.assertEqual(self.customer.user_id, self.seller)
        self.assertFalse(self._get_entry())
        self.assertFalse(self.other.user_id)

    def test_nobody_is_reminded_of_what_he_may_not_open(self):
        self._rule()
        elsewhere = self._create_company_with_chart("Elsewhere")
        self.leader.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        self.customer.company_id = self.company
        self._night(START + timedelta(days=4))
        self._night(START + timedelta(days=6))
        self.assertEqual([who for who, _day in self._get_reminders()], [self.seller])
        self.assertNotIn(self.leader.partner_id, self.customer.message_partner_ids)

    def test_a_job_that_dies_goes_on_where_it_was(self):
        self._rule()
        self._at(START + timedelta(days=8))
        keeper = self.env["customer.grading.pool.keeper"]
        original, calls = type(keeper)._do_take, []

        def die(records, *args):
            if calls:
                raise UserError("The power went")
            calls.append(args)
            return original(records, *args)

        with (
            patch.object(keeper_module, "BATCH", 1),
            patch.object(type(keeper), "_do_take", die),
            self.assertRaisesRegex(UserError, "The power went"),
        ):
            keeper._keep()
        left = (self.customer | self.other).filtered("user_id")
        self.assertEqual(len(left), 1)
        keeper._keep()
        self.assertEqual(self.Entry.search([]).partner_id, self.customer | self.other)
        self.assertEqual(len(self.Entry.search([])), 2)

    def test_the_cron_takes_every_batch(self):
        self._rule()
        self._at(START + timedelta(days=8))
        cron = self.env.ref("customer_grading_pool.ir_cron_keep_pool")
        with patch.object(keeper_module, "BATCH", 1), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse((self.customer | self.other).user_id)
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.env["customer.grading.run"]._cron_grade()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, triggers + 1)

    @warmup
    def test_the_number_of_queries_does_not_grow_with_the_customers(self):
        counts = []
        for size in (10, 10, 100):
            customers = self._create_customers(size, user_id=self.seller.id)
            grade = self._create_grades(self.dimension, [f"Z{len(counts)}"])[f"Z{len(counts)}"]
            self.env["customer.grading.result"].create(
                [
                    {
                        "partner_id": customer.id,
                        "dimension_id": self.dimension.id,
                        "company_id": self.company.id,
                        "grade_id": grade.id,
                        "date_since": START,
                    }
                    for customer in customers
                ]
            )
            self._at(START)
            rule = self._rule(grade)
            self.env.flush_all()
            counts.append([])
            for day in (4, 6, 8):
                self._at(START + timedelta(days=day))
                self.env.invalidate_all()
                # Cold each time: what other tests left in memory makes no difference, and
                # neither does a user's environment (it knows his companies) not collected yet.
                self.env.registry.clear_all_caches()
                gc.collect()
                before = self.cr.sql_log_count
                self.env["customer.grading.pool.keeper"]._keep_rule(rule, self.company)
                self.env.flush_all()
                counts[-1].append(self.cr.sql_log_count - before)
            self.assertFalse(customers.user_id)
        for few, many in zip(counts[1], counts[2], strict=True):
            self.assertLessEqual(many, few)


@tagged("post_install", "-at_install")
class TestPreview(PoolCase):
    def _look(self, rule):
        preview = self.env["customer.grading.pool.preview"].browse(rule.action_preview()["res_id"])
        return preview, [
            (line.partner_id, line.step, line.date, line.horizon) for line in preview.line_ids
        ]

    def _get_done(self):
        """Return ``{(customer, step)}`` of what the job did until now."""
        notices = self.env["customer.grading.pool.notice"].search([])
        return {
            *((one.result_id.partner_id, "remind") for one in notices if one.is_reminded),
            *((one.result_id.partner_id, "leader") for one in notices if one.is_leader_told),
            *((entry.partner_id, "take") for entry in self.Entry.search([])),
        }

    def test_it_lists_what_the_job_then_does_and_does_nothing_itself(self):
        rule, happened = self._rule(), []
        self._at(START + timedelta(days=2))
        self._contact(self.other)
        for day in range(3, 12):
            with self.subTest(day=day):
                self._at(START + timedelta(days=day))
                before = self._get_done()
                preview, lines = self._look(rule)
                told = {(who, step) for who, step, _on, horizon in lines if horizon == "1_today"}
                counts = [preview[f"{step}_today"] for step in ("remind", "leader", "take")]
                self.assertEqual(sum(counts), len(told))
                self.assertEqual(self._get_done(), before)
                self.env["customer.grading.pool.keeper"]._keep()
                self.assertEqual(self._get_done() - before, told)
                happened += sorted(step for _who, step in told)
        # The other one, called on the second day, follows two days later.
        self.assertEqual(happened, ["remind", "leader", "remind", "leader", "take", "take"])

    def test_it_looks_a_week_ahead(self):
        self._at(START + timedelta(days=1))
        rule = self._rule()
        rule.date_activated = START
        _preview, lines = self._look(rule)
        self.assertEqual(
            [line for line in lines if line[0] == self.customer],
            [
                (self.customer, "remind", START + timedelta(days=4), "2_week"),
                (self.customer, "leader", START + timedelta(days=6), "2_week"),
                (self.customer, "take", START + timedelta(days=8), "2_week"),
            ],
        )

    def test_of_a_draft_it_tells_who_was_neglected_long_before(self):
        self._at(START + timedelta(days=50))
        rule = self._rule(activate=False, remind_days=20, leader_days=0, take_days=30)
        self._contact(self.other)
        preview, lines = self._look(rule)
        self.assertEqual(
            [(partner, step, horizon) for partner, step, _, horizon in lines],
            [(self.customer, "take", "3_later")],
        )
        self.assertIn("already: 1.", preview.later_text)
        self.assertIn("the first are due on 11/20/2026", preview.later_text)
        preview.action_activate()
        self.assertEqual((rule.state, rule.date_activated), ("active", START + timedelta(days=50)))
        self.assertEqual(self._look(rule)[1], lines)
        self._night(START + timedelta(days=79))
        self.assertTrue(self.customer.user_id)
        self._night(START + timedelta(days=80))
        self.assertFalse(self.customer.user_id)

    def test_nothing_is_activated_in_a_company_that_nobody_looked_at(self):
        elsewhere = self._create_company_with_chart("Elsewhere")
        customer = self._create_customers(1, company_id=elsewhere.id)
        self._create_order(customer, START, 1000, company=elsewhere)
        care = self._create_dimension("care")
        policy = self._create_policy({}, [("A", ())], dimension=care, company_id=False)
        self._activate(policy)
        rule = self._rule(policy.rule_ids.grade_id, activate=False)
        self.leader.company_ids = [Command.link(elsewhere.id)]
        alone = rule.with_user(self.leader).with_context(allowed_company_ids=self.company.ids)
        preview = self.env["customer.grading.pool.preview"].browse(alone.action_preview()["res_id"])
        with self.assertRaisesRegex(UserError, "Elsewhere"):
            preview.with_env(alone.env).action_activate()
        self.assertEqual(rule.state, "draft")

    def test_only_administrators_preview_and_activate(self):
        rule = self._rule(activate=False)
        for role in ("salesperson", "officer"):
            his = rule.with_user(self.users[role])
            for action in (his.action_preview, his.action_switch_off, his._activate):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    action()
        his = rule.with_user(self.users["administrator"])
        for vals in ({"state": "active"}, {"date_activated": START - timedelta(days=300)}):
            with self.assertRaisesRegex(AccessError, "by its preview alone"):
                his.write(vals)
        with self.assertRaisesRegex(AccessError, "by its preview alone"):
            his.with_context(default_state="active").create(
                {"grade_id": self.first.id, "take_days": 1}
            )
        preview = his.env["customer.grading.pool.preview"].browse(his.action_preview()["res_id"])
        self.env.cr.execute(
            "UPDATE customer_grading_pool_rule SET write_date = write_date + INTERVAL '1 hour'"
            " WHERE id = %s",
            [rule.id],
        )
        rule.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "changed since"):
            preview.action_activate()
        his._activate()
        self.assertEqual(his.reads_as, rule.reads_as)

    def test_people_write_it_on_a_grade(self):
        with Form(self.first.with_user(self.users["administrator"])) as form:
            form.most_held = 50
            with form.pool_rule_ids.new() as line:
                line.remind_days, line.leader_days, line.take_days = 45, 55, 60
                line.cool_down_days = 30
                self.assertEqual(
                    line.reads_as,
                    "No contact for 60 days: remind after 45, the leader after 55, to the pool on "
                    "day 60; who lost it waits 30 days",
                )
            with form.pool_rule_ids.new() as line:
                line.neglect, line.anchor_choice = "day", "last_delivery"
                self.assertIn("60 days after “Last delivery”", line.reads_as)
        self.assertEqual(self.first.pool_rule_ids.mapped("state"), ["draft", "draft"])


@tagged("post_install", "-at_install")
class TestPool(PoolCase):
    def test_a_salesperson_claims_and_days_begin_again(self):
        entry = self._take(self.customer)
        his = self.Entry.with_user(self.rival).search([("is_free", "=", True)])
        self.assertEqual(his, entry)
        his.action_claim()
        self.assertEqual(self.customer.user_id, self.rival)
        self.assertRecordValues(
            entry,
            [
                {
                    "state": "claimed",
                    "to_user_id": self.rival.id,
                    "decided_by_id": self.rival.id,
                    "date_back": START + timedelta(days=8),
                    "is_free": False,
                }
            ],
        )
        self.assertIn("Claimed from the pool by", self.customer.message_ids[0].body)
        self._night(START + timedelta(days=15))
        self.assertEqual(self.customer.user_id, self.rival)
        self._night(START + timedelta(days=16))
        self.assertFalse(self.customer.user_id)
        self.assertEqual(self._get_entry().mapped("from_user_id"), self.seller | self.rival)

    def test_several_are_claimed_at_once_as_many_as_the_grade_allows(self):
        entries = self._take(self.customer, self.other)
        mine = self._create_customers(2, user_id=self.rival.id)
        for customer in mine:
            self._create_order(customer, START, 1000)
        self._run(self.policy)
        self.first.most_held = 3
        with self.assertRaisesRegex(
            UserError, "Of grade A Grade A .*3 at most. .*rival.* holds 2, and would hold 4"
        ):
            entries.with_user(self.rival).action_claim()
        entries[0].with_user(self.rival).action_claim()
        mine[0].active = False
        entries[1].with_user(self.rival).action_claim()
        self.assertEqual((self.customer | self.other).user_id, self.rival)

    def test_who_lost_it_has_to_wait(self):
        entry = self._take(self.customer, cool_down_days=10).with_user(self.seller)
        self._at(START + timedelta(days=17))
        with self.assertRaisesRegex(UserError, "taken off you on 09/09/2026.*from 09/19/2026"):
            entry.action_claim()
        self._at(START + timedelta(days=18))
        entry.action_claim()
        self.assertEqual(self.customer.user_id, self.seller)

    def test_whoever_comes_later_reads_who_was_quicker(self):
        self._take(self.customer, self.other)
        entry, other = self._get_entry(), self._get_entry(self.other)
        entry.with_user(self.rival).action_claim()
        with self.assertRaisesRegex(UserError, "rival.* was quicker, and has “Customer 001” since"):
            entry.with_user(self.officer).action_claim()
        self.other.user_id = self.seller
        with self.assertRaisesRegex(UserError, "not in the pool any more"):
            other.with_user(self.rival).action_claim()

    def test_officers_give_and_undo(self):
        entries = self._take(self.customer, self.other)
        entry, other = entries.with_user(self.officer)
        dialog = self.env["customer.grading.pool.give"].with_user(self.officer)
        dialog = dialog.with_context(**entry.action_give()["context"])
        Form(dialog)  # opens
        dialog.create({"user_id": self.rival.id}).action_confirm()
        given = entry._get_subject()
        self.assertEqual(given.user_id, self.rival)
        self.assertEqual((entry.to_user_id, entry.decided_by_id), (self.rival, self.officer))
        with self.assertRaisesRegex(UserError, "rival.* was quicker"):
            entry.action_undo()
        context = other.action_give()["context"]
        stranger = dialog.with_context(**context).create({"user_id": self.users["portal"].id})
        with self.assertRaisesRegex(UserError, "choose a colleague"):
            stranger.action_confirm()
        other.action_undo()
        self.assertEqual(other._get_subject().user_id, self.seller)
        self.assertEqual((other.state, other.to_user_id), ("returned", self.seller))
        self._night(START + timedelta(days=15))
        self.assertEqual(other._get_subject().user_id, self.seller, "days begin again")

    def test_an_entry_of_before_is_history(self):
        [entry] = self._take(self.customer)
        entry.with_user(self.rival).action_claim()
        self.customer.user_id = False
        with self.assertRaisesRegex(UserError, "not in the pool any more"):
            entry.with_user(self.officer).action_undo()
        with self.assertRaisesRegex(UserError, "not in the pool any more"):
            entry.with_user(self.seller).action_claim()
        self.assertEqual((entry.state, entry.to_user_id), ("claimed", self.rival))

    def test_who_once_had_one_can_be_deleted_as_a_user(self):
        [entry] = self._take(self.customer)
        gone = new_test_user(self.env, "gone", groups="sales_team.group_sale_salesman")
        entry.sudo().from_user_id = gone
        gone.unlink()
        with self.assertRaisesRegex(UserError, "Give to"):
            entry.with_user(self.officer).action_undo()

    def test_what_is_given_away_without_the_pool_leaves_it(self):
        entry = self._take(self.customer)
        self.customer.user_id = self.rival
        self.assertFalse(self.Entry.search([("is_free", "=", True)]))
        self._night(START + timedelta(days=9))
        self.assertRecordValues(
            entry,
            [{"state": "claimed", "to_user_id": self.rival.id, "decided_by_id": False}],
        )

    def test_each_may_do_what_is_his(self):
        entry = self._take(self.customer)
        for role in ("salesperson", "accountant"):
            his = entry.with_user(self.users[role])
            self.assertEqual(his.grade_id.code, "A")
            for action in (his.action_give, his.action_undo, his.unlink):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    action()
            with self.subTest(role=role), self.assertRaises(AccessError):
                his.state = "claimed"
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.customer.with_user(his.env.user).action_protect_from_pool()
        with self.assertRaises(AccessError):
            entry.with_user(self.users["accountant"]).action_claim()
        with self.assertRaises(AccessError):
            entry.with_user(self.users["portal"]).check_access("read")
        abroad = self._create_company_with_chart("Abroad")
        self.rival.write({"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id})
        self.assertFalse(self.Entry.with_user(self.rival).with_company(abroad).search([]))
        with self.assertRaises(AccessError):
            entry.with_user(self.rival).with_company(abroad).action_claim()

    def test_a_protection_needs_a_reason_and_ends_by_itself(self):
        dialog = self.env["customer.grading.pool.protect"].with_user(self.officer)
        dialog = dialog.with_context(
            **self.customer.with_user(self.officer).action_protect_from_pool()["context"]
        )
        wizard = dialog.create({"reason": " "})
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_confirm()
        wizard.write({"reason": "On leave", "until": START - timedelta(days=1)})
        with self.assertRaisesRegex(UserError, "lies in the past"):
            wizard.action_confirm()
        wizard.until = START + timedelta(days=10)
        wizard.action_confirm()
        self.assertIn("until 09/11/2026, by", self.customer.pool_protection)
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self.assertEqual(person.pool_protection, self.customer.pool_protection)
        wizard.until = False
        wizard.action_confirm()
        Protection = self.env["customer.grading.pool.protection"]
        own = [("partner_id", "=", self.customer.id)]
        self.assertEqual(Protection.search_count([*own, ("is_in_force", "=", True)]), 1)
        self.assertEqual(Protection.search_count([*own, ("is_in_force", "=", False)]), 1)

    def test_a_customer_of_another_company_is_protected_there(self):
        abroad = self._create_company_with_chart("Abroad")
        self.officer.company_ids = [Command.link(abroad.id)]
        self.other.company_id = abroad
        both = self.env["customer.grading.pool.protection"].with_user(self.officer)
        both = both.with_context(allowed_company_ids=[self.company.id, abroad.id])
        protections = both._protect((self.customer | self.other).with_env(both.env), "Sleep")
        self.assertEqual(protections.company_id, self.company | abroad)
        self.assertEqual(protections[1].company_id, abroad)
        self.assertTrue(self.other.with_env(both.env).pool_protection)

    def test_merged_customers_are_one_in_the_pool_and_deleted_ones_leave_it(self):
        entries = self._take(self.customer, self.other)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer)
        self.assertEqual(entries.partner_id, self.customer)
        self.assertEqual(sorted(entries.mapped("state")), ["pool", "returned"])
        lonely = self._create_customers(1, user_id=self.seller.id)
        entry = self.Entry.create(
            {
                "partner_id": lonely.id,
                "grade_id": self.first.id,
                "company_id": self.company.id,
                "from_user_id": self.seller.id,
                "date_taken": START,
                "neglect": "contact",
                "date_start": START - timedelta(days=60),
            }
        )
        lonely.unlink()
        self.assertFalse(entry.exists())

    def test_rules_come_with_policy_files_and_go_back_into_them(self):
        self.env["crm.team"].create({"name": "Public pool"})
        content = self.policy._export_policy()
        content["dimension"] |= {"code": "care", "name": "Care"}
        grades = content["dimension"]["grades"]
        grades[0]["ownership"] = [
            {"no": "contact", "remind": 45, "leader": 55, "take": 60, "cool_down": 30},
            {"no": "order", "take": 180, "team": "Public pool"},
            {"after": "last_delivery", "remind": 300},
        ]
        grades[0]["most_held"] = 50
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "care.json")
        grade = draft.rule_ids.grade_id.sorted()[0]
        self.assertEqual(grade.most_held, 50)
        self.assertEqual(grade.pool_rule_ids.mapped("neglect"), ["contact", "order", "day"])
        self.assertEqual(set(grade.pool_rule_ids.mapped("state")), {"draft"})
        self.assertEqual(draft._export_policy()["dimension"]["grades"], grades)
        draft.file_form = False
        self.assertEqual(draft._export_policy()["dimension"]["grades"], grades)

    def test_uninstalled_it_leaves_no_reminder(self):
        self._rule()
        self._night(START + timedelta(days=4))
        self.assertTrue(self._get_reminders())
        uninstall_hook(self.env)
        self.assertFalse(self._get_reminders())
