"""How many days after a contact it is written down, and by whom."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from statistics import mean

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase


@tagged("post_install", "-at_install")
class TestContacts(ClockCase):
    """Visits of two people, entered on the day, days later, and many at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        groups = "sales_team.group_sale_salesman"
        cls.other = new_test_user(cls.env, "grading_other", groups=groups, tz="UTC")
        cls.leader = new_test_user(cls.env, "grading_leader", groups=groups)
        cls.env["crm.team"].create(
            {
                "name": "South",
                "user_id": cls.leader.id,
                "member_ids": [Command.set(cls.seller.ids)],
            }
        )
        cls.customers = cls._create_customers(2)
        cls.report = cls.env["customer.grading.habit.contact"]
        # Who, whom, so many days ago, entered so many days later.
        cls.visits = [
            (cls.seller, cls.customers[0], 5, 0),
            (cls.seller, cls.customers[1], 6, -3),
            (cls.seller, cls.customers[0], 20, 1),
            (cls.seller, cls.customers[1], 30, 3),
            (cls.seller, cls.customers[0], 30, 4),
            (cls.seller, cls.customers[0], 40, 7),
            (cls.seller, cls.customers[1], 50, 8),
            (cls.other, cls.customers[1], 12, 2),
            (cls.other, cls.customers[0], 13, 3),
            (cls.other, cls.customers[0], 14, 4),
            (cls.other, cls.customers[1], 16, 6),
            (cls.other, cls.customers[0], 20, 10),
            (cls.other, cls.customers[0], 10, 0),
            (cls.other, cls.customers[1], 700, 0),
        ]
        for user, customer, ago, later in cls.visits:
            cls._meet(user, customer, TODAY - timedelta(days=ago), later)

    @classmethod
    def _meet(cls, user, customer, day, later):
        event = cls.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime.combine(day, time(12)),
                "stop": datetime.combine(day, time(13)),
                "user_id": user.id,
                "partner_ids": [Command.set(customer.ids)],
            }
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE calendar_event SET create_date = %s WHERE id = %s",
            [event.start + timedelta(days=later), event.id],
        )

    def _find(self, user=None):
        domain = [("partner_id", "in", self.customers.ids), ("kind", "=", "visit")]
        return self.report.with_user(user or self.officer).search(domain)

    def test_each_contact_is_told_by_its_delay(self):
        rows = self._find()
        expected = Counter(
            (user, customer, TODAY - timedelta(days=ago), max(later, 0))
            for user, customer, ago, later in self.visits
            if ago < 365
        )
        found = Counter()
        for row in rows.sudo():
            key = (row.salesperson_id, row.partner_id, row.date, row.delay_days)
            found[key] += row.contacts
        self.assertEqual(found, expected)
        self.assertEqual(
            Counter(row.delay for row in rows),
            {"same_day": 3, "until_3": 4, "until_7": 4, "later": 2},
        )

    def test_shares_by_salesperson_are_those_of_all_contacts_together(self):
        self._find()
        groups = self.report.with_user(self.officer)._read_group(
            [("partner_id", "in", self.customers.ids), ("kind", "=", "visit")],
            ["salesperson_id"],
            ["contacts:sum", "late:sum", "late_rate:avg", "delay_days:avg", "at_once:max"],
        )
        self.assertEqual(len(groups), 2)
        for user, contacts, late, rate, delay, at_once in groups:
            own = [max(v[3], 0) for v in self.visits if v[0] == user.sudo() and v[2] < 365]
            self.assertEqual((contacts, late), (len(own), sum(map(bool, own))))
            self.assertAlmostEqual(rate, late / contacts)
            self.assertAlmostEqual(delay, mean(own))
            days = Counter(v[2] - v[3] for v in self.visits if v[0] == user.sudo() and v[3] > 0)
            self.assertEqual(at_once, max(days.values()))
        self.assertEqual({g[0].sudo(): g[-1] for g in groups}[self.other], 5)

    def test_calls_and_messages_are_told_and_what_customers_write_is_not(self):
        customer = self.customers[0]
        self.env["res.partner"].create(
            {"name": "Ann", "parent_id": customer.id, "email": "ann@example.com"}
        )
        customer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.seller.id
        ).with_user(self.seller).action_feedback()
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        customer.message_post(
            body="Hello", author_id=self.seller.partner_id.id, partner_ids=customer.ids, **comment
        )
        customer.message_post(
            body="Hello",
            author_id=customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_message SET create_date = date + INTERVAL '2 days'"
            " WHERE model = 'res.partner' AND res_id = %s AND date::date = %s",
            [customer.id, TODAY],
        )
        rows = self.report.with_user(self.officer).search(
            [("partner_id", "=", customer.id), ("kind", "!=", "visit")]
        )
        self.assertEqual(
            sorted((row.kind, row.salesperson_id.sudo(), row.delay_days) for row in rows),
            [("call", self.seller, 2), ("message", self.seller, 2)],
        )

    def test_people_see_their_own_leaders_those_of_their_team_officers_all(self):
        for user, seen in (
            (self.seller, self.seller),
            (self.leader, self.seller),
            (self.other, self.other),
            (self.officer, self.seller | self.other),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._find(user).sudo().salesperson_id, seen)

    def test_contacts_of_another_companys_customers_are_left_out(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.customers[1].company_id = abroad
        self.assertEqual(self._find().partner_id, self.customers[0])

    def test_a_row_is_the_same_when_it_is_read_again(self):
        rows = self._find()
        told = {row.id: (row.partner_id, row.date, row.salesperson_id) for row in rows}
        self.env.invalidate_all()
        again = self.report.with_user(self.officer).browse(list(told)[2])
        self.assertEqual((again.partner_id, again.date, again.salesperson_id), told[again.id])
        self.assertEqual(again.action_open_subject()["res_id"], again.partner_id.id)

    def test_the_last_twelve_months_are_told_of(self):
        self.assertGreaterEqual(min(self._find().mapped("date")), date(2025, 11, 1))
