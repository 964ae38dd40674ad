from odoo import api, models


class CustomerGradingCreditForm(models.AbstractModel):
    """The paper of a credit proposal: customer, points, figures, and who approved."""

    _name = "report.customer_grading_credit.report_proposal"
    _description = "Credit Form"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the form is written from; who may not see a proposal prints none."""
        docs = self.env["customer.grading.credit.proposal"].browse(docids)
        docs.check_access("read")
        return {
            "doc_ids": docs.ids,
            "doc_model": docs._name,
            "docs": docs,
            "rows": {doc: doc._get_rows() for doc in docs},
            "lines": {doc: doc._get_signature_lines() for doc in docs},
        }
