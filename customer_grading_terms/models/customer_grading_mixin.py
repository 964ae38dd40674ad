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
        dimension = self._get_main_dimension() if self._grading_subject else False
        given = {}
        if dimension:
            given = self.env["customer.grade"]._get_benefits_of(dimension, self.env.company)
        texts = {grade.id: grade._join_benefits(given[grade]) for grade in given}
        for record in self:
            grade = record[self._grading_grade_field] if given else False
            record.grade_benefits = texts.get(grade.id) if grade else False
