from odoo import models

# Those under CRM go with the core's, which has nothing to show before the first policy is in force.
MENU = "customer_grading_report.customer_grading_report_menu_invoicing"


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Salespeople see nothing new until there are grades."""
        blacklist = super()._load_menus_blacklist()
        Policy = self.env["customer.grading.policy"]
        if Policy.has_access("create") or Policy._has_graded():
            return blacklist
        menu = self.env.ref(MENU, raise_if_not_found=False)
        return [*blacklist, *(menu.ids if menu else ())]
