from odoo import api, models
from odoo.addons.customer_grading.models.policy.customer_grading_rule import (
    ASKED_FIELDS,
    LEVEL_OPERATORS,
)
from odoo.tools import SQL

# What tells a record of a version from its copy in the next one, though both ask the same.
OWN_FIELDS = {"policy_id", "company_id", "criterion_id", "parent_id", "sequence", "name", "key"}
UNWANTED = ("none", "at_most", "until")  # groups whose lines had better not be met


class CustomerGradingRule(models.Model):
    """Counts a condition as met for whom it is waived."""

    _inherit = "customer.grading.rule"

    @api.depends("text", "root_id.grade_id.code")
    @api.depends_context("lang", "company")
    def _compute_display_name(self):
        """Name a condition by the grade that asks it."""
        for rule in self:
            rule.display_name = rule.text
            if grade := rule.root_id.grade_id:
                rule.display_name = self.env._(
                    "%(grade)s: %(condition)s", grade=grade.code, condition=rule.text
                )

    def _combine_sql(self, children, values):
        """Let a condition hold for whom it is waived, whatever its value is, unknown too.

        One that had better not hold, as in a group of none, does not.
        """
        holds = super()._combine_sql(children, values)
        waived = values.get(self)
        if not waived:
            return holds
        if self._is_wanted():
            return SQL("(%s OR %s)", waived, holds)
        return SQL("(NOT %s AND %s)", waived, holds)

    def _is_wanted(self):
        """Whether it helps to the grade that the condition holds."""
        wanted, above = True, self.parent_id
        while above:
            wanted ^= above.kind in UNWANTED
            above = above.parent_id
        return wanted

    def _get_asked_key(self):
        """Return what the condition asks, for which grade.

        It is the same in another version of the policy, as long as grade, comparison, limit, and
        all that its criterion measures and counts are.
        """
        line = self.sudo().with_context(lang=None)
        criterion = line.criterion_id
        asked = [line[name] for name in ASKED_FIELDS if name not in ("criterion_id", "level_id")]
        level = None  # by its place; one that is left of another comparison asks nothing
        if line.operator in LEVEL_OPERATORS and line.level_id in criterion.band_ids:
            level = list(criterion.band_ids).index(line.level_id)
        return (line.root_id.grade_id.id, *asked, level, self._get_content(criterion))

    def _get_content(self, records):
        """Return all that is stored of criteria, of their levels and parts, but what is their own."""
        fields = records._fields.values()
        names = [
            field.name
            for field in fields
            if field.store
            and field.type != "one2many"
            and field.name not in OWN_FIELDS | set(models.MAGIC_COLUMNS)
        ]
        content = tuple(tuple(record[name] for name in names) for record in records)
        if records._name == "customer.grading.criterion":
            for below in (records.band_ids, records.child_ids):
                content += self._get_content(below) if below else ()
        return content
