from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Finds the corporate group of a customer, which policies may take as one."""

    _inherit = "res.partner"

    def _get_corporate_domain(self, field=""):
        """Return all contacts of the corporate groups that these customers belong to.

        :param field: name of the field that those of a group share; empty: those below the
            same topmost parent company
        """
        if not field:
            return Domain("id", "child_of", self._get_corporate_tops().ids)
        groups = self.mapped(field)
        members = Domain("id", "in", self.ids) | Domain(field, "in", groups.ids)
        if groups._name == self._name:
            # Who heads the group does not name itself.
            members |= Domain("id", "in", groups.ids) | Domain(field, "in", self.ids)
        found = self.with_context(active_test=False).search(members)
        return Domain("commercial_partner_id", "in", found.commercial_partner_id.ids)

    def _get_corporate_tops(self):
        """Return the topmost parent companies of the corporate groups these belong to."""
        tops = self
        while tops.parent_id:
            tops = tops.parent_id | tops.filtered(lambda partner: not partner.parent_id)
        return tops
