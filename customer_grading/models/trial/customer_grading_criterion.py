from odoo import api, fields, models
from odoo.tools import SQL

from ..policy.customer_grading_measure import NUMERIC_UNITS

STATISTICS = 5  # a criterion: known, lowest, middle, highest, at or above the best level


class CustomerGradingCriterion(models.Model):
    """Says of how many customers a criterion was known in the last try-on, and its values."""

    _inherit = "customer.grading.criterion"

    known_label = fields.Char("Values known", compute="_compute_known")
    known_text = fields.Char("In the last try-on", compute="_compute_known")

    @api.depends("policy_id")
    @api.depends_context("lang")
    def _compute_known(self):
        self.known_label = self.known_text = False
        for policy, criteria in self.grouped("policy_id").items():
            statistics = policy._origin._get_known_statistics() if policy._origin else {}
            for criterion in criteria:
                known = statistics.get("criteria", {}).get(str(criterion._origin.id))
                if known:
                    criterion._set_known(statistics["total"], *known)

    def _set_known(self, total, known, lowest, middle, highest, best, limit):
        share = self.env["customer.grading.trial"]._format_share(known, total) or "0 %"
        self.known_label = share
        self.known_text = self.env._(
            "Values known for %(known)s of %(total)s (%(share)s).",
            known=self._format_number(known),
            total=self._format_number(total),
            share=share,
        )
        if lowest is None:
            return
        self.known_text += " " + self.env._(
            "Lowest %(lowest)s, middle %(middle)s, highest %(highest)s.",
            lowest=self._format_value(lowest),
            middle=self._format_value(middle),
            highest=self._format_value(highest),
        )
        if best is not None:
            self.known_text += " " + self.env._(
                "%(count)s at or above %(value)s.",
                count=self._format_number(best),
                value=self._format_value(limit),
            )

    def _get_highest_limit(self):
        """Return the highest number that a level, or a requirement, asks for, or ``None``."""
        limits = self.rule_line_ids.filtered(lambda line: line.operator in ("ge", "gt"))
        values = limits.mapped("value")
        if self.band_by == "value" and not limits:
            values = self.band_ids.mapped("lower")
        return max(values, default=None)

    def _get_statistics(self, trial):
        """Return ``(number of subjects, {criterion: its statistics})`` of a try-on's lines.

        They are the number known; lowest, middle and highest value; how many reach the
        highest limit that is asked for, and that limit. Those that do not fit are ``None``.
        """
        policy = trial.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        terms, joins = engine._get_terms(policy, trial._get_scope())
        columns = [SQL("COUNT(*)")]
        for criterion in self:
            columns += criterion._get_statistics_columns(terms[criterion].value)
        kept = engine._get_kept_values_sql(
            policy, self.env["customer.grading.trial.line"], SQL("kept.trial_id = %s", trial.id)
        )
        [[total, *numbers]] = self.env.execute_query(
            SQL("SELECT %s FROM (%s) raw %s", SQL(", ").join(columns), kept, joins)
        )
        return total, {
            criterion: [
                None if number is None else float(number)
                for number in (
                    *numbers[position * STATISTICS : (position + 1) * STATISTICS],
                    criterion._get_highest_limit(),
                )
            ]
            for position, criterion in enumerate(self)
        }

    def _get_statistics_columns(self, value):
        known = SQL("COUNT(%s)", value)
        if self.unit not in NUMERIC_UNITS:
            return [known, *[SQL("NULL")] * (STATISTICS - 1)]
        limit = self._get_highest_limit()
        reached = SQL("NULL")
        if limit is not None:
            reached = SQL("COUNT(*) FILTER (WHERE %s >= %s)", value, limit)
        middle = SQL("PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY %s)", value)
        return [known, SQL("MIN(%s)", value), middle, SQL("MAX(%s)", value), reached]
