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
        help="The first running policy that applies to a customer grades it.",
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
        help="Company whose customers it grades; empty: each company grades its own.",
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
    stop_percent = fields.Float(
        "Stop and ask above (%)",
        default=10.0,
        tracking=True,
        help="A run that would move more customers than this stops and asks; 0: never.",
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
    subject_count = fields.Integer("Applies to so many", compute="_compute_subject_count")

    _days_check = models.Constraint(
        "CHECK (downgrade_days >= 0 AND manual_months >= 0)",
        "Days and months cannot be negative.",
    )
    _percent_check = models.Constraint(
        "CHECK (stop_percent BETWEEN 0 AND 100)",
        "“Stop and ask” is a share of the customers: between 0 and 100 %.",
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
    def _compute_subject_model(self):
        self.subject_model = "res.partner"

    @api.depends("criterion_ids.parent_id", "criterion_ids.kind")
    def _compute_score_criterion_id(self):
        """The score is the total of the root sum, where a policy has one."""
        for policy in self:
            policy.score_criterion_id = policy.criterion_ids.filtered(
                lambda criterion: not criterion.parent_id and criterion.kind != "measure"
            )[:1]

    def _compute_counts(self):
        Result = self.env["customer.grading.result"]
        graded = dict(
            Result._read_group([("policy_id", "in", self.ids)], ["policy_id"], ["__count"])
        )
        missing = dict(
            Result._read_group(
                [("policy_id", "in", self.ids), ("grade_id", "=", False)],
                ["policy_id"],
                ["__count"],
            )
        )
        changes = dict(
            self.env["customer.grading.change"]._read_group(
                [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
            )
        )
        for policy in self:
            policy.result_count = graded.get(policy, 0)
            policy.not_graded_count = missing.get(policy, 0)
            policy.change_count = changes.get(policy, 0)

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
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.filtered(lambda policy: policy.state != "draft"):
            raise UserError(
                self.env._(
                    "A policy that graded customers cannot be deleted: their history "
                    "would be lost. Close it and archive it instead."
                )
            )

    @api.constrains("domain")
    def _check_author_may_read(self):
        author = self.sudo(False)  # a constraint runs as superuser
        if author.env.su:
            return
        Measure = author.env["customer.grading.measure"]
        for policy in self:
            if not Measure._get_domain_problem(policy.domain, policy.subject_model):
                Measure._check_readable(policy.subject_model, [], policy.domain)

    @api.constrains("dimension_id", "company_id")
    def _check_grades(self):
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

    # ------------------------------------------------------------------ life

    def copy_data(self, default=None):
        """A copy is a draft with the same scope; what decides follows in :meth:`copy`."""
        vals_list = super().copy_data(default)
        for policy, vals in zip(self, vals_list, strict=True):
            if not (default or {}).keys() & {"name", "previous_id"}:
                vals["name"] = self.env._("%s (copy)", policy.name)
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
            new_root = root.copy({"policy_id": duplicate.id})
            for line in root._get_ordered_lines():
                line.copy(
                    {
                        "root_id": new_root.id,
                        "policy_id": duplicate.id,
                        "criterion_id": criteria.get(line.criterion_id, Rule).id,
                        "level_id": bands.get(line.level_id, Rule).id,
                    }
                )

    def action_revise(self):
        """Open the next version as a draft; activating it closes this one."""
        self.ensure_one()
        draft = self.copy(
            {
                "previous_id": self.id,
                "version": self.version + 1,
            }
        )
        draft.key = self.key
        return draft._get_records_action()

    def action_close(self):
        """End the policy: its customers keep their grades until another one grades them."""
        self.check_access("write")
        self.write({"state": "closed", "date_to": fields.Date.context_today(self)})

    def action_activate(self):
        """Open the try-on, from which the policy is put in force."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        return self.action_try_on()

    def action_try_on(self):
        """Evaluate the policy without changing a grade, and open what it would do."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        run = self._create_run("preview")
        run._execute()
        return run._get_try_on_action()

    def _put_in_force(self):
        """Make the policy run, close the one it revises, and return its first runs."""
        self.ensure_one()
        self._check_complete()
        self.previous_id.filtered(lambda p: p.state == "running").action_close()
        self.write({"state": "running", "date_from": fields.Date.context_today(self)})
        runs = self.env["customer.grading.run"]
        for company in self._get_companies() or [self.env["res.company"]]:
            runs += self._create_run("nightly", company)
        return runs

    def _create_run(self, mode, company=None):
        """Return a new run of the policy in ``mode``, of today in the company's time zone.

        :param company: the company to grade; the policy's own, or the current one, where
            it is not said
        """
        self.ensure_one()
        if company is None:
            companies = self._get_companies()
            company = self.env.company if self.env.company in companies else companies[:1]
        # A chatter is kept where everybody is graded, not of each customer graded at once.
        return (
            self.env["customer.grading.run"]
            .sudo()
            .with_context(tracking_disable=mode == "on_demand")
            .create(
                {
                    "policy_id": self.id,
                    "company_id": company.id,
                    "mode": mode,
                    "user_id": self.env.uid,
                }
            )
        )

    @api.model
    def _regrade(self, partners):
        """Grade ``partners`` (commercial entities) now, in the current company.

        :return: the runs made, done or failed
        :raise UserError: where no policy is running
        """
        runs = self.env["customer.grading.run"]
        for dimension in (
            self.env["customer.grading.dimension"].sudo().search([("subject", "=", "partner")])
        ):
            company, policies = self._get_in_force(dimension, self.env.company)
            runs += policies._regrade_in(company, partners)
        if not runs:
            raise UserError(
                self.env._(
                    "No grading policy is running in %s. Set one up and activate it first.",
                    self.env.company.name,
                )
            )
        return runs

    @api.model
    def _regrade_everywhere(self, partners):
        """Grade ``partners`` now, by every running policy of every company."""
        for policy in self.sudo().search([("state", "=", "running")]):
            for company in policy._get_companies() or [self.env["res.company"]]:
                policy._regrade_in(company, partners)

    def _regrade_in(self, company, partners):
        """Grade ``partners`` for ``company`` by these policies, and return the runs."""
        runs = self.env["customer.grading.run"]
        for policy in self:
            run = policy._create_run("on_demand", company)
            run._execute(subject_ids=partners.ids)
            runs += run
        return runs

    def action_view_results(self):
        """Open the results of the policy."""
        return self._get_related_action("customer.grading.result", self.env._("Customers"))

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
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("policy_id", "=", self.id), *domain],
            "context": {"create": False},
        }

    def action_add_grade(self):
        """Open the dialog of a new grade with its requirement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a grade"),
            "res_model": "customer.grading.rule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_policy_id": self.id,
                "default_kind": "all",
                "default_sequence": max(self.rule_ids.mapped("sequence"), default=0) + 10,
            },
        }

    def action_add_criterion(self):
        """Open the dialog of a new criterion."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a criterion"),
            "res_model": "customer.grading.criterion",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_policy_id": self.id,
                "default_parent_id": self.score_criterion_id.id,
                "default_sequence": max(self.criterion_ids.mapped("sequence"), default=0) + 10,
            },
        }
