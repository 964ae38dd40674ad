from odoo import fields, models


class UsualGradingResult(models.Model):
    """Where a customer stands: what the addon keeps, in a model as models usually are."""

    _name = "usual.grading.result"
    _description = "Usual Grading Result"

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    computed_grade_id = fields.Many2one("customer.grade")
    considered_grade_id = fields.Many2one("customer.grade")
    grade_id = fields.Many2one("customer.grade", index=True)
    previous_grade_id = fields.Many2one("customer.grade")
    values = fields.Json()
    date_evaluated = fields.Date()
    date_since = fields.Date()
    date_computed_since = fields.Date()
