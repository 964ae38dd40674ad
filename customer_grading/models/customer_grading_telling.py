from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 1_000  # changes noted in one transaction
LATEST_DAYS = 3  # what was not told until then is no news any more
# Changes that keep what a customer had, or only put it back.
SILENT_ORIGINS = ("merge", "undo")


class CustomerGradingChange(models.Model):
    _inherit = "customer.grading.change"

    is_noted = fields.Boolean("Noted on the record", copy=False)
    is_digested = fields.Boolean("Told in a digest", copy=False)

    def _get_move_texts(self, figures=True):
        """Return ``{change: (before, after, why)}`` in words: who moved it where, and why.

        :param figures: whether figures may stand in it where the user may see them
        """
        nothing = self.env._("not graded")
        reasons = self.env["customer.grading.explanation"]._get_reason_text(self, figures)
        return {
            change: (
                change.from_grade_id.code or nothing,
                change.grade_id.code or nothing,
                change._get_why_text(reasons[change] or ""),
            )
            for change in self
        }

    def _get_why_text(self, reason):
        """Return why a grade moved as a sentence, with those who decided on it."""
        change = self.sudo()
        names = {
            "reason": reason.rstrip(".。"),
            "user": change.user_id.name or "",
            "decider": change.decided_by_id.name or "",
        }
        by_hand = change.origin == "manual"
        if by_hand and change.decided_by_id not in (change.user_id, change.decided_by_id.browse()):
            return self.env._(
                "By hand: “%(reason)s”, proposed by %(user)s, approved by %(decider)s.", **names
            )
        if by_hand:
            return self.env._("By hand by %(user)s: “%(reason)s”.", **names)
        if change.decided_by_id:
            return self.env._("%(reason)s. Decided by %(decider)s.", **names)
        return self.env._("%(reason)s.", **names) if reason else ""


class CustomerGradingTelling(models.AbstractModel):
    """Tells people which grades moved, afterwards: change control waits for no message.

    A change says of itself whether it was told. It is marked in the transaction that writes
    the message: killed anywhere, nothing is lost and nothing is told twice.
    """

    _name = "customer.grading.telling"
    _description = "Notices of Changes of Grade"

    def _get_news_sql(self, tells, mark):
        """Return the condition on ``change``, joined to its ``policy``, of what is news.

        That is what moved lately, since the policy tells, was not told, and is no part of a
        first grading.

        :param tells: the values of the policy's “tell” that ask for it
        :param mark: the field of the change that says that it was told
        """
        days = timedelta(days=LATEST_DAYS)
        return SQL(
            """
            change.write_date >= NOW() AT TIME ZONE 'UTC' - %(days)s
            AND change.write_date >= policy.tell_since
            AND change.date_applied >= %(date)s
            AND policy.tell IN %(tells)s
            AND change.state = 'applied' AND change.direction != 'same'
            AND change.origin NOT IN %(silent)s AND change.merged_from IS NULL
            AND %(mark)s IS NOT TRUE
            AND NOT EXISTS (SELECT FROM customer_grading_run run
                             WHERE run.id = change.run_id AND run.first)
            """,
            days=days,
            date=self.env["customer.grading.engine"]._get_today(self.env.company) - days,
            tells=tells,
            silent=SILENT_ORIGINS,
            mark=SQL.identifier("change", mark),
        )

    def _is_told(self, *tells):
        """Whether any policy tells in one of these ways."""
        Policy = self.env["customer.grading.policy"].sudo().with_context(active_test=False)
        return bool(Policy.search_count([("tell", "in", tells)], limit=1))

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
    def _cron_note(self, batch_size=BATCH):
        """Note on the records which grades moved: one message a change, and no e-mail."""
        remaining = self._is_told("note", "digest")
        while remaining:
            changes = self._note(batch_size)
            remaining = len(changes) == batch_size
            if not self.env["ir.cron"]._commit_progress(len(changes), remaining=int(remaining)):
                break

    def _note(self, batch_size=BATCH):
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
