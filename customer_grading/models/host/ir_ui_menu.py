from odoo import models

# What has nothing to show before the first policy is in force.
MENUS = (
    "customer_grading.customer_grading_menu_root",
    "customer_grading.customer_grading_menu_report",
)


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Salespeople see nothing new until there are grades."""
        blacklist = super()._load_menus_blacklist()
        Policy = self.env["customer.grading.policy"]
        if Policy.has_access("create") or Policy._has_graded():
            return blacklist
        menus = (self.env.ref(xml_id, raise_if_not_found=False) for xml_id in MENUS)
        return [*blacklist, *(menu.id for menu in menus if menu)]
