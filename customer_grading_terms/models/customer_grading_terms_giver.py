import logging
from collections import defaultdict

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.kinds import MANY
from .customer_grading_grant import HELD

_logger = logging.getLogger(__name__)
BATCH = 1000  # rows of the ledger dealt with in one transaction
# What Odoo works out anew on opportunities as these are written: it stays.
WORKED_OUT = {"user_id": ("team_id", "company_id"), "team_id": ("company_id",)}
QUIETLY = {"mail_notrack": True, "mail_auto_subscribe_no_notify": True}


class CustomerGradingTermsGiver(models.AbstractModel):
    """Gives what waits in the ledger, and takes back: the only place here that writes to records.

    Each batch is a transaction of its own. What was done does not wait any more, so whatever stops
    the job, the next one goes on where it was.
    """

    _name = "customer.grading.terms.giver"
    _description = "Giver of What Grades Give"

    @api.model
    def _cron_give(self):
        """Give and take back what is due, as long as there is time."""
        self._give(commit=bool(self.env.context.get("ir_cron_progress_id")))

    @api.model
    def _give(self, commit=False):
        """Give and take back what is due by all terms.

        :param commit: whether each batch is a transaction of its own
        """
        giver = self.sudo()
        Terms, run = giver.env["customer.grading.terms"], giver.env["customer.grading.run"]
        for terms in Terms.search([("state", "!=", "draft")]):
            failed = Domain("terms_id", "=", terms.id) & Domain("problem", "!=", False)
            giver.env["customer.grading.grant"].search(failed).problem = False
            if terms.state == "active":
                run._try(giver.env["customer.grading.terms.engine"]._propose, commit, terms)
                run._try(giver._give_defaults_again, commit, terms)
            if not giver._give_by(terms, commit):
                return

    def _give_by(self, terms, commit):
        """Give what is due by these terms.

        :return: whether there is time for more
        """
        Grant, run = self.env["customer.grading.grant"], self.env["customer.grading.run"]
        due = self._get_due_domain(terms) & Domain("problem", "=", False)
        while batch := Grant.search(due, limit=BATCH, order="partner_id, lead_id, id"):
            run._try(self._carry_out, commit, batch)
            run._try(self._offer_again, commit, batch)
            # What a batch leaves in memory makes the notes of the next one slower.
            self.env.flush_all()
            self.env.invalidate_all()
            if commit:
                left = Grant.search_count(due, limit=BATCH)
                if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                    return False
        return True

    def _give_defaults_again(self, terms):
        """Give again what was the company's default as it was given, and is not any more.

        Odoo keeps no value that is the default: who has it gets the next default.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM customer_grading_grant WHERE terms_id = %s AND state = 'given'"
                " AND was_default AND before = after",
                terms.id,
            )
        )
        same = self.env["customer.grading.grant"].browse(id_ for (id_,) in rows)
        for some in same.grouped(lambda one: (one.key, one.company_id, one.after)).values():
            first, default = some[0], some[0]._get_default()
            if not first._is_same(default, first.after):
                lost = some.filtered(
                    lambda one, value=default: one._is_same(one._read_now(), value)
                )
                self._write_hosts(first, {first.after: [one._get_subject().id for one in lost]})

    @api.model
    def _get_due_domain(self, terms):
        """Return what waits by these terms, and for nobody's yes."""
        waits = Domain("terms_id", "=", terms.id) & Domain("is_waiting", "=", True)
        if terms.state == "active" and terms.when == "now":
            return waits
        if terms.state == "active":
            return waits & Domain("is_confirmed", "=", True)
        return waits & Domain("ends", "=", True) & Domain("is_confirmed", "=", True)

    @api.model
    def _settle(self, dimension, company, subject_ids):
        """Give a few customers or opportunities what their grades give, at once."""
        own = [("dimension_id", "=", dimension.id), ("company_id", "=", company.id)]
        Terms = self.sudo().env["customer.grading.terms"]
        for terms in Terms.search([*own, ("state", "=", "active")]):
            self.sudo().env["customer.grading.terms.engine"]._propose(terms, subject_ids)
            field = dimension._get_subject_kind().field
            due = self._get_due_domain(terms) & Domain(field, "in", subject_ids)
            grants = self.sudo().env["customer.grading.grant"].search(due)
            self.sudo()._carry_out(grants)
            self.sudo()._offer_again(grants)

    def _offer_again(self, grants):
        """Let other terms give now what these rows, taken back, gave to the same ones as well."""
        ended = grants.exists().filtered(lambda one: one.state == "ended")
        for dimension, some in ended.grouped("dimension_id").items():
            subject = dimension._get_subject_kind()
            others = self.env["customer.grading.terms"].search(
                [
                    ("state", "=", "active"),
                    ("id", "not in", some.terms_id.ids),
                    ("dimension_id.subject", "=", subject.name),
                ]
            )
            ids = some[subject.field].ids
            for terms in others:
                self.env["customer.grading.terms.engine"]._propose(terms, ids)
                due = self._get_due_domain(terms) & Domain(subject.field, "in", ids)
                self._carry_out(self.env["customer.grading.grant"].search(due))

    # ------------------------------------------------------------------ a batch

    def _carry_out(self, grants):
        """Give and take back what these rows of the ledger say; one note a record.

        Where one of them cannot be set, the others are; it says why, and is tried again.
        """
        grants = grants.exists().filtered(lambda one: not one._is_unknown())
        try:
            with self.env.cr.savepoint():
                self._carry_out_all(grants)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.info("Something could not be set for a grade, one by one:", exc_info=True)
            for some in grants.grouped(lambda one: (one.partner_id, one.lead_id)).values():
                self._carry_out_one(some)

    def _carry_out_one(self, grants):
        """Give and take back what is one record's; it says why where that cannot be."""
        try:
            with self.env.cr.savepoint():
                self._carry_out_all(grants)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if isinstance(error, UserError):
                grants.problem = str(error)
            else:
                _logger.exception("Not set for a grade")
                grants.problem = self.env._(
                    "It could not be set: ask whoever runs Odoo for its log."
                )

    def _carry_out_all(self, grants):
        notes = defaultdict(list)
        for some in grants.grouped(lambda one: (one.terms_id, one.key, one.company_id)).values():
            self._carry_out_alike(some, notes)
        self._note(notes)

    def _carry_out_alike(self, grants, notes):
        """Give, or take back, what is of one kind in one company.

        :param notes: ``{record: grants}``, what becomes of them is added
        """
        held, backs = self._get_held(grants), self._get_backs(grants)
        default, decided = grants[:1]._get_default(), self._get_decided(grants)
        values, said = defaultdict(list), defaultdict(list)
        for grant in grants:
            now, own = grant._read_now(), held.get(grant._get_subject())
            if own and grant.state == "waiting" and own.terms_id != grant.terms_id:
                raise UserError(self._get_rival_text(own.terms_id))
            stays = grant._get_subject() in decided
            state, value, before = self._decide(grant, own, now, stays)
            if state == "ended":
                value = default if grant.was_default else backs[grant.before]
            if value is not None:
                values[value].append(grant._get_subject().id)
            if grant.state != "waiting":
                said[state, None, False].append(grant.id)
            else:
                if own:
                    ended = "ended" if state == "given" else "ended_kept"
                    said[ended, None, False].append(own.id)
                is_default = default is not None and grant._is_same(now, default)
                was_default = own.was_default if own else is_default
                said[state, before, was_default].append(grant.id)
            if state != "given" or not grant._is_same(now, grant.after):
                notes[grant._get_subject()].append((grant, state, now))
        self._write_hosts(grants[:1], values)
        self._write_ledger(grants[:1].terms_id, said)

    def _get_rival_text(self, rival):
        """Return that other terms give it; a dimension that not everybody sees is not named."""
        if rival.dimension_id.group_ids:
            return self.env._("Another dimension gives it already.")
        return self.env._("“%s” gives it already.", rival.display_name)

    @api.model
    def _get_decided(self, grants):
        """Hook: return for whom something else decided what the field is: it stays, as by hand.

        :param grants: of one kind in one company
        """
        return grants[:1]._get_subject().browse()

    def _decide(self, grant, own, now, stays):
        """Return what becomes of a row of the ledger.

        :param own: the row that is held so far
        :param now: what stands in the field
        :param stays: whether something else decided that
        :return: ``(state, value to be written or None, what stood before)``
        """
        if grant.state != "waiting":
            is_own = grant.state == "given" and grant._is_own() and not stays
            untouched = is_own and grant._is_untouched(now)
            return ("ended" if untouched else "ended_kept"), None, None
        if stays:
            return "kept", None, own.before if own else now
        if not own:
            return "given", grant.after, now
        if own.state == "given" and own._is_untouched(now):
            return "given", grant.after, own.before
        return "kept", None, own.before

    def _get_backs(self, grants):
        """Return ``{what stood before: what comes back}``: nothing of what was deleted meanwhile."""
        backs, first = {}, grants[:1]
        for value in set(grants.filtered("ends").mapped("before")):
            is_record = first.kind not in MANY and first.kind != "credit_limit"
            backs[value] = first._get_record(value).id if is_record else value or False
        return backs

    def _get_held(self, grants):
        """Return ``{record: row}`` of what those that wait would replace."""
        first = grants[:1]
        field = "lead_id" if first.lead_id else "partner_id"
        held = grants.search(
            Domain(field, "in", grants[field].ids)
            & Domain("key", "=", first.key)
            & Domain("company_id", "=", first.company_id.id)
            & Domain("state", "in", HELD)
        )
        return {one._get_subject(): one for one in held}

    def _write_hosts(self, grant, values):
        """Write to the records, as many as have one value at a time.

        :param values: ``{value: ids of records}``
        """
        field, host = grant._get_field(), grant._get_host().with_context(**QUIETLY)
        for value, ids in values.items():
            if grant.kind in MANY:
                tag = grant._get_tag_id()
                value = [Command.link(tag) if value else Command.unlink(tag)]
            beside = WORKED_OUT.get(field, ()) if grant.lead_id else ()
            for stays, some in (
                host.browse(ids)
                .grouped(lambda one, beside=beside: tuple(one[name].id for name in beside))
                .items()
            ):
                some.write({field: value, **dict(zip(beside, stays, strict=True))})

    def _write_ledger(self, terms, said):
        """Write what became of the rows; what ends comes first, as one is held at a time.

        :param said: ``{(state, before, whether that was the company's default): ids}``
        """
        today = self.env["customer.grading.engine"]._get_today(terms.company_id or self.env.company)
        Grant = self.env["customer.grading.grant"]
        for told, ids in sorted(said.items(), key=lambda item: item[0][0] in HELD):
            if (state := told[0]) in HELD:
                vals = dict(zip(("state", "before", "was_default"), told, strict=True))
                Grant.browse(ids).write({**vals, "date_start": today, "problem": False})
                continue
            self._end(Grant.browse(ids), state)
            Grant.flush_model()

    def _end(self, grants, state):
        """Close rows of the ledger today, by the change of grade that is in effect."""
        for terms, some in grants.grouped("terms_id").items():
            company = terms.company_id or self.env.company
            today = self.env["customer.grading.engine"]._get_today(company)
            some.write(
                {
                    "state": state,
                    "ends": False,
                    "is_confirmed": False,
                    "date_end": today,
                    "problem": False,
                }
            )
            changes = self._get_changes(terms, some)
            for change, alike in some.grouped(
                lambda one, c=changes: c.get(one._get_subject())
            ).items():
                alike.end_change_id = change

    def _get_changes(self, terms, grants):
        """Return ``{record: change in effect}`` of those that these rows are about."""
        field = terms.dimension_id._get_subject_kind().field
        changes = (
            self.env["customer.grading.change"]
            .sudo()
            .search(
                [
                    ("dimension_id", "=", terms.dimension_id.id),
                    ("company_id", "=", terms.company_id.id),
                    (field, "in", grants[field].ids),
                    ("state", "=", "applied"),
                    ("date_end", "=", False),
                ]
            )
        )
        return {change[field]: change for change in changes}

    # ------------------------------------------------------------------ notes

    def _note(self, notes):
        """Say on each record what was given, and what stood before, in one note.

        Everybody who sees the record reads it: nothing of dimensions that not all may see.
        """
        by_lang = defaultdict(dict)
        for record, every in notes.items():
            told = [one for one in every if not one[0].dimension_id.group_ids]
            if not told:
                continue
            lang = self._get_lang(record, told[0][0])
            by_lang[lang][record] = told
        for lang, some in by_lang.items():
            giver, texts = self.with_context(lang=lang), {}
            bodies = {
                record.id: Markup("<br/>").join(giver._find_text(texts, *one) for one in told)
                for record, told in some.items()
            }
            records = next(iter(some)).browse(bodies)
            records.with_context(lang=lang)._message_log_batch(bodies=bodies)

    @staticmethod
    def _get_lang(record, grant):
        """Return the language of who reads the note first."""
        company = grant.company_id or grant.terms_id.company_id
        return record.user_id.lang or company.partner_id.lang or record.env.lang

    def _find_text(self, texts, grant, state, now):
        """Return what the note says of a row of the ledger; many rows say the same.

        :param texts: ``{what it says: text}``, the text is added
        """
        place = (grant.key, grant.company_id, grant.grade_id)
        key = (*place, state, now, grant.after, grant.before, grant.was_default)
        if key not in texts:
            texts[key] = self._get_note_text(grant, state, now)
        return texts[key]

    def _get_note_text(self, grant, state, now):
        grant = grant.with_context(lang=self.env.lang)
        names = {
            "what": grant._fields["kind"].convert_to_export(grant.kind, grant),
            "grade": grant.grade_id.code,
            "after": grant._get_value_text(grant.after),
            "before": grant._get_value_text(
                grant._get_back() if state == "ended" else grant.before
            ),
            "now": grant._get_value_text(now),
        }
        if grant.kind == "credit_limit":
            return self._get_limit_text(state, names)
        if state == "given":
            return self.env._(
                "%(what)s for grade %(grade)s: %(after)s. Before: %(before)s.", **names
            )
        if state == "ended":
            return self.env._(
                "%(what)s: back to %(before)s (%(after)s was for grade %(grade)s).", **names
            )
        if state == "kept":
            return self.env._(
                "%(what)s stays %(now)s, as it was set by hand; grade %(grade)s gives %(after)s.",
                **names,
            )
        return self.env._(
            "%(what)s stays %(now)s, as it was set by hand; for grade %(grade)s it was %(after)s, "
            "before that %(before)s.",
            **names,
        )

    def _get_limit_text(self, state, names):
        """Return the note on a credit limit: without figures, which not everybody may see."""
        if state == "given":
            return self.env._("%(what)s set for grade %(grade)s.", **names)
        if state == "ended":
            return self.env._("%(what)s as it was before grade %(grade)s.", **names)
        return self.env._("%(what)s stays as it was set by hand, beside grade %(grade)s.", **names)
