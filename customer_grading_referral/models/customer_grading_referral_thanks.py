from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

BATCH = 1_000  # activities made in one transaction
ACTIVITY = "customer_grading_referral.mail_activity_type_thanks"


class CustomerGradingReferralThanks(models.Model):
    """The thanks for one referral: reminded of by an activity, or given on a day, somehow."""

    _name = "customer.grading.referral.thanks"
    _inherit = ["customer.grading.subject"]
    _description = "Thanks for a Referral"

    partner_id = fields.Many2one(string="Customer referred", index="btree_not_null", readonly=True)
    lead_id = fields.Many2one(string="Lead referred", index="btree_not_null", readonly=True)
    referrer_id = fields.Many2one(
        "res.partner", "Referred by", required=True, ondelete="cascade", index=True, readonly=True
    )
    date_thanked = fields.Date("Thanked on", readonly=True)
    how = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", "Thanked by", ondelete="set null", index="btree_not_null", readonly=True
    )
    activity_id = fields.Many2one(
        "mail.activity", "Reminder", ondelete="set null", index="btree_not_null", readonly=True
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say who was referred: a customer, or a lead.",
    )

    @api.model
    def _get_thanked_sql(self):
        """Return the thanks by whom they are for: query of ``key``, ``referrer_id``, ``id``,
        ``date_thanked`` and ``how``, one row a referral.

        Those for a lead are those for its customer, once it has one.
        """
        return SQL(
            """
            SELECT DISTINCT ON (key, referrer_id) * FROM (
                SELECT %(key)s AS key, thanks.referrer_id, thanks.id, thanks.date_thanked, thanks.how
                  FROM customer_grading_referral_thanks thanks
                  LEFT JOIN crm_lead lead ON lead.id = thanks.lead_id
                  LEFT JOIN res_partner contact
                    ON contact.id = COALESCE(thanks.partner_id, lead.partner_id)
            ) thanks
             ORDER BY key, referrer_id, date_thanked NULLS LAST, id
            """,
            key=self.env["customer.grading.referral.engine"]._get_key_sql(
                SQL("contact.commercial_partner_id"), "lead"
            ),
        )

    def _note(self, date, how):
        """Note when and how these were given; the activity that reminds of it is done."""
        self.write({"date_thanked": date, "how": how, "user_id": self.env.uid})
        planned = self.activity_id.filtered("active")
        told = self.filtered(lambda thanks: thanks.activity_id not in planned)
        for referrer, own in told.grouped("referrer_id").items():
            names = ", ".join(own.mapped("display_name"))
            text = self.env._(
                "Thanked for referring %(names)s. %(how)s", names=names, how=how or ""
            )
            referrer._message_log(body=text.strip())
        if planned:
            planned.action_feedback(feedback=how)

    def _take_back(self):
        """Forget these; what is due again is planned again by night."""
        for referrer, own in self.grouped("referrer_id").items():
            names = ", ".join(own.mapped("display_name"))
            referrer._message_log(body=self.env._("Not thanked after all: %s.", names))
        self.unlink()

    # ------------------------------------------------------------------ reminders

    @api.model
    def _cron_plan(self):
        """Remind salespeople of whom to thank, in batches, each a transaction of its own."""
        self._plan(commit=bool(self.env.context.get("ir_cron_progress_id")))

    @api.model
    def _plan(self, commit=False):
        """Make the activities that are missing, and take back those of what is not due any more."""
        thanks = self.sudo()
        thanks._close_over()
        rows = thanks._find_due()
        left = len(rows)
        for batch in split_every(BATCH, rows):
            thanks._remind(batch)
            left -= len(batch)
            if commit and not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                return

    def _get_due_rows_sql(self):
        """Return the query of the referrals, of all companies, for which thanks are due."""
        self.env.flush_all()
        rows = self.env["customer.grading.referral"].sudo()._get_rows_sql()
        return SQL("SELECT * FROM (%s) referral WHERE thanks = 'due'", rows)

    def _find_due(self):
        """Return for what to remind whom: the referrer's salesperson, who is there.

        What somebody deleted is not planned again.

        :return: list of dicts of ``partner_id``, ``lead_id``, ``referrer_id`` and ``user_id``
        """
        statement = SQL(
            """
            SELECT due.partner_id, due.lead_id, due.referrer_id, salesperson.id AS user_id
              FROM (%s) due
              JOIN res_users salesperson ON salesperson.id = due.referrer_user_id
             WHERE salesperson.active AND due.thanks_id IS NULL
             ORDER BY salesperson.id, due.id
            """,
            self._get_due_rows_sql(),
        )
        return self.env.execute_query_dict(statement)

    def _close_over(self):
        """Delete what is planned but not due any more, with its activities."""
        statement = SQL(
            """
            SELECT id FROM customer_grading_referral_thanks thanks
             WHERE date_thanked IS NULL
               AND NOT EXISTS (SELECT FROM (%s) due WHERE due.thanks_id = thanks.id)
            """,
            self._get_due_rows_sql(),
        )
        over = self.browse([id_ for (id_,) in self.env.execute_query(statement)])
        over.activity_id.filtered("active").unlink()
        over.unlink()

    def _remind(self, rows):
        """Make the thanks of ``rows``, with an activity for who may open the referrer's form."""
        names = ("partner_id", "lead_id", "referrer_id")
        thanks = self.create([{name: row[name] for name in names} for row in rows])
        users = self.env["res.users"].browse([row["user_id"] for row in rows])
        by_user = {}
        for one, user in zip(thanks, users, strict=True):
            by_user[user] = by_user.get(user, self.browse()) | one
        for user, own in by_user.items():
            own._plan_activities(user)

    def _plan_activities(self, user):
        """Make the activities by which one person is reminded of these; nobody is e-mailed."""
        reader = self.referrer_id.with_user(user)
        reader = reader.with_context(allowed_company_ids=user.company_ids.ids)
        seen = self.referrer_id.browse(reader._filtered_access("read").ids)
        told = self.filtered(lambda thanks: thanks.referrer_id in seen)
        today = self.env["customer.grading.engine"]._get_today(user.company_id)
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        texts = told.with_context(lang=user.lang)
        quiet = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = quiet.create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": one.referrer_id.id,
                    "activity_type_id": kind and kind.id,
                    "summary": one.env._("Thank for referring %s", one.display_name),
                    "date_deadline": today,
                    "user_id": user.id,
                }
                for one in texts
            ]
        )
        for one, activity in zip(told, activities, strict=True):
            one.activity_id = activity

    @api.model
    def _note_done(self, activities, how):
        """Note that somebody was thanked, where the activity that reminds of it was done."""
        waiting = Domain("activity_id", "in", activities.ids) & Domain("date_thanked", "=", False)
        thanks = self.sudo().search(waiting)
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        thanks.write({"date_thanked": today, "how": how, "user_id": self.env.uid})
