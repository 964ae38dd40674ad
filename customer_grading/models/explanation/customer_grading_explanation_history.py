from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.blocks import make_badge, make_block, make_row
from ...tools.texts import join_list

SHOWN = 12  # entries of the timeline; the button History shows all
LEFT_MONTHS = 2  # how long before a grade was lost what cost it may have left its period


class CustomerGradingExplanationHistory(models.AbstractModel):
    """Tells the grades that were: the timeline, the grade before, and what cost it."""

    _name = "customer.grading.explanation.history"
    _description = "Earlier Grades of a Customer"

    def _get_blocks(self, result):
        """Hook: return the grade held before, and the timeline."""
        Change = self.env["customer.grading.change"].sudo()

        def to_sql(model, alias, query):
            """Those that lasted a day at least: others were replaced the same day."""
            end = model._field_to_sql(alias, "date_end", query)
            start = model._field_to_sql(alias, "date_applied", query)
            return Change._get_lasting_sql(start, end)

        domain = Domain("result_id", "=", result.id) & Domain("state", "=", "applied")
        changes = Change.search(
            domain & Domain.custom(to_sql=to_sql), order="date_applied desc, id desc", limit=SHOWN
        )
        if not changes[1:] and not changes.from_grade_id:
            return []
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(changes)
        return [
            *self._get_before_blocks(changes, reasons),
            *self._get_timeline_blocks(changes, reasons),
        ]

    def _get_before_blocks(self, changes, reasons):
        """Return the grade held before, and why it was lost or left."""
        current, earlier = changes[:1], changes[1:2]
        grade = earlier.grade_id if earlier else current.from_grade_id
        if not grade:
            return []
        start, end = earlier.date_applied, fields.Date.subtract(current.date_applied, days=1)
        names = {
            "grade": grade.code,
            "start": format_date(self.env, start),
            "end": format_date(self.env, end),
        }
        if start and start <= end:
            text = self.env._("%(grade)s from %(start)s to %(end)s", **names)
        else:
            text = self.env._("%(grade)s until %(end)s", **names)
        # With another policy, that is why.
        same = earlier and earlier.policy_id == current.policy_id
        left = self._get_left_text(current) if same else ""
        if reason := join_list(self.env, [reasons[current], left]):
            text = self.env._("%(before)s. Then: %(reason)s", before=text, reason=reason)
        return [make_block(self.env._("Before"), text=text)]

    # ------------------------------------------------------------------ timeline

    def _get_timeline_blocks(self, changes, reasons):
        """Return the timeline: from, until, why, by whom."""
        if len(changes) < 2:
            return []
        columns = [
            self.env._("Until now"),
            self.env._("Since"),
            self.env._("Until"),
            self.env._("Why"),
            self.env._("Given by"),
        ]
        rows = [self._get_timeline_row(change, reasons[change] or "") for change in changes]
        return [make_block(columns[0], columns, rows)]

    def _get_timeline_row(self, change, reason):
        grade, end = change.grade_id, change.date_end
        name = grade.name if grade.name != grade.code else ""
        if change.merged_from:
            merged = self.env._("merged from %s", change.merged_from)
            reason = f"{reason} ({merged})" if reason else merged
        user = change.decided_by_id or change.user_id
        texts = [
            name if grade else self.env._("Not graded"),
            format_date(self.env, change.date_applied),
            format_date(self.env, end) if end else self.env._("today"),
        ]
        cells = [{"text": text, "nowrap": True} for text in texts]
        cells[0]["badge"] = make_badge(grade)
        given = " · ".join(filter(None, [user.name, change.policy_id.display_name]))
        return make_row(None, *cells, reason, given, muted=change.is_aside)

    # ------------------------------------------------------------------ what left its period

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
        lost = explanation.get_lost_rule(change.from_grade_id)
        for gap in explanation.get_gaps(lost) if lost else ():
            criterion = gap.condition.criterion_id
            distance = explanation.get_distance(gap.condition) or 0
            if distance <= 0 or not criterion._is_moving() or Explanation._hides(criterion):
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
        counts = measure.aggregate == "count"
        needed = [measure.date_field] if counts else [measure.date_field, value or ""]
        stored = all(name in model._fields and model._fields[name].store for name in needed)
        if not stored or measure.rate_field:
            return 0, None, None
        if measure.subject == "partner":
            record = record._get_customer()
        scope = (
            self.env["customer.grading.engine"]
            .sudo()
            ._get_scope(explanation.policy, explanation.company, explanation.date, record.ids)
        )
        first = criterion._get_bounds(scope)[0][0]
        start, end = first - relativedelta(months=LEFT_MONTHS), first - relativedelta(days=1)
        domain = measure._get_documents_domain(criterion, record, scope, dated=False)
        domain &= measure._get_date_domain(start, end, scope)
        total = "__count" if counts else f"{value}:sum"
        day = measure.date_field
        [row] = model._read_group(domain, [], [total, f"{day}:min", f"{day}:max"])
        return row

    def _get_left_sentence(self, criterion, amount, start, end):
        names = {
            "amount": criterion._format_value(amount, "down"),
            "period": criterion._get_period_text(),
            "month": format_date(self.env, start, date_format="MMMM y"),
            "start": format_date(self.env, start),
            "end": format_date(self.env, end),
        }
        if (start.year, start.month) == (end.year, end.month):
            return self.env._("%(amount)s of %(month)s left the %(period)s", **names)
        return self.env._("%(amount)s of %(start)s to %(end)s left the %(period)s", **names)
