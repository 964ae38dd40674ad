from odoo import models
from odoo.addons.customer_grading.models.fields import GuardedMany2one


class CustomerGradingChange(models.Model):
    _name = "customer.grading.change"
    _inherit = ["customer.grading.group.subject", "customer.grading.change"]

    # It is that of the result, with which the change goes.
    group_id = GuardedMany2one("customer.grading.group", index="btree_not_null")
