from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list

CONTACTS = [("any", "Any contact"), ("call", "Call"), ("visit", "Visit"), ("message", "Message")]
UNITS = [("days", "days"), ("weeks", "weeks"), ("months", "months")]
MOST = {"days": 3660, "weeks": 520, "months": 120}  # how far apart two contacts may be
# By how many days there are from one contact to the next, at the most.
JOURNALS = [
    ("1_daily", "Daily"),
    ("2_weekly", "Weekly"),
    ("3_half_monthly", "Half-monthly"),
    ("4_monthly", "Monthly"),
    ("5_rarer", "Rarer"),
    ("6_occasion", "By occasion"),
]
JOURNAL_DAYS = {"1_daily": 1, "2_weekly": 7, "3_half_monthly": 16, "4_monthly": 31}
LENGTHS = {"days": 1, "weeks": 7, "months": 30, "week": 7, "month": 30, "quarter": 91, "year": 365}
# What a cadence is of decides when the next contact is due, and so does nothing else.
DECIDING_FIELDS = (
    "contact",
    "rhythm",
    "gap",
    "gap_unit",
    "times",
    "per",
    "anchor",
    "yearly_on",
    "working_days",
    "also_lower",
    "step_ids",
)


class CustomerGradingCadence(models.Model):
    """How often who holds a grade is contacted, in one way."""

    _name = "customer.grading.cadence"
    _inherit = ["customer.grading.presence"]
    _description = "Cadence of Contact"
    _order = "grade_id, sequence, id"

    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade", index=True)
    dimension_id = fields.Many2one(related="grade_id.dimension_id")
    subject = fields.Selection(related="dimension_id.subject")
    sequence = fields.Integer(default=10)
    contact = fields.Selection(
        CONTACTS,
        default="any",
        required=True,
        help="What counts. Only “Any contact” counts a visit for a call, or a message for a visit.",
    )
    rhythm = fields.Selection(
        [
            ("gap", "At the latest after"),
            ("count", "So often in a period"),
            ("calendar", "On days after an event"),
            ("yearly", "On a day of each year"),
        ],
        "When",
        default="gap",
        required=True,
    )
    gap = fields.Integer("Longest gap", default=1, help="From one contact to the next.")
    gap_unit = fields.Selection(UNITS, "Unit", default="weeks", required=True)
    times = fields.Integer("Contacts", default=1)
    per = fields.Selection(
        [("week", "a week"), ("month", "a month"), ("quarter", "a quarter"), ("year", "a year")],
        default="month",
        required=True,
    )
    anchor = fields.Char(
        "First day", help="The event whose day the calendar begins on, or the code of a question."
    )
    anchor_choice = fields.Selection(
        selection="_get_anchor_choices",
        string="After",
        compute="_compute_choices",
        inverse="_inverse_anchor_choice",
        help="The event whose day the calendar begins on.",
    )
    step_ids = fields.One2many("customer.grading.cadence.step", "cadence_id", "Points", copy=True)
    yearly_on = fields.Char(
        "Day of the year", help="A festival, a date of the record, or the code of a question."
    )
    yearly_choice = fields.Selection(
        selection="_get_yearly_choices",
        string="On",
        compute="_compute_choices",
        inverse="_inverse_yearly_choice",
    )
    working_days = fields.Boolean(
        "Working days",
        help="Days are counted as the company works, and nothing is due on a free day.",
    )
    who = fields.Selection(
        [
            ("salesperson", "The salesperson"),
            ("team_leader", "The leader of his or her team"),
            ("officer", "A person"),
        ],
        default="salesperson",
        required=True,
    )
    user_id = fields.Many2one(
        "res.users", "Person", domain=[("share", "=", False)], index="btree_not_null"
    )
    also_lower = fields.Boolean(
        "Also the grades below",
        help="Who holds a lower grade is contacted like that, too. It inherits nothing else.",
    )
    part_of_day = fields.Selection(
        [
            ("morning", "In the morning"),
            ("afternoon", "In the afternoon"),
            ("evening", "In the evening"),
        ],
        "Best time",
        help="When such customers are best reached. It is told with what is due.",
    )
    about = fields.Char("What it is about", translate=True)
    optional = fields.Boolean(help="It is shown, and nobody is reminded.")
    reads_as = fields.Char(compute="_compute_reads_as")
    warning = fields.Char(compute="_compute_warning")
    is_new = fields.Boolean(
        "New", default=True, help="Nobody was looked at by it since it was written."
    )
    journal = fields.Selection(
        JOURNALS,
        compute="_compute_journal",
        store=True,
        help="The journal that who holds the grade is kept in, by the longest time between two contacts.",
    )

    # ------------------------------------------------------------------ what can be chosen

    @api.model
    def _get_anchor_choices(self):
        return self.env["customer.grading.cadence.day"]._get_choices("anchor")

    @api.model
    def _get_yearly_choices(self):
        return self.env["customer.grading.cadence.day"]._get_choices("yearly")

    @api.depends("anchor", "yearly_on")
    def _compute_choices(self):
        anchors, days = dict(self._get_anchor_choices()), dict(self._get_yearly_choices())
        for cadence in self:
            cadence.anchor_choice = cadence.anchor if cadence.anchor in anchors else False
            cadence.yearly_choice = cadence.yearly_on if cadence.yearly_on in days else False

    def _inverse_anchor_choice(self):
        for cadence in self:
            cadence.anchor = cadence.anchor_choice

    def _inverse_yearly_choice(self):
        for cadence in self:
            cadence.yearly_on = cadence.yearly_choice

    @api.onchange("anchor_choice", "yearly_choice")
    def _onchange_choices(self):
        """Let the sentence follow what is chosen before it is saved."""
        self._inverse_anchor_choice()
        self._inverse_yearly_choice()

    # ------------------------------------------------------------------ what is wrong

    @api.constrains(*DECIDING_FIELDS, "grade_id")
    def _check_complete(self):
        for cadence in self:
            if problem := cadence._get_problem():
                raise ValidationError(
                    self.env._(
                        "Contact of grade %(grade)s: %(problem)s",
                        grade=cadence.grade_id.code,
                        problem=problem,
                    )
                )

    def _get_problem(self):
        """Return in words what keeps the cadence from saying when, or nothing."""
        if self.subject not in ("partner", "lead"):
            return self.env._("only customers and opportunities are followed up.")
        return getattr(self, f"_get_{self.rhythm}_problem")()

    def _get_gap_problem(self):
        if not 1 <= self.gap <= MOST[self.gap_unit]:
            return self.env._(
                "the longest gap is from 1 to %(most)s %(unit)s.",
                most=MOST[self.gap_unit],
                unit=dict(self._fields["gap_unit"]._description_selection(self.env))[self.gap_unit],
            )
        return None

    def _get_count_problem(self):
        if not 1 <= self.times <= 366:
            return self.env._("say how often in the period, from 1 to 366.")
        return None

    def _get_calendar_problem(self):
        if not self.anchor:
            return self.env._("choose the event whose day the calendar begins on.")
        return None

    def _get_yearly_problem(self):
        return None if self.yearly_on else self.env._("choose the day of the year.")

    @api.depends("rhythm", "anchor", "yearly_on", "step_ids")
    @api.depends_context("lang")
    def _compute_warning(self):
        """Say why nobody is ever due by it: what it hangs on may come with another addon."""
        known = {
            "calendar": dict(self._get_anchor_choices()),
            "yearly": dict(self._get_yearly_choices()),
        }
        for cadence in self:
            day = cadence.anchor if cadence.rhythm == "calendar" else cadence.yearly_on
            cadence.warning = False
            if cadence.rhythm in known and day and day not in known[cadence.rhythm]:
                cadence.warning = self.env._(
                    "Nothing is called “%s” here, no event, date or question: nobody is ever due. "
                    "Choose a day that there is, or install what brings it.",
                    day,
                )
            elif cadence.rhythm == "calendar" and not cadence.step_ids:
                cadence.warning = self.env._("Nobody is ever due: add the points of the calendar.")

    @api.depends("reads_as")
    def _compute_display_name(self):
        for cadence in self:
            cadence.display_name = cadence.reads_as

    @api.depends("rhythm", "gap", "gap_unit", "times", "per")
    def _compute_journal(self):
        for cadence in self:
            days = {
                "gap": cadence.gap * LENGTHS[cadence.gap_unit or "days"],
                "count": LENGTHS[cadence.per or "month"] / (cadence.times or 1),
            }.get(cadence.rhythm)
            fitting = (name for name, most in JOURNAL_DAYS.items() if days and days <= most)
            cadence.journal = next(fitting, "5_rarer") if days else "6_occasion"

    # ------------------------------------------------------------------ in words

    @api.depends(
        *DECIDING_FIELDS,
        "step_ids.count",
        "step_ids.unit",
        "part_of_day",
        "about",
        "optional",
    )
    @api.depends_context("lang")
    def _compute_reads_as(self):
        for cadence in self:
            cadence.reads_as = cadence._get_text()

    def _get_text(self):
        """Return the cadence as a sentence."""
        self.ensure_one()
        text = getattr(self, f"_get_{self.rhythm}_text")()
        names = {"contact": self._get_contact_text(), "when": text}
        text = self.env._("%(contact)s %(when)s", **names)
        if self.part_of_day:
            part = dict(self._fields["part_of_day"]._description_selection(self.env))
            time = part[self.part_of_day].lower()
            text = self.env._("%(sentence)s, %(time)s", sentence=text, time=time)
        if self.about:
            text = self.env._("%(sentence)s: %(about)s", sentence=text, about=self.about)
        if self.optional:
            text = self.env._("%s (nobody is reminded)", text)
        return text

    def _get_contact_text(self):
        labels = dict(self._fields["contact"]._description_selection(self.env))
        return labels.get(self.contact, "")

    def _get_gap_text(self):
        if self.working_days and self.gap_unit == "days":
            if self.gap == 1:
                return self.env._("every working day")
            return self.env._("every %s working days", self.gap)
        if self.gap == 1:
            return {
                "days": self.env._("every day"),
                "weeks": self.env._("every week"),
                "months": self.env._("every month"),
            }[self.gap_unit]
        return {
            "days": self.env._("every %s days", self.gap),
            "weeks": self.env._("every %s weeks", self.gap),
            "months": self.env._("every %s months", self.gap),
        }[self.gap_unit]

    def _get_count_text(self):
        names = {"times": self.times}
        return {
            "week": self.env._("%(times)s × a week", **names),
            "month": self.env._("%(times)s × a month", **names),
            "quarter": self.env._("%(times)s × a quarter", **names),
            "year": self.env._("%(times)s × a year", **names),
        }[self.per]

    def _get_calendar_text(self):
        event = self.env["customer.grading.cadence.day"]._get_label(self.anchor)
        spans = format_list(self.env, [step._get_text() for step in self.step_ids])
        return self.env._("%(spans)s after: %(event)s", spans=spans or "…", event=event)

    def _get_yearly_text(self):
        day = self.env["customer.grading.cadence.day"]._get_label(self.yearly_on)
        return self.env._("each year: %s", day)

    # ------------------------------------------------------------------ what changes

    @api.model_create_multi
    def create(self, vals_list):
        cadences = super().create(vals_list)
        cadences._follow()
        return cadences

    def write(self, vals):
        if "is_new" not in vals:
            vals = {**vals, "is_new": True}
            self._follow()
        done = super().write(vals)
        if "optional" in vals:
            self.env["customer.grading.follow.up.dates"].sudo()._renew_by(self)
        return done

    def unlink(self):
        """Nobody is followed by them any more; what became of their contacts is kept."""
        self.env["customer.grading.follow.up"].sudo()._forget(self.ids)
        return super().unlink()

    def _get_grades(self):
        """Return the grades whose holders are contacted like that."""
        self.ensure_one()
        if not self.also_lower:
            return self.grade_id
        grades = self.dimension_id.with_context(active_test=False).grade_ids.sorted()
        return grades[grades.ids.index(self.grade_id.id) :]

    def _follow(self):
        """Let the next run of the job find out where everybody stands in these cadences."""
        self.env.ref("customer_grading_follow_up.ir_cron_follow_up").sudo()._trigger()
