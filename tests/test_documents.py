"""What the documents name is there, in the sources of all addons, installed or not."""

import ast
import re
from pathlib import Path

from odoo.tests.common import BaseCase, tagged

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
        graded = {f"test_{path.stem}" for path in ROOT.glob("tests/**/golden/*.json")}
        for file, name in set(re.findall(r"`(?:\w+/)?(test_\w+\.py)::(test_\w+)`", self.text)):
            with self.subTest(file=file, name=name):
                by_cases = file == "test_golden.py" and name in graded
                self.assertTrue(by_cases or f"def {name}(" in tests[file])
        shipped = {path.stem for path in ROOT.glob("customer_grading*/data/policies/s*.json")}
        self.assertEqual(set(re.findall(r"`(s\d\d[a-e]?_\w+)`", self.text)), shipped)

    def test_where_is_names_what_is_there(self):
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        table = text[text.index("## Where is") : text.index("## What a change needs")]
        places = re.findall(r"`([\w/.]+)` \|$", table, re.MULTILINE)
        self.assertGreaterEqual(len(places), 10)
        for place in places:
            with self.subTest(place=place):
                apart = place.startswith(("customer_grading_", "spreadsheet_"))
                inside = "" if apart else "customer_grading/"
                self.assertTrue((ROOT / inside / place).exists())

    def test_each_addon_stands_in_the_street_below_one_that_it_needs(self):
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        drawing = text[text.index("## The street") : text.index("What an addon adds")]
        lines = re.findall(r"^    ([│├└─ ]*)(\w*customer_grading\w*) ", drawing, re.MULTILINE)
        needed = {
            path.parent.name: set(ast.literal_eval(path.read_text(encoding="utf-8"))["depends"])
            for path in ROOT.glob("*/__manifest__.py")
        }
        self.assertEqual(sorted(name for _branch, name in lines), sorted(needed))

        def get_all(name):
            return {name}.union(*(get_all(other) for other in needed.get(name, ())))

        above = {}
        for branch, name in lines:
            depth = len(branch) // 4
            above[depth] = name
            with self.subTest(addon=name):
                self.assertIn(above[max(depth - 1, 0)], get_all(name))


# Of Odoo's own, which any addon extends: how fields are worked out, and what records do.
OF_ODOO = re.compile(
    r"(create|write|unlink|copy|init|default_get|read|name_create"
    r"|_(compute|search|inverse|check|onchange|default|unlink_except|selection|cron)_\w+"
    r"|_(field_to_sql|read_group_\w+|order_to_sql|search|register_hook|auto_init|table_query)"
    r"|action_\w+|web_\w+|fields_get|get_views?|get_import_templates)"
)
# Overridden by an addon of ours, and told to nobody else.
NOT_TOLD = {
    # Of the kind of record that a line is about: the subject's hook is told.
    ("customer.grading.trial.line", "_get_unused_fields"),
}


def get_model(node):
    """Return the name of the model that a class makes or extends, or ``None``."""
    said = {
        target.id: statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    return said.get("_name") or said.get("_inherit")


def get_members(node):
    """Return ``{name: docstring}`` of the methods and fields of a class."""
    members = {}
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            members[statement.name] = ast.get_docstring(statement) or ""
        elif isinstance(statement, ast.Assign):
            members |= {t.id: "" for t in statement.targets if isinstance(t, ast.Name)}
    return members


@tagged("post_install", "-at_install")
class TestExtending(BaseCase):
    """docs/extending.md promises names to those who write addons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
        cls.told = set(
            re.findall(r"^\| `((?:report\.)?customer[\w.]+)\.(_\w+)` \|", cls.text, re.MULTILINE)
        )
        cls.members, cls.hooks, cls.places = {}, set(), {}
        for path in ROOT.glob("*customer_grading*/**/*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and (model := get_model(node)):
                    members = get_members(node)
                    cls.members.setdefault(model, set()).update(members)
                    cls.hooks |= {
                        (model, name) for name, doc in members.items() if doc.startswith("Hook:")
                    }
                    cls._note_methods(model, node, path.relative_to(ROOT).parts[0])

    @classmethod
    def _note_methods(cls, model, node, addon):
        """Note which addon defines which methods of a model of grading."""
        if model.startswith(("customer.grad", "report.customer_grading")):
            for statement in node.body:
                if isinstance(statement, ast.FunctionDef):
                    cls.places.setdefault((model, statement.name), set()).add(addon)

    def test_the_hooks_that_are_told_are_those_that_there_are(self):
        self.assertGreater(len(self.hooks), 30)
        self.assertEqual(self.told, self.hooks)

    def test_what_addons_override_is_told_as_a_hook(self):
        overridden = {
            method
            for method, addons in self.places.items()
            if len(addons) > 1 and not OF_ODOO.fullmatch(method[1])
        }
        self.assertGreater(len(overridden), 30)
        self.assertEqual(overridden - self.hooks, NOT_TOLD)

    def test_what_examples_extend_is_there(self):
        extended = {
            (model, name)
            for block in re.findall(r"```python\n(.*?)```", self.text, re.DOTALL)
            for model in re.findall(r'_inherit = "(customer[\w.]+)"', block)
            for name in re.findall(r"super\(\)\.(\w+)", block)
        }
        self.assertGreaterEqual(len(extended), 3)
        for model, name in extended:
            with self.subTest(model=model, name=name):
                self.assertTrue(name in self.members[model])

    def test_each_method_and_field_named_in_a_sentence_is_there(self):
        """One that stands alone is of some model of grading."""
        members = set().union(*self.members.values())
        prose = re.sub(r"```.*?```", "", self.text, flags=re.DOTALL)
        for name in set(re.findall(r"`(_\w+)(?:\([^`]*\))?`", prose)):
            with self.subTest(name=name):
                self.assertTrue(name in members)
        for model, name in set(re.findall(r"`(customer(?:\.\w+)+)\.(_\w+)`", prose)):
            with self.subTest(model=model, name=name):
                self.assertTrue(name in self.members[model])
