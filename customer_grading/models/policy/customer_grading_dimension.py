from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...tools.keys import make_key
from ...tools.subject import SUBJECTS
from .customer_grading_policy import IN_FORCE_STATES

# From which companies amounts are added up, and in what.
AMOUNT_FIELDS = ("company_scope", "currency_id", "rate_of")
LASTING_FIELDS = (*AMOUNT_FIELDS, "lead_types")  # the same as long as a policy is in force
GRADING = Domain("state", "not in", ("draft", "scheduled"))  # policies that give grades, or did


class CustomerGradingDimension(models.Model):
    """What a grade is about: value, credit, loyalty... A customer has one grade in each."""

    _name = "customer.grading.dimension"
    _description = "Grading Dimension"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Short name that is the same in every language."
    )
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    subject = fields.Selection(
        [("partner", "Customers"), ("lead", "Opportunities")],
        string="Grades of",
        default="partner",
        required=True,
    )
    lead_types = fields.Selection(
        [("opportunity", "Opportunities"), ("lead", "Leads"), ("both", "Leads and opportunities")],
        "Which of them",
        default="opportunity",
        required=True,
        help="What a salesperson has not qualified yet is a lead.",
    )
    company_scope = fields.Selection(
        [("company", "Each company for itself"), ("group", "All companies as one")],
        string="Companies are graded",
        default="company",
        required=True,
        help="Whether each company grades by its own documents, or the "
        "documents of all companies are added up to one grade.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        default=lambda self: self.env.company.currency_id,
        help="Currency in which the amounts of all companies are added up.",
    )
    rate_of = fields.Selection(
        [("document", "The day of each document"), ("today", "The day of grading")],
        "At the rate of",
        default="document",
        required=True,
        help="What an amount of a company with another currency is worth.",
    )
    main_company_ids = fields.Many2many(
        "res.company",
        "customer_grading_dimension_main_company_rel",
        string="Main for",
        copy=False,
        help="Companies whose records show the grade of this dimension.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Visible to",
        help="Only these people see grades of this dimension; empty: everybody who sees "
        "the record. The main dimension is always visible.",
    )
    is_seen_whole = fields.Boolean(
        compute="_compute_is_seen_whole",
        search="_search_is_seen_whole",
        help="The user works in all companies.",
    )
    grade_ids = fields.One2many("customer.grade", "dimension_id", string="Grades")
    policy_ids = fields.One2many("customer.grading.policy", "dimension_id", string="Policies")

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Two dimensions cannot share a code. Choose another one."
    )

    @api.depends_context("uid")
    def _compute_is_seen_whole(self):
        self.is_seen_whole = not self._get_companies_outside()

    @api.model
    def _search_is_seen_whole(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain.FALSE if self._get_companies_outside() else Domain.TRUE

    @api.model
    def _get_companies_outside(self):
        """Return the companies in which the user does not work, sudoed; a rule asks as one, too."""
        if self.env.uid == SUPERUSER_ID:
            return self.env["res.company"]
        seen = self.env.user.sudo().company_ids
        return self.env["res.company"].sudo().search([("id", "not in", seen.ids)])

    def _check_seen_whole(self):
        """Raise where all companies are graded as one, and the user does not work in all.

        :raise AccessError: naming the companies that are missing
        """
        if self.env.su:
            return
        for dimension in self.filtered(
            lambda d: d.company_scope == "group" and not d.is_seen_whole
        ):
            raise AccessError(
                self.env._(
                    "“%(dimension)s” grades all companies as one, and you do not work in "
                    "%(companies)s. Ask somebody who works in all of them.",
                    dimension=dimension.name,
                    companies=", ".join(self._get_companies_outside().mapped("name")),
                )
            )

    @api.constrains("main_company_ids", "subject", "group_ids")
    def _check_main(self):
        for dimension in self.filtered("main_company_ids"):
            if dimension.group_ids:
                message = self.env._(
                    "“%(dimension)s” is a main dimension, which everybody sees: "
                    "empty “Visible to”, or make another dimension the main one.",
                    dimension=dimension.name,
                )
                raise ValidationError(message)
            rivals = [
                ("id", "!=", dimension.id),
                ("subject", "=", dimension.subject),
                ("main_company_ids", "in", dimension.main_company_ids.ids),
            ]
            if rival := self.search(rivals, limit=1):
                message = self.env._(
                    "A company shows one main dimension: take “%(dimension)s” off "
                    "“%(rival)s” first.",
                    dimension=dimension.name,
                    rival=rival.name,
                )
                raise ValidationError(message)

    def copy_data(self, default=None):
        """Give each copy a code that is free."""
        vals_list = super().copy_data(default)
        for dimension, vals in zip(self, vals_list, strict=True):
            if "code" not in vals:
                like = [("code", "=like", f"{dimension.code}_copy%")]
                taken = self.sudo().with_context(active_test=False).search(like).mapped("code")
                vals["code"] = make_key(f"{dimension.code}_copy", taken, "dimension")
        return vals_list

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_use()
        return super().create(vals_list)

    def write(self, vals):
        self._check_lasting(vals)
        self._forget_use()
        return super().write(vals)

    def _check_lasting(self, vals):
        """Raise where what the grades of a policy in force rest on would change."""
        for dimension in self:
            used = dimension.sudo().policy_ids.filtered(lambda p: p.state in IN_FORCE_STATES)
            for field in [self._fields[name] for name in LASTING_FIELDS if used and name in vals]:
                if field.convert_to_write(dimension[field.name], dimension) == vals[field.name]:
                    continue
                raise UserError(
                    self.env._(
                        "“%(policy)s” is in force: “%(field)s” stays as it is. Close it first, or "
                        "make another dimension.",
                        policy=used[0].display_name,
                        field=field._description_string(self.env),
                    )
                )

    def unlink(self):
        self._forget_use()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = [("dimension_id", "in", self.ids)]
        for name in ("customer.grading.result", "customer.grading.change"):
            if kept := self.env[name].sudo().search(used, limit=1):
                message = self.env._(
                    "“%s” cannot be deleted: grades were given in it, and their history "
                    "would be lost. Archive it instead.",
                    kept.dimension_id.name,
                )
                raise UserError(message)

    @api.model
    def _get_main(self, subject, company):
        """Hook: return the dimension whose grade ``company`` shows on its ``subject`` records.

        It is the one that names the company, else one that names its nearest parent, else
        the first visible to everybody in which grades are given: one whose policies are all
        drafts yet takes no other one's place. Sudoed, and empty where there is none.
        """
        return self.sudo().browse(self._get_main_id(subject, company.id))

    @api.model
    @tools.ormcache("subject", "company_id")
    def _get_main_id(self, subject, company_id):
        dimensions = self.sudo().search([("subject", "=", subject), ("group_ids", "=", False)])
        company = self.env["res.company"].sudo().browse(company_id)
        for ancestor in reversed(company.parent_ids or company):
            if named := dimensions.filtered_domain([("main_company_ids", "in", ancestor.ids)]):
                return named[0].id
        Policy = self.env["customer.grading.policy"].sudo().with_context(active_test=False)
        given = Domain("dimension_id", "in", dimensions.ids) & GRADING
        return ((dimensions & Policy.search(given).dimension_id) or dimensions)[:1].id

    def _register_hook(self):
        """Know from the start what grading has nothing to do with."""
        super()._register_hook()
        for subject in SUBJECTS:
            self._is_used(subject)

    @api.model
    def _is_used(self, subject):
        """Whether records of ``subject`` were ever graded, by a policy or by hand."""
        return self._is_ever(("graded", subject), lambda: self._find_use(subject))

    @api.model
    @tools.ormcache("subject")
    def _find_use(self, subject):
        used = Domain("dimension_id.subject", "=", subject)
        Policy = self.env["customer.grading.policy"].sudo().with_context(active_test=False)
        Result = self.env["customer.grading.result"].sudo()
        return bool(
            Policy.search_count(used & GRADING, limit=1) or Result.search_count(used, limit=1)
        )

    @api.model
    def _is_ever(self, what, find):
        """Whether something was ever done here, which Odoo's own work stops at for us.

        That it never was, each process remembers, whatever clears Odoo's caches meanwhile: its
        merging and assigning of leads takes no query more for it. It is asked again once
        :meth:`_forget_use` was called, in whichever process.

        :param find: function that asks the database
        """
        registry = self.env.registry
        never = registry.__dict__.setdefault("customer_grading_never", {})
        sequence = registry.cache_sequences.get("stable")
        if what in never and never[what] == sequence:
            return False
        if find():
            return True
        never[what] = sequence
        return False

    @api.model
    def _forget_use(self):
        """Let every process ask again which records are graded, and by which dimension."""
        self.env.registry.__dict__.pop("customer_grading_never", None)
        self.env.registry.clear_cache("stable")

    def _set_main(self, subject, company):
        """Make this dimension (or none, when empty) the main one of ``company``."""
        naming = [("subject", "=", subject), ("main_company_ids", "in", company.ids)]
        named = self.sudo().search(naming)
        if named != self:
            named.main_company_ids -= company
            self.sudo().main_company_ids += company

    @api.model
    def _has_several(self, subject=None):
        """Whether there is more than one dimension: one alone is not worth a field.

        :param subject: only those of this kind of record
        """
        domain = [("subject", "=", subject)] if subject else []
        return self.search_count(domain, limit=2) > 1

    @api.model
    def _get_visible(self, subject):
        """Return the dimensions of a subject that the user may see, the main one first."""
        main, groups = self.sudo()._get_main(subject, self.env.company), self.env.user.all_group_ids
        visible = (
            self.sudo()
            .search([("subject", "=", subject)])
            .filtered(lambda d: not d.group_ids or d.group_ids & groups)
        )
        return visible.sorted(lambda dimension: dimension != main)

    def _get_subject_kind(self):
        return SUBJECTS[self.subject]

    @api.model
    def _get_kind_label(self, kind):
        """Return what records of a kind are called: “Customers”."""
        return dict(self._fields["subject"]._description_selection(self.env))[kind]

    @api.model
    def _get_known_text(self, read):
        """Return why what is ``read``, a question say, is not known of other kinds of records."""
        return self.env._(
            "“%(name)s” is known of %(kind)s only. Choose what is known of customers.",
            name=read.name,
            kind=self._get_kind_label(read.subject).lower(),
        )

    def _choose_text(self, of_customers, of_opportunities):
        """Hook: return the one of two whole sentences that fits what is graded."""
        return of_opportunities if self.subject == "lead" else of_customers

    def _get_number_text(self, number):
        if number == 1:
            return self._choose_text(self.env._("1 customer"), self.env._("1 opportunity"))
        count = self.env["customer.grading.criterion"]._format_number(number)
        return self._choose_text(
            self.env._("%s customers", count), self.env._("%s opportunities", count)
        )

    def _get_needed(self):
        """Return the dimensions whose grades the grades of this one are made from."""
        needed = self.browse()
        found = self
        while found:
            criteria = found.sudo().policy_ids.filtered(lambda p: p.state != "closed").criterion_ids
            found = criteria.dimension_id - needed
            needed |= found
        return needed

    def _get_lead_types(self):
        """Return the types of the records of CRM that are graded."""
        return ["lead", "opportunity"] if self.lead_types == "both" else [self.lead_types]

    def _find_grade(self, code):
        """Return the grade that has ``code``, archived or not."""
        return self.grade_ids.with_context(active_test=False).search(
            [("dimension_id", "=", self._origin.id), ("code", "=ilike", (code or "").strip())],
            limit=1,
        )

    def _find_or_create_grade(self, vals):
        """Return the grade of the code in ``vals``, brought up to date with the rest.

        A new one comes after the grades that exist.
        """
        vals = {name: value for name, value in vals.items() if value}
        grade = self._find_grade(vals["code"])
        if grade:
            grade.write({name: v for name, v in vals.items() if name != "code"} | {"active": True})
            return grade
        last = max(self.grade_ids.mapped("sequence"), default=0)
        return self.grade_ids.create(
            {"name": vals["code"], "sequence": last + 10, "dimension_id": self.id, **vals}
        )

    @api.model
    @tools.ormcache("dimension_id")
    def _is_of_group(self, dimension_id):
        """Whether a dimension is graded for all companies as one: asked for every badge."""
        return self.sudo().browse(dimension_id).company_scope == "group"

    def _get_result_company_ids(self, company):
        """Return the values of ``company_id`` of the results that ``company`` may show.

        Nearest first: a branch without its own shows its nearest parent's; a group
        dimension has one result for all companies, kept without a company.

        :return: list of company ids, or ``[False]``
        """
        if self._is_of_group(self.id):
            return [False]
        parents = company.sudo().parent_ids or company
        return list(reversed(parents.ids))
