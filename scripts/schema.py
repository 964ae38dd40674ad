"""Writes docs/policy.schema.json, in Odoo's shell, with the keys of all addons."""

import json
from pathlib import Path

schema = env["customer.grading.policy.file"]._get_schema()  # noqa: F821 - the shell gives it
text = json.dumps(schema, ensure_ascii=False, indent=1)
Path("docs/policy.schema.json").write_text(text + "\n", encoding="utf-8")
