from odoo import models


class CustomerGradingResult(models.Model):
    """Takes along what was answered, where customers or opportunities are merged."""

    _inherit = "customer.grading.result"

    def _settle_merge(self, sources, target):
        """Who wrote to a merged record waits on the one that stays; its history is kept there."""
        field = target._grading_result_field
        Case = self.env["customer.grading.deadline.case"].sudo()
        of_sources = [(field, "in", sources.ids)]
        waiting = Case.search([*of_sources, ("date_met", "=", False)])
        waiting.activity_id.unlink()
        waiting.unlink()
        results = self.search(of_sources)
        self.env.flush_all()
        for result in results:
            told = (Case._table, "deadline_id", "date_start")
            self.env.cr.execute(self._get_moving_sql(*told, result, field, target))
        done = super()._settle_merge(sources, target)
        if kept := results.exists():
            self.env.cr.execute(self._get_naming_sql(Case._table, field, kept))
        Case.invalidate_model(flush=False)
        return done
