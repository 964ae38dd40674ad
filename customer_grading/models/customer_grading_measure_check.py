from ast import literal_eval

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools.subject import SUBJECTS

# What nobody may measure: the machinery of Odoo and its users.
REFUSED_MODELS = ("ir.", "res.users", "auth", "res.config", "base.")


class CustomerGradingMeasure(models.Model):
    """Refuses a measure that cannot work, or whose author may not read what it reads."""

    _inherit = "customer.grading.measure"

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
        if self.kind == "filled":
            return self._get_filled_problem()
        if self.kind == "field":
            field = self._get_subject_field()
            if not field:
                return self.env._("a customer has no field “%s”.", self.field_name or "")
            if not field.store:
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

    def _get_fields_read(self):
        """Return the paths of the subject's fields that the measure looks at."""
        return [name.strip() for name in (self.field_name or "").split(",") if name.strip()]

    def _get_filled_problem(self):
        """Return in words which of the fields to be filled in cannot be looked at."""
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
        if self.aggregate != "count" and not self.value_field:
            return self.env._("say which field holds the value.")
        if self.aggregate == "latest" and not self.date_field:
            return self.env._("the latest document is told by its date: say which field it is.")
        if self.unit in ("choice", "text", "yes_no") and self.aggregate not in ("latest", "mode"):
            return self.env._(
                "values that are no numbers cannot be added up: take the latest or the most "
                "frequent one."
            )
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
        elif self.kind in ("field", "filled"):
            author._check_readable(SUBJECTS[self.subject].model, self._get_fields_read(), "[]")

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
