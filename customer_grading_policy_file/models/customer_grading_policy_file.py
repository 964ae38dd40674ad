import json
import logging
from copy import deepcopy

from odoo import api, models
from odoo.tools.misc import file_open

from ..tools.policy_format import SHAPES, Shape, read_shape
from ..tools.policy_schema import make_schema
from .policy_finder import PolicyFinder
from .policy_loader import PolicyLoader

_logger = logging.getLogger(__name__)

OWN_KEYS_FILE = "data/policy_keys.json"  # of an addon: what it adds, as read_shape takes it


class CustomerGradingPolicyFile(models.AbstractModel):
    """The table of the keys of policy files: those of the format, and those of addons.

    An addon adds keys by a file, and need not depend on this one for that.
    """

    _name = "customer.grading.policy.file"
    _description = "Policy File"

    @api.model
    def _get_shapes(self):
        """Return the table, ``{name: Shape}``, with what addons add to it whose fields are there.

        Shapes of an addon's own come before the keys that others add to them. One that so far
        the files alone kept is the addon's from then on.
        """
        shapes = {name: shape.duplicate() for name, shape in SHAPES.items()}
        added = [
            item for addon in self._get_addons() for item in self._read_own_keys(addon.name).items()
        ]
        for name, shape in added:
            if shape.model in self.env and not (name in shapes and shapes[name].model):
                shapes[name] = Shape(shape.model, {}, shape.one_of)
        for name, shape in added:
            for key, said in shape.items():
                if name in shapes and self._is_there(said, shapes, name):
                    shapes[name][key] = said
        return shapes

    @api.model
    def _get_schema(self):
        """Return the JSON Schema of policy files, with the keys of the addons that are installed."""
        finder = PolicyFinder(self.env)
        return make_schema(finder.shapes, finder.get_options)

    @api.model
    def _is_there(self, key, shapes, name):
        """Whether what ``key`` of a shape holds is there, which an addon not installed would bring."""
        if shapes[name].model not in self.env:
            return False  # what the file alone keeps waits for its addon
        needed = {*dict(key.sets), *dict(key.when)}
        if key.kind == "object":
            if key.of not in shapes:
                return False
        elif key.field:
            needed.add(key.field)
        return needed <= self.env[shapes[name].model]._fields.keys()

    @api.model
    def _take_kept_of_grades(self, name):
        """Make of grades what files said of them, and nothing could read before an addon came.

        The newest file counts; what a grade has of it already stays.

        :param name: the key, such as ``follow_up``
        """
        Policy = self.env["customer.grading.policy"].sudo().with_context(active_test=False)
        for policy in Policy.search([("file_form", "!=", False)], order="id desc"):
            loader = PolicyLoader(self.env, policy.key)
            content = loader.parser.read_object(deepcopy(policy.file_form["said"]), "policy")
            if loader.problems:
                continue
            for said in content["dimension"].get("grades", ()):
                if name in said and (grade := policy.dimension_id._find_grade(said["code"])):
                    lacking = loader._get_lacking(grade, {name: said[name]})
                    loader._make_lists(grade, lacking, "grade", said["code"])

    @api.model
    def _find_addon(self, shape, name):
        """Return the addon that reads the key ``name`` of a shape, which is not there."""
        for addon in self._get_addons():
            keys = self._read_own_keys(addon.name).get(shape, {})
            if name in keys or name in [key.was for key in keys.values()]:
                return addon.name
        return None

    @api.model
    def _get_addons(self):
        """Return the addons that stand on grading, installed or not, in order of their names."""
        core = self.env["ir.module.module"]._get("customer_grading")
        return core.downstream_dependencies(exclude_states=("uninstallable",)).sorted("name")

    @api.model
    def _read_own_keys(self, addon):
        """Return ``{name: Shape}`` of the keys that an addon adds, installed or not."""
        try:
            with file_open(f"{addon}/{OWN_KEYS_FILE}", filter_ext=(".json",)) as file:
                return {name: read_shape(said) for name, said in json.load(file).items()}
        except FileNotFoundError:
            return {}
        except (AttributeError, TypeError, ValueError):
            # What is wrong with one addon, perhaps not even installed, keeps no file from loading.
            _logger.exception("%s of %s holds no keys of policy files", OWN_KEYS_FILE, addon)
            return {}
