"""The kind of record that groups are, known to whatever grades them."""

from odoo.addons.customer_grading.tools.subject import SUBJECTS, Subject

GROUP = SUBJECTS["group"] = Subject("group", "customer.grading.group", "group_id")

# What documents are put together by: the region itself, not what is kept about it.
SHARED_RECORD = f"{GROUP.name}.res_id"
