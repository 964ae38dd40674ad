from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# What may change while a policy is in force: nothing that decides a grade.
UNLOCKED_FIELDS = {
    "name",
    "sequence",
    "active",
    "user_id",
    "note",
    "state",
    "date_from",
    "date_to",
    "upgrade_timing",
    "downgrade_timing",
    "downgrade_days",
    "stop_percent",
    "manual_months",
    "approval_ids",
    "regrades_changed",
    "rule_ids",
    "test_customer_ids",
    "message_follower_ids",
    "message_ids",
    "activity_ids",
}


class CustomerGradingPolicy(models.Model):
    """How one dimension is graded: whom it applies to, what counts, and what it takes."""

    _name = "customer.grading.policy"
    _description = "Grading Policy"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    key = fields.Char(copy=False, help="Name of the policy file it was made from.")
    sequence = fields.Integer(
        default=10,
        aggregator=None,
        help="The first running policy that applies to a record grades it.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("closed", "Closed")],
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
    date_from = fields.Date("In force from", copy=False, tracking=True)
    date_to = fields.Date("In force until", readonly=True, copy=False)

    domain = fields.Char("Applies to", default="[]", tracking=True)
    subject_model = fields.Char(compute="_compute_subject_model")
    population = fields.Selection(
        [
            ("documents", "Customers with an order, an invoice or an opportunity"),
            ("all", "All contacts it applies to"),
        ],
        default="documents",
        required=True,
        tracking=True,
    )
    lead_population = fields.Selection(
        [
            ("open", "Open opportunities"),
            ("all", "All opportunities, open or closed"),
        ],
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
    rule_ids = fields.One2many(
        "customer.grading.rule",
        "policy_id",
        string="Grades",
        domain=[("root_id", "=", False)],
    )
    score_criterion_id = fields.Many2one(
        "customer.grading.criterion", "Total points", compute="_compute_score_criterion_id"
    )

    # How grades change.
    upgrade_timing = fields.Selection(
        [
            ("now", "at once"),
            ("month_end", "at month end"),
            ("confirmed", "when confirmed"),
        ],
        string="Upgrades take effect",
        default="now",
        required=True,
        tracking=True,
    )
    downgrade_timing = fields.Selection(
        [
            ("now", "at once"),
            ("month_end", "at month end"),
            ("confirmed", "when confirmed"),
        ],
        string="Downgrades take effect",
        default="month_end",
        required=True,
        tracking=True,
    )
    downgrade_days = fields.Integer(
        "Days a lower grade must stand", default=14, tracking=True, aggregator=None
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

    run_ids = fields.One2many("customer.grading.run", "policy_id", string="Runs")
    test_customer_ids = fields.One2many(
        "customer.grading.test.customer", "policy_id", string="Test customers", copy=True
    )
    result_count = fields.Integer("Customers", compute="_compute_counts")
    not_graded_count = fields.Integer("Not graded", compute="_compute_counts")
    change_count = fields.Integer("Changes", compute="_compute_counts")
    problems = fields.Json(compute="_compute_problems")
    subject_text = fields.Char("Applies to so many", compute="_compute_subject_text")

    _days_check = models.Constraint(
        "CHECK (downgrade_days >= 0 AND manual_months >= 0)",
        "Days and months cannot be negative.",
    )
    _percent_check = models.Constraint(
        "CHECK (stop_percent BETWEEN 0 AND 100)",
        "“Stop and ask” is a share: between 0 and 100 %.",
    )

    # ------------------------------------------------------------------ properties

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
            policy.score_criterion_id = policy.criterion_ids.filtered(
                lambda criterion: not criterion.parent_id and criterion.kind != "measure"
            )[:1]

    def _compute_counts(self):
        """Count what policies graded; a draft graded nothing."""
        graded = self.filtered(lambda policy: policy.state != "draft")
        results, changes = {}, {}
        if graded:
            results = graded._count_results()
            changes = dict(
                self.env["customer.grading.change"]._read_group(
                    [("policy_id", "in", graded.ids)], ["policy_id"], ["__count"]
                )
            )
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
            policy.display_name = (
                self.env._("%(policy)s, v%(version)s", policy=name, version=policy.version)
                if policy.version > 1
                else name
            )

    # ------------------------------------------------------------------ scope

    def _get_companies(self):
        """Return the companies that the policy grades, each for itself.

        One without a company of its own serves every company that is no branch; a group
        policy serves them all as one, which is said by an empty recordset.
        """
        self.ensure_one()
        Company = self.env["res.company"].sudo()
        if self.dimension_id.company_scope == "group":
            return Company
        return self.company_id.sudo() or Company.search([("parent_id", "=", False)])

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
        """Return the policies, those first whose grades others are made from."""
        needs = {dimension: len(dimension._get_needed()) for dimension in self.dimension_id}
        return self.sorted(lambda p: (needs[p.dimension_id], p.subject == "lead", p.sequence, p.id))

    def _parse_domain(self):
        """Return the domain of the customers that the policy applies to."""
        self.ensure_one()
        return Domain(literal_eval(self.domain or "[]"))

    def _get_measured_criteria(self):
        """Return the criteria that have a measure, in the order of their stored values."""
        self.ensure_one()
        return self.criterion_ids.filtered(lambda c: c.kind == "measure").sorted("id")

    def _get_combinations(self):
        """Return the combinations, those that others are parts of last.

        :return: list of recordsets; the parts of each stand in those before it
        """
        self.ensure_one()
        by_height = {}
        for criterion in self.criterion_ids.filtered(lambda c: c.kind != "measure"):
            height = criterion._get_height()
            by_height[height] = by_height.get(height, criterion.browse()) | criterion
        return [by_height[height] for height in sorted(by_height)]

    # ------------------------------------------------------------------ locking

    def _check_unlocked(self):
        """Raise where the policy decides grades, or did: its history would change."""
        if self.env.context.get("customer_grading_unlocked"):
            return
        for policy in self:
            if policy.state != "draft":
                raise UserError(
                    self.env._(
                        "“%s” is in force, or was: what decides its grades is locked, so "
                        "that they can always be explained. Use “Revise” to make the next "
                        "version.",
                        policy.name,
                    )
                )

    def write(self, vals):
        if vals.keys() - UNLOCKED_FIELDS:
            self._check_unlocked()
        if "state" in vals:
            self.env.registry.clear_cache()  # which records are graded at all
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # No foreign key keeps a policy that results and changes name.
        named = any(
            self.env[name].sudo().search_count([("policy_id", "in", self.ids)], limit=1)
            for name in ("customer.grading.result", "customer.grading.change")
        )
        if named or self.filtered(lambda policy: policy.state != "draft"):
            raise UserError(
                self.env._(
                    "A policy that was in force cannot be deleted: the history of the grades "
                    "that it gave would be lost. Close it and archive it instead."
                )
            )

    @api.constrains("domain")
    def _check_author_may_read(self):
        author = self.sudo(False)  # a constraint runs as superuser
        if author.env.su:
            return
        Measure = author.env["customer.grading.measure"]
        for policy in self:
            if not Measure._get_malformed_problem(policy.domain, policy.subject_model):
                Measure._check_readable(policy.subject_model, [], policy.domain)

    @api.constrains("dimension_id", "company_id")
    def _check_grades(self):
        self.criterion_ids._check_measure_subject()
        self.criterion_ids._check_dimension_cycle()
        for policy in self:
            strangers = policy.rule_ids.grade_id.filtered(
                lambda grade, policy=policy: grade.dimension_id != policy.dimension_id
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "Grade %(grade)s belongs to another dimension. Choose a grade of "
                        "“%(dimension)s”.",
                        grade=strangers[0].code,
                        dimension=policy.dimension_id.name,
                    )
                )
