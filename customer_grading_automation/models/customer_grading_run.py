from odoo import fields, models
from odoo.fields import Domain

BATCH = 1_000  # changes for which rules run in one transaction


class CustomerGradingRun(models.Model):
    """Runs automation rules for the changes of a run, batch by batch, once they are in effect."""

    _inherit = "customer.grading.run"

    automated_change_id = fields.Integer(
        readonly=True, copy=False, help="The last change for which rules were run."
    )

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._run_automation_rules]

    def _run_automation_rules(self, commit, _subject_ids):
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
