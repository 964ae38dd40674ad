from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import join_list
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount

from ..tools.kinds import KINDS, MANY

# What a grade may give, as people choose it.
KIND_CHOICES = [
    ("promise", "Promise in words"),
    ("payment_term", "Payment terms"),
    ("pricelist", "Pricelist"),
    ("credit_limit", "Credit limit"),
    ("fiscal_position", "Fiscal position"),
    ("priority", "Priority"),
    ("protection", "Protection"),
    ("salesperson", "Salesperson"),
    ("team", "Sales team"),
    ("tag", "Contact tag"),
    ("lead_tag", "Tag of opportunities"),
]
# What decides what is given, beside the fields that hold it: where it changes, nothing is given
# until somebody looked again.
DECIDING_FIELDS = ("grade_id", "company_id", "kind", "amount", "revenue_months", "also_better")
# What is archived is given to nobody new.
ARCHIVABLE = (
    "payment_term_id.active",
    "pricelist_id.active",
    "fiscal_position_id.active",
    "user_id.active",
    "team_id.active",
    "tag_id.active",
)


class CustomerGradingBenefit(models.Model):
    """Something that a grade gives to who holds it, in a field of the record or in words."""

    _name = "customer.grading.benefit"
    _description = "Benefit of a Grade"
    _order = "grade_id, sequence, id"
    _rec_name = "reads_as"

    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade", index=True)
    dimension_id = fields.Many2one(related="grade_id.dimension_id")
    subject = fields.Selection(related="dimension_id.subject")
    sequence = fields.Integer(default=10, aggregator=None)
    company_id = fields.Many2one(
        "res.company",
        "Only in",
        index="btree_not_null",
        help="The company, with its branches, that gives it. Empty: every company.",
    )
    kind = fields.Selection(
        KIND_CHOICES,
        default="promise",
        required=True,
        help="Promises, priority and protection are told in words; the others are also set on "
        "the customer or the opportunity, and taken back with the grade.",
    )
    payment_term_id = fields.Many2one("account.payment.term", "Payment terms", check_company=True)
    pricelist_id = fields.Many2one("product.pricelist", check_company=True)
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position", "Fiscal position", check_company=True
    )
    user_id = fields.Many2one("res.users", "Salesperson", domain="[('share', '=', False)]")
    team_id = fields.Many2one("crm.team", "Sales team", check_company=True)
    tag_id = fields.Many2one("res.partner.category", "Contact tag")
    lead_tag_id = fields.Many2one("crm.tag", "Tag of opportunities")
    amount = fields.Float(
        "Credit limit", digits="Account", help="In the currency of the company that gives it."
    )
    revenue_months = fields.Float(
        "Times monthly revenue",
        help="The credit limit is so many times what is invoiced in a month, on average of the "
        "last 12 months, untaxed, less credit notes. 0: the amount beside it.",
    )
    value = fields.Char(
        "Name of what is given",
        compute="_compute_value",
        store=True,
        readonly=False,
        help="As a policy file names it. It is looked for by this name.",
    )
    text = fields.Char("In words", translate=True, help="What people read: first in delivery...")
    also_better = fields.Boolean(
        "Better grades, too",
        default=True,
        help="Grades above it give the same, unless they give something else of the kind. Who "
        "looks after a customer, and tags, are never passed on.",
    )
    reads_as = fields.Char("What it gives", compute="_compute_reads_as")
    problem = fields.Char(compute="_compute_problem")

    @api.constrains("amount", "revenue_months")
    def _check_amounts(self):
        for benefit in self:
            if benefit.amount < 0 or benefit.revenue_months < 0:
                raise ValidationError(
                    self.env._(
                        "Grade %s: a credit limit cannot be less than 0.", benefit.grade_id.code
                    )
                )

    @api.constrains("amount", "revenue_months", "text", "value", "kind")
    def _check_not_empty(self):
        """A benefit says something; 0 is no limit in Odoo, and nothing to give."""
        for benefit in self.filtered(lambda one: not (one.text or one.value or one._is_given())):
            raise ValidationError(
                self.env._(
                    "Grade %(grade)s: say what “%(kind)s” is: choose it, or write it in words. A credit "
                    "limit of 0 would be no limit at all.",
                    grade=benefit.grade_id.code,
                    kind=benefit._get_label("kind"),
                )
            )

    @api.constrains(lambda self: ("text", *self._get_deciding_fields()))
    def _check_kind(self):
        for benefit in self:
            kind = KINDS[benefit.kind]
            words_alone = not kind.value or (benefit.text and not benefit._is_given())
            if not words_alone and not kind.get_field(benefit.subject):
                names = {"grade": benefit.grade_id.code, "kind": benefit._get_label("kind")}
                raise ValidationError(
                    benefit.dimension_id._choose_text(
                        self.env._(
                            "Grade %(grade)s: “%(kind)s” is nothing that customers have. Choose "
                            "another kind, or say it as a promise in words.",
                            **names,
                        ),
                        self.env._(
                            "Grade %(grade)s: “%(kind)s” is nothing that opportunities have. Choose "
                            "another kind, or say it as a promise in words.",
                            **names,
                        ),
                    )
                )

    @api.constrains(lambda self: self._get_deciding_fields())
    def _check_once(self):
        """A grade gives one of a kind in a company, of those that are set in a field."""
        for benefit in self.filtered(lambda one: KINDS[one.kind].value and one.kind not in MANY):
            same = benefit.grade_id.benefit_ids.filtered(
                lambda one, benefit=benefit: (
                    one != benefit
                    and one.kind == benefit.kind
                    and one.company_id == benefit.company_id
                    and one._is_given()
                    and benefit._is_given()
                )
            )
            if same:
                raise ValidationError(
                    self.env._(
                        "Grade %(grade)s gives “%(kind)s” twice. Delete one of them, or say for "
                        "which company each is.",
                        grade=benefit.grade_id.code,
                        kind=benefit._get_label("kind"),
                    )
                )

    @api.constrains(lambda self: self._get_deciding_fields())
    def _check_company_of_value(self):
        """What is of another company is given by nobody in that of the benefit."""
        self.filtered("company_id")._check_company()

    def _get_label(self, name):
        """Return the label of the value of a selection, in the user's language."""
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    # ------------------------------------------------------------------ what is given

    def _get_value(self):
        """Return the record that it gives, or the amount; nothing where it is told in words."""
        name = KINDS[self.kind].value
        return self[name] if name else False

    def _is_given(self):
        """Whether it is set on the record, and not told in words alone."""
        return bool(self._get_value() or (self.kind == "credit_limit" and self.revenue_months))

    def _get_key(self):
        """Return what a customer may have one of: the kind, or for tags each tag."""
        return f"{self.kind}:{self._get_value().id}" if self.kind in MANY else self.kind

    def _get_what(self):
        """Return what is given as a text: where it differs, something else is given."""
        if self.kind == "credit_limit":
            times = self.revenue_months
            return f"credit_limit*{times:g}" if times else f"credit_limit={self.amount:.2f}"
        return f"{self.kind}:{self._get_value().id}"

    def _get_after(self):
        """Return the value of the field of who has it, as JSON has it; ``None``: worked out."""
        if self.kind in MANY:
            return True
        if self.kind == "credit_limit":
            return None if self.revenue_months else self.amount
        return self._get_value().id

    @api.model
    def _get_deciding_fields(self):
        """Return the names of the fields that say what is given to whom."""
        return tuple({*DECIDING_FIELDS, *(kind.value for kind in KINDS.values() if kind.value)})

    @api.depends(lambda self: self._get_deciding_fields())
    def _compute_value(self):
        for benefit in self:
            value = benefit._get_value()
            if isinstance(value, models.BaseModel) and value:
                benefit.value = value[value._rec_name]

    @api.depends(lambda self: ("value", "text", *self._get_deciding_fields()))
    @api.depends_context("lang", "company")
    def _compute_reads_as(self):
        for benefit in self:
            benefit.reads_as = join_list(
                self.env, [text for text in (benefit._get_given_text(), benefit.text) if text]
            ) or benefit._get_label("kind")

    def _get_given_text(self):
        """Return what is set on the record in words, or nothing."""
        if not self._is_given():
            return ""
        return self.env._(
            "%(kind)s: %(value)s", kind=self._get_label("kind"), value=self._get_value_text()
        )

    def _get_value_text(self):
        if self.kind != "credit_limit":
            return self._get_value().display_name
        if self.revenue_months:
            return self.env._("%s times the monthly revenue", f"{self.revenue_months:g}")
        currency = (self.company_id or self.env.company).currency_id
        return format_amount(self.env, self.amount, currency, trailing_zeroes=False)

    # ------------------------------------------------------------------ what keeps it from that

    @api.depends(lambda self: ("value", *ARCHIVABLE, *self._get_deciding_fields()))
    @api.depends_context("lang")
    def _compute_problem(self):
        for benefit in self:
            benefit.problem = benefit._get_problem()

    def _get_problem(self):
        """Return why it is not given to anybody new, or nothing."""
        given = self._get_value()
        if given and "active" in getattr(given, "_fields", ()) and not given.active:
            return self.env._(
                "“%s” is archived: who has it keeps it, nobody else gets it.", given.display_name
            )
        if self.value and not self._is_given():
            return self.env._("Nothing is called “%s”: choose what is given.", self.value)
        return False

    def _is_giving(self, company):
        """Whether somebody new gets it in a company."""
        given = self._get_value()
        if self.problem:
            return False
        if given and self.kind == "salesperson":
            return company in given.company_ids
        if isinstance(given, models.BaseModel) and "company_id" in given._fields:
            return given.company_id.id in [False, *company.sudo().parent_ids.ids]
        return True

    def _leave_out_said(self, own, company):
        """Return those of these, of grades below, that a grade does not say otherwise.

        :param own: what the grade says itself
        """
        said, texts = own._get_by_key(), own.mapped("text")
        return self.filtered(
            lambda one: (
                not any(rival._is_giving(company) for rival in said.get(one._get_key(), ()))
                if one._is_given()
                else one.text not in texts
            )
        )

    def _leave_out_replaced(self, company):
        """Return these without what is archived where another of its kind steps in."""
        replaced = self.browse()
        for rivals in self._get_by_key().values():
            if len(rivals) > 1:
                replaced |= rivals.filtered(lambda one: not one._is_giving(company))
        return self - replaced

    def _get_by_key(self):
        """Return ``{key: benefits}`` of those that are set on the record."""
        return self.filtered(lambda one: one._is_given()).grouped(lambda one: one._get_key())

    # ------------------------------------------------------------------ what is written

    @api.model_create_multi
    def create(self, vals_list):
        benefits = super().create(vals_list)
        benefits.filtered(lambda one: one.value and not one._is_given())._resolve()
        benefits.dimension_id._look_again()
        return benefits

    def write(self, vals):
        before = [benefit._get_decided() for benefit in self]
        dimensions = self.dimension_id
        done = super().write(vals)
        if before != [benefit._get_decided() for benefit in self]:
            (dimensions | self.dimension_id)._look_again()
        return done

    def _get_decided(self):
        """Return what it says of who is given what, to be compared."""
        return [self[name] for name in self._get_deciding_fields()]

    def unlink(self):
        self.dimension_id._look_again()
        return super().unlink()

    def _resolve(self):
        """Look for what is given by the name that a policy file says."""
        for benefit in self:
            field = self._fields.get(KINDS[benefit.kind].value)
            found = (
                field and field.comodel_name and benefit._find_named(self.env[field.comodel_name])
            )
            if found:
                benefit[field.name] = found

    def _find_named(self, Model):
        """Return the record of this name, in the user's language or as files are written."""
        named = Domain.TRUE
        if "company_id" in Model._fields and Model._name != "res.users":
            company = self.company_id or self.env.company
            named = Domain("company_id", "in", [False, *company.sudo().parent_ids.ids])
        named &= Domain(Model._rec_name, "=", self.value)
        return Model.search(named, limit=1) or Model.with_context(lang="en_US").search(
            named, limit=1
        ).with_env(self.env)
