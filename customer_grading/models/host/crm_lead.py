from odoo import fields, models

from ...tools.groups import USER_GROUP
from ...tools.texts import NOT_GRADED


class CrmLead(models.Model):
    """An opportunity has a grade of its own, and shows that of its customer."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "customer.grading.mixin", "customer.grading.document"]

    _grading_subject = "lead"
    _grading_result_field = "lead_id"
    _grading_grade_field = "opportunity_grade_id"
    _grading_color_field = "opportunity_grade_color"

    opportunity_grade_id = fields.Many2one(
        "customer.grade",
        "Grade",
        compute="_compute_grading",
        search="_search_grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    opportunity_grade_color = fields.Integer(
        "Grade color", compute="_compute_grading", groups=USER_GROUP
    )
    customer_grade_id = fields.Many2one(
        related="partner_id.customer_grade_id",
        string="Customer grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    customer_grade_color = fields.Integer(
        related="partner_id.customer_grade_color",
        string="Color of the customer grade",
        groups=USER_GROUP,
    )

    def _get_customer(self):
        """Return the opportunity's customer."""
        return self.partner_id.commercial_partner_id

    def _merge_dependences(self, opportunities):
        """Settle the grading of the merged opportunities before they are deleted.

        Where none was ever graded or asked about, Odoo's assignment of leads, which merges,
        does no query more. The one that stays is graded again as any opportunity that
        changed.
        """
        if self.env["customer.grading.dimension"]._is_used(self._grading_subject):
            self.env["customer.grading.result"].sudo()._settle_merge(opportunities, self)
        if self.env["customer.grading.question"]._is_asked_about(self._grading_subject):
            Answer = self.env["customer.grading.answer"].sudo()
            Answer.search([("lead_id", "in", opportunities.ids)]).lead_id = self
        return super()._merge_dependences(opportunities)
