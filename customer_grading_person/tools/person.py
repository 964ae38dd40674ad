"""The kind of record that people are, known to whatever grades them."""

from odoo.addons.customer_grading.tools.statement import CUSTOMER
from odoo.addons.customer_grading.tools.subject import PARTNER, SUBJECTS, Subject

# Kept about them is what names a contact: a dimension says whether that is the company or one
# of its people.
PERSON = SUBJECTS["person"] = Subject("person", PARTNER.model, PARTNER.field, CUSTOMER)
