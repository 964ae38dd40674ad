from odoo import fields, models


class UsualGradingResult(models.Model):
    """Where a customer stands: what the addon keeps, in a model as models usually are."""

    _name = "usual.grading.result"
    _description = "Usual Grading Result"

    dimension_id = fields.Many2one("customer.grading.dimension", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company")
    policy_id = fields.Many2one("customer.grading.policy")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    computed_rule_id = fields.Many2one("customer.grading.rule")
    computed_grade_id = fields.Many2one("customer.grade")
    considered_grade_id = fields.Many2one("customer.grade")
    grade_id = fields.Many2one("customer.grade", index=True)
    previous_grade_id = fields.Many2one("customer.grade")
    reason = fields.Char()
    last_move = fields.Char()
    values = fields.Json()
    date_evaluated = fields.Date()
    date_since = fields.Date()
    date_computed_since = fields.Date()
