from odoo import api, fields, models


class CustomerGradingRunLine(models.Model):
    """What a try-on would do to one customer; kept for 30 days."""

    _name = "customer.grading.run.line"
    _description = "Line of a Grading Run"
    _order = "run_id, moves desc, grade_id, id"
    _rec_name = "partner_id"

    run_id = fields.Many2one(
        "customer.grading.run", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one("res.users", "Salesperson", index="btree_not_null")
    current_grade_id = fields.Many2one(
        "customer.grade", "Today", ondelete="cascade", index="btree_not_null"
    )
    grade_id = fields.Many2one("customer.grade", "New", ondelete="cascade", index="btree_not_null")
    current_grade_color = fields.Integer(related="current_grade_id.color", string="Today's color")
    grade_color = fields.Integer(related="grade_id.color", string="New color")
    moves = fields.Boolean("Moves")
    score = fields.Float(digits=(16, 4))
    revenue = fields.Monetary("Revenue, 12 months", currency_field="currency_id")
    currency_id = fields.Many2one(related="run_id.currency_id")
    values = fields.Json(groups="customer_grading.customer_grading_group_manager")
    why = fields.Char(compute="_compute_why")
