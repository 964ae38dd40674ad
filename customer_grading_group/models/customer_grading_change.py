from odoo import models
from odoo.addons.customer_grading.models.fields import GuardedMany2one


class CustomerGradingChange(models.Model):
    _inherit = "customer.grading.change"

    # It is that of the result, with which the change goes.
    group_id = GuardedMany2one("customer.grading.group", "Group", index="btree_not_null")
