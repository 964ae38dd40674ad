from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.exceptions import AccessError


class CrmTeamMember(models.Model):
    """Takes turns in receiving visitors, in a set order; who is busy or away is skipped."""

    _inherit = "crm.team.member"

    is_receiving = fields.Boolean(
        "Receives visitors", help="Takes turns with the others of the team who do."
    )
    reception_sequence = fields.Integer("Order of reception", default=10, aggregator=None)
    is_away = fields.Boolean(
        "Busy or away", help="Is skipped until free again; no turn is made up for."
    )
    turn_number = fields.Integer(
        readonly=True, aggregator=None, help="The highest of a team took the last turn."
    )
    is_next = fields.Boolean("Next", compute="_compute_is_next")
    reception_count = fields.Integer("Received today", compute="_compute_reception_count")

    @api.depends("crm_team_id", "is_receiving", "is_away", "reception_sequence", "turn_number")
    def _compute_is_next(self):
        following = self.crm_team_id._find_next()
        for member in self:
            member.is_next = member.sudo() == following.get(member.crm_team_id)

    @api.depends("crm_team_id", "user_id", "turn_number")
    def _compute_reception_count(self):
        """Count whom they received today, by the company's day: who came back, too."""
        engine = self.env["customer.grading.engine"]
        day, zone = engine._get_today(self.env.company), engine._get_time_zone(self.env.company)
        today = [
            ("team_id", "in", self.crm_team_id.ids),
            ("date", ">=", Scope(day, tz=zone).get_start_of(day)),
        ]
        Reception = self.env["customer.grading.reception"].sudo()
        rows = Reception._read_group(today, ["team_id", "user_id"], ["__count"])
        counts = {(team.id, user.id): count for team, user, count in rows}
        for member in self:
            member.reception_count = counts.get((member.crm_team_id.id, member.user_id.id), 0)

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        if members.filtered("is_receiving"):
            self.env.registry.clear_cache()
        return members

    def write(self, vals):
        if "is_receiving" in vals or "active" in vals or "crm_team_id" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    def action_toggle_away(self):
        """Say that these are busy or away, or free again.

        :raise AccessError: for who is neither the salesperson, nor leads the team
        """
        self.check_access("read")
        for member in self:
            member._check_may_toggle()
            member.sudo().is_away = not member.is_away
        return RELOAD

    def _check_may_toggle(self):
        if self.env.user in (self.user_id, self.crm_team_id.user_id):
            return
        if not self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            raise AccessError(
                self.env._(
                    "Only %(user)s, or who sees everybody's opportunities, says whether %(user)s is free.",
                    user=self.user_id.name,
                )
            )
