from odoo import fields, models

from ...tools.groups import USER_GROUP
from ...tools.texts import NOT_GRADED


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.grading.mixin"]

    _grading_subject = "partner"
    _grading_result_field = "partner_id"
    # A contact shows its company's grade.
    _grading_key_field = "commercial_partner_id"
    _grading_grade_field = "customer_grade_id"
    _grading_color_field = "customer_grade_color"

    customer_grade_id = fields.Many2one(
        "customer.grade",
        "Grade",
        compute="_compute_grading",
        search="_search_grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    customer_grade_color = fields.Integer(
        "Grade color", compute="_compute_grading", groups=USER_GROUP
    )

    def write(self, vals):
        """Note who may belong to another company afterwards: invoices of before stay."""
        if vals.keys() & {"parent_id", "is_company"}:
            moving = self.filtered(
                lambda contact: (
                    contact.is_company != vals.get("is_company", contact.is_company)
                    or contact.parent_id.id
                    != (vals.get("parent_id", contact.parent_id.id) or False)
                )
            )
            self.env["customer.grading.former.contact"]._note(moving)
        return super().write(vals)

    def unlink(self):
        """Answers go with whom they are about, and so do the proofs attached to them."""
        if any(
            map(self.env["customer.grading.question"]._is_asked_about, self._get_graded_kinds())
        ):
            answers = self.env["customer.grading.answer"].sudo()
            answers.search([("partner_id", "in", self.ids)]).unlink()
        return super().unlink()

    def _get_customer(self):
        """Return the customer that is graded."""
        return self.commercial_partner_id
