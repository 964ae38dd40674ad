import logging

from odoo import api, models

from .customer_grading_deadline_engine import FEW

_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """Renews what is waited for once grades are in effect: by night everybody's."""

    _inherit = "customer.grading.run"

    def _grade(self, commit, subject_ids):
        """Renew it in a step of its own: whatever keeps it from being done undoes no grade."""
        super()._grade(commit, subject_ids)
        if self.state != "done" or not self._has_deadlines():
            return
        try:
            self._renew_deadlines(subject_ids)
            if commit:
                self.env["ir.cron"]._commit_progress()
        except Exception:
            if not commit:
                raise
            self.env.cr.rollback()
            _logger.exception("Deadlines of %s are left to the next run.", self.dimension_id.code)

    def _after_changes(self):
        """Renew it where the moves of a run are applied, or taken back, by somebody."""
        if not self.env.context.get("follows_later") and self._has_deadlines():
            field = self.dimension_id._get_subject_kind().field
            Change = self.env["customer.grading.change"].sudo()
            moved = Change.search_fetch(self._get_changes_domain(), [field], limit=FEW + 1)
            self._renew_deadlines(moved[field].ids if len(moved) <= FEW else None)
        return super()._after_changes()

    @api.model
    def _after_queue(self):
        """Renew what no run did: grades last longer than the policy that gave them."""
        done = super()._after_queue()
        if self.env["customer.grading.deadline"]._is_any():
            self.env["customer.grading.deadline.engine"].sudo()._renew_unattended()
        return done

    def _has_deadlines(self):
        if not self.env["customer.grading.deadline"]._is_any():
            return False
        return self.dimension_id.sudo() in self.env["customer.grading.deadline.engine"]._get_asked()

    def _renew_deadlines(self, subject_ids):
        engine = self.env["customer.grading.deadline.engine"].sudo()
        engine._renew(self.dimension_id.sudo(), self.company_id, subject_ids)
