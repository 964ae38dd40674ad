from odoo import fields, models

from .customer_grading_follow_up_planner import PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_grading_activities_a_day = fields.Integer(
        "Follow-up activities a person and day",
        config_parameter=PARAMETER,
    )
