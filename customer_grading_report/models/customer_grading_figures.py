from odoo import fields, models


class CustomerGradingFigures(models.Model):
    """What a customer bought, as it was last night: too dear to be added up for each picture."""

    _name = "customer.grading.figures"
    _description = "Figures of a Customer"
    _order = "revenue desc, id"
    _log_access = False

    set_id = fields.Many2one(
        "customer.grading.figures.set", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="set_id.company_id")
    revenue = fields.Float("Revenue, 12 months", digits=0, readonly=True)
    revenue_before = fields.Float("Revenue, 12 months before", digits=0, readonly=True)
    margin = fields.Float("Margin, 12 months", digits=0, readonly=True)
    order_count = fields.Integer("Orders, 12 months", readonly=True)
    date_last_order = fields.Date("Last order", readonly=True)
    date_last_contact = fields.Date("Last contact", readonly=True)

    # A constraint, which Odoo's merge of contacts knows how to deal with, as with no index.
    _partner_uniq = models.Constraint(
        "UNIQUE (partner_id, set_id)", "A customer has one row of figures in each set."
    )
