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
        for file, name in set(re.findall(r"`((?:\w+/)?test_\w+\.py)::(test_\w+)`", self.text)):
            with self.subTest(file=file, name=name):
                self.assertIn(f"def {name}(", (ROOT / "tests" / file).read_text(encoding="utf-8"))
        library = ROOT / "customer_grading/data/policies"
        shipped = {path.stem for path in library.glob("s*.json")}
        self.assertEqual(set(re.findall(r"`(s\d\d_\w+)`", self.text)), shipped)
