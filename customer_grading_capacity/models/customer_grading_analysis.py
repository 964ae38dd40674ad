from odoo import fields, models


class CustomerGradingAnalysis(models.Model):
    """One analysis of the sales of who holds a grade: when, by whom, and what it found."""

    _name = "customer.grading.analysis"
    _description = "Sales Analysis of a Grade"
    _order = "date desc, id desc"
    _rec_name = "grade_id"

    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    date = fields.Date("Analysed on", required=True)
    user_id = fields.Many2one(
        "res.users", "Analysed by", required=True, default=lambda self: self.env.user, index=True
    )
    note = fields.Text("What it found")
