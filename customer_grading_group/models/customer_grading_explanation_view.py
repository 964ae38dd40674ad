from odoo import models

from ..tools.group import GROUP


class CustomerGradingExplanationView(models.AbstractModel):
    _inherit = "customer.grading.explanation.view"

    def _get_dimension_view(self, record, dimension):
        """Leave out the dimensions that grade other groups."""
        if record._name == GROUP.model and record.dimension_id != dimension:
            return None
        return super()._get_dimension_view(record, dimension)
