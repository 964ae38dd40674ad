from ast import literal_eval

from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date


class CustomerGradingMeasure(models.Model):
    """Finds the documents behind a value, for the reader to open."""

    _inherit = "customer.grading.measure"

    def _get_documents(self, criterion, record, scope):
        """Return the documents that a value was read from.

        An addon with built-in measures gives ``_get_<key>_documents``, with the same
        arguments and answer, for those that have documents.

        :return: ``(model name, Domain)``, or ``None`` where there are none to open
        """
        self.ensure_one()
        if self.kind == "documents":
            return self.model_name, self._get_documents_domain(criterion, record, scope)
        if self.kind in ("ratio", "growth"):
            base = self.denominator_id or self.base_measure_id
            return base._get_documents(criterion, record, scope)
        if self.kind == "code":
            method = getattr(self, f"_get_{self.code_key}_documents", None)
            return method(criterion, record, scope) if method else None
        return None

    def _get_documents_domain(self, criterion, record, scope, dated=True):
        """Return the domain of the documents that count, of all dates unless ``dated``."""
        domain = Domain(literal_eval(self.domain or "[]"))
        domain &= Domain(literal_eval(criterion.document_domain or "[]"))
        domain &= self._get_subject_domain(criterion, record)
        if self.company_field:
            domain &= Domain(self.company_field, "in", [False, *scope.company_ids])
        if self.date_field and dated:
            domain &= Domain.OR(
                self._get_date_domain(first, last, scope)
                for first, last in criterion._get_period().get_bounds(scope.date)
            )
        return domain

    def _get_subject_domain(self, criterion, record):
        """Return the domain of the documents that count for a customer or opportunity."""
        if criterion._counts_whole_group():
            contact = self.subject_path.removesuffix(".commercial_partner_id")
            return Domain(contact, "child_of", record._get_corporate_tops().ids)
        domain = Domain(self.subject_path, "=", record.id)
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

    def _get_invoices_domain(self, record, scope):
        """Return the domain of the customer's invoices up to the date."""
        return Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("partner_id.commercial_partner_id", "=", record.id),
                ("company_id", "in", list(scope.company_ids)),
                ("invoice_date", "<=", str(scope.date)),
            ]
        )

    def _get_overdue_amount_documents(self, criterion, record, scope):
        open_invoices = Domain("payment_state", "in", ("not_paid", "partial"))
        overdue = Domain("invoice_date_due", "<", str(scope.date))
        return "account.move", self._get_invoices_domain(record, scope) & open_invoices & overdue

    def _get_receivable_age_documents(self, criterion, record, scope):
        open_invoices = Domain("payment_state", "in", ("not_paid", "partial"))
        return "account.move", self._get_invoices_domain(record, scope) & open_invoices

    def _get_late_count_documents(self, criterion, record, scope):
        first, _last = criterion._get_period().get_bounds(scope.date)[0]
        domain = self._get_invoices_domain(record, scope)
        if first:
            domain &= Domain("invoice_date", ">=", str(first))
        return "account.move", domain

    _get_ontime_ratio_documents = _get_late_count_documents
    _get_collection_ratio_documents = _get_late_count_documents


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    def _is_trait(self):
        """Whether the criterion is about what somebody is, not what he does or is asked."""
        kind = self.measure_id.kind
        return kind == "filter" or (kind == "field" and self.unit in ("yes_no", "choice", "text"))

    def _get_dates_text(self, date):
        """Return the first and last day of what is looked at as of ``date``."""
        self.ensure_one()
        if self.kind != "measure" or not self.has_period:
            return ""
        bounds = self._get_period().get_bounds(date)
        starts = [first for first, _last in bounds]
        end = format_date(self.env, max(last for _first, last in bounds))
        if not all(starts):
            return self.env._("up to %s", end)
        start = format_date(self.env, min(starts))
        return self.env._("%(start)s - %(end)s", start=start, end=end)

    def _get_documents_cell(self, record, scope, figures):
        """Return the cell that opens the documents behind a value.

        They open under the reader's own rights; where he sees fewer than were counted, it
        says so, if he may see figures at all.
        """
        self.ensure_one()
        if self.kind != "measure":
            return {"text": ""}
        measure = self.measure_id.sudo()
        if measure.subject == "partner":
            record = record._get_customer()
        documents = measure._get_documents(self, record, scope)
        if not documents or documents[0] not in self.env:
            return {"text": ""}
        model_name, domain = documents
        model = self.env[model_name].sudo(False).with_context(active_test=False)
        shown = self._count_readable(model, domain)
        count = model.sudo().search_count(domain) if figures else shown
        action = {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": model_name,
            "view_mode": "list,form",
            "views": [[False, "list"], [False, "form"]],
            "domain": list(domain),
            "context": {"create": False, "active_test": False},
        }
        return {
            "text": self._get_shown_text(shown, count),
            "action": action if shown else None,
        }

    @staticmethod
    def _count_readable(model, domain):
        """Return how many of the documents the reader may open."""
        try:
            return model.search_count(domain)
        except AccessError:
            return 0

    def _get_shown_text(self, shown, count):
        if shown < count:
            return self.env._("%(shown)s of %(count)s documents shown", shown=shown, count=count)
        if not count:
            return ""
        return self.env._("1 document") if count == 1 else self.env._("%s documents", count)
