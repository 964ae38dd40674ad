from odoo import models

from ..tools.group import GROUP


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Show the list of groups where some are graded."""
        blacklist = super()._load_menus_blacklist()
        if self.env["customer.grading.dimension"]._is_used(GROUP.name):
            return blacklist
        menu = self.env.ref("customer_grading_group.customer_grading_menu_groups", False)
        return [*blacklist, menu.id] if menu else blacklist
