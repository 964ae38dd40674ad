import logging
from time import monotonic

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, groupby, split_every

_logger = logging.getLogger(__name__)
BATCH = 500  # customers dealt with in one transaction
WHILE = 120  # seconds for which what was found due is dealt with
STEPS = ("over", "take", "remind", "leader")  # in the order in which they are done
ACTIVITY = "customer_grading_pool.mail_activity_type_pool"


class CustomerGradingPoolKeeper(models.AbstractModel):
    """Does by night what the rules in force ask for: reminds, and takes to the pool.

    Each batch is a transaction of its own. What is done is not due any more, so whatever stops
    the job, the next one goes on where it was.
    """

    _name = "customer.grading.pool.keeper"
    _description = "Keeper of the Pool"

    @api.model
    def _cron_keep(self):
        """Do what is due, as long as there is time; the cron calls again while some is left.

        :raise UserError: after all others had their turn, where a rule could not be followed
        """
        failed = self._keep(commit=bool(self.env.context.get("ir_cron_progress_id")))
        if failed:
            raise UserError(
                self.env._("This ownership rule could not be followed: %s", failed[0].reads_as)
            )

    @api.model
    def _keep(self, commit=False):
        """Do what is due by all rules in force, in all companies.

        :param commit: whether each batch is a transaction of its own
        :return: the rules that could not be followed, where it is one
        """
        keeper = self.sudo()
        Rule = keeper.env["customer.grading.pool.rule"]
        failed = Rule.browse()
        keeper.env["customer.grading.run"]._try(
            keeper.env["customer.grading.pool.entry"]._settle, commit
        )
        for rule in Rule.search([("state", "=", "active")]):
            for company in rule._get_companies():
                try:
                    if not keeper._keep_rule(rule, company, commit):
                        return failed
                except Exception:
                    if not commit:
                        raise
                    self.env.cr.rollback()
                    _logger.exception("Ownership rule %s was not followed.", rule.id)
                    failed |= rule
        return failed

    @api.model
    def _keep_rule(self, rule, company, commit=False):
        """Do what is due by one rule for one company.

        :return: whether there is time for more
        """
        began = monotonic()
        rows = self.env["customer.grading.pool.engine"]._find_due(rule, company)
        run, left = self.env["customer.grading.run"], len(rows)
        for step in STEPS:
            do = getattr(self, f"_do_{step}")
            for batch in split_every(BATCH, [row for row in rows if row["step"] == step]):
                run._try(do, commit, rule, company, batch)
                left -= len(batch)
                if not commit:
                    continue
                is_time = self.env["ir.cron"]._commit_progress(len(batch), remaining=left)
                # To find out anew what is due costs more than a batch.
                if not is_time and monotonic() - began > WHILE:
                    return left == 0
        return True

    # ------------------------------------------------------------------ reminders

    def _do_over(self, rule, company, rows):
        """Close the reminders of whom somebody looked after, or who left the rule."""
        Notice = self.env["customer.grading.pool.notice"]
        Notice.browse([row["notice_id"] for row in rows]).exists()._close()

    def _do_remind(self, rule, company, rows):
        self._remind(rule, company, rows, "user_id", "is_reminded", "remind_activity_id")

    def _do_leader(self, rule, company, rows):
        self._remind(rule, company, rows, "leader_id", "is_leader_told", "leader_activity_id")

    def _remind(self, rule, company, rows, who, done, link):
        """Make the activities by which people are reminded, and note that they are.

        :param who: key of the rows: the person
        :param done: field of the notice that says so
        :param link: field of the notice to the activity
        """
        notices, vals = self._get_notices(rule, rows), {}
        shared = self._prepare_activities(rule, rows)
        today = self.env["customer.grading.engine"]._get_today(company)
        seen = self._get_seen(rule, rows, who)
        for row in rows:
            user = self.env["res.users"].browse(row[who])
            if row["result_id"] in seen and (notice := notices.get(row["result_id"])):
                vals[notice] = {**shared, **self._prepare_activity(rule, row, user, today)}
        activities = self.env["customer.grading.follow.up.planner"]._create_quietly(vals)
        for notice in notices.values():
            notice.write({done: True, link: activities.get(notice)})

    def _get_seen(self, rule, rows, who):
        """Return the ids of the results of which who is reminded may open the record."""
        Planner, seen = self.env["customer.grading.follow.up.planner"], set()
        Model = self.env[rule.dimension_id._get_subject_kind().model]
        for user_id, own in groupby(rows, lambda row: row[who]):
            user = self.env["res.users"].browse(user_id)
            if user.active:
                records = Model.browse([row["subject_id"] for row in own])
                ids = set(Planner._filter_readable(records, user).ids)
                seen.update(row["result_id"] for row in own if row["subject_id"] in ids)
        return seen

    def _get_notices(self, rule, rows):
        """Return ``{result id: notice}``, making those that are missing; gone results have none."""
        Notice = self.env["customer.grading.pool.notice"]
        ids = [row["result_id"] for row in rows]
        found = Notice.search([("rule_id", "=", rule.id), ("result_id", "in", ids)])
        notices = {notice.result_id.id: notice for notice in found}
        there = set(self.env["customer.grading.result"].browse(ids).exists().ids)
        missing = [row for row in rows if row["result_id"] in there - notices.keys()]
        made = Notice.create(
            [
                {
                    "rule_id": rule.id,
                    "result_id": row["result_id"],
                    "user_id": row["user_id"],
                    "date_start": row["start"],
                }
                for row in missing
            ]
        )
        return notices | {notice.result_id.id: notice for notice in made}

    def _prepare_activities(self, rule, rows):
        """Return the values that the activities of all rows have."""
        model_name = rule.dimension_id._get_subject_kind().model
        # Each activity bears the name of its record, which Odoo would look up one by one.
        records = self.env[model_name].browse([row["subject_id"] for row in rows])
        records.exists().mapped("display_name")
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        return {
            "res_model_id": self.env["ir.model"]._get_id(model_name),
            "activity_type_id": kind and kind.id,
        }

    def _prepare_activity(self, rule, row, user, today):
        """Return the values of the activity by which somebody is reminded of one of them."""
        told = rule.with_context(lang=user.lang)
        return {
            "res_id": row["subject_id"],
            "summary": self._get_summary(told, row, today),
            "date_deadline": rule._get_day_of_taking(row["start"]) or today,
            "user_id": user.id,
        }

    def _get_summary(self, rule, row, today):
        """Return what a reminder says: what is neglected, and when it goes to the pool."""
        neglect = rule._get_neglect_text((today - row["start"]).days)
        if not (day := rule._get_day_of_taking(row["start"])):
            return neglect
        date = format_date(rule.env, day)
        return rule.env._("%(neglect)s: to the pool on %(date)s", neglect=neglect, date=date)

    # ------------------------------------------------------------------ to the pool

    def _do_take(self, rule, company, rows):
        """Take them all, or one by one where something keeps one from being written."""
        try:
            with self.env.cr.savepoint():
                self._take(rule, company, rows)
        except (UserError, psycopg2.IntegrityError):
            if len(rows) == 1:
                _logger.warning("%s is not taken to the pool.", rows[0], exc_info=True)
                return
            for row in rows:
                self._do_take(rule, company, [row])

    def _take(self, rule, company, rows):
        """Take customers or opportunities off their salespeople, and note it in the ledger.

        Whom somebody works on at this moment, or gave to somebody else meanwhile, waits for the
        next night.
        """
        subject = rule.dimension_id._get_subject_kind()
        by_id = {row["subject_id"]: row for row in rows}
        records = self.env[subject.model].browse(by_id).exists()
        records = records.try_lock_for_update(allow_referencing=True)
        records = records.filtered(lambda r: r.active and r.user_id.id == by_id[r.id]["user_id"])
        today = self.env["customer.grading.engine"]._get_today(company)
        entries = self.env["customer.grading.pool.entry"].create(
            [
                {
                    **self._prepare_entry(rule, company, by_id[record.id], today),
                    subject.field: record.id,
                }
                for record in records
            ]
        )
        for own, some in records.grouped("company_id").items():
            some.write(self._prepare_taking(rule, subject, own))
        notes = {entry[subject.field].id: self._get_note(entry) for entry in entries}
        records._message_log_batch(bodies=notes)
        own = [(f"result_id.{subject.field}", "in", records.ids)]
        self.env["customer.grading.pool.notice"].search(own)._close()

    def _prepare_taking(self, rule, subject, company):
        """Return what is written on records of a company that are taken.

        Odoo would look for another company of an opportunity that nobody has.
        """
        taken = {"user_id": False}
        if subject.name == "lead":
            taken["company_id"] = company.id
            if rule.team_id and rule.team_id.company_id <= company:
                taken["team_id"] = rule.team_id.id
        return taken

    def _prepare_entry(self, rule, company, row, today):
        """Return the values of the ledger's entry of one taking, but for whom it is about."""
        return {
            "company_id": company.id,
            "rule_id": rule.id,
            "grade_id": rule.grade_id.id,
            "neglect": rule.neglect,
            "anchor": rule.neglect == "day" and rule.anchor,
            "date_start": row["start"],
            "from_user_id": row["user_id"],
            "from_team_id": row["team_id"],
            "date_taken": today,
            "date_free": rule._get_day_of_claim(today),
        }

    def _get_note(self, entry):
        """Return what the record's chatter says of a taking, in the salesperson's language.

        Of a confidential dimension it names no grade.
        """
        told = entry.with_context(lang=entry.from_user_id.lang)
        names = {"user": told.from_user_id.name, "reason": told.reason}
        if told.dimension_id.group_ids:
            return told.env._("Taken off %(user)s, to the pool. %(reason)s", **names)
        return told.env._(
            "Taken off %(user)s, to the pool, by a rule of grade %(grade)s. %(reason)s",
            grade=told.grade_id.code,
            **names,
        )
