from contextlib import closing

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.columns import VALUES
from ..policy.customer_grading_measure import NUMERIC_UNITS

STATISTICS = 5  # a criterion: known, lowest, middle, highest, at or above the best level
MOST_STEPS = 1_000  # of a distribution; of more values every n-th is told


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

    # ------------------------------------------------------------------ who reaches a limit

    def get_distribution(self, vals=None):
        """Return how many reach which value today: a form counts with it while a limit is typed.

        :param vals: what the form holds that is not saved yet; nothing of it is kept
        :return: ``[[value, number with at least that], ...]``, highest first; empty where there
            is no number, or one that is kept from the user
        :raise AccessError: for who may not write policies: it tells of figures
        """
        self.check_access("write")
        with closing(self.env.cr.savepoint()):
            criterion = self
            if vals and self:
                self.write(vals)
            elif vals:
                criterion = self.create(vals)
            criterion.check_access("write")  # also of what was written
            criterion.policy_id.check_access("write")
            return criterion._get_steps()

    def _get_steps(self):
        policy, engine = self.policy_id.sudo(), self.env["customer.grading.engine"]
        hidden = self.env["customer.grading.explanation"]._hides(self)
        looked_at = self if self.kind == "measure" else policy.criterion_ids
        if self.unit not in NUMERIC_UNITS or hidden or any(c._get_problems() for c in looked_at):
            return []
        policy.dimension_id._check_seen_whole()
        company = policy._get_try_on_company()
        scope = engine._get_scope(policy, company, engine._get_today(company))
        if self.kind == "measure":
            value = self._get_value_sql(SQL.identifier(VALUES, f"v{self.id}"), scope)
            values, joins = engine._get_values_sql(policy, scope, self), SQL()
        else:
            table = SQL.identifier("customer_grading_distribution")
            scope = engine._create_values(policy, scope, table)
            terms, joins = engine._get_terms(policy, scope)
            value, values = terms[self].value, SQL("SELECT * FROM %s", table)
        statement = SQL(
            """
            SELECT value::float, reach::integer
              FROM (SELECT value, SUM(COUNT(*)) OVER (ORDER BY value DESC) AS reach,
                           ROW_NUMBER() OVER (ORDER BY value DESC) AS step,
                           COUNT(*) OVER () AS steps
                      FROM (SELECT %(value)s AS value FROM (%(values)s) %(raw)s %(joins)s) found
                     WHERE value IS NOT NULL
                     GROUP BY value) reached
             WHERE MOD(step, CEIL(steps / %(most)s::float)::integer) = 0 OR step IN (1, steps)
             ORDER BY value DESC
            """,
            value=value,
            values=values,
            raw=SQL.identifier(VALUES),
            joins=joins,
            most=MOST_STEPS,
        )
        return [list(step) for step in self.env.execute_query(statement)]
