from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

NOTES = 1_000  # changes noted in one transaction
DIGESTS = 50  # salespeople written to in one transaction
LISTED = 50  # moves that a digest tells one by one
LATEST_DAYS = 3  # what was not told until then is no news any more
UNTIL = "customer_grading_notification.digest_until"
# Changes that keep what a customer had, or only put it back.
SILENT_ORIGINS = ("merge", "undo")
DIRECTIONS = ("down", "lost", "up", "new")  # in the order of telling
ARROWS = {"up": "▲", "down": "▼"}


class CustomerGradingNotification(models.AbstractModel):
    """Notifies people of the grades that moved, afterwards: change control waits for no message.

    Notes on the records come within minutes; once a day each salesperson gets a digest.
    A change says of itself whether it was told. It is marked in the transaction that writes
    the message: killed anywhere, nothing is lost and nothing is told twice.
    """

    _name = "customer.grading.notification"
    _description = "Notification of Moves of Grade"

    def _get_news_sql(self, ways, mark):
        """Return the condition on ``change``, joined to its ``policy``, of what is news.

        That is what moved lately, since the policy notifies, was not told, and is no part of a
        first grading.

        :param ways: the values of the policy's “notify by” that ask for it
        :param mark: the field of the change that says that it was told
        """
        days = timedelta(days=LATEST_DAYS)
        return SQL(
            """
            change.write_date >= NOW() AT TIME ZONE 'UTC' - %(days)s
            AND change.write_date >= policy.notify_since
            AND change.date_applied >= %(date)s
            AND policy.notify_by IN %(ways)s
            AND change.state = 'applied' AND change.direction != 'same'
            AND change.origin NOT IN %(silent)s AND change.merged_from IS NULL
            AND %(mark)s IS NOT TRUE
            AND NOT EXISTS (SELECT FROM customer_grading_run run
                             WHERE run.id = change.run_id AND run.first)
            """,
            days=days,
            date=self.env["customer.grading.engine"]._get_today(self.env.company) - days,
            ways=ways,
            silent=SILENT_ORIGINS,
            mark=SQL.identifier("change", mark),
        )

    def _is_asked_for(self, *ways):
        """Whether any policy notifies in one of these ways."""
        Policy = self.env["customer.grading.policy"].sudo().with_context(active_test=False)
        return bool(Policy.search_count([("notify_by", "in", ways)], limit=1))

    def _mark(self, condition, mark, batch_size=None):
        """Note of the changes that ``condition`` finds that they are told, and return them.

        What somebody else has locked is left to the next time. Nothing else of a change is
        touched: it did not move again.
        """
        self.env.flush_all()
        statement = SQL(
            """
            UPDATE customer_grading_change SET %(mark)s = TRUE
             WHERE id IN (
                SELECT change.id
                  FROM customer_grading_change change
                  JOIN customer_grading_policy policy ON policy.id = change.policy_id
                 WHERE %(condition)s
                 ORDER BY change.id
                 LIMIT %(batch)s
                   FOR UPDATE OF change SKIP LOCKED)
            RETURNING id
            """,
            mark=SQL.identifier(mark),
            condition=condition,
            batch=batch_size,
        )
        self.env.cr.execute(statement)
        ids = sorted(id_ for (id_,) in self.env.cr.fetchall())
        changes = self.env["customer.grading.change"].sudo().browse(ids)
        changes.invalidate_recordset([mark], flush=False)
        return changes

    # ------------------------------------------------------------------ notes

    @api.model
    def _cron_note(self, batch_size=NOTES):
        """Note on the records which grades moved: one message a change, and no e-mail."""
        remaining = self._is_asked_for("note", "digest")
        while remaining:
            changes = self._note(batch_size)
            remaining = len(changes) == batch_size
            if not self.env["ir.cron"]._commit_progress(len(changes), remaining=int(remaining)):
                break

    def _note(self, batch_size=NOTES):
        """Write the notes of the next changes, and return these.

        A grade that was left again meanwhile is history, no news.
        """
        condition = SQL(
            "%s AND change.date_end IS NULL",
            self._get_news_sql(("note", "digest"), "is_noted"),
        )
        changes = self._mark(condition, "is_noted", batch_size)
        # Everybody who sees the record reads its notes.
        seen = changes.filtered(lambda change: not change.dimension_id.group_ids)
        vals_list = []
        for lang, some in seen.grouped(self._get_lang).items():
            vals_list += self.with_context(lang=lang)._prepare_notes(some)
        self.env["mail.message"].sudo().create(vals_list)
        return changes

    @staticmethod
    def _get_lang(change):
        """Return the language of who reads the note first."""
        user = change.salesperson_id or change.policy_id.user_id
        return user.lang or change.company_id.partner_id.lang or change.env.lang

    def _prepare_notes(self, changes):
        """Return the values of a message for each of ``changes``, without figures."""
        changes = changes.with_env(self.env)
        texts = changes._get_move_texts(figures=False)
        root = self.env.ref("base.partner_root")
        note = self.env.ref("mail.mt_note")
        several = self._has_companies()
        vals_list = []
        for change, (before, after, why) in texts.items():
            subject = change._get_subject()
            author = change.decided_by_id.partner_id or root
            move = Markup("<strong>%s → %s</strong>") % (before, after)
            text = self.env._(
                "%(dimension)s: %(move)s. %(why)s",
                dimension=self._get_title(change, several),
                move=move,
                why=why,
            )
            vals_list.append(
                {
                    "model": subject._name,
                    "res_id": subject.id,
                    "body": Markup("<p>%s</p>") % text,
                    "message_type": "notification",
                    "subtype_id": note.id,
                    "is_internal": True,
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted,
                }
            )
        return vals_list

    # ------------------------------------------------------------------ digests

    @api.model
    def _cron_digest(self, batch_size=DIGESTS):
        """Write to the salespeople whose customers or opportunities moved since yesterday.

        What moves while it goes on is told tomorrow, so that nobody gets two a day.
        """
        remaining = self._is_asked_for("digest")
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

    def _digest(self, until, batch_size=DIGESTS):
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
        template = self.env.ref("customer_grading_notification.mail_template_digest").with_context(
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
            direction = before._get_direction_to(last.grade_id)
            if not last.date_end and before != last.grade_id:
                moves.append((direction, before, last))
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

    # ------------------------------------------------------------------ both

    def _get_title(self, change, several):
        """Return the dimension, with the company where there are ``several``."""
        name = change.dimension_id.name
        if not change.company_id or not several:
            return name
        return change.env._(
            "%(dimension)s (%(company)s)", dimension=name, company=change.company_id.name
        )

    def _has_companies(self):
        return self.env["res.company"].sudo().search_count([], limit=2) > 1
