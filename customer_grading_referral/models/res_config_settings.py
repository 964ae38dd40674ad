from odoo import fields, models

from .customer_grading_referral import PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_grading_thanks_for = fields.Selection(
        [("success", "Referrals that succeeded"), ("all", "All referrals")],
        "Thanks are due for",
        config_parameter=PARAMETER,
        default="success",
    )
