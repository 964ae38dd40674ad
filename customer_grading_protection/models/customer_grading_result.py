from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGradingResult(models.Model):
    """Says of whom is to be given up whether there is a report, and takes reports along in a merge."""

    _inherit = "customer.grading.result"

    evaluation_report_id = fields.Many2one(
        "customer.grading.evaluation.report",
        "Evaluation report",
        compute="_compute_evaluation_report_id",
    )
    evaluation_state = fields.Selection(
        "_get_report_states",
        "Report",
        compute="_compute_evaluation_report_id",
        search="_search_evaluation_state",
    )

    @api.model
    def _get_report_states(self):
        state = self.env["customer.grading.evaluation.report"]._fields["state"]
        return state._description_selection(self.env)

    def _compute_evaluation_report_id(self):
        """Find the latest report of each that the user may see, by one query."""
        Report = self.env["customer.grading.evaluation.report"]
        fields_of_kinds = [name for name in self._get_subject_fields() if name in Report._fields]
        about = Domain.OR(Domain(name, "in", self[name].ids) for name in fields_of_kinds)
        latest = {}
        for report in Report.search(about, order="id"):
            latest[report._get_subject()] = report
        for result in self:
            report = latest.get(result._get_subject(), Report)
            result.evaluation_report_id, result.evaluation_state = report, report.state

    @api.model
    def _search_evaluation_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = [state for state in value if state]
        found = self._get_reported_domain(states) if states else Domain.FALSE
        return found | ~self._get_reported_domain() if False in value else found

    @api.model
    def _get_reported_domain(self, states=()):
        """Return whose latest report is in one of ``states``; who has any, without these."""
        self.env["customer.grading.evaluation.report"].flush_model(["state"])
        domain = Domain.FALSE
        for name in ("partner_id", "lead_id"):
            latest = SQL(
                "(SELECT latest.about FROM (SELECT DISTINCT ON (%(field)s) %(field)s AS about, state"
                " FROM customer_grading_evaluation_report WHERE %(field)s IS NOT NULL"
                " ORDER BY %(field)s, id DESC) latest WHERE %(asked)s)",
                field=SQL.identifier(name),
                asked=SQL("latest.state IN %s", tuple(states)) if states else SQL("TRUE"),
            )
            domain |= Domain(name, "in", latest)
        return domain

    def action_evaluation_report(self):
        """Open the latest report about the customer or opportunity, or a new one."""
        self.ensure_one()
        self.check_access("read")
        if self.evaluation_report_id:
            return self.evaluation_report_id._get_records_action()
        return self._get_subject()._get_report_action()

    @api.model
    def _settle_merge(self, sources, target):
        """Reports about merged records are about the one that stays."""
        field = target._grading_result_field
        Report = self.env["customer.grading.evaluation.report"].sudo()
        if field in Report._fields:
            kept = target._get_graded() or target
            Report.search([(field, "in", sources.ids)])[field] = kept
        return super()._settle_merge(sources, target)
