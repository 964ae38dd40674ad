from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.person import PERSON


class CustomerGradingAnswer(models.Model):
    """Keeps what is answered about a person with that person."""

    _inherit = "customer.grading.answer"

    @api.constrains("question_id", "partner_id")
    def _check_about_person(self):
        for answer in self.filtered(lambda answer: answer.subject == PERSON.name):
            if not answer.partner_id._get_graded(PERSON.name):
                raise ValidationError(
                    self.env._(
                        "“%(question)s” is asked about people, and “%(contact)s” is a company or "
                        "an address. Say which person.",
                        question=answer.question_id.name,
                        contact=answer.partner_id.display_name,
                    )
                )

    def _get_graded_by(self, policy):
        """Return the people, too, of the customers that answers are about."""
        if policy.subject != PERSON.name:
            return super()._get_graded_by(policy)
        partners = self.sudo().partner_id
        theirs = Domain("id", "in", partners.ids) | Domain(PERSON.customer, "in", partners.ids)
        return partners.search(theirs)._get_graded(PERSON.name)
