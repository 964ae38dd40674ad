from odoo import fields, models


class CustomerGradingCreditApproval(models.Model):
    """A step of approval that was taken: who, as whom, when. It is kept as it was."""

    _name = "customer.grading.credit.approval"
    _description = "Approval of a Credit Proposal"
    _order = "proposal_id, step"

    proposal_id = fields.Many2one(
        "customer.grading.credit.proposal", required=True, ondelete="cascade", index=True
    )
    step = fields.Integer(required=True, readonly=True, aggregator=None)
    name = fields.Char("Role", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Approved by", required=True, readonly=True, ondelete="restrict", index=True
    )
    date = fields.Datetime("Approved on", required=True, readonly=True)

    _step_uniq = models.Constraint(
        "UNIQUE (proposal_id, step)",
        "Somebody else approved this step at this very moment. Reload the page.",
    )
