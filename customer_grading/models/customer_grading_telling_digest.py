from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 50  # salespeople written to in one transaction
LISTED = 50  # moves that a digest tells one by one
UNTIL = "customer_grading.digest_until"
DIRECTIONS = ("down", "lost", "up", "new")  # in the order of telling
ARROWS = {"up": "▲", "down": "▼"}


class CustomerGradingTelling(models.AbstractModel):
    """Tells each salesperson once a day which of his customers and opportunities moved."""

    _inherit = "customer.grading.telling"

    @api.model
    def _cron_digest(self, batch_size=BATCH):
        """Write to the salespeople whose customers or opportunities moved since yesterday.

        What moves while it goes on is told tomorrow, so that nobody gets two a day.
        """
        remaining = self._is_told("digest")
        until = remaining and self._get_until()
        while remaining:
            count = self._digest(until, batch_size)
            remaining = count == batch_size
            if not self.env["ir.cron"]._commit_progress(count, remaining=int(remaining)):
                break

    def _get_until(self):
        """Return up to what moment today's digests tell; the first call of the day says it."""
        Parameter = self.env["ir.config_parameter"].sudo()
        [[now]] = self.env.execute_query(SQL("SELECT NOW() AT TIME ZONE 'UTC'"))
        until = fields.Datetime.to_datetime(Parameter.get_param(UNTIL))
        if not until or until.date() < now.date():
            until = now
            Parameter.set_param(UNTIL, fields.Datetime.to_string(until))
        return until

    def _digest(self, until, batch_size=BATCH):
        """Write to the next salespeople, and return how many there were."""
        news = SQL(
            "%s AND change.write_date < %s::timestamp + INTERVAL '1 second'",
            self._get_news_sql(("digest",), "is_digested"),
            until,
        )
        self.env.flush_all()
        statement = SQL(
            """
            SELECT DISTINCT COALESCE(partner.user_id, lead.user_id, 0) AS user_id
              FROM customer_grading_change change
              JOIN customer_grading_policy policy ON policy.id = change.policy_id
              LEFT JOIN res_partner partner ON partner.id = change.partner_id
              LEFT JOIN crm_lead lead ON lead.id = change.lead_id
             WHERE %s
             ORDER BY user_id
             LIMIT %s
            """,
            news,
            batch_size,
        )
        user_ids = [user_id for (user_id,) in self.env.execute_query(statement)]
        if not user_ids:
            return 0
        condition = SQL(
            "%s AND (SELECT COALESCE(partner.user_id, lead.user_id, 0) FROM (VALUES (1)) one"
            " LEFT JOIN res_partner partner ON partner.id = change.partner_id"
            " LEFT JOIN crm_lead lead ON lead.id = change.lead_id) = ANY(%s)",
            news,
            user_ids,
        )
        changes = self._mark(condition, "is_digested")
        for user, own in changes.grouped("salesperson_id").items():
            if user.active and not user.share:
                self._write_digest(user, own)
        return len(user_ids)

    def _write_digest(self, user, changes):
        """Write to ``user`` what moved, in his language, as far as he may see it."""
        changes = changes.with_env(self.env(user=user, su=False)).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=user.company_ids.ids
        )
        moves = self._get_moves(changes._filtered_access("read"))
        if not moves:
            return
        template = self.env.ref("customer_grading.mail_template_digest").with_context(
            moves=self._prepare_moves(moves[:LISTED]), count=len(moves), listed=LISTED
        )
        names = {"compute_lang": True}
        self.env["mail.thread"].message_notify(
            subject=template._render_field("subject", user.ids, **names)[user.id],
            body=template._render_field("body_html", user.ids, **names)[user.id],
            partner_ids=user.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            email_layout_xmlid="mail.mail_notification_light",
            model_description=changes.env._("grades"),
            force_send=False,
        )

    @staticmethod
    def _get_moves(changes):
        """Return the last of the changes of each customer, as ``(direction, before, change)``.

        A customer that is again where it was did not move. What was lost comes first.
        """
        moves = []
        for own in changes.sorted("id").grouped("result_id").values():
            before, last = own[0].from_grade_id, own[-1]
            if not last.date_end and before != last.grade_id:
                moves.append((before._get_direction_to(last.grade_id), before, last))
        return sorted(
            moves, key=lambda move: (DIRECTIONS.index(move[0]), move[2]._get_subject().display_name)
        )

    def _prepare_moves(self, moves):
        """Return what a digest shows of each move."""
        changes = moves[0][2].union(*(change for _direction, _before, change in moves))
        texts = changes._get_move_texts()
        several = self._has_companies()
        base = self.get_base_url()
        nothing = changes.env._("not graded")
        rows = []
        for direction, before, change in moves:
            subject = change._get_subject()
            rows.append(
                {
                    "url": f"{base}/mail/view?model={subject._name}&res_id={subject.id}",
                    "name": subject.display_name,
                    "title": self._get_title(change, several),
                    "before": before.code or nothing,
                    "after": texts[change][1],
                    "arrow": ARROWS.get(direction, ""),
                    "why": texts[change][2],
                }
            )
        return rows
