from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.models.fields import GuardedMany2one
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from .customer_grading_deadline import KINDS

# Up to so many of a unit are told in it: 47 hours, but 2 days.
TOLD_UNITS = 2


class CustomerGradingDeadlineCase(models.Model):
    """One time that something was asked of us: a first contact, an answer, or an update.

    It is written by :mod:`.customer_grading_deadline_engine` alone, and kept once it is met. What
    time makes of it, such as that it is overdue, is said when it is read.
    """

    _name = "customer.grading.deadline.case"
    _inherit = ["customer.grading.subject"]
    _description = "Waiting for an Answer"
    _order = "date_due, grade_id, id"
    # The links are checked with every row: who made it is nobody.
    _log_access = False

    partner_id = GuardedMany2one("res.partner", "Customer", index="btree_not_null")
    lead_id = GuardedMany2one("crm.lead", "Opportunity", index="btree_not_null")
    result_id = fields.Many2one(
        "customer.grading.result", required=True, ondelete="cascade", index=True, readonly=True
    )
    deadline_id = GuardedMany2one("customer.grading.deadline", readonly=True)
    grade_id = GuardedMany2one("customer.grade", required=True, readonly=True)
    dimension_id = GuardedMany2one("customer.grading.dimension", required=True, readonly=True)
    company_id = GuardedMany2one("res.company", readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    kind = fields.Selection(KINDS, "What is asked", required=True, readonly=True)
    asked = fields.Char(compute="_compute_asked")
    date_start = fields.Datetime("Since", required=True, readonly=True)
    date_due = fields.Datetime("Due", required=True, readonly=True, index=True)
    date_met = fields.Datetime("Answered", readonly=True)
    is_late = fields.Boolean("Answered late", readonly=True)
    hours = fields.Float(
        "Response time (hours)",
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="From what was asked to the answer, by the clock.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        readonly=True,
        index="btree_not_null",
        help="The salesperson or, where there is none, the leader of the sales team.",
    )
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True, index="btree_not_null")
    message_id = fields.Many2one(
        "mail.message",
        "Message that waits",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
        groups="base.group_system",  # its name is what the message is about
    )
    excerpt = fields.Char("Message", compute="_compute_excerpt")
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", index="btree_not_null", readonly=True
    )
    is_reminded = fields.Boolean("Reminded", readonly=True)
    due_in = fields.Char("Due in", compute="_compute_due_in")
    state = fields.Selection(
        [("overdue", "Overdue"), ("waiting", "Waiting"), ("late", "Late"), ("met", "In time")],
        compute="_compute_state",
        search="_search_state",
    )
    is_due_today = fields.Boolean(
        "Due today", compute="_compute_is_due_today", search="_search_is_due_today"
    )

    _start_uniq = models.UniqueIndex("(result_id, deadline_id, date_start)")
    _waiting_idx = models.Index("(dimension_id, date_start) WHERE date_met IS NULL")
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    # ------------------------------------------------------------------ what time makes of it

    @api.depends("date_due", "date_met", "is_late")
    def _compute_state(self):
        now = fields.Datetime.now()
        for case in self:
            if case.date_met:
                case.state = "late" if case.is_late else "met"
            else:
                case.state = "overdue" if case.date_due < now else "waiting"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now, is_open = fields.Datetime.now(), Domain("date_met", "=", False)
        found = {
            "overdue": is_open & Domain("date_due", "<", now),
            "waiting": is_open & Domain("date_due", ">=", now),
            "late": ~is_open & Domain("is_late", "=", True),
            "met": ~is_open & Domain("is_late", "=", False),
        }
        return Domain.OR(found[state] for state in value if state in found)

    @api.model
    def _get_today(self):
        """Return when today begins and ends where the current company is, in UTC."""
        engine, company = self.env["customer.grading.engine"], self.env.company
        today = engine._get_today(company)
        scope = Scope(today, tz=engine._get_time_zone(company))
        return scope.get_start_of(today), scope.get_end_of(today)

    @api.depends("date_due")
    @api.depends_context("company")
    def _compute_is_due_today(self):
        start, end = self._get_today()
        for case in self:
            case.is_due_today = start <= case.date_due < end

    @api.model
    def _search_is_due_today(self, operator, value):
        if operator != "in":
            return NotImplemented
        start, end = self._get_today()
        today = Domain("date_due", ">=", start) & Domain("date_due", "<", end)
        return today if True in value else ~today

    @api.depends("date_due", "date_met")
    @api.depends_context("lang")
    def _compute_due_in(self):
        """Say it to the minute where that matters: “in 3 hours”, “2 days ago”."""
        now = fields.Datetime.now()
        locale = babel_locale_parse(self.env.lang or "en_US")
        for case in self:
            case.due_in = not case.date_met and format_timedelta(
                case.date_due - now, threshold=TOLD_UNITS, add_direction=True, locale=locale
            )

    @api.depends("deadline_id.reads_as", "kind")
    @api.depends_context("lang")
    def _compute_asked(self):
        """Name at least the kind of a deadline that was deleted."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for case in self:
            case.asked = case.sudo().deadline_id.reads_as or kinds.get(case.kind)

    @api.depends("message_id")
    @api.depends_context("uid")
    def _compute_excerpt(self):
        """Tell the beginning of the message to who may read it where it was written."""
        readable = self._get_readable_messages()
        for case in self:
            message = case.sudo().message_id
            case.excerpt = message.id in readable.ids and (message.preview or message.subject)

    def _get_readable_messages(self):
        messages = self.sudo().message_id.sudo(False)
        return messages._filtered_access("read")

    # ------------------------------------------------------------------ what people do

    def action_answer(self):
        """Open the composer for an answer, where the message was written or on the record."""
        self.ensure_one()
        record, people = self._get_answered()
        record.check_access("read")
        context = {
            "default_model": record._name,
            "default_res_ids": record.ids,
            "default_composition_mode": "comment",
            "default_partner_ids": people.ids,
            "default_subject": self._get_answer_subject(record),
        }
        return open_window(
            self.env._("Answer"), "mail.compose.message", target="new", context=context
        )

    def _get_answered(self):
        """Return the record to answer on, and to whom: who wrote, or else the customer."""
        subject = self._get_subject()
        customer = subject.partner_id if self.lead_id else subject
        message = self._get_readable_messages().exists()
        if not message.model:
            return subject, customer
        record = self.env[message.model].browse(message.res_id).exists()
        if not record or not record.has_access("read"):
            return subject, customer
        return record, message.author_id or customer

    def _get_answer_subject(self, record):
        message = self._get_readable_messages()
        return self.env._("Re: %s", message.subject or record.display_name)

    # ------------------------------------------------------------------ what goes

    @api.model
    def _forget(self, deadlines):
        """Delete what waits by deadlines that go, with the activities; what was met stays."""
        own = [("deadline_id", "in", deadlines.ids)]
        waiting = self.search([*own, ("date_met", "=", False)])
        waiting.activity_id.unlink()
        waiting.unlink()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_deadline_case SET deadline_id = NULL"
                " WHERE deadline_id = ANY(%s)",
                deadlines.ids,
            )
        )
        self.invalidate_model(flush=False)

    # ------------------------------------------------------------------ sort and group

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "state":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            "CASE WHEN %(met)s IS NOT NULL THEN CASE WHEN %(late)s THEN 'late' ELSE 'met' END"
            " WHEN %(due)s < %(now)s THEN 'overdue' ELSE 'waiting' END",
            met=super()._field_to_sql(alias, "date_met", query),
            late=super()._field_to_sql(alias, "is_late", query),
            due=super()._field_to_sql(alias, "date_due", query),
            now=fields.Datetime.now(),
        )
