from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_action, tell
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.kinds import KINDS, MANY


class CustomerGradingTerms(models.Model):
    """Whether a company gives what the grades of a dimension give: nothing until somebody looked.

    Before anything is given, it lists whom that changes. Where what grades give is changed, it
    stops until somebody looked again.
    """

    _name = "customer.grading.terms"
    _description = "Terms of Grades"
    _order = "dimension_id, company_id, id"

    dimension_id = fields.Many2one(
        "customer.grading.dimension", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        readonly=True,
        index="btree_not_null",
        help="Empty: all companies, which are graded as one.",
    )
    state = fields.Selection(
        [
            ("draft", "Nothing is given yet"),
            ("active", "In force"),
            ("changed", "Changed, look again"),
            ("paused", "Paused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        help="Only in force is anything given, or taken back.",
    )
    when = fields.Selection(
        [("now", "As the grade takes effect"), ("confirmed", "When an officer confirms it")],
        string="Given and taken back",
        default="now",
        required=True,
    )
    is_asked = fields.Boolean(
        "Asked to look", help="Whoever answers for the policy was asked to look at it."
    )
    grant_ids = fields.One2many("customer.grading.grant", "terms_id", "Ledger")
    given_count = fields.Integer("Given now", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    problem_count = fields.Integer("Could not be set", compute="_compute_counts")
    reads_as = fields.Text("What its grades give", compute="_compute_reads_as")

    _terms_uniq = models.UniqueIndex("(dimension_id, COALESCE(company_id, 0))")

    @api.depends("dimension_id", "company_id")
    def _compute_display_name(self):
        for terms in self:
            names = [terms.dimension_id.name, terms.company_id.name]
            terms.display_name = " · ".join(name for name in names if name)

    def _compute_counts(self):
        Grant = self.env["customer.grading.grant"]
        for name, domain in (
            ("given_count", Domain("state", "in", ("given", "kept"))),
            ("waiting_count", Domain("is_waiting", "=", True)),
            ("problem_count", Domain("problem", "!=", False)),
        ):
            own = domain & Domain("terms_id", "in", self.ids)
            counts = dict(Grant._read_group(own, ["terms_id"], ["__count"]))
            for terms in self:
                terms[name] = counts.get(terms, 0)

    @api.depends("dimension_id", "company_id")
    @api.depends_context("lang", "company")
    def _compute_reads_as(self):
        for terms in self:
            company = terms.company_id or self.env.company
            given = self.env["customer.grade"]._get_benefits_of(terms.dimension_id, company)
            lines = [
                self.env._(
                    "%(grade)s: %(benefits)s",
                    grade=grade.display_name,
                    benefits=grade._join_benefits(given[grade]) or "—",
                )
                for grade in sorted(given, key=lambda grade: (grade.sequence, grade.id))
                if grade.active
            ]
            terms.reads_as = "\n".join(lines)

    def write(self, vals):
        """Refuse what is decided by the buttons, which look at more.

        :raise UserError: where anything but when things are given is written
        :raise AccessError: where it is about all companies, and the user does not work in all
        """
        if not self.env.su and set(vals) - {"when"}:
            raise UserError(
                self.env._(
                    "Use “Activate”, “Pause” and “Take all back”: they check who is affected."
                )
            )
        self._check_seen_whole()
        return super().write(vals)

    # ------------------------------------------------------------------ what people decide

    def action_preview(self):
        """List whom it changes, and what: nothing is written to anybody.

        :raise AccessError: for who writes no policies
        """
        self._check_manager()
        for terms in self.sudo():
            terms.env["customer.grading.terms.engine"]._propose(terms)
        return self._open_ledger(self.env._("Who is affected"), "waiting")

    def action_activate(self):
        """Give what the grades give from now on, and what waits for it.

        :raise AccessError: for who writes no policies
        :raise UserError: where another dimension gives the same, or something given is missing
        """
        self._check_manager()
        for terms in self.sudo():
            terms._check_alone()
            terms.env["customer.grading.terms.engine"]._propose(terms)
            terms.state = "active"
        self._give_soon()
        message = self.env._("What the grades give is being given, in the background.")
        return tell(message, "success", RELOAD)

    def action_pause(self):
        """Give nothing more, and take nothing back, until it is in force again.

        :raise AccessError: for who writes no policies
        """
        self._check_manager()
        self.sudo().state = "paused"
        return RELOAD

    def action_take_back(self):
        """Give back to everybody what stood before, and stop.

        :raise AccessError: for who writes no policies
        """
        self._check_manager()
        for terms in self.sudo():
            terms.state = "paused"
            Grant, own = terms.env["customer.grading.grant"], Domain("terms_id", "=", terms.id)
            Grant.search(own & Domain("state", "in", ("waiting", "refused"))).unlink()
            held = Grant.search(own & Domain("state", "in", ("given", "kept")))
            held.write({"ends": True, "is_confirmed": True})
        self._give_soon()
        message = self.env._("What stood before is being given back, in the background.")
        return tell(message, "success", RELOAD)

    def action_view_grants(self):
        """Open the ledger of these terms."""
        return self._open_ledger(self.env._("Terms given"), "held")

    def _open_ledger(self, name, found):
        return open_action(
            self.env,
            "customer_grading_terms.customer_grading_grant_action",
            name,
            domain=[("terms_id", "in", self.ids)],
            context={f"search_default_{found}": True},
        )

    def _check_manager(self):
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only grading administrators decide what grades give. Ask one of them.")
            )
        self.check_access("write")
        self._check_seen_whole()

    def _check_seen_whole(self):
        """Raise where it is about companies in which the user does not work."""
        self.filtered(lambda terms: not terms.company_id).dimension_id._check_seen_whole()

    def _check_alone(self):
        """Raise where another dimension gives in the same field of the same customers."""
        in_force = Domain("state", "in", ("active", "changed"))
        holding = Domain("grant_ids.state", "in", ("given", "kept"))
        rivals = self.search(Domain("id", "!=", self.id) & (in_force | holding))
        for rival in rivals.filtered(
            lambda one: one.dimension_id.subject == self.dimension_id.subject
        ):
            companies = rival._get_companies() & self._get_companies()
            for benefit in rival._get_kinds(companies) & self._get_kinds(companies):
                raise UserError(
                    self.env._(
                        "“%(rival)s” gives “%(kind)s” already, and a customer has only one. Delete "
                        "it from the grades of one of the two dimensions.",
                        rival=rival.dimension_id.name,
                        kind=dict(
                            self.env["customer.grading.benefit"]
                            ._fields["kind"]
                            ._description_selection(self.env)
                        )[benefit[1]],
                    )
                )

    def _get_kinds(self, companies):
        """Return ``(company, kind)`` of which these grades give one, in fields of the record."""
        return {
            (company if KINDS[one.kind].per_company else None, one.kind)
            for company in companies
            for one in self.dimension_id.grade_ids._get_own_benefits(company)
            if one._is_given() and one.kind not in MANY
        }

    # ------------------------------------------------------------------ giving

    def _get_companies(self):
        """Return the companies in which what is given counts: those that show these grades."""
        dimension = self.dimension_id
        Company, Policy = self.env["res.company"].sudo(), self.env["customer.grading.policy"].sudo()
        if dimension.company_scope == "group":
            return Company.search([("active", "=", True)])
        branches = Company.search([("id", "child_of", self.company_id.ids)])
        if not Policy._get_in_force(dimension, self.company_id)[1]:
            # Its policy was closed: grades stay, and so does what they give, where it was given.
            return self.company_id | self.sudo().grant_ids.filtered("date_start").company_id
        return branches.filtered(
            lambda company: Policy._get_in_force(dimension, company)[0] == self.company_id
        )

    @api.model
    def _is_any(self):
        """Whether any company gives something by grade."""
        return bool(self.sudo().search_count([("state", "=", "active")], limit=1))

    @api.model
    def _give_soon(self):
        self.env.ref("customer_grading_terms.ir_cron_give_terms").sudo()._trigger()
