import logging

from odoo import models
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)
WRITTEN = ("comment", "email")


class MailThread(models.AbstractModel):
    """What our people write is an answer: who waited for it waits no more.

    What comes in begins to wait as the job looks at it, some minutes later.
    """

    _inherit = "mail.thread"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        is_answer = self._name in THREADS and self._is_ours_to_them(message.sudo())
        if is_answer and self.env["customer.grading.deadline"]._is_any():
            self._try_meet_deadlines()
        return result

    @staticmethod
    def _is_ours_to_them(message):
        """Whether one of our people wrote a message that is no note; to whom is asked later."""
        if message.message_type not in WRITTEN or message.is_internal:
            return False
        if message.subtype_id.internal:
            return False
        return any(not user.share for user in message.author_id.user_ids)

    def _try_meet_deadlines(self):
        """Look at it, and let nothing that is wrong with a deadline keep people from answering."""
        self.env.flush_all()  # what is wrong with their own work is told as ever
        try:
            with self.env.cr.savepoint():
                self._meet_deadlines()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # the job looks again in some minutes
            _logger.exception("Deadlines of %s were not looked at.", self)

    def _meet_deadlines(self):
        """Look at once whether somebody waited for what was just done on these records."""
        engine = self.env["customer.grading.deadline.engine"].sudo()
        records = self.sudo().exists()
        if self._name == "crm.lead":
            engine._meet(records)
        customers = records if self._name == "res.partner" else records.partner_id
        if customers:
            engine._meet(customers)
