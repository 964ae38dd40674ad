from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .customer_grading_cadence import UNITS


class CustomerGradingCadenceStep(models.Model):
    """One point of a calendar: so long after its first day."""

    _name = "customer.grading.cadence.step"
    _description = "Point of a Calendar of Contacts"
    _order = "cadence_id, days_after, id"

    cadence_id = fields.Many2one(
        "customer.grading.cadence", required=True, ondelete="cascade", index=True
    )
    count = fields.Integer("After", default=1, required=True)
    unit = fields.Selection(UNITS, required=True, default="months")
    about = fields.Char("What it is about", translate=True)
    # For the order alone: the day itself counts calendar months.
    days_after = fields.Integer("Order", compute="_compute_days_after", store=True, aggregator=None)

    @api.depends("count", "unit")
    def _compute_days_after(self):
        lengths = {"days": 1, "weeks": 7, "months": 31}
        for step in self:
            step.days_after = step.count * lengths.get(step.unit, 1)

    @api.constrains("count")
    def _check_count(self):
        if self.filtered(lambda step: step.count < 0):
            raise ValidationError(
                self.env._("A point of a calendar comes after its first day: 0 or more.")
            )

    @api.depends("count", "unit")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for step in self:
            step.display_name = step._get_text()

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.cadence_id.is_new = True
        return steps

    def write(self, vals):
        self.cadence_id.is_new = True
        return super().write(vals)

    def unlink(self):
        """Who was to meet one of these points meets the next: the job finds out which."""
        self.cadence_id.is_new = True
        followed = self.env["customer.grading.follow.up"].sudo()
        self.env.flush_all()
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE customer_grading_follow_up SET step_id = NULL WHERE step_id IN %s",
                    tuple(self.ids),
                )
            )
            followed.invalidate_model(["step_id"], flush=False)
        return super().unlink()

    def _get_text(self):
        """Return how long after the first day it is, in words."""
        self.ensure_one()
        if self.count == 1:
            return {
                "days": self.env._("1 day"),
                "weeks": self.env._("1 week"),
                "months": self.env._("1 month"),
            }[self.unit]
        return {
            "days": self.env._("%s days", self.count),
            "weeks": self.env._("%s weeks", self.count),
            "months": self.env._("%s months", self.count),
        }[self.unit]
