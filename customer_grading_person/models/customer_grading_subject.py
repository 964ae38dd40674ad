from odoo import api, models

from ..tools.person import PERSON


class CustomerGradingSubject(models.AbstractModel):
    _inherit = "customer.grading.subject"

    @api.model
    def _get_unused_fields(self):
        """Show contacts where only people are graded, too."""
        unused = super()._get_unused_fields()
        if PERSON.field in unused and self.env["customer.grading.dimension"]._is_used(PERSON.name):
            return tuple(name for name in unused if name != PERSON.field)
        return unused
