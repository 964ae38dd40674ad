from odoo import models
from odoo.fields import Domain

from .customer_grading_grant import HELD


class CustomerGradingResult(models.Model):
    """Gives back what merged records were given, before they are one."""

    _inherit = "customer.grading.result"

    def _settle_merge(self, sources, target):
        """Odoo merges what people had set; what grades gave would be taken for that.

        The ledger of the merged ones goes to the one that stays; what its grade gives is
        its own, or is given to it in the next night.
        """
        field = target._grading_result_field
        Grant = self.env["customer.grading.grant"].sudo()
        if field in Grant._fields:
            of_sources = Grant.search(Domain(field, "in", sources.ids))
            of_sources.filtered(lambda one: one.state in ("waiting", "refused")).unlink()
            held = of_sources.exists().filtered(lambda one: one.state in HELD)
            held.ends = True
            held.env["customer.grading.terms.giver"]._carry_out(held)
            of_sources.exists()[field] = target._get_graded() or target
        return super()._settle_merge(sources, target)
