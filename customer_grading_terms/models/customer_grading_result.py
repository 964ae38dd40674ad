from odoo import api, models
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
        if field in self.env["customer.grading.grant"]._fields:
            self._give_back(sources)[field] = target._get_graded() or target
        return super()._settle_merge(sources, target)

    @api.model
    def _give_back(self, records):
        """Give back what records were given; return the rows of their ledger.

        What cannot be given back stays with them as if somebody had set it.
        """
        Grant = self.env["customer.grading.grant"].sudo()
        own = Grant.search(Domain(records._grading_result_field, "in", records.ids))
        own.filtered(lambda one: one.state in ("waiting", "refused")).unlink()
        held = own.exists().filtered(lambda one: one.state in HELD)
        held.ends = True
        giver = Grant.env["customer.grading.terms.giver"]
        giver._carry_out(held)
        giver._end(held.filtered(lambda one: one.state in HELD), "ended_kept")
        return own.exists()
