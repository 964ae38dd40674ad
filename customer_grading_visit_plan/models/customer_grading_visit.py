from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.addons.customer_grading.tools.texts import NOT_GRADED, join_list
from odoo.addons.customer_grading_follow_up.models.customer_grading_cadence import CONTACTS
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..tools.weeks import get_monday, get_month, get_week, get_weeks, read_week

FOUND_FIELDS = {"date_done", "kind_done", "date_added", "is_changed"}  # nobody writes them
MARKED_FIELDS = {"date_planned", "week", "kind", "partner_id", "lead_id", "is_cancelled"}
STATES = [
    ("planned", "Planned"),
    ("done", "Done"),
    ("missed", "Missed"),
    ("cancelled", "Cancelled"),
]


class CustomerGradingVisit(models.Model):
    """One contact that somebody means to have with a customer or on an opportunity.

    That it was done is recognised from the contacts that there are in Odoo.
    """

    _name = "customer.grading.visit"
    _inherit = ["customer.grading.subject"]
    _description = "Planned Visit"
    _order = "date_planned, grade_id, id"

    plan_id = fields.Many2one(
        "customer.grading.visit.plan",
        compute="_compute_plan_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        ondelete="cascade",
        index=True,
    )
    user_id = fields.Many2one(
        string="Responsible", related="plan_id.user_id", store=True, precompute=True, index=True
    )
    team_id = fields.Many2one(
        related="plan_id.team_id", store=True, precompute=True, index="btree_not_null"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    active = fields.Boolean(default=True)
    grade_id = fields.Many2one(
        "customer.grade",
        compute="_compute_grade_id",
        store=True,
        precompute=True,
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
        help="The grade on the day on which the visit was planned.",
    )
    grade_color = fields.Integer(related="grade_id.color")
    kind = fields.Selection(
        CONTACTS,
        default="visit",
        required=True,
        help="What counts. Only “Any contact” is met by a call, a visit and a message alike.",
    )
    date_planned = fields.Date("Planned for", required=True, index=True)
    week = fields.Char(
        compute="_compute_week",
        inverse="_inverse_week",
        store=True,
        readonly=False,
        group_expand="_group_expand_week",
        help="Moved to another week, a visit keeps its day of the week.",
    )
    cadence_id = fields.Many2one(
        "customer.grading.cadence",
        "Asked for by",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="The cadence of the grade; none where somebody added the visit by hand.",
    )
    date_due = fields.Date("Due", readonly=True)
    date_added = fields.Date(
        "Added on",
        default=lambda self: self._get_today(),
        required=True,
        readonly=True,
        copy=False,
        help="Earlier contacts do not count for this visit.",
    )
    note = fields.Char()
    why = fields.Char(compute="_compute_why")
    date_done = fields.Date("Done on", readonly=True, copy=False)
    kind_done = fields.Selection(
        [kind for kind in CONTACTS if kind[0] != "any"], "Done by", readonly=True, copy=False
    )
    success = fields.Selection([("yes", "Yes"), ("no", "No")], "Successful", copy=False)
    result = fields.Char(copy=False, help="What came of it, in a few words.")
    is_cancelled = fields.Boolean("Cancelled", copy=False)
    is_changed = fields.Boolean(
        "Changed after confirmation",
        readonly=True,
        copy=False,
        help="Added, moved or cancelled since the plan was confirmed.",
    )
    state = fields.Selection(STATES, compute="_compute_state", search="_search_state")
    is_today = fields.Boolean("Today", compute="_compute_is_today", search="_search_is_today")
    phone = fields.Char(compute="_compute_ways")
    date_last = fields.Date("Last contact", compute="_compute_ways")

    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say whom the visit is to: a customer, or an opportunity.",
    )

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    # ------------------------------------------------------------------ what it says

    @api.depends("date_planned")
    def _compute_plan_id(self):
        """Propose the user's own plan of the month."""
        Plan = self.env["customer.grading.visit.plan"]
        own = Plan.search(
            [("user_id", "=", self.env.uid), ("company_id", "=", self.env.company.id)]
        ).grouped("date_month")
        chosen = self.env.context.get("default_plan_id")
        for visit in self:
            month = (visit.date_planned or self._get_today()).replace(day=1)
            follows = not chosen and not visit._origin and visit.plan_id in own.values()
            if not visit.plan_id or (follows and month in own):
                visit.plan_id = own.get(month, Plan)

    @api.depends("partner_id", "lead_id")
    def _compute_grade_id(self):
        """It is the grade then: it does not follow the customer's."""
        for company, visits in self.grouped("company_id").items():
            for visit in visits.sudo().with_company(company or self.env.company):
                subject = visit._get_subject()
                visit.grade_id = subject[subject._grading_grade_field] if subject else False

    @api.depends("date_planned")
    def _compute_week(self):
        for visit in self:
            visit.week = visit.date_planned and get_week(visit.date_planned)

    def _inverse_week(self):
        """Move the visit to the same day of another week, within the month of its plan."""
        for visit in self:
            monday, day = read_week(visit.week or ""), visit.date_planned
            if not monday or not day:
                raise ValidationError(self.env._("Choose one of the weeks of the month."))
            if monday != get_monday(day):
                visit.date_planned = monday + timedelta(days=day.weekday())

    @api.depends("cadence_id", "note")
    @api.depends_context("lang")
    def _compute_why(self):
        for visit in self:
            visit.why = join_list(self.env, [visit.cadence_id.sudo().reads_as, visit.note])

    @api.depends("date_done", "is_cancelled", "date_planned")
    @api.depends_context("company")
    def _compute_state(self):
        """It is missed once its week is over."""
        monday = get_monday(self._get_today())
        for visit in self:
            if visit.date_done:
                visit.state = "done"
            elif visit.is_cancelled:
                visit.state = "cancelled"
            else:
                is_over = visit.date_planned and visit.date_planned < monday
                visit.state = "missed" if is_over else "planned"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        monday = get_monday(self._get_today())
        is_open = Domain("date_done", "=", False) & Domain("is_cancelled", "=", False)
        met = {
            "planned": is_open & Domain("date_planned", ">=", monday),
            "done": Domain("date_done", "!=", False),
            "missed": is_open & Domain("date_planned", "<", monday),
            "cancelled": Domain("date_done", "=", False) & Domain("is_cancelled", "=", True),
        }
        return Domain.OR(met[state] for state in value if state in met)

    @api.depends("date_planned")
    @api.depends_context("company")
    def _compute_is_today(self):
        today = self._get_today()
        for visit in self:
            visit.is_today = visit.date_planned == today

    @api.model
    def _search_is_today(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain("date_planned", "=", self._get_today())
        return Domain.OR(found if wanted else ~found for wanted in value)

    @api.depends("partner_id.phone", "lead_id.phone")
    @api.depends_context("company", "uid")
    def _compute_ways(self):
        for visit in self:
            subject = visit._get_subject()
            visit.phone = subject.phone
            visit.date_last = subject.follow_up_last_date

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "state":
            return SQL(
                "CASE WHEN %(done)s IS NOT NULL THEN 'done' WHEN %(cancelled)s THEN 'cancelled'"
                " WHEN %(day)s < %(monday)s THEN 'missed' ELSE 'planned' END",
                done=self._field_to_sql(alias, "date_done", query),
                cancelled=self._field_to_sql(alias, "is_cancelled", query),
                day=self._field_to_sql(alias, "date_planned", query),
                monday=get_monday(self._get_today()),
            )
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _group_expand_week(self, weeks, domain):
        """Show every week of the months that are shown: a visit can be drawn to an empty one."""
        plan = self.env["customer.grading.visit.plan"].browse(
            self.env.context.get("default_plan_id") or ()
        )
        days = [read_week(week) for week in weeks]
        if plan:
            first, last = get_month(plan.date_month)
        elif not days:
            first, last = get_month(self._get_today())
        else:
            # Weeks at either end belong to two months: the one with most of its days counts.
            first = get_month(min(days) + timedelta(days=3))[0]
            last = get_month(max(days) + timedelta(days=3))[1]
        return get_weeks(first, last)

    # ------------------------------------------------------------------ what is kept

    @api.constrains("date_planned", "plan_id")
    def _check_day(self):
        for visit in self:
            first, last = get_month(visit.plan_id.date_month)
            if not first <= visit.date_planned <= last:
                raise ValidationError(
                    self.env._(
                        "%(day)s is outside %(month)s: a visit stays within the month of its plan. "
                        "Choose another day, or add it to the plan of that month.",
                        day=format_date(self.env, visit.date_planned),
                        month=visit.plan_id.month,
                    )
                )

    @api.constrains("is_cancelled")
    def _check_cancelled(self):
        if self.filtered(lambda visit: visit.is_cancelled and visit.date_done):
            raise ValidationError(self.env._("What was done cannot be cancelled."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_found(vals)
        self._check_found({name for name in FOUND_FIELDS if f"default_{name}" in self.env.context})
        visits = super().create(vals_list)
        visits._mark_changed()
        visits._recognise()
        return visits

    def write(self, vals):
        self._check_found(vals)
        if not self.env.su and vals.keys() & {"active", "plan_id"}:
            self._check_deletable()
            self.plan_id.browse(vals.get("plan_id") or ()).check_access("write")
        if not vals.keys() & {*MARKED_FIELDS, "active"}:
            return super().write(vals)
        before = {visit: visit._get_marked() for visit in self}
        weeks = self.mapped("week")
        done = super().write(vals)
        if not self.env.su:
            self.filtered(lambda visit: visit._get_marked() != before[visit])._mark_changed()
        self._recognise(weeks)
        return done

    def unlink(self):
        """Keep, out of sight, what a cadence asked for: the plan made again leaves it out."""
        self._check_deletable()
        asked = self.filtered(lambda visit: visit.cadence_id and visit.active)
        asked.active = False
        return super(CustomerGradingVisit, self - asked).unlink()

    def _check_deletable(self):
        """Keep what was confirmed: a visit that is not to be is cancelled."""
        if any(visit.plan_id.state == "confirmed" for visit in self):
            raise UserError(
                self.env._("The plan is confirmed: cancel the visit instead of deleting it.")
            )

    def _check_found(self, names):
        """Let nobody type what the contacts in Odoo say."""
        if FOUND_FIELDS.intersection(names) and not self.env.su:
            raise AccessError(
                self.env._(
                    "A visit counts as done once the contact is in Odoo: log the call or the meeting."
                )
            )

    def _get_marked(self):
        return [
            self[name] for name in ("date_planned", "kind", "partner_id", "lead_id", "is_cancelled")
        ]

    def _mark_changed(self):
        later = self.sudo().filtered(lambda visit: visit.plan_id.state == "confirmed")
        later.filtered(lambda visit: not visit.is_changed).is_changed = True

    def _recognise(self, weeks=()):
        self.env["customer.grading.visit.contacts"]._recognise(self, weeks)

    # ------------------------------------------------------------------ what people do

    def _as_follow_up(self):
        """Return the visit as a follow-up, to be logged as one is."""
        return self.env["customer.grading.follow.up"].new(
            {
                "partner_id": self.partner_id.id,
                "lead_id": self.lead_id.id,
                "contact": self.kind,
                "about": self.why or self.env._("Visit"),
            }
        )

    def action_log(self):
        """Note that there was contact today, as follow-ups do.

        A visit of another week is one of this week then.

        :raise UserError: where no activity type is of that kind
        """
        self.check_access("write")
        action, today = RELOAD, self._get_today()
        for visit in self:
            if visit.week != get_week(today):
                visit.date_planned = today
            action = visit._as_follow_up().action_log()
        return action

    def action_succeed(self):
        """Note that the visit was successful."""
        self.success = "yes"

    def action_cancel(self):
        """Take the visit back: it is shown, and counts for nothing."""
        self.is_cancelled = True

    def action_restore(self):
        """Plan again what was cancelled."""
        self.is_cancelled = False
