"""Who waits for us, until when, and what became of it, through messages, calls and meetings."""

import doctest
import json
from datetime import date, datetime, time, timedelta, timezone
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo.addons.customer_grading_deadline import post_init_hook
from odoo.addons.customer_grading_deadline.tools import working_time
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import BaseCase, Form, tagged

from .. import common
from ..common import ClockCase

FRIDAY = date(2026, 11, 20)
CALL, MEETING = "mail.mail_activity_data_call", "mail.mail_activity_data_meeting"


def moment(day, hour=12, minute=0, tz=common.TZ):
    """Return a time of a day where the company is, in UTC: a date, or a day of November."""
    day = date(2026, 11, day) if isinstance(day, int) else day
    local = datetime.combine(day, time(hour, minute), ZoneInfo(tz))
    return local.astimezone(timezone.utc).replace(tzinfo=None)


class DeadlineCase(ClockCase):
    start = moment(16, 9)  # a Monday

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls._at(cls.start)
        cls.customer, cls.other = cls._create_customers(2, user_id=cls.seller.id)
        cls.person = cls.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com", "parent_id": cls.customer.id}
        )
        cls.order = cls._create_order(cls.customer, moment(16, 9), 1000)
        cls._create_order(cls.other, moment(16, 9), 1000)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ("orders", "ge", 1000)), ("B", ())]
        )
        cls.first, cls.second = cls.policy.rule_ids.grade_id.sorted()
        cls._activate(cls.policy)

    def _ask(self, count, unit, kind="answer", grade=None, **vals):
        """Write a deadline on a grade."""
        return self.env["customer.grading.deadline"].create(
            {"grade_id": (grade or self.first).id, "kind": kind, "count": count, "unit": unit}
            | vals
        )

    def _look(self, now=None, records=None):
        """Let it be a moment, and the job look at who waits."""
        if now:
            self._at(now)
        engine = self.env["customer.grading.deadline.engine"]
        engine._renew_of(self.customer | self.other if records is None else records)
        self.env["customer.grading.deadline.planner"]._remind()
        self.env["customer.grading.deadline.case"].invalidate_model()

    def _write_in(self, record=None, author=None, **vals):
        """Let a person of the customer write by e-mail."""
        return (record or self.customer).message_post(
            body="When will the trucks come?",
            author_id=(author or self.person).id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            **vals,
        )

    def _write_out(self, record=None, **vals):
        """Let the salesperson write to the person."""
        return (
            (record or self.customer)
            .with_user(self.seller)
            .message_post(
                body="On Monday.",
                partner_ids=self.person.ids,
                **{"message_type": "comment", "subtype_xmlid": "mail.mt_comment"} | vals,
            )
        )

    def _get(self, record=None):
        """Return what was asked of a record, the oldest first."""
        record = record or self.customer
        return self.env["customer.grading.deadline.case"].search(
            [(record._grading_result_field, "=", record.id)], order="date_start, id"
        )

    def _get_told(self, record=None):
        return [(case.date_start, case.date_due, case.state) for case in self._get(record)]

    def _create_intention(self):
        """Return an opportunity of the customer that has grade A, and the grade."""
        intention = self._create_dimension("intent", subject="lead")
        policy = self._create_policy({}, [("A", ())], dimension=intention, lead_population="open")
        lead = self.env["crm.lead"].create(
            {
                "name": "Trucks",
                "type": "opportunity",
                "partner_id": self.person.id,
                "user_id": self.seller.id,
                "company_id": self.company.id,
            }
        )
        self._let_be_of(lead, moment(16, 9))
        self._activate(policy)
        return lead, policy.rule_ids.grade_id

    def _let_be_of(self, record, created):
        """Have a record created at a moment: the transaction began before the clock was set."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET create_date = %s WHERE id = %s", [created, record.id]
        )
        record.invalidate_recordset(["create_date"])


@tagged("post_install", "-at_install")
class TestExamples(BaseCase):
    def test_the_examples_in_docstrings_are_true(self):
        result = doctest.testmod(working_time)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)


@tagged("post_install", "-at_install")
class TestDeadlines(DeadlineCase):
    def test_a_message_is_to_be_answered_within_24_hours_and_an_answer_closes_it(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        message = self._write_in()
        self._at(moment(16, 15))
        self._write_in()
        self._look(moment(16, 15, 5))
        due = moment(17, 14)
        self.assertEqual(
            self._get_told(), [(moment(16, 14), due, "waiting")], "one answer for both"
        )
        case = self._get()
        self.assertEqual((case.user_id, case.sudo().message_id), (self.seller, message))
        self.assertEqual(case.asked, "Answer within 24 hours")
        self.assertEqual(case.with_user(self.seller).excerpt, "When will the trucks come?")
        self.assertEqual(case.due_in, "in 23 hours")
        self._look(moment(17, 17))
        self.assertEqual((case.state, case.due_in), ("overdue", "3 hours ago"))
        self._write_out()
        self.assertEqual(case.state, "late", "at once, without the job")
        self.assertEqual((case.date_met, case.hours), (moment(17, 17), 27))
        self._at(moment(17, 18))
        self._write_in()
        self._look(moment(17, 18, 5))
        self.assertEqual([case.state for case in self._get()], ["late", "waiting"])
        self._look(moment(17, 18, 10))
        self.assertEqual(len(self._get()), 2)

    def test_a_call_a_meeting_and_only_they_beside_a_message_are_an_answer(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in()
        self._look(moment(16, 15))
        self._write_out(message_type="comment", subtype_xmlid="mail.mt_note")
        self._write_out(message_type="auto_comment")
        self._write_out(message_type="notification")
        self.customer.activity_schedule("mail.mail_activity_data_todo").action_feedback()
        self._look(moment(16, 16))
        self.assertFalse(self._get().date_met)
        self.customer.activity_schedule(CALL, user_id=self.seller.id).action_feedback()
        self.assertEqual(self._get().date_met, moment(16, 16))
        self._at(moment(16, 17))
        self._write_in()
        start = moment(16, 18)
        self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": self.seller.id,
                "partner_ids": [Command.set(self.person.ids)],
            }
        )
        self._look(moment(16, 17, 30))
        self.assertEqual(self._get()[1].state, "waiting", "the meeting is planned only")
        self._look(moment(16, 19))
        self.assertEqual((self._get()[1].state, self._get()[1].date_met), ("met", start))

    def test_what_the_customer_writes_on_an_order_counts(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in(self.order)
        self._look(moment(16, 15))
        case = self._get().with_user(self.seller)
        self.assertEqual(case.sudo().message_id.model, "sale.order")
        self.order.user_id = self.seller
        action = case.action_answer()["context"]
        self.assertEqual(
            (action["default_model"], action["default_res_ids"], action["default_partner_ids"]),
            ("sale.order", self.order.ids, self.person.ids),
        )
        self.order.user_id = self.users["officer"]
        case.invalidate_recordset(["excerpt"])
        self.assertFalse(case.excerpt, "it stands on what the salesperson may not read")
        self.assertEqual(case.action_answer()["context"]["default_model"], "res.partner")
        self.order.user_id = self.seller
        self._write_out(self.order)
        self.assertEqual(case.state, "met")

    def test_a_new_opportunity_is_contacted_within_20_minutes(self):
        lead, grade = self._create_intention()
        self._ask(20, "minutes", "first_response", grade, date_from=moment(16, 8))
        self._look(moment(16, 9, 10), lead)
        self.assertEqual(self._get_told(lead), [(moment(16, 9), moment(16, 9, 20), "waiting")])
        self._at(moment(16, 9, 15))
        self._write_out(self.customer)
        self._look(moment(16, 9, 30), lead)
        self.assertEqual(self._get(lead).state, "overdue", "nobody wrote on it")
        self._at(moment(16, 9, 40))
        lead.activity_schedule(CALL, user_id=self.seller.id).action_feedback()
        self.assertEqual((self._get(lead).state, self._get(lead).hours), ("late", 40 / 60))
        self._look(moment(17), lead)
        self.assertEqual(len(self._get(lead)), 1)
        old = self.env["crm.lead"].create({"name": "Old", "type": "opportunity"})
        self._let_be_of(old, moment(16, 7))
        self._run(
            self.env["customer.grading.policy"].search([("dimension_id.code", "=", "intent")])
        )
        self._look(records=old)
        self.assertFalse(self._get(old), "it was there before anybody asked")

    def test_a_new_customer_that_was_contacted_before_its_first_grade_counts(self):
        self._ask(1, "hours", "first_response", date_from=moment(16, 8))
        [new] = self._create_customers(1, name="New", user_id=self.seller.id)
        self._let_be_of(new, moment(16, 10))
        self._create_order(new, moment(16, 10), 2000)
        self._at(moment(16, 10, 30))
        new.activity_schedule(MEETING, user_id=self.seller.id).action_feedback()
        self._at(moment(17, 2))
        self._run(self.policy)
        self.assertEqual(self._get_told(new), [(moment(16, 10), moment(16, 11), "met")])

    def test_working_hours_pass_over_nights_week_ends_and_holidays(self):
        self._ask(4, "working_hours")
        calendar = self.company.resource_calendar_id
        for written, due in (
            (moment(18, 9), moment(18, 14)),  # over the hour of lunch
            (moment(19, 16), moment(20, 11)),  # a night
            (moment(20, 22), moment(23, 12)),  # a week-end
        ):
            with self.subTest(written=written):
                self._at(written)
                self._write_in()
                self._look()
                self.assertEqual(self._get()[-1].date_due, due)
                self._write_out()
                self._at(written + timedelta(hours=1))
                self._write_out()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": moment(24, 0),
                "date_to": moment(24, 23, 59),
            }
        )
        self._at(moment(23, 16))
        self._write_in()
        self._look()
        self.assertEqual(self._get()[-1].date_due, moment(25, 11))

    def test_two_working_days_end_with_the_work_of_the_second(self):
        self._ask(2, "working_days", "update")
        self._look(moment(20, 15))
        self.assertEqual(self._get_told(), [(moment(20, 15), moment(24, 17), "waiting")])
        self._look(moment(21, 10))  # nothing new
        self._at(moment(23, 10))
        self._write_out()
        self._at(moment(23, 11))
        self.customer.activity_schedule(CALL, user_id=self.seller.id).action_feedback()
        self.assertEqual(
            self._get_told(),
            [
                (moment(20, 15), moment(24, 17), "met"),
                (moment(23, 10), moment(25, 17), "met"),
                (moment(23, 11), moment(25, 17), "waiting"),
            ],
        )
        self._look(moment(26, 8))
        self.assertEqual(self._get()[-1].state, "overdue")

    def test_updates_are_asked_for_while_the_opportunity_is_open_or_the_filter_matches(self):
        lead, grade = self._create_intention()
        deadline = self._ask(24, "hours", "update", grade)
        self._look(moment(16, 10), lead)
        self.assertEqual(self._get(lead).date_due, moment(17, 10))
        lead.action_set_won()
        self._look(records=lead)
        self.assertFalse(self._get(lead))
        deadline.domain = "[('priority', '=', '3')]"
        self.assertEqual(
            deadline.reads_as, "Update at least every 24 hours, while its filter matches"
        )
        self._look(moment(17, 10), lead)
        self.assertFalse(self._get(lead))
        lead.priority = "3"
        self._look(moment(17, 11), lead)
        self.assertEqual(self._get(lead).date_due, moment(18, 11), "from when it matches")

    def test_another_grade_asks_otherwise_from_the_same_message_on(self):
        self._ask(24, "hours", remind=True)
        self._ask(48, "hours", grade=self.second)
        self._at(moment(16, 14))
        self._write_in()
        self._look(moment(17, 15))
        result = self._get_results(self.customer)[self.customer]
        self.assertTrue(self._get().activity_id)
        result._set_by_hand(self.second, "A friend of the house")
        self.assertEqual(self._get_told(), [(moment(16, 14), moment(18, 14), "waiting")])
        self.assertFalse(self.customer.activity_ids)
        self._write_out()
        result._set_by_hand(self.first, "A better friend")
        self._look(moment(17, 16))
        self.assertEqual(self._get_told(), [(moment(16, 14), moment(18, 14), "met")])
        self._at(moment(17, 17))
        self._write_in()
        self._look(moment(17, 18))
        self.assertEqual(self._get()[-1].date_due, moment(18, 17))
        result._exclude("Our own branch")
        self.assertEqual([case.state for case in self._get()], ["met"], "what was met is kept")

    def test_a_deadline_that_changes_moves_what_waits_and_one_that_goes_takes_it_along(self):
        deadline = self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in()
        self._write_in(self.other, self.other)
        self._look(moment(16, 15))
        self._write_out()
        deadline.count = 48
        engine = self.env["customer.grading.deadline.engine"]
        engine._cron_renew()
        self.assertEqual(self._get(self.other).date_due, moment(18, 14))
        self.assertEqual(self._get().date_due, moment(17, 14), "what was met is not written again")
        self.assertFalse(deadline.is_new)
        deadline.unlink()
        self.assertFalse(self._get(self.other))
        self.assertEqual((self._get().state, self._get().asked), ("met", "Answer"))

    def test_nobody_waits_of_who_is_archived_or_deleted_or_in_an_archived_dimension(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in(self.other, self.other)
        self._write_in()
        self._look(moment(16, 15))
        self.other.active = False
        self._look(records=self.other)
        self.assertFalse(self._get(self.other))
        lead, grade = self._create_intention()
        self._ask(24, "hours", "update", grade)
        self._look(records=lead)
        self.assertTrue(self._get(lead))
        lead_id = lead.id
        lead.unlink()
        self.assertFalse(
            self.env["customer.grading.deadline.case"].search([("lead_id", "=", lead_id)])
        )
        self.policy.action_close()
        self.dimension.active = False
        self._look()
        self.assertFalse(self._get())

    def test_a_dimension_that_is_archived_has_nobody_wait_by_the_next_night(self):
        self._ask(24, "hours", remind=True)
        self._at(moment(17))
        self._write_in()
        self._look(moment(17, 13))
        self.dimension.active = False
        self._at(moment(19))
        self.env["customer.grading.deadline.planner"]._remind()
        self.assertFalse(self._get().activity_id)
        self.env["customer.grading.run"]._after_queue()
        self.assertFalse(self._get())

    def test_a_filter_whose_field_is_gone_keeps_nobody_from_answering(self):
        self._ask(24, "hours")
        broken = self._ask(2, "working_days", kind="update", domain="[('ref', '=', 'x')]")
        self._at(moment(17))
        self._write_in()
        self._look(moment(17, 13))
        self.env.cr.execute(
            "UPDATE customer_grading_deadline SET domain = %s WHERE id = %s",
            ["[('x_gone', '=', 'vip')]", broken.id],
        )
        broken.invalidate_recordset()
        with self.assertLogs("odoo.addons.customer_grading_deadline", "WARNING"):
            self._at(moment(17, 14))
            self._write_out()
        self.assertEqual(self._get().mapped("state"), ["met"])

    def test_merged_customers_wait_as_one_and_keep_what_was_answered(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in(self.other, self.other)
        self._look(moment(16, 15))
        self.other.activity_schedule(CALL, user_id=self.seller.id).action_feedback()
        self._at(moment(16, 16))
        self._write_in(self.other, self.other)
        self._look(moment(16, 17))
        self.assertEqual([case.state for case in self._get(self.other)], ["met", "waiting"])
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer)
        self._look(moment(16, 18), self.customer)
        self.assertEqual([case.state for case in self._get()], ["met", "waiting"])
        self.assertEqual(self._get()[-1].date_start, moment(16, 16))
        self.assertFalse(self._get(self.other))

    def test_companies_answer_in_their_own_hours(self):
        far = self._create_company_with_chart("Shanghai")
        far.customer_grading_tz = "Asia/Shanghai"
        self._ask(4, "working_hours")
        policy = self._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ())], company_id=far.id, population="all"
        )
        self._activate(policy)
        self._at(moment(18, 6, tz="UTC"))
        self._write_in()
        self._look(moment(18, 6, 30, tz="UTC"))
        dues = {case.company_id: case.date_due for case in self._get()}
        self.assertEqual(
            dues[far], moment(19, 9, tz="Asia/Shanghai"), "from 14 to 17, and one more"
        )
        if common.TZ == "UTC":
            self.assertEqual(dues[self.company], moment(18, 12))

    def test_people_see_what_they_may_see_of_the_record(self):
        self._ask(24, "hours")
        lead, grade = self._create_intention()
        self._ask(24, "hours", "update", grade)
        self._at(moment(16, 14))
        self._write_in()
        self._look(moment(16, 15))
        self._look(records=lead)
        Case = self.env["customer.grading.deadline.case"]
        ours = Domain("partner_id", "=", self.customer.id) | Domain("lead_id", "=", lead.id)
        mine, officer = Case.with_user(self.seller), Case.with_user(self.users["officer"])
        self.assertEqual(len(mine.search(ours)), 2)
        self.assertEqual(len(mine.search(ours & Domain("user_id", "=", self.seller.id))), 2)
        lead.user_id = self.users["officer"]
        self.assertEqual(mine.search(ours).kind, "answer")
        self.assertEqual(len(officer.search(ours)), 2)
        self.assertEqual(len(Case.with_user(self.users["accountant"]).search(ours)), 1)
        with self.assertRaises(AccessError):
            Case.with_user(self.users["portal"]).search(ours)
        with self.assertRaises(AccessError):
            mine.search(ours).write({"is_reminded": True})
        with self.assertRaises(AccessError):
            self._get(lead).with_user(self.seller).action_answer()
        self.dimension.main_company_ids = False
        self.dimension.group_ids = self.env.ref("account.group_account_manager")
        self.assertFalse(mine.search(ours))
        deadlines = self.env["customer.grading.deadline"].with_user(self.seller)
        self.assertFalse(deadlines.search([("grade_id", "=", self.first.id)]))

    def test_it_is_found_and_told_by_what_time_makes_of_it(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in()
        self._at(moment(16, 16))
        self._write_in(self.other, self.other)
        self._look(moment(16, 17))
        Case = self.env["customer.grading.deadline.case"]
        ours = Domain("partner_id", "in", (self.customer | self.other).ids)
        self._at(moment(17, 15))
        self.assertEqual(Case.search(ours & Domain("state", "=", "overdue")), self._get())
        self.assertEqual(Case.search(ours & Domain("state", "=", "waiting")), self._get(self.other))
        self.assertEqual(len(Case.search(ours & Domain("is_due_today", "=", True))), 2)
        groups = dict(Case._read_group(ours, ["state"], ["__count"]))
        self.assertEqual(groups, {"overdue": 1, "waiting": 1})
        self._write_out()
        groups = Case._read_group(ours, ["user_id", "state"], ["__count", "hours:avg"])
        self.assertEqual(groups, [(self.seller, "late", 1, 25), (self.seller, "waiting", 1, False)])
        self.assertEqual(Case.search(ours & Domain("state", "in", ["late", "met"])), self._get())
        self.assertEqual(len(Case.search(ours & Domain("state", "!=", "late"))), 1)

    def test_who_has_no_salesperson_is_answered_by_the_team_leader(self):
        leader = self.users["officer"]
        team = self.env["crm.team"].create({"name": "North", "user_id": leader.id})
        lead, grade = self._create_intention()
        self._ask(24, "hours", "update", grade)
        lead.write({"user_id": False, "team_id": team.id})
        self._look(moment(16, 10), lead)
        self.assertEqual((self._get(lead).user_id, self._get(lead).team_id), (leader, team))
        lead.user_id = self.seller
        self._look(records=lead)
        self.assertEqual(self._get(lead).user_id, self.seller)

    def test_why_this_grade_tells_what_waits(self):
        self._ask(24, "hours")
        self._at(moment(16, 14))
        self._write_in()
        self._look(moment(16, 15))
        blocks = [
            block
            for view in self.customer.get_grading_explanation()
            for block in view["blocks"]
            if block["title"] == "Waiting for an answer"
        ]
        [row] = blocks[0]["rows"]
        self.assertEqual(row["cells"][0]["text"], "Answer within 24 hours")
        self.assertEqual(row["cells"][2]["text"], "in 23 hours")

    def test_nothing_new_is_not_written_and_queries_do_not_depend_on_the_number(self):
        self._ask(2, "working_hours", remind=True)
        self._ask(24, "hours", "first_response")
        self._ask(2, "working_days", "update")
        many = self._create_customers(110, user_id=self.seller.id)
        for customer in many:
            self._create_order(customer, moment(16, 9), 1000)
        self._run(self.policy)
        self._at(moment(16, 14))
        for customer in many:
            self._write_in(customer, customer)
        engine = self.env["customer.grading.deadline.engine"]
        self._at(moment(16, 15))
        counts = []
        engine._renew(self.dimension, self.company, self.customer.ids)  # warm
        for some in (many[:10], many[10:]):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(engine._renew(self.dimension, self.company, some.ids), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLess(counts[0], 25)
        self.assertEqual(engine._renew(self.dimension, self.company), 0)

    def test_the_job_finds_who_wrote_and_who_is_new(self):
        self._ask(24, "hours")
        self._ask(20, "minutes", "first_response", date_from=moment(16, 8))
        engine = self.env["customer.grading.deadline.engine"]
        engine._cron_renew()
        self._write_in()
        engine._cron_renew()
        self.assertEqual(set(self._get().mapped("kind")), {"first_response", "answer"})

    def test_people_write_deadlines_on_a_grade(self):
        with Form(self.first) as form:
            with form.deadline_ids.new() as line:
                line.kind, line.count, line.unit = "first_response", 20, "minutes"
                self.assertEqual(line.reads_as, "First contact within 20 minutes")
            with form.deadline_ids.new() as line:
                line.kind, line.count, line.unit = "update", 1, "working_days"
        self.assertEqual(
            self.first.deadline_ids.mapped("reads_as"),
            ["First contact within 20 minutes", "Update at least every working day"],
        )

    def test_a_deadline_that_says_nothing_is_refused(self):
        for vals, text in (
            ({"count": 0, "unit": "hours"}, "from 1 to 2160 hours"),
            ({"count": 91, "unit": "working_days"}, "from 1 to 90 working days"),
            (
                {"count": 1, "unit": "hours", "kind": "update", "domain": "[('nothing', '=', 1)]"},
                "cannot be used",
            ),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, text):
                self._ask(**vals)
        manager = self.env["customer.grading.deadline"].with_user(self.users["administrator"])
        with self.assertRaises(AccessError):
            manager.create(
                {
                    "grade_id": self.first.id,
                    "kind": "update",
                    "domain": "[('user_id.password', '=', 'x')]",
                }
            )

    def test_they_come_with_policy_files_and_go_back_into_them(self):
        content = self.policy._export_policy()
        content["dimension"] |= {"code": "care", "name": "Care"}
        grades = content["dimension"]["grades"]
        grades[0]["deadlines"] = [
            {"kind": "first_response", "within": {"minutes": 20}, "remind": True},
            {"kind": "answer", "within": {"working_hours": 4}},
            {
                "kind": "update",
                "within": {"working_days": 2},
                "while": "[('city', '=', 'Berlin')]",
            },
        ]
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "care.json")
        deadlines = draft.rule_ids.grade_id.sorted()[0].deadline_ids
        self.assertEqual(
            deadlines.mapped("reads_as"),
            [
                "First contact within 20 minutes",
                "Answer within 4 working hours",
                "Update at least every 2 working days, while its filter matches",
            ],
        )
        draft.file_form = False
        self.assertEqual(draft._export_policy()["dimension"]["grades"], grades)

    def test_service_levels_of_the_library_are_kept_until_somebody_reads_them(self):
        policy = self.env["customer.grading.policy"]._load_file("s47_service_levels")
        grades = policy.dimension_id.grade_ids
        texts = grades.deadline_ids.mapped("reads_as")
        self.assertEqual(texts, ["Answer within 24 hours"] * len(grades))
        first = grades.sorted()[0]
        self.assertIn("deadlines", policy.file_form["said"]["dimension"]["grades"][0])
        # Loaded before the addon was there: the file knew of them, and no grade did.
        first.deadline_ids.unlink()
        for _each in range(2):
            post_init_hook(self.env)
            self.assertEqual(first.deadline_ids.mapped("reads_as"), texts[:1])
        self.assertEqual(len(grades.deadline_ids), len(grades))


@tagged("post_install", "-at_install")
class TestReminders(DeadlineCase):
    """What becomes overdue is an activity of who is responsible, where the deadline says so."""

    def test_one_is_made_when_it_is_overdue_and_goes_when_it_is_answered(self):
        self._ask(24, "hours", remind=True)
        self._at(moment(16, 14))
        self._write_in()
        self._write_in(self.other, self.other)
        self._look(moment(17, 13))
        self.assertFalse(self.customer.activity_ids)
        mails = self.env["mail.mail"].search_count([])
        self._look(moment(17, 15))
        activity = self.customer.activity_ids
        self.assertEqual(
            (activity.user_id, activity.summary, activity.date_deadline),
            (self.seller, "Answer within 24 hours", moment(17, 14).date()),
        )
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.customer.user_id = self.users["officer"]
        self._look(moment(17, 16))
        self.assertEqual(self.customer.activity_ids, activity)
        self.assertEqual(activity.user_id, self.users["officer"])
        self.customer.user_id = self.seller
        self._write_out()
        self.assertFalse(self.customer.activity_ids)
        self.other.activity_ids.unlink()
        self._look(moment(17, 17))
        self.assertFalse(self.other.activity_ids, "at most one a case")

    def test_nobody_is_reminded_who_did_not_ask_for_it_or_may_not_see_the_record(self):
        deadline = self._ask(24, "hours")
        self._ask(24, "hours", "update", remind=True)
        self._at(moment(16, 14))
        self._write_in()
        self._look(moment(17, 15))
        self.assertFalse(self.customer.activity_ids)
        deadline.remind = True
        Activity = type(self.env["mail.activity"])
        with patch.object(Activity, "create", side_effect=AccessError("Not yours")):
            self._look(moment(17, 16))
        self.assertFalse(self.customer.activity_ids)
        self.assertTrue(self._get().filtered(lambda case: case.kind == "answer").is_reminded)
