import time

import psycopg2

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

SLICE = 10_000  # results dealt with in one transaction, or while somebody waits
TRIES = 5  # of a slice that other people's writes keep from being done
WAIT = 0.05  # seconds before the second try; twice as long before each further one


class CustomerGradingSlices(models.AbstractModel):
    """Does what takes long in transactions of its own, beside other people's work."""

    _name = "customer.grading.slices"
    _description = "Work in Slices"

    def _try(self, step, commit, *args):
        """Do ``step``; in a transaction of its own, again when others were in its way."""
        for attempt in range(TRIES):
            try:
                result = step(*args)
                if commit:
                    self.env["ir.cron"]._commit_progress()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY + (psycopg2.errors.ForeignKeyViolation,):
                if not commit or attempt == TRIES - 1:
                    raise
                self.env.cr.rollback()
                time.sleep(WAIT * 2**attempt)
        return None

    def _in_slices(self, step, commit, *args):
        """Do ``step`` slice by slice, each in a transaction of its own.

        One that others' writes keep from being done is tried again at a quarter of its length:
        what takes less time is less often in somebody's way. The next ones are longer again.

        :param step: takes ``args``, where the slice starts and how long it is; returns where
            the next one starts, ``None`` after the last
        """
        start, length = 0, SLICE
        while start is not None:
            lengths = iter([max(length // 4**attempt, 1) for attempt in range(TRIES)])

            def do_slice(start=start, lengths=lengths):
                length = next(lengths)
                return step(*args, start, length), length

            start, length = self._try(do_slice, commit)
            length = min(2 * length, SLICE)
