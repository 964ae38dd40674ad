from odoo import api, fields, models
from odoo.exceptions import UserError

OPEN_STATES = ("proposed", "held", "to_approve")


class CustomerGradingChange(models.Model):
    """One move from a grade to another: history, proposal and approval in one list."""

    _name = "customer.grading.change"
    _description = "Change of Grade"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    result_id = fields.Many2one(
        "customer.grading.result", ondelete="cascade", index="btree_not_null"
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension", required=True, ondelete="restrict", index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", ondelete="cascade", index=True)
    policy_id = fields.Many2one(
        "customer.grading.policy", ondelete="restrict", index="btree_not_null"
    )
    run_id = fields.Many2one("customer.grading.run", ondelete="set null", index="btree_not_null")
    from_grade_id = fields.Many2one(
        "customer.grade", "From", ondelete="restrict", index="btree_not_null"
    )
    grade_id = fields.Many2one("customer.grade", "To", ondelete="restrict", index="btree_not_null")
    from_grade_color = fields.Integer(related="from_grade_id.color", string="From color")
    grade_color = fields.Integer(related="grade_id.color", string="To color")
    direction = fields.Selection(
        [
            ("new", "New"),
            ("up", "Up"),
            ("down", "Down"),
            ("lost", "No longer graded"),
        ],
        required=True,
    )
    origin = fields.Selection(
        [
            ("computed", "Computed"),
            ("manual", "Set by hand"),
            ("manual_end", "End of a grade by hand"),
            ("merge", "Merged contacts"),
        ],
        default="computed",
        required=True,
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("held", "Held"),
            ("to_approve", "To approve"),
            ("applied", "Applied"),
            ("refused", "Refused"),
            ("superseded", "Superseded"),
        ],
        required=True,
        index=True,
    )
    date = fields.Date("Asked on", required=True)
    date_due = fields.Date("Takes effect")
    date_applied = fields.Date("In effect since")
    date_end = fields.Date("In effect until")
    user_id = fields.Many2one("res.users", "Asked by", index="btree_not_null")
    decided_by_id = fields.Many2one("res.users", "Decided by", index="btree_not_null")
    note = fields.Char("Reason given", help="What a person gave as the reason.")
    decision_note = fields.Char("Reason of the decision")
    manual_until = fields.Date("By hand until")
    values = fields.Json(groups="customer_grading.customer_grading_group_manager")
    date_evaluated = fields.Date("Values as of")
    merged_from = fields.Char("Merged from", help="The contact that the change was of.")
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    reason = fields.Char(compute="_compute_reason")

    def write(self, vals):
        if not self.env.su and self.filtered(lambda c: c.state not in OPEN_STATES):
            raise UserError(
                self.env._("A change that was decided is history and cannot be edited.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        if not self.env.su:
            raise UserError(self.env._("The history of grades cannot be deleted."))
