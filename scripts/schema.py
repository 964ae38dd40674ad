"""Write docs/policy.schema.json with the keys of all addons; read by `odoo shell`."""

import json
from pathlib import Path


def write_schema(env):
    schema = env["customer.grading.policy.file"]._get_schema()
    text = json.dumps(schema, ensure_ascii=False, indent=1)
    Path("docs/policy.schema.json").write_text(text + "\n", encoding="utf-8")
