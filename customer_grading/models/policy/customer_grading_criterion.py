from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang
from odoo.tools.misc import get_lang

from ...tools.figures import count_decimals, round_figure, split_age, split_wan
from ...tools.period import LONGEST, Period
from ...tools.statement import CORPORATE_GROUP
from ...tools.subject import PARTNER, SUBJECTS
from ...tools.units import COMBINATION_UNITS, QUESTION_UNITS
from .customer_grading_measure import AGE_UNITS, NUMERIC_UNITS, OWN_GRADE, RAW_TYPES

# How levels are places in a ranking, which begins at one of its ends.
PLACES = ("percentile", "share", "position")
# How levels begin at so many per cent of what all have.
AVERAGES = ("average", "median")

# Combinations of the values of their parts; the others add up, or choose among, their points.
VALUE_KINDS = ("first", "quotient")

# Periods without the same one a year before, to grow from.
WITHOUT_YEAR_BEFORE = ("best_year", "month_ends", "since_start", "all_time")

# Who is compared with whom: those who share what the path leads to.
RANK_WITHIN = [
    ("all", "All"),
    ("country_id", "Those of the same country"),
    ("state_id", "Those of the same state"),
    ("industry_id", "Those of the same industry"),
    ("user_id", "Those of the same salesperson"),
    ("team_id", "Those of the same sales team"),
    ("field", "Those who share another field"),
]


def get_group_path(subject, within):
    """Return the path to what those who are compared share; empty for everybody.

    :param subject: the name of a kind of record
    :param within: a key of :data:`RANK_WITHIN`
    """
    if within == "all":
        return ""
    if within == "team_id" and SUBJECTS[subject].model == PARTNER.model:
        return "user_id.sale_team_id"  # a customer has its salesperson's
    if within == "industry_id" and subject == "lead":
        return "partner_id.commercial_partner_id.industry_id"
    return within


class CustomerGradingCriterion(models.Model):
    """What a policy looks at: a measure with its period, or a combination of criteria."""

    _name = "customer.grading.criterion"
    _description = "Grading Criterion"
    _order = "policy_id, sequence, id"

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        translate=True,
    )
    key = fields.Char(
        copy=False, help="Short name that the criterion has in every version, if it has one."
    )
    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True
    )
    policy_state = fields.Selection(related="policy_id.state")
    policy_subject = fields.Selection(related="policy_id.subject")
    company_id = fields.Many2one(related="policy_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    sequence = fields.Integer(default=10, aggregator=None)
    kind = fields.Selection(
        [
            ("measure", "A measure"),
            ("sum", "Sum of points"),
            ("best", "Best of"),
            ("worst", "Worst of"),
            ("count", "Number met of"),
            ("first", "First known of"),
            ("quotient", "First divided by second"),
        ],
        default="measure",
        required=True,
    )
    parent_id = fields.Many2one(
        "customer.grading.criterion",
        "Part of",
        ondelete="restrict",
        index=True,
        domain="[('policy_id', '=', policy_id), ('kind', '!=', 'measure'), ('id', '!=', id)]",
    )
    parent_kind = fields.Selection(related="parent_id.kind", string="Kind of the whole")
    child_ids = fields.One2many("customer.grading.criterion", "parent_id", string="Parts")
    in_total = fields.Boolean(
        "Part of the total",
        compute="_compute_in_total",
        inverse="_inverse_in_total",
        help="Its points count in the total, which decides where a policy decides by points.",
    )
    # What is measured.
    measure_id = fields.Many2one("customer.grading.measure", ondelete="restrict", index=True)
    measure_kind = fields.Selection(related="measure_id.kind", string="Kind of measure")
    model_name = fields.Char(compute="_compute_model_name")
    measure_label = fields.Char("Looks at", compute="_compute_measure_label")
    has_period = fields.Boolean(related="measure_id.has_period")
    has_corporate_group = fields.Boolean(compute="_compute_model_name")
    has_tax = fields.Boolean(compute="_compute_model_name")
    has_uom = fields.Boolean(compute="_compute_model_name")
    unit = fields.Selection(
        selection=lambda self: self.env["customer.grading.measure"]._fields["unit"].selection,
        compute="_compute_unit",
        recursive=True,
    )
    unit_label = fields.Char(compute="_compute_unit", recursive=True)
    period = fields.Selection(
        [
            ("trailing", "The last"),
            ("this_year", "This year"),
            ("last_year", "Last year"),
            ("this_fiscal_year", "This fiscal year"),
            ("last_fiscal_year", "Last fiscal year"),
            ("best_year", "Better of the last years"),
            ("month_ends", "Average of the last month ends"),
            ("since_start", "Since a date of its own"),
            ("all_time", "All time"),
        ],
        default="trailing",
        required=True,
    )
    period_count = fields.Integer("Length", default=12)
    period_unit = fields.Selection(
        [("days", "Days"), ("months", "Months")], default="months", required=True
    )
    up_to = fields.Selection(
        [("day", "The day"), ("month_end", "Last month end"), ("quarter_end", "Last quarter end")],
        default="day",
        required=True,
    )
    start_field = fields.Char(
        "Beginning",
        default="create_date",
        help="The date of the customer or opportunity from which its documents count.",
    )
    whole_group = fields.Boolean(
        "Whole corporate group",
        help="The documents of all companies of a group count for each of them: those of the "
        "topmost parent company and of all below it.",
    )
    group_field = fields.Char(
        "Those who share",
        help="The field of the contact that tells who belongs to one group. Where nothing is "
        "chosen, parent companies tell it.",
    )
    document_domain = fields.Char("Only", default="[]")
    subject_domain = fields.Char("Filter", default="[]")
    subject_model = fields.Char(compute="_compute_model_name")
    with_tax = fields.Boolean()
    has_whose = fields.Boolean(compute="_compute_model_name")
    whose = fields.Selection(
        [("ordered", "Who ordered"), ("invoiced", "Who is invoiced")],
        "Count for",
        help="Where one company orders and another one is invoiced. Where nothing is chosen, "
        "orders count for who ordered and invoices for who is invoiced.",
    )
    has_credit_notes = fields.Boolean(compute="_compute_model_name")
    credit_notes = fields.Selection(
        [("own", "On their own day"), ("invoice", "On the day of the invoice they reverse")],
        "Credit notes",
        help="Where nothing is chosen: on their own day, but on that of the invoice where periods "
        "are compared, as in the better of the last years and in growth. What an invoice in "
        "another currency was reversed by is then worth what the invoice was.",
    )
    uom_id = fields.Many2one("uom.uom", "Reference unit", ondelete="restrict")
    least_base = fields.Float(
        "Least figure before",
        help="Growth from less than this in the year before is unknown; 0: from whatever it was.",
    )
    age_unit = fields.Selection(
        [("days", "Days"), ("months", "Calendar months"), ("years", "Years")],
        "Counted in",
        help="Where nothing is chosen: as the measure says, or in days. Of months and years the "
        "day of the same date counts: three months after 30 November are over on 28 February.",
    )
    age = fields.Selection(
        [("until", "Until the date"), ("since", "Since the date")],
        "Counted",
        default="until",
        required=True,
        help="Whether the time up to the date that was answered counts, or that since it.",
    )
    question_id = fields.Many2one(
        "customer.grading.question", ondelete="restrict", index="btree_not_null"
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        "Other dimension",
        ondelete="restrict",
        index="btree_not_null",
        help="The dimension whose grades this policy looks at.",
    )
    roll_up = fields.Selection(
        [
            ("best", "The best of its opportunities"),
            ("worst", "The worst of its opportunities"),
            ("latest", "That of its newest opportunity"),
        ],
        string="Of several",
        default="best",
        required=True,
    )
    is_rolled_up = fields.Boolean(compute="_compute_is_rolled_up")
    # What it comes to.
    band_ids = fields.One2many(
        "customer.grading.band", "criterion_id", string="Levels and points", copy=True
    )
    has_special_bands = fields.Boolean(
        compute="_compute_has_special_bands", help="Whether saved levels are for some only."
    )
    band_by = fields.Selection(
        [
            ("value", "The value"),
            ("percentile", "The rank, in per cent of those ranked"),
            ("share", "The rank, in per cent of the total"),
            ("position", "The rank, counted"),
            ("own_share", "Its own share of the total, in per cent"),
            ("average", "The value, in per cent of the average"),
            ("median", "The value, in per cent of the median"),
        ],
        string="Levels by",
        default="value",
        required=True,
    )
    rank_from = fields.Selection(
        [("top", "The highest value"), ("bottom", "The lowest value")],
        string="First comes",
        default="top",
        required=True,
    )
    rank_among = fields.Selection(
        [("positive", "Those above zero"), ("known", "All with a known value")],
        string="Ranked among",
        default="positive",
        required=True,
    )
    rank_within = fields.Selection(RANK_WITHIN, string="Ranked with", default="all", required=True)
    rank_field = fields.Char("Shared field", help="Those are ranked together who share it.")
    policy_subject_model = fields.Char(related="policy_id.subject_model", string="Graded records")
    crossing = fields.Selection(
        [("in", "belongs to it"), ("out", "is left out")],
        string="Who crosses the line",
        default="in",
        required=True,
        help="Those with the same value always stay together.",
    )
    linear = fields.Boolean(
        "Straight line between levels",
        help="Between two levels points rise in a straight line, instead of by steps.",
    )
    zero_is_unknown = fields.Boolean(
        "0 means unknown", help="For what is 0 only because nobody filled it in."
    )
    weight = fields.Float(default=1.0)
    cap = fields.Float("Points at most", help="0: no limit")
    normalize_to = fields.Float(
        "Scaled to",
        help="The sum is scaled so that its highest possible total is this; 0: not scaled.",
    )
    unknown_lowers_maximum = fields.Boolean(
        "Leave out what is unknown",
        help="Parts without a value do not count in the highest possible total.",
    )
    rule_line_ids = fields.One2many("customer.grading.rule", "criterion_id")
    level_summary = fields.Char(
        "Levels or points", compute="_compute_level_summary", compute_sudo=True
    )
    period_label = fields.Char("Over", compute="_compute_period_label")
    used_in = fields.Char("Used in", compute="_compute_used_in")
    points_max = fields.Float("Most points", compute="_compute_points_max", recursive=True)
    decide_by = fields.Selection(related="policy_id.decide_by")
    score_criterion_id = fields.Many2one(related="policy_id.score_criterion_id")
    has_combinations = fields.Boolean(related="policy_id.has_combinations")

    _length_check = models.Constraint(
        "CHECK (period_count >= 0)", "A period cannot have a negative length."
    )

    @api.depends("parent_id")
    def _compute_in_total(self):
        for criterion in self:
            total = criterion.policy_id.score_criterion_id
            criterion.in_total = bool(total) and criterion.parent_id == total

    def _inverse_in_total(self):
        """Make it part of the total, which there is from the first part on; or of nothing."""
        for criterion, part in [(criterion, criterion.in_total) for criterion in self]:
            total = criterion.policy_id.score_criterion_id - criterion
            if part and (total or not criterion._adds_points()):
                criterion.parent_id = total or criterion._create_total()
            elif criterion.parent_id and criterion.parent_id == total:
                criterion.parent_id = False

    def _create_total(self):
        vals = {"policy_id": self.policy_id.id, "kind": "sum", "sequence": 0}
        return self.create({**vals, "name": self.env._("Total points")})

    @api.depends("dimension_id", "measure_id", "policy_id")
    def _compute_is_rolled_up(self):
        """Whether a customer has several of those grades: its opportunities'."""
        for criterion in self:
            criterion.is_rolled_up = (
                criterion.measure_id.kind == "grade"
                and criterion.dimension_id.subject == "lead"
                and criterion.policy_subject == "partner"
            )

    @api.depends(
        "measure_id", "question_id", "dimension_id", "kind", "period", "period_count", "period_unit"
    )
    def _compute_name(self):
        """Propose a name; one that a person wrote is kept."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for criterion in self:
            if not criterion.name or criterion._is_proposed_name(kinds):
                criterion.name = criterion._propose_name(kinds)

    def _is_proposed_name(self, kinds):
        """Whether the name is one that is proposed: a kind's, a measure's, a question's."""
        return self.name in kinds.values() or any(
            self.env[f"customer.grading.{what}"].search_count([("name", "=", self.name)], limit=1)
            for what in ("measure", "question", "dimension")
        )

    def _propose_name(self, kinds):
        if self.kind != "measure":
            return kinds.get(self.kind)
        if self.measure_id.kind == "question" and self.question_id:
            return self.question_id.name
        if self.measure_id.kind == "grade" and self.dimension_id:
            return self.dimension_id.name
        return self.measure_id.name or ""

    @api.depends("kind", "measure_id.name")
    @api.depends_context("lang")
    def _compute_measure_label(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for criterion in self:
            name = criterion.measure_id.name
            criterion.measure_label = name if criterion.kind == "measure" else kinds[criterion.kind]

    @api.depends("band_ids.subject_domain")
    def _compute_has_special_bands(self):
        for criterion in self:
            # As saved: the column it shows would close the filter that is being written.
            saved = criterion._origin
            criterion.has_special_bands = bool(saved) and len(saved._get_band_sets()) > 1

    @api.depends("measure_id")
    def _compute_model_name(self):
        for criterion in self:
            measure = criterion._get_document_measure()
            criterion.model_name = measure.model_name
            documented = measure.kind == "documents"
            criterion.has_corporate_group = documented and measure.subject == "partner"
            criterion.has_whose = documented and measure._can_tell_whose()
            criterion.has_tax = bool(measure.tax_value_field)
            criterion.has_uom = bool(measure.uom_field)
            criterion.has_credit_notes = measure._has_credit_notes()
            criterion.subject_model = SUBJECTS[measure.subject or "partner"].model

    def _counts_credits_by_invoice(self):
        """Whether a credit note counts in the period of the invoice that it reverses."""
        if not self.has_credit_notes:
            return False
        compares = self.period == "best_year" or self.measure_id.kind == "growth"
        return (self.credit_notes or ("invoice" if compares else "own")) == "invoice"

    def _get_document_measure(self):
        """Return the measure whose documents are narrowed: its own or what it grows from."""
        measure = self.measure_id
        return measure.base_measure_id or measure.numerator_id or measure

    @api.depends("measure_id", "question_id", "kind", "uom_id", "age_unit", "child_ids.unit")
    @api.depends_context("lang")
    def _compute_unit(self):
        field = self.env["customer.grading.measure"]._fields["unit"]
        units = dict(field._description_selection(self.env))
        units |= {"ratio": "%", "count": False, "yes_no": False, "choice": False, "text": False}
        for criterion in self:
            if criterion.kind != "measure":
                criterion.unit = criterion._get_unit_of_combination()
            elif criterion.measure_id.kind == "question":
                criterion.unit = QUESTION_UNITS.get(criterion.question_id.kind)
            else:
                criterion.unit = criterion.measure_id.unit
            if criterion.unit in AGE_UNITS and criterion.age_unit:
                criterion.unit = criterion.age_unit
            if criterion.unit == "amount":
                criterion.unit_label = criterion.currency_id.name
            elif criterion.kind == "first":
                criterion.unit_label = criterion._get_parts()[:1].unit_label
            elif criterion.unit == "number":
                criterion.unit_label = criterion._get_question().unit_text
            elif criterion.unit == "quantity":
                criterion.unit_label = criterion.uom_id.name
            else:
                criterion.unit_label = units.get(criterion.unit)

    def _get_unit_of_combination(self):
        if self.kind == "first":
            return self._get_parts()[:1].unit
        return COMBINATION_UNITS.get(self.kind, "points")

    def _get_parts(self):
        """Return the parts of a combination, in their order."""
        return self.child_ids.sorted(lambda part: (part.sequence, part._origin.id or 0))

    def _adds_points(self):
        """Whether it is a combination of the points of its parts."""
        return self.kind not in ("measure", *VALUE_KINDS)

    def _get_period(self, scope):
        return Period(self.period, self.period_count, self.period_unit, self.up_to, scope.year_end)

    def _get_bounds(self, scope):
        """Return the first and the last day of each stretch that is looked at, newest first."""
        return self._get_period(scope).get_bounds(scope.date)

    def _get_whose(self):
        """Return whom documents count for, ``ordered`` or ``invoiced``, where it is chosen."""
        return self.has_whose and self.whose

    def _get_age(self):
        """Return whether time counts ``since`` the date or ``until`` it."""
        if self.kind == "first":
            return self._get_parts()[:1]._get_age()
        return self.age if self.measure_id.kind == "question" else self.measure_id.age

    def _get_question(self):
        """Return the question that is asked, none where the value is read elsewhere."""
        asked = self.filtered(lambda criterion: criterion.measure_id.kind == "question")
        return asked.question_id

    def _get_choice_model(self):
        if self.measure_id.kind == "question":
            return self.question_id.kind == "levels" and "customer.grading.question.choice"
        if self.measure_id.kind == "grade" or self.measure_id.code_key == OWN_GRADE:
            return self.unit == "choice" and "customer.grade"
        return self.measure_id._get_choice_model()

    def _get_raw_type(self):
        if self.measure_id.kind == "question":
            return RAW_TYPES[self.unit]
        return self.measure_id._get_raw_type()

    def _get_depth(self):
        """Return how many combinations the criterion is within."""
        return 1 + self.parent_id._get_depth() if self.parent_id else 0

    def _get_height(self):
        """Return how many layers of parts are below the criterion."""
        return 1 + max((child._get_height() for child in self.child_ids), default=-1)

    def _get_group_kind(self):
        """Return of which corporate groups the documents count for each company, if they do."""
        if not self.whole_group or not self.has_corporate_group:
            return ""
        return f"{CORPORATE_GROUP}:{self.group_field}" if self.group_field else CORPORATE_GROUP

    def _get_group_problem(self):
        """Return in words why companies cannot be a group by what they share, or nothing."""
        if not self._get_group_kind() or not self.group_field:
            return None
        field = self.env["res.partner"]._fields.get(self.group_field)
        if field and field.type == "many2one" and field.store and field.column_type:
            return None
        return self.env._(
            "companies of a group share a record that their contact names: choose it."
        )

    def _get_rank_path(self):
        """Return the path to what those who are ranked together share; empty for everybody."""
        if self.rank_within == "field":
            return self.rank_field or ""
        return get_group_path(self.policy_subject, self.rank_within)

    def _is_group_path(self, path):
        """Whether subjects can be told apart by what is at ``path``."""
        field = path and self.measure_id._get_single_field(self.policy_subject_model, path)
        return not path or bool(
            field and field.type in ("many2one", "selection", "boolean", "char")
        )

    def _is_ranked(self):
        """Whether its levels hang on what all others have."""
        return self.band_by != "value"

    def _ranks_lowest_first(self):
        """Whether places are told from the lowest value up; a share of one's own is no place."""
        return self.rank_from == "bottom" and self.band_by in PLACES

    def _ranks_all_known(self):
        """Whether whoever has a value is ranked: an age has none that is too little to count."""
        return self.rank_among == "known" or self.unit in AGE_UNITS

    @api.onchange("measure_id")
    def _onchange_measure(self):
        self.rank_from = "bottom" if self.measure_id._is_better_low() else "top"
        if self.measure_id.unit in AGE_UNITS:
            self.period = "all_time"  # the first order was long ago

    def _get_domains(self):
        """Return the filters in force as ``(text, model)``."""
        domains = []
        measure = self._get_document_measure()
        if measure.kind == "documents" and measure.model_name in self.env:
            domains.append((self.document_domain or "[]", measure.model_name))
        if self.measure_id.kind == "filter":
            domains.append((self.subject_domain or "[]", self.subject_model))
        return domains

    @api.model_create_multi
    def create(self, vals_list):
        criteria = super().create(vals_list)
        criteria.policy_id._check_unlocked()
        criteria._fill_bands_of_levels()
        return criteria

    def write(self, vals):
        self.policy_id._check_unlocked()
        result = super().write(vals)
        if "question_id" in vals or "dimension_id" in vals:
            self._fill_bands_of_levels()
        return result

    def _fill_bands_of_levels(self):
        for criterion in self.filtered(lambda criterion: not criterion.band_ids):
            choices = []
            if criterion.question_id.kind == "levels":
                choices = [(c.id, c.name, c.points) for c in criterion.question_id.choice_ids]
            elif criterion._get_choice_model() == "customer.grade":
                dimension = criterion.dimension_id or criterion.policy_id.dimension_id
                choices = [(g.id, g.code, 0.0) for g in dimension.grade_ids]
            names = ("sequence", "choice_id", "level", "points")
            criterion.band_ids = [
                fields.Command.create(dict(zip(names, (position * 10, *choice), strict=True)))
                for position, choice in enumerate(choices, 1)
            ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.policy_id._check_unlocked()
        for criterion in self:
            if criterion.measure_id.code_key == OWN_GRADE:
                stages = criterion.policy_id.rule_ids.filtered(lambda rule: rule._get_exit())
                stages._refuse_removal(criterion.name)
            by_it = [("limit_criterion_id", "=", criterion.id)]
            limited = criterion.policy_id.rule_ids.filtered_domain(by_it)
            (criterion.rule_line_ids | limited)._refuse_removal(criterion.name)

    @api.depends("band_ids.level", "band_ids.points", "band_ids.lower", "cap", "kind")
    @api.depends_context("lang")
    def _compute_level_summary(self):
        for criterion in self:
            criterion.level_summary = "; ".join(
                band._to_text() for band in criterion.band_ids._sort_for_matching()
            )

    @api.depends("period", "period_count", "period_unit", "up_to", "has_period", "start_field")
    @api.depends_context("lang")
    def _compute_period_label(self):
        for criterion in self:
            criterion.period_label = criterion._get_period_text()

    def _get_period_text(self):
        if self.kind != "measure" or not self.has_period:
            return ""
        texts = {
            "trailing": self.env._("last %s months", self.period_count)
            if self.period_unit == "months"
            else self.env._("last %s days", self.period_count),
            "this_year": self.env._("this year"),
            "last_year": self.env._("last year"),
            "this_fiscal_year": self.env._("this fiscal year"),
            "last_fiscal_year": self.env._("last fiscal year"),
            "best_year": self.env._("better of the last %s years", self.period_count),
            "month_ends": self.env._("average of the last %s month ends", self.period_count),
            "since_start": self.env._("since: %s", self._get_start_label()),
            "all_time": self.env._("all time"),
        }
        text = texts[self.period]
        if self.period == "month_ends" or self.up_to == "day":
            return text
        if self.up_to == "month_end":
            return self.env._("%(period)s up to the last month end", period=text)
        return self.env._("%(period)s up to the last quarter end", period=text)

    def _get_start_label(self):
        """Return in words the date of the record from which its documents count."""
        field = self.measure_id._get_path_field(self.subject_model, self.start_field or "")
        return field._description_string(self.env) if field else self.start_field or ""

    @api.depends("rule_line_ids.root_id")
    def _compute_used_in(self):
        for criterion in self:
            requirements = criterion.rule_line_ids.root_id.sorted("sequence")
            criterion.used_in = ", ".join(requirements.grade_id.mapped("code"))

    def _to_text(self):
        """Return the criterion in words: its name, and its period where it has one."""
        period = self._get_period_text()
        if not period:
            return self.name or ""
        return self.env._("%(criterion)s, %(period)s", criterion=self.name, period=period)

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A criterion cannot be a part of itself."))
        for criterion in self:
            if criterion.parent_id and criterion.parent_id.policy_id != criterion.policy_id:
                raise ValidationError(
                    self.env._("“%s” is part of a criterion of another policy.", criterion.name)
                )

    @api.constrains("measure_id", "question_id", "dimension_id", "policy_id")
    def _check_measure_subject(self):
        """Refuse what is known neither of customers nor of what the policy grades."""
        for criterion in self.filtered(lambda c: not c.is_rolled_up):
            read = criterion.dimension_id or criterion._get_question() or criterion.measure_id
            if read.subject not in (False, PARTNER.name, criterion.policy_subject):
                raise ValidationError(self.env["customer.grading.dimension"]._get_known_text(read))

    @api.constrains("dimension_id", "measure_id", "policy_id")
    def _check_dimension_cycle(self):
        for criterion in self.filtered("dimension_id"):
            own = criterion.policy_id.dimension_id
            if own in criterion.dimension_id | criterion.dimension_id._get_needed():
                message = self.env._(
                    "“%(criterion)s” goes round in a circle: grades of “%(other)s” already "
                    "need those of “%(own)s”. Choose another dimension.",
                    criterion=criterion.name,
                    other=criterion.dimension_id.name,
                    own=own.name,
                )
                raise ValidationError(message)

    @api.constrains(
        "document_domain",
        "subject_domain",
        "measure_id",
        "period",
        "start_field",
        "rank_within",
        "rank_field",
        "group_field",
    )
    def _check_author_may_read(self):
        Measure = self.env["customer.grading.measure"]
        for criterion in self:
            for domain, model in criterion._get_domains():
                Measure._check_may_read(model, domain=domain)
            shared = criterion.rank_within == "field" and criterion.rank_field
            if shared and criterion._is_group_path(shared):
                Measure._check_may_read(criterion.policy_subject_model, [shared])
            if criterion.group_field and not criterion._get_group_problem():
                Measure._check_may_read("res.partner", [criterion.group_field])
            if criterion.period == "since_start" and not criterion._get_period_problem():
                Measure._check_may_read(criterion.subject_model, [criterion.start_field])

    @api.depends(
        "band_ids.points", "cap", "child_ids.points_max", "child_ids.weight", "normalize_to"
    )
    def _compute_points_max(self):
        for criterion in self:
            criterion.points_max = criterion._get_attainable_points()

    def action_open_dialog(self):
        """Open the criterion in its dialog."""
        return self._get_records_action(name=self.name, target="new", context={})

    def _get_band_sets(self):
        """Return the bands by whom they are for: ``{filter as text: bands}``.

        First those for some, in their order, last those for everybody else, whose filter
        is ``"[]"`` and which may be none.
        """
        self.ensure_one()
        bands = self.band_ids.sorted(lambda band: (band.sequence, band.id or 0))
        sets = bands.grouped(lambda band: band._get_set_domain())
        general = sets.pop("[]", bands.browse())
        return {**sets, "[]": general}

    def _get_level_ranks(self):
        """Return ``{band: rank}``: best first in the list is the highest rank.

        Bands of the same level share the rank of the best of them.
        """
        self.ensure_one()
        bands = self.band_ids.sorted(lambda band: (band.sequence, band.id or 0))
        by_level = {}
        for position, band in enumerate(bands):
            by_level.setdefault(band.level or band.id, len(bands) - position)
        return {band: by_level[band.level or band.id] for band in bands}

    def _get_attainable_points(self):
        """Return the most points that this criterion can give, or 0 where there is no end."""
        children = self.child_ids if self._adds_points() else self.browse()
        parts = [child._get_attainable_points() * child.weight for child in children]
        if self.kind == "count":
            most = len(parts)
        elif self.kind == "sum":
            most = self.normalize_to or sum(parts)
        elif self.kind in ("best", "worst"):
            most = (max if self.kind == "best" else min)(parts, default=0)
        elif self.band_ids:
            # Who is below every level gets none, which may be the most there is.
            most = max(0.0, *self.band_ids.mapped("points"))
        elif self.unit == "yes_no":
            most = 1
        elif self.unit == "points" and self.measure_id.kind == "question":
            most = self.question_id.points_max
        else:
            most = self.cap
        # Ten times a tenth is one, which is no float's strength.
        return round(min(most, self.cap) if self.cap else most, 8)

    def _format_value(self, value, towards="near", bare=False):
        """Return a value of this criterion in words, in the user's formats.

        :param towards: ``near``, ``down`` or ``up``: how a number is rounded
        :param bare: whether the currency goes without saying
        """
        if value is None or (value is False and self.unit != "yes_no"):
            return ""
        if self.unit == "yes_no":
            return self.env._("yes") if value else self.env._("no")
        if self.unit == "choice":
            return self._format_choice(value)
        if self.unit == "text":
            return str(value)
        if self.unit == "amount":
            return self._format_amount(value, towards, bare)
        return self._format_counted(value, towards)

    def _format_choice(self, value):
        ids = value if isinstance(value, list) else [value]
        model = self._get_choice_model()
        names = self.env[model].sudo().browse(ids).exists().mapped("display_name")
        return self.env._(", ").join(names) or self.env._("none")

    def _format_amount(self, value, towards, bare):
        """Return an amount without decimals; for Chinese readers in 万 from 10,000 up."""
        currency = self.currency_id.name or ""
        if not get_lang(self.env).code.startswith("zh"):
            number = self._format_number(round_figure(value, 0, towards))
            return number if bare else f"{number} {currency}".strip()
        number, in_wan = split_wan(value, towards)
        unit = "万" if in_wan else ""
        if currency == "CNY":
            unit += "元"  # a number of 万 alone does not read
        elif not bare:
            unit = f"{unit} {currency}".strip()
        return f"{self._format_number(number)} {unit}".strip()

    def _format_counted(self, value, towards="near"):
        """Return a number with what it counts: “12 days”, “95.5 %”."""
        number = round_figure(value, 2, towards)
        text = self._format_number(number)
        if self.unit == "ratio":
            return self.env._("%s %%", text)
        if self.unit == "days":
            return self.env._("1 day") if number == 1 else self.env._("%s days", text)
        if self.unit in ("months", "years"):
            return self._format_age(value, text)
        if self.unit == "points":
            return self._format_points(value, towards)
        unit = self.unit in ("quantity", "number") and self.unit_label
        return f"{text} {unit or ''}".strip()

    def _format_age(self, value, text):
        """Return months or years with the days beyond them: “3 months and 27 days”."""
        count, days = split_age(value, self.unit)
        if days is None:
            count, days = text, 0
        if self.unit == "months":
            whole = self.env._("1 month") if count == 1 else self.env._("%s months", count)
        else:
            whole = self.env._("1 year") if count == 1 else self.env._("%s years", count)
        if not days:
            return whole
        rest = self.env._("1 day") if days == 1 else self.env._("%s days", days)
        if not count:
            return rest
        return self.env._("%(months)s and %(days)s", months=whole, days=rest)

    def _format_points(self, value, towards="near"):
        number = round_figure(value, 2, towards)
        if number == 1:
            return self.env._("1 point")
        return self.env._("%s points", self._format_number(number))

    @api.model
    def _format_number(self, number, digits=2):
        """Return a number in the user's format, with the decimals that it needs."""
        number = round_figure(number, digits)
        return formatLang(self.env, float(number), digits=count_decimals(number))

    def _get_period_problem(self):
        if self.kind != "measure" or not self.has_period:
            return None
        if self.period in ("trailing", "best_year", "month_ends"):
            if self.period_count < 1:
                return self.env._("the period must be at least 1 long.")
            counted = self.period_unit if self.period == "trailing" else self.period
            if self.period_count > (most := LONGEST[counted]):
                return self.env._("the period can be at most %s long.", most)
        if self.measure_kind == "growth" and self.period in WITHOUT_YEAR_BEFORE:
            return self.env._("growth needs one stretch of time: choose another period.")
        return self._get_kind_of_period_problem()

    def _get_kind_of_period_problem(self):
        measure = self.measure_id
        several = self.period in ("best_year", "month_ends")
        if several and self.unit not in NUMERIC_UNITS.difference(AGE_UNITS):
            return self.env._("only numbers are compared between several periods.")
        if self.period in ("month_ends", "since_start") and measure.kind not in (
            "documents",
            "ratio",
        ):
            return self.env._("this measure needs another kind of period.")
        if self.period == "since_start":
            field = measure._get_single_field(self.subject_model, self.start_field or "")
            if not field or field.type not in ("date", "datetime"):
                return self.env._(
                    "documents count since a date of the record: choose a date in “Beginning”."
                )
        return None
