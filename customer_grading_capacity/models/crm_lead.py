from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, tell
from odoo.exceptions import UserError


class CrmLead(models.Model):
    """Is received by the next salesperson who is free, and remembers who received it first."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "customer.grading.known"]

    _known_email_field = "email_from"

    next_host_id = fields.Many2one("res.users", "Next to receive", compute="_compute_hosts")
    first_host_id = fields.Many2one("res.users", "First host", compute="_compute_hosts")
    is_return_visit = fields.Boolean(compute="_compute_hosts")

    @api.depends("team_id", "user_id", "partner_id.commercial_partner_id.user_id")
    def _compute_hosts(self):
        """Say who would receive it: its customer's own salesperson, else the next of the team.

        Nobody is next where the team receives no visitors in turns, or one of those who do has it.
        """
        self.next_host_id = self.first_host_id = False
        self.is_return_visit = False
        if not self.env["crm.team"]._get_receiving_ids():
            return
        first = self.env["customer.grading.reception"]._get_first(self._origin)
        receiving = self.team_id._get_receiving()
        hosts, following = receiving._get_hosts(), receiving._find_next()
        of_teams = {(host.crm_team_id.id, host.user_id.id) for host in hosts}
        for lead in self:
            lead.first_host_id = first.get(lead._origin)
            host = following.get(lead.team_id._origin)
            has_host = (lead.team_id._origin.id, lead.user_id._origin.id) in of_teams
            if lead.first_host_id or has_host or not host:
                continue
            owner = lead._get_own_salesperson()
            lead.is_return_visit = bool(owner)
            lead.next_host_id = owner or host.user_id

    def _get_own_salesperson(self):
        """Return who looks after the customer already."""
        owner = self.partner_id.commercial_partner_id.user_id
        return owner if owner.active and not owner.share else owner.browse()

    def action_assign_to_next(self):
        """Assign these to who is next to receive, one after the other, and note it.

        A customer that has a salesperson comes back to him or her, which takes no turn.

        :raise UserError: where nobody of the team is free, or one was received already
        """
        self.check_access("write")
        self.team_id._lock_reception()
        for lead in self.sorted("id"):
            lead._receive()
        names = ", ".join(self.sudo().user_id.mapped("name"))
        then = (
            RELOAD if self.has_access("read") else None
        )  # who gave it away may not see it any more
        return tell(self.env._("Assigned to %s", names), "success", then)

    def _receive(self):
        """Write who receives it, note it, and keep it in the register."""
        owner = self._get_own_salesperson()
        host = owner or self._take_turn()
        self.env["customer.grading.reception"].sudo().create(
            {
                "lead_id": self.id,
                "team_id": self.team_id.id,
                "user_id": host.id,
                "kind": "return" if owner else "turn",
            }
        )
        if owner:
            note = self.env._("Came back to %s, who looks after the customer.", host.name)
        else:
            note = self.env._("Received by %s, whose turn it was.", host.name)
        self._message_log(body=note)
        if self.user_id != host:
            self.write({"user_id": host.id, "team_id": self.team_id.id})

    def _take_turn(self):
        """Return whose turn it is, and let it be taken.

        :raise UserError: where there is nobody
        """
        if received := self.env["customer.grading.reception"]._get_first(self):
            raise UserError(
                self.env._(
                    "“%(lead)s” was received by %(user)s already. Change the salesperson, where a "
                    "colleague takes over.",
                    lead=self.name,
                    user=received[self].name,
                )
            )
        host = self.team_id._find_next().get(self.team_id)
        if not host:
            raise UserError(
                self.env._(
                    "Nobody of “%s” is free to receive visitors: see Grading, Reception.",
                    self.team_id.name or self.env._("no sales team"),
                )
            )
        host.turn_number = max(self.team_id._get_hosts().mapped("turn_number")) + 1
        return host.user_id.sudo(False)

    def _merge_dependences(self, opportunities):
        """The register of the merged ones goes to the one that stays: the first host counts."""
        Reception = self.env["customer.grading.reception"].sudo()
        if Reception._is_any():
            Reception.search([("lead_id", "in", opportunities.ids)]).lead_id = self
        return super()._merge_dependences(opportunities)
