from datetime import date

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import format_date

from .customer_grading_policy import PLANNED_STATES


class CustomerGradingPolicy(models.Model):
    """Knows its versions: which there are, which one takes over when, and of whom."""

    _inherit = "customer.grading.policy"

    first_version_id = fields.Many2one(
        "customer.grading.policy",
        "First version",
        compute="_compute_first_version_id",
        store=True,
        recursive=True,
        index=True,
    )
    records_from = fields.Date(
        "Applies to records created from",
        tracking=True,
        help="Records created before this day stay with the version that grades them now, "
        "which goes on for them. Empty: this version is for all of them.",
    )
    activated_by_id = fields.Many2one("res.users", "Activated by", readonly=True, copy=False)
    version_count = fields.Integer("Versions", compute="_compute_version_count")
    takeover_text = fields.Char(compute="_compute_takeover_text")

    def copy_data(self, default=None):
        """The older version of a mere copy is nobody's: it is for all records."""
        vals_list = super().copy_data(default)
        if "previous_id" not in (default or {}):
            vals_list = [{**vals, "records_from": False} for vals in vals_list]
        return vals_list

    @api.depends("previous_id.first_version_id")
    def _compute_first_version_id(self):
        for policy in self:
            policy.first_version_id = policy.previous_id.first_version_id or policy

    # ------------------------------------------------------------------ the versions

    def _get_versions(self):
        """Return all versions of these policies, archived ones too, sudoed, oldest first."""
        firsts = self._origin.first_version_id
        if not firsts:
            return self
        versions = self.sudo().with_context(active_test=False)
        found = versions.search([("first_version_id", "in", firsts.ids)])
        return found.with_env(self.sudo().env).sorted(lambda p: (p.version, p.id))

    @api.depends("first_version_id")
    def _compute_version_count(self):
        counts = dict(
            self.with_context(active_test=False)._read_group(
                [("first_version_id", "in", self.first_version_id.ids)],
                ["first_version_id"],
                ["__count"],
            )
        )
        for policy in self:
            policy.version_count = counts.get(policy.first_version_id, 0)

    def action_view_versions(self):
        """Open all versions of the policy: who made and activated which, and when."""
        self.ensure_one()
        view = self.env.ref("customer_grading.customer_grading_policy_view_list_versions")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %s", self.name),
            "res_model": self._name,
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("first_version_id", "=", self.first_version_id.id)],
            "context": {"create": False, "active_test": False},
        }

    def _check_revisable(self):
        """Raise where a draft is revised, or what was revised already and waits.

        :raise UserError: of a draft, which is changed itself
        :raise RedirectWarning: with a way to the version that waits
        """
        if self.state in PLANNED_STATES:
            raise UserError(
                self.env._(
                    "“%s” did not come into force yet: change it itself, instead of making "
                    "another version.",
                    self.display_name,
                )
            )
        waiting = self._get_versions().filtered(lambda p: p.state in PLANNED_STATES and p.active)
        if waiting:
            raise RedirectWarning(
                self._get_waiting_text(waiting[0]),
                waiting[0]._get_records_action(),
                self.env._("Open it"),
            )

    def _get_waiting_text(self, waiting):
        names = {"policy": waiting.display_name, "user": waiting.create_uid.name}
        if waiting.state == "scheduled":
            names["date"] = format_date(self.env, waiting.date_from)
            return self.env._(
                "“%(policy)s” is the next version already: it takes over on %(date)s. Set it "
                "back to draft to change it.",
                **names,
            )
        return self.env._(
            "“%(policy)s” is drafted as the next version already, by %(user)s. Go on with it, "
            "or delete it before you revise again.",
            **names,
        )

    # ------------------------------------------------------------------ who takes over

    def _get_replaced(self):
        """Return the running versions that nobody is left to once this one is in force."""
        self.ensure_one()
        return self._get_versions().filtered(
            lambda other: (
                other != self
                and other.state == "running"
                and not (self.records_from and (other.records_from or date.min) < self.records_from)
            )
        )

    def _get_created_bounds(self):
        """Return between which days the records were created that this version grades.

        :return: the first day, and the first day that belongs to a later version; ``None``
            where there is no such bound
        """
        self.ensure_one()
        later = self._get_versions().filtered(
            lambda other: (
                other.state == "running" and other.version > self.version and other.records_from
            )
        )
        if later and self.state != "running":
            later -= self._get_replaced()
        return self.records_from or None, min(later.mapped("records_from"), default=None)

    @api.depends("state", "date_from", "records_from", "first_version_id")
    @api.depends_context("lang")
    def _compute_takeover_text(self):
        for policy in self:
            policy.takeover_text = policy._origin._get_takeover_text() if policy._origin else False

    def _get_takeover_text(self):
        """Return who takes over from whom, when and for which records; nothing where nobody."""
        if self.state == "scheduled":
            return self._get_scheduled_text(self)
        if self.state != "running" or self.version_count < 2:
            return False
        versions = self._get_versions()
        for other in versions.filtered(lambda p: p.state == "scheduled" and p.active):
            return self._get_scheduled_text(other)
        since, until = self._get_created_bounds()
        if not since and not until:
            return False
        later = versions.filtered(lambda p: p.state == "running" and p.records_from == until)
        names = {
            "since": since and format_date(self.env, since),
            "until": until and format_date(self.env, until),
            "later": later[:1].display_name,
        }
        if not until:
            return self.env._("Grades records created from %(since)s on.", **names)
        if not since:
            return self.env._(
                "Grades records created before %(until)s; later ones are graded by “%(later)s”.",
                **names,
            )
        return self.env._(
            "Grades records created from %(since)s on and before %(until)s; later ones are "
            "graded by “%(later)s”.",
            **names,
        )

    def _get_scheduled_text(self, scheduled):
        names = {
            "policy": scheduled.display_name,
            "date": format_date(self.env, scheduled.date_from),
        }
        if not scheduled.records_from:
            return self.env._("“%(policy)s” takes over on %(date)s.", **names)
        return self.env._(
            "“%(policy)s” takes over on %(date)s, for records created from %(created)s on.",
            created=format_date(self.env, scheduled.records_from),
            **names,
        )

    # ------------------------------------------------------------------ in force from a day

    def _is_of_later(self):
        """Whether the day from which the policy is in force is still to come."""
        company = self.company_id or self.env.company
        today = self.env["customer.grading.engine"]._get_today(company)
        return bool(self.date_from and self.date_from > today)

    def _schedule(self):
        """Let the policy come into force in the night of its day.

        :raise UserError: where another version does on that day
        """
        rivals = self._get_versions().filtered(
            lambda other: (
                other != self
                and other.active
                and other.state == "scheduled"
                and other.date_from == self.date_from
            )
        )
        if rivals:
            raise UserError(
                self.env._(
                    "“%(policy)s” takes over on %(date)s already. Choose another day, or set "
                    "that one back to draft.",
                    policy=rivals[0].display_name,
                    date=format_date(self.env, self.date_from),
                )
            )
        self.state = "scheduled"

    def action_unschedule(self):
        """Make a scheduled policy a draft again: it does not come into force by itself."""
        self.check_access("write")
        for policy in self:
            if policy.state != "scheduled":
                raise UserError(self.env._("“%s” does not wait for its day.", policy.display_name))
        self.state = "draft"

    @api.model
    def _start_scheduled(self):
        """Put in force what is scheduled for today or before; what cannot be, tells why."""
        scheduled = self.sudo().search([("state", "=", "scheduled")], order="date_from, id")
        for policy in scheduled.filtered(lambda p: not p._is_of_later()):
            try:
                with self.env.cr.savepoint():
                    # The night queues its runs itself, dimensions that others need first.
                    policy._put_in_force().unlink()
            except UserError as error:
                policy._note_not_started(error)

    def _note_not_started(self, error):
        """Set a scheduled policy back to draft and tell the responsible why."""
        self.state = "draft"
        if self.user_id:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.user_id.id,
                summary=self.env._("A policy could not come into force"),
                note=str(error),
            )

    def write(self, vals):
        """Note who brings a policy into force: that is the one who schedules it."""
        if vals.get("state") in ("running", "scheduled") and not self.env.su:
            vals = {**vals, "activated_by_id": self.env.uid}
        return super().write(vals)

    def _check_unlocked(self):
        for policy in self:
            if policy.state == "scheduled":
                raise UserError(
                    self.env._(
                        "“%s” comes into force by itself on its day, as it was looked at. Set "
                        "it back to draft to change it.",
                        policy.display_name,
                    )
                )
        return super()._check_unlocked()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revised(self):
        if self.search_count([("previous_id", "in", self.ids), ("id", "not in", self.ids)]):
            raise UserError(self.env._("Another version revises this policy. Archive it instead."))

    def _get_scope_sentences(self):
        """Add which records are the older version's."""
        sentences = super()._get_scope_sentences()
        if self.records_from:
            start = format_date(self.env, self.records_from)
            sentences.append(self.env._("Of these, only those created from %s on.", start))
        return sentences

    def _get_rival_problems(self):
        """Say of a draft which version it was not made from: what that changed is not in it."""
        if self.env.context.get("customer_grading_beside"):
            return []  # it is looked at beside the others, as if they were not there
        problems = super()._get_rival_problems()
        replaced = self._get_replaced() if self.previous_id else self.browse()
        for other in replaced.filtered(lambda p: p not in (self.previous_id, self)):
            problems.append(
                self._prepare_problem(
                    self.env._(
                        "“%(running)s” is in force, but this version was drafted from "
                        "“%(previous)s”: activating it takes back what changed in between.",
                        running=other.display_name,
                        previous=self.previous_id.display_name,
                    ),
                    self.env._("What differs"),
                    self._get_comparison_action(other, self),
                    level="warning",
                )
            )
        return problems
