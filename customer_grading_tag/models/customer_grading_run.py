from odoo import models


class CustomerGradingRun(models.Model):
    """Lets the tags follow: of who was graded, and of everybody where everybody was.

    That also tells who is not graded or left, and puts right what people did to tags.
    """

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._write_tags]

    def _write_tags(self, commit, subject_ids):
        dimension = self.dimension_id.sudo()
        if not dimension.writes_tags or dimension._get_tag_company() != self.company_id:
            return
        if subject_ids is None:
            self._try(dimension._write_tags, commit)
        else:
            dimension._write_tags_of(subject_ids)
