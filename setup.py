"""Finds the addons, and takes the version from the core's manifest; all the rest stands in setup.cfg."""

from ast import literal_eval
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
ADDONS = [path.parent.name for path in sorted(ROOT.glob("*/__manifest__.py"))]
manifest = ROOT / "customer_grading" / "__manifest__.py"

# A part of Odoo's own namespace: there is no odoo/__init__.py here.
setup(
    version=literal_eval(manifest.read_text(encoding="utf-8"))["version"],
    packages=[
        f"odoo.addons.{package}"
        for addon in ADDONS
        for package in (addon, *(f"{addon}.{name}" for name in find_packages(str(ROOT / addon))))
    ],
    package_dir={f"odoo.addons.{addon}": addon for addon in ADDONS},
)
