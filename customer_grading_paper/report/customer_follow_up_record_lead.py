from odoo import models


class CustomerFollowUpRecordLead(models.AbstractModel):
    """The same record, of opportunities."""

    _name = "report.customer_grading_paper.report_follow_up_record_lead"
    _inherit = ["report.customer_grading_paper.report_follow_up_record"]
    _description = "Follow-up Record of Opportunities"

    _paper_model = "crm.lead"
    _numbered_as = "customer_grading_paper.report_follow_up_record"

    def _get_subjects(self, docs):
        return docs
