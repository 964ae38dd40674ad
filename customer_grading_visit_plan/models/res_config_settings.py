from odoo import fields, models

from .customer_grading_visit_maker import MOST, PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_grading_visits_a_day = fields.Integer(
        "Planned visits a person and day", config_parameter=PARAMETER, default=MOST
    )
