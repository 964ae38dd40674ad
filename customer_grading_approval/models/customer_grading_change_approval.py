from odoo import fields, models


class CustomerGradingChangeApproval(models.Model):
    """That somebody approved a step of a change: kept as it was given."""

    _name = "customer.grading.change.approval"
    _description = "Approval of a Change of Grade"
    _order = "step, id"

    change_id = fields.Many2one(
        "customer.grading.change", required=True, ondelete="cascade", index=True
    )
    step = fields.Integer(required=True, aggregator=None)
    role = fields.Char(help="As whom the user approved.")
    user_id = fields.Many2one("res.users", "Approved by", required=True, ondelete="restrict")
    date = fields.Datetime("On", required=True, default=fields.Datetime.now)

    _step_uniq = models.UniqueIndex(
        "(change_id, step)", "This step was approved by somebody else already."
    )
    _user_uniq = models.UniqueIndex(
        "(change_id, user_id)", "Nobody approves two steps of one change."
    )
