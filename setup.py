"""Takes the version from the addon's manifest; all the rest stands in setup.cfg."""

from ast import literal_eval
from pathlib import Path

from setuptools import setup

manifest = Path(__file__).parent / "customer_grading" / "__manifest__.py"
setup(version=literal_eval(manifest.read_text(encoding="utf-8"))["version"])
