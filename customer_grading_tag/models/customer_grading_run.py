import logging

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """Lets the tags follow: of who moved, and of everybody where everybody was graded."""

    _inherit = "customer.grading.run"

    def _grade(self, commit, subject_ids):
        """Write the tags of everybody once the grades are in effect, in a step of their own.

        That also tells who is not graded or left, and puts right what people did to tags. Where
        others keep it from being done again and again, the grades stay and the next run does it.
        """
        super(CustomerGradingRun, self.with_context(writes_tags_later=True))._grade(
            commit, subject_ids
        )
        if self.mode != "nightly" or self.state != "done" or not self._writes_tags():
            return
        try:
            self._try(self.dimension_id.sudo()._write_tags, commit)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not commit:
                raise
            self.env.cr.rollback()
            _logger.info("Contact tags of %s are left to the next run.", self.dimension_id.code)

    def _after_changes(self):
        dimension = self.dimension_id.sudo()
        later = self.mode == "nightly" and self.env.context.get("writes_tags_later")
        if self._writes_tags() and not later:
            moved = self.env["customer.grading.change"].sudo()._search(self._get_changes_domain())
            partner = SQL.identifier(moved.table, "partner_id")
            dimension._write_tags(None if self.mode == "nightly" else moved.subselect(partner))
        return super()._after_changes()

    def _writes_tags(self):
        dimension = self.dimension_id.sudo()
        return dimension.writes_tags and dimension._get_tag_company() == self.company_id
