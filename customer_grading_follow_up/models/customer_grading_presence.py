from odoo import api, models, tools


class CustomerGradingPresence(models.AbstractModel):
    """Knows whether there is any record of a model that is about Odoo's own work.

    Where there is none, what would look after that work does nothing, and asks nothing.
    """

    _name = "customer.grading.presence"
    _description = "Whether There Is Any"

    def _register_hook(self):
        """Know it from the start, as the core knows what is graded."""
        super()._register_hook()
        if not self._abstract:
            self._is_any()

    @api.model_create_multi
    def create(self, vals_list):
        """Let every process know once the first one is there."""
        records = super().create(vals_list)
        if not self._is_any():
            self.env["customer.grading.dimension"]._forget_use()
        return records

    @api.model
    def _is_any(self):
        """Whether there is, or was, any record of the model."""
        return self.env["customer.grading.dimension"]._is_ever(self._name, self._find_any)

    @api.model
    @tools.ormcache()
    def _find_any(self):
        return bool(self.sudo().search_count([], limit=1))
