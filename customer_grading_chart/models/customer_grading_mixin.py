from odoo import models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import AccessError


class CustomerGradingMixin(models.AbstractModel):
    """Tells the grades of a record over time."""

    _inherit = "customer.grading.mixin"

    def get_grade_line(self, dimension_id, whole=False):
        """Return the grades that the record had, and its points, as they are drawn.

        Points are known of the days on which something changed, and of the last evaluation.
        They are told to who may see the figures.

        :param whole: from the first grade on; else the last :data:`SHOWN_MONTHS`
        :return: see ``customer.grading.grade.line``; empty where there is nothing to tell
        :raise AccessError: where the user may not see the record, or grades
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("You may not see grades. Ask an administrator."))
        dimensions = [
            dimension
            for kind in self._get_graded_kinds()
            for dimension in self.env["customer.grading.dimension"]._get_visible(kind)
            if dimension.id == dimension_id
        ]
        if not dimensions:
            return {}
        [dimension] = dimensions
        graded = self.sudo()._get_graded(dimension.subject)
        View = self.env["customer.grading.explanation.view"]
        result = View._get_result(graded, dimension, self.env.company)
        return self.env["customer.grading.grade.line"]._get_line(result, whole) if result else {}
