from odoo import fields, models

from ..tools.person import PERSON
from ..tools.texts import OF_PEOPLE


class CustomerGradingDimension(models.Model):
    """What the grade of a person is about."""

    _inherit = "customer.grading.dimension"

    subject = fields.Selection(
        selection_add=[(PERSON.name, "People")], ondelete={PERSON.name: "cascade"}
    )

    def _choose_text(self, of_customers, of_opportunities):
        if self.subject == PERSON.name:
            return OF_PEOPLE.say(self.env, of_customers)
        return super()._choose_text(of_customers, of_opportunities)
