from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import USER_GROUP


class CustomerGradingMixin(models.AbstractModel):
    """Shows that a record is protected from the pool, and lets officers protect it."""

    _inherit = "customer.grading.mixin"

    pool_protection = fields.Char(
        "Protection from the pool", compute="_compute_pool_protection", groups=USER_GROUP
    )

    @api.depends_context("company", "uid", "lang")
    @api.depends(lambda self: (self._grading_key_field,) if self._grading_subject else ())
    def _compute_pool_protection(self):
        Protection = self.env["customer.grading.pool.protection"]
        field = self._grading_result_field
        self.pool_protection = False
        if field not in Protection._fields:
            return
        keys = {record: record._get_grading_key() for record in self}
        subjects = self.env[Protection._fields[field].comodel_name].browse(
            {key for key in keys.values() if key}
        )
        by_key = {one[field].id: one for one in Protection._find(subjects)}
        for record in self:
            if protection := by_key.get(keys[record]):
                record.pool_protection = protection._get_text()

    def action_protect_from_pool(self):
        """Open the dialog that protects these from the pool.

        :raise AccessError: for who is no officer
        """
        self.env["customer.grading.pool.protection"]._check_officer()
        self.check_access("read")
        context = {f"default_{self._grading_result_field}s": self._get_graded().ids}
        return open_window(
            self.env._("Protect from the pool"),
            "customer.grading.pool.protect",
            target="new",
            context=context,
        )

    def action_end_pool_protection(self):
        """End the protections of these here, now.

        :raise AccessError: for who is no officer
        """
        self.check_access("read")
        protections = self.env["customer.grading.pool.protection"]._find(self._get_graded())
        return protections.sudo(False).action_end()
