from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.keys import make_key
from ...tools.subject import LEAD, PARTNER, SUBJECTS

# Unit -> type of the value that is stored for a subject; an age is stored as its date.
RAW_TYPES = {
    "amount": "numeric",
    "count": "numeric",
    "quantity": "numeric",
    "number": "numeric",
    "points": "numeric",
    "ratio": "numeric",
    "days": "date",
    "months": "date",
    "years": "date",
    "yes_no": "boolean",
    "choice": "integer",
    "text": "text",
}

# An age is counted from a date, or up to it.
AGE_UNITS = tuple(unit for unit, raw in RAW_TYPES.items() if raw == "date")

NUMERIC_UNITS = {unit for unit, raw in RAW_TYPES.items() if raw in ("numeric", "date")}

# What nobody may measure: the machinery of Odoo and its users.
REFUSED_MODELS = ("ir.", "res.users", "auth", "res.config", "base.")

# Records that are guarded one by one, which no measure can follow: their texts are refused.
GUARDED_MODELS = ("mail.message", "mail.activity", "discuss.", "calendar.event")

# How documents are put together without reading a value; and to what is no number.
WITHOUT_VALUE = ("count", "is_new", "interval")
WITHOUT_NUMBER = ("latest", "mode", "is_new")

OWN_GRADE = "own_grade"  # key of the built-in measure of the grade that a subject had before

TEXT_TYPES = ("char", "text", "html")

# Amounts of invoices in the company's currency, less than zero for credit notes -> in their own.
SIGNED_FIELDS = {
    "amount_untaxed_signed": "amount_untaxed",
    "amount_total_signed": "amount_total",
}
# Documents that somebody ordered and somebody, perhaps another one, is invoiced for.
TWO_PARTIES = ("sale.order", "sale.order.line", "account.move")
# What the paths are called that lead from a document to what is read of it.
PATH_FIELDS = (
    "subject_path",
    "company_field",
    "date_field",
    "value_field",
    "tax_value_field",
    "rate_field",
    "uom_field",
)

# What a value is told in -> types of the fields that can be told so.
FIELD_TYPES = {
    **dict.fromkeys(
        ("amount", "count", "quantity", "number", "points", "ratio"),
        ("integer", "float", "monetary"),
    ),
    "days": ("date", "datetime"),
    "months": ("date", "datetime"),
    "years": ("date", "datetime"),
    "yes_no": ("boolean",),
    "choice": ("many2one",),
    "text": ("char", "text", "selection"),
}


class CustomerGradingMeasure(models.Model):
    """Something that has a value for each customer: revenue, days since the last order...

    One that cannot work, or whose author may not read what it reads, is refused when it is saved.
    """

    _name = "customer.grading.measure"
    _description = "Grading Measure"
    _order = "category, sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Short name that is the same in every language."
    )
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
    category = fields.Selection(
        [
            ("1_sales", "Sales"),
            ("2_invoices", "Invoices"),
            ("3_payments", "Payments"),
            ("4_opportunities", "Opportunities"),
            ("5_contact", "Contact with the customer"),
            ("6_about", "About the customer"),
            ("7_people", "Asked of people"),
            ("8_opportunity", "The opportunity itself"),
        ],
        default="6_about",
        required=True,
    )
    kind = fields.Selection(
        [
            ("documents", "From documents"),
            ("field", "A field of the record"),
            ("filled", "Fields filled in"),
            ("filter", "Matches a filter"),
            ("ratio", "Ratio of two measures"),
            ("growth", "Growth against the year before"),
            ("question", "Asked of people"),
            ("grade", "Grade in another dimension"),
            ("code", "Built in"),
        ],
        default="documents",
        required=True,
    )
    subject = fields.Selection(
        [("partner", "Customers"), ("lead", "Opportunities")],
        string="Value of",
        default="partner",
        required=True,
        help="A measure of customers also serves to grade their opportunities.",
    )
    unit = fields.Selection(
        [
            ("amount", "Amount"),
            ("count", "Count"),
            ("quantity", "Quantity"),
            ("number", "Number"),
            ("points", "Points"),
            ("ratio", "Per cent"),
            ("days", "Days"),
            ("months", "Months"),
            ("years", "Years"),
            ("yes_no", "Yes or no"),
            ("choice", "Choice"),
            ("text", "Text"),
        ],
        default="amount",
        required=True,
    )
    description = fields.Text(translate=True)
    model_name = fields.Char("Documents", help="Technical name of the documents' model.")
    domain = fields.Char("Only", default="[]")
    subject_path = fields.Char(
        "Path to the customer",
        help="Fields from the document to the customer, such as partner_id.commercial_partner_id.",
    )
    company_field = fields.Char("Company")
    date_field = fields.Char("Date")
    value_field = fields.Char("Value")
    tax_value_field = fields.Char("Value with tax")
    rate_field = fields.Char(
        "Currency rate", help="The value is divided by it to be in company currency."
    )
    uom_field = fields.Char("Unit of measure")
    aggregate = fields.Selection(
        [
            ("sum", "Sum"),
            ("count", "Count"),
            ("avg", "Average"),
            ("min", "Smallest or first"),
            ("max", "Largest or last"),
            ("count_distinct", "Count of different ones"),
            ("latest", "That of the latest document"),
            ("mode", "The most frequent one"),
            ("is_new", "Whether the first one is of the period"),
            ("interval", "Days from one to the next, on average"),
        ],
        default="sum",
    )
    empty_is = fields.Selection(
        [("zero", "Zero"), ("unknown", "Unknown")],
        string="No documents means",
        default="zero",
        required=True,
    )
    age = fields.Selection(
        [("since", "Since the date"), ("until", "Until the date")],
        string="Days, months, years",
        default="since",
        required=True,
    )
    field_name = fields.Char(
        "Field of the record", help="Or several, with commas between them, to be filled in."
    )
    numerator_id = fields.Many2one("customer.grading.measure", "Share", ondelete="restrict")
    denominator_id = fields.Many2one("customer.grading.measure", "Of", ondelete="restrict")
    base_measure_id = fields.Many2one("customer.grading.measure", "Growth of", ondelete="restrict")
    code_key = fields.Selection(selection="_get_code_keys", string="Built-in measure")
    known_for_past = fields.Boolean(
        default=True, help="Whether the value can be told for a day in the past from today's data."
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Figures visible to",
        help="Only these people see the figures; others see whether a condition is met.",
    )
    has_period = fields.Boolean(compute="_compute_has_period", recursive=True)
    is_broken = fields.Boolean(
        compute="_compute_is_broken",
        help="The documents it reads, or a field of theirs, are no longer installed.",
    )
    document_model = fields.Selection(
        selection="_get_document_models",
        string="Read from",
        compute="_compute_document_model",
        inverse="_inverse_document_model",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Two measures cannot share a code. Choose another one."
    )

    @api.model
    def _get_code_keys(self):
        """Hook: return the built-in measures as ``(key, label)``.

        Whoever adds a key gives ``_get_<key>_values_sql``.
        """
        return []

    @api.depends("kind", "date_field", "numerator_id.has_period", "base_measure_id", "code_key")
    def _compute_has_period(self):
        for measure in self:
            if measure.kind == "ratio":
                measure.has_period = measure.numerator_id.has_period
            elif measure.kind == "growth":
                measure.has_period = True
            elif measure.kind == "code":
                measure.has_period = measure.code_key in self._get_code_keys_with_period()
            else:
                measure.has_period = measure.kind == "documents" and bool(measure.date_field)

    @api.model
    def _get_code_keys_with_period(self):
        """Hook: return the keys of the built-in measures that look at a period."""
        return set()

    def _is_better_low(self):
        """Hook: whether less is better as a rule, as of days that passed."""
        return self.unit == "days"

    def _has_credit_notes(self):
        """Whether it adds up invoices, less credit notes, by their dates."""
        is_dated = self.model_name == "account.move" and self.date_field == "invoice_date"
        return self.kind == "documents" and is_dated and self.value_field in SIGNED_FIELDS

    def _can_tell_whose(self):
        """Whether who ordered its documents and who is invoiced may be told apart."""
        return self.subject == "partner" and self.model_name in TWO_PARTIES

    @api.depends("model_name", "kind", "domain", "value_field", "field_name")
    def _compute_is_broken(self):
        for measure in self:
            measure.is_broken = bool(measure._get_problem())

    def _get_subject_field(self):
        """Return the field object at the end of a measured field's path, or ``None``."""
        return self._get_path_field(SUBJECTS[self.subject].model, self.field_name or "")

    def _get_choice_model(self):
        field = None
        if self.unit == "choice" and self.kind == "field":
            field = self._get_subject_field()
        elif self.unit == "choice" and self.kind == "documents":
            field = self._get_path_field(self.model_name, self.value_field or "")
        return field.comodel_name if field else False

    def _get_raw_type(self):
        field = self.kind == "field" and self.unit == "choice" and self._get_subject_field()
        return "jsonb" if field and field.type == "many2many" else RAW_TYPES[self.unit]

    def copy_data(self, default=None):
        """Give each copy a code that is free."""
        vals_list = super().copy_data(default)
        for measure, vals in zip(self, vals_list, strict=True):
            if "code" not in vals:
                like = [("code", "=like", f"{measure.code}_copy%")]
                taken = self.sudo().with_context(active_test=False).search(like).mapped("code")
                vals["code"] = make_key(f"{measure.code}_copy", taken, "measure")
        return vals_list

    @api.constrains(
        *PATH_FIELDS,
        "kind",
        "unit",
        "model_name",
        "domain",
        "aggregate",
        "field_name",
        "numerator_id",
        "denominator_id",
        "base_measure_id",
        "code_key",
        "empty_is",
        "age",
        "subject",
    )
    def _check_definition(self):
        for measure in self:
            if problem := measure._get_problem():
                message = self.env._(
                    "Measure “%(measure)s”: %(problem)s", measure=measure.name, problem=problem
                )
                raise ValidationError(message)
            measure._check_author_may_read()
            if measure._is_used_by_running_policy():
                message = self.env._(
                    "Measure “%s” decides grades of a running policy and is locked. "
                    "Duplicate it, and use the duplicate in a revision of the policy.",
                    measure.name,
                )
                raise UserError(message)

    def _load_records_write(self, values):
        """Leave one that is locked as it was, when the addon that it is of is installed again."""
        if self.env.context.get("install_mode") and self._is_used_by_running_policy():
            return None
        return super()._load_records_write(values)

    def _is_used_by_running_policy(self):
        """Whether grades in force are made of it: itself, or as a part of another measure."""
        made, new = self, self
        while new:
            parts = ("numerator_id", "denominator_id", "base_measure_id")
            naming = Domain.OR(Domain(name, "in", new.ids) for name in parts)
            new = self.sudo().with_context(active_test=False).search(naming) - made
            made |= new
        using = [("policy_id.state", "=", "running"), ("measure_id", "in", made.ids)]
        return bool(self.env["customer.grading.criterion"].sudo().search_count(using, limit=1))

    def _get_problem(self):
        """Return in words what keeps the measure from working, or nothing."""
        if self.kind == "documents":
            return self._get_documents_problem()
        if self.kind == "filled":
            return self._get_filled_problem()
        if self.kind == "field":
            field = self._get_subject_field()
            if not field:
                return self.env._("a customer has no field “%s”.", self.field_name or "")
            if not (field.store and (field.column_type or field.type == "many2many")):
                return self.env._(
                    "the field “%s” is not stored, so it cannot be measured.", self.field_name
                )
            return self._get_unit_problem(field)
        if self.kind in ("ratio", "growth"):
            return self._get_parts_problem()
        if self.kind == "code" and self.code_key not in dict(self._get_code_keys()):
            return self.env._("the addon that provides it is not installed.")
        return None

    def _get_parts_problem(self):
        if self.kind == "ratio" and not (self.numerator_id and self.denominator_id):
            return self.env._("choose the two measures to compare.")
        if self.kind == "growth" and not self.base_measure_id.date_field:
            return self.env._("choose a measure of documents that have a date.")
        if self._origin and self._origin in self._get_made_of():
            return self.env._("it cannot be made of itself: choose another measure.")
        known = (PARTNER.name, self.subject)
        if other := self._get_made_of().filtered(lambda part: part.subject not in known)[:1]:
            return self.env["customer.grading.dimension"]._get_known_text(other)
        return None

    def _get_made_of(self):
        """Return the measures that a ratio or a growth is made of, at any depth."""
        found, new = self.browse(), self
        while new:
            parts = new.numerator_id | new.denominator_id | new.base_measure_id
            new = parts._origin - found
            found |= new
        return found

    def _get_unit_problem(self, field):
        allowed = FIELD_TYPES[self.unit]
        if self.kind == "field" and self.unit == "choice":
            allowed = (*allowed, "many2many")
        if field.type in allowed:
            return None
        units = dict(self._fields["unit"]._description_selection(self.env))
        return self.env._(
            "the field “%(field)s” cannot be told as “%(unit)s”. Choose another field, or "
            "another unit.",
            field=field.name,
            unit=units[self.unit],
        )

    def _get_fields_read(self):
        return [name.strip() for name in (self.field_name or "").split(",") if name.strip()]

    def _get_filled_problem(self):
        if self.unit != "ratio":
            return self.env._("how many fields are filled in is told in per cent.")
        names = self._get_fields_read()
        if not names:
            return self.env._("say which fields shall be filled in, with commas between them.")
        model_name = SUBJECTS[self.subject].model
        for name in names:
            field = self._get_path_field(model_name, name)
            if not field or not (field.store or field.search):
                return self.env._("“%s” is no field that can be looked at.", name)
        return None

    def _get_documents_problem(self):
        if self.model_name not in self.env:
            return self.env._(
                "the documents “%s” are not installed. Install the application that "
                "provides them, or archive the measure.",
                self.model_name or "",
            )
        if problem := self._get_aggregate_problem():
            return problem
        for path in self._get_paths():
            if problem := self._get_path_problem(path):
                return problem
        if not self.subject_path:
            return self.env._("say how the customer is found from a document.")
        company = self.env[self.model_name]._fields.get("company_id")
        own = company and (company.store or company.related)
        if (own and self.company_field != "company_id") or (company and not self.company_field):
            return self.env._(
                "the documents belong to companies: name their company field, or every "
                "company's documents would count."
            )
        if problem := self._get_use_problem():
            return problem
        return self._get_domain_problem(self.domain, self.model_name)

    def _get_aggregate_problem(self):
        """Hook: return in words why the documents cannot be put together as is asked, or nothing."""
        if self.aggregate not in self._fields["aggregate"].get_values(self.env):
            return self.env._("say how they are put together; an addon that did it may be gone.")
        if self.aggregate not in WITHOUT_VALUE and not self.value_field:
            return self.env._("say which field holds the value.")
        if self.aggregate in ("latest", "is_new", "interval") and not self.date_field:
            return self.env._("the documents are told apart by their date: say which field it is.")
        if self.unit in ("choice", "text", "yes_no") and self.aggregate not in WITHOUT_NUMBER:
            return self.env._(
                "values that are no numbers cannot be added up: take the latest or the most "
                "frequent one."
            )
        if self.aggregate == "is_new" and self.unit != "yes_no":
            return self.env._("whether the first one is of the period is a yes or a no.")
        if self.aggregate == "interval" and (self.unit, self.empty_is) != ("number", "unknown"):
            return self.env._(
                "the days from one to the next are a number, and unknown of a single one: choose so."
            )
        return None

    def _get_use_problem(self):
        """Return in words which field of the documents cannot serve as what it is named for."""
        dates, numbers = FIELD_TYPES["days"], FIELD_TYPES["number"]
        for path, types, comodel_name in (
            (self.subject_path, ("many2one",), self._get_path_model()),
            (self.company_field, ("many2one",), "res.company"),
            (self.date_field, dates, None),
            (self.rate_field, numbers, None),
            (self.uom_field, ("many2one",), "uom.uom"),
        ):
            field = path and self._get_path_field(self.model_name, path)
            if field and (
                field.type not in types or (comodel_name and field.comodel_name != comodel_name)
            ):
                return self.env._(
                    "the field “%s” holds something else than it is named for: choose another "
                    "field.",
                    path,
                )
        return self._get_value_problem()

    def _get_path_model(self):
        """Hook: return the model that the path from a document leads to; ``None``: any."""
        return SUBJECTS[self.subject].model

    def _get_value_problem(self):
        if self.aggregate in (*WITHOUT_VALUE, "count_distinct"):
            return None
        if self.unit in AGE_UNITS and self.aggregate in ("sum", "avg"):
            return self.env._("dates cannot be added up: take the first or the last one.")
        for path in filter(None, (self.value_field, self.tax_value_field)):
            field = self._get_path_field(self.model_name, path)
            if problem := self._get_unit_problem(field):
                return problem
        return None

    def _get_paths(self):
        return [self[name] for name in PATH_FIELDS if self[name]]

    def _get_path_problem(self, path):
        model = self.env[self.model_name]
        for name in path.split("."):
            field = model is not None and model._fields.get(name)
            if not field:
                return self.env._(
                    "the path “%(path)s” leads nowhere: “%(model)s” has no field “%(name)s”.",
                    path=path,
                    model=self.model_name,
                    name=name,
                )
            computed = (model._name, name) in self._get_computed_fields()
            if not (computed or ((field.store or field.related) and field.column_type)):
                return self.env._("the field “%s” is not stored.", path)
            model = self.env[field.comodel_name] if field.type == "many2one" else None
        return None

    @api.model
    def _get_computed_fields(self):
        """Hook: return the fields that are not stored, but given as SQL by their models.

        :return: set of ``(model, field)``
        """
        return set()

    @api.model
    def _get_domain_problem(self, domain, model_name, tried=False):
        """Return in words what is wrong with a domain given as text, or nothing.

        :param tried: whether PostgreSQL shall read it, too, which takes a query
        """
        problem = self._get_malformed_problem(domain, model_name)
        problem = problem or self._get_condition_problem(
            Domain(literal_eval(domain or "[]")), model_name
        )
        if problem or not tried:
            return problem
        return self._get_malformed_problem(domain, model_name, self._run_on_nothing)

    @api.model
    def _get_malformed_problem(self, domain, model_name, read=Domain.validate):
        """Return in words why a text is no domain of the model, or nothing.

        :param read: function of the domain and the model that raises where it is none
        """
        try:
            read(Domain(literal_eval(domain or "[]")), self.env[model_name])
        except Exception as error:  # noqa: BLE001 - whatever a domain's parts may raise
            return self.env._(
                "the filter %(domain)s cannot be used: %(error)s. Set it again with the "
                "filter editor.",
                domain=domain,
                error=str(error).partition("\n")[0],
            )
        return None

    @staticmethod
    def _run_on_nothing(domain, model):
        """Let PostgreSQL read a domain, without looking at a record.

        :raise psycopg2.Error: where a value does not fit its field, as a text for a number
        """
        model = model.sudo().with_context(active_test=False)
        with model.env.cr.savepoint(flush=False):
            query = SQL("%s LIMIT 0", model._search(domain).select())
            model.env.cr.execute(query, log_exceptions=False)

    def _get_condition_problem(self, domain, model_name):
        for condition in domain.iter_conditions():
            field = self._get_path_field(model_name, condition.field_expr)
            if not field and isinstance(condition.field_expr, str):
                return self.env._(
                    "“%s” is a part of a field, by which nothing is filtered here. Choose a field.",
                    condition.field_expr,
                )
            if field and not (field.store or field.search):
                return self.env._(
                    "“%s” cannot be searched for, so nothing is filtered by it. Choose another "
                    "field.",
                    condition.field_expr,
                )
            if condition.operator in ("any", "not any") and field and field.relational:
                inner = Domain(condition.value)
                if problem := self._get_condition_problem(inner, field.comodel_name):
                    return problem
            elif field and self._is_relative_date(field, condition.value):
                return self.env._(
                    "the filter says “%s”, which is another day every day. Use a period "
                    "instead, or a fixed date.",
                    condition.value,
                )
        return None

    def _get_path_field(self, model_name, path):
        """Return the field object at the end of a path, or ``None``."""
        model, field = self.env[model_name], None
        for name in path.split("."):
            field = model._fields.get(name) if model is not None else None
            model = self.env[field.comodel_name] if field and field.relational else None
        return field

    def _get_single_field(self, model_name, path):
        """Return the same for a path on which each record has one value, stored; or ``None``."""
        steps = path.split(".")
        fields = [
            self._get_path_field(model_name, ".".join(steps[:position]))
            for position in range(1, len(steps) + 1)
        ]
        if not all(field and field.store and field.column_type for field in fields):
            return None
        return fields[-1] if all(field.type == "many2one" for field in fields[:-1]) else None

    @staticmethod
    def _is_relative_date(field, value):
        if field.type not in ("date", "datetime"):
            return False
        values = value if isinstance(value, (list, tuple, set)) else [value]
        return any(isinstance(v, str) and not v[:4].isdigit() for v in values)

    def _check_author_may_read(self):
        if self.kind == "documents":
            self._check_may_read(self.model_name, self._get_paths(), self.domain)
        elif self.kind in ("field", "filled"):
            self._check_may_read(SUBJECTS[self.subject].model, self._get_fields_read())

    @api.model
    def _check_may_read(self, model_name, paths=(), domain="[]"):
        """Raise where an author may not read what is named; a constraint runs as superuser."""
        author = self.sudo(False)
        if not author.env.su and not self._get_malformed_problem(domain, model_name):
            author._check_readable(model_name, paths, domain)

    @api.model
    def _check_readable(self, model_name, paths, domain):
        """Raise unless the user may read the fields at ``paths`` and in ``domain``."""
        for path in [*paths, *self._get_domain_paths(Domain(literal_eval(domain or "[]")))]:
            model = self.env[model_name]
            for name in path.split("."):
                if model._name.startswith(REFUSED_MODELS):
                    message = self.env._(
                        "“%(path)s” reads %(model)s, which cannot be used to grade "
                        "customers. Choose another field.",
                        path=path,
                        model=model._description,
                    )
                    raise AccessError(message)
                model.check_access("read")
                field = model._fields.get(name)
                if not field:
                    break  # a part of a field: the bar above the form says so
                model._check_field_access(field, "read")
                if model._name.startswith(GUARDED_MODELS) and field.type in TEXT_TYPES:
                    message = self.env._(
                        "“%(path)s” reads texts of %(model)s, which not everybody may see. "
                        "Choose another field.",
                        path=path,
                        model=model._description,
                    )
                    raise AccessError(message)
                model = self.env[field.comodel_name] if field.relational else model

    @api.model
    def _get_domain_paths(self, domain, prefix=""):
        """Return the field paths that a domain reads, those of inner domains included."""
        paths = []
        for condition in domain.iter_conditions():
            path = f"{prefix}{condition.field_expr}"
            paths.append(path)
            if condition.operator in ("any", "not any"):
                paths += self._get_domain_paths(Domain(condition.value), f"{path}.")
        return paths

    @api.model
    def _get_document_models(self):
        """Return the documents that can be measured, as ``(model, name)``: those that name
        a contact or an opportunity, and that the user may read.
        """
        models = self.env["ir.model"].sudo().search([("transient", "=", False)], order="name")
        return [(model.model, model.name) for model in models if self._is_document(model.model)]

    @api.model
    def _is_document(self, model_name):
        Model = self.env.get(model_name)
        if Model is None or Model._abstract or model_name.startswith(REFUSED_MODELS):
            return False
        named = any(
            field.store and field.comodel_name in (PARTNER.model, LEAD.model)
            for field in Model._fields.values()
            if field.type == "many2one"
        )
        return named and Model.sudo(False).has_access("read")

    @api.depends("model_name")
    def _compute_document_model(self):
        offered = dict(self._get_document_models())
        for measure in self:
            measure.document_model = measure.model_name if measure.model_name in offered else False

    def _inverse_document_model(self):
        for measure in self.filtered("document_model"):
            measure.model_name = measure.document_model

    @api.onchange("document_model")
    def _onchange_document_model(self):
        """Propose how the customer, the company and the date are found on other documents."""
        if not self.document_model or self.document_model == self.model_name:
            return
        self.model_name = self.document_model
        self.domain = "[]"
        self.subject_path = self._propose_subject_path()
        document_fields = self.env[self.model_name]._fields
        self.company_field = "company_id" if "company_id" in document_fields else False
        self.date_field = next(
            (name for name in ("date_order", "invoice_date", "date") if name in document_fields),
            "create_date",
        )
        self.value_field = self.tax_value_field = self.rate_field = self.uom_field = False

    def _propose_subject_path(self):
        """Hook: return how the measured record is likely to be found on a document."""
        if self.subject == "lead":
            return self._find_link(LEAD.model)
        if "commercial_partner_id" in self.env[self.model_name]._fields:
            return "commercial_partner_id.commercial_partner_id"
        if contact := self._find_link(PARTNER.model):
            return f"{contact}.commercial_partner_id"
        return f"{self._find_link(LEAD.model)}.partner_id.commercial_partner_id"

    def _find_link(self, comodel_name):
        """Return the field of the documents that names a record of a model, or ``False``."""
        links = [
            name
            for name, field in self.env[self.model_name]._fields.items()
            if field.store and field.type == "many2one" and field.comodel_name == comodel_name
        ]
        usual = ("partner_id", "order_partner_id", "opportunity_id", "lead_id")
        return next((name for name in usual if name in links), next(iter(links), False))
