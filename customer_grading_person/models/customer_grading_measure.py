from odoo import fields, models

from ..tools.person import PERSON


class CustomerGradingMeasure(models.Model):
    """What has a value for a person: fields, filters, documents that name the person."""

    _inherit = "customer.grading.measure"

    subject = fields.Selection(
        selection_add=[(PERSON.name, "People")], ondelete={PERSON.name: "cascade"}
    )

    category = fields.Selection(
        selection_add=[("9_person", "The person itself")], ondelete={"9_person": "set default"}
    )

    def _propose_subject_path(self):
        """Propose the contact that a document names, not the company that it is of."""
        path = super()._propose_subject_path()
        if self.subject != PERSON.name:
            return path
        return self._find_link(PERSON.model) or path.removesuffix(f".{PERSON.customer}")
