"""Who is to be contacted, who was and who is overdue, through calls, meetings and messages."""

import doctest
import json
from datetime import date, datetime, time, timedelta
from itertools import product
from operator import eq, ge, gt, le, lt
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.customer_grading_follow_up import post_init_hook, tools
from odoo.addons.customer_grading_follow_up.models import customer_grading_follow_up_engine
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import BaseCase, Form, tagged

from ..common import ClockCase, at
from ..oracles import cadences as oracle

KINDS = {"call": "mail.mail_activity_data_call", "visit": "mail.mail_activity_data_meeting"}


class FollowUpCase(ClockCase):
    start = date(2026, 9, 1)  # a Tuesday

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.customer, cls.other = cls._create_customers(2, user_id=cls.seller.id, phone="555-1")
        cls._at(cls.start)
        for customer in (cls.customer, cls.other):
            cls._create_order(customer, cls.start, 1000)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 1000)), ("B", ())],
            downgrade_timing="now",
            downgrade_days=0,
        )
        cls.first, cls.second = cls.policy.rule_ids.grade_id.sorted()

    def _ask(self, grade=None, **vals):
        """Write a cadence on a grade."""
        return self.env["customer.grading.cadence"].create(
            {"grade_id": (grade or self.first).id, **vals}
        )

    def _go(self, day):
        """Let it be ``day``, and everybody be graded."""
        self._at(day)
        self._run(self.policy)

    def _contact(self, kind="call", record=None):
        """Mark a call or a visit done today."""
        record = record or self.customer
        record.activity_schedule(KINDS[kind], user_id=self.seller.id).action_feedback()

    def _note_contact(self, day, kind, record=None):
        """Leave what a done activity, or a message of theirs, leaves on a day."""
        record = record or self.customer
        vals = {"mail_activity_type_id": self.env.ref(KINDS[kind]).id} if kind in KINDS else {}
        if not vals:
            vals = {"author_id": self.customer.id, "message_type": "email"}
        self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "date": at(day),
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "message_type": "notification",
                "author_id": self.seller.partner_id.id,
                **vals,
            }
        )

    def _get(self, record=None, **domain):
        """Return where a record stands, in order of what is due first."""
        record = record or self.customer
        return self.env["customer.grading.follow.up"].search(
            [(record._grading_result_field, "=", record.id)], order="date_due, id"
        )

    def _get_due(self, record=None):
        return self._get(record).mapped("date_due")


@tagged("post_install", "-at_install")
class TestExamples(BaseCase):
    def test_the_examples_in_docstrings_are_true(self):
        for module in (tools.festivals, customer_grading_follow_up_engine):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    def test_the_spring_festival_is_that_of_each_year(self):
        self.assertEqual(
            [str(day) for day in tools.festivals.get_festivals("spring_festival", 2028)],
            ["2027-02-06", "2028-01-26", "2029-02-13"],
        )


@tagged("post_install", "-at_install")
class TestFollowUp(FollowUpCase):
    def test_who_was_never_contacted_is_due_so_long_after_the_grade_was_taken(self):
        self._ask(gap=1, gap_unit="days")
        self._activate(self.policy)
        self.assertEqual(self._get_due(), [date(2026, 9, 2)])
        self.assertEqual(self._get().state, "week")
        self._go(date(2026, 9, 2))
        self.assertEqual(self._get().state, "today")
        self._go(date(2026, 9, 3))
        self.assertEqual(self._get().state, "overdue")
        self._contact()
        self.assertEqual(self._get_due(), [date(2026, 9, 4)], "at once, without any run")
        self.assertEqual(self._get().date_last, date(2026, 9, 3))
        self.assertEqual(self._get_due(self.other), [date(2026, 9, 2)])

    def test_only_what_a_cadence_asks_for_moves_it(self):
        self._ask(contact="call", gap=1, gap_unit="weeks")
        self._ask(contact="visit", gap=2, gap_unit="weeks")
        self._ask(contact="any", gap=1, gap_unit="months")
        self._activate(self.policy)
        self.assertEqual(self._get_due(), [date(2026, 9, 8), date(2026, 9, 15), date(2026, 10, 1)])
        self._at(date(2026, 9, 5))
        self._contact("visit")
        self.assertEqual(self._get_due(), [date(2026, 9, 8), date(2026, 9, 19), date(2026, 10, 5)])

    def test_a_meeting_and_an_answer_of_theirs_close_what_was_due(self):
        self._ask(gap=3, gap_unit="days")
        self._activate(self.policy)
        self._at(date(2026, 9, 3))
        person = self.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com", "parent_id": self.customer.id}
        )
        self.customer.message_post(
            body="Yes!",
            author_id=person.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self.env["customer.grading.follow.up.engine"]._cron_renew()
        self.assertEqual(self._get_due(), [date(2026, 9, 6)])
        self._at(date(2026, 9, 5))
        start = datetime.combine(date(2026, 9, 5), time(9))
        self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": self.seller.id,
                "partner_ids": [Command.set(person.ids)],
            }
        )
        self.env["customer.grading.follow.up.engine"]._cron_renew()
        self.assertEqual(self._get_due(), [date(2026, 9, 8)])

    def test_a_slower_grade_of_before_makes_nobody_overdue_at_once(self):
        self._ask(gap=1, gap_unit="days")
        self._ask(self.second, gap=1, gap_unit="months")
        self.policy.rule_ids[0].line_ids.value = 2000
        self._activate(self.policy)
        self.assertEqual(self._get_due(), [date(2026, 10, 1)])
        self._at(date(2026, 9, 10))
        self._contact()
        self.assertEqual(self._get_due(), [date(2026, 10, 10)])
        self._create_order(self.customer, date(2026, 9, 20), 1500)
        self._go(date(2026, 9, 20))
        self.assertEqual(self._get().grade_id, self.first)
        self.assertEqual(self._get_due(), [date(2026, 9, 20)], "the day of the grade, not before")

    def test_a_grade_by_hand_is_followed_at_once_and_who_is_excluded_by_nobody(self):
        self._ask(gap=1, gap_unit="weeks")
        self._ask(self.second, gap=1, gap_unit="months")
        self._activate(self.policy)
        result = self._get_results(self.customer)[self.customer]
        result._set_by_hand(self.second, "A friend of the house")
        self.assertEqual(self._get().grade_id, self.second)
        self.assertEqual(self._get_due(), [date(2026, 10, 1)])
        result._exclude("Our own branch")
        self.assertFalse(self._get())

    def test_so_often_in_a_period_is_shared_out_over_it(self):
        self._ask(rhythm="count", times=4, per="quarter")
        self._at(date(2026, 10, 1))
        self._activate(self.policy)
        self.assertEqual(self._get_due(), [date(2026, 10, 23)])
        for day in (date(2026, 10, 20), date(2026, 10, 20), date(2026, 11, 10)):
            self._at(day)
            self._contact()
        self.assertEqual(self._get().pace, "2 of 4 this quarter")
        self.assertEqual(self._get_due(), [date(2026, 12, 8)])
        self._at(date(2026, 12, 8))
        self.assertEqual(self._get().pace, "2 of 4 this quarter")
        self._at(date(2026, 12, 9))
        self.env.invalidate_all()
        self.assertEqual(self._get().pace, "2 of 4 this quarter, 1 behind")
        for day in (date(2026, 11, 11), date(2026, 11, 12)):
            self._at(day)
            self._contact("visit")
        self.assertEqual(self._get_due(), [date(2027, 1, 23)], "all done: of the next quarter")
        self._go(date(2027, 1, 1))
        self.assertEqual(
            (self._get().pace, self._get_due()), ("0 of 4 this quarter", [date(2027, 1, 23)])
        )

    def test_days_after_an_event_come_one_after_the_other(self):
        self._ask(
            rhythm="calendar",
            anchor="first_order",
            step_ids=[
                Command.create({"count": 3, "unit": "days", "about": "Thanks"}),
                Command.create({"count": 1, "unit": "weeks"}),
                Command.create({"count": 1, "unit": "months", "about": "First use"}),
            ],
        )
        self._activate(self.policy)
        self.assertEqual((self._get_due(), self._get().about), ([date(2026, 9, 4)], "Thanks"))
        self._at(date(2026, 9, 5))  # late
        self._contact()
        self.assertEqual(self._get_due(), [date(2026, 9, 8)])
        self._go(date(2026, 9, 23))  # the second was missed: the third is near
        self.assertEqual(self._get_due(), [date(2026, 9, 8)])
        self._go(date(2026, 9, 24))
        self.assertEqual((self._get_due(), self._get().about), ([date(2026, 10, 1)], "First use"))
        self._contact("visit")  # early
        self.assertEqual(self._get_due(), [False])

    def test_a_day_of_each_year_is_met_about_it(self):
        question = self.env["customer.grading.question"].create(
            {"name": "Born on", "code": "birthday", "kind": "date", "validity_months": 0}
        )
        self._answer(question, self.customer, date(1980, 2, 29), day=self.start)
        self._ask(rhythm="yearly", yearly_on="birthday", about="Greetings")
        self._ask(rhythm="yearly", yearly_on="spring_festival", contact="message")
        self._activate(self.policy)
        self.assertEqual(self._get_due(), [date(2027, 2, 6), date(2027, 2, 28)])
        self.assertEqual(self._get_due(self.other), [date(2027, 2, 6), False])
        self._go(date(2027, 2, 22))
        self._contact()
        self.assertEqual(self._get_due(), [date(2027, 2, 6), date(2028, 2, 29)])
        self._go(date(2027, 3, 9))  # too late to greet
        self.assertEqual(self._get_due(), [date(2028, 1, 26), date(2028, 2, 29)])

    def test_working_days_are_the_company_s(self):
        self._ask(gap=3, gap_unit="days", working_days=True)
        self._ask(gap=4, gap_unit="days")
        self._ask(rhythm="yearly", yearly_on="christmas", working_days=True)
        self._at(date(2026, 9, 3))  # a Thursday
        self._activate(self.policy)
        self.assertEqual(self._get_due(), [date(2026, 9, 7), date(2026, 9, 8), date(2026, 12, 25)])
        self._go(date(2027, 8, 1))
        self.assertEqual(self._get_due()[-1], date(2027, 12, 27), "the 25th is a Saturday")

    def test_opportunities_are_followed_by_what_happens_on_them(self):
        intention = self._create_dimension("intent", subject="lead")
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        lead = self._create_lead(self.customer, self.start, user_id=self.seller.id)
        self._ask(policy.rule_ids.grade_id, gap=2, gap_unit="days")
        self._activate(policy)
        self.assertEqual(self._get_due(lead), [date(2026, 9, 3)])
        self._at(date(2026, 9, 2))
        self._contact(record=self.customer)
        self.assertEqual(self._get_due(lead), [date(2026, 9, 3)])
        self._contact(record=lead)
        self.assertEqual(self._get_due(lead), [date(2026, 9, 4)])
        self.assertEqual(lead.follow_up_due_date, date(2026, 9, 4))
        found = self.env["crm.lead"].search([("follow_up_due_date", "<", date(2026, 9, 5))])
        self.assertEqual(found, lead)

    def test_whoever_gives_one_up_after_too_few_contacts_is_warned(self):
        intention = self._create_dimension("intent", subject="lead")
        intention._set_main("lead", self.company)
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        lead = self._create_lead(self.customer, self.start, name="Trucks", user_id=self.seller.id)
        policy.rule_ids.grade_id.least_contacts = 2
        self._activate(policy)

        def warn():
            wizard = self.env["crm.lead.lost"].with_user(self.seller)
            return Form(wizard.with_context(default_lead_ids=lead.ids)).too_few_contacts

        self.assertEqual(
            warn(), "“Trucks”: 0 of the 2 contacts that grade A asks for before it is given up."
        )
        for day in (date(2026, 9, 2), date(2026, 9, 2), date(2026, 9, 3)):
            self._at(day)
            self._contact(record=lead)
        self.assertFalse(warn())

    def test_customers_are_found_sorted_and_told_by_what_is_due(self):
        self._ask(gap=1, gap_unit="weeks")
        self._ask(gap=3, gap_unit="days", optional=True)
        self._activate(self.policy)
        self._at(date(2026, 9, 3))
        self._contact()
        Partner = self.env["res.partner"].with_user(self.seller)
        both = Partner.browse((self.customer | self.other).ids)
        self.assertEqual(
            [(one.follow_up_last_date, one.follow_up_due_date) for one in both],
            [(date(2026, 9, 3), date(2026, 9, 10)), (False, date(2026, 9, 8))],
        )
        ours = [("id", "in", both.ids)]
        self.assertEqual(Partner.search(ours, order="follow_up_due_date"), both[1] + both[0])
        for domain, found in (
            ([("follow_up_due_date", "<=", "2026-09-08")], both[1]),
            ([("follow_up_last_date", "=", False), ("follow_up_due_date", "!=", False)], both[1]),
            ([("follow_up_last_date", ">=", "2026-09-01")], both[0]),
            ([("follow_up_due_date", "=", "2026-09-10")], both[0]),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(Partner.search(ours + domain), found)
        groups = Partner._read_group(ours, ["follow_up_due_date:day"], ["__count"])
        self.assertEqual(groups, [(date(2026, 9, 8), 1), (date(2026, 9, 10), 1)])
        for name in ("follow_up_due_date", "follow_up_last_date"):
            with self.assertRaises(AccessError):
                self.env["res.partner"].with_user(self.users["portal"]).search([(name, "=", False)])

    def _check_dates_are_found(self, *dates):
        """Say the dates that both customers show; filters and the order find exactly them."""
        both = (self.customer | self.other).with_user(self.seller)
        both.invalidate_recordset()
        names = ("follow_up_last_date", "follow_up_due_date")
        self.assertEqual([tuple(one[name] for name in names) for one in both], list(dates))
        compare = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}
        days = sorted({day for shown in dates for day in shown if day})
        days = [*days, *(day + timedelta(days=1) for day in days)]
        for name, operator, day in product(names, compare, days):
            found = both.search([("id", "in", both.ids), (name, operator, day)])
            fitting = both.filtered(
                lambda o, n=name, f=compare[operator], d=day: o[n] and f(o[n], d)
            )
            self.assertEqual(found, fitting, (name, operator, day))
        for name in names:
            found = both.search([("id", "in", both.ids), (name, "!=", False)], order=f"{name}, id")
            self.assertEqual(
                found, both.filtered(name).sorted(lambda one, n=name: (one[n], one.id))
            )

    def test_of_several_cadences_the_latest_contact_and_the_first_due_are_shown_and_found(self):
        weekly = self._ask(contact="call", gap=1, gap_unit="weeks")
        self._ask(contact="visit", gap=1, gap_unit="months")
        reminder = self._ask(contact="message", gap=3, gap_unit="days", optional=True)
        self._activate(self.policy)
        self._at(date(2026, 9, 3))
        self._contact("call")
        self._at(date(2026, 9, 4))
        self._contact("visit", self.other)
        third, fourth, eighth, tenth = (date(2026, 9, day) for day in (3, 4, 8, 10))
        self._check_dates_are_found((third, tenth), (fourth, eighth))
        engine = self.env["customer.grading.follow.up.engine"]
        reminder.optional = False
        self._check_dates_are_found((third, fourth), (fourth, fourth))
        (weekly | reminder).unlink()
        self._check_dates_are_found((False, date(2026, 10, 1)), (fourth, date(2026, 10, 4)))
        # Another dimension has its say, but one of another company has none.
        other = self._create_policy({}, [("A", ())], dimension=self._create_dimension("risk"))
        self._ask(other.rule_ids.grade_id, contact="call", gap=2, gap_unit="days")
        self._activate(other)
        self._check_dates_are_found((third, date(2026, 9, 5)), (fourth, date(2026, 9, 6)))
        elsewhere = self._create_company_with_chart("Elsewhere")
        self.env["customer.grading.result"].create(
            {
                "dimension_id": self.dimension.id,
                "company_id": elsewhere.id,
                "partner_id": self.customer.id,
                "grade_id": self.first.id,
                "date_since": date(2026, 8, 1),
            }
        )
        engine._renew(self.dimension, elsewhere)
        self.assertEqual(len(self._get()), 3)
        self._check_dates_are_found((third, date(2026, 9, 5)), (fourth, date(2026, 9, 6)))
        self.dimension.grade_ids.cadence_ids.unlink()
        other.rule_ids.grade_id.cadence_ids.unlink()
        self._check_dates_are_found((False, False), (False, False))

    def test_the_list_of_today_is_of_the_one_who_does_it(self):
        leader = self.users["officer"]
        team = self.env["crm.team"].create({"name": "North", "user_id": leader.id})
        self.seller.sale_team_id = team
        self._ask(gap=1, gap_unit="days")
        self._ask(gap=2, gap_unit="days", who="team_leader")
        self._ask(gap=3, gap_unit="days", who="officer", user_id=self.users["accountant"].id)
        self._activate(self.policy)
        FollowUp = self.env["customer.grading.follow.up"]
        for user, day in ((self.seller, 2), (leader, 3), (self.users["accountant"], 4)):
            mine = Domain("responsible_id", "=", user.id) & Domain(
                "partner_id", "=", self.customer.id
            )
            with self.subTest(user=user.login):
                self.assertEqual(FollowUp.search(mine).mapped("date_due"), [date(2026, 9, day)])
                self.assertEqual(FollowUp.search(mine).responsible_id, user)
        ours = [("partner_id", "in", (self.customer | self.other).ids)]
        groups = dict(FollowUp._read_group(ours, ["responsible_id"], ["__count"]))
        self.assertEqual(groups[self.seller], 2)
        self.assertEqual(groups.get(self.env["res.users"], 0), 0)
        team.user_id = False
        nobody = Domain("responsible_id", "=", False) & Domain(ours)
        self.assertEqual(set(FollowUp.search(nobody).mapped("cadence_id.who")), {"team_leader"})
        self.assertEqual(
            dict(FollowUp._read_group(ours, ["responsible_id"], ["__count"]))[
                self.env["res.users"]
            ],
            2,
        )
        team.user_id = leader
        mine = FollowUp.with_user(self.users["accountant"])
        self.assertTrue(mine.search([("responsible_id", "=", self.users["accountant"].id)]))
        self.assertIn("every 3 days", FollowUp.search(ours)[-1].cadence_id.display_name)
        by_name = FollowUp.search(ours, order="responsible_id, id")
        self.assertEqual(
            [one.responsible_id for one in by_name[::2]],
            [self.users["accountant"], leader, self.seller],
        )

    def test_a_salesperson_logs_and_plans_from_the_list(self):
        self._ask(contact="visit", gap=1, gap_unit="days", about="Its trade")
        self.env["ir.config_parameter"].set_param(
            "customer_grading_follow_up.activities_a_day", False
        )
        self._activate(self.policy)
        self._at(date(2026, 9, 3))
        mine = self._get().with_user(self.seller)
        self.assertEqual(mine.why_now, "Visit every day: Its trade; never yet")
        plan = mine.action_plan()["context"]
        self.assertEqual(
            (plan["default_summary"], plan["default_date_deadline"]), ("Its trade", "2026-09-03")
        )
        self.assertEqual(plan["active_model"], "res.partner", "and not what the button is on")
        dialog = self.env["mail.activity.schedule"].with_user(self.seller).with_context(**plan)
        Form(dialog).save().action_schedule_activities()
        self.assertIn("Its trade", self.customer.activity_ids.mapped("summary"))
        mine.action_log()
        self.assertEqual(mine.date_due, date(2026, 9, 4))
        self.assertEqual(mine.phone, "555-1")

    def test_why_this_grade_tells_what_the_grade_gets(self):
        self._ask(contact="call", gap=2, gap_unit="weeks")
        self._activate(self.policy)
        [view] = [
            view
            for view in self.customer.get_grading_explanation()
            if view["title"] == self.dimension.name
        ]
        [block] = [block for block in view["blocks"] if block["title"] == "Contact"]
        texts = [cell["text"] for cell in block["rows"][0]["cells"]]
        self.assertEqual(texts, ["Call every 2 weeks", "never", "09/15/2026"])

    def test_what_is_overdue_is_so_where_the_company_is(self):
        east = self._create_company_with_chart("East")
        east.customer_grading_tz = "Asia/Shanghai"
        self.company.customer_grading_tz = "America/Los_Angeles"
        customer = self._create_customers(1, company_id=east.id)
        self._create_order(customer, self.start, 1000, company=east)
        self.env.user.company_ids = [Command.link(east.id)]
        self._ask(gap=1, gap_unit="days")
        self.policy.company_id = False
        self._activate(self.policy)
        both = self.env["customer.grading.follow.up"].with_context(
            allowed_company_ids=[self.company.id, east.id]
        )
        rows = both.search([("partner_id", "in", (self.customer | customer).ids)])
        self.assertEqual(rows.company_id, self.company | east)
        rows.date_due = date(2026, 9, 2)
        # Still the 2nd in Los Angeles, the 3rd in Shanghai.
        self._at(datetime(2026, 9, 2, 20))
        for one in both.browse(rows.ids):
            expected = "overdue" if one.company_id == east else "today"
            self.assertEqual(one.state, expected)
            self.assertIn(one, both.search([("state", "=", expected)]))

    def test_a_cadence_may_be_that_of_the_grades_below_too(self):
        self._ask(gap=1, gap_unit="weeks", contact="call", also_lower=True)
        self._ask(gap=1, gap_unit="months", contact="visit")
        small = self._create_customers(1)
        self._create_order(small, self.start, 10)
        self._activate(self.policy)
        self.assertEqual(self._get_due(small), [date(2026, 9, 8)])
        self.assertEqual(self._get(small).grade_id, self.second)
        self.assertEqual(len(self._get()), 2)
        low = self._ask(self.second, gap=2, gap_unit="days", contact="any", also_lower=True)
        self._go(date(2026, 9, 2))
        self.assertEqual(self._get_due(small), [date(2026, 9, 3), date(2026, 9, 8)])
        self.assertNotIn(low, self._get().cadence_id, "nobody above")

    def test_the_best_time_is_told_with_what_is_due(self):
        cadence = self._ask(gap=1, gap_unit="weeks", part_of_day="morning", contact="call")
        self.assertEqual(cadence.reads_as, "Call every week, in the morning")
        self._activate(self.policy)
        self.assertIn("in the morning", self._get().why_now)

    def test_a_cadence_by_which_nobody_is_ever_due_says_so(self):
        steps = [Command.create({"count": 1, "unit": "weeks"})]
        cadence = self._ask(rhythm="calendar", anchor="delivery_of_tomorrow", step_ids=steps)
        self.assertIn("delivery_of_tomorrow", cadence.warning)
        cadence.anchor = "first_order"
        self.assertFalse(cadence.warning)
        self.assertIn("no_such_day", self._ask(rhythm="yearly", yearly_on="no_such_day").warning)
        self.assertIn("points", self._ask(rhythm="calendar", anchor="first_order").warning)

    def test_each_company_sees_its_own_and_others_see_nothing_confidential(self):
        self._ask(gap=1, gap_unit="days")
        self.dimension.copy()
        hidden = self._create_dimension("risk")
        secret = self._create_policy({}, [("A", ())], dimension=hidden)
        self._ask(secret.rule_ids.grade_id, gap=2, gap_unit="days")
        hidden.group_ids = self.env.ref("account.group_account_manager")
        self._activate(self.policy)
        self._activate(secret)
        mine = self.env["customer.grading.follow.up"].with_user(self.seller)
        self.assertEqual(mine.search([("partner_id", "=", self.customer.id)]).grade_id, self.first)
        self.assertEqual(self.customer.with_user(self.seller).follow_up_due_date, date(2026, 9, 2))
        other = self._create_company_with_chart("Elsewhere")
        self.seller.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(mine.with_company(other).search([("partner_id", "=", self.customer.id)]))

    def test_what_is_no_longer_asked_goes(self):
        weekly = self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self._ask(gap=1, gap_unit="months")
        self.env["customer.grading.follow.up.engine"]._cron_renew()
        self.assertEqual(len(self._get()), 2)
        weekly.unlink()
        self.assertEqual(self._get_due(), [date(2026, 10, 1)])
        self.customer.active = False
        self._go(date(2026, 9, 2))
        self.assertFalse(self._get())

    def test_a_journal_lists_exactly_whom_nobody_handled(self):
        for vals, journal in (
            ({"gap": 1, "gap_unit": "days"}, "1_daily"),
            ({"gap": 1, "gap_unit": "weeks"}, "2_weekly"),
            ({"rhythm": "count", "times": 2, "per": "week"}, "2_weekly"),
            ({"gap": 15, "gap_unit": "days"}, "3_half_monthly"),
            ({"gap": 30, "gap_unit": "days"}, "4_monthly"),
            ({"rhythm": "count", "times": 4, "per": "year"}, "5_rarer"),
            ({"rhythm": "yearly", "yearly_on": "christmas"}, "6_occasion"),
        ):
            with self.subTest(vals=vals):
                self.assertEqual(self._ask(**vals).journal, journal)
        self._activate(self.policy)
        self._at(date(2026, 9, 2))
        self._contact()
        due = Domain("journal", "=", "1_daily") & Domain("state", "in", ["overdue", "today"])
        ours = Domain("partner_id", "in", (self.customer | self.other).ids)
        FollowUp = self.env["customer.grading.follow.up"]
        self.assertEqual(FollowUp.search(due & ours).partner_id, self.other)
        groups = FollowUp._read_group(ours, ["journal"], ["__count"])
        self.assertEqual(dict(groups)["2_weekly"], 4)

    def test_a_message_is_written_and_not_only_noted(self):
        self._ask(contact="message", gap=1, gap_unit="days")
        self._activate(self.policy)
        action = self._get().with_user(self.seller).action_log()
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertEqual(action["context"]["default_res_ids"], self.customer.ids)

    def test_a_question_about_opportunities_tells_no_day_of_customers(self):
        question = self.env["customer.grading.question"].create(
            {"name": "Ends", "code": "ends", "kind": "date", "subject": "lead"}
        )
        lead = self._create_lead(self.customer, self.start)
        self._answer(question, lead, date(2026, 10, 1), day=self.start)
        self._ask(rhythm="yearly", yearly_on="ends")
        self._activate(self.policy)
        everybody = self.env["customer.grading.follow.up"].search([])
        self.assertFalse(any(everybody.mapped("date_due")))

    def test_a_point_that_is_deleted_is_no_longer_waited_for(self):
        cadence = self._ask(
            rhythm="calendar",
            anchor="first_order",
            step_ids=[
                Command.create({"count": 3, "unit": "days", "about": "Thanks"}),
                Command.create({"count": 1, "unit": "weeks"}),
            ],
        )
        self._activate(self.policy)
        cadence.step_ids[0].unlink()
        self.assertNotIn("Thanks", self._get().why_now)
        self.env["customer.grading.follow.up.engine"]._cron_renew()
        self.assertEqual(self._get_due(), [date(2026, 9, 8)])

    def test_grades_that_somebody_applies_or_takes_back_are_followed_at_once(self):
        self._ask(self.second, gap=1, gap_unit="weeks")
        self.policy.stop_percent = 1
        self._activate(self.policy)
        self.assertFalse(self._get())
        orders = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self._create_order(self.customer, self.start, 10)
        orders.with_context(disable_cancel_warning=True)._action_cancel()
        run = self._run(self.policy)
        self.assertEqual(run.state, "stopped")
        run.action_apply()
        self.assertEqual(self._get().grade_id, self.second)

    def test_nobody_is_followed_in_a_dimension_that_is_archived(self):
        self._ask(gap=1, gap_unit="days")
        self._activate(self.policy)
        self.policy.action_close()
        self.dimension.active = False
        self._at(date(2026, 9, 2))
        self.env["customer.grading.run"]._after_queue()
        self.assertFalse(self._get())

    def test_a_date_that_is_for_some_tells_nobody_a_day(self):
        intention = self._create_dimension("intent", subject="lead")
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        closing = date(2026, 12, 1)
        lead = self._create_lead(self.customer, self.start, date_deadline=closing)
        self._ask(policy.rule_ids.grade_id, rhythm="yearly", yearly_on="date_deadline")
        field = self.env["crm.lead"]._fields["date_deadline"]
        with patch.object(field, "groups", "base.group_system"):
            self._activate(policy)
            self.assertEqual(self._get_due(lead), [False])
        self._run(policy)
        self.assertEqual(self._get_due(lead), [closing])

    def test_merged_customers_are_one(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self._at(date(2026, 9, 4))
        self._contact(record=self.other)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer)
        self.env["customer.grading.follow.up.engine"]._renew_of(self.customer)
        self.assertEqual(self._get_due(), [date(2026, 9, 11)])
        self.assertEqual(self.customer.follow_up_due_date, date(2026, 9, 11))
        told = self.env["customer.grading.attainment"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(told.mapped("outcome"), ["in_time"])
        self.assertFalse(
            self.env["customer.grading.attainment"].search([("partner_id", "=", self.other.id)])
        )

    def test_several_that_are_merged_into_one_that_had_no_grade_are_one(self):
        third = self._create_customers(1)
        self._ask(contact="call", gap=1, gap_unit="weeks")
        self._ask(self.second, contact="visit", gap=1, gap_unit="months")
        self._activate(self.policy)
        self._at(date(2026, 9, 2))
        self._get_results(self.other)[self.other]._set_by_hand(self.second, "A friend")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other | third).ids, third)
        self.assertEqual(len(self._get(third)), 1)
        self.assertEqual(third.follow_up_due_date, self._get(third).date_due)

    def test_nothing_new_is_not_written(self):
        self._ask(gap=1, gap_unit="weeks")
        self._ask(rhythm="count", times=12, per="year")
        self._activate(self.policy)
        engine = self.env["customer.grading.follow.up.engine"]
        self.assertEqual(engine._renew(self.dimension, self.company), 0)
        self._at(date(2026, 9, 2))
        self._contact()
        self.assertEqual(engine._renew(self.dimension, self.company), 0)

    def test_a_cadence_that_says_nothing_is_refused(self):
        for vals, text in (
            ({"gap": 0}, "from 1 to 520"),
            ({"rhythm": "count", "times": 0}, "how often"),
            ({"rhythm": "calendar"}, "choose the event"),
            ({"rhythm": "yearly"}, "choose the day"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, text):
                self._ask(**vals)
        grade = self._create_dimension("groups", subject="group", group_path="state_id").grade_ids[
            0
        ]
        with self.assertRaisesRegex(ValidationError, "only customers and opportunities"):
            self._ask(grade)

    def test_people_write_cadences_on_a_grade(self):
        with Form(self.first) as form:
            with form.cadence_ids.new() as line:
                line.contact = "visit"
                line.gap, line.gap_unit = 2, "weeks"
                self.assertEqual(line.reads_as, "Visit every 2 weeks")
            with form.cadence_ids.new() as line:
                line.rhythm, line.anchor_choice = "calendar", "first_delivery"
                with line.step_ids.new() as step:
                    step.count, step.unit = 3, "days"
        self.assertEqual(
            self.first.cadence_ids.mapped("reads_as"),
            ["Visit every 2 weeks", "Any contact 3 days after: First delivery"],
        )

    def test_they_come_with_policy_files_and_go_back_into_them(self):
        content = self.policy._export_policy()
        content["dimension"] |= {"code": "care", "name": "Care"}
        grades = content["dimension"]["grades"]
        grades[0]["follow_up"] = [
            {"contact": "visit", "every": {"weeks": 2}, "about": "Its trade"},
            {"times": 2, "per": "week", "who": "team_leader"},
            {"after": [{"days": 3}, {"months": 36}], "anchor": "first_delivery"},
            {"yearly_on": "spring_festival", "optional": True, "working_days": True},
        ]
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "care.json")
        cadences = draft.rule_ids.grade_id.sorted()[0].cadence_ids
        self.assertEqual(cadences.mapped("rhythm"), ["gap", "count", "calendar", "yearly"])
        self.assertEqual(cadences[0].reads_as, "Visit every 2 weeks: Its trade")
        self.assertEqual(cadences[2].step_ids.mapped("count"), [3, 36])
        cadences.unlink()
        post_init_hook(self.env)  # as where it is installed after the policy was loaded
        cadences = draft.rule_ids.grade_id.sorted()[0].cadence_ids
        self.assertEqual(cadences.mapped("rhythm"), ["gap", "count", "calendar", "yearly"])
        back = draft._export_policy()
        self.assertEqual(back["dimension"]["grades"], grades)
        draft.file_form = False
        self.assertEqual(draft._export_policy()["dimension"]["grades"], grades)


@tagged("post_install", "-at_install")
class TestAttainment(FollowUpCase):
    """What became of what was due: in time, late, overdue, missed; and who wrote it down later."""

    def _get_told(self, record=None):
        told = self.env["customer.grading.attainment"].search(
            [("partner_id", "=", (record or self.customer).id)], order="date_due, id"
        )
        return [
            (one.date_due.day, one.outcome, one.date_done and one.date_done.day) for one in told
        ]

    def test_each_contact_is_in_time_or_late_and_what_is_not_done_is_overdue(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self._at(date(2026, 9, 7))
        self._contact()
        self._go(date(2026, 9, 16))
        self.assertEqual(self._get_told(), [(7 + 1, "in_time", 7), (14, "overdue", False)])
        self._at(date(2026, 9, 17))
        self._contact("visit")
        self._go(date(2026, 9, 18))
        self.assertEqual(self._get_told(), [(8, "in_time", 7), (14, "late", 17)])
        self.assertEqual(self._get_told(self.other), [(8, "overdue", False)])
        told = self.env["customer.grading.attainment"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((told.user_id, told.grade_id), (self.seller, self.first))

    def test_what_a_period_or_a_point_passed_over_is_missed(self):
        self._ask(rhythm="count", times=1, per="week")
        self._ask(
            rhythm="calendar",
            anchor="first_order",
            step_ids=[
                Command.create({"count": 3, "unit": "days"}),
                Command.create({"count": 1, "unit": "weeks"}),
            ],
        )
        self._activate(self.policy)
        self._go(date(2026, 9, 5))
        self.assertEqual(self._get_told(), [(4, "overdue", False)])
        self._go(date(2026, 9, 8))
        self.assertEqual(self._get_told(), [(4, "missed", False), (6, "missed", False)])

    def test_contact_that_meets_nothing_is_no_attainment(self):
        self._ask(rhythm="yearly", yearly_on="spring_festival")
        cadence = self._ask(contact="visit", gap=1, gap_unit="months")
        self._activate(self.policy)
        self._at(date(2026, 9, 5))
        self._contact("call")
        self._go(date(2026, 9, 6))
        self.assertFalse(self._get_told())
        cadence.contact = "any"  # which moves the day, and met nothing
        self.env["customer.grading.follow.up.engine"]._cron_renew()
        self.assertIn(date(2026, 10, 5), self._get_due())
        self.assertFalse(self._get_told())

    def test_a_grade_that_is_lost_leaves_what_was_overdue_as_missed(self):
        self._ask(gap=1, gap_unit="days")
        self._activate(self.policy)
        self._at(date(2026, 9, 5))
        self._get_results(self.customer)[self.customer]._exclude("Our own branch")
        self.assertEqual(self._get_told(), [(2, "missed", False)])

    def test_a_visit_that_was_written_down_later_counts_and_is_marked(self):
        self._ask(contact="visit", gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self._at(date(2026, 9, 11))
        start = datetime.combine(date(2026, 9, 7), time(9))
        self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": self.seller.id,
                "partner_ids": [Command.set(self.customer.ids)],
            }
        )
        # As the database notes it: the transaction began before the clock was set.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE calendar_event SET create_date = %s WHERE start = %s",
            [at(date(2026, 9, 11)), start],
        )
        self._go(date(2026, 9, 11))
        self.assertEqual(self._get_told(), [(8, "in_time", 7)])
        told = self.env["customer.grading.attainment"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertTrue(told.is_filled)
        self.assertTrue(self._get().is_filled)


@tagged("post_install", "-at_install")
class TestActivities(FollowUpCase):
    """What falls due within a week becomes an activity of who does it."""

    def _get_activities(self, *records):
        records = records or (self.customer, self.other)
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", [r.id for r in records])],
            order="date_deadline, res_id, id",
        )

    def _set_most(self, count):
        self.env["ir.config_parameter"].set_param(
            "customer_grading_follow_up.activities_a_day", count
        )

    def test_one_is_made_a_customer_and_cadence_in_time_and_without_e_mail(self):
        self._ask(contact="visit", gap=2, gap_unit="weeks", about="Its trade")
        self._activate(self.policy)
        self.assertFalse(self._get_activities())
        mails = self.env["mail.mail"].search_count([])
        self._go(date(2026, 9, 8))
        self._go(date(2026, 9, 9))
        activities = self._get_activities()
        self.assertEqual(
            [(a.res_id, a.user_id, a.summary, a.date_deadline) for a in activities],
            [
                (customer.id, self.seller, "Its trade", date(2026, 9, 15))
                for customer in (self.customer, self.other)
            ],
        )
        self.assertEqual(set(activities.activity_type_id.mapped("category")), {"meeting"})
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_done_it_moves_the_next_one_and_other_contact_takes_it_back(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self._go(date(2026, 9, 7))
        self._get_activities(self.customer).action_feedback()
        self.assertEqual(self._get_due(), [date(2026, 9, 14)])
        self.assertFalse(self._get_activities(self.customer))
        self._at(date(2026, 9, 9))
        self._contact(record=self.other)
        self.assertEqual(self._get_due(self.other), [date(2026, 9, 16)])
        self.assertFalse(self._get_activities(self.other), "it was done otherwise")
        self._go(date(2026, 9, 10))
        self.assertEqual(self._get_activities(self.customer).date_deadline, date(2026, 9, 14))
        self.assertEqual(self._get_activities(self.other).date_deadline, date(2026, 9, 16))

    def test_what_somebody_planned_by_hand_is_not_planned_twice(self):
        self._ask(gap=1, gap_unit="weeks")
        self.customer.activity_schedule(KINDS["visit"], user_id=self.seller.id)
        self._activate(self.policy)
        self.assertEqual(len(self._get_activities(self.customer)), 1)
        self.assertEqual(len(self._get_activities(self.other)), 1)
        planned = self._get(self.other).with_user(self.seller).action_plan()
        self.assertEqual(planned["res_id"], self._get_activities(self.other).id)

    def test_what_somebody_deletes_stays_deleted_until_the_next_is_due(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self._get_activities(self.customer).unlink()
        self._go(date(2026, 9, 9))
        self.assertFalse(self._get_activities(self.customer))
        self.assertEqual(self._get().state, "overdue", "it is due all the same")
        self._contact()
        self._go(date(2026, 9, 10))
        self.assertEqual(self._get_activities(self.customer).date_deadline, date(2026, 9, 16))

    def test_who_has_nobody_is_planned_again_once_somebody_is_there(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self.customer.user_id = False
        self._go(date(2026, 9, 2))
        self.assertFalse(self._get_activities(self.customer))
        self.customer.user_id = self.seller
        self._go(date(2026, 9, 3))
        self.assertEqual(self._get_activities(self.customer).date_deadline, date(2026, 9, 8))

    def test_many_that_go_take_no_more_queries_than_few(self):
        self._ask(gap=1, gap_unit="weeks")
        customers = self._create_customers(24, user_id=self.seller.id)
        for customer in customers:
            self._create_order(customer, self.start, 1000)
        self._activate(self.policy)
        self.assertEqual(len(self._get_activities(*customers)), 24)
        planner, counts = self.env["customer.grading.follow.up.planner"], []
        for some in (customers[:4], customers[4:]):
            some.user_id = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            planner._put_right(self.dimension, self.company)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertFalse(self._get_activities(*customers))
        self.assertLessEqual(counts[1], counts[0])

    def test_what_goes_while_it_puts_activities_right_stops_nothing(self):
        self._ask(gap=1, gap_unit="weeks")
        customers = self._create_customers(2, user_id=self.seller.id)
        for customer in customers:
            self._create_order(customer, self.start, 1000)
        self._activate(self.policy)
        customers.user_id = False
        planner = self.env["customer.grading.follow.up.planner"]
        left = self._get(customers[0]) | self._get(customers[1])

        def commit(cron):
            """Let somebody delete what comes next, as its customer is deleted."""
            left.exists().filtered("activity_id")[:1].unlink()
            cron.env.invalidate_all()

        module = "odoo.addons.customer_grading_follow_up.models.customer_grading_follow_up_planner"
        with (
            patch(f"{module}.BATCH", 1),
            patch.object(self.registry["ir.cron"], "_commit_progress", commit),
        ):
            planner._put_right(self.dimension, self.company, commit=True)
        self.assertEqual(len(left.exists()), 1)
        self.assertFalse(left.exists().activity_id)

    def test_people_are_reminded_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.seller.lang = "zh_CN"
        self._ask(contact="visit", gap=3, gap_unit="days")
        self._activate(self.policy)
        self.assertEqual(set(self._get_activities().mapped("summary")), {"每 3 天拜访"})

    def test_without_types_of_activities_people_are_graded_all_the_same(self):
        self.env["mail.activity.type"].search(
            [("category", "in", ("phonecall", "meeting"))]
        ).active = False
        self._ask(gap=1, gap_unit="weeks")
        self.assertEqual(self._activate(self.policy).state, "done")
        self.assertTrue(self._get())
        self.assertFalse(self._get_activities())

    def test_it_follows_the_salesperson_and_goes_with_the_grade(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        self.assertEqual(self._get_activities().user_id, self.seller)
        self.customer.user_id = self.users["officer"]
        self.other.user_id = False
        self._go(date(2026, 9, 2))
        self.assertEqual(self._get_activities().user_id, self.users["officer"])
        self.assertEqual(len(self._get_activities()), 1, "nobody's is nobody's")
        self._get_results(self.customer)[self.customer]._exclude("Our own branch")
        self.assertFalse(self._get_activities())

    def test_so_many_a_person_and_day_those_of_the_best_grade_first(self):
        self._ask(gap=1, gap_unit="days")
        self._ask(self.second, gap=1, gap_unit="days")
        many = self._create_customers(5, user_id=self.seller.id)
        for customer in many:
            self._create_order(customer, self.start, 10)
        self._set_most(2)
        self._activate(self.policy)
        activities = self._get_activities(self.customer, self.other, *many)
        # The 2nd is a Wednesday: what has no room on it, nor the day before, comes after it.
        self.assertEqual(
            [activity.date_deadline.day for activity in activities], [1, 1, 2, 2, 3, 3, 4]
        )
        best = activities.filtered(lambda a: a.res_id in (self.customer | self.other).ids)
        self.assertEqual(set(best.mapped("date_deadline")), {date(2026, 9, 2)})
        self._set_most(0)
        activities.unlink()
        self._go(date(2026, 9, 2))
        self.assertFalse(self._get_activities(self.customer, self.other, *many))

    def test_what_is_optional_reminds_nobody(self):
        self._ask(gap=1, gap_unit="days", optional=True)
        self._activate(self.policy)
        self.assertTrue(self._get())
        self.assertFalse(self._get_activities())


DAYS = st.dates(date(2026, 3, 1), date(2027, 2, 28))
CONTACTS = st.lists(st.tuples(DAYS, st.sampled_from(["call", "visit", "message"])), max_size=12)
SPANS = st.tuples(st.integers(1, 40), st.sampled_from(["days", "weeks", "months"]))
CADENCES = st.one_of(
    st.fixed_dictionaries({"every": SPANS}),
    st.fixed_dictionaries(
        {
            "times": st.integers(1, 30),
            "per": st.sampled_from(["week", "month", "quarter", "year"]),
        }
    ),
    st.fixed_dictionaries(
        {"after": st.lists(SPANS, min_size=1, max_size=4, unique=True), "anchor": DAYS}
    ),
    st.fixed_dictionaries({"yearly": st.dates(date(1970, 1, 1), date(2005, 12, 31))}),
)


@tagged("post_install", "-at_install")
class TestCadenceOracle(FollowUpCase):
    """Whatever the cadence, the contacts and the days: the database says what the words say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day_question = cls.env["customer.grading.question"].create(
            {"name": "A day", "code": "a_day", "kind": "date", "validity_months": 0}
        )
        cls._at(date(2026, 3, 1))
        cls._activate(cls.policy)
        cls.results = cls.env["customer.grading.result"].search(
            [("dimension_id", "=", cls.dimension.id), ("partner_id", "=", cls.customer.id)]
        )

    def _create_cadence(self, said):
        vals = {"contact": said["contact"], "working_days": said["working_days"]}
        if "every" in said:
            vals |= {"rhythm": "gap", "gap": said["every"][0], "gap_unit": said["every"][1]}
        elif "times" in said:
            vals |= {"rhythm": "count", "times": said["times"], "per": said["per"]}
        elif "after" in said:
            steps = [Command.create({"count": n, "unit": unit}) for n, unit in said["after"]]
            vals |= {"rhythm": "calendar", "anchor": "a_day", "step_ids": steps}
            self._answer(self.day_question, self.customer, said["anchor"], day=date(2026, 3, 1))
        else:
            vals |= {"rhythm": "yearly", "yearly_on": "a_day"}
            self._answer(self.day_question, self.customer, said["yearly"], day=date(2026, 3, 1))
        return self._ask(self.results.grade_id, **vals)

    @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        said=CADENCES,
        contact=st.sampled_from(["any", "call", "visit", "message"]),
        working=st.booleans(),
        contacts=CONTACTS,
        since=DAYS,
        later=st.integers(0, 200),
    )
    def test_a_plain_calendar_says_the_same(self, said, contact, working, contacts, since, later):
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            cadence = {**said, "contact": contact, "working_days": working}
            today = since + timedelta(days=later)
            self._at(today)
            self.results.date_since = since
            self._create_cadence(cadence)
            for day, kind in contacts:
                self._note_contact(day, kind)
            self.env["customer.grading.follow.up.engine"]._renew(self.dimension, self.company)
            due = oracle.get_due(cadence, contacts, since, today, lambda day: day.isoweekday() <= 5)
            self.assertEqual(self._get().date_due or None, due)
        finally:
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
