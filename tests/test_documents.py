"""What the documents name is there."""

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
