from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP


class CustomerGradingMixin(models.AbstractModel):
    """Shows what the grade of a record gives."""

    _inherit = "customer.grading.mixin"

    grade_benefits = fields.Text(
        "What the grade gives", compute="_compute_grade_benefits", groups=USER_GROUP
    )

    @api.model
    def _get_grading_fields(self):
        return [*super()._get_grading_fields(), "grade_benefits"]

    @api.depends_context("company", "uid", "lang")
    @api.depends(lambda self: (self._grading_key_field,) if self._grading_subject else ())
    def _compute_grade_benefits(self):
        told = self._get_benefits_told() if self._grading_subject else {}
        for record in self:
            record.grade_benefits = "\n".join(told.get(record._get_grading_key(), ())) or False

    def _get_benefits_told(self):
        """Return ``{key: lines}``: what the grades give in the dimensions that the user may see.

        The main one comes first; of several, each line begins with the name of its dimension.
        """
        visible = self.env["customer.grading.dimension"]._get_visible(self._grading_subject)
        dimensions = visible.filtered("grade_ids.benefit_ids")
        told = defaultdict(list)
        for dimension in dimensions:
            given = self.env["customer.grade"]._get_benefits_of(dimension, self.env.company)
            texts = {grade: grade._join_benefits(some) for grade, some in given.items() if some}
            for key, result in self._get_shown_results(dimension).items():
                if text := texts.get(result.grade_id):
                    told[key].append(
                        text
                        if len(dimensions) == 1
                        else self.env._(
                            "%(dimension)s: %(benefits)s",
                            dimension=dimension.with_env(self.env).sudo().name,
                            benefits=text,
                        )
                    )
        return told
