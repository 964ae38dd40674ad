from ast import literal_eval
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, date_utils

MONTHS = 12  # so many before this one are told of
STEPS = {
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": relativedelta(months=1),
}


class CustomerGradingIntakeTarget(models.Model):
    """How many new valid customers or opportunities are to come, or to move up, in a period."""

    _name = "customer.grading.intake.target"
    _description = "Intake Target"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        index=True,
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env["customer.grading.dimension"]._get_main(
            "partner", self.env.company
        ),
        domain="[('subject', 'in', ('partner', 'lead'))]",
        help="Whether customers or opportunities are counted, and by which of their grades.",
    )
    subject_model = fields.Char(compute="_compute_subject_model")
    what = fields.Selection(
        [
            ("created", "Created in the period"),
            ("graded", "Graded for the first time in the period"),
            ("raised", "Moved up in the period"),
        ],
        "What counts",
        default="created",
        required=True,
    )
    grade_ids = fields.Many2many(
        "customer.grade",
        "customer_grading_intake_target_grade_rel",
        string="Valid grades",
        domain="[('dimension_id', '=', dimension_id)]",
        help="Only who has one of these grades now counts; of who moved up, who moved to one of "
        "them. Empty: any grade, and of what was created those without a grade, too.",
    )
    from_grade_ids = fields.Many2many(
        "customer.grade",
        "customer_grading_intake_target_from_grade_rel",
        string="From grade",
        domain="[('dimension_id', '=', dimension_id)]",
        help="Only moves up from one of these grades count. Empty: from any.",
    )
    domain = fields.Char("Only", default="[]", help="Only who matches counts as valid.")
    count = fields.Integer("How many", default=5, required=True, aggregator=None)
    period = fields.Selection(
        [("day", "A working day"), ("week", "A week"), ("month", "A month")],
        default="day",
        required=True,
        help="Days are those on which the company works.",
    )
    each = fields.Selection(
        [("user_id", "Each salesperson"), ("team_id", "Each sales team")],
        "Asked of",
        default="user_id",
        required=True,
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Only these salespeople",
        domain="[('share', '=', False)]",
        help="Empty: all members of the sales teams.",
    )
    team_ids = fields.Many2many(
        "crm.team", string="Only these sales teams", help="Empty: all of the company."
    )
    date_start = fields.Date(
        "From",
        required=True,
        default=lambda self: self._get_today(self.env.company),
        help="The period in which this day lies is the first one that counts, as a whole.",
    )
    date_end = fields.Date("Until", help="Empty: without an end.")
    reads_as = fields.Char("Reads as", compute="_compute_reads_as")

    _count_check = models.Constraint("CHECK (count > 0)", "A target is at least 1.")
    _dates_check = models.Constraint(
        "CHECK (date_end >= date_start)", "A target ends on or after the day on which it begins."
    )

    @api.depends("dimension_id")
    def _compute_subject_model(self):
        for target in self:
            dimension = target.dimension_id
            target.subject_model = dimension and dimension._get_subject_kind().model

    @api.depends("what", "count", "period", "each", "grade_ids", "from_grade_ids", "dimension_id")
    @api.depends_context("lang")
    def _compute_reads_as(self):
        for target in self:
            values = {
                "count": target.count,
                "subject": target._get_label("subject", target.dimension_id).lower(),
                "what": target._get_label("what").lower(),
                "period": target._get_label("period").lower(),
                "each": target._get_label("each"),
                "grades": ", ".join(target.grade_ids.mapped("code")),
            }
            if target.grade_ids:
                target.reads_as = self.env._(
                    "%(each)s: %(count)s %(subject)s %(period)s, %(what)s, of grade %(grades)s",
                    **values,
                )
            else:
                target.reads_as = self.env._(
                    "%(each)s: %(count)s %(subject)s %(period)s, %(what)s", **values
                )

    def _get_label(self, name, record=None):
        """Return the label of a choice of the target, or of ``record``."""
        record = self if record is None else record
        return dict(record._fields[name]._description_selection(self.env)).get(record[name], "")

    @api.constrains("domain", "dimension_id")
    def _check_domain(self):
        Measure = self.env["customer.grading.measure"]
        for target in self:
            if target.dimension_id.subject not in ("partner", "lead"):
                raise ValidationError(
                    self.env._(
                        "“%s” grades neither customers nor opportunities.", target.dimension_id.name
                    )
                )
            problem = Measure._get_domain_problem(target.domain, target.subject_model, tried=True)
            if problem:
                raise ValidationError(
                    self.env._("%(target)s: %(problem)s", target=target.name, problem=problem)
                )
            Measure._check_may_read(target.subject_model, domain=target.domain)

    @api.constrains("grade_ids", "from_grade_ids", "dimension_id")
    def _check_grades(self):
        for target in self:
            for grade in target.grade_ids | target.from_grade_ids:
                if grade.dimension_id != target.dimension_id:
                    raise ValidationError(
                        self.env._(
                            "%(target)s: grade %(grade)s is one of “%(dimension)s”. Choose one of the "
                            "target's own dimension.",
                            target=target.name,
                            grade=grade.code,
                            dimension=grade.dimension_id.name,
                        )
                    )

    @api.model
    def _get_today(self, company):
        return self.env["customer.grading.engine"]._get_today(company)

    # ------------------------------------------------------------------ periods and people

    def _get_periods(self):
        """Return ``[(first day, last day, how many)]`` up to today; none on a free day."""
        self.ensure_one()
        today = self._get_today(self.company_id)
        start = max(self.date_start, today.replace(day=1) - relativedelta(months=MONTHS))
        last = min(self.date_end or today, today)
        first = day = date_utils.start_of(start, self.period)
        spans = []
        while day <= last:
            spans.append((day, day + STEPS[self.period] - timedelta(days=1)))
            day += STEPS[self.period]
        works = self._get_workdays(first, day)
        return [
            (*span, self.count if any(span[0] <= one <= span[1] for one in works) else 0)
            for span in spans
        ]

    def _get_workdays(self, first, end):
        """Return the working days from ``first`` on, before ``end``, in order."""
        return self.env["customer.grading.engine"]._get_workdays(self.company_id, first, end)

    def _get_people_sql(self):
        """Return the query of ``user_id`` and ``team_id``: of whom the target is asked."""
        own = SQL("(team.company_id IS NULL OR team.company_id = %s)", self.company_id.id)
        if self.team_ids:
            own = SQL("%s AND team.id IN %s", own, tuple(self.team_ids.ids))
        if self.each == "team_id":
            return SQL(
                "SELECT NULL::integer AS user_id, team.id AS team_id FROM crm_team team"
                " WHERE team.active AND %s",
                own,
            )
        if self.user_ids:
            return SQL(
                "SELECT id AS user_id, sale_team_id AS team_id FROM res_users WHERE id IN %s",
                tuple(self.user_ids.ids),
            )
        return SQL(
            """
            SELECT DISTINCT salesperson.id AS user_id, salesperson.sale_team_id AS team_id
              FROM crm_team_member member
              JOIN crm_team team ON team.id = member.crm_team_id AND team.active AND %s
              JOIN res_users salesperson ON salesperson.id = member.user_id AND salesperson.active
              JOIN res_company_users_rel works ON works.user_id = salesperson.id AND works.cid = %s
             WHERE member.active
            """,
            own,
            self.company_id.id,
        )

    # ------------------------------------------------------------------ what is counted

    def _get_found_sql(self, first):
        """Return the query of ``subject_id``, ``day``, ``user_id`` and ``team_id`` of who counts.

        :param first: the first day that is of interest
        """
        self.ensure_one()
        subject = self.dimension_id._get_subject_kind()
        is_lead = subject.name == "lead"
        return SQL(
            """
            SELECT record.id AS subject_id, came.day, record.user_id,
                   %(team)s AS team_id
              FROM %(table)s record
              JOIN (%(came)s) came ON came.subject_id = record.id
              LEFT JOIN res_users salesperson ON salesperson.id = record.user_id
             WHERE came.day >= %(first)s AND %(own)s AND %(valid)s
            """,
            team=SQL("record.team_id") if is_lead else SQL("salesperson.sale_team_id"),
            table=SQL.identifier(subject.table),
            came=self._get_came_sql(subject, first),
            first=first,
            own=self._get_own_sql(is_lead),
            valid=self._get_valid_sql(subject),
        )

    def _get_own_sql(self, is_lead):
        """Return whether ``record`` is one of the company: an opportunity, also a lost one."""
        if is_lead:
            return SQL(
                "COALESCE(record.company_id, salesperson.company_id) = %s", self.company_id.id
            )
        parents = self.company_id.sudo().parent_ids | self.company_id
        return SQL(
            "record.active AND record.commercial_partner_id = record.id"
            " AND (record.company_id IS NULL OR record.company_id IN %s)",
            tuple(parents.ids),
        )

    def _get_came_sql(self, subject, first):
        """Return the query of ``subject_id`` and ``day``: when it was created, graded or raised."""
        if self.what == "created":
            zone = self.env["customer.grading.engine"]._get_time_zone(self.company_id)
            return SQL(
                "SELECT id AS subject_id, (create_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date"
                " AS day FROM %s WHERE create_date >= %s::date - 1",
                zone,
                SQL.identifier(subject.table),
                first,
            )
        moves = SQL(
            """
            SELECT change.%(field)s AS subject_id, %(day)s AS day
              FROM customer_grading_change change
             WHERE change.dimension_id = %(dimension)s AND change.%(field)s IS NOT NULL
               AND (change.company_id IS NULL OR change.company_id IN %(companies)s)
               AND change.state = 'applied' AND change.grade_id IS NOT NULL
               AND change.merged_from IS NULL
               AND NOT EXISTS (SELECT FROM customer_grading_change undo
                                WHERE undo.undoes_id = change.id AND undo.state = 'applied')
            """,
            field=SQL.identifier(subject.field),
            day=SQL("MIN(change.date_applied)")
            if self.what == "graded"
            else SQL("change.date_applied"),
            dimension=self.dimension_id.id,
            companies=tuple((self.company_id.sudo().parent_ids | self.company_id).ids),
        )
        if self.what == "graded":
            return SQL("%s GROUP BY 1", moves)
        return SQL(
            "%s AND change.direction = 'up' AND change.date_applied >= %s AND %s AND %s",
            moves,
            first,
            self._get_grades_sql(SQL("change.grade_id"), self.grade_ids),
            self._get_grades_sql(SQL("change.from_grade_id"), self.from_grade_ids),
        )

    @staticmethod
    def _get_grades_sql(column, grades):
        return SQL("%s IN %s", column, tuple(grades.ids)) if grades else SQL("TRUE")

    def _get_valid_sql(self, subject):
        """Return whether ``record`` has a valid grade now, and matches the filter."""
        valid = SQL("TRUE")
        if self.grade_ids and self.what != "raised":
            valid = SQL(
                """
                EXISTS (SELECT FROM customer_grading_result result
                         WHERE result.%s = record.id AND result.grade_id IN %s
                           AND (result.company_id IS NULL OR result.company_id IN %s))
                """,
                SQL.identifier(subject.field),
                tuple(self.grade_ids.ids),
                tuple((self.company_id.sudo().parent_ids | self.company_id).ids),
            )
        domain = Domain(literal_eval(self.domain or "[]"))
        if domain.is_true():
            return valid
        Model = self.env[subject.model].sudo().with_context(active_test=False)
        return SQL("%s AND record.id IN %s", valid, Model._search(domain).subselect())
