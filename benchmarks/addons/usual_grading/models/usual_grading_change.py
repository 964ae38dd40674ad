from odoo import fields, models


class UsualGradingChange(models.Model):
    """One move from a grade to another: the history."""

    _name = "usual.grading.change"
    _description = "Usual Grading Change"

    result_id = fields.Many2one(
        "usual.grading.result", required=True, index=True, ondelete="cascade"
    )
    dimension_id = fields.Many2one("customer.grading.dimension", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company")
    policy_id = fields.Many2one("customer.grading.policy")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    from_grade_id = fields.Many2one("customer.grade")
    grade_id = fields.Many2one("customer.grade", index=True)
    direction = fields.Char()
    origin = fields.Char()
    state = fields.Char()
    date = fields.Date()
    date_applied = fields.Date()
    date_end = fields.Date()
    values = fields.Json()
    date_evaluated = fields.Date()
