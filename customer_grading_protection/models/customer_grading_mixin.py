from odoo import models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.exceptions import RedirectWarning


class CustomerGradingMixin(models.AbstractModel):
    """Keeps who is graded from being given up without a report, where the grade asks for one."""

    _inherit = "customer.grading.mixin"

    def _check_giving_up(self):
        """Raise where one of these would be given up without an approved report.

        Odoo's own work as the superuser, such as merging, is no giving up.

        :raise RedirectWarning: naming one, with a button that writes its report
        """
        # Where nothing was ever graded, Odoo's merging of opportunities takes no query more.
        is_used = self.env["customer.grading.dimension"]._is_used(self._grading_subject)
        if self.env.su or not is_used:
            return
        asking = self.env["customer.grade"]._get_ids_with("report_before_giving_up")
        if not asking:
            return
        field = self._grading_result_field
        held = [(field, "in", self.ids), ("grade_id", "in", asking)]
        kept = self.env["customer.grading.result"].sudo().search(held)[field]
        Report = self.env["customer.grading.evaluation.report"].sudo()
        missing = kept - Report._get_valid(kept)[field] if kept else kept
        if missing:
            raise missing[0].with_env(self.env)._get_report_warning()

    def _get_report_warning(self):
        message = self.env._(
            "“%s” is not given up without an evaluation report: its grade asks for one that was "
            "approved within the last 3 months. Write the report and file it; once it is "
            "approved, try again.",
            self.display_name,
        )
        return RedirectWarning(message, self._get_report_action(), self.env._("Write the report"))

    def _get_report_action(self):
        """Return the action that opens the report in progress, or a new one."""
        Report = self.env["customer.grading.evaluation.report"]
        field = self._grading_result_field
        own = [(field, "in", self.ids), ("state", "in", ("draft", "filed"))]
        report = Report.search(own, limit=1)
        context = {f"default_{field}": self.id}
        name = self.env._("Evaluation report")
        return open_window(name, Report._name, res_id=report.id, context=context)

    def action_evaluation_report(self):
        """Open the evaluation report of this customer or opportunity that is in progress, or a new one.

        :raise AccessError: for who may not see the record
        """
        self.ensure_one()
        self.check_access("read")
        return self._get_graded()[:1]._get_report_action()
