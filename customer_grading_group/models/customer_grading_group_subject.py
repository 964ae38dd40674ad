from odoo import api, fields, models

from ..tools.group import GROUP


class CustomerGradingGroupSubject(models.AbstractModel):
    """What may be kept about a group, too; models take it before what they are of the core."""

    _name = "customer.grading.group.subject"
    _description = "Kept About a Graded Group"

    group_id = fields.Many2one("customer.grading.group", ondelete="cascade", index="btree_not_null")

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
