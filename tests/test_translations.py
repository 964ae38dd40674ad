"""Every term of the addons has its Chinese, with the same placeholders."""

import io
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

PLACEHOLDER = re.compile(r"%\((\w+)\)[sdgf]|%[sdgf%]")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ours = [("name", "=like", "%customer_grading%"), ("state", "=", "installed")]
        names = cls.env["ir.module.module"].search(ours).mapped("name")
        cls.addons = [name for name in names if name != "customer_grading_example"]

    def test_every_term_is_translated_to_chinese(self):
        for addon in self.addons:
            with self.subTest(addon=addon):
                translated = {entry.msgid for entry in self._read_chinese(addon) if entry.msgstr}
                self.assertFalse(self._get_terms(addon) - translated)

    def test_the_template_holds_every_term(self):
        for addon in self.addons:
            with self.subTest(addon=addon):
                path = file_path(f"{addon}/i18n/{addon}.pot")
                template = {entry.msgid for entry in polib.pofile(path)}
                self.assertEqual(self._get_terms(addon), template)

    def test_translations_keep_the_placeholders(self):
        for addon in self.addons:
            for entry in self._read_chinese(addon):
                with self.subTest(term=entry.msgid):
                    self.assertEqual(
                        sorted(match.group() for match in PLACEHOLDER.finditer(entry.msgid)),
                        sorted(match.group() for match in PLACEHOLDER.finditer(entry.msgstr)),
                    )

    def _get_terms(self, addon):
        """Return the terms that Odoo itself finds in the addon's code, views and data."""
        exported = io.BytesIO()
        trans_export(None, [addon], exported, "po", self.env)
        return {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}

    def _read_chinese(self, addon):
        return polib.pofile(file_path(f"{addon}/i18n/zh_CN.po"))
