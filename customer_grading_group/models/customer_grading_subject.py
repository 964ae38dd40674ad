from odoo import api, fields, models

from ..tools.group import GROUP


class CustomerGradingSubject(models.AbstractModel):
    """What is kept about a graded record: it may be a group."""

    _inherit = "customer.grading.subject"

    group_id = fields.Many2one(
        "customer.grading.group", "Group", ondelete="cascade", index="btree_not_null"
    )

    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id, group_id) = 1)",
        "Say what it is about: a customer, an opportunity or a group.",
    )

    @api.model
    def _get_unused_fields(self):
        unused = super()._get_unused_fields()
        if self.env["customer.grading.dimension"]._is_used(GROUP.name):
            return unused
        return (*unused, "group_id")

    def _get_subject(self):
        return self.group_id or super()._get_subject()

    def _get_customer(self):
        """Return nobody for a group, whose customers are many."""
        return self.env["res.partner"] if self.group_id else super()._get_customer()
