from collections import Counter
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from .customer_grading_follow_up import HORIZON

PARAMETER = "customer_grading_follow_up.activities_a_day"
BATCH = 1_000  # activities made in one transaction
LATEST = 14  # days after the day it is due on, on which there may be room still


class CustomerGradingFollowUpPlanner(models.AbstractModel):
    """Makes activities of what falls due, for who does it, and keeps them as it is.

    One is open a customer and cadence, so many a person and day at most: those of the best grade
    first. What does not fit waits for the next night. Nobody is sent an e-mail.
    """

    _name = "customer.grading.follow.up.planner"
    _description = "Planner of Follow-ups"

    @api.model
    def _get_most(self):
        """Return how many activities a person gets on one day; 0: none are made."""
        Parameter = self.env["ir.config_parameter"].sudo()
        return int(Parameter.get_param(PARAMETER, 0))

    @api.model
    def _plan(self, dimension, company, commit=False):
        """Make the activities that are missing, and put right those that there are."""
        self._put_right(dimension, company, commit=commit)
        most = self._get_most()
        if not most:
            return
        today = self.env["customer.grading.engine"]._get_today(company)
        days, busy = self._get_days(company, today), self._get_busy()
        planned, full = {}, set()
        for one_id, user_id, due in self._get_due(dimension, company, today):
            if user_id in full:
                continue
            if day := self._find_day(due, days, lambda d, u=user_id: busy[u, d] < most):
                busy[user_id, day] += 1
                planned.setdefault(user_id, []).append((one_id, day))
            else:
                full.add(user_id)
        # Those of one person together: Odoo lets each person follow all records at once.
        rows = [row for own in planned.values() for row in own]
        for some in split_every(BATCH, rows):
            by_id = dict(some)
            followed = self.env["customer.grading.follow.up"].sudo().browse(by_id).exists()
            self._create_activities({one: by_id[one.id] for one in followed})
            if commit:
                self.env["ir.cron"]._commit_progress()

    def _get_due(self, dimension, company, today):
        """Return what is to be planned, in the order in which it finds room.

        What somebody marked done, or deleted, is not planned again for the same day; nor is that
        for which somebody planned a call or a meeting by hand. As many are read as are due, each
        night: columns, not records.

        :return: ``[(id of the follow-up, id of who does it, day on which it is due)]``
        """
        FollowUp = self.env["customer.grading.follow.up"].sudo()
        FollowUp.flush_model()
        query = FollowUp._search(
            Domain("dimension_id", "=", dimension.id)
            & Domain("company_id", "=", company.id)
            & Domain("date_due", "<=", today + HORIZON)
            & Domain("activity_id", "=", False)
            & Domain("cadence_id.optional", "=", False)
            & Domain("partner_id", "not in", self._get_planned_by_hand("res.partner"))
            & Domain("lead_id", "not in", self._get_planned_by_hand("crm.lead")),
            order="grade_id, date_due, id",
        )
        columns = [
            FollowUp._field_to_sql(query.table, name, query)
            for name in ("id", "responsible_id", "date_due", "date_planned")
        ]
        _id, _responsible, due, planned = columns
        query.add_where(SQL("%s IS DISTINCT FROM %s", planned, due))
        rows = self.env.execute_query(query.select(*columns[:3]))
        there = set(self.env["res.users"].sudo().search([("active", "=", True)]).ids)
        return [row for row in rows if row[1] in there]

    def _get_planned_by_hand(self, model_name):
        """Return the query of the records with which somebody planned a call or a meeting.

        Those made here are known by their follow-up, of which another one may be due.
        """
        FollowUp, Activity = (
            self.env[name].sudo() for name in ("customer.grading.follow.up", "mail.activity")
        )
        Activity.flush_model()
        made = FollowUp._search([("activity_id", "!=", False)]).subselect("activity_id")
        planned = Activity._search(
            [
                ("res_model", "=", model_name),
                ("res_id", "!=", False),
                ("activity_type_id.category", "in", ("phonecall", "meeting")),
                ("id", "not in", made),
            ]
        )
        return planned.subselect("res_id")

    def _get_days(self, company, today):
        """Return the days on which people work, from today on; all of them where none are told."""
        last = today + HORIZON + timedelta(days=LATEST)
        return self.env["customer.grading.engine"]._get_workdays(company, today, last)

    def _get_busy(self):
        """Return ``Counter({(user id, day): activities})`` of those made here that are open."""
        rows = self.env.execute_query(
            SQL(
                "SELECT activity.user_id, activity.date_deadline, COUNT(*)"
                " FROM customer_grading_follow_up followed"
                " JOIN mail_activity activity ON activity.id = followed.activity_id"
                " WHERE activity.active GROUP BY 1, 2"
            )
        )
        return Counter({(user_id, day): count for user_id, day, count in rows})

    @staticmethod
    def _find_day(due, days, has_room):
        """Return the last day with room until ``due``, else the first one after it, or ``None``."""
        before = [day for day in reversed(days) if day <= due]
        after = [day for day in days if day > due]
        return next(filter(has_room, [*before, *after]), None)

    def _create_activities(self, planned):
        """Make the activities of ``{follow-up: day}``."""
        vals, types = {}, {}
        followed = self.env["customer.grading.follow.up"].sudo().union(*planned)
        for one in self._filter_seen(followed, "responsible_id"):
            key = one.contact, bool(one.lead_id)
            if key not in types:
                types[key] = one._get_activity_type()
            if types[key]:  # else there is nothing to remind by
                told = one.with_context(lang=one.responsible_id.lang)
                vals[one] = told._prepare_activity(types[key], planned[one])
        for one, activity in self._create_quietly(vals).items():
            one.write({"activity_id": activity.id, "date_planned": one.date_due})

    @api.model
    def _create_quietly(self, vals):
        """Make activities of which nobody is told by e-mail, all at once where nothing refuses one.

        :param vals: ``{key: values}`` of whatever is known by the keys
        :return: ``{key: activity}`` of those that were made
        """
        quiet = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        try:
            with self.env.cr.savepoint():
                return dict(zip(vals, quiet.create(list(vals.values())), strict=True))
        except UserError:
            if len(vals) < 2:
                return {}
        made = {}
        for key in vals:
            made |= self._create_quietly({key: vals[key]})
        return made

    @api.model
    def _filter_seen(self, rows, who):
        """Return the rows whose customer or opportunity the person in the field ``who`` may open."""
        seen = rows.browse()
        for user, own in rows.grouped(who).items():
            for name in ("partner_id", "lead_id"):
                records = self._filter_readable(own[name], user)
                seen |= own.filtered(lambda one, n=name, r=records: one[n] in r)
        return rows & seen

    @api.model
    def _filter_readable(self, records, user):
        """Return the records that a person may read, in any of his or her companies.

        Odoo lets whoever gets an activity follow the record, and asks nobody whether he may.
        """
        reader = records.exists().with_user(user)
        reader = reader.with_context(allowed_company_ids=user.sudo().company_ids.ids)
        return records.browse(reader._filtered_access("read").ids)

    @api.model
    def _put_right(self, dimension, company, subject_ids=None, commit=False):
        """Let open activities follow: to who does it now, to the day on which it is due now.

        Where there was contact meanwhile, or nothing is asked any more, the activity goes: the next
        one is planned by night. None is left of what was made and is no one's any more.
        """
        FollowUp = self.env["customer.grading.follow.up"].sudo()
        own = [
            ("dimension_id", "=", dimension.id),
            ("company_id", "=", company.id),
            ("activity_id", "!=", False),
        ]
        if subject_ids is not None:
            own.append((dimension._get_subject_kind().field, "in", subject_ids))
        for some in split_every(BATCH, FollowUp.search(own).ids):
            self._put_some_right(FollowUp.browse(some).exists())
            if commit:
                self.env["ir.cron"]._commit_progress()

    def _put_some_right(self, followed):
        """Put the open activities of these right: all of a kind at once, as each deletion costs."""
        done = followed.filtered(lambda one: not one.activity_id.active)
        followed -= done
        done.activity_id = False
        idle = followed.filtered(
            lambda one: (
                not one.responsible_id
                or one.date_due != one.date_planned
                or one.cadence_id.optional
            )
        )
        for user, own in (followed - idle).grouped("responsible_id").items():
            moved = own.activity_id.filtered(lambda one, user=user: one.user_id != user)
            moved.with_context(mail_activity_quick_update=True).user_id = user
        idle.activity_id.unlink()
        idle.date_planned = False
