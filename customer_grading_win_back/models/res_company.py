from odoo import fields, models


class ResCompany(models.Model):
    """What a company asks of its losses, and when a customer counts as silent."""

    _inherit = "res.company"

    customer_grading_reason_required = fields.Boolean("A lost opportunity says why")
    customer_grading_second_days = fields.Integer("Days to the second follow-up", default=30)
    customer_grading_few_contacts = fields.Integer("Few contacts are fewer than", default=3)
    customer_grading_usual_by = fields.Selection(
        [("median", "Median"), ("mean", "Mean")],
        string="Usual interval between orders",
        default="median",
        required=True,
    )
    customer_grading_fall_percent = fields.Integer("Orders fell by (per cent)", default=50)
    customer_grading_contract_question_id = fields.Many2one(
        "customer.grading.question",
        "End of the contract",
        ondelete="set null",
        index="btree_not_null",
    )

    _customer_grading_win_back_check = models.Constraint(
        "CHECK (customer_grading_second_days BETWEEN 0 AND 3660"
        " AND customer_grading_few_contacts BETWEEN 0 AND 1000"
        " AND customer_grading_fall_percent BETWEEN 1 AND 100)",
        "Days to the second follow-up are from 0 to 3660, contacts from 0 to 1000, and orders "
        "fall by 1 to 100 per cent.",
    )
