from ast import literal_eval

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, formatLang

from ...tools.statement import Source
from ...tools.subject import PARTNER
from ...tools.texts import join_all, join_words
from ..policy.customer_grading_measure import RAW_TYPES

NUMBERS = ("integer", "float", "monetary")
VALUED = ("sum", "avg", "min", "max", "latest")  # aggregates of a number of each document


class CustomerGradingMeasure(models.Model):
    """Finds the documents behind a value, for the reader to open.

    Says filters in words.
    """

    _inherit = "customer.grading.measure"

    def _get_documents(self, criterion, record, scope):
        """Return the documents that a value was read from.

        An addon with built-in measures gives ``_get_<key>_documents``, with the same
        arguments and answer, for those that have documents.

        :return: ``(model name, Domain)``, or ``None`` where there are none to open
        """
        measure = self._get_base_measure()
        if measure.kind == "documents":
            domain = measure._get_documents_domain(criterion, record, scope)
            return measure.model_name, domain
        if measure.kind == "code":
            method = getattr(measure, f"_get_{measure.code_key}_documents", None)
            return method(criterion, record, scope) if method else None
        return None

    def _get_base_measure(self):
        """Return the measure whose documents a value is read from: of a share, the whole's."""
        self.ensure_one()
        base = self.denominator_id or self.base_measure_id
        return base._get_base_measure() if self.kind in ("ratio", "growth") else self

    def _adds_values_up(self):
        """Whether each document has a number of its own that the value is made from."""
        numeric = RAW_TYPES[self.unit] == "numeric"
        return self.kind == "documents" and numeric and self.aggregate in VALUED

    def _get_counted(self, criterion, documents, scope):
        """Return ``{id: what a document adds to the value}``, by the SQL that adds it up.

        Under the rights of who reads the documents.
        """
        query = documents._search(Domain("id", "in", documents.ids), active_test=False)
        source = Source(documents, query, self.subject_path, self.company_field, Domain.TRUE)
        value = self._get_value_sql(criterion, scope, source)
        number = SQL.identifier(query.table, "id")
        return dict(self.env.execute_query(query.select(number, value)))

    def _get_documents_view(self, model_name):
        """Hook: return the list view of documents that tells what each adds to the value.

        :return: a view; empty for Odoo's own list
        """
        name = f"{model_name.replace('.', '_')}_view_list_documents"
        view = self.env.ref(f"customer_grading.{name}", raise_if_not_found=False)
        return view or self.env["ir.ui.view"]

    def _get_documents_domain(self, criterion, record, scope, dated=True):
        """Return the domain of the documents that count, of all dates unless ``dated``."""
        domain = Domain(literal_eval(self.domain or "[]"))
        domain &= Domain(literal_eval(criterion.document_domain or "[]"))
        domain &= self._get_subject_domain(criterion, record)
        if self.company_field:
            domain &= Domain(self.company_field, "in", [False, *scope.company_ids])
        if self.date_field and dated:
            periods = criterion._get_bounds(scope)
            domains = [domain & self._get_period_domain(criterion, p, scope) for p in periods]
            if criterion.period == "best_year" and self._adds_values_up():
                return max(domains, key=lambda year: self._get_total(criterion, year, scope))
            domain = Domain.OR(domains)
        return domain

    def _get_period_domain(self, criterion, period, scope):
        """Return the domain of the documents that count in ``period`` (first day, last day)."""
        dates = self._get_date_domain(*period, scope)
        if not criterion._counts_credits_by_invoice():
            return dates
        reversing = Domain("reversed_entry_id", "!=", False)
        return (dates & ~reversing) | (reversing & Domain("reversed_entry_id", "any", dates))

    def _get_total(self, criterion, domain, scope):
        """Return what the documents of ``domain`` add up to."""
        documents = self.env[self.model_name].with_context(active_test=False).search(domain)
        return sum(filter(None, self._get_counted(criterion, documents, scope).values()))

    def _get_subject_domain(self, criterion, record):
        """Hook: return the domain of the documents that count for a customer or opportunity."""
        Owner, whose = self.env["customer.grading.owner"].sudo(), criterion._get_whose()
        if criterion._get_group_kind():
            contact = Owner._get_path(self, whose).removesuffix(".commercial_partner_id")
            return Domain(contact, "any", record._get_corporate_domain(criterion.group_field))
        domain = Domain(self.subject_path, "=", record.id)
        if self.subject == PARTNER.name:
            domain = Owner._get_domain(self, whose, record)
        if criterion.period == "since_start":
            start = record[criterion.start_field]
            domain &= Domain(self.date_field, ">=", str(start)) if start else Domain.FALSE
        return domain

    def _get_date_domain(self, first, last, scope):
        """Return the domain of the documents dated from ``first`` to ``last``."""
        model = self.env[self.model_name]
        for name in self.date_field.split("."):
            field = model._fields[name]
            model = self.env[field.comodel_name] if field.relational else model
        if field.type == "datetime":
            domain = Domain(self.date_field, "<", str(scope.get_end_of(last)))
            first = first and scope.get_start_of(first)
        else:
            domain = Domain(self.date_field, "<=", str(last))
        return domain & Domain(self.date_field, ">=", str(first)) if first else domain

    # ------------------------------------------------------------------ filters in words

    @api.model
    def _get_domain_text(self, domain, model_name):
        """Return the filter ``domain`` (as text) on ``model_name`` in words; empty for none."""
        if model_name not in self.env or self._get_domain_problem(domain, model_name):
            return domain or ""
        return self._describe_domain(Domain(literal_eval(domain or "[]")), model_name)

    def _describe_domain(self, domain, model_name):
        """Return a :class:`Domain` in words, reading its prefix notation from the end."""
        if domain.is_true():
            return ""
        stack = []
        for item in reversed(list(domain)):
            if item == "!":
                stack.append(("!", self.env._("not (%s)", stack.pop()[1])))
            elif item in ("&", "|"):
                first, second = (self._enclose(part, item) for part in (stack.pop(), stack.pop()))
                text = self.env._("%(first)s, or %(second)s", first=first, second=second)
                stack.append((item, join_all(self.env, [first, second]) if item == "&" else text))
            else:
                stack.append(("", self._describe_condition(item, model_name)))
        return stack[-1][1]

    def _enclose(self, part, operator):
        kind, text = part
        return self.env._("(%s)", text) if kind in ("&", "|") and kind != operator else text

    def _describe_condition(self, condition, model_name):
        path, operator, value = condition
        if not isinstance(path, str):
            return self.env._("never")
        label, field = self._describe_path(path, model_name)
        if isinstance(value, (Domain, list)) and operator in ("any", "not any"):
            inner = self._describe_domain(Domain(value), field.comodel_name)
            return self.env._("%(field)s: %(filter)s", field=label, filter=f"({inner})")
        if isinstance(value, (list, tuple, set)) and len(value) == 1:
            [value] = value
            operator = {"in": "=", "not in": "!="}.get(operator, operator)
        if value in (False, None) and operator in ("=", "!=") and field.type != "boolean":
            unset = operator == "="
            return self.env._("%s is not set", label) if unset else self.env._("%s is set", label)
        template = {
            "=": self.env._("%(field)s is %(value)s"),
            "!=": self.env._("%(field)s is not %(value)s"),
            "in": self.env._("%(field)s is one of %(value)s"),
            "not in": self.env._("%(field)s is none of %(value)s"),
            ">": self.env._("%(field)s is more than %(value)s"),
            ">=": self.env._("%(field)s is at least %(value)s"),
            "<": self.env._("%(field)s is less than %(value)s"),
            "<=": self.env._("%(field)s is at most %(value)s"),
            "ilike": self.env._("%(field)s contains %(value)s"),
            "not ilike": self.env._("%(field)s does not contain %(value)s"),
            "child_of": self.env._("%(field)s is within %(value)s"),
            "parent_of": self.env._("%(field)s is above %(value)s"),
        }.get(operator, f"%(field)s {operator} %(value)s")
        return template % {"field": label, "value": self._describe_values(value, field)}

    def _describe_path(self, path, model_name):
        """Return the labels along a field path, and the field at its end."""
        model, labels, field = self.env[model_name], [], None
        for name in path.split("."):
            field = model._fields[name]
            labels.append(field._description_string(self.env) or name)
            if field.relational:
                model = self.env[field.comodel_name]
            elif field.type in ("date", "datetime"):
                break  # what follows is a part of the date
        return " › ".join(labels), field

    def _describe_values(self, value, field):
        values = list(value) if isinstance(value, (list, tuple, set)) else [value]
        if field.relational and values and all(type(v) is int for v in values):
            records = self.env[field.comodel_name].sudo().browse(values).exists()
            names = records.mapped("display_name")
        elif field.type == "selection":
            labels = dict(field._description_selection(self.env))
            names = [labels.get(v, str(v)) for v in values]
        elif field.type == "boolean":
            names = [self.env._("yes") if v else self.env._("no") for v in values]
        elif field.type in ("date", "datetime"):
            return join_words(self.env, [format_date(self.env, v) for v in values])
        elif field.type in NUMBERS and all(isinstance(v, (int, float)) for v in values):
            return join_words(self.env, [formatLang(self.env, float(v), digits=0) for v in values])
        else:
            names = [str(v) for v in values]
        return join_words(self.env, [self.env._("“%s”", name) for name in names])
