from odoo import models
from odoo.tools import SQL

from ...tools.subject import PARTNER, SUBJECTS


class CustomerGradingMeasure(models.Model):
    """Finds the records whose documents changed."""

    _inherit = "customer.grading.measure"

    def _get_base_measures(self):
        """Return these measures and those that they are computed from."""
        measures = self.sudo()
        base = measures.numerator_id | measures.denominator_id | measures.base_measure_id
        return measures | base

    def _get_changed_sql(self, scope, since, subject):
        """Return queries of the ``subject`` records whose documents changed, as ``id``.

        An addon with built-in measures gives ``_get_<key>_changed_sql(scope, since)``, which
        returns such a query, for those that shall not wait for the night.
        """
        queries = {}
        if any(measure.kind == "question" for measure in self):
            queries["answers"] = self._get_answers_changed_sql(SUBJECTS[subject], since)
        for measure in self.filtered(lambda m: m.subject == subject and not m.is_broken):
            if measure.kind == "documents" and self.env[measure.model_name]._log_access:
                key = measure._get_source_key()
                queries[key] = measure._get_changed_documents_sql(scope, since)
            elif measure.kind == "code":
                name = measure.code_key
                if method := getattr(measure, f"_get_{name}_changed_sql", None):
                    queries[name] = method(scope, since)
        if subject == "partner":
            queries["written"] = self.env["customer.grading.engine"]._get_written_sql(
                PARTNER, since
            )
        return list(queries.values())

    def _get_changed_documents_sql(self, scope, since):
        source = self._open_source(scope)
        source.query.add_where(
            SQL("%s >= %s", SQL.identifier(source.query.table, "write_date"), since)
        )
        return source.query.select(SQL("%s AS id", source.subject))

    @staticmethod
    def _get_answers_changed_sql(subject, since):
        """The customers, or the opportunities, about which answers were written."""
        return SQL(
            "SELECT %(subject)s AS id FROM customer_grading_answer"
            " WHERE %(subject)s IS NOT NULL AND write_date >= %(since)s",
            subject=SQL.identifier(subject.field),
            since=since,
        )
