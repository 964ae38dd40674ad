from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

CHANGED = 90  # progress in percent, once all changes are made


class CustomerGradingRun(models.Model):
    """Tells those who decide what waits for them."""

    _inherit = "customer.grading.run"

    def _apply_changes(self, commit=False, subject_ids=None):
        """Also tell those who decide what waits for them now, once a run."""
        result = super()._apply_changes(commit, subject_ids)
        if self.mode != "on_demand":
            self._finish_step(commit, CHANGED)
            self._tell_deciders(commit)
        return result

    def _tell_deciders(self, commit):
        """Tell those who decide; who is always in the way decides, and tells them himself."""
        try:
            self._try(self.policy_id._tell_deciders, commit)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not commit:
                raise
            self.env.cr.rollback()

    # ------------------------------------------------------------------ undo

    def _undo(self, commit=False):
        result = super()._undo(commit)
        self._tell_deciders(commit)
        return result
