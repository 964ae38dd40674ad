from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import ValidationError


class CustomerGradingCreditReview(models.Model):
    """What was decided in the review of one year about special terms: kept, changed or ended."""

    _name = "customer.grading.credit.review"
    _description = "Yearly Review of Special Terms"
    _order = "year desc, partner_id, id"
    _rec_name = "special_id"

    special_id = fields.Many2one(
        "customer.grading.credit.special",
        "What is granted",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    year = fields.Char(required=True, readonly=True, size=4)
    partner_id = fields.Many2one(related="special_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="special_id.company_id", store=True, index=True)
    kind = fields.Selection(related="special_id.kind")
    grade_id = fields.Many2one(
        related="special_id.grade_id", string="Grade", falsy_value_label=NOT_GRADED
    )
    grade_color = fields.Integer(related="special_id.grade_color")
    salesperson_id = fields.Many2one(related="special_id.salesperson_id")
    reason = fields.Text(related="special_id.reason")
    date_from = fields.Date(related="special_id.date_from")
    date_to = fields.Date(related="special_id.date_to")
    allowed_by_id = fields.Many2one(related="special_id.allowed_by_id")
    decision = fields.Selection([("keep", "Keep"), ("change", "Change"), ("end", "End")])
    note = fields.Char("Remark", help="What is changed, and why it is kept or ended.")
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="set null", index="btree_not_null"
    )
    date_decided = fields.Date("Decided on", readonly=True)

    _year_uniq = models.Constraint(
        "UNIQUE (special_id, year)", "The terms are on the list of that year already."
    )

    @api.constrains("decision", "note")
    def _check_note(self):
        for review in self:
            if review.decision == "change" and not (review.note or "").strip():
                raise ValidationError(
                    self.env._("“%s”: say in the remark what changes.", review.special_id.name)
                )

    def write(self, vals):
        """Note who decided, and end the terms where that is the decision."""
        if "decision" in vals:
            Engine = self.env["customer.grading.engine"]
            today = Engine._get_today(self.company_id[:1] or self.env.company)
            decided = vals["decision"]
            vals = {
                **vals,
                "decided_by_id": decided and self.env.uid,
                "date_decided": decided and today,
            }
        written = super().write(vals)
        if vals.get("decision") == "end":
            self.special_id._end(vals["date_decided"])
        return written

    def action_keep(self):
        """Decide that these stay as they are."""
        self.write({"decision": "keep"})

    def action_end(self):
        """Decide that these end today."""
        self.write({"decision": "end"})

    def action_open_terms(self):
        """Open the special terms, to change them."""
        self.ensure_one()
        return self.special_id._get_records_action()
