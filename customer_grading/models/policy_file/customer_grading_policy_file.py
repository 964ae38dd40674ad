import json

from odoo import api, models
from odoo.tools.misc import file_open

from ...tools.policy_format import SHAPES, Key, Shape

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
        shapes = {name: shape.copy() for name, shape in SHAPES.items()}
        self._add_approval_keys(shapes)
        self._add_notification_keys(shapes)
        return shapes

    @api.model
    def _get_later_problems(self, policy):
        """Hook: return messages of problems that are mended after loading, such as a choice of
        persons, whom no file names.
        """
        return [p["message"] for a in policy.approval_ids for p in a._get_problems()]

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

    # ------------------------------------------------------------------ what addons will add

    @api.model
    def _add_approval_keys(self, shapes):
        shapes["changes"]["approval"] = Key("list", "approval_ids", default=[], of="approval")
        shapes["approval"] = Shape(
            "customer.grading.approval",
            {
                "step": Key("integer", required=True, least=1, most=3),
                "role": Key("name", "name"),
                "moves": Key("choice", default="up"),
                "grades": Key("codes", "grade_ids", default=[], of="customer.grade"),
                "group": Key("record", "group_id", of="res.groups"),
            },
        )

    @api.model
    def _add_notification_keys(self, shapes):
        # The addon will write: "notify_by": Key("choice", default="nobody", was="tell").
        shapes["changes"]["tell"] = Key("choice", "tell", default="nobody")
