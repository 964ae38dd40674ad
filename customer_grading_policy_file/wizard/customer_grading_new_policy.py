import base64

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import tell
from odoo.exceptions import UserError

# The policy file that each way of deciding starts from; a library has others besides.
STARTS = {
    "rank": "df1_revenue_rank",
    "requirements": "requirements_a_d",
    "points": "points_a_d",
    "closing": "s59_closing_time",
}


class CustomerGradingNewPolicy(models.TransientModel):
    """Makes a draft policy from a start that one chooses."""

    _name = "customer.grading.new.policy"
    _description = "New Grading Policy"

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True, required=True
    )
    subject = fields.Selection(
        selection=lambda self: (
            self.env["customer.grading.dimension"]
            ._fields["subject"]
            ._description_selection(self.env)
        ),
        string="Grades",
        compute="_compute_subject",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        default=lambda self: self.env["customer.grading.dimension"].search([], limit=1),
    )
    has_dimensions = fields.Boolean(compute="_compute_has_dimensions", store=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Company whose records it grades; empty: each company grades its own.",
    )
    start = fields.Selection(
        selection="_get_starts", string="Start from", default="rank", required=True
    )
    lead_start = fields.Selection(
        selection="_get_lead_starts",
        string="Start opportunities from",
        default="closing",
        required=True,
    )
    library_keys = fields.Json(compute="_compute_library_keys")
    library_key = fields.Selection(
        selection="_get_library",
        string="Policy",
        compute="_compute_library_key",
        store=True,
        readonly=False,
    )
    draft_text = fields.Char(compute="_compute_draft_text")
    file = fields.Binary()
    file_name = fields.Char()

    @api.depends_context("company", "lang")
    def _compute_draft_text(self):
        """Say with which draft Start goes on."""
        draft = self.env["customer.grading.policy"]._get_first_draft()
        text = draft and self.env._("Start goes on with your draft “%s”.", draft.display_name)
        self.draft_text = text

    @api.model
    def _get_starts(self):
        return [
            ("rank", self.env._("A-D by revenue rank, no figures needed")),
            ("requirements", self.env._("Requirements A-D, limits from your own figures")),
            ("points", self.env._("Points A-D, limits from your own figures")),
            *self._get_other_starts(),
        ]

    @api.model
    def _get_lead_starts(self):
        closing = ("closing", self.env._("Requirements H, A, B, C by expected closing"))
        return [closing, *self._get_other_starts()]

    @api.model
    def _get_other_starts(self):
        """Return the starts that are the same for both; a library where there is one."""
        files = self.env["customer.grading.policy"]._get_library_files()
        starts = [("file", self.env._("A file")), ("empty", self.env._("Empty"))]
        if files.keys() - set(STARTS.values()):
            starts.insert(0, ("library", self.env._("A policy of the library")))
        return starts

    @api.model
    def _get_library(self):
        return self.env["customer.grading.policy"]._get_library()

    @api.depends("dimension_id")
    def _compute_subject(self):
        for wizard in self:
            wizard.subject = wizard.dimension_id.subject or wizard.subject or "partner"

    @api.onchange("subject")
    def _onchange_subject(self):
        """Choose the main dimension of what shall be graded."""
        if self.dimension_id.subject != self.subject:
            Dimension = self.env["customer.grading.dimension"]
            main = Dimension._get_main(self.subject, self.env.company)
            first = Dimension.search([("subject", "=", self.subject)], limit=1)
            self.dimension_id = Dimension.browse(main.id) or first

    @api.depends("subject")
    def _compute_name(self):
        """Propose a name; one that a person wrote is kept."""
        names = {
            "partner": self.env._("Customer grading"),
            "lead": self.env._("Opportunity grading"),
        }
        for wizard in self:
            if not wizard.name or wizard.name in names.values():
                wizard.name = names.get(wizard.subject, names["partner"])

    @api.depends("subject")
    def _compute_has_dimensions(self):
        Dimension = self.env["customer.grading.dimension"]
        for wizard in self:
            wizard.has_dimensions = Dimension._has_several(wizard.subject)

    @api.depends("subject")
    def _compute_library_keys(self):
        """Offer the policies that grade what shall be graded."""
        Policy = self.env["customer.grading.policy"]
        for wizard in self:
            wizard.library_keys = [key for key, _name in Policy._get_library(wizard.subject)]

    @api.depends("subject")
    def _compute_library_key(self):
        for wizard in self:
            if wizard.library_key not in wizard.library_keys:
                wizard.library_key = False

    def action_create(self):
        """Make the draft and open it."""
        policy = self._make_policy()
        told, opened = policy._suggest_limits(), policy._get_records_action()
        return tell(told, "success", opened) if told else opened

    def action_start(self):
        """Try the default policy on, from the panel of the first use."""
        return self.env["customer.grading.policy"].action_start()

    def _make_policy(self):
        """Return a new draft: the start that was chosen, named and scoped as asked."""
        self.ensure_one()
        policy = self._load_start().exists()
        vals = {"name": self.name, "company_id": self.company_id.id}
        if not policy:
            return policy.create({**vals, "dimension_id": self.dimension_id.id})
        self._check_subject(policy)
        moves = self.has_dimensions or policy.subject != self.dimension_id.subject
        if policy.dimension_id != self.dimension_id and moves:
            self._move_to_dimension(policy)
        policy.write(vals)
        return policy

    def _load_start(self):
        """Return the draft of the chosen file, or nothing for an empty start."""
        Policy = self.env["customer.grading.policy"]
        start = self.lead_start if self.dimension_id.subject == "lead" else self.start
        if start == "file":
            if not self.file:
                raise UserError(self.env._("Choose the policy file to start from."))
            text = base64.b64decode(self.file).decode("utf-8", errors="replace")
            return Policy._load_text(text, self.file_name)
        if start == "library":
            if not self.library_key:
                raise UserError(self.env._("Choose the policy of the library to start from."))
            return Policy._load_file(self.library_key)
        if start == "empty":
            return Policy
        return Policy._load_file(STARTS[start])

    def _check_subject(self, policy):
        """Refuse a file that grades something else than was asked for."""
        known = ("partner", "lead")
        of_customers = policy.subject == "partner" and self.dimension_id.subject not in known
        if policy.subject == self.dimension_id.subject or of_customers:
            return  # what is measured of customers may be known of others: the draft says it
        label = self.dimension_id._get_kind_label(policy.subject)
        raise UserError(
            self.env._(
                "“%(policy)s” grades %(kind)s. Choose “%(label)s” above, or another policy.",
                policy=policy.name,
                kind=label.lower(),
                label=label,
            )
        )

    def _move_to_dimension(self, policy):
        """Let the draft grade the chosen dimension, by its grades of the same codes."""
        for rule in policy.rule_ids:
            vals = {name: rule.grade_id[name] for name in ("code", "name", "color")}
            rule.grade_id = self.dimension_id._find_or_create_grade(vals)
        policy.dimension_id = self.dimension_id
