from odoo import api, models

from .customer_grading_grant import AT_ONCE


class CustomerGradingChangeWriter(models.AbstractModel):
    """Lets what a grade gives go with it at once, where people decided about a few."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        changes = super()._write(decided, date, **told)
        applied = changes.filtered(lambda change: change.state == "applied")
        if not applied or not self.env["customer.grading.terms"]._is_any():
            return changes
        # What records hold that are being merged is only known once they are one.
        if len(applied) > AT_ONCE or self.env.context.get("gives_once_merged"):
            self.env["customer.grading.terms"]._give_soon()
            return changes
        giver = self.env["customer.grading.terms.giver"]
        for (dimension, company), some in applied.grouped(
            lambda change: (change.dimension_id, change.company_id)
        ).items():
            if dimension.subject in ("partner", "lead"):
                field = dimension._get_subject_kind().field
                giver._settle(dimension, company, some[field].ids)
        return changes
