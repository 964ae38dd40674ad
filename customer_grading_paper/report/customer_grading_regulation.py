from odoo import models


class CustomerGradingRegulation(models.AbstractModel):
    """A policy as the regulation that it is: numbered, in words, signed."""

    _name = "report.customer_grading_paper.report_regulation"
    _inherit = ["customer.grading.paper"]
    _description = "Grading Regulation"

    _paper_model = "customer.grading.policy"

    def _get_sheets(self, docs):
        return [{"policy": policy} for policy in docs]
