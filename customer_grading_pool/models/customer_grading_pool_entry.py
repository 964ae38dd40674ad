from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .customer_grading_pool_rule import NEGLECTS

SALES_GROUP = "sales_team.group_sale_salesman"


class CustomerGradingPoolEntry(models.Model):
    """One taking of a customer or an opportunity off its salesperson, and what became of it.

    It is written by the keeper, by claims, and by officers, and kept as history.
    """

    _name = "customer.grading.pool.entry"
    _inherit = ["customer.grading.subject"]
    _description = "Entry of the Pool"
    _order = "date_taken desc, id desc"

    partner_id = fields.Many2one(index="btree_not_null", readonly=True)
    lead_id = fields.Many2one(index="btree_not_null", readonly=True)
    salesperson_id = fields.Many2one(string="Has it now")
    company_id = fields.Many2one("res.company", ondelete="cascade", index=True, readonly=True)
    rule_id = fields.Many2one(
        "customer.grading.pool.rule", ondelete="set null", index="btree_not_null", readonly=True
    )
    grade_id = fields.Many2one(
        "customer.grade",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
        help="The grade that it had when it was taken.",
    )
    grade_color = fields.Integer(related="grade_id.color")
    dimension_id = fields.Many2one(related="grade_id.dimension_id", store=True, index=True)
    from_user_id = fields.Many2one(
        "res.users", "Who had it", ondelete="set null", index="btree_not_null", readonly=True
    )
    from_team_id = fields.Many2one(
        "crm.team", "Sales team", ondelete="set null", index="btree_not_null", readonly=True
    )
    date_taken = fields.Date("In the pool since", required=True, readonly=True, index=True)
    date_free = fields.Date(
        "May be claimed again from",
        readonly=True,
        help="From this day on who lost it may claim it again.",
    )
    neglect = fields.Selection(NEGLECTS, "What was neglected", required=True, readonly=True)
    anchor = fields.Char("Day", readonly=True)
    date_start = fields.Date(
        "Counted from",
        required=True,
        readonly=True,
        help="The day from which the days were counted after which it was taken.",
    )
    reason = fields.Char("Why", compute="_compute_reason")
    state = fields.Selection(
        [("pool", "In the pool"), ("claimed", "Claimed"), ("returned", "Given back")],
        default="pool",
        required=True,
        readonly=True,
    )
    to_user_id = fields.Many2one("res.users", "Who got it", readonly=True, index="btree_not_null")
    date_back = fields.Date("Left the pool on", readonly=True)
    decided_by_id = fields.Many2one(
        "res.users",
        "Decided by",
        readonly=True,
        index="btree_not_null",
        help="Who claimed it, gave it to somebody, or took back that it was taken.",
    )
    is_free = fields.Boolean("Nobody has it", compute="_compute_is_free", search="_search_is_free")

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )
    # Whoever is in the pool is not taken once more.
    _partner_uniq = models.UniqueIndex(
        "(partner_id) WHERE state = 'pool' AND partner_id IS NOT NULL"
    )
    _lead_uniq = models.UniqueIndex("(lead_id) WHERE state = 'pool' AND lead_id IS NOT NULL")

    @api.depends("neglect", "anchor", "date_start", "date_taken")
    @api.depends_context("lang")
    def _compute_reason(self):
        """Say what was neglected, for how long and since when, whatever became of the rule."""
        Rule = self.env["customer.grading.pool.rule"]
        for entry in self:
            days = (entry.date_taken - entry.date_start).days
            entry.reason = self.env._(
                "%(neglect)s, counted from %(date)s.",
                neglect=Rule._say_neglect(entry.neglect, entry.anchor, days),
                date=format_date(self.env, entry.date_start),
            )

    @api.depends("state", "partner_id.user_id", "lead_id.user_id")
    def _compute_is_free(self):
        free = self.sudo().filtered_domain(self._get_free_domain())
        for entry in self:
            entry.is_free = entry.sudo() in free

    @api.model
    def _search_is_free(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_free_domain()

    @api.model
    def _get_free_domain(self):
        """Return what is in the pool, and has no salesperson, nor was archived, won or lost."""
        nobody_s = Domain("user_id", "=", False) & Domain("active", "=", True)
        pending = nobody_s & Domain("won_status", "=", "pending")
        subjects = Domain("partner_id", "any!", nobody_s) | Domain("lead_id", "any!", pending)
        return Domain("state", "=", "pool") & subjects

    # ------------------------------------------------------------------ out of the pool

    def action_claim(self):
        """Take these customers or opportunities over, all or none.

        :raise AccessError: for who is no salesperson, or may not see or change one
        :raise UserError: where somebody was quicker, the grade allows no more, or who lost it
            has to wait
        """
        self.check_access("read")
        if not self.env.user.has_group(SALES_GROUP):
            raise AccessError(self.env._("Only salespeople claim customers from the pool."))
        self._lock()
        for entry in self:
            entry._check_cool_down()
        self._give(self.env.user)
        return RELOAD

    def action_give(self):
        """Open the dialog that gives these to a salesperson.

        :raise AccessError: for who is no officer
        """
        self._check_officer()
        name = self.env._("Give to...")
        context = {"default_entry_ids": self.ids}
        return open_window(name, "customer.grading.pool.give", target="new", context=context)

    def action_undo(self):
        """Give these back to whom they were taken off, with their sales team.

        :raise AccessError: for who is no officer
        :raise UserError: where somebody has one by now, or who had it is gone
        """
        self._check_officer()
        self._lock()
        for user, entries in self.sudo().grouped("from_user_id").items():
            if not user or not user.active:
                raise UserError(
                    self.env._(
                        "%s, who had it, is no user any more. Use “Give to...” instead.",
                        user.name or self.env._("Somebody"),
                    )
                )
            for team, some in entries.grouped("from_team_id").items():
                some.with_env(self.env)._hand_over(user, "returned", team)
        return RELOAD

    def _give(self, user):
        """Give these to a salesperson, who may hold so many more."""
        if user.share or not user.active:
            raise UserError(
                self.env._("%s cannot look after customers: choose a colleague.", user.name)
            )
        self._check_capacity(user)
        self._hand_over(user, "claimed")

    def _hand_over(self, user, state, team=None):
        """Write who has them from now on, as a person does, and note it in the ledger.

        :param team: the sales team that opportunities get; ``None``: what Odoo makes of it
        """
        today = self._get_today()
        for field in self._get_subject_fields():
            subjects = self[field]
            if not subjects:
                continue
            vals = {"user_id": user.id}
            if field == "lead_id" and team:
                vals["team_id"] = team.id
            subjects.write(vals)
            body = self._get_note(user, state)
            subjects._message_log_batch(bodies=dict.fromkeys(subjects.ids, body))
        self.sudo().write(
            {
                "state": state,
                "to_user_id": user.id,
                "date_back": today,
                "decided_by_id": self.env.uid,
            }
        )

    def _get_note(self, user, state):
        if state == "returned":
            return self.env._("Given back to %s: taking it to the pool was undone.", user.name)
        if user == self.env.user:
            return self.env._("Claimed from the pool by %s.", user.name)
        return self.env._("Given from the pool to %s.", user.name)

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    # ------------------------------------------------------------------ what may be in the way

    def _lock(self):
        """Let nobody else give these away until the transaction ends, and look again who has them.

        :raise UserError: where somebody else does so just now, or has one already
        """
        locked = self.sudo().try_lock_for_update()
        if locked != self.sudo():
            raise UserError(
                self.env._(
                    "“%s” is being claimed by somebody else at this very moment. Reload the list.",
                    (self - locked.with_env(self.env))[:1].display_name,
                )
            )
        self.invalidate_recordset()
        for entry in self.sudo():
            entry._check_free()

    def _check_free(self):
        """Raise where somebody has it, and say who and since when."""
        subject = self._get_subject()
        subject.invalidate_recordset(["user_id"])
        if self.filtered_domain(self._get_free_domain()):
            return
        if not subject.user_id:
            raise UserError(
                self.env._(
                    "“%s” is not in the pool any more. Reload the list.", subject.display_name
                )
            )
        names = {"subject": subject.display_name, "user": subject.user_id.name}
        if self.to_user_id == subject.user_id:
            names["date"] = format_date(self.env, self.date_back)
            raise UserError(
                self.env._("%(user)s was quicker, and has “%(subject)s” since %(date)s.", **names)
            )
        raise UserError(
            self.env._("%(user)s has “%(subject)s” now: it is not in the pool any more.", **names)
        )

    def _check_cool_down(self):
        """Raise where the user lost it, and has to wait before claiming it again."""
        entry = self.sudo()
        if entry.from_user_id != self.env.user or not entry.date_free:
            return
        if self._get_today() < entry.date_free:
            raise UserError(
                self.env._(
                    "“%(subject)s” was taken off you on %(taken)s: you may claim it again from "
                    "%(free)s. Until then it is for others.",
                    subject=entry._get_subject().display_name,
                    taken=format_date(self.env, entry.date_taken),
                    free=format_date(self.env, entry.date_free),
                )
            )

    def _check_capacity(self, user):
        """Raise where a salesperson would hold more of a grade than one may.

        The grade is what each has now, in the dimension of the rule that took it.
        """
        results = self.sudo()._get_results().filtered("grade_id.most_held")
        for (grade, company), some in results.grouped(
            lambda result: (result.grade_id, result.company_id)
        ).items():
            held = self._count_held(user, grade, company)
            if held + len(some) > grade.most_held:
                raise UserError(
                    self.env._(
                        "Of grade %(grade)s one salesperson may hold %(most)s at most. %(user)s holds "
                        "%(held)s, and would hold %(then)s.",
                        grade=grade.display_name,
                        most=grade.most_held,
                        user=user.name,
                        held=held,
                        then=held + len(some),
                    )
                )

    def _get_results(self):
        """Return where these stand now, in the dimension and company that they were taken in."""
        Result = self.env["customer.grading.result"]
        domain = Domain.FALSE
        for (dimension, company), entries in self.grouped(
            lambda entry: (entry.dimension_id, entry.company_id)
        ).items():
            field = dimension._get_subject_kind().field
            own = Domain("dimension_id", "=", dimension.id) & Domain("company_id", "=", company.id)
            domain |= own & Domain(field, "in", entries[field].ids)
        return Result.search(domain)

    @api.model
    def _count_held(self, user, grade, company):
        """Return how many of a grade a salesperson has: customers, or open opportunities."""
        subject = grade.dimension_id._get_subject_kind()
        his = Domain("user_id", "=", user.id) & Domain("active", "=", True)
        if subject.name == "lead":
            his &= Domain("won_status", "=", "pending")
        held = Domain("grade_id", "=", grade.id) & Domain("company_id", "=", company.id)
        Result = self.env["customer.grading.result"].sudo()
        return Result.search_count(held & Domain(subject.field, "any!", his))

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers give customers of the pool to others.")
            )
        self.check_access("read")

    # ------------------------------------------------------------------ what happened meanwhile

    @api.model
    def _settle(self):
        """Close what somebody gave to a salesperson without the pool's buttons.

        :return: how many entries that were
        """
        self.env.flush_all()
        today = self._get_today()
        statement = SQL(
            """
            UPDATE customer_grading_pool_entry entry
               SET state = 'claimed', date_back = %(today)s, to_user_id = has.user_id
              FROM (
                  SELECT entry.id, COALESCE(partner.user_id, lead.user_id) AS user_id
                    FROM customer_grading_pool_entry entry
                    LEFT JOIN res_partner partner ON partner.id = entry.partner_id
                    LEFT JOIN crm_lead lead ON lead.id = entry.lead_id
                   WHERE entry.state = 'pool'
              ) has
             WHERE has.id = entry.id AND has.user_id IS NOT NULL
            """,
            today=today,
        )
        self.env.cr.execute(statement)
        count = self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return count

    @api.model
    def _get_back_sql(self, subject):
        """Return the query of ``subject_id`` and ``day``: when a salesperson got it back last."""
        field = SQL.identifier(subject.field)
        return SQL(
            "SELECT %(field)s AS subject_id, MAX(date_back) AS day FROM customer_grading_pool_entry"
            " WHERE %(field)s IS NOT NULL AND date_back IS NOT NULL GROUP BY %(field)s",
            field=field,
        )
