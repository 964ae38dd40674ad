from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD


class CustomerGradingUndo(models.TransientModel):
    """Shows what undoing a run would bring back, asks why, and does it."""

    _name = "customer.grading.undo"
    _description = "Undo a Grading Run"

    run_id = fields.Many2one("customer.grading.run", required=True, ondelete="cascade")
    back_count = fields.Integer(compute="_compute_counts")
    back_text = fields.Char(compute="_compute_counts")
    stay_text = fields.Char(compute="_compute_counts")
    # Whoever looks at the changes first is asked for no reason yet.
    reason = fields.Char()

    @api.depends("run_id")
    def _compute_counts(self):
        for wizard in self:
            run = wizard.run_id
            back = run._count_undoable() if run else 0
            stay = run._count_applied() - back if run else 0
            wizard.back_count = back
            wizard.back_text = run.dimension_id._get_number_text(back) if run else False
            wizard.stay_text = run.dimension_id._get_number_text(stay) if stay else False

    def action_confirm(self):
        """Undo the run."""
        self.ensure_one()
        self.run_id._start_undo(self.reason)
        return RELOAD

    def action_look(self):
        """Open the changes that the run brought into effect."""
        action = self.run_id.action_view_changes()
        return dict(action, domain=[*action["domain"], ("state", "=", "applied")])
