"""Each addon that came by itself can be removed, with what stands on it, and comes back."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db
from odoo.tests.common import BaseCase, get_db_name, tagged
from odoo.tools import config

ROOT = Path(__file__).parent.parent


# What does not come by itself.
CHOSEN = (
    "agreement",
    "capacity",
    "credit",
    "deadline",
    "follow_up",
    "group",
    "paper",
    "person",
    "pool",
    "protection",
    "referral",
    "terms",
    "visit_plan",
    "win_back",
)


@tagged("post_install", "-at_install")
class TestAddonsRemoved(BaseCase):
    copying = Lock()

    def _get_removable(self):
        """Return the names of the installed addons that came with the core, or as people chose."""
        domain = [
            ("state", "=", "installed"),
            ("name", "=like", "%customer_grading%"),
            ("name", "!=", "customer_grading"),
            "|",
            ("auto_install", "=", True),
            ("name", "in", [f"customer_grading_{name}" for name in CHOSEN]),
        ]
        with Registry(get_db_name()).cursor() as cr:
            modules = api.Environment(cr, SUPERUSER_ID, {})["ir.module.module"].search(domain)
            return sorted(modules.mapped("name"))

    @contextmanager
    def _copy(self, addon):
        """Give the name of a copy of the database, with its files."""
        source, files = get_db_name(), Path(config.filestore(get_db_name()))
        name = f"{source}-removing-{addon}"
        copied = Path(config["data_dir"]) / "filestore" / name
        with self.copying:
            close_db(source)  # a database with connections cannot be copied
            subprocess.run(["createdb", "-T", source, name], check=True)
        try:
            shutil.copytree(files, copied, copy_function=os.link, dirs_exist_ok=True)
            yield name
        finally:
            subprocess.run(["dropdb", "--force", name], check=True)
            shutil.rmtree(copied, ignore_errors=True)

    def test_each_leaves_nothing_and_comes_back(self):
        removable = self._get_removable()
        if not removable:
            self.skipTest("The core alone is removed with all the others, where they are.")
        addons = [*removable, "customer_grading"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for addon, done in zip(addons, pool.map(self._remove, addons), strict=True):
                with self.subTest(addon=addon):
                    self.assertFalse(done.returncode, done.stderr)

    def _remove(self, addon):
        with self._copy(addon) as name:
            command = [sys.executable, "-m", "tests.removing", addon, name, config["config"]]
            return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
