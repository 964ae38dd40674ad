from odoo import fields, models


class CustomerGradingPoolPreviewLine(models.TransientModel):
    """One step that an ownership rule takes for one customer or opportunity, and when."""

    _name = "customer.grading.pool.preview.line"
    _inherit = ["customer.grading.subject"]
    _description = "Line of a Preview of an Ownership Rule"
    _order = "date, step desc, id"

    preview_id = fields.Many2one(
        "customer.grading.pool.preview", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = fields.Many2one("res.company", ondelete="cascade")
    user_id = fields.Many2one("res.users", "Who has it", ondelete="cascade")
    leader_id = fields.Many2one("res.users", "Team leader", ondelete="cascade")
    step = fields.Selection(
        [
            ("remind", "Remind the salesperson"),
            ("leader", "Remind the team leader"),
            ("take", "To the pool"),
        ],
        required=True,
    )
    date = fields.Date("Day", required=True)
    date_start = fields.Date("Counted from", help="The day from which its days are counted.")
    date_neglected = fields.Date(
        "Neglected since", help="The same day, if the rule had always been in force."
    )
    horizon = fields.Selection(
        [("1_today", "Today"), ("2_week", "Within 7 days"), ("3_later", "Later")], "When"
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )
