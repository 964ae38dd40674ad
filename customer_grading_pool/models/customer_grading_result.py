from odoo import models
from odoo.fields import Domain


class CustomerGradingResult(models.Model):
    """Takes along what the pool knows, where customers or opportunities are merged."""

    _inherit = "customer.grading.result"

    def _settle_merge(self, sources, target):
        """History and protections go to the one that stays; reminders of the others are closed.

        Of several in the pool the one that stays is there once.
        """
        field = target._grading_result_field
        if field not in self.env["customer.grading.pool.entry"]._fields:
            return super()._settle_merge(sources, target)
        of_sources = Domain(field, "in", sources.ids)
        notices = self.env["customer.grading.pool.notice"].sudo()
        notices.search([(f"result_id.{field}", "in", sources.ids)])._close()
        kept = target._get_graded() or target
        Entry = self.env["customer.grading.pool.entry"].sudo()
        own = Domain(field, "in", [*sources.ids, *kept.ids])
        waiting = Entry.search(own & Domain("state", "=", "pool"))
        waiting[1:].write({"state": "returned", "date_back": Entry._get_today()})
        self.env.flush_all()
        Entry.search(of_sources)[field] = kept
        self.env["customer.grading.pool.protection"].sudo().search(of_sources)[field] = kept
        return super()._settle_merge(sources, target)
