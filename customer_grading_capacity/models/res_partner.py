from odoo import models


class ResPartner(models.Model):
    """A contact that is entered a second time is noticed."""

    _name = "res.partner"
    _inherit = ["res.partner", "customer.grading.known"]

    _known_email_field = "email"
