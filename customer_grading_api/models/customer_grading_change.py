from datetime import datetime, timezone

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

MOST_CHANGES = 5_000  # a page


class CustomerGradingChange(models.Model):
    """Tells other programs what changed since a moment, page by page."""

    _inherit = "customer.grading.change"

    # Not read-only: a replica does not know which transactions are open.
    @api.model
    def get_changes(self, since, limit=500):
        """Return the changes of grade that came into effect since a moment, oldest first.

        A change that was written again, as by a merge of contacts, comes again. What is not
        committed yet comes with a later page: none is left out.

        :param since: a day or a moment, ISO, in UTC where it says no other; or ``next`` of the page before
        :param limit: how many at most
        :return: ``{"changes": [...], "next": the "since" of the next page, "more": bool}``
        """
        Api = self.env["customer.grading.api"]
        Api._check_user()
        limit = Api._read_number("limit", limit, MOST_CHANGES)
        since = self._read_since(since)
        written = Domain.custom(
            to_sql=lambda _model, alias, _query: self._get_written_since_sql(alias, *since)
        )
        query = self._search(
            Domain("state", "=", "applied") & written, order="write_date, id", limit=limit + 1
        )
        columns = [SQL.identifier(query.table, name) for name in ("write_date", "id")]
        rows = self.env.execute_query(query.select(*columns))
        page = rows[:limit]
        moment, last_id = page[-1] if page else since
        return {
            "changes": [c._make_api_row() for c in self.browse(id_ for _moment, id_ in page)],
            "next": f"{moment.isoformat()}/{last_id}",
            "more": len(rows) > limit,
        }

    @api.model
    def _read_since(self, text):
        """Return ``(moment, id)`` after which changes are asked for."""
        try:
            told, _slash, id_ = text.partition("/")
            moment = datetime.fromisoformat(told)
            if moment.tzinfo:
                moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
            return moment, int(id_ or 0)
        except (AttributeError, OverflowError, ValueError):
            raise UserError(
                self.env._(
                    "“since” is no moment: %s. Write one such as 2026-11-20T00:00:00, in UTC, or "
                    "what “next” said.",
                    text,
                )
            ) from None

    @api.model
    def _get_written_since_sql(self, alias, moment, last_id):
        """Return whether a change was written after another one, and all before it is known.

        What transactions write that are still open has the moment of their beginning. The
        moment alone is asked for first, of which there is an index.
        """
        return SQL(
            """
            %(written)s >= %(moment)s::timestamp
            AND (%(written)s, %(id)s) > (%(moment)s::timestamp, %(last_id)s)
            AND %(written)s < (
                SELECT COALESCE(MIN(xact_start), 'infinity') AT TIME ZONE 'UTC'
                  FROM pg_stat_activity
                 WHERE datname = CURRENT_DATABASE() AND pid != PG_BACKEND_PID()
                   AND backend_type = 'client backend'
                   AND (backend_xid IS NOT NULL OR xact_start > NOW() - INTERVAL '1 hour'))
            """,
            written=SQL.identifier(alias, "write_date"),
            id=SQL.identifier(alias, "id"),
            moment=moment,
            last_id=last_id,
        )

    def _make_api_row(self):
        """Return a change as answers have it."""
        Api = self.env["customer.grading.api"]
        change = self.sudo()
        return {
            "id": change.id,
            "of": Api._make_record(change._get_subject()),
            "dimension": change.dimension_id.code,
            "company_id": change.company_id.id or None,
            "from": change.from_grade_id.code or None,
            "to": change.grade_id.code or None,
            "direction": change.direction,
            "origin": change.origin,
            "state": change.state,
            "reason": change.note or None,
            "since": Api._make_day(change.date_applied),
            "until": Api._make_day(change.date_end),
            "by_hand_until": Api._make_day(change.manual_until),
            "waits_for": change.waits_for or None,
        }
