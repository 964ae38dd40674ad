from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

LEFT_MONTHS = 2  # how long before a grade was lost what cost it may have left its period


class CustomerGradingSheet(models.AbstractModel):
    """What cost a grade: documents that grew too old to count."""

    _inherit = "customer.grading.sheet"

    def _get_left_text(self, change):
        """Return which documents left their period when a computed grade was lost by it.

        They are told only where the grade would have stayed with them, from the documents
        as they are now, to who may see the figures.
        """
        Explanation = self.env["customer.grading.explanation"]
        subject = change._get_subject()
        if change.origin != "computed" or change.direction not in ("down", "lost"):
            return ""
        explanation = Explanation._explain(change).get(change)
        if not explanation or not Explanation._get_figures_records(subject):
            return ""
        rule = Explanation._get_lost_rule(explanation, change.from_grade_id)
        for gap in explanation.get_gaps(rule) if rule else ():
            criterion = gap.condition.criterion_id
            distance = explanation.get_distance(gap.condition) or 0
            if distance <= 0 or not self._is_moving(criterion) or Explanation._hides(criterion):
                continue
            amount, start, end = self._read_left(explanation, criterion, subject)
            if amount and amount >= distance:
                return self._get_left_sentence(criterion, amount, start, end)
        return ""

    def _read_left(self, explanation, criterion, record):
        """Return how much left a period lately, and the days of the first and last of it."""
        measure = criterion.measure_id.sudo()
        value = measure.tax_value_field if criterion.with_tax else measure.value_field
        model = self.env[measure.model_name].sudo().with_context(active_test=False)
        field = model._fields.get(value or "")
        counts = measure.aggregate == "count"
        own_date = model._fields.get(measure.date_field)
        if not own_date or not own_date.store or measure.rate_field:
            return 0, None, None
        if not counts and not (field and field.store):
            return 0, None, None
        if measure.subject == "partner":
            record = record._get_customer()
        engine = self.env["customer.grading.engine"].sudo()
        scope = engine._get_scope(
            explanation.policy, explanation.company, explanation.date, record.ids
        )
        first = criterion._get_period().get_bounds(explanation.date)[0][0]
        before = first - relativedelta(days=1)
        domain = Domain.AND(
            [
                measure._get_documents_domain(criterion, record, scope, dated=False),
                measure._get_date_domain(first - relativedelta(months=LEFT_MONTHS), before, scope),
            ]
        )
        date_name = measure.date_field
        [(amount, start, end)] = model._read_group(
            domain,
            [],
            ["__count" if counts else f"{value}:sum", f"{date_name}:min", f"{date_name}:max"],
        )
        return amount, start, end

    def _get_left_sentence(self, criterion, amount, start, end):
        names = {
            "amount": criterion._format_value(amount, "down"),
            "period": criterion._get_period_text(),
            "month": format_date(self.env, start, date_format="MMMM y"),
            "start": self._format_date(start),
            "end": self._format_date(end),
        }
        if (start.year, start.month) == (end.year, end.month):
            return self.env._("%(amount)s of %(month)s left the %(period)s", **names)
        return self.env._("%(amount)s of %(start)s to %(end)s left the %(period)s", **names)
