from odoo import models
from odoo.fields import Domain

SHOWN = 12  # entries of the timeline on the sheet; the button History shows all


class CustomerGradingSheet(models.AbstractModel):
    """The timeline on the sheet, and what people decided other than a grade."""

    _inherit = "customer.grading.sheet"

    def _get_before_blocks(self, result):
        """Return the grade held before, then the timeline: from, until, why, by whom."""
        return [*super()._get_before_blocks(result), *self._get_timeline_blocks(result)]

    def _get_timeline_blocks(self, result):
        changes = (
            self.env["customer.grading.change"]
            .sudo()
            .search(
                Domain("result_id", "=", result.id)
                & Domain("state", "=", "applied")
                & self._get_lasting_domain(),
                order="date_applied desc, id desc",
                limit=SHOWN,
            )
        )
        if len(changes) < 2:
            return []
        reasons = self.env["customer.grading.explanation"]._get_reason_text(changes)
        columns = [
            self.env._("Until now"),
            self.env._("Since"),
            self.env._("Until"),
            self.env._("Why"),
            self.env._("Given by"),
        ]
        rows = [self._get_timeline_row(change, reasons[change]) for change in changes]
        return [self._prepare_block(self.env._("Until now"), columns, rows)]

    @staticmethod
    def _get_lasting_domain():
        """Return the changes that lasted a day at least: others were replaced the same day."""

        def to_sql(model, alias, query):
            end = model._field_to_sql(alias, "date_end", query)
            start = model._field_to_sql(alias, "date_applied", query)
            return model.env["customer.grading.change"]._get_lasting_sql(start, end)

        return Domain.custom(to_sql=to_sql)

    def _get_timeline_row(self, change, reason):
        badge = self._get_badge(change.grade_id)
        name = change.grade_id.name if change.grade_id.name != change.grade_id.code else ""
        return self._prepare_row(
            None,
            {"text": name if badge else self.env._("Not graded"), "badge": badge, "nowrap": True},
            {"text": self._format_date(change.date_applied), "nowrap": True},
            {"text": self._get_end_text(change), "nowrap": True},
            self._get_timeline_reason(change, reason),
            self._get_author_text(change),
            muted=change.is_aside,
        )

    def _get_end_text(self, change):
        return self._format_date(change.date_end) if change.date_end else self.env._("today")

    def _get_timeline_reason(self, change, reason):
        """Return why, and of whom it was where records were merged."""
        if not change.merged_from:
            return reason or ""
        merged = self.env._("merged from %s", change.merged_from)
        return f"{reason} ({merged})" if reason else merged

    def _get_author_text(self, change):
        """Return who decided, and the policy of the time in its version."""
        user = change.decided_by_id or change.user_id
        return " · ".join(filter(None, [user.name, change.policy_id.display_name]))

    # ------------------------------------------------------------------ by hand

    def _get_manual_text(self, result):
        """Return also that a grade is frozen, or that the customer is excluded."""
        if not result.manual_kind:
            return super()._get_manual_text(result)
        names = {
            "grade": result.grade_id.code or self.env._("not graded"),
            "user": result.manual_user_id.name,
            "reason": result.manual_reason,
            "until": self._format_date(result.manual_until),
            "computed": result.computed_grade_id.code or self.env._("not graded"),
        }
        if result.manual_kind == "freeze":
            return self._get_frozen_text(result, names)
        if result.manual_until:
            return self.env._(
                "Excluded from grading until %(until)s by %(user)s: “%(reason)s”. "
                "Computed: %(computed)s.",
                **names,
            )
        return self.env._(
            "Excluded from grading by %(user)s: “%(reason)s”. Computed: %(computed)s.", **names
        )

    def _get_frozen_text(self, result, names):
        if result.manual_until:
            return self.env._(
                "Frozen at %(grade)s until %(until)s by %(user)s: “%(reason)s”. "
                "Computed: %(computed)s.",
                **names,
            )
        return self.env._(
            "Frozen at %(grade)s by %(user)s: “%(reason)s”. Computed: %(computed)s.", **names
        )

    def _get_state_text(self, result, policies):
        """Say nothing of missing data where somebody decided that none is asked for."""
        if result.manual_kind == "exclude":
            return ""
        return super()._get_state_text(result, policies)
