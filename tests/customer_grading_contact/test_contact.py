"""What counts as contact with customers, through what people write, plan and do."""

from datetime import date, datetime, time, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestContact(CustomerGradingCommon):
    """What counts as contact, with the customer or on an opportunity of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_users()["salesperson"]
        [cls.customer] = cls._create_customers(1)
        cls.person = cls.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com", "parent_id": cls.customer.id}
        )
        cls.lead = cls._create_lead(cls.customer, date(2026, 1, 1))
        cls.order = cls._create_order(cls.customer, date(2026, 1, 1))
        cls.invoice = cls._create_invoice(cls.customer, date(2026, 1, 1))
        cls.documents = cls.customer | cls.person, cls.lead, cls.order, cls.invoice
        cls.day = date(2026, 5, 1)

    def _get_contacts(self, of="partner"):
        """Return ``[(day, kind, direction, author)]`` of the customer, or of the opportunity."""
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(self.env["customer.grading.policy"], self.company, TODAY)
        ids = self.lead.ids if of == "lead" else (self.customer | self.person).ids
        self.env.flush_all()
        query = self.env["customer.grading.contact"]._get_contacts_sql(scope, ids, of)
        own = self.lead.id if of == "lead" else self.customer.id
        rows = self.env.execute_query(query)
        self.assertLessEqual({row[0] for row in rows}, {own})
        partners = self.env["res.partner"]
        return sorted((row[1], *row[2:4], partners.browse(row[4]).name) for row in rows)

    def test_the_last_contact_stands_beside_customers_whose_figures_one_sees(self):
        self.customer.user_id = self.seller
        other = self._create_customers(1)
        for partner in (self.person, other):
            self._post(
                partner,
                self.seller.partner_id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=partner.ids,
            )
        customers = (self.customer | self.person | other).with_user(self.seller)
        with freeze_time(at(TODAY)):
            days = customers.mapped("customer_grading_last_contact")
            self.assertEqual(days, [self.day, self.day, False])
            self.env.invalidate_all()
            seen = (self.customer | other).with_user(self.env.ref("base.user_admin"))
            self.assertEqual(seen.mapped("customer_grading_last_contact"), [self.day] * 2)

    def _post(self, record, author, **vals):
        with freeze_time(at(self.day)):
            return record.message_post(body="Hello", author_id=author.id, **vals)

    def _meet(self, attendee, state="accepted", **vals):
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime.combine(self.day, time(9)),
                "stop": datetime.combine(self.day, time(10)),
                "user_id": self.seller.id,
                "partner_ids": [Command.set(attendee.ids)],
                **vals,
            }
        )
        event.attendee_ids.state = state

    def test_a_message_from_our_people_to_theirs_or_from_them_is_one(self):
        ours, to_them = self.seller.partner_id, {"partner_ids": self.person.ids}
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        for record in (self.customer, self.person, self.lead, self.order, self.invoice):
            self._post(record, ours, **comment, **to_them)
            self._post(record, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        told = self._get_contacts()
        self.assertEqual(told.count((self.day, "message", "out", ours.name)), 5)
        self.assertEqual(told.count((self.day, "message", "in", "Ann")), 5)
        self.assertEqual(len(self._get_contacts("lead")), 2)

    def test_notes_automatic_mail_newsletters_and_notices_are_none(self):
        ours, to_them = self.seller.partner_id, {"partner_ids": self.person.ids}
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        colleague = self._create_users(suffix="_2")["officer"].partner_id
        for record in (self.customer, self.lead, self.order):
            self._post(record, ours, message_type="comment", subtype_xmlid="mail.mt_note")
            self._post(record, ours, **comment, partner_ids=colleague.ids)
            self._post(record, ours, **comment)  # which reaches nobody
            self._post(record, self.env.ref("base.partner_root"), **comment, **to_them)
            for kind in ("auto_comment", "notification", "email_outgoing"):
                self._post(record, ours, message_type=kind, subtype_xmlid="mail.mt_comment")
            with freeze_time(at(self.day)):
                record.activity_schedule("mail.mail_activity_data_todo").action_feedback()
        self.assertEqual((self._get_contacts(), self._get_contacts("lead")), ([], []))

    def test_what_reaches_a_follower_of_theirs_is_one(self):
        self.order.message_subscribe(self.person.ids)
        self._post(
            self.order,
            self.seller.partner_id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual([row[1:3] for row in self._get_contacts()], [("message", "out")])

    def test_done_calls_and_meetings_are_ones_of_their_kind(self):
        for kind in ("call", "meeting"):
            with freeze_time(at(self.day)):
                activity = self.lead.activity_schedule(f"mail.mail_activity_data_{kind}")
                activity.action_feedback()
        self.lead.activity_schedule("mail.mail_activity_data_call")  # which is not done yet
        told = [row[1:3] for row in self._get_contacts()]
        self.assertEqual(told, [("call", "out"), ("visit", "out")])
        self.assertEqual(self._get_contacts("lead"), self._get_contacts())

    def test_a_meeting_that_they_did_not_decline_is_one(self):
        self._meet(self.person, "declined")
        self._meet(self.person, "declined", opportunity_id=self.lead.id)
        self._meet(self.seller.partner_id)
        self.assertFalse(self._get_contacts() + self._get_contacts("lead"))
        self._meet(self.person, "needsAction")
        self._meet(self.seller.partner_id, opportunity_id=self.lead.id)
        self.assertEqual(
            self._get_contacts(), [(self.day, "visit", "out", self.seller.partner_id.name)] * 2
        )
        self.assertEqual(len(self._get_contacts("lead")), 1)
        self.day = date(2026, 12, 4)  # still to come
        self._meet(self.person)
        self.assertEqual(len(self._get_contacts()), 2)

    def test_what_is_of_another_company_is_none_here(self):
        abroad = self._create_company_with_chart("Abroad")
        lead = self._create_lead(self.customer, date(2026, 1, 1), company_id=abroad.id)
        self._post(lead, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        self._meet(self.seller.partner_id, opportunity_id=lead.id)
        self.assertFalse(self._get_contacts())

    def test_the_last_one_is_measured(self):
        measured = {"value": {"measure": "days_since_contact"}}
        self.assertEqual(self._measure_all(self.customer, **measured)["value"], [None])
        self._meet(self.person)
        self.day = date(2026, 6, 2)
        self._post(self.person, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        values = self._measure_all(self.customer, **measured)
        self.assertEqual(values["value"], [date(2026, 6, 2)])

    def test_the_last_one_on_the_opportunity_is_measured(self):
        email = {"message_type": "email", "subtype_xmlid": "mail.mt_comment"}
        self._post(self.customer, self.person, **email)
        policy = self._create_policy(
            {"value": {"measure": "lead_last_contact"}},
            dimension=self.env.ref("customer_grading.customer_grading_dimension_opportunity"),
        )
        self.assertEqual(self._measure_all(self.lead, policy=policy)["value"], [None])
        self._post(self.lead, self.person, **email)
        self.assertEqual(self._measure_all(self.lead, policy=policy)["value"], [self.day])

    def test_contacts_are_counted_and_those_without_an_answer(self):
        ours, to_them = self.seller.partner_id, {"partner_ids": self.person.ids}
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        for month in (3, 4):
            self.day = date(2026, month, 1)
            self._post(self.order, ours, **comment, **to_them)
        self.day = date(2026, 4, 15)
        self._post(self.lead, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        for day in (20, 20, 25):
            self.day = date(2026, 4, day)
            self._post(self.lead, ours, **comment, **to_them)
        other = self._create_customers(1)
        measured = {
            "all": {"measure": "contact_count", "period": "all_time"},
            "year": {"measure": "contact_count", "period": "trailing", "period_count": 8},
            "tried": {"measure": "unanswered_contacts"},
        }
        values = self._measure_all(self.customer | other, **measured)
        self.assertEqual(values, {"all": [5, 0], "year": [4, 0], "tried": [2, 0]})

    def test_the_next_activity_is_the_first_that_is_planned_anywhere(self):
        for record, day in ((self.order, 9), (self.person, 7), (self.lead, 8)):
            record.activity_schedule("mail.mail_activity_data_call", date(2026, 12, day))
        values = self._measure_all(
            self.customer | self._create_customers(1), next={"measure": "days_to_next_activity"}
        )
        self.assertEqual(values["next"], [date(2026, 12, 7), None])


@tagged("post_install", "-at_install")
class TestActivitiesOfOpportunities(OpportunityCommon):
    """What was done on an opportunity, and what is planned."""

    def setUp(self):
        super().setUp()
        self.lead = self._create_closing(60)
        self.policy = self._create_policy(
            {
                "done": {"measure": "lead_activities_done", "period": "all_time"},
                "next": {"measure": "lead_next_activity"},
            },
            [("A", ("next", "known")), ("B", ())],
            dimension=self.intention,
        )

    def _plan(self):
        return self.lead.activity_schedule("mail.mail_activity_data_call", date_deadline=TODAY)

    @freeze_time(at(TODAY))
    def test_done_ones_are_counted_and_the_next_is_the_first_planned(self):
        self._plan()
        self._plan().action_feedback()
        leads = self.lead | self._create_closing(60, self.other)
        values = self._measure_all(leads, policy=self.policy)
        self.assertEqual(values, {"done": [1, 0], "next": [TODAY, None]})

    @freeze_time(at(TODAY))
    def test_a_planned_one_counts_within_minutes(self):
        self._activate(self.policy)
        self.assertEqual(self._get_codes(self.lead), ["B"])
        self._plan()
        self.env.flush_all()
        since = self.env.cr.now() - timedelta(days=1)
        self.env["customer.grading.run"]._grade_changed(since)
        self.assertEqual(self._get_codes(self.lead), ["A"])
