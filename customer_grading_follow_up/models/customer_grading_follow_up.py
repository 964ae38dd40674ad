from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.models.fields import GuardedMany2one
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window
from odoo.addons.customer_grading.tools.texts import join_list
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .customer_grading_cadence import JOURNALS

HORIZON = timedelta(days=7)  # what falls due within it is dealt with this week


class CustomerGradingFollowUp(models.Model):
    """Where one customer or opportunity stands in one cadence of the grade that it holds.

    It is written by :mod:`.customer_grading_follow_up_engine` alone. What time makes of it, such
    as that it is overdue, is said when it is read.
    """

    _name = "customer.grading.follow.up"
    _inherit = ["customer.grading.subject"]
    _description = "Follow-up"
    _order = "date_due, grade_id, id"
    # The links are checked with every row: who made it is nobody.
    _log_access = False

    partner_id = GuardedMany2one("res.partner", "Customer", index="btree_not_null")
    lead_id = GuardedMany2one("crm.lead", "Opportunity", index="btree_not_null")
    result_id = fields.Many2one(
        "customer.grading.result", required=True, ondelete="cascade", index=True, readonly=True
    )
    cadence_id = GuardedMany2one("customer.grading.cadence", required=True, readonly=True)
    grade_id = GuardedMany2one("customer.grade", required=True, readonly=True)
    dimension_id = GuardedMany2one("customer.grading.dimension", required=True, readonly=True)
    company_id = GuardedMany2one("res.company", readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    contact = fields.Selection(related="cadence_id.contact")
    cadence = fields.Char(related="cadence_id.reads_as")
    about = fields.Char(compute="_compute_about")
    journal = fields.Selection(JOURNALS, readonly=True)
    step_id = GuardedMany2one("customer.grading.cadence.step", "Point", readonly=True)
    date_last = fields.Date("Last contact", readonly=True)
    date_due = fields.Date("Due", readonly=True, index=True)
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", index="btree_not_null", readonly=True
    )
    date_planned = fields.Date(
        "Planned for", readonly=True, help="The day that its activity was made for."
    )
    done_count = fields.Integer("Done", readonly=True, aggregator=None)
    asked_count = fields.Integer("Asked for", readonly=True, aggregator=None)
    is_filled = fields.Boolean(
        "Entered later",
        readonly=True,
        help="The last contact was written down more than two days after it is said to have been.",
    )
    pace = fields.Char(compute="_compute_pace", help="How many of the contacts of the period.")
    why_now = fields.Char("Why now", compute="_compute_why_now")
    state = fields.Selection(
        [("overdue", "Overdue"), ("today", "Today"), ("week", "This week"), ("later", "Later")],
        compute="_compute_state",
        search="_search_state",
    )
    responsible_id = fields.Many2one(
        "res.users", compute="_compute_responsible_id", search="_search_responsible_id"
    )
    email = fields.Char(compute="_compute_ways")
    phone = fields.Char(compute="_compute_ways")

    _cadence_uniq = models.UniqueIndex("(result_id, cadence_id)")
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    # ------------------------------------------------------------------ what time makes of it

    @api.model
    def _get_today(self, company=None):
        """Return the day that it is where a company is, the current one where all are as one."""
        return self.env["customer.grading.engine"]._get_today(company or self.env.company)

    @api.depends("date_due", "company_id")
    @api.depends_context("company")
    def _compute_state(self):
        todays = {company: self._get_today(company) for company in self.company_id}
        todays[self.company_id.browse()] = self._get_today()
        for one in self:
            today, due = todays[one.company_id], one.date_due
            if not due or due > today + HORIZON:
                one.state = "later"
            elif due > today:
                one.state = "week"
            else:
                one.state = "today" if due == today else "overdue"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        by_day = {}
        for company in [self.env["res.company"], *self.env.companies.parent_ids]:
            by_day.setdefault(self._get_today(company), []).append(company.id)
        if len(by_day) == 1:
            return self._get_state_domain(value, *by_day)
        return Domain.OR(
            Domain("company_id", "in", ids) & self._get_state_domain(value, today)
            for today, ids in by_day.items()
        )

    @staticmethod
    def _get_state_domain(states, today):
        due = {
            "overdue": Domain("date_due", "<", today),
            "today": Domain("date_due", "=", today),
            "week": Domain("date_due", ">", today) & Domain("date_due", "<=", today + HORIZON),
            "later": Domain("date_due", "=", False) | Domain("date_due", ">", today + HORIZON),
        }
        return Domain.OR(due[state] for state in states if state in due)

    @api.depends("done_count", "asked_count", "date_due", "cadence_id")
    @api.depends_context("lang", "company")
    def _compute_pace(self):
        """Say how many of the period there were: “3 of 4 this quarter, 1 behind”."""
        for one in self:
            one.pace = one._get_pace_text() if one.asked_count else False

    def _get_pace_text(self):
        names = {"done": self.done_count, "asked": self.asked_count}
        text = {
            "week": self.env._("%(done)s of %(asked)s this week", **names),
            "month": self.env._("%(done)s of %(asked)s this month", **names),
            "quarter": self.env._("%(done)s of %(asked)s this quarter", **names),
            "year": self.env._("%(done)s of %(asked)s this year", **names),
        }[self.cadence_id.sudo().per]
        if behind := self._count_behind():
            return self.env._("%(pace)s, %(behind)s behind", pace=text, behind=behind)
        return text

    def _count_behind(self):
        """Return how many contacts of the period should have been by now, and were not."""
        engine = self.env["customer.grading.follow.up.engine"]
        today = self._get_today(self.company_id)
        start, end = engine._get_period(self.cadence_id.sudo().per, today)
        result = self.result_id.sudo()
        begun = max(start, result.date_since or result.date_evaluated or start)
        elapsed, length = (today - begun).days, (end - begun).days + 1
        return max(self.asked_count * elapsed // length - self.done_count, 0)

    @api.depends("cadence_id", "step_id")
    @api.depends_context("lang")
    def _compute_about(self):
        for one in self:
            one.about = one.step_id.about or one.cadence_id.about

    @api.depends("cadence_id", "date_last", "pace", "step_id")
    @api.depends_context("lang")
    def _compute_why_now(self):
        """Say the cadence, and what there was of it: “Visit every 2 weeks; last 3 Nov”."""
        for one in self:
            names = {"cadence": one.cadence, "date": format_date(self.env, one.date_last)}
            text = self.env._("%(cadence)s; never yet", **names)
            if one.date_last:
                text = self.env._("%(cadence)s; last %(date)s", **names)
            one.why_now = join_list(self.env, [text, one.pace, one.step_id.about])

    @api.depends("partner_id.email", "partner_id.phone", "lead_id.email_from", "lead_id.phone")
    def _compute_ways(self):
        for one in self:
            subject = one._get_subject()
            one.email = subject.email_from if one.lead_id else subject.email
            one.phone = subject.phone

    @api.model
    def _forget(self, cadence_ids):
        """Delete the follow-ups of cadences that go, with the activities made of them."""
        if not cadence_ids:
            return
        planned = [("cadence_id", "in", cadence_ids), ("activity_id", "!=", False)]
        self.search(planned).activity_id.unlink()
        self.env.flush_all()
        # There are as many as customers.
        gone = self.env.execute_query(
            SQL(
                "DELETE FROM customer_grading_follow_up WHERE cadence_id IN %s RETURNING result_id",
                tuple(cadence_ids),
            )
        )
        dates = self.env["customer.grading.follow.up.dates"]
        dates._renew_of(list({result_id for [result_id] in gone}))
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_attainment SET cadence_id = NULL WHERE cadence_id IN %s",
                tuple(cadence_ids),
            )
        )
        self.env["customer.grading.attainment"].invalidate_model(["cadence_id"], flush=False)
        self.invalidate_model(flush=False)

    # ------------------------------------------------------------------ who does it

    @api.depends("cadence_id.who", "cadence_id.user_id", "partner_id.user_id", "lead_id.user_id")
    def _compute_responsible_id(self):
        for one in self:
            cadence, user = one.cadence_id.sudo(), one._get_subject().user_id
            one.responsible_id = {
                "salesperson": user,
                "team_leader": (one.lead_id.team_id or user.sudo().sale_team_id).user_id,
                "officer": cadence.user_id,
            }[cadence.who]

    @api.model
    def _search_responsible_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        users = [user for user in value if user]
        found = self._get_responsible_domain("in", users) if users else Domain.FALSE
        if False in value:
            found |= ~self._get_responsible_domain("!=", False)
        return found

    @api.model
    def _get_responsible_domain(self, operator, value):
        """Return the follow-ups of whom somebody is responsible, whatever the reader may see."""

        def of(who, name, domain):
            return Domain("cadence_id.who", "=", who) & Domain(name, "any!", domain)

        asked = Domain("user_id", operator, value)
        led = Domain("user_id.sale_team_id.user_id", operator, value)
        return (
            of("salesperson", "partner_id", asked)
            | of("salesperson", "lead_id", asked)
            | of("officer", "cadence_id", asked)
            | of("team_leader", "partner_id", led)
            | of("team_leader", "lead_id", Domain("team_id.user_id", operator, value))
            | of("team_leader", "lead_id", Domain("team_id", "=", False) & led)
        )

    # ------------------------------------------------------------------ what people do

    def action_plan(self):
        """Open the activity that is planned, or the dialog that plans one on the record.

        :raise UserError: where no activity type is of that kind
        """
        self.ensure_one()
        record = self._get_subject()
        record.check_access("read")
        if planned := self.activity_id.filtered("active"):
            return open_window(self.env._("Plan"), "mail.activity", target="new", res_id=planned.id)
        kind = self._require_activity_type()
        context = {
            # The dialog plans what the button was on, unless it is told otherwise.
            "active_model": record._name,
            "active_id": record.id,
            "active_ids": record.ids,
            "default_res_model": record._name,
            "default_res_ids": str(record.ids),
            "default_activity_type_id": kind.id,
            "default_activity_user_id": (self.responsible_id or self.env.user).id,
            "default_summary": self.about or self.cadence,
            "default_date_deadline": fields.Date.to_string(
                max(self.date_due or self._get_today(), self._get_today())
            ),
        }
        return open_window(
            self.env._("Plan"), "mail.activity.schedule", target="new", context=context
        )

    def action_log(self):
        """Note that there was contact today, as a done activity of the record.

        A message is not noted, but written.

        :raise UserError: where no activity type is of that kind
        """
        if self.contact == "message":
            return self._write_message()
        for one in self:
            record = one._get_subject()
            record.check_access("write")
            kind = one._require_activity_type()
            activity = record.activity_schedule(
                activity_type_id=kind.id,
                summary=one.about or one.cadence,
                user_id=self.env.uid,
                date_deadline=one._get_today(),
            )
            activity.action_feedback()
        return RELOAD

    def _write_message(self):
        """Open the composer for a message to the customer."""
        self.ensure_one()
        record = self._get_subject()
        record.check_access("read")
        context = {
            "default_model": record._name,
            "default_res_ids": record.ids,
            "default_composition_mode": "comment",
            "default_partner_ids": (record.partner_id if self.lead_id else record).ids,
            "default_subject": self.about,
        }
        return open_window(
            self.env._("Message"), "mail.compose.message", target="new", context=context
        )

    def _prepare_activity(self, kind, day):
        """Return the values of the activity of a kind by which somebody is reminded on ``day``."""
        record = self._get_subject()
        return {
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "activity_type_id": kind.id,
            "summary": self.about or self.cadence,
            "date_deadline": day,
            "user_id": self.responsible_id.id,
        }

    def _get_activity_type(self):
        """Return the type of the activity by which the contact is told.

        A done activity is contact where it was a call or a meeting; one that reminds of a message
        is none.
        """
        Type, fits = self.env["mail.activity.type"], Domain("category", "=", "phonecall")
        if self.contact == "message":
            email = self.env.ref("mail.mail_activity_data_email", raise_if_not_found=False)
            fits = Domain("id", "in", email.ids if email else ())
        elif self.contact == "visit":
            fits = Domain("category", "=", "meeting")
        of_model = Domain("res_model", "in", [False, self._get_subject()._name])
        return Type.search(fits & of_model, limit=1)

    def _require_activity_type(self):
        """Return the same, and raise where there is none."""
        if kind := self._get_activity_type():
            return kind
        raise UserError(
            self.env._(
                "There is no activity type for it any more: calls, meetings or e-mails were archived. "
                "Bring one back under Settings, Activity Types."
            )
        )

    # ------------------------------------------------------------------ sort and group

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "responsible_id" and query is not None:
            return self._get_responsible_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _get_responsible_sql(self, alias, query):
        """Return the column of who does it, to sort and group by."""
        salesperson = self._field_to_sql(alias, "salesperson_id", query)
        cadence = query.make_alias(alias, "cadence")
        query.add_join(
            "LEFT JOIN",
            cadence,
            "customer_grading_cadence",
            SQL("%s = %s", SQL.identifier(cadence, "id"), SQL.identifier(alias, "cadence_id")),
        )
        return SQL(
            "CASE %(who)s WHEN 'officer' THEN %(person)s WHEN 'team_leader' THEN ("
            "SELECT team.user_id FROM crm_team team WHERE team.id = COALESCE("
            "(SELECT team_id FROM crm_lead WHERE id = %(lead)s),"
            " (SELECT sale_team_id FROM res_users WHERE id = %(salesperson)s)))"
            " ELSE %(salesperson)s END",
            who=SQL.identifier(cadence, "who"),
            person=SQL.identifier(cadence, "user_id"),
            lead=SQL.identifier(alias, "lead_id"),
            salesperson=salesperson,
        )
