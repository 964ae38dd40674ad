"""Settings offer what belongs to grading and is not installed."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.modules.module import Manifest
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestRemovedParts(TransactionCase):
    def _create_module(self, name, depends=("customer_grading",), **vals):
        dependencies = [(0, 0, {"name": depend}) for depend in depends]
        return self.env["ir.module.module"].create(
            {
                "name": name,
                "shortdesc": name.title(),
                "state": "uninstalled",
                "auto_install": True,
                "dependencies_id": dependencies,
                **vals,
            }
        )

    def _get_offered(self, at_hand=True):
        """Return the names of the addons offered; ``at_hand``: their folders are there."""
        with self._at_hand(at_hand):
            settings = self.env["res.config.settings"].create({})
            return settings.customer_grading_module_ids.mapped("name")

    @contextmanager
    def _at_hand(self, at_hand=True, category="Sales/CRM"):
        """Let there be the folders of the modules that the test made, or not."""
        find, made = Manifest.for_addon, {"category": category} if at_hand else None

        def for_addon(name, **kwargs):
            return find(name, **kwargs) if name.startswith("customer_grading") else made

        with patch.object(Manifest, "for_addon", side_effect=for_addon):
            yield

    def test_nothing_is_offered_where_all_are_installed(self):
        with Form(self.env["res.config.settings"]) as form:
            self.assertFalse(form.customer_grading_module_ids.ids)

    def test_what_came_by_itself_and_was_removed_is_offered(self):
        self._create_module("grading_part")
        self.assertEqual(self._get_offered(), ["grading_part"])

    def test_the_form_shows_it(self):
        module = self._create_module("grading_part", summary="What it does")
        with self._at_hand():
            form = Form(self.env["res.config.settings"])
            self.assertEqual(form.customer_grading_module_ids.ids, module.ids)

    def test_what_one_installs_if_one_wants_to_is_offered_as_well(self):
        self._create_module("chosen", auto_install=False)
        self._create_module("of_others", depends=["crm"])
        self._create_module("there", state="installed")
        self.assertEqual(self._get_offered(), ["chosen"])

    def test_what_only_shows_grading_off_is_not_offered(self):
        self._create_module("company_of_actors", auto_install=False)
        with self._at_hand(category="Hidden"):
            settings = self.env["res.config.settings"].create({})
            self.assertFalse(settings.customer_grading_module_ids)

    def test_a_bridge_is_offered_only_where_its_other_side_is_installed(self):
        self._create_module("other_side", depends=["base"], auto_install=False)
        self._create_module("bridge", depends=["customer_grading", "other_side"])
        self.assertFalse(self._get_offered())

    def test_what_stands_on_a_removed_part_is_offered_with_it(self):
        self._create_module("lower")
        self._create_module("upper", depends=["lower"])
        self.assertEqual(set(self._get_offered()), {"lower", "upper"})

    def test_what_stands_on_what_is_not_offered_is_not_offered_either(self):
        self._create_module("lower", depends=["base"])
        self._create_module("middle", depends=["customer_grading", "lower"])
        self._create_module("upper", depends=["middle"])
        self.assertFalse(self._get_offered())

    def test_an_addon_whose_folder_is_gone_is_not_offered(self):
        self._create_module("grading_part")
        self.assertFalse(self._get_offered(at_hand=False))
