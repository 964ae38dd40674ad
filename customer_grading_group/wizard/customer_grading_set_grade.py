from odoo import fields, models


class CustomerGradingSetGrade(models.TransientModel):
    _inherit = "customer.grading.set.grade"

    group_ids = fields.Many2many("customer.grading.group", string="Groups")
