from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.change_rules import RULE_CHANGE_FIELDS, TIMINGS
from .customer_grading_criterion import RANK_WITHIN, get_group_path
from .customer_grading_measure import AGE_UNITS, NUMERIC_UNITS

MAX_GROUPS = 3  # groups within groups, the requirement itself included

NUMERIC_OPERATORS = ("ge", "gt", "le", "lt", "between", "within")

DATE_OPERATORS = ("before", "after")

POINTS_OPERATORS = ("points_ge", "points_gt", "points_le", "points_lt")

LEVEL_OPERATORS = ("level_is", "level_ge", "level_le")

KNOWN_OPERATORS = ("known", "unknown")

VALUE_OPERATORS = NUMERIC_OPERATORS + POINTS_OPERATORS

# What a requirement, a group or a condition asks for.
ASKED_FIELDS = (
    "kind",
    "count",
    "criterion_id",
    "operator",
    "value",
    "value_max",
    "level_id",
    "choice_id",
    "text_value",
    "date_value",
    "if_unknown",
)

# What may change while the policy is in force: nothing that decides a grade.
UNLOCKED_FIELDS = {"met_count", "grade_meaning", "grade_color", "grade_name"} | RULE_CHANGE_FIELDS


class CustomerGradingRule(models.Model):
    """When a customer takes a grade: a requirement and, below it, its lines.

    A requirement (root) names its grade and combines its lines. A line is a condition on
    a criterion, or a group, which combines the lines that follow it one step deeper. The
    lines are one flat list; a line's parent is the nearest group above it that is less
    deep, the requirement itself where there is none.

    A group may say until when who took the grade keeps it, though he meets the requirement no
    more: a stage that is entered and left. What he had before is a criterion of the policy.

    A limit on how many take a grade is a cut-off, as a ranking is: a full run finds who has the
    last place, and grading compares with him. Of those of one value the policy's next criterion
    tells who is stronger, then who is there longer: no place stays free for a tie.
    """

    _name = "customer.grading.rule"
    _description = "Grading Requirement"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one(
        "customer.grading.policy",
        compute="_compute_policy_id",
        recursive=True,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        index=True,
    )
    policy_state = fields.Selection(related="policy_id.state")
    policy_subject = fields.Selection(related="policy_id.subject")
    policy_subject_model = fields.Char(related="policy_id.subject_model", string="Graded records")
    company_id = fields.Many2one(related="policy_id.company_id", store=True, precompute=True)
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    sequence = fields.Integer(default=10, aggregator=None)
    root_id = fields.Many2one("customer.grading.rule", ondelete="cascade", index="btree_not_null")
    line_ids = fields.One2many("customer.grading.rule", "root_id", string="Conditions")
    parent_id = fields.Many2one(
        "customer.grading.rule",
        compute="_compute_parent_id",
        store=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    child_ids = fields.One2many("customer.grading.rule", "parent_id")
    depth = fields.Integer(default=0, aggregator=None)
    kind = fields.Selection(
        [
            ("condition", "Condition"),
            ("all", "ALL of"),
            ("any", "ANY of"),
            ("at_least", "AT LEAST n of"),
            ("at_most", "AT MOST n of"),
            ("none", "NONE of"),
            ("until", "STAYS UNTIL all of"),
        ],
        default="condition",
        required=True,
    )
    count = fields.Integer("n", default=1, aggregator=None)
    # The requirement itself.
    grade_id = fields.Many2one(
        "customer.grade",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('dimension_id', '=', dimension_id)]",
    )
    grade_code = fields.Char(related="grade_id.code", readonly=False, string="Code")
    grade_name = fields.Char(related="grade_id.name", readonly=False, string="Grade name")
    grade_color = fields.Integer(related="grade_id.color", readonly=False, string="Color")
    grade_meaning = fields.Text(related="grade_id.meaning", readonly=False)
    result_count = fields.Integer(compute="_compute_result_count", string="Graded today")
    met_count = fields.Char("Meet it today", readonly=True, copy=False)
    # A condition.
    criterion_id = fields.Many2one(
        "customer.grading.criterion",
        "What",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('policy_id', '=', policy_id)]",
    )
    unit = fields.Selection(related="criterion_id.unit")
    unit_label = fields.Char(related="criterion_id.unit_label", string="Counted in")
    operators = fields.Json(compute="_compute_operators")
    operator = fields.Selection(
        [
            ("ge", "at least"),
            ("gt", "more than"),
            ("le", "at most"),
            ("lt", "less than"),
            ("between", "between"),
            ("within", "within"),
            ("before", "before"),
            ("after", "after"),
            ("is", "is"),
            ("yes", "is yes"),
            ("no", "is no"),
            ("level_is", "level is"),
            ("level_ge", "level at least"),
            ("level_le", "level at most"),
            ("points_ge", "points at least"),
            ("points_gt", "points more than"),
            ("points_le", "points at most"),
            ("points_lt", "points less than"),
            ("known", "is known"),
            ("unknown", "is unknown"),
        ],
        string="Comparison",
        compute="_compute_operator",
        store=True,
        readonly=False,
        precompute=True,
    )
    value = fields.Float(digits=(16, 4), aggregator=None)
    value_max = fields.Float("And", digits=(16, 4), aggregator=None)
    level_id = fields.Many2one(
        "customer.grading.band",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('criterion_id', '=', criterion_id), ('level', '!=', False)]",
    )
    choice_model = fields.Char(compute="_compute_operators")
    choice_id = fields.Many2oneReference(model_field="choice_model")
    text_value = fields.Char("Text")
    date_value = fields.Date("Day")
    if_unknown = fields.Selection(
        [("open", "stays open"), ("met", "counts as met"), ("unmet", "counts as not met")],
        "Unknown",
        help="How the condition counts where its value is not known. While it stays open, so does "
        "the requirement that hangs on it: the grade is not taken. So it is, too, where nothing is "
        "chosen.",
    )
    problem = fields.Char(compute="_compute_problem")
    text = fields.Text("Reads", compute="_compute_text", compute_sudo=True)
    change_timing = fields.Selection(
        [*TIMINGS, ("within", "within days, whatever else is said")],
        string="Takes effect",
        help="Empty: as the policy says. “Within days” is for what cannot wait, such as a late "
        "payment: no month end, review or step comes before it.",
    )
    change_days = fields.Integer(
        "Days of its own",
        aggregator=None,
        help="Days that the computed grade must stand before this one takes effect.",
    )
    review_months = fields.Integer(
        "Reviewed every (months)",
        aggregator=None,
        help="Whoever has the grade keeps it until a review, so many months and their "
        "multiples after it was given; 0: it may change at any time.",
    )
    expiry_months = fields.Integer(
        "Ends after (months)",
        aggregator=None,
        help="Then the computed grade comes back, even where nobody confirmed it, or somebody "
        "refused it; 0: the grade has no end.",
    )
    limit_count = fields.Integer(
        "At most",
        aggregator=None,
        help="How many take the grade, those whom earlier requirements of the same grade took "
        "included; 0: as many as meet it.",
    )
    limit_within = fields.Selection(
        RANK_WITHIN, string="Counted among", default="all", required=True
    )
    limit_field = fields.Char("Field they share", help="Those are counted together who share it.")
    limit_criterion_id = fields.Many2one(
        "customer.grading.criterion",
        "The strongest by",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('policy_id', '=', policy_id)]",
    )

    _root_check = models.Constraint(
        "CHECK (root_id IS NOT NULL"
        " OR (grade_id IS NOT NULL AND kind NOT IN ('condition', 'until')))",
        "A requirement needs a grade.",
    )
    _change_days_check = models.Constraint(
        "CHECK (change_days BETWEEN 0 AND 3660)", "Days are a number from 0 to 3660."
    )
    _change_months_check = models.Constraint(
        "CHECK (review_months BETWEEN 0 AND 1200 AND expiry_months BETWEEN 0 AND 1200)",
        "Months are a number from 0 to 1200.",
    )
    _limit_check = models.Constraint(
        "CHECK (limit_count >= 0)",
        "A grade cannot be limited to less than 0. Use 0 for no limit.",
    )

    @api.depends("root_id.policy_id")
    def _compute_policy_id(self):
        for rule in self:
            if rule.root_id:
                rule.policy_id = rule.root_id.policy_id

    @api.depends("root_id.line_ids.depth", "root_id.line_ids.sequence", "root_id.line_ids.kind")
    def _compute_parent_id(self):
        for root, lines in self.grouped("root_id").items():
            parents = root._get_parents() if root else {}
            for line in lines:
                line.parent_id = parents.get(line)

    def _get_parents(self):
        """Return ``{line: its parent}`` of a requirement's lines."""
        self.ensure_one()
        parents, open_groups = {}, []
        for line in self._get_ordered_lines():
            open_groups = [group for group in open_groups if group.depth < line.depth]
            parents[line] = open_groups[-1] if open_groups else self
            if line.kind != "condition":
                open_groups.append(line)
        return parents

    def _get_ordered_lines(self):
        """Return the lines in the order of the screen; unsaved ones are kept in place."""
        return self.line_ids.sorted(lambda line: line.sequence)

    def _get_children(self):
        """Return ``{rule: its children in order}`` for a requirement and its groups."""
        self.ensure_one()
        children = {}
        for line, parent in self._get_parents().items():
            children[parent] = children.get(parent, self.browse()) | line
        return children

    def _get_asked_lines(self, children):
        """Return what must hold for the grade to be taken, without what must not to lose it.

        :param children: as :meth:`_get_children` gives them
        """
        return children.get(self, self.browse()).filtered(lambda line: line.kind != "until")

    def _get_exit(self):
        """Return the group that says when who has the grade leaves it, if there is one."""
        return self.line_ids.filtered(lambda line: line.kind == "until")[:1]

    @api.constrains("root_id", "depth", "kind", "line_ids")
    def _check_depth(self):
        for root in self.root_id | self.filtered(lambda rule: not rule.root_id):
            parents = root._get_parents()
            for line in parents:
                groups, above = 0, line
                while above := parents.get(above):
                    groups += 1
                groups += line.kind != "condition"
                if groups > MAX_GROUPS:
                    message = self.env._(
                        "Grade %(grade)s: groups can stand three deep at most. Split "
                        "the requirement: make a criterion of the inner group, or "
                        "write a second requirement for the same grade.",
                        grade=root.grade_id.code,
                    )
                    raise ValidationError(message)

    def _compute_result_count(self):
        graded = self.policy_id.filtered(lambda policy: policy.state != "draft")
        counts = graded.sudo()._count_results()
        for rule in self:
            rule.result_count = counts.get(rule.policy_id, {}).get(rule.grade_id, 0)

    @api.depends("criterion_id")
    def _compute_operators(self):
        for rule in self:
            fitting = rule._get_fitting_operators()
            if LEVEL_OPERATORS[0] in fitting:
                fitting = [name for name in fitting if name != "is"]  # its levels say the same
            rule.operators = fitting
            rule.choice_model = rule.criterion_id._get_choice_model()

    def _get_fitting_operators(self):
        """Return the comparisons that make sense for the criterion, likeliest first."""
        criterion = self.criterion_id
        if not criterion:
            return []
        levels = LEVEL_OPERATORS if any(criterion.band_ids.mapped("level")) else ()
        operators = []
        if criterion.unit in NUMERIC_UNITS:
            operators += NUMERIC_OPERATORS[:-1]
            counted = criterion._get_parts()[:1] if criterion.kind == "first" else criterion
            if counted.measure_id._is_better_low():
                operators.sort(key=("le", "lt", "ge", "gt", "between").index)
            if criterion.unit in AGE_UNITS:
                operators.append("within")
                operators += DATE_OPERATORS if criterion.kind == "measure" else ()
            operators = [*levels, *operators] if criterion._is_ranked() else [*operators, *levels]
        elif criterion.unit == "yes_no":
            operators += ("yes", "no")
        elif criterion.unit in ("choice", "text"):
            operators += ("is", *levels)
        if not criterion._adds_points() and any(criterion.band_ids.mapped("points")):
            operators += POINTS_OPERATORS
        return [*operators, *KNOWN_OPERATORS]

    @api.depends("criterion_id", "operators")
    def _compute_operator(self):
        for rule in self:
            fitting = rule._get_fitting_operators()
            if rule.operator not in fitting:
                rule.operator = (rule.operators or [False])[0]

    @api.depends(*ASKED_FIELDS, "child_ids")
    @api.depends_context("lang")
    def _compute_problem(self):
        for rule in self:
            rule.problem = rule._get_problem()

    def _get_problem(self):
        """Return in words what keeps a condition from being decided, or nothing."""
        if self.kind != "condition":
            return None
        criterion = self.criterion_id
        if not criterion:
            return self.env._("choose what to look at.")
        if criterion.policy_id._origin != self.policy_id._origin:
            return self.env._("“%s” belongs to another policy.", criterion.name)
        if not self.operator or self.operator not in self._get_fitting_operators():
            return self.env._("choose a comparison for “%s”.", criterion.name)
        if self.operator in LEVEL_OPERATORS and self.level_id not in criterion.band_ids:
            return self.env._("choose a level for “%s”.", criterion.name)
        if self.operator == "is" and criterion.unit == "choice" and not self.choice_id:
            return self.env._("choose a value for “%s”.", criterion.name)
        if self.operator == "is" and criterion.unit == "text" and not self.text_value:
            return self.env._("write the text that “%s” shall be.", criterion.name)
        if self.operator in DATE_OPERATORS and not self.date_value:
            return self.env._("choose a day for “%s”.", criterion.name)
        if self.operator == "between" and self.value > self.value_max:
            return self.env._(
                "“%(criterion)s” between %(least)s and %(most)s: the first is the larger one.",
                criterion=criterion.name,
                least=criterion._format_value(self.value),
                most=criterion._format_value(self.value_max),
            )
        return None

    def _refuse_removal(self, name):
        """Raise where these requirements, or lines of them, look at what is called ``name``."""
        if self:
            roots = self.root_id | self.filtered(lambda rule: not rule.root_id)
            message = self.env._(
                "“%(criterion)s” is used in the requirement of %(grades)s. Take it out "
                "there first.",
                criterion=name,
                grades=", ".join(roots.grade_id.mapped("code")),
            )
            raise UserError(message)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            vals if vals.get("root_id") else self._prepare_root_vals(vals) for vals in vals_list
        ]
        rules = super().create(vals_list)
        rules.policy_id._check_unlocked()
        rules._drop_blank_lines()
        rules._remember_grades()
        return rules

    def _drop_blank_lines(self):
        """Delete conditions that were begun and left: nothing was chosen on them."""
        lines = self.line_ids.filtered(lambda line: line.kind == "condition")
        lines.filtered(lambda line: not line.criterion_id).unlink()

    def _prepare_root_vals(self, vals):
        """Return the values of a requirement, its grade found or made by its code."""
        vals = dict(vals)
        if vals.get("kind", "condition") == "condition":
            vals["kind"] = "all"
        if not vals.get("grade_id") and vals.get("grade_code"):
            named = {
                name: vals.pop(f"grade_{name}", False)
                for name in ("code", "name", "color", "meaning")
            }
            policy = self.env["customer.grading.policy"].browse(vals.get("policy_id"))
            vals["grade_id"] = policy.dimension_id._find_or_create_grade(named).id
        return vals

    @api.onchange("grade_code")
    def _onchange_grade_code(self):
        """Show the grade of that code, where the dimension has it already."""
        if self._origin or not self.grade_code:
            return
        grade = self.dimension_id._find_grade(self.grade_code)
        self.grade_name = grade.name or self.grade_name or self.grade_code
        self.grade_color = grade.color or self.grade_color
        self.grade_meaning = grade.meaning or self.grade_meaning

    def write(self, vals):
        if vals.keys() - UNLOCKED_FIELDS:
            self.policy_id._check_unlocked()
        if "met_count" not in vals and vals.keys() & {"line_ids", "kind", "count"}:
            vals = {**vals, "met_count": False}  # it was counted of the conditions as they were
        result = super().write(vals)
        if "line_ids" in vals:
            self._drop_blank_lines()
        if vals.keys() & {"line_ids", "kind"}:
            self._remember_grades()
        return result

    def _remember_grades(self):
        """Give policies whose grades are left by a condition the criterion that tells who had one."""
        leaving = (self | self.line_ids).filtered(lambda line: line.kind == "until")
        for policy in leaving.policy_id.filtered(lambda policy: not policy._get_own_grade()):
            measure = self.env.ref("customer_grading.measure_own_grade")
            vals = {"policy_id": policy.id, "measure_id": measure.id, "sequence": 1000}
            self.env["customer.grading.criterion"].create(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.policy_id._check_unlocked()

    @api.constrains("limit_count", "limit_criterion_id", "policy_id")
    def _check_limit(self):
        for rule in self.filtered("limit_criterion_id"):
            if rule.limit_criterion_id.policy_id != rule.policy_id:
                raise ValidationError(
                    self.env._("“%s” belongs to another policy.", rule.limit_criterion_id.name)
                )

    @api.constrains("limit_count", "limit_within", "limit_field", "limit_criterion_id")
    def _check_author_may_read(self):
        Measure = self.env["customer.grading.measure"]
        for rule in self.filtered(lambda rule: rule.limit_within == "field" and rule.limit_field):
            if Measure._get_path_field(rule.policy_subject_model, rule.limit_field):
                Measure._check_may_read(rule.policy_subject_model, [rule.limit_field])

    def _is_counted(self):
        """Hook: whether it matters how many have the grade."""
        return bool(self.limit_count)

    def _get_limit_path(self):
        if self.limit_within == "field":
            return self.limit_field or ""
        return get_group_path(self.policy_id.subject, self.limit_within)

    def _is_limit_path(self):
        """Whether those who are counted can be told apart by what they share."""
        Criterion = self.env["customer.grading.criterion"]
        criterion = self.limit_criterion_id or Criterion.new({"policy_id": self.policy_id.id})
        return criterion._is_group_path(self._get_limit_path())

    def _get_tie_criterion(self):
        """Return the criterion that tells who of two of one value is stronger, if any."""
        return self.policy_id.criterion_ids.filtered(
            lambda c: c.unit in NUMERIC_UNITS and c != self.limit_criterion_id
        )[:1]

    def _implies(self, other):
        """Whether this condition can only hold where ``other`` does."""
        if not self.criterion_id or self.criterion_id != other.criterion_id:
            return False
        if self.if_unknown == "met" and other.if_unknown != "met":
            return False
        if other.operator == "known":
            return self.operator != "unknown"
        floor, ceiling = ("ge", "gt", "between"), ("le", "lt", "between", "within")
        prefix = "points_" if (self.operator or "").startswith("points_") else ""
        mine = (self.operator or "").removeprefix(prefix)
        theirs = (other.operator or "").removeprefix(prefix)
        if prefix and not (other.operator or "").startswith(prefix):
            return False
        if theirs in ("ge", "gt") and mine in floor:
            strict = theirs == "gt" and mine != "gt"
            return self.value > other.value or (self.value == other.value and not strict)
        if theirs == mine == "within":
            return self.value <= other.value
        if theirs in ("le", "lt") and mine in ceiling:
            most = self.value_max if mine == "between" else self.value
            strict = theirs == "lt" and mine != "lt"
            return most < other.value or (most == other.value and not strict)
        if mine.startswith("level_") and theirs.startswith("level_"):
            return self._level_implies(other)
        asked = ("choice_id", "text_value", "date_value", "value", "value_max")
        return mine == theirs and all(self[name] == other[name] for name in asked)

    def _level_implies(self, other):
        ranks = self.criterion_id._get_level_ranks()
        mine, theirs = ranks.get(self.level_id), ranks.get(other.level_id)
        if not mine or not theirs:
            return False
        if other.operator == "level_ge":
            return self.operator in ("level_ge", "level_is") and mine >= theirs
        if other.operator == "level_le":
            return self.operator in ("level_le", "level_is") and mine <= theirs
        return self.operator == "level_is" and mine == theirs

    def action_open_dialog(self):
        """Open the requirement in its dialog."""
        name = self.env._("Grade %s", self.grade_id.code)
        return self._get_records_action(name=name, target="new", context={})
