"""The reports speak as their readers do, in English and in Chinese."""

import re

import polib
from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path

MODELS = ("report", "move.report", "month", "figures.set")
TOLD = re.compile(r"\b(told|tells?|telling)\b", re.IGNORECASE)
# What the main addon says of something else: sizes and texts, not grades before and after.
OTHERWISE = {"From", "To", "Set"}


@tagged("post_install", "-at_install")
class TestWords(TransactionCase):
    def test_figures_are_calculated_and_shown_not_told(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "in", [f"customer.grading.{name}" for name in MODELS])]
        )
        texts = [*actions.mapped("name"), *filter(None, actions.mapped("help"))]
        for name in MODELS:
            model = self.env[f"customer.grading.{name}"]
            texts.append(model._description)
            for field in model.fields_get(attributes=["string", "help"]).values():
                texts += [field["string"], field.get("help") or ""]
            for view in self.env["ir.ui.view"].search([("model", "=", model._name)]):
                texts += etree.fromstring(view.arch).xpath("//@string | //text()")
        self.assertGreater(len(texts), 100)
        self.assertFalse([text for text in texts if TOLD.search(text)])

    def test_the_status_of_a_grading_is_not_taken_for_the_region(self):
        Report = self.env["customer.grading.report"]
        labels = Report.fields_get(["reason", "state_id"], ["string"])
        self.assertEqual(labels["reason"]["string"], "Grading status")
        self.assertEqual(labels["state_id"]["string"], "Region")
        search = etree.fromstring(Report.get_view(view_type="search")["arch"])
        for name, label in (("reason", "Grading status"), ("state_id", "Region")):
            [group] = search.xpath(f"//filter[@name='group_by_{name}']")
            self.assertEqual(group.get("string"), label)

    def test_chinese_words_are_those_of_the_main_addon(self):
        own, main = (
            {entry.msgid: entry.msgstr for entry in polib.pofile(file_path(path))}
            for path in (
                "customer_grading_report/i18n/zh_CN.po",
                "customer_grading/i18n/zh_CN.po",
            )
        )
        shared = (own.keys() & main.keys()) - OTHERWISE
        self.assertGreater(len(shared), 20)
        self.assertEqual(
            {term: own[term] for term in shared}, {term: main[term] for term in shared}
        )
