from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_grading_credit_removed = fields.Selection(
        [("keep", "Customers keep what they have"), ("give_back", "What stood before comes back")],
        string="When credit is removed",
        config_parameter="customer_grading_credit.removed",
        default="keep",
    )
