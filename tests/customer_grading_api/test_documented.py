"""The examples of docs/api.md do what the page says, as written."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from unittest.mock import patch

import requests

from odoo.tests import tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME, get_db_name

from .common import ApiCommon

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"```(bash|python)\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)
URL = "https://odoo.example.com"
# What is the same on the page as here; names, numbers and days are the page's own.
ALIKE = ("kind", "asked", "is", "value", "short", "met", "reason")


@tagged("post_install", "-at_install")
class TestDocumented(ApiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
        cls.examples = [
            (kind, code, json.loads(answer)) for kind, code, answer in EXAMPLE.findall(text)
        ]
        cls.written = text.count("```bash") + text.count("```python")

    def _insert_ids(self, body):
        """Put the contacts of this test in the place of those of the page."""
        ids = {7: self.azure.id, 8: self.brook.id}
        return {**body, "ids": [ids[id_] for id_ in body["ids"]]} if "ids" in body else body

    def _check_shape(self, shown, got, path=()):
        """Check that an answer has the keys that are shown, and kinds of values where both have one.

        A list inside a record has as many items as are shown, each of its own shape; of records
        themselves there may be more.
        """
        if isinstance(shown, dict):
            self.assertIsInstance(got, dict, path)
            self.assertEqual([*shown], [*got], path)
            for key, value in shown.items():
                self._check_shape(value, got[key], (*path, key))
        elif isinstance(shown, list):
            self.assertIsInstance(got, list, path)
            inside = any(isinstance(step, int) for step in path)
            self.assertEqual(
                len(shown) if inside else bool(shown), len(got) if inside else bool(got), path
            )
            for number, (one, other) in enumerate(zip(shown, got, strict=False)):
                self._check_shape(one, other, (*path, number))
        elif path[-1] in ALIKE:
            self.assertEqual(got, shown, path)
        elif shown is not None and got is not None:
            self.assertIs(type(got), type(shown), path)

    def _run_curl(self, code):
        """Run a command line as written, with this server, key and contacts in their places."""
        words = shlex.split(code.replace("\\\n", " ").replace(URL, self.base_url()))
        body = self._insert_ids(json.loads(words[words.index("-d") + 1]))
        words[words.index("-d") + 1] = json.dumps(body)
        words = [word.replace("$ODOO_API_KEY", self._get_key(self.user)) for word in words]
        cookie = f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}"
        extra = ["-s", "-H", f"X-Odoo-Database: {get_db_name()}", "--cookie", cookie]
        done = subprocess.run([*words, *extra], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def _send(self, code):
        """Send what a command line sends, where there is no curl."""
        words = shlex.split(code.replace("\\\n", " "))
        body = self._insert_ids(json.loads(words[words.index("-d") + 1]))
        return self._ask(words[1].removeprefix(f"{URL}/json/2/"), self.user, **body)

    def test_each_command_line_gives_what_is_shown(self):
        self.user = self.users["officer"]
        self.env["res.lang"]._activate_lang("en_US")
        commands = [(code, shown) for kind, code, shown in self.examples if kind == "bash"]
        self.assertEqual(len(commands), 8)
        for code, shown in commands:
            with self.subTest(code=code):
                if shutil.which("curl"):
                    with self.allow_requests():
                        got = self._run_curl(code)
                else:
                    got = self._send(code)
                self.assertTrue(got)
                self._check_shape(shown, got)

    def test_the_program_runs_as_written(self):
        self.user = self.users["salesperson"]
        [(code, shown)] = [(c, shown) for kind, c, shown in self.examples if kind == "python"]
        self.assertEqual(self.written, len(self.examples))
        code = code.replace(URL, self.base_url()).replace("ODOO_API_KEY", self._get_key(self.user))
        code = code.replace(
            '{"Authorization"', f'{{"X-Odoo-Database": "{get_db_name()}", "Authorization"'
        )
        pages = []

        def post(*args, **kwargs):
            response = self.opener.post(*args, **kwargs)
            pages.append(response.json())
            return response

        with patch.object(requests, "post", post):
            scope = {"__name__": "__main__", "print": lambda *told: stored.append(told)}
            stored = []
            exec(compile(code, "docs/api.md", "exec"), scope)  # noqa: S102 - it is our own page
            self.assertIn((self.azure.id, "value", "B"), [told[1:4] for told in stored])
            self._check_shape(shown, pages[0])
            self.assertEqual(scope["kept"], pages[-1]["next"])
            with self.assertRaisesRegex(RuntimeError, "is no moment"):
                scope["sync"]("lately", print)
