from odoo import api, models
from odoo.exceptions import ValidationError


class CustomerGradingResult(models.Model):
    _name = "customer.grading.result"
    _inherit = ["customer.grading.group.subject", "customer.grading.result"]

    _group_uniq = models.UniqueIndex(
        "(group_id, dimension_id, COALESCE(company_id, 0)) WHERE group_id IS NOT NULL"
    )

    @api.constrains("group_id", "dimension_id")
    def _check_group_dimension(self):
        for result in self.filtered("group_id"):
            if result.group_id.dimension_id != result.dimension_id:
                raise ValidationError(
                    self.env._(
                        "“%(group)s” is graded by “%(dimension)s” alone: choose that dimension.",
                        group=result.group_id.display_name,
                        dimension=result.group_id.dimension_id.name,
                    )
                )
