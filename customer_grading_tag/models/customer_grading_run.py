from odoo import models


class CustomerGradingRun(models.Model):
    _inherit = "customer.grading.run"

    def _after_changes(self):
        """Let the tags follow: of who moved, and of everybody where everybody was graded.

        That also tells who is not graded or left, and puts right what people did to tags.
        """
        dimension = self.dimension_id.sudo()
        if dimension.writes_tags and dimension._get_tag_company() == self.company_id:
            moved = self.env["customer.grading.change"].sudo()._search(self._get_changes_domain())
            dimension._write_tags(None if self.mode == "nightly" else moved.subselect("partner_id"))
        return super()._after_changes()
