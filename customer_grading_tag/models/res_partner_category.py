from odoo import api, models
from odoo.exceptions import UserError


class ResPartnerCategory(models.Model):
    _inherit = "res.partner.category"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_graded(self):
        Dimension = self.env["customer.grading.dimension"].sudo().with_context(active_test=False)
        below = [("id", "child_of", self.ids)]
        tags = self.sudo().with_context(active_test=False).search(below)
        if writing := Dimension.search(
            [
                "|",
                "|",
                ("tag_id", "in", tags.ids),
                ("ungraded_tag_id", "in", tags.ids),
                ("grade_ids.tag_id", "in", tags.ids),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "The dimension “%s” writes its grades with these tags. Switch off “Write as "
                    "contact tags” there, which deletes them; or archive a grade, and its tag with it.",
                    writing.name,
                )
            )

    def _unlink_alone(self):
        """Delete these tags; what people put below them stays, and moves to the top."""
        tags = self.with_context(active_test=False)
        (tags.child_ids - tags).parent_id = False
        tags.unlink()
