import json

from odoo import api, models
from odoo.tools.misc import file_open

from ...tools.policy_format import SHAPES

OWN_KEYS_FILE = "data/policy_keys.json"  # of an addon: {shape: [keys that it adds]}


class CustomerGradingPolicyFile(models.AbstractModel):
    """The table of the keys of policy files, which addons extend."""

    _name = "customer.grading.policy.file"
    _description = "Policy File"

    @api.model
    def _get_shapes(self):
        """Hook: return the table, ``{name: Shape}``; an addon adds keys and shapes of its own.

        ``shapes["changes"]["approval"] = Key("list", "approval_ids", of="approval")`` is read,
        found, made, checked and exported. The addon names the key in ``data/policy_keys.json``
        too, so that who has not installed it is told which addon to install.
        """
        return {name: shape.duplicate() for name, shape in SHAPES.items()}

    @api.model
    def _find_addon(self, shape, name):
        """Return the addon, not installed, that reads the key ``name`` of a shape, or nothing."""
        addons = self.env["ir.module.module"].sudo()
        addons = addons.search(
            [("state", "!=", "installed"), ("dependencies_id.name", "=", "customer_grading")]
        )
        for addon in addons.sorted("name"):
            if name in self._read_own_keys(addon.name).get(shape, ()):
                return addon.name
        return None

    @api.model
    def _read_own_keys(self, addon):
        """Return ``{shape: [keys]}`` that an addon adds, installed or not."""
        try:
            with file_open(f"{addon}/{OWN_KEYS_FILE}", filter_ext=(".json",)) as file:
                return json.load(file)
        except FileNotFoundError:
            return {}
