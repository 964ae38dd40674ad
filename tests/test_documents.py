"""What the documents name is there."""

import re
from pathlib import Path

from odoo.tests.common import BaseCase, TransactionCase, tagged

ROOT = Path(__file__).parent.parent


@tagged("post_install", "-at_install")
class TestDocuments(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = (ROOT / "docs/expressiveness.md").read_text(encoding="utf-8")

    def test_each_of_the_63_systems_has_a_line(self):
        named = re.findall(r"^\| (S\d\d) \|", self.text, re.MULTILINE)
        self.assertEqual(named, [f"S{number:02}" for number in range(1, 64)])

    def test_tests_and_files_that_show_it_exist(self):
        tests = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/*.py")}
        tests["test_golden.py"] = "".join(
            path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_golden.py")
        )
        for file, name in set(re.findall(r"`(?:\w+/)?(test_\w+\.py)::(test_\w+)`", self.text)):
            with self.subTest(file=file, name=name):
                self.assertIn(f"def {name}(", tests[file])
        shipped = {path.stem for path in ROOT.glob("customer_grading*/data/policies/s*.json")}
        self.assertEqual(set(re.findall(r"`(s\d\d_\w+)`", self.text)), shipped)

    def test_where_is_names_what_is_there(self):
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        table = text[text.index("## Where is") : text.index("## What a change needs")]
        places = re.findall(r"`([\w/.]+)` \|$", table, re.MULTILINE)
        self.assertGreaterEqual(len(places), 10)
        for place in places:
            with self.subTest(place=place):
                inside = "" if place.startswith("customer_grading_") else "customer_grading/"
                self.assertTrue((ROOT / inside / place).exists())


@tagged("post_install", "-at_install")
class TestExtending(TransactionCase):
    """docs/extending.md promises names to those who write addons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
        cls.hooks = set(re.findall(r"^\| `(customer[\w.]+)\.(_\w+)` \|", cls.text, re.MULTILINE))

    def test_the_hooks_that_are_told_are_those_that_there_are(self):
        hooks = {
            (model, name)
            for model in self.env
            for cls in type(self.env[model]).__mro__
            if cls.__module__.startswith("odoo.addons.customer_grading.") and cls._name == model
            for name, member in vars(cls).items()
            if (getattr(member, "__doc__", None) or "").startswith("Hook:")
        }
        self.assertEqual(self.hooks, hooks)

    def test_what_examples_extend_is_there(self):
        extended = {
            (model, name)
            for block in re.findall(r"```python\n(.*?)```", self.text, re.DOTALL)
            for model in re.findall(r'_inherit = "(customer[\w.]+)"', block)
            for name in re.findall(r"super\(\)\.(\w+)", block)
        }
        self.assertGreaterEqual(len(extended), 4)
        for model, name in extended:
            with self.subTest(model=model, name=name):
                self.assertTrue(hasattr(self.env[model], name))

    def test_each_method_and_field_named_in_a_sentence_is_there(self):
        """One that stands alone is of some model of grading; one of a key is the example's."""
        members = {
            member
            for name in self.env
            if name.startswith("customer.")
            for member in (*dir(type(self.env[name])), *self.env[name]._fields)
        }
        prose = re.sub(r"```.*?```", "", self.text, flags=re.DOTALL)
        for name in set(re.findall(r"`(_\w+)(?:\([^`]*\))?`", prose)):
            with self.subTest(name=name):
                self.assertIn(name, members)
        for model, name in set(re.findall(r"`(customer(?:\.\w+)+)\.(_\w+)`", prose)):
            with self.subTest(model=model, name=name):
                self.assertTrue(hasattr(self.env[model], name))
