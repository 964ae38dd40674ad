from odoo import fields, models


class UsualGradingChange(models.Model):
    """One move from a grade to another: the history."""

    _name = "usual.grading.change"
    _description = "Usual Grading Change"

    result_id = fields.Many2one(
        "usual.grading.result", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    from_grade_id = fields.Many2one("customer.grade")
    grade_id = fields.Many2one("customer.grade", index=True)
    direction = fields.Char()
    date_applied = fields.Date()
    date_end = fields.Date()
    values = fields.Json()
    date_evaluated = fields.Date()
