import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """Renews follow-ups once grades are in effect: everybody's by night, else of who was graded."""

    _inherit = "customer.grading.run"

    def _grade(self, commit, subject_ids):
        """Renew them in a step of its own, which undoes no grade where others keep it from being done."""
        super()._grade(commit, subject_ids)
        if self.state != "done" or not self._has_follow_ups():
            return
        try:
            self._try(self._renew_follow_ups, commit, subject_ids)
            if subject_ids is None:
                self._try(self._plan_follow_ups, commit, commit)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not commit:
                raise
            self.env.cr.rollback()
            _logger.info("Follow-ups of %s are left to the next run.", self.dimension_id.code)

    @api.model
    def _after_queue(self):
        """Renew what no run does: grades last longer than the policy that gave them."""
        done = super()._after_queue()
        if self.env["customer.grading.cadence"]._is_any():
            self.env["customer.grading.follow.up.engine"].sudo()._renew_unattended()
        return done

    def _has_follow_ups(self):
        if not self.env["customer.grading.cadence"]._is_any():
            return False
        engine = self.env["customer.grading.follow.up.engine"]
        return self.dimension_id.sudo() in engine._get_followed()

    def _plan_follow_ups(self, commit):
        planner = self.env["customer.grading.follow.up.planner"].sudo()
        planner._plan(self.dimension_id.sudo(), self.company_id, commit)

    def _renew_follow_ups(self, subject_ids):
        engine = self.env["customer.grading.follow.up.engine"]
        engine._renew(self.dimension_id.sudo(), self.company_id, subject_ids)
