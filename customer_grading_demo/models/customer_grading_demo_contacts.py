from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Command

# How often the best grades are contacted, the best first: what, and every how many weeks.
CADENCES = ((("visit", 2), ("call", 1)), (("visit", 4), ("call", 2)), (("any", 6),), (("any", 13),))
# Days from one contact to the next, and since the last one, by turns; nobody called the last.
CONTACTED = ((6, 3), (13, 9), (9, 24), (27, 1), (40, 75), (30, 52), (365, 400))
YEAR = 365
FOLLOWED_DAYS = 60  # since the first grading
# How soon the best grades are answered, and what their people wrote how many hours ago.
ANSWERS = ((4, "working_hours"), (24, "hours"))
WROTE = (
    ("When will the axles come? We need them before the new line starts.", 70),
    ("Please send the drawing of the new drum again.", 30),
    ("The last delivery was short of two pallets. What happened?", 5),
    ("Could you quote 400 pieces, painted?", 1),
)


class CustomerGradingDemoContacts(models.AbstractModel):
    """How the demo company looks after its customers: contacts, plans, answers, the pool."""

    _name = "customer.grading.demo.contacts"
    _description = "Contacts of the Demo Company"

    def _look_after_customers(self, policy, customers, partners, companies, users):
        """Make a year of contacts, and what follows from them by the grades of ``policy``."""
        self._write_cadences(policy)
        self._contact_customers(customers, partners, users)
        self._follow_up(policy, companies)
        self._keep_pool(policy)
        self._plan_visits(users)
        self._ask(policy, companies["main"])

    def _write_cadences(self, policy):
        grades = policy.rule_ids.grade_id.sorted()
        self.env["customer.grading.cadence"].create(
            [
                {"grade_id": grade.id, "contact": contact, "gap": weeks, "gap_unit": "weeks"}
                for grade, cadences in zip(grades, CADENCES, strict=False)
                for contact, weeks in cadences
            ]
        )

    def _contact_customers(self, customers, partners, users):
        """Note the calls and visits of a year: some customers wait, and some were forgotten.

        One of the salespeople writes his visits down when he is asked for them.
        """
        kinds = [self.env.ref(f"mail.mail_activity_data_{kind}").id for kind in ("call", "meeting")]
        comment, done = self.env.ref("mail.mt_comment").id, []
        for index, customer in enumerate(customers):
            partner, (gap, last) = partners[customer.name], CONTACTED[index % len(CONTACTED)]
            done += [
                {
                    "model": "res.partner",
                    "res_id": partner.id,
                    "message_type": "notification",
                    "body": ("Called", "Visited")[number % 2],
                    "subtype_id": comment,
                    "author_id": partner.user_id.partner_id.id,
                    "mail_activity_type_id": kinds[number % 2],
                    "date": fields.Datetime.to_datetime(self._get_day(days_ago)),
                }
                for number, days_ago in enumerate(range(last, YEAR, gap))
            ]
        self.env["mail.message"].create(done)
        late = [partner for partner in partners.values() if partner.user_id == users["zhangwei"]]
        start = fields.Datetime.to_datetime(self._get_day(8)) + timedelta(hours=2)
        self.env["calendar.event"].create(
            [
                {
                    "name": f"Visit to {partner.name}",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "user_id": partner.user_id.id,
                    "partner_ids": [Command.set(partner.ids)],
                }
                for partner in late[:3]
            ]
        )

    def _follow_up(self, policy, companies):
        """Note what became of what was due since the first grading, day by day."""
        engine = self.env["customer.grading.follow.up.engine"]
        for days_ago in range(FOLLOWED_DAYS, -1, -1):
            for company in companies.values():
                engine._renew(policy.dimension_id, company, date=self._get_day(days_ago))

    def _keep_pool(self, policy):
        """Take whom nobody contacted for two months off the salespeople, and remind of others."""
        grade = policy.rule_ids.grade_id.sorted()[2]
        grade.most_held = 30
        days = {"remind_days": 45, "leader_days": 55, "take_days": 60, "cool_down_days": 30}
        rule = self.env["customer.grading.pool.rule"].create({"grade_id": grade.id, **days})
        rule._activate()
        rule.sudo().date_activated = self._get_day(YEAR)
        self.env["customer.grading.pool.keeper"]._keep()

    def _plan_visits(self, users):
        """Plan the visits of this month and the next one; a leader confirmed those of this one."""
        Plan = self.env["customer.grading.visit.plan"]
        months = [self._get_day(0), self._get_day(0) + relativedelta(months=1)]
        for login in ("lina", "chenjing"):
            for month in months:
                plan = Plan.create(
                    {
                        "user_id": users[login].id,
                        "company_id": users[login].company_id.id,
                        "date_month": month,
                    }
                )
                plan._make()
                if login == "lina" and month == months[0]:
                    self._act_as(plan, plan.leader_id, plan.company_id).action_confirm()

    def _ask(self, policy, company):
        """Let customers write to whom nobody answered yet, but for the last of them."""
        grades = policy.rule_ids.grade_id.sorted()
        since = self._get_day(FOLLOWED_DAYS)
        self.env["customer.grading.deadline"].create(
            [
                {
                    "grade_id": grade.id,
                    "kind": "answer",
                    "count": count,
                    "unit": unit,
                    "date_from": since,
                }
                for grade, (count, unit) in zip(grades, ANSWERS, strict=False)
            ]
        )
        best = self.env["customer.grading.result"].search(
            [("grade_id", "in", grades[: len(ANSWERS)].ids), ("company_id", "=", company.id)],
            limit=len(WROTE),
        )
        asked, comment = [], self.env.ref("mail.mt_comment").id
        for result, (body, hours) in zip(best, WROTE, strict=False):
            contact = result.partner_id.child_ids[:1] or result.partner_id
            asked.append(
                {
                    "model": "res.partner",
                    "res_id": result.partner_id.id,
                    "message_type": "email",
                    "subtype_id": comment,
                    "author_id": contact.id,
                    "email_from": contact.email_formatted,
                    "body": body,
                    "date": fields.Datetime.now() - timedelta(hours=hours),
                }
            )
        self.env["mail.message"].create(asked)
        engine = self.env["customer.grading.deadline.engine"]
        engine._renew_all(engine._get_asked())
