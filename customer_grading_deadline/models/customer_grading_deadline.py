from ast import literal_eval
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

KINDS = [("first_response", "First contact"), ("answer", "Answer"), ("update", "Update")]
UNITS = [
    ("minutes", "minutes"),
    ("hours", "hours"),
    ("working_hours", "working hours"),
    ("working_days", "working days"),
]
WORKING = ("working_hours", "working_days")
MOST = {"minutes": 10_080, "hours": 2_160, "working_hours": 720, "working_days": 90}
# What a deadline is of decides when something is due, and so does nothing else.
DECIDING_FIELDS = ("kind", "count", "unit", "domain")


class CustomerGradingDeadline(models.Model):
    """How soon who holds a grade hears of us: at first, when they ask, or from time to time."""

    _name = "customer.grading.deadline"
    _inherit = ["customer.grading.presence"]
    _description = "Deadline of Answers"
    _order = "grade_id, sequence, id"

    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade", index=True)
    dimension_id = fields.Many2one(related="grade_id.dimension_id")
    subject = fields.Selection(related="dimension_id.subject")
    subject_model = fields.Char(compute="_compute_subject_model")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        KINDS,
        "What is asked",
        default="answer",
        required=True,
        help="First contact: one of our people gets in touch with a new customer or opportunity. "
        "Answer: a message of theirs is answered. Update: so much time passes at most from one "
        "contact by us to the next. Notes, automatic mail and newsletters are no contact.",
    )
    count = fields.Integer("Within", default=24)
    unit = fields.Selection(
        UNITS,
        default="hours",
        required=True,
        help="Working hours are counted as the company works. So many working days end with the "
        "work of the last one; the day on which it begins is not counted.",
    )
    domain = fields.Char(
        "Only while",
        help="Updates are asked for as long as the filter matches. Without one, as long as an "
        "opportunity is open, or a customer holds the grade.",
    )
    remind = fields.Boolean(
        help="Whoever is responsible gets an activity when it becomes overdue. No e-mail is sent.",
    )
    date_from = fields.Datetime(
        default=fields.Datetime.now,
        required=True,
        readonly=True,
        copy=False,
        help="What was asked before is not waited for.",
    )
    reads_as = fields.Char(compute="_compute_reads_as")
    is_new = fields.Boolean(
        "New", default=True, help="Nobody was looked at by it since it was written."
    )

    @api.depends("dimension_id.subject")
    def _compute_subject_model(self):
        for deadline in self:
            dimension = deadline.dimension_id
            deadline.subject_model = dimension.subject and dimension._get_subject_kind().model

    # ------------------------------------------------------------------ what is wrong

    @api.constrains(*DECIDING_FIELDS, "grade_id")
    def _check_complete(self):
        for deadline in self:
            if problem := deadline._get_problem():
                raise ValidationError(
                    self.env._(
                        "Deadline of grade %(grade)s: %(problem)s",
                        grade=deadline.grade_id.code,
                        problem=problem,
                    )
                )

    @api.constrains("domain", "grade_id")
    def _check_author_may_read(self):
        for deadline in self.filtered("domain"):
            self.env["customer.grading.measure"]._check_may_read(
                deadline.subject_model, domain=deadline.domain
            )

    def _get_problem(self):
        """Return in words what keeps the deadline from saying when, or nothing."""
        if self.subject not in ("partner", "lead"):
            return self.env._("only customers and opportunities are answered.")
        if not 1 <= self.count <= MOST[self.unit]:
            return self.env._(
                "it is from 1 to %(most)s %(unit)s.",
                most=MOST[self.unit],
                unit=dict(self._fields["unit"]._description_selection(self.env))[self.unit],
            )
        if not self.domain or self.kind != "update":
            return None
        Measure = self.env["customer.grading.measure"]
        return Measure._get_domain_problem(self.domain, self.subject_model, tried=True)

    # ------------------------------------------------------------------ in words

    @api.depends("reads_as")
    def _compute_display_name(self):
        for deadline in self:
            deadline.display_name = deadline.reads_as

    @api.depends(*DECIDING_FIELDS)
    @api.depends_context("lang")
    def _compute_reads_as(self):
        for deadline in self:
            deadline.reads_as = deadline._get_text()

    def _get_text(self):
        """Return the deadline as a sentence: “Answer within 24 hours”."""
        span = self._get_span_text()
        if self.kind == "first_response":
            return self.env._("First contact within %s", span)
        if self.kind == "answer":
            return self.env._("Answer within %s", span)
        if self.count == 1:
            span = self._get_unit_text()
        if self._is_filtered():
            return self.env._("Update at least every %s, while its filter matches", span)
        return self.env._("Update at least every %s", span)

    def _get_unit_text(self):
        return {
            "minutes": self.env._("minute"),
            "hours": self.env._("hour"),
            "working_hours": self.env._("working hour"),
            "working_days": self.env._("working day"),
        }[self.unit or "hours"]

    def _get_span_text(self):
        if self.count == 1:
            return {
                "minutes": self.env._("1 minute"),
                "hours": self.env._("1 hour"),
                "working_hours": self.env._("1 working hour"),
                "working_days": self.env._("1 working day"),
            }[self.unit or "hours"]
        return {
            "minutes": self.env._("%s minutes", self.count),
            "hours": self.env._("%s hours", self.count),
            "working_hours": self.env._("%s working hours", self.count),
            "working_days": self.env._("%s working days", self.count),
        }[self.unit or "hours"]

    # ------------------------------------------------------------------ what it asks

    def _get_span(self):
        """Return how long it is by the clock, working time taken for any other."""
        if self.unit == "working_days":
            return timedelta(days=self.count)
        minutes = self.count if self.unit == "minutes" else self.count * 60
        return timedelta(minutes=minutes)

    def _is_filtered(self):
        return self.kind == "update" and not Domain(literal_eval(self.domain or "[]")).is_true()

    def _get_asked_domain(self, scope):
        """Return of which records an update is asked for."""
        if self._is_filtered():
            return Domain(literal_eval(self.domain))
        if self.subject == "lead":
            return self.env["customer.grading.engine"]._get_open_domain(scope)
        return Domain.TRUE

    # ------------------------------------------------------------------ what changes

    @api.model_create_multi
    def create(self, vals_list):
        deadlines = super().create(vals_list)
        deadlines._look()
        return deadlines

    def write(self, vals):
        if "is_new" not in vals:
            vals = {**vals, "is_new": True}
            self._look()
        return super().write(vals)

    def unlink(self):
        """Nobody waits by them any more; what became of what they asked is kept."""
        self.env["customer.grading.deadline.case"].sudo()._forget(self)
        return super().unlink()

    def _look(self):
        """Let the next run of the job find out who waits by these deadlines."""
        self.env.ref("customer_grading_deadline.ir_cron_deadlines").sudo()._trigger()
