from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.addons.customer_grading.tools.columns import VALUES
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

SUBJECT = "member_id"  # the column of the values that tells whose they are


class CustomerGradingWaiver(models.Model):
    """One condition that counts as met for one customer or opportunity, from a day until a day.

    It is for what the condition asks: each version of the policy in which the condition asks the
    very same keeps it. Once no version in force asks that any more, the waiver ends. It is kept as
    it was; who wants it otherwise ends it and makes another one.
    """

    _name = "customer.grading.waiver"
    _inherit = ["customer.grading.subject"]
    _description = "Waived Condition"
    _order = "date_from desc, id desc"

    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        index=True,
        help="Whose grade it is about; none where all companies are graded as one.",
    )
    line_id = fields.Many2one(
        "customer.grading.rule",
        "Condition",
        required=True,
        ondelete="cascade",
        index=True,
        help="What it asks for is waived, in each version of the policy that asks the very same. "
        "Where the next version asks something else, the waiver ends.",
    )
    policy_id = fields.Many2one(related="line_id.policy_id")
    reason = fields.Char(required=True)
    user_id = fields.Many2one("res.users", "Waived by", required=True, index=True)
    date_from = fields.Date("Since", required=True)
    until = fields.Date(help="The last day on which the condition is waived; empty: no end.")
    date_end = fields.Date("Last day", help="It differs from “Until” where it was ended sooner.")
    end_kind = fields.Selection(
        [
            ("by_hand", "Ended by hand"),
            ("again", "Waived anew"),
            ("unasked", "No policy in force asks this any more"),
        ],
        "Ended sooner",
    )
    ended_by_id = fields.Many2one("res.users", "Ended by", index="btree_not_null")
    is_in_force = fields.Boolean(
        "In force", compute="_compute_is_in_force", search="_search_is_in_force"
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @api.depends("date_from", "date_end")
    def _compute_is_in_force(self):
        for waiver in self:
            waiver.is_in_force = waiver._counts_on(waiver._get_today())

    @api.model
    def _search_is_in_force(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_counting_domain(self._get_today())

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache("stable")
        return super().create(vals_list)

    def _get_today(self):
        company = self.company_id[:1] or self.env.company
        return self.env["customer.grading.engine"]._get_today(company)

    # ------------------------------------------------------------------ when it counts

    @api.model
    def _get_counting_domain(self, day):
        """Return the waivers that count on ``day``."""
        ends_later = Domain("date_end", "=", False) | Domain("date_end", ">=", day)
        return Domain("date_from", "<=", day) & ends_later

    @api.model
    def _get_counting_sql(self, query, day):
        """Return the same as a condition on the waivers of ``query``, ``day`` being a column."""
        since, end = (
            self._field_to_sql(query.table, name, query) for name in ("date_from", "date_end")
        )
        return SQL("%s BETWEEN %s AND COALESCE(%s, 'infinity')", day, since, end)

    def _counts_on(self, day):
        """Whether the waiver counts on ``day``."""
        return bool(self.filtered_domain(self._get_counting_domain(day)))

    # ------------------------------------------------------------------ whose conditions it waives

    @api.model
    def _has_any(self, policy):
        """Whether a condition of any version of ``policy`` was ever waived."""
        return policy.first_version_id.id in self._find_waived_policy_ids()

    @api.model
    @tools.ormcache(cache="stable")
    def _find_waived_policy_ids(self):
        """Return the first versions of the policies of which a condition was ever waived."""
        lines = self.env["customer.grading.rule"].sudo()
        lines = lines.union(*(line for [line] in self.sudo()._read_group([], ["line_id"])))
        return frozenset(lines.policy_id.first_version_id.ids)

    @api.model
    def _get_waivers(self, policy, company_id, domain):
        """Return what waives conditions of ``policy``, in this version or another one.

        :param company_id: whose grades are at stake; it is left aside where all companies are
            graded as one
        :return: ``{condition: waivers}``, sudoed; of those only whose condition is waived
        """
        if not self._has_any(policy):
            return {}
        if policy.dimension_id.company_scope == "group":
            company_id = False
        domain &= Domain("company_id", "=", company_id)
        domain &= Domain("line_id.policy_id", "in", policy._get_versions().ids)
        by_key = self.sudo().search(domain).grouped(lambda waiver: waiver.line_id._get_asked_key())
        lines = policy.rule_ids.line_ids.filtered(lambda line: line.kind == "condition")
        found = {line: by_key.get(line._get_asked_key()) for line in lines if by_key}
        return {line: waivers for line, waivers in found.items() if waivers}

    @api.model
    def _get_waived_sql(self, policy, scope):
        """Return whether a condition is waived for a subject, of each that is for somebody.

        :return: ``{condition: SQL}``, over the values with the column that tells the subject
        """
        by_column = isinstance(scope.date, SQL)  # each row has a date of its own
        domain = Domain.TRUE if by_column else self._get_counting_domain(scope.date)
        waived = {}
        for line, waivers in self._get_waivers(policy, scope.company_ids[:1], domain).items():
            query = self.sudo()._search([("id", "in", waivers.ids)], bypass_access=True)
            if by_column:
                query.add_where(self.sudo()._get_counting_sql(query, scope.date))
            subjects = query.subselect(policy.dimension_id._get_subject_kind().field)
            waived[line] = SQL("(%s IN %s)", SQL.identifier(VALUES, SUBJECT), subjects)
        return waived

    # ------------------------------------------------------------------ its end

    def action_end(self):
        """End these waivers now: whom they were for is graded anew.

        :raise AccessError: for who is no officer
        """
        self._check_officer()
        in_force = self.sudo().filtered("is_in_force")
        in_force._end("by_hand")
        in_force._regrade()
        return RELOAD

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers waive conditions. Ask one of them.")
            )
        self.check_access("read")

    def _end(self, kind):
        """Let these waivers count no more, from today on."""
        for company, waivers in self.grouped("company_id").items():
            today = self.env["customer.grading.engine"]._get_today(company or self.env.company)
            ended = {"date_end": today - timedelta(days=1), "ended_by_id": self.env.uid}
            waivers.write({**ended, "end_kind": kind})

    @api.model
    def _end_unasked(self):
        """End the waivers whose condition no version in force asks any more."""
        in_force = self.sudo().search([("is_in_force", "=", True)])
        for first, waivers in in_force.grouped(lambda w: w.policy_id.first_version_id).items():
            running = first._get_versions().filtered(lambda policy: policy.state == "running")
            asked = {line._get_asked_key() for line in running.rule_ids.line_ids}
            waivers.filtered(lambda w, a=asked: w.line_id._get_asked_key() not in a)._end("unasked")

    def _regrade(self):
        """Grade whom these waivers are for by the versions in force, at once."""
        for waiver in self.sudo():
            versions = waiver.policy_id._get_versions()
            for policy in versions.filtered(lambda version: version.state == "running"):
                run = policy._create_run("incremental", waiver.company_id)
                run._execute(subject_ids=waiver._get_subject().ids)
                if run.state == "failed":
                    raise UserError(run.error)

    # ------------------------------------------------------------------ in words

    def _get_text(self):
        """Return until when, by whom and why the condition is waived."""
        names = {
            "date": format_date(self.env, self.until),
            "user": self.user_id.name,
            "reason": self.reason,
        }
        if not self.until:
            return self.env._("waived by %(user)s: %(reason)s", **names)
        return self.env._("waived until %(date)s by %(user)s: %(reason)s", **names)
