from odoo import fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED


class CustomerGradingTrialCount(models.Model):
    """How many would have had a grade on a past day: all that a back-test keeps."""

    _name = "customer.grading.trial.count"
    _description = "Count of a Back-Test"
    _order = "trial_id, date desc, grade_id, id"

    trial_id = fields.Many2one(
        "customer.grading.trial", required=True, ondelete="cascade", index=True
    )
    date = fields.Date("As of", required=True)
    grade_id = fields.Many2one(
        "customer.grade",
        ondelete="cascade",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
    )
    count = fields.Integer("How many")
    share = fields.Float("Share (%)", digits=(16, 1), help="Of all that were graded on the day.")
