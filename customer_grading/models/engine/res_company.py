from odoo import fields, models
from odoo.addons.base.models.res_partner import _tz_get


class ResCompany(models.Model):
    """A company's days begin where it is, whoever looks and whenever the night runs."""

    _inherit = "res.company"

    customer_grading_tz = fields.Selection(
        _tz_get,
        "Time zone of grading",
        help="In which days begin and end, and nightly grading has its hour. Empty: that of "
        "the company's own contact.",
    )
