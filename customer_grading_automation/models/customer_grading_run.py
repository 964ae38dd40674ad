import logging

from odoo import fields, models
from odoo.fields import Domain

BATCH = 1_000  # changes for which rules run in one transaction

_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """Runs automation rules for the changes of a run, batch by batch, once they are in effect."""

    _inherit = "customer.grading.run"

    automated_change_id = fields.Integer(
        readonly=True, copy=False, help="The last change for which rules were run."
    )

    def _grade(self, commit, subject_ids):
        """Run the rules in a step of its own: whatever keeps it from being done undoes no grade."""
        super(CustomerGradingRun, self.with_context(automates_later=True))._grade(
            commit, subject_ids
        )
        if self.state != "done":
            return
        try:
            self._run_automation_rules(commit)
        except Exception:
            if not commit:
                raise
            self.env.cr.rollback()
            _logger.exception("Automation rules of %s were not all run.", self.display_name)

    def _after_changes(self):
        """Run them where the moves of a run are applied, or taken back, by somebody."""
        if not self.env.context.get("automates_later"):
            self._run_automation_rules()
        return super()._after_changes()

    def _run_automation_rules(self, commit=False):
        if not self.env["base.automation"]._get_grade_rule_ids():
            return
        while self._try(self._run_rules_of_batch, commit):
            pass

    def _run_rules_of_batch(self):
        """Run the rules for the next changes in effect, and return whether there may be more."""
        Change = self.env["customer.grading.change"].sudo()
        new = Domain("id", ">", self.automated_change_id) & Domain("state", "=", "applied")
        changes = Change.search(self._get_changes_domain() & new, order="id", limit=BATCH)
        if changes:
            self.env["customer.grading.automation"]._run_rules(changes)
            self._note({"automated_change_id": changes[-1].id})
        return len(changes) == BATCH
