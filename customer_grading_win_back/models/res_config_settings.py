from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_grading_reason_required = fields.Boolean(
        related="company_id.customer_grading_reason_required", readonly=False
    )
    customer_grading_second_days = fields.Integer(
        related="company_id.customer_grading_second_days", readonly=False
    )
    customer_grading_few_contacts = fields.Integer(
        related="company_id.customer_grading_few_contacts", readonly=False
    )
    customer_grading_usual_by = fields.Selection(
        related="company_id.customer_grading_usual_by", readonly=False, required=True
    )
    customer_grading_fall_percent = fields.Integer(
        related="company_id.customer_grading_fall_percent", readonly=False
    )
    customer_grading_contract_question_id = fields.Many2one(
        related="company_id.customer_grading_contract_question_id",
        readonly=False,
        domain="[('kind', '=', 'date'), ('subject', '=', 'partner')]",
    )
