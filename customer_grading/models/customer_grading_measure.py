from ast import literal_eval
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.statement import Source

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
    "yes_no": "boolean",
    "choice": "integer",
    "text": "text",
}
NUMERIC_UNITS = {unit for unit, raw in RAW_TYPES.items() if raw in ("numeric", "date")}

# What nobody may measure: the machinery of Odoo and its users.
REFUSED_MODELS = ("ir.", "res.users", "auth", "res.config", "base.")


class CustomerGradingMeasure(models.Model):
    """Something that has a value for each customer: revenue, days since the last order..."""

    _name = "customer.grading.measure"
    _description = "Grading Measure"
    _order = "category, sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short name by which policy files refer to this measure.",
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
        ],
        default="6_about",
        required=True,
    )
    kind = fields.Selection(
        [
            ("documents", "From documents"),
            ("field", "A field of the customer"),
            ("filter", "Matches a filter"),
            ("ratio", "Ratio of two measures"),
            ("growth", "Growth against the year before"),
            ("question", "Asked of people"),
            ("code", "Built in"),
        ],
        default="documents",
        required=True,
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
        string="Days or months",
        default="since",
        required=True,
    )
    field_name = fields.Char("Field of the customer")
    numerator_id = fields.Many2one("customer.grading.measure", "Share", ondelete="restrict")
    denominator_id = fields.Many2one("customer.grading.measure", "Of", ondelete="restrict")
    base_measure_id = fields.Many2one("customer.grading.measure", "Growth of", ondelete="restrict")
    code_key = fields.Selection(selection="_get_code_keys", string="Built-in measure")
    known_for_past = fields.Boolean(
        default=True,
        help="Whether the value can be told for a day in the past from today's data.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Figures visible to",
        help="Only these people see the figures; others see whether a condition is met.",
    )
    has_period = fields.Boolean(compute="_compute_has_period")
    is_broken = fields.Boolean(
        compute="_compute_is_broken",
        help="The documents it reads, or a field of theirs, are no longer installed.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Two measures cannot share a code. Choose another one."
    )

    # ------------------------------------------------------------------ properties

    @api.model
    def _get_code_keys(self):
        """Return the built-in measures as ``(key, label)``: an addon extends this list and
        gives ``_get_<key>_values_sql`` for each key it adds.
        """
        return []

    @api.depends("kind", "date_field", "numerator_id", "base_measure_id", "code_key")
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
        """Return the keys of the built-in measures that look at a period."""
        return set()

    @api.depends("model_name", "kind", "domain", "value_field", "field_name")
    def _compute_is_broken(self):
        for measure in self:
            measure.is_broken = bool(measure._get_problem())

    def _get_choice_model(self):
        """Return the name of the model whose records are the values of a choice."""
        self.ensure_one()
        if self.unit == "choice" and self.kind == "field":
            field = self.env["res.partner"]._fields.get(self.field_name)
            return field and field.comodel_name
        return False

    def _get_raw_type(self):
        """Return the PostgreSQL type of the stored value."""
        self.ensure_one()
        if self.kind == "field" and self.unit == "choice":
            field = self.env["res.partner"]._fields.get(self.field_name)
            if field and field.type == "many2many":
                return "jsonb"
        return RAW_TYPES[self.unit]

    # ------------------------------------------------------------------ validation

    @api.constrains(
        "kind",
        "unit",
        "model_name",
        "domain",
        "subject_path",
        "company_field",
        "date_field",
        "value_field",
        "tax_value_field",
        "rate_field",
        "uom_field",
        "aggregate",
        "field_name",
        "numerator_id",
        "denominator_id",
        "base_measure_id",
        "code_key",
    )
    def _check_definition(self):
        """Refuse a measure that cannot work, or whose author may not read what it reads."""
        for measure in self:
            if problem := measure._get_problem():
                raise ValidationError(
                    self.env._(
                        "Measure “%(measure)s”: %(problem)s",
                        measure=measure.name,
                        problem=problem,
                    )
                )
            measure._check_author_may_read()
            if measure._is_used_by_running_policy():
                raise UserError(
                    self.env._(
                        "Measure “%s” decides grades of a running policy and is locked. "
                        "Duplicate it, and use the duplicate in a revision of the policy.",
                        measure.name,
                    )
                )

    def _is_used_by_running_policy(self):
        self.ensure_one()
        Criterion = self.env["customer.grading.criterion"].sudo()
        return bool(
            Criterion.search_count(
                [("policy_id.state", "=", "running"), ("measure_id", "in", self.ids)],
                limit=1,
            )
        )

    def _get_problem(self):
        """Return in words what keeps the measure from working, or nothing."""
        self.ensure_one()
        if self.kind == "documents":
            return self._get_documents_problem()
        if self.kind == "field":
            if self.field_name not in self.env["res.partner"]._fields:
                return self.env._("a customer has no field “%s”.", self.field_name or "")
            if not self.env["res.partner"]._fields[self.field_name].store:
                return self.env._(
                    "the field “%s” is not stored, so it cannot be measured.",
                    self.field_name,
                )
        if self.kind == "ratio" and not (self.numerator_id and self.denominator_id):
            return self.env._("choose the two measures to compare.")
        if self.kind == "growth" and not self.base_measure_id.date_field:
            return self.env._("choose a measure of documents that have a date.")
        if self.kind == "code" and self.code_key not in dict(self._get_code_keys()):
            return self.env._("the addon that provides it is not installed.")
        return None

    def _get_documents_problem(self):
        if self.model_name not in self.env:
            return self.env._(
                "the documents “%s” are not installed. Install the application that "
                "provides them, or archive the measure.",
                self.model_name or "",
            )
        if self.aggregate != "count" and not self.value_field:
            return self.env._("say which field holds the value.")
        for path in self._get_paths():
            if problem := self._get_path_problem(path):
                return problem
        if not self.subject_path:
            return self.env._("say how the customer is found from a document.")
        model = self.env[self.model_name]
        if not self.company_field and "company_id" in model._fields:
            return self.env._(
                "the documents belong to companies: name their company field, or every "
                "company's documents would count."
            )
        return self._get_domain_problem(self.domain, self.model_name)

    def _get_paths(self):
        """Return the field paths that the measure reads on its documents."""
        return [
            path
            for path in (
                self.subject_path,
                self.company_field,
                self.date_field,
                self.value_field,
                self.tax_value_field,
                self.rate_field,
                self.uom_field,
            )
            if path
        ]

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
            if not (field.store or field.related):
                return self.env._("the field “%s” is not stored.", path)
            model = self.env[field.comodel_name] if field.type == "many2one" else None
        return None

    @api.model
    def _get_domain_problem(self, domain, model_name):
        """Return in words what is wrong with a domain given as text, or nothing."""
        try:
            conditions = literal_eval(domain or "[]")
            parsed = Domain(conditions)
            parsed.validate(self.env[model_name])
        except Exception as error:  # noqa: BLE001 - whatever a domain's parts may raise
            return self.env._(
                "the filter %(domain)s cannot be used: %(error)s. Set it again with the "
                "filter editor.",
                domain=domain,
                error=error,
            )
        return self._get_relative_date_problem(parsed, model_name)

    def _get_relative_date_problem(self, domain, model_name):
        for condition in domain.iter_conditions():
            field = self._get_path_field(model_name, condition.field_expr)
            if condition.operator in ("any", "not any") and field and field.relational:
                inner = Domain(condition.value)
                if problem := self._get_relative_date_problem(inner, field.comodel_name):
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

    @staticmethod
    def _is_relative_date(field, value):
        if field.type not in ("date", "datetime"):
            return False
        values = value if isinstance(value, (list, tuple, set)) else [value]
        return any(isinstance(v, str) and not v[:4].isdigit() for v in values)

    def _check_author_may_read(self):
        """Refuse models and fields that the author could not read by himself."""
        author = self.sudo(False)  # a constraint runs as superuser
        if author.env.su:
            return
        if self.kind == "documents":
            author._check_readable(self.model_name, self._get_paths(), self.domain)
        elif self.kind == "field":
            author._check_readable("res.partner", [self.field_name], "[]")

    @api.model
    def _check_readable(self, model_name, paths, domain):
        """Raise unless the user may read the fields at ``paths`` and in ``domain``."""
        for path in [*paths, *self._get_domain_paths(Domain(literal_eval(domain or "[]")))]:
            model = self.env[model_name]
            for name in path.split("."):
                if model._name.startswith(REFUSED_MODELS):
                    raise AccessError(
                        self.env._(
                            "“%(path)s” reads %(model)s, which cannot be used to grade "
                            "customers. Choose another field.",
                            path=path,
                            model=model._description,
                        )
                    )
                model.check_access("read")
                field = model._fields[name]
                model._check_field_access(field, "read")
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

    # ------------------------------------------------------------------ SQL half

    def _get_values_sql(self, criterion, scope, statement):
        """Return the value of ``criterion`` for each subject, as it is stored.

        :param scope: the :class:`Scope` of the evaluation
        :param statement: the :class:`Statement` it becomes part of, which gives the
            subjects' alias and takes the sources that the value is read from
        :return: an ``SQL`` expression over the statement's subjects
        """
        self.ensure_one()
        if self.is_broken:
            raise UserError(
                self.env._(
                    "Measure “%(measure)s”: %(problem)s",
                    measure=self.name,
                    problem=self._get_problem(),
                )
            )
        if self.kind == "code":
            method = getattr(self, f"_get_{self.code_key}_values_sql")
        else:
            method = getattr(self, f"_get_{self.kind}_values_sql")
        return method(criterion, scope, statement)

    def _get_documents_values_sql(self, criterion, scope, statement):
        periods = criterion._get_period().get_bounds(scope.date)
        values = [self._get_period_sql(criterion, scope, statement, p) for p in periods]
        value = SQL("GREATEST(%s)", SQL(", ").join(values)) if len(values) > 1 else values[0]
        return self._finish_documents_sql(value, scope)

    def _finish_documents_sql(self, value, scope):
        if RAW_TYPES[self.unit] == "date":
            return self._get_date_sql(value, scope)
        if self.empty_is == "zero":
            return SQL("COALESCE(%s, 0)", value)
        return value

    def _get_date_sql(self, value, scope):
        """Return a stored moment as a date of the company's time zone."""
        model = self.env[self.model_name]
        for name in self.value_field.split("."):
            field = model._fields[name]
            model = self.env[field.comodel_name] if field.relational else None
        if field.type == "datetime":
            return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", value, scope.tz)
        return value

    def _get_period_sql(self, criterion, scope, statement, period):
        """Return the aggregate over the documents of ``period`` (first day, last day)."""
        source = statement.get_source(self._get_source_key(), self._open_source)
        conditions = [source.get_sql(condition) for condition in self._get_only(criterion)]
        bounds = self._get_bounds(source, scope, period)
        if bounds:
            date, first, last = bounds
            conditions.append(SQL("%s <= %s", date, last))
            if first:
                conditions.append(SQL("%s >= %s", date, first))
        aggregate = self._get_aggregate_sql(criterion, scope, source)
        return source.add_aggregate(aggregate, conditions, bounds)

    def _get_source_key(self):
        return (self.model_name, self.domain, self.subject_path, self.company_field)

    def _open_source(self, scope, contact_ids):
        """Return the :class:`Source` of this measure's documents, by subject."""
        model = self.env[self.model_name].with_context(active_test=False)
        documents = Domain(literal_eval(self.domain or "[]"))
        domain = documents
        if self.company_field:
            # A document without a company is everybody's, as in Odoo's own rules.
            domain &= Domain(self.company_field, "in", [False, *scope.company_ids])
        contact_path = self.subject_path.removesuffix(".commercial_partner_id")
        if contact_ids is not None:
            domain &= Domain(contact_path, "in", list(contact_ids))
        query = model._search(domain, active_test=False, bypass_access=True)
        return Source(model, query, self.subject_path, documents)

    def _get_only(self, criterion):
        only = Domain(literal_eval(criterion.document_domain or "[]"))
        return [] if only.is_true() else [only]

    def _get_bounds(self, source, scope, period):
        """Return the dates of ``period`` in the terms of the documents' date field."""
        if not self.date_field:
            return None
        first, last = period
        date = source.get_field_sql(self.date_field)
        if source.get_field(self.date_field).type == "datetime":
            first = first and scope.get_start_of(first)
            last = scope.get_end_of(last) - timedelta(microseconds=1)
        return date, first, last

    def _get_aggregate_sql(self, criterion, scope, source):
        if self.aggregate == "count":
            return SQL("COUNT(*)")
        value = self._get_value_sql(criterion, scope, source)
        if self.aggregate == "count_distinct":
            return SQL("COUNT(DISTINCT %s)", value)
        function = SQL(self.aggregate.upper())  # one of the selection's keys
        return SQL("%s(%s)", function, value)

    def _get_value_sql(self, criterion, scope, source):
        """Return the value of one document, in the currency and unit of the criterion."""
        name = self.value_field
        if criterion.with_tax and self.tax_value_field:
            name = self.tax_value_field
        value = source.get_field_sql(name)
        if self.rate_field:
            value = SQL("%s / NULLIF(%s, 0)", value, source.get_field_sql(self.rate_field))
        if self.unit == "amount" and scope.rates:
            company = source.get_field_sql(self.company_field)
            rates = [SQL("WHEN %s THEN %s", id_, rate) for id_, rate in scope.rates]
            value = SQL("%s * CASE %s %s ELSE 1 END", value, company, SQL(" ").join(rates))
        if self.uom_field and criterion.uom_id:
            value = self._convert_quantity_sql(value, criterion, source)
        return value

    def _convert_quantity_sql(self, value, criterion, source):
        """Return a quantity in the criterion's unit; one that cannot be converted is unknown.

        Units can be converted where they go back to the same one.
        """
        unit = criterion.uom_id
        root = int(unit.parent_path.split("/")[0])
        return SQL(
            "(SELECT %s * uom.factor / %s FROM uom_uom uom"
            " WHERE uom.id = %s AND split_part(uom.parent_path, '/', 1) = %s)",
            value,
            unit.factor,
            source.get_field_sql(self.uom_field),
            str(root),
        )

    def _get_growth_values_sql(self, criterion, scope, statement):
        """Growth in per cent against the same stretch a year before; unknown from nothing."""
        base = self.base_measure_id
        period = criterion._get_period()
        now, before = (
            SQL(
                "COALESCE(%s, 0)",
                base._get_period_sql(criterion, scope, statement, bounds[0]),
            )
            for bounds in (
                period.get_bounds(scope.date),
                period.get_bounds_a_year_before(scope.date),
            )
        )
        return SQL(
            "CASE WHEN %(before)s > 0 THEN ROUND(100.0 * (%(now)s - %(before)s) / %(before)s, 4) END",
            now=now,
            before=before,
        )

    def _get_ratio_values_sql(self, criterion, scope, statement):
        """Share in per cent; unknown where there is nothing to share."""
        part = self.numerator_id._get_values_sql(criterion, scope, statement)
        whole = self.denominator_id._get_values_sql(criterion, scope, statement)
        return SQL(
            "CASE WHEN %(whole)s > 0 THEN ROUND(100.0 * %(part)s / %(whole)s, 4) END",
            part=part,
            whole=whole,
        )

    def _get_field_values_sql(self, criterion, scope, statement):
        field = self.env["res.partner"]._fields[self.field_name]
        if field.type == "many2many":
            return statement.add_relation(
                SQL(
                    "SELECT %(subject)s AS subject_id, jsonb_agg(%(choice)s ORDER BY %(choice)s)"
                    " AS choices FROM %(table)s GROUP BY %(subject)s",
                    subject=SQL.identifier(field.column1),
                    choice=SQL.identifier(field.column2),
                    table=SQL.identifier(field.relation),
                ),
                "choices",
                empty=SQL("'[]'::jsonb"),
            )
        value = statement.get_subject_field_sql(self.field_name)
        if field.type == "datetime":
            return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", value, scope.tz)
        if field.type in ("char", "text", "selection"):
            return SQL("NULLIF(%s, '')", value)
        return value

    def _get_filter_values_sql(self, criterion, scope, statement):
        domain = Domain(literal_eval(criterion.subject_domain or "[]"))
        return SQL("COALESCE(%s, FALSE)", statement.get_subject_domain_sql(domain))

    def _get_question_values_sql(self, criterion, scope, statement):
        """The newest answer, where it is still valid on the reference date."""
        contacts = statement.contact_ids
        narrow = SQL("AND answer.partner_id IN %s", contacts) if contacts else SQL()
        answers = SQL(
            """
            SELECT subject_id,
                   jsonb_object_agg(question_id, jsonb_build_array(yes, choice_id, points)) AS given
              FROM (
                SELECT DISTINCT ON (partner.commercial_partner_id, answer.question_id)
                       partner.commercial_partner_id AS subject_id, answer.question_id,
                       answer.yes_no = 'yes' AS yes, answer.choice_id, answer.points,
                       answer.valid_until
                  FROM customer_grading_answer answer
                  JOIN res_partner partner ON partner.id = answer.partner_id
                 WHERE answer.company_id IN %(companies)s AND answer.date <= %(date)s %(narrow)s
                 ORDER BY partner.commercial_partner_id, answer.question_id,
                          answer.date DESC, answer.id DESC
              ) latest
             WHERE valid_until IS NULL OR valid_until >= %(date)s
             GROUP BY subject_id
            """,
            companies=scope.company_ids,
            date=scope.date,
            narrow=narrow,
        )
        position = ["yes_no", "levels", "points"].index(criterion.question_id.kind)
        return SQL(
            "(%s -> %s ->> %s)",
            statement.add_relation(answers, "given"),
            str(criterion.question_id.id),
            position,
        )

    def action_duplicate(self):
        """Open a copy, for a revision of a policy in use."""
        self.ensure_one()
        return self.copy({"code": f"{self.code}_copy"})._get_records_action()
