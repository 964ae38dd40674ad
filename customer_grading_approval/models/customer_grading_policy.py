from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_grading_approval import STEPS

ADDON = "customer_grading_approval"
ACTIVITY = f"{ADDON}.mail_activity_type_decide"
LOGGED = "customer_grading_approval_logged"  # whoever saves a policy notes its approval once
OURS = object()  # what a key of the context holds that no client can send
ASKED = "customer_grading_approval.telling_asked"  # of the transaction
TOLD = 5  # members of a group that are each told; of a larger one, one is


class CustomerGradingPolicy(models.Model):
    """Who approves changes of grade, and how they are told that some wait."""

    _inherit = "customer.grading.policy"

    approval_ids = fields.One2many(
        "customer.grading.approval", "policy_id", "Steps of approval", copy=True
    )
    next_approval_step = fields.Integer(compute="_compute_next_approval_step")

    @api.depends("approval_ids.step")
    def _compute_next_approval_step(self):
        """Propose, for a further line, the step behind those that there are."""
        for policy in self:
            last = max(policy.approval_ids.mapped("step"), default=0)
            policy.next_approval_step = min(last + 1, STEPS)

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {"approval_ids"}

    def _get_people_problems(self):
        return [
            *super()._get_people_problems(),
            *(p for approval in self.approval_ids for p in approval._get_problems()),
        ]

    def write(self, vals):
        if "approval_ids" not in vals:
            return super().write(vals)
        result = super(CustomerGradingPolicy, self.with_context(**{LOGGED: OURS})).write(vals)
        self._log_approval()
        return result

    def _log_approval(self):
        """Note in the chatter of policies in force how changes are approved from now on."""
        if self.env.context.get(LOGGED) is OURS:
            return
        for policy in self.filtered(lambda policy: policy.state == "running"):
            sentences = policy._get_approval_sentences() or [self.env._("No approval is needed.")]
            policy._message_log(
                body=Markup("%s<ul>%s</ul>")
                % (
                    self.env._("Approval was changed:"),
                    Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences),
                )
            )

    # ------------------------------------------------------------------ words

    def _get_approval_sentences(self):
        return [approval._to_text() for approval in self.approval_ids]

    @api.depends(
        "approval_ids.step",
        "approval_ids.name",
        "approval_ids.moves",
        "approval_ids.grade_ids",
        "approval_ids.group_id",
        "approval_ids.user_id",
    )
    def _compute_reads_as(self):
        return super()._compute_reads_as()

    def _get_change_sentences(self):
        sentences = [*super()._get_change_sentences(), *self._get_approval_sentences()]
        if len(set(self.approval_ids.mapped("step"))) > 1:
            sentences.append(self.env._("Each step takes another person."))
        return sentences

    # ------------------------------------------------------------------ who is told

    def _tell_deciders(self):
        """Let those who decide be told how many changes wait, once this is committed.

        By a job of its own: whoever told them here would hold up everybody who proposes to
        the same people.
        """
        asked = self.env.cr.precommit
        if self and ASKED not in asked.data:
            asked.data[ASKED] = True
            asked.add(self.env.ref(f"{ADDON}.ir_cron_tell_deciders").sudo()._trigger)

    @api.model
    def _cron_tell_deciders(self):
        """Tell those who decide what waits for them, policy by policy."""
        Run = self.env["customer.grading.run"]
        for policy in self._get_told_policies():
            Run._try(policy._tell_what_waits, True)

    def _get_told_policies(self):
        """Return the policies that changes wait for, or of which somebody was told so."""
        of_change = [("state", "in", ("proposed", "to_approve"))]
        waiting = self.env["customer.grading.change"].sudo()._search(of_change)
        told = Domain("activity_ids.activity_type_id", "=", self.env.ref(ACTIVITY).id)
        told |= Domain("id", "in", waiting.subselect("policy_id"))
        return self.sudo().with_context(active_test=False).search(told)

    def _tell_what_waits(self):
        """Keep one activity for each who decides: how many changes wait for him.

        It is made, or says the new number, and is done by itself when none waits any more.
        """
        kept = {activity.user_id: activity for activity in self.activity_search([ACTIVITY])}
        for user in self._get_deciders() | self.env["res.users"].union(*kept):
            self._tell_decider(user, self._count_waiting(user), kept.get(user))

    def _tell_decider(self, user, count, activity):
        summary = self._get_waiting_summary(user, count)
        if count and not activity:
            self.activity_schedule(
                ACTIVITY, user_id=user.id, summary=summary, note=self._get_waiting_note(user)
            )
        elif count and activity.summary != summary:
            activity.summary = summary
        elif activity and not count:
            activity.action_feedback()

    def _get_waiting_summary(self, user, count):
        env = self.with_context(lang=user.lang).env
        if count == 1:
            return env._("1 change of grade waits for you")
        return env._("%s changes of grade wait for you", count)

    def _get_waiting_note(self, user):
        env = self.with_context(lang=user.lang).env
        return Markup('<a href="/odoo/grade-changes">%s</a>') % env._("See what waits for me")

    def _count_waiting(self, user):
        """Return how many changes by this policy wait for ``user``."""
        Change = self.env["customer.grading.change"].with_user(user)
        return Change.with_context(
            allowed_company_ids=user.company_ids.ids, active_test=False
        ).search_count([("policy_id", "=", self.id), ("waits_for_me", "=", True)])

    def _get_deciders(self):
        """Return those who are told of what waits: persons, and members of groups.

        Of a group with many members one is told, the responsible if he belongs to it; the
        others find what waits in the list. What an officer is to confirm, the responsible is
        told.
        """
        self.ensure_one()
        deciders = self.env["res.users"]
        for step in self._get_awaited_steps():
            lines = self.approval_ids.filtered(lambda line, step=step: line.step == step)
            for line in lines:
                members = line._get_members()
                deciders |= members if len(members) <= TOLD else self._choose_one(members)
            if not step:
                deciders |= self._get_officers()
        return deciders.filtered(lambda user: not user._is_superuser())

    def _get_awaited_steps(self):
        """Return the steps that changes wait for; ``None`` is for those of officers."""
        self.env.flush_all()
        change = SQL.identifier("customer_grading_change")
        query = SQL(
            "SELECT DISTINCT %s FROM customer_grading_change"
            " WHERE policy_id = %s AND state IN ('proposed', 'to_approve')",
            self.approval_ids._get_awaited_step_sql(change),
            self.id,
        )
        return [step for (step,) in self.env.execute_query(query)]

    def _get_officers(self):
        """Return the responsible, or else the first officer of the policy's company."""
        officers = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(OFFICER_GROUP).id),
                *([("company_ids", "in", self.company_id.id)] if self.company_id else []),
            ],
            order="id",
        )
        return self._choose_one(officers)

    def _choose_one(self, users):
        return users & self.user_id or users[:1]
