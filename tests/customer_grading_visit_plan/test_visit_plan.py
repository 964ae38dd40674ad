"""A month of visits: made of what grades ask for, moved, confirmed, done, and counted."""

import doctest
from datetime import date

from psycopg2 import IntegrityError

from odoo.addons.customer_grading_visit_plan.tools import matching, spreading, weeks
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, Form, tagged
from odoo.tools import mute_logger

from ..common import at
from .common import START, VisitCase


def day(number):
    """Return a day of November 2026, whose first is a Sunday."""
    return date(2026, 11, number)


@tagged("post_install", "-at_install")
class TestExamples(BaseCase):
    def test_the_examples_in_docstrings_are_true(self):
        for module in (weeks, spreading, matching):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)


@tagged("post_install", "-at_install")
class TestMaking(VisitCase):
    def test_every_contact_that_the_grades_ask_for_within_the_month_is_planned(self):
        self._ask(gap=1, gap_unit="weeks")
        self._ask(self.second, gap=2, gap_unit="weeks", contact="call")
        self._ask(self.second, gap=1, gap_unit="days", contact="message")
        self._ask(self.second, gap=1, gap_unit="days", optional=True)
        self._activate(self.policy)
        plan = self._plan()
        self.assertEqual(self._get_days(plan, self.big), [9, 16, 23, 30])
        self.assertEqual(self._get_days(plan, self.small), [16, 30])
        visit = plan.visit_ids.sorted()[0]
        self.assertEqual(
            (visit.grade_id, visit.kind, visit.user_id), (self.first, "visit", self.seller)
        )
        self.assertEqual((visit.state, visit.week), ("planned", "2026-W46 (11-09 – 11-15)"))
        self.assertEqual(visit.why, "Visit every week")
        self.assertEqual(plan.display_name, f"{self.seller.name}, November 2026")

    def test_contacts_so_often_in_a_period_and_points_of_a_calendar_are_planned_too(self):
        self._ask(rhythm="count", times=3, per="month")
        self._ask(
            self.second,
            rhythm="calendar",
            anchor="first_order",
            step_ids=[
                Command.create({"count": 3, "unit": "days"}),
                Command.create({"count": 2, "unit": "weeks"}),
                Command.create({"count": 1, "unit": "months"}),
            ],
        )
        self._activate(self.policy)
        plan = self._plan()
        # From the 2nd on the rest of the month is shared out: 10th or 11th, 20th, 30th.
        self.assertEqual(self._get_days(plan, self.big), [11, 20, 30])
        self.assertEqual(self._get_days(plan, self.small), [5, 16])
        following = self._plan(month=date(2026, 12, 1))
        self.assertEqual(self._get_days(following, self.big), [11, 21, 31])
        self.assertEqual(self._get_days(following, self.small), [2])

    def test_the_most_important_grade_and_the_longest_overdue_come_first_so_many_a_day(self):
        self._ask(gap=3, gap_unit="days", working_days=True)
        self._ask(self.second, gap=2, gap_unit="months")
        self._activate(self.policy)
        results = self._get_results(self.slow | self.small)
        results[self.slow].date_since = date(2026, 8, 3)
        results[self.small].date_since = date(2026, 8, 5)
        self.env["customer.grading.follow.up.engine"]._renew_all()
        self.env["ir.config_parameter"].set_param("customer_grading_visit_plan.visits_a_day", 1)
        plan = self._plan()
        self.assertEqual(self._get_days(plan, self.slow), [2], "the longest overdue")
        self.assertEqual(self._get_days(plan, self.small), [3])
        self.assertEqual(self._get_days(plan, self.big), [5, 10, 13, 18, 23, 26])
        self.company.resource_calendar_id.attendance_ids.filtered(
            lambda one: one.dayofweek == "3"
        ).unlink()
        other = self._plan(self.leader, make=False)
        self.big.user_id = self.leader
        other._make()
        self.assertNotIn(5, self._get_days(other), "nobody works on Thursdays any more")

    def test_what_finds_no_room_is_told(self):
        self._ask(gap=1, gap_unit="days")
        self.env["ir.config_parameter"].set_param("customer_grading_visit_plan.visits_a_day", 1)
        self._activate(self.policy)
        plan = self._plan(make=False)
        text = plan.with_user(self.seller).action_make()["params"]["message"]
        self.assertIn("21 visits were added. 7 found no room", text)
        self._at(date(2026, 12, 1))
        with self.assertRaisesRegex(UserError, "November 2026 is over"):
            plan.action_make()

    def test_made_again_it_adds_what_is_missing_and_leaves_what_somebody_moved_or_removed(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        plan = self._plan()
        moved, removed, cancelled, _last = plan.visit_ids.sorted()
        moved.date_planned = day(6)
        removed.unlink()
        cancelled.is_cancelled = True
        self.assertEqual(plan._make(), (0, 0))
        self.assertEqual(self._get_days(plan), [6, 23, 30])
        self.small.user_id = False
        self._create_order(self.small, START, 1000)
        self._run(self.policy)
        self.small.user_id = self.seller
        self.assertEqual(plan._make(), (4, 0))
        self.assertEqual(self._get_days(plan, self.small), [9, 16, 23, 30])
        self._at(day(6))
        self._contact(self.big)
        self.assertEqual(plan._make(), (0, 0), "the 13th, 20th and 27th are those that there are")

    def test_a_week_of_two_months_is_planned_once(self):
        self._ask(gap=4, gap_unit="weeks")
        self._activate(self.policy)
        november = self._plan()
        self.assertEqual(self._get_days(november), [30])
        self._at(date(2026, 12, 1))
        self._run(self.policy)
        december = self._plan(month=date(2026, 12, 1))
        self.assertEqual(self._get_days(december), [29], "that of the 30th is still to come")

    def test_who_makes_the_plan_of_another_need_not_see_all_of_it(self):
        intention = self._create_dimension("intent", subject="lead")
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        self._create_lead(self.big, START, user_id=self.seller.id)
        self._ask(policy.rule_ids.grade_id, gap=2, gap_unit="weeks")
        self._activate(policy)
        plan = self._plan(make=False)
        plan.with_user(self.leader).action_make()
        self.assertEqual(len(plan.visit_ids.lead_id), 1)
        self.assertTrue(plan.with_user(self.leader).planned_count)

    def test_a_person_without_grading_or_of_another_company_keeps_no_plan_from_being_made(self):
        self._ask(gap=1, gap_unit="weeks")
        self._activate(self.policy)
        elsewhere = self._create_company_with_chart("Elsewhere")
        self.leader.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        self.small.user_id = self.leader
        self._create_order(self.small, START, 1000)
        self._run(self.policy)
        wizard = self.env["customer.grading.visit.plan.make"].with_user(self.officer).create({})
        self.assertEqual(wizard.user_ids, self.seller)
        self.assertEqual(self._plan(self.leader)._make(), (0, 0))

    def test_what_was_planned_by_hand_stands_for_what_is_asked(self):
        self._ask(gap=2, gap_unit="weeks")
        self._activate(self.policy)
        plan = self._plan(make=False)
        self._add(plan, self.big, day(13))
        self.assertEqual(plan._make(), (1, 0))
        self.assertEqual(self._get_days(plan), [13, 30])

    def test_a_manager_makes_the_plans_of_the_team(self):
        self._ask(gap=2, gap_unit="weeks")
        self._ask(self.second, gap=2, gap_unit="weeks", who="team_leader")
        self._activate(self.policy)
        Wizard = self.env["customer.grading.visit.plan.make"]
        wizard = Form(Wizard.with_user(self.leader)).save()
        self.assertEqual(wizard.user_ids, self.leader | self.seller)
        self.assertIn("6 visits were added", wizard.action_make()["params"]["message"])
        plans = self.env["customer.grading.visit.plan"].search(
            [("company_id", "=", self.company.id)]
        )
        mine = plans.filtered(lambda plan: plan.user_id == self.leader)
        self.assertEqual(mine.visit_ids.partner_id, self.small | self.slow)
        wizard = Wizard.with_user(self.officer).create({})
        self.assertLessEqual(self.leader | self.seller, wizard.user_ids)
        with self.assertRaises(AccessError):
            Wizard.with_user(self.seller).create(
                {"user_ids": [Command.set(self.leader.ids)]}
            ).action_make()

    def test_ten_times_as_many_customers_take_as_many_queries(self):
        self._ask(gap=1, gap_unit="weeks")
        counts = []
        for number in (10, 90):
            for customer in self._create_customers(number, user_id=self.seller.id):
                self._create_order(customer, START, 1000)
            self.env["customer.grading.visit.plan"].search([]).unlink()
            if self.policy.state == "running":
                self._run(self.policy)
            else:
                self._activate(self.policy)
            plan = self._plan(make=False)
            self.env["ir.config_parameter"].set_param(
                "customer_grading_visit_plan.visits_a_day", 50
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            plan._make()
            made = self.env.cr.sql_log_count
            self.env["customer.grading.visit.contacts"]._recognise(plan.visit_ids)
            self.env["customer.grading.visit.report"]._read_group([], ["user_id"], ["planned:sum"])
            self.env["customer.grading.appraisal"]._read_group([], ["user_id"], ["done:sum"])
            told = self.env.cr.sql_log_count
            counts.append((made - before, told - made, len(plan.visit_ids)))
        few, many = counts
        self.assertGreater(many[2], 8 * few[2])
        self.assertLessEqual(many[0] - few[0], 12, "prefetching and inserting in batches alone")
        self.assertLessEqual(many[1] - few[1], 4)


@tagged("post_install", "-at_install")
class TestMoving(VisitCase):
    def setUp(self):
        super().setUp()
        self.plan = self._plan(make=False)
        self.visit = self._add(self.plan, self.big, day(10))  # a Tuesday

    def test_drawn_to_another_week_it_keeps_its_day(self):
        self.visit.with_user(self.seller).week = weeks.get_week(day(23))
        self.assertEqual(self.visit.date_planned, day(24))
        self.assertEqual(self.visit.week, "2026-W48 (11-23 – 11-29)")
        for week in (day(30), date(2026, 10, 26)):
            with self.assertRaisesRegex(ValidationError, "outside November 2026"):
                self.visit.week = weeks.get_week(week)
        with self.assertRaisesRegex(ValidationError, "one of the weeks"):
            self.visit.week = "some day"

    def test_all_weeks_of_the_month_are_columns(self):
        Visit = self.env["customer.grading.visit"].with_context(
            read_group_expand=True, default_plan_id=self.plan.id
        )
        groups = Visit.web_read_group([("plan_id", "=", self.plan.id)], ["week"], ["__count"])
        self.assertEqual(
            [(group["week"][5:8], group["__count"]) for group in groups["groups"]],
            [("W44", 0), ("W45", 0), ("W46", 1), ("W47", 0), ("W48", 0), ("W49", 0)],
        )

    def test_a_plan_is_confirmed_by_the_leader_and_what_changes_after_it_is_marked(self):
        plan = self.plan.with_user(self.seller)
        with self.assertRaises(AccessError):
            plan.state = "confirmed"
        with self.assertRaises(AccessError):
            plan.action_confirm()
        plan.action_ask()
        self.assertEqual((plan.state, self.plan.activity_ids.user_id), ("to_confirm", self.leader))
        dialog = plan.with_user(self.leader).action_send_back()
        wizard = self.env[dialog["res_model"]].with_user(self.leader)
        wizard = wizard.with_context(**dialog["context"]).create({"remark": "Call them, too"})
        wizard.action_send_back()
        self.assertEqual((plan.state, plan.remark), ("draft", "Call them, too"))
        self.assertFalse(self.plan.activity_ids)
        self.assertIn("Call them, too", self.plan.message_ids[0].body)
        plan.action_ask()
        plan.with_user(self.leader).action_confirm()
        self.assertEqual((plan.state, plan.confirmed_by_id), ("confirmed", self.leader))
        self.assertFalse(self.plan.activity_ids)
        self.visit.note = "Bring the catalogue"
        self.assertFalse(plan.changed_count)
        mine = self.visit.with_user(self.seller)
        mine.date_planned = day(12)
        later = self._add(plan, self.small, day(13))
        self.assertEqual(plan.changed_count, 2)
        found = self.env["customer.grading.visit"].search([("is_changed", "=", True)])
        self.assertEqual(found & self.plan.visit_ids, self.visit | later)
        with self.assertRaises(AccessError):
            mine.is_changed = False
        with self.assertRaisesRegex(UserError, "cancel the visit"):
            mine.unlink()
        plan.with_user(self.officer).action_confirm()
        self.assertFalse(plan.changed_count)
        mine.action_cancel()
        self.assertEqual((mine.state, mine.is_changed), ("cancelled", True))
        mine.action_restore()
        self.assertEqual(mine.state, "planned")
        with self.assertRaisesRegex(UserError, "Have it sent back"):
            plan.unlink()

    def test_nothing_is_asked_to_be_confirmed_where_nothing_is_planned(self):
        self.visit.unlink()
        with self.assertRaisesRegex(UserError, "Nothing is planned"):
            self.plan.action_ask()

    def test_what_was_confirmed_is_not_archived_nor_given_to_a_colleague(self):
        plan, other = self.plan, self._plan(self.leader, make=False)
        plan.with_user(self.leader).action_confirm()
        visit = self.visit.with_user(self.seller)
        for vals in ({"active": False}, {"plan_id": other.id}):
            with self.assertRaisesRegex(UserError, "cancel the visit"):
                visit.write(vals)
        plan.with_user(self.leader)._send_back("Too few")
        self.assertFalse(plan.confirmed_by_id)
        with self.assertRaises(AccessError):
            visit.write({"plan_id": other.id})
        self.assertTrue(visit.copy())

    def test_nobody_brings_along_what_others_decide(self):
        Plan = self.env["customer.grading.visit.plan"].with_user(self.seller)
        with self.assertRaises(AccessError):
            Plan.with_context(default_state="confirmed").create({})
        visit = self.env["customer.grading.visit"].with_user(self.seller)
        december = date(2026, 12, 1)
        plan = Plan.create({"date_month": december})
        vals = {"plan_id": plan.id, "partner_id": self.big.id, "date_planned": december}
        with self.assertRaises(AccessError):
            visit.with_context(default_date_added=december).create(vals)

    def test_one_plan_a_salesperson_and_month(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._plan(make=False, month=day(20))

    def test_a_visit_says_whom_it_is_to_and_takes_the_plan_of_its_month(self):
        form = Form(self.env["customer.grading.visit"].with_user(self.seller))
        form.partner_id = self.small
        form.date_planned = day(20)
        visit = form.save()
        self.assertEqual(visit.plan_id, self.plan)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            visit.date_planned = date(2026, 12, 1)


@tagged("post_install", "-at_install")
class TestDone(VisitCase):
    def setUp(self):
        super().setUp()
        self.plan = self._plan(make=False)
        self._activate(self.policy)

    def test_a_contact_of_the_week_is_the_visit_and_each_counts_once(self):
        call = self._add(self.plan, self.big, day(6), kind="call")
        visit = self._add(self.plan, self.big, day(4))
        again = self._add(self.plan, self.big, day(5))
        other = self._add(self.plan, self.small, day(4))
        self._at(day(3))
        self._contact(self.big)
        self.assertEqual((visit.state, visit.date_done), ("done", day(3)))
        self.assertEqual({one.state for one in call | again | other}, {"planned"})
        self._contact(self.big)
        self.assertEqual(again.state, "planned", "two on one day are one")
        self._at(day(6))
        self._contact(self.big)
        self._contact(self.big, "call")
        self.assertEqual((again.date_done, call.date_done), (day(6), day(6)))
        self._at(day(9))
        self._contact(self.small)
        self.assertEqual((other.state, other.date_done), ("missed", False))
        again.with_user(self.seller).date_planned = day(11)
        self.assertEqual((again.state, again.date_done), ("planned", False), "of another week now")

    def test_what_was_before_the_plan_was_not_done_by_it(self):
        self._contact(self.big)
        self._at(day(4))
        late = self._add(self.plan, self.big, day(2))
        self.assertEqual(late.state, "planned")

    def test_a_colleague_who_stands_in_counts_where_nobody_planned_it_himself(self):
        mine = self._add(self.plan, self.big, day(4))
        theirs = self._add(self._plan(self.leader, make=False), self.big, day(5))
        self._at(day(3))
        self._contact(self.big, user=self.leader)
        self.assertEqual((mine.date_done, theirs.date_done), (False, day(3)))
        self._at(day(4))
        self._contact(self.big, user=self.leader)
        self.assertEqual(mine.date_done, day(4))

    def test_an_opportunity_is_visited_by_itself_and_its_customer_not_at_once(self):
        lead = self._create_lead(self.big, START, user_id=self.seller.id)
        own = self.env["customer.grading.visit"].create(
            {"plan_id": self.plan.id, "lead_id": lead.id, "date_planned": day(4), "kind": "any"}
        )
        customer = self._add(self.plan, self.big, day(4), kind="any")
        self._at(day(3))
        self._contact(lead, "call")
        self.assertEqual((own.date_done, own.kind_done), (day(3), "call"))
        self.assertFalse(customer.date_done)
        self._at(day(4))
        self._contact(self.big, "call")
        self.assertEqual(customer.date_done, day(4))
        twin = self._create_lead(self.big, START, user_id=self.seller.id)
        (lead | twin)._merge_opportunity(auto_unlink=True)
        self.assertEqual(own.lead_id, (lead | twin).exists())

    def test_a_meeting_is_recognised_by_the_job_and_is_none_when_it_is_called_off(self):
        visit = self._add(self.plan, self.big, day(4))
        self._at(day(5))
        meeting = self.env["calendar.event"].create(
            {
                "name": "Trucks",
                "start": "2026-11-04 09:00:00",
                "stop": "2026-11-04 10:00:00",
                "user_id": self.seller.id,
                "partner_ids": [Command.set(self.big.ids)],
            }
        )
        contacts = self.env["customer.grading.visit.contacts"]
        contacts._cron_recognise()
        self.assertEqual((visit.date_done, visit.kind_done), (day(4), "visit"))
        meeting.unlink()
        contacts._cron_recognise()
        self.assertEqual(visit.state, "planned")

    def test_our_own_people_at_a_meeting_are_no_customers(self):
        asked = self.big | self.seller.partner_id | self.company.partner_id
        self.env["calendar.event"].with_user(self.seller).create(
            {
                "name": "Visit",
                "start": at(day(3)),
                "stop": at(day(3)),
                "partner_ids": [Command.set(asked.ids)],
            }
        )
        contacts = self.env["customer.grading.visit.contacts"]
        self._at(day(4))
        told = contacts._get_unplanned(self.company, self.seller, day(1), day(30))
        self.assertEqual([record for record, _day, _kind in told], [self.big])

    def test_a_salesperson_notes_the_visit_on_the_card_and_that_it_was_successful(self):
        visit = self._add(self.plan, self.big, day(2)).with_user(self.seller)
        self.assertIn(
            visit, visit.search([("is_today", "=", True), ("user_id", "=", self.seller.id)])
        )
        visit.action_log()
        self.assertEqual((visit.state, visit.kind_done), ("done", "visit"))
        visit.action_succeed()
        self.assertEqual(visit.success, "yes")
        with self.assertRaises(ValidationError):
            visit.action_cancel()
        with self.assertRaises(AccessError):
            visit.date_done = False
        message = self._add(self.plan, self.big, day(2), kind="message").with_user(self.seller)
        self.assertEqual(message.action_log()["res_model"], "mail.compose.message")

    def test_states_are_found_and_grouped_as_they_are_shown(self):
        done = self._add(self.plan, self.big, day(2))
        missed = self._add(self.plan, self.small, day(3))
        cancelled = self._add(self.plan, self.slow, day(3), is_cancelled=True)
        planned = self._add(self.plan, self.slow, day(10))
        self._contact(self.big)
        self._at(day(9))
        Visit = self.env["customer.grading.visit"]
        mine = [("plan_id", "=", self.plan.id)]
        expected = {"done": done, "missed": missed, "cancelled": cancelled, "planned": planned}
        for state, visit in expected.items():
            with self.subTest(state=state):
                self.assertEqual(Visit.search([*mine, ("state", "=", state)]), visit)
                self.assertEqual(visit.state, state)
        groups = dict(Visit._read_group(mine, ["state"], ["__count"]))
        self.assertEqual(groups, dict.fromkeys(expected, 1))

    def test_merged_and_deleted_customers_take_their_visits_along(self):
        visit = self._add(self.plan, self.small, day(4))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.small | self.big).ids, self.big)
        self.assertEqual(visit.partner_id, self.big)
        alone = self._create_customers(1)
        gone = self._add(self.plan, alone, day(4))
        alone.unlink()
        self.assertFalse(gone.exists())


@tagged("post_install", "-at_install")
class TestAccess(VisitCase):
    def test_salespeople_see_their_own_leaders_the_team_s_officers_all(self):
        mine = self._add(self._plan(make=False), self.big, day(4))
        theirs = self._add(self._plan(self.officer, make=False), self.big, day(4))
        every = mine | theirs
        for user, seen in (
            (self.seller, mine),
            (self.leader, mine),
            (self.users["accountant"], every.browse()),
            (self.officer, every),
        ):
            for model in ("customer.grading.visit", "customer.grading.visit.plan"):
                with self.subTest(user=user.login, model=model):
                    known = seen if model == "customer.grading.visit" else seen.plan_id
                    all_of = every if model == "customer.grading.visit" else every.plan_id
                    Model = self.env[model].with_user(user)
                    self.assertEqual(Model.search([("id", "in", all_of.ids)]), known)
            Report = self.env["customer.grading.visit.report"].with_user(user)
            rows = Report.search([("what", "=", "planned"), ("partner_id", "=", self.big.id)])
            self.assertEqual(len(rows), len(seen))
        mine.with_user(self.leader).date_planned = day(5)
        with self.assertRaises(AccessError):
            theirs.with_user(self.seller).date_planned = day(5)
        with self.assertRaises(AccessError):
            self._plan(self.leader, make=False).with_user(self.seller).check_access("read")
        paper = self.env["customer.grading.visit.print.day"]
        paper = paper.with_user(self.seller).create({"user_id": self.leader.id})
        with self.assertRaises(AccessError):
            paper._get_sheet()

    def test_other_companies_and_confidential_grades_are_not_seen(self):
        hidden = self._create_dimension("risk")
        visit = self._add(self._plan(make=False), self.big, day(4))
        plain = self._add(visit.plan_id, self.small, day(4))
        visit.grade_id = hidden.grade_ids[0]
        hidden.group_ids = self.env.ref("account.group_account_manager")
        seen = self.env["customer.grading.visit"].with_user(self.seller)
        self.assertEqual(seen.search([("plan_id", "=", visit.plan_id.id)]), plain)
        other = self._create_company_with_chart("Elsewhere")
        self.officer.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        seen = seen.with_user(self.officer).with_company(other)
        self.assertFalse(seen.search([("plan_id", "=", visit.plan_id.id)]))
