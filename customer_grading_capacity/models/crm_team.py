from odoo import api, models, tools
from odoo.exceptions import UserError


class CrmTeam(models.Model):
    """Knows who of the team receives the next visitor."""

    _inherit = "crm.team"

    @api.model
    @tools.ormcache()
    def _get_receiving_ids(self):
        """Return the ids of the teams in which people take turns in receiving visitors."""
        receiving = (
            self.env["crm.team.member"]
            .sudo()
            ._read_group([("is_receiving", "=", True)], ["crm_team_id"])
        )
        return frozenset(team.id for [team] in receiving)

    def _get_receiving(self):
        """Return those of these teams in which people take turns."""
        ids = self._get_receiving_ids()
        return self.filtered(lambda team: team._origin.id in ids)

    def _get_hosts(self):
        """Return the members of these teams who take turns, in their order, sudoed."""
        receiving = [("crm_team_id", "in", self.ids), ("is_receiving", "=", True)]
        Member = self.env["crm.team.member"].sudo()
        return Member.search(receiving, order="reception_sequence, id")

    def _find_next(self):
        """Return ``{team: member}`` who is next: after who took the last turn, whoever is free.

        Teams nobody of whom receives visitors, or is free, are left out.
        """
        following = {}
        for team, hosts in self._get_hosts().grouped("crm_team_id").items():
            last = max(hosts, key=lambda host: host.turn_number)
            after = list(hosts).index(last) + 1 if last.turn_number else 0
            turn = hosts[after:] + hosts[:after]
            if free := turn.filtered(lambda host: not host.is_away)[:1]:
                following[team] = free
        return following

    def _lock_reception(self):
        """Let one after the other take turns, until the transaction ends.

        :raise UserError: where somebody assigns a visitor of these teams at this very moment
        """
        hosts = self._get_hosts()
        if hosts.try_lock_for_update() != hosts:
            raise UserError(
                self.env._("Somebody else is assigning a visitor at this very moment. Try again.")
            )
