from odoo import api, fields, models


class CustomerGrade(models.Model):
    """Says how often who holds it is contacted."""

    _inherit = "customer.grade"

    cadence_ids = fields.One2many(
        "customer.grading.cadence",
        "grade_id",
        "Cadences",
        help="How often who holds the grade is called, visited or written to. Another grade "
        "inherits nothing of it.",
    )
    least_contacts = fields.Integer(
        "Contacts before giving up",
        aggregator=None,
        help="Whoever marks an opportunity of this grade lost after fewer days with contact is "
        "warned. 0: nobody is.",
    )
    subject = fields.Selection(related="dimension_id.subject")

    @api.ondelete(at_uninstall=False)
    def _unlink_cadences(self):
        """Let its cadences go as cadences do: who holds a grade below may be followed by them."""
        self.cadence_ids.unlink()
