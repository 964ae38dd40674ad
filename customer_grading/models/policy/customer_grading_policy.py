from ast import literal_eval
from datetime import date

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_list

from ...tools.blocks import open_window
from ...tools.change_rules import CHANGE_FIELDS, TIMINGS
from .customer_grading_measure import OWN_GRADE

PLANNED_STATES = ("draft", "scheduled")  # of policies that have graded nobody yet
IN_FORCE_STATES = ("scheduled", "running")  # of those that grade, or are about to

# What the methods of a policy's life write, and nobody else.
LIFE_FIELDS = ("state", "date_to", "activated_by_id")

# What may change while a policy is in force: nothing that decides a grade.
UNLOCKED_FIELDS = {
    "name",
    "sequence",
    "active",
    "user_id",
    "note",
    "date_from",
    *LIFE_FIELDS,
    "regrades_changed",
    "rule_ids",
    "message_follower_ids",
    "message_ids",
    "activity_ids",
} | CHANGE_FIELDS


class CustomerGradingPolicy(models.Model):
    """How one dimension is graded: whom it applies to, what counts, and what it takes.

    And how the grades that it computes come into effect, from when, as which version.
    """

    _name = "customer.grading.policy"
    _description = "Grading Policy"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    key = fields.Char(
        copy=False, help="Short name that all versions of the policy share, if it has one."
    )
    sequence = fields.Integer(
        default=10,
        aggregator=None,
        help="The first running policy that applies to a record grades it.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("running", "Running"),
            ("closed", "Closed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None)
    previous_id = fields.Many2one(
        "customer.grading.policy", "Revises", readonly=True, copy=False, index="btree_not_null"
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env["customer.grading.dimension"].search([], limit=1),
    )
    subject = fields.Selection(related="dimension_id.subject")
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Company whose records it grades; empty: each company grades its own.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        help="Is told when a run fails, or stops to ask.",
    )
    note = fields.Html("Notes", translate=True)
    date_from = fields.Date(
        "In force from",
        copy=False,
        tracking=True,
        help="A later day: the policy is activated now, and comes into force that night.",
    )
    date_to = fields.Date("In force until", readonly=True, copy=False)
    domain = fields.Char("Applies to", default="[]", tracking=True)
    subject_model = fields.Char(compute="_compute_subject_model")
    population = fields.Selection(
        selection="_get_populations",
        default="documents",
        required=True,
        tracking=True,
    )
    lead_population = fields.Selection(
        [("open", "Open opportunities"), ("all", "All opportunities, open or closed")],
        string="Opportunities",
        default="open",
        required=True,
        tracking=True,
    )
    decide_by = fields.Selection(
        [
            ("requirements", "Requirements"),
            ("points", "Points"),
            ("rank", "Rank"),
            ("hand", "Hand"),
        ],
        string="Decides by",
        default="requirements",
        required=True,
    )
    criterion_ids = fields.One2many("customer.grading.criterion", "policy_id", string="Criteria")
    has_combinations = fields.Boolean("Combines criteria", compute="_compute_score_criterion_id")
    rule_ids = fields.One2many(
        "customer.grading.rule", "policy_id", string="Grades", domain=[("root_id", "=", False)]
    )
    score_criterion_id = fields.Many2one(
        "customer.grading.criterion", "Total points", compute="_compute_score_criterion_id"
    )
    regrades_changed = fields.Boolean(
        "Regrade what changes",
        compute="_compute_regrades_changed",
        store=True,
        readonly=False,
        precompute=True,
        help="Records whose documents changed are graded again within minutes. Tags, merged "
        "companies, deletions and passing time wait for the night.",
    )
    run_ids = fields.One2many("customer.grading.run", "policy_id", string="Runs")
    result_count = fields.Integer("Customers", compute="_compute_counts")
    not_graded_count = fields.Integer("Not graded", compute="_compute_counts")
    change_count = fields.Integer("Changes", compute="_compute_counts")
    problems = fields.Json(compute="_compute_problems")
    subject_text = fields.Char("Applies to so many", compute="_compute_subject_text")
    upgrade_timing = fields.Selection(
        TIMINGS, string="Upgrades take effect", default="now", required=True, tracking=True
    )
    upgrade_days = fields.Integer(
        "Days a better grade must stand",
        tracking=True,
        aggregator=None,
        help="So many days without a relapse; 0: none.",
    )
    downgrade_timing = fields.Selection(
        TIMINGS, string="Downgrades take effect", default="month_end", required=True, tracking=True
    )
    downgrade_days = fields.Integer(
        "Days a lower grade must stand", default=14, tracking=True, aggregator=None
    )
    grace_days = fields.Integer(
        "Days of grace",
        tracking=True,
        aggregator=None,
        help="So many days more are left to win the grade back, after a downgrade is due.",
    )
    counts_working_days = fields.Boolean(
        "Count working days",
        tracking=True,
        help="Days on which the company works, by its calendar and its public holidays.",
    )
    one_step = fields.Boolean(
        "One grade at a time",
        tracking=True,
        help="Who would move by several grades moves to the next one; the others follow, "
        "each after the days that a grade must stand.",
    )
    probation_months = fields.Integer(
        "Months of probation",
        tracking=True,
        aggregator=None,
        help="Who is graded for the first time has a provisional grade, which follows every "
        "computed one at once. Then an officer evaluates it; 0: no probation.",
    )
    window_ids = fields.One2many(
        "customer.grading.review.window", "policy_id", string="Review windows", copy=True
    )
    stop_percent = fields.Float(
        "Stop and ask above (%)",
        default=10.0,
        tracking=True,
        help="A run that would move more than this stops and asks; 0: never.",
    )
    manual_months = fields.Integer(
        "Manual grades end within (months)",
        default=12,
        tracking=True,
        aggregator=None,
        help="0: a grade set by hand may stand for ever.",
    )
    has_dimensions = fields.Boolean(
        compute="_compute_has_dimensions", help="Whether there is more than one dimension."
    )
    points_max = fields.Float("Points at most", compute="_compute_points_max")
    rest_text = fields.Char(compute="_compute_rest_text")
    first_version_id = fields.Many2one(
        "customer.grading.policy",
        "First version",
        compute="_compute_first_version_id",
        store=True,
        recursive=True,
        index=True,
    )
    records_from = fields.Date(
        "Applies to records created from",
        tracking=True,
        help="Records created before this day stay with the version that grades them now, "
        "which goes on for them. Empty: this version is for all of them.",
    )
    activated_by_id = fields.Many2one("res.users", "Activated by", readonly=True, copy=False)
    version_count = fields.Integer("Versions", compute="_compute_version_count")
    takeover_text = fields.Char(compute="_compute_takeover_text")

    _days_check = models.Constraint(
        "CHECK (upgrade_days BETWEEN 0 AND 3660 AND downgrade_days BETWEEN 0 AND 3660"
        " AND grace_days BETWEEN 0 AND 3660)",
        "Days are a number from 0 to 3660.",
    )
    _months_check = models.Constraint(
        "CHECK (probation_months BETWEEN 0 AND 1200 AND manual_months BETWEEN 0 AND 1200)",
        "Months are a number from 0 to 1200.",
    )
    _percent_check = models.Constraint(
        "CHECK (stop_percent BETWEEN 0 AND 100)", "“Stop and ask” is a share: between 0 and 100 %."
    )

    @api.model
    def _get_populations(self):
        """Return whom a policy may grade, as ``(key, label)``."""
        documents = format_list(self.env, self._get_population_names(), style="or")
        return [
            ("documents", self.env._("Customers with %s", documents)),
            ("all", self.env._("All contacts it applies to")),
        ]

    @api.model
    def _get_population_names(self):
        """Hook: return in words the documents that make somebody a customer.

        An addon that adds documents to ``_get_population_sources`` of
        ``customer.grading.engine`` names them here, as they stand within a sentence.
        """
        return [
            self.env._("a confirmed order"),
            self.env._("a posted invoice"),
            self.env._("an opportunity"),
        ]

    @api.depends("dimension_id", "company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            group = policy.dimension_id.company_scope == "group"
            company = policy.company_id or self.env.company
            policy.currency_id = group and policy.dimension_id.currency_id or company.currency_id

    @api.depends("dimension_id")
    def _compute_regrades_changed(self):
        """Opportunities are graded within minutes, customers by night, unless one says so."""
        for policy in self:
            policy.regrades_changed = policy.dimension_id.subject == "lead"

    @api.depends("dimension_id")
    def _compute_subject_model(self):
        for policy in self:
            subject = policy.dimension_id.subject
            policy.subject_model = subject and policy.dimension_id._get_subject_kind().model

    @api.depends("criterion_ids.parent_id", "criterion_ids.kind")
    def _compute_score_criterion_id(self):
        """The score is the total of the root sum, where a policy has one."""
        for policy in self:
            kinds = set(policy.criterion_ids.mapped("kind"))
            policy.has_combinations = bool(kinds - {"measure"})
            policy.score_criterion_id = policy.criterion_ids.filtered(
                lambda criterion: not criterion.parent_id and criterion._adds_points()
            )[:1]

    def _compute_counts(self):
        """Count what policies graded; a draft graded nothing."""
        graded = self.filtered(lambda policy: policy.state not in PLANNED_STATES)
        results = graded._count_results()
        Change = self.env["customer.grading.change"]
        of_these = [("policy_id", "in", graded.ids)]
        changes = dict(Change._read_group(of_these, ["policy_id"], ["__count"]))
        for policy in self:
            counts = results.get(policy, {})
            policy.result_count = sum(counts.values())
            policy.not_graded_count = counts.get(self.env["customer.grade"], 0)
            policy.change_count = changes.get(policy, 0)

    def _count_results(self):
        """Return ``{policy: {grade: number of results}}``; no grade is an empty record."""
        groups = self.env["customer.grading.result"]._read_group(
            [("policy_id", "in", self.ids)], ["policy_id", "grade_id"], ["__count"]
        )
        counts = {}
        for policy, grade, count in groups:
            counts.setdefault(policy, {})[grade] = count
        return counts

    @api.depends("name", "version")
    def _compute_display_name(self):
        for policy in self:
            name = policy.name or ""
            if policy.version > 1:
                name = self.env._("%(policy)s, v%(version)s", policy=name, version=policy.version)
            policy.display_name = name

    def _get_companies(self):
        """Return the companies that the policy grades, each for itself.

        One without a company of its own serves every company that is no branch; a group
        policy serves them all as one, which is said by an empty recordset.
        """
        Company = self.env["res.company"].sudo()
        if self.dimension_id.company_scope == "group":
            return Company
        return self.company_id.sudo() or Company.search([("parent_id", "=", False)])

    def _get_run_companies(self):
        """Return the companies of which each has a run of its own; of a group, no company."""
        return self._get_companies() or [self.env["res.company"]]

    def _get_running(self, dimension, company):
        """Return the running policies of ``dimension`` that grade ``company``, in order."""
        domain = Domain("state", "=", "running") & Domain("dimension_id", "=", dimension.id)
        if dimension.company_scope == "company":
            # One without a company grades no branch, see _get_companies.
            every = [] if company.parent_id else [False]
            domain &= Domain("company_id", "in", [company.id, *every])
        return self.sudo().search(domain)

    @api.model
    def _get_in_force(self, dimension, company):
        """Return the company whose grades ``company`` shows, and the policies grading it.

        It is the company itself or its nearest parent that has policies; none where all
        companies are graded as one.
        """
        Company = self.env["res.company"].sudo()
        for company_id in dimension and dimension._get_result_company_ids(company):
            graded = Company.browse(company_id or ())
            if policies := self._get_running(dimension, graded):
                return graded, policies
        return company if dimension.company_scope == "company" else Company, self.browse()

    def _in_order_of_need(self):
        """Hook: return the policies, those first whose grades others are made from."""
        needs = {dimension: len(dimension._get_needed()) for dimension in self.dimension_id}
        return self.sorted(lambda p: (needs[p.dimension_id], p.subject == "lead", p.sequence, p.id))

    def _parse_domain(self):
        return Domain(literal_eval(self.domain or "[]"))

    def _get_own_grade(self):
        """Return the criterion that tells which grade of its own a subject had before, if any."""
        return self.criterion_ids.filtered(lambda c: c.measure_id.code_key == OWN_GRADE)[:1]

    def _get_measured_criteria(self):
        """Return the criteria that have a measure, in the order of their stored values."""
        self.ensure_one()
        return self.criterion_ids.filtered(lambda c: c.kind == "measure").sorted("id")

    def _get_combinations(self):
        """Return the combinations, those that others are parts of last.

        :return: list of recordsets; the parts of each stand in those before it
        """
        self.ensure_one()
        combinations = self.criterion_ids.filtered(lambda c: c.kind != "measure")
        by_height = combinations.grouped(lambda c: c._get_height())
        return [by_height[height] for height in sorted(by_height)]

    def _check_unlocked(self):
        """Raise where the policy decides grades, or did: its history would change."""
        for policy in self:
            if policy.state == "scheduled":
                message = self.env._(
                    "“%s” comes into force by itself on its day, as it was looked at. Set "
                    "it back to draft to change it.",
                    policy.display_name,
                )
                raise UserError(message)
            if policy.state != "draft":
                message = self.env._(
                    "“%s” is in force, or was: what decides its grades is locked, so "
                    "that they can always be explained. Use “Revise” to make the next "
                    "version.",
                    policy.name,
                )
                raise UserError(message)

    @api.model
    def _get_unlocked_fields(self):
        """Hook: return the fields that may change while a policy is in force."""
        return UNLOCKED_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        if not self.env.su:
            for policy in policies.filtered(lambda policy: policy.state != "draft"):
                policy._refuse_life()
        return policies

    def write(self, vals):
        if not self.env.su and vals.keys() & {*LIFE_FIELDS}:
            self._refuse_life()
        if vals.keys() - self._get_unlocked_fields():
            self._check_unlocked()
        if not vals.get("active", True):
            self._check_archivable()
        if "state" in vals:
            # Which records are graded at all, and the menus.
            self.env["customer.grading.dimension"]._forget_use()
        return super().write(vals)

    def _check_archivable(self):
        """Raise where a policy that grades, or is about to, would be put away unseen."""
        for policy in self.filtered(lambda policy: policy.state in IN_FORCE_STATES):
            raise UserError(
                self.env._(
                    "“%s” is in force, or will be. Close it first; then archive it.",
                    policy.display_name,
                )
            )

    def _refuse_life(self):
        raise AccessError(
            self.env._(
                "A policy comes into force from its try-on, and ends by “Close”: its state "
                "is not written."
            )
        )

    def _set_state(self, state, **vals):
        """Bring these policies into ``state``, and note what comes with it."""
        self.check_access("write")
        if state in ("running", "scheduled") and self.env.uid != SUPERUSER_ID:
            vals["activated_by_id"] = self.env.uid
        self.sudo().write({"state": state, **vals})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.search_count([("previous_id", "in", self.ids), ("id", "not in", self.ids)]):
            raise UserError(self.env._("Another version revises this policy. Archive it instead."))
        # No foreign key keeps a policy that results and changes name.
        named = any(
            self.env[name].sudo().search_count([("policy_id", "in", self.ids)], limit=1)
            for name in ("customer.grading.result", "customer.grading.change")
        )
        if named or self.filtered(lambda policy: policy.state not in PLANNED_STATES):
            message = self.env._(
                "A policy that was in force cannot be deleted: the history of the grades "
                "that it gave would be lost. Close it and archive it instead."
            )
            raise UserError(message)

    @api.constrains("domain")
    def _check_author_may_read(self):
        for policy in self:
            self.env["customer.grading.measure"]._check_may_read(
                policy.subject_model, domain=policy.domain
            )

    @api.constrains("dimension_id", "company_id")
    def _check_grades(self):
        self.criterion_ids._check_measure_subject()
        self.criterion_ids._check_dimension_cycle()
        for policy in self:
            dimension = policy.dimension_id
            foreign = [("dimension_id", "!=", dimension.id)]
            if strangers := policy.rule_ids.grade_id.filtered_domain(foreign):
                message = self.env._(
                    "Grade %(grade)s belongs to another dimension. Choose a grade of "
                    "“%(dimension)s”.",
                    grade=strangers[0].code,
                    dimension=dimension.name,
                )
                raise ValidationError(message)

    def _get_given_grades(self):
        """Return the grades that the policy gives, best first."""
        self.ensure_one()
        return self.rule_ids.grade_id.sorted(lambda grade: (grade.sequence, grade.id))

    def _get_rule_of(self, grade):
        """Return the requirement whose terms hold for who has ``grade``: the first of its own."""
        return self.rule_ids.filtered(lambda rule: rule.grade_id == grade)[:1]

    def _get_limited_rules(self):
        """Return the first requirement of each grade that only so many have at a time.

        That is told of one that all its requirements limit alike.
        """
        limited = self.rule_ids.browse()
        for rules in self.rule_ids.grouped("grade_id").values():
            limits = {(rule.limit_count, rule._get_limit_path()) for rule in rules}
            if len(limits) == 1 and rules[0].limit_count:
                limited |= rules[0]
        return limited

    def _compute_has_dimensions(self):
        self.has_dimensions = self.env["customer.grading.dimension"]._has_several()

    @api.depends("rule_ids.line_ids", "rule_ids.grade_id")
    @api.depends_context("lang")
    def _compute_rest_text(self):
        """Say what becomes of those whom no requirement takes."""
        for policy in self:
            last = policy.rule_ids[-1:]
            policy.rest_text = (
                self.env._("Whoever fits none of those above: %s.", last.grade_id.display_name)
                if last and not last.line_ids and last.kind in ("all", "none")
                else self.env._("Whoever fits none: not graded.")
            )

    @api.depends("criterion_ids.points_max", "criterion_ids.parent_id")
    def _compute_points_max(self):
        for policy in self:
            policy.points_max = policy.score_criterion_id.points_max

    def _get_try_on_company(self):
        """Return the company for which a draft is tried: the current one if it grades it."""
        companies = self._get_companies()
        return self.env.company if self.env.company in companies else companies[:1]

    @api.model
    def _has_graded(self):
        """Whether any policy is, or was, in force."""
        policies = self.sudo().with_context(active_test=False)
        return bool(policies.search_count([("state", "not in", PLANNED_STATES)], limit=1))

    def copy_data(self, default=None):
        """A copy is a draft with the same scope; what decides follows in :meth:`copy`."""
        vals_list = super().copy_data(default)
        for policy, vals in zip(self, vals_list, strict=True):
            if not (default or {}).keys() & {"name", "previous_id"}:
                vals["name"] = self.env._("%s (copy)", policy.name)
            if "previous_id" not in (default or {}):
                vals["records_from"] = False  # the older version of a mere copy is nobody's
        return vals_list

    def copy(self, default=None):
        """Copy the policy with its criteria and requirements."""
        copies = super().copy(default)
        for policy, duplicate in zip(self, copies, strict=True):
            policy._copy_trees_to(duplicate)
        return copies

    def _copy_trees_to(self, duplicate):
        """Copy criteria, levels and requirements, each copy referring to the copies."""
        criteria, bands = {}, {}
        for criterion in self.criterion_ids.sorted(lambda c: c._get_depth()):
            new = criterion.copy(
                {
                    "policy_id": duplicate.id,
                    "key": criterion.key,
                    "parent_id": criteria.get(criterion.parent_id, criterion.browse()).id,
                }
            )
            criteria[criterion] = new
            bands.update(zip(criterion.band_ids, new.band_ids, strict=True))
        Rule = self.env["customer.grading.rule"]
        for root in self.rule_ids:
            strongest = criteria.get(root.limit_criterion_id, Rule)
            new_root = root.copy({"policy_id": duplicate.id, "limit_criterion_id": strongest.id})
            for line in root._get_ordered_lines():
                line.copy(
                    {
                        "root_id": new_root.id,
                        "policy_id": duplicate.id,
                        "criterion_id": criteria.get(line.criterion_id, Rule).id,
                        "level_id": bands.get(line.level_id, Rule).id,
                    }
                )

    @api.model
    def _get_new_action(self, name):
        """Hook: return the action, called ``name``, in which a policy begins: an empty form."""
        return open_window(name, self._name)

    def action_view_results(self):
        """Open the results of the policy."""
        name = self.dimension_id._choose_text(self.env._("Customers"), self.env._("Opportunities"))
        return self._get_related_action("customer.grading.result", name)

    def action_view_not_graded(self):
        """Open the results without a grade."""
        return self._get_related_action(
            "customer.grading.result", self.env._("Not graded"), [("grade_id", "=", False)]
        )

    def action_view_changes(self):
        """Open the changes of grade that the policy made or proposes."""
        return self._get_related_action("customer.grading.change", self.env._("Changes"))

    def action_view_runs(self):
        """Open the runs of the policy."""
        return self._get_related_action("customer.grading.run", self.env._("Runs"))

    def _get_related_action(self, model, name, domain=()):
        return open_window(
            name,
            model,
            "list,form",
            domain=[("policy_id", "=", self.id), *domain],
            context={"create": False, "grading_subject": self.subject},
        )

    def action_add_grade(self):
        """Open the dialog of a new grade with its requirement."""
        return self.env["customer.grading.rule"]._get_records_action(
            name=self.env._("Add a grade"),
            target="new",
            context={
                "default_policy_id": self.id,
                "default_kind": "all",
                "default_sequence": max(self.rule_ids.mapped("sequence"), default=0) + 10,
            },
        )

    def action_add_criterion(self):
        """Open the dialog of a new criterion."""
        return self.criterion_ids.browse()._get_records_action(
            name=self.env._("Add a criterion"),
            target="new",
            context={
                "default_policy_id": self.id,
                "default_in_total": self.decide_by == "points",
                "default_sequence": max(self.criterion_ids.mapped("sequence"), default=0) + 10,
            },
        )

    @api.depends("previous_id.first_version_id")
    def _compute_first_version_id(self):
        for policy in self:
            policy.first_version_id = policy.previous_id.first_version_id or policy

    def _get_versions(self):
        """Return all versions of these policies, archived ones too, sudoed, oldest first."""
        firsts = self._origin.first_version_id
        if not firsts:
            return self
        Policy = self.sudo().with_context(active_test=False)
        versions = Policy.search([("first_version_id", "in", firsts.ids)], order="version, id")
        return versions.with_env(self.sudo().env)

    @api.depends("first_version_id")
    def _compute_version_count(self):
        Policy = self.with_context(active_test=False)
        of_these = [("first_version_id", "in", self.first_version_id.ids)]
        counts = dict(Policy._read_group(of_these, ["first_version_id"], ["__count"]))
        for policy in self:
            policy.version_count = counts.get(policy.first_version_id, 0)

    def action_view_versions(self):
        """Open all versions of the policy: who made and activated which, and when."""
        view = self.env.ref("customer_grading.customer_grading_policy_view_list_versions")
        return self.browse()._get_records_action(
            name=self.env._("Versions of %s", self.name),
            views=[(view.id, "list"), (False, "form")],
            domain=[("first_version_id", "=", self.first_version_id.id)],
            context={"create": False, "active_test": False},
        )

    def _get_replaced(self):
        """Return the running versions that nobody is left to once this one is in force."""
        return self._get_versions().filtered(
            lambda other: (
                other != self
                and other.state == "running"
                and not (self.records_from and (other.records_from or date.min) < self.records_from)
            )
        )

    def _get_taken_over(self, company=None):
        """Return the running policies that would leave nobody to this one.

        A draft takes over from them, as a version does from the one before it: it is tried on
        as if they were closed, and closes them when it comes into force.

        :param company: one that it grades; its own, or the current one, by default
        """
        company = company or self.company_id or self.env.company
        own = (self.sequence, self.id or 0)
        return self._get_running(self.dimension_id, company).filtered(
            lambda other: (
                other not in self._get_versions()
                and (other.sequence, other.id) < own
                and other._parse_domain().is_true()
                and (other.population == "all" or self.population == "documents")
            )
        )

    def _get_created_bounds(self):
        """Return between which days the records were created that this version grades.

        :return: the first day, and the first day that belongs to a later version; ``None``
            where there is no such bound
        """
        later = self._get_versions().filtered(
            lambda other: (
                other.state == "running" and other.version > self.version and other.records_from
            )
        )
        if later and self.state != "running":
            later -= self._get_replaced()
        return self.records_from or None, min(later.mapped("records_from"), default=None)

    @api.depends("state", "date_from", "records_from", "first_version_id")
    @api.depends_context("lang")
    def _compute_takeover_text(self):
        for policy in self:
            policy.takeover_text = policy._origin._get_takeover_text() if policy._origin else False

    def _get_takeover_text(self):
        """Return who takes over from whom, when and for which records; nothing where nobody."""
        if self.state == "scheduled":
            return self._get_scheduled_text(self)
        if self.state != "running" or self.version_count < 2:
            return False
        versions = self._get_versions()
        for other in versions.filtered(lambda p: p.state == "scheduled" and p.active):
            return self._get_scheduled_text(other)
        since, until = self._get_created_bounds()
        if not since and not until:
            return False
        later = versions.filtered(lambda p: p.state == "running" and p.records_from == until)
        dates = {"since": format_date(self.env, since), "until": format_date(self.env, until)}
        names = {**dates, "later": later[:1].display_name}
        if not until:
            return self.env._("Grades records created from %(since)s on.", **names)
        if not since:
            return self.env._(
                "Grades records created before %(until)s; later ones are graded by “%(later)s”.",
                **names,
            )
        return self.env._(
            "Grades records created from %(since)s on and before %(until)s; later ones are "
            "graded by “%(later)s”.",
            **names,
        )

    def _get_scheduled_text(self, scheduled):
        names = {
            "policy": scheduled.display_name,
            "date": format_date(self.env, scheduled.date_from),
        }
        if not scheduled.records_from:
            return self.env._("“%(policy)s” takes over on %(date)s.", **names)
        return self.env._(
            "“%(policy)s” takes over on %(date)s, for records created from %(created)s on.",
            created=format_date(self.env, scheduled.records_from),
            **names,
        )
