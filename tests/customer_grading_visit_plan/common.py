"""A salesperson with customers of two grades, a leader of the team, and a month to plan."""

from datetime import date

from odoo.fields import Command

from ..common import ClockCase

START = date(2026, 11, 2)  # a Monday
KINDS = {
    "call": "mail.mail_activity_data_call",
    "visit": "mail.mail_activity_data_meeting",
}


class VisitCase(ClockCase):
    start = START

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        cls.leader = cls._create_users(suffix="_leader")["salesperson"]
        cls.team = cls.env["crm.team"].create(
            {
                "name": "North",
                "user_id": cls.leader.id,
                "member_ids": [Command.set(cls.seller.ids)],
            }
        )
        cls._at(cls.start)
        cls.big, cls.small, cls.slow = cls._create_customers(
            3, user_id=cls.seller.id, phone="555-1"
        )
        for customer, amount in ((cls.big, 1000), (cls.small, 100), (cls.slow, 100)):
            cls._create_order(customer, START, amount)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 1000)), ("B", ())],
        )
        cls.first, cls.second = cls.policy.rule_ids.grade_id.sorted()

    def _ask(self, grade=None, **vals):
        """Write a cadence on a grade."""
        return self.env["customer.grading.cadence"].create(
            {"grade_id": (grade or self.first).id, "contact": "visit", **vals}
        )

    def _plan(self, user=None, make=True, month=START, **vals):
        """Return the plan of a month, made of what the grades ask for."""
        plan = self.env["customer.grading.visit.plan"].create(
            {
                "user_id": (user or self.seller).id,
                "company_id": self.company.id,
                "date_month": month,
                **vals,
            }
        )
        if make:
            plan._make()
        return plan

    def _add(self, plan, customer, day, **vals):
        """Plan a visit by hand."""
        return self.env["customer.grading.visit"].create(
            {"plan_id": plan.id, "partner_id": customer.id, "date_planned": day, **vals}
        )

    def _contact(self, record, kind="visit", user=None):
        """Mark a call or a visit done today."""
        record = record.with_user(user or self.seller).sudo()
        record.activity_schedule(KINDS[kind], user_id=self.env.uid).action_feedback()

    def _get_days(self, plan, customer=None):
        visits = plan.visit_ids.sorted()
        if customer:
            visits = visits.filtered(lambda visit: visit.partner_id == customer)
        return [visit.date_planned.day for visit in visits]
