"""Whose orders stopped or fell, and whose contract ended, stand on one list."""

import random
from datetime import date, timedelta
from statistics import mean, median

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..common import TODAY, ClockCase

YEAR = timedelta(days=365)  # 20 Nov 2025 to 20 Nov 2026


def get_days(*ago):
    return [TODAY - timedelta(days=days) for days in ago]


class SilenceCase(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.Silence = cls.env["customer.grading.silence"]
        cls.engine = cls.env["customer.grading.silence.engine"]

    @classmethod
    def _create_customer(cls, *ago, amount=100, **vals):
        """Return a customer with an order so many days ago each."""
        customer = cls._create_customers(1, user_id=cls.seller.id, **vals)
        for day in get_days(*ago):
            cls._create_order(customer, day, amount)
        return customer

    def _renew(self):
        self.engine._renew(self.company)

    def _get(self, *customers):
        self._renew()
        own = [("partner_id", "in", [one.id for one in customers])]
        return self.Silence.search(own, order="partner_id")


@tagged("post_install", "-at_install")
class TestSilence(SilenceCase):
    def test_f66_a_customer_silent_for_longer_than_its_usual_interval_is_listed(self):
        silent = self._create_customer(161, 131, 101, 61)
        on_the_brink = self._create_customer(160, 130, 100, 60)
        twice = self._create_customer(400, 300)
        call = "mail.mail_activity_data_call"
        self._at(TODAY - timedelta(days=9))
        silent.activity_schedule(call, user_id=self.seller.id).action_feedback()
        self._at(TODAY)
        listed = self._get(silent, on_the_brink, twice)
        self.assertRecordValues(
            listed,
            [
                {
                    "partner_id": silent.id,
                    "company_id": self.company.id,
                    "is_silent": True,
                    "is_falling": False,
                    "is_ended": False,
                    "usual_days": 30,
                    "date_last_order": TODAY - timedelta(days=61),
                    "date_last_contact": TODAY - timedelta(days=9),
                    "stake": 400,
                    "salesperson_id": self.seller.id,
                    "why": "No order for 61 days, usually every 30",
                }
            ],
        )
        self.company.customer_grading_usual_by = "mean"  # 33 days
        self.assertFalse(self._get(silent))
        self._at(TODAY + timedelta(days=7))
        self.assertTrue(self._get(silent))
        self._create_order(silent, TODAY + timedelta(days=7))
        self.assertFalse(self._get(silent))

    def test_s38_orders_that_fell_by_half_within_a_year(self):
        half = self._create_customer(700, 600, 300, 10, amount=100)
        fell = self._create_customer(700, 600, 10)
        small = self._create_customer(10)
        self.assertEqual(len(self._get(half, fell, small)), 1)
        self.assertRecordValues(
            self._get(fell), [{"is_falling": True, "why": "Orders fell by 50 % in a year"}]
        )
        self.company.customer_grading_fall_percent = 51
        self.assertFalse(self._get(fell))

    def test_a_contract_ended_by_a_dated_answer(self):
        question = self.env["customer.grading.question"].create(
            {"name": "End of the contract", "kind": "date", "subject": "partner"}
        )
        self.company.customer_grading_contract_question_id = question
        ended, runs, renewed = (self._create_customer() for _n in range(3))
        long_ago = TODAY - 2 * YEAR
        self._answer(question, ended, TODAY - timedelta(days=1), long_ago)
        self._answer(question, runs, TODAY, long_ago)
        self._answer(question, renewed, long_ago, long_ago)
        self._answer(question, renewed, TODAY + YEAR, TODAY)
        listed = self._get(ended, runs, renewed)
        self.assertRecordValues(
            listed,
            [
                {
                    "partner_id": ended.id,
                    "is_ended": True,
                    "is_silent": False,
                    "date_contract_end": TODAY - timedelta(days=1),
                    "date_last_order": False,
                }
            ],
        )
        self.assertEqual(listed.why, "Contract ended on 11/19/2026")

    def test_a_contract_ended_by_agreements_where_these_are_installed(self):
        if "customer.grading.agreement" not in self.env:
            self.skipTest("needs customer_grading_agreement")
        asked = {"kind": "date", "subject": "partner", "ends_agreement": True}
        supply, service = self.env["customer.grading.question"].create(
            [{"name": "End of the supply contract", **asked}, {"name": "End of service", **asked}]
        )
        ended, runs, silent = (self._create_customer(*ago) for ago in ((), (), (161, 131, 101)))
        long_ago, yesterday = TODAY - 2 * YEAR, TODAY - timedelta(days=1)
        for customer in (ended, runs, silent):
            self._answer(supply, customer, yesterday, long_ago)
        self._answer(service, runs, TODAY, long_ago)
        self._answer(service, silent, TODAY + YEAR, long_ago)
        self.assertRecordValues(
            self._get(ended, runs, silent).sorted(lambda one: one.partner_id.id),
            [
                {"partner_id": ended.id, "is_ended": True, "date_contract_end": yesterday},
                {"partner_id": silent.id, "is_ended": False, "date_contract_end": TODAY + YEAR},
            ],
        )

    def test_what_an_addon_knows_of_contracts_counts_and_for_ever_is_no_day(self):
        ended, for_ever = self._create_customer(), self._create_customer(161, 131, 101)
        yesterday = TODAY - timedelta(days=1)
        days = SQL(
            "SELECT * FROM (VALUES (%s, %s), (%s, %s), (%s, %s)) told (partner_id, day)",
            *(ended.id, yesterday, for_ever.id, yesterday, for_ever.id, date.max),
        )
        self.patch(type(self.engine), "_get_contract_days_sql", lambda *_args: days)
        self.assertRecordValues(
            self._get(ended, for_ever).sorted(lambda one: one.partner_id.id),
            [
                {"partner_id": ended.id, "is_ended": True, "date_contract_end": yesterday},
                {"partner_id": for_ever.id, "is_ended": False, "date_contract_end": False},
            ],
        )

    def test_s32_the_list_is_that_of_a_plain_computation(self):
        dice = random.Random(66)
        customers = self._create_customers(25, user_id=self.seller.id)
        orders = {customer: [] for customer in customers}
        for customer in customers:
            for _n in range(dice.randrange(7)):
                day = TODAY - timedelta(days=dice.randrange(720))
                amount = dice.randrange(1, 500)
                orders[customer].append((day, amount))
                self._create_order(customer, day, amount)
        for by, average in (("median", median), ("mean", mean)):
            self.company.customer_grading_usual_by = by
            listed = {
                one.partner_id: (one.is_silent, one.is_falling, round(one.stake, 2))
                for one in self._get(*customers)
            }
            expected = {
                customer: told
                for customer, some in orders.items()
                if (told := self._compute(some, average)) and any(told[:2])
            }
            with self.subTest(by=by):
                self.assertGreater(len(expected), 5)
                self.assertEqual(listed, expected)

    def _compute(self, orders, average):
        """Return whether a customer is silent, falls, and its stake, by plain Python."""
        days = sorted({day for day, _amount in orders})
        if not days:
            return None
        gaps = [(b - a).days for a, b in zip(days, days[1:], strict=False)]
        silent = len(days) >= 3 and (TODAY - days[-1]).days > 2 * average(gaps)
        recent = sum(amount for day, amount in orders if day > date(2025, 11, 20))
        earlier = sum(
            amount for day, amount in orders if date(2024, 11, 20) < day <= date(2025, 11, 20)
        )
        falls = earlier > 0 and recent <= earlier / 2
        year_before = days[-1].replace(year=days[-1].year - 1)
        stake = sum(amount for day, amount in orders if day > year_before)
        return silent, falls, stake

    def test_whom_grading_leaves_out_is_not_listed(self):
        ago = (161, 131, 101, 61)
        listed, archived, excluded = (self._create_customer(*ago) for _n in range(3))
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": listed.id})
        self._create_order(contact, TODAY - timedelta(days=191))
        archived.active = False
        own = self._create_customer(*ago)
        self.env["res.company"].create({"name": "Ours", "partner_id": own.id})
        policy = self._create_policy({"orders": {"measure": "order_count"}}, [("A", ())])
        self._activate(policy)
        result = self._get_results(excluded)[excluded]
        result.with_user(self.users["officer"])._exclude("A friend")
        self.assertEqual(self._get(listed, archived, excluded, own, contact).partner_id, listed)

    def test_companies_are_apart_and_branches_count_with_theirs(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        other = self._create_company_with_chart("Other")
        customer = self._create_customer(161, 131, 101)
        self._create_order(customer, TODAY - timedelta(days=20), company=other)
        self.assertTrue(self._get(customer))
        self.engine._renew(other)
        self.assertEqual(self._get(customer).company_id, self.company)
        self._create_order(customer, TODAY - timedelta(days=30), company=branch)
        self.assertFalse(self._get(customer))

    def test_s19_who_is_silent_grades(self):
        silent = self._create_customer(161, 131, 101, 61)
        other = self._create_customer(10)
        self._renew()
        policy = self._create_policy(
            {"silent": {"measure": "silent"}}, [("A", ("silent", "ge", 1)), ("B", ())]
        )
        self._activate(policy)
        results = self._get_results(silent | other)
        self.assertEqual(
            {customer: result.grade_id.code for customer, result in results.items()},
            {silent: "A", other: "B"},
        )
        listed = self._get(silent)
        self.assertEqual(listed.customer_grade_id.code, "A")
        groups = self.Silence._read_group(
            [("id", "in", listed.ids)], ["customer_grade_id"], ["__count"]
        )
        self.assertEqual(groups, [(listed.customer_grade_id, 1)])

    def test_f49_a_dormant_customer_becomes_an_activity_or_an_opportunity(self):
        customer = self._create_customer(161, 131, 101, 61)
        listed = self._get(customer).with_user(self.seller)
        action = listed.action_plan()
        wizard = Form(self.env["mail.activity.schedule"].with_context(**action["context"]))
        wizard.save().action_schedule_activities()
        self.assertEqual(customer.activity_ids.summary, "No order for 61 days, usually every 30")
        self.assertEqual(customer.activity_ids.user_id, self.seller)
        unplanned = [("partner_id.activity_ids", "=", False), ("id", "=", listed.id)]
        self.assertFalse(self.Silence.search(unplanned))
        action = listed.action_create_opportunity()
        Lead = self.env["crm.lead"].with_user(self.seller).with_context(**action["context"])
        lead = Form(Lead).save()
        self.assertRecordValues(
            lead,
            [{"type": "opportunity", "partner_id": customer.id, "user_id": self.seller.id}],
        )
        with self.assertRaises(AccessError):
            listed.with_user(self.users["accountant"]).action_plan()

    def test_nobody_merges_into_two_rows(self):
        first, second = (self._create_customer(161, 131, 101, 61) for _n in range(2))
        self._get(first, second)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (first | second).ids, first
        )
        self.assertEqual(len(self.Silence.search([("partner_id", "=", first.id)])), 1)
        self.assertEqual(self._get(first).stake, 800)


@tagged("post_install", "-at_install")
class TestWhoSeesIt(SilenceCase):
    def test_own_customers_are_seen_and_figures_by_whom_the_settings_say(self):
        own = self._create_customer(161, 131, 101, 61)
        others = self._create_customer(161, 131, 101, 61)
        others.user_id = self.users["administrator"]
        rows = self._get(own, others)
        mine = [("id", "in", rows.ids)]

        def see(role):
            Silence = self.Silence.with_user(self.users[role])
            listed = Silence.search(mine, order="stake desc, partner_id")
            [[total]] = Silence._read_group(mine, [], ["stake:sum"])
            return listed.partner_id, [round(one.stake) for one in listed], total or 0

        self.assertEqual(see("salesperson"), (own, [400], 400))
        self.assertEqual(see("officer"), (own | others, [400, 400], 800))
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("customer_grading.figures", "accounting")
        rows.invalidate_recordset()
        self.assertEqual(see("salesperson"), (own, [0], 0))
        listed = rows.filtered(lambda one: one.partner_id == own)
        with self.assertRaises(AccessError):
            listed.with_user(self.seller).read(["revenue"])

    def test_the_night_renews_the_list_of_each_company(self):
        customer = self._create_customer(161, 131, 101, 61)
        cron = self.env.ref("customer_grading_win_back.ir_cron_silence")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.env["customer.grading.run"]._schedule_nightly_runs()
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers
        )
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self.Silence.search([("partner_id", "=", customer.id)]))

    def test_rows_are_written_where_they_differ_alone(self):
        customer = self._create_customer(161, 131, 101, 61)
        self._renew()
        versions = "SELECT ctid, date_listed FROM customer_grading_silence WHERE partner_id = %s"
        self.env.cr.execute(versions, [customer.id])
        [before] = self.env.cr.fetchall()
        self._at(TODAY + timedelta(days=1))
        self._renew()
        self.env.cr.execute(versions, [customer.id])
        self.assertEqual(self.env.cr.fetchall(), [before])
