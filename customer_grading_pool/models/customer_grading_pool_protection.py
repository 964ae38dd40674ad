from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date


class CustomerGradingPoolProtection(models.Model):
    """Keeps one customer or opportunity from the pool, from a day until a day, or for good.

    It is kept as it was; who wants it otherwise ends it and makes another one.
    """

    _name = "customer.grading.pool.protection"
    _inherit = ["customer.grading.subject"]
    _description = "Protection from the Pool"
    _order = "date_from desc, id desc"

    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    reason = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users", "Protected by", ondelete="set null", index="btree_not_null"
    )
    date_from = fields.Date("Since", required=True)
    until = fields.Date(help="The last day of the protection; empty: for good.")
    date_end = fields.Date("Last day", help="It differs from “Until” where it was ended sooner.")
    ended_by_id = fields.Many2one("res.users", "Ended by", index="btree_not_null")
    is_in_force = fields.Boolean(
        "In force", compute="_compute_is_in_force", search="_search_is_in_force"
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @api.model
    def _get_today(self):
        company = self.company_id[:1] or self.env.company
        return self.env["customer.grading.engine"]._get_today(company)

    @api.model
    def _get_counting_domain(self, day):
        """Return the protections that count on ``day``."""
        ends_later = Domain("date_end", "=", False) | Domain("date_end", ">=", day)
        return Domain("date_from", "<=", day) & ends_later

    @api.depends("date_from", "date_end")
    def _compute_is_in_force(self):
        for protection in self:
            counting = self._get_counting_domain(protection._get_today())
            protection.is_in_force = bool(protection.filtered_domain(counting))

    @api.model
    def _search_is_in_force(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_counting_domain(self._get_today())

    # ------------------------------------------------------------------ set and ended by hand

    @api.model
    def _protect(self, records, reason, until=False):
        """Protect customers or opportunities, until a day or for good.

        That is in the company that they are of; those that are shared, in the current one.

        Who is protected already has the new reason and end.

        :raise AccessError: for who is no officer, or may not see a record
        :raise UserError: without a reason, or with an end in the past
        """
        self._check_officer()
        records.check_access("read")
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is protected: the history keeps it."))
        if until and until < today:
            raise UserError(self.env._("“Until” lies in the past. Choose a later day."))
        field = records._grading_result_field
        self._find(records)._end()
        shared = {
            "reason": reason.strip(),
            "user_id": self.env.uid,
            "date_from": today,
            "until": until,
            "date_end": until,
        }
        return self.sudo().create(
            [
                {**shared, field: record.id, "company_id": self._get_company(record).id}
                for record in records
            ]
        )

    @api.model
    def _get_company(self, record):
        """Return in which company a customer or an opportunity is protected."""
        return record.sudo().company_id or self.env.company

    @api.model
    def _find(self, records):
        """Return the protections in force of customers or opportunities, sudoed."""
        found = self.sudo().browse()
        for company, some in records.grouped(self._get_company).items():
            own = Domain(records._grading_result_field, "in", some.ids)
            here = Domain("company_id", "parent_of", company.ids)
            found |= found.search(own & here & Domain("is_in_force", "=", True))
        return found

    def action_end(self):
        """End these protections now: days are counted from tomorrow on as if none had passed.

        :raise AccessError: for who is no officer
        """
        self._check_officer()
        self.check_access("read")
        self.sudo().filtered("is_in_force")._end()
        return RELOAD

    def _end(self):
        """Let these protections count no more, from today on."""
        for protections in self.grouped("company_id").values():
            yesterday = protections._get_today() - timedelta(days=1)
            protections.write({"date_end": yesterday, "ended_by_id": self.env.uid})

    @api.model
    def _check_officer(self):
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers protect customers. Ask one of them.")
            )

    # ------------------------------------------------------------------ in words, in SQL

    def _get_text(self):
        """Return until when, by whom and why it is protected."""
        names = {
            "date": format_date(self.env, self.until),
            "user": self.user_id.name,
            "reason": self.reason,
        }
        if not self.until:
            return self.env._("Protected from the pool for good, by %(user)s: %(reason)s", **names)
        return self.env._(
            "Protected from the pool until %(date)s, by %(user)s: %(reason)s", **names
        )

    @api.model
    def _get_counting_sql(self, subject, companies, today):
        """Return the query of the ids of those who are protected.

        :param companies: whose protections count
        """
        own = Domain(subject.field, "!=", False) & Domain("company_id", "in", companies.ids)
        query = self.sudo()._search(own & self._get_counting_domain(today), bypass_access=True)
        return query.subselect(subject.field)

    @api.model
    def _get_ended_sql(self, subject, companies, today):
        """Return the query of ``subject_id`` and ``day``: the first one without protection."""
        return SQL(
            "SELECT %(field)s AS subject_id, MAX(date_end) + 1 AS day"
            " FROM customer_grading_pool_protection"
            " WHERE %(field)s IS NOT NULL AND company_id IN %(companies)s AND date_end < %(today)s"
            " GROUP BY %(field)s",
            field=SQL.identifier(subject.field),
            companies=tuple(companies.ids) or (0,),
            today=today,
        )
