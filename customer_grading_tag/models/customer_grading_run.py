from odoo import models


class CustomerGradingRun(models.Model):
    _inherit = "customer.grading.run"

    def _apply_changes(self, commit=False, subject_ids=None):
        """Put right what no move of a grade tells: who is not graded, who left, tags by hand."""
        super()._apply_changes(commit, subject_ids)
        dimension = self.dimension_id.sudo()
        if dimension.writes_tags and dimension._get_tag_company() == self.company_id:
            self._try(dimension._write_tags, commit, subject_ids)
