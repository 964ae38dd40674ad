from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from ..policy.customer_grading_policy import PLANNED_STATES


class CustomerGradingPolicy(models.Model):
    """Puts policies in force, revises and closes them, and makes their runs."""

    _inherit = "customer.grading.policy"

    def action_revise(self):
        """Open the next version as a draft; activating it closes this one."""
        self.ensure_one()
        self.check_access("write")
        self._check_revisable()
        draft = self.copy(
            {"previous_id": self.id, "version": max(self._get_versions().mapped("version")) + 1}
        )
        draft.key = self.key
        return draft._get_records_action()

    def action_close(self):
        """End the policy: its customers keep their grades until another one grades them."""
        self.check_access("write")
        for policy in self:
            policy._set_state("closed", date_to=policy._get_today())

    def _put_in_force(self):
        """Hook: make the policy run, close those it replaces, and return its first runs.

        One whose day is still to come is scheduled, and has no runs yet.
        """
        self.ensure_one()
        self._check_complete()
        if self._is_of_later():
            self._schedule()
            return self.env["customer.grading.run"]
        (self._get_replaced() | self._get_taken_over()).with_env(self.env).action_close()
        self._set_state("running", date_from=self._get_today())
        runs = self.env["customer.grading.run"]
        for company in self._get_run_companies():
            runs += self._create_run("nightly", company)
        return runs

    def _create_run(self, mode, company=None):
        """Return a new run of the policy in ``mode``, of today in the company's time zone.

        :param company: the company to grade; the policy's own, or the current one, where
            it is not said
        """
        self.ensure_one()
        company = self._get_try_on_company() if company is None else company
        # A chatter is kept where everybody is graded, not of each customer graded at once.
        Run = self.env["customer.grading.run"].sudo()
        vals = {"policy_id": self.id, "company_id": company.id, "mode": mode}
        return Run.with_context(tracking_disable=mode != "nightly").create(
            {**vals, "user_id": self.env.uid}
        )

    @api.model
    def _regrade(self, records):
        """Grade ``records``, customers or opportunities, now, in the current company.

        :return: the runs made, done or failed
        :raise UserError: where no policy is running
        """
        runs = self.env["customer.grading.run"]
        Dimension = self.env["customer.grading.dimension"].sudo()
        for dimension in Dimension.search([("subject", "in", records._get_graded_kinds())]):
            company, policies = self._get_in_force(dimension, self.env.company)
            runs += policies._regrade_in(company, records._get_graded(dimension.subject))
        if not runs:
            raise UserError(
                self.env._(
                    "No grading policy is running in %s. Set one up and activate it first.",
                    self.env.company.name,
                )
            )
        return runs

    @api.model
    def _regrade_everywhere(self, records):
        """Grade ``records`` now, by every running policy of every company."""
        kinds = Domain("dimension_id.subject", "in", records._get_graded_kinds())
        for policy in self.sudo().search(Domain("state", "=", "running") & kinds):
            for company in policy._get_run_companies():
                policy._regrade_in(company, records._get_graded(policy.subject))

    def _regrade_in(self, company, records):
        """Hook: grade ``records`` for ``company`` by these policies, and return the runs."""
        runs = self.env["customer.grading.run"]
        for policy in self if records else ():
            run = policy._create_run("on_demand", company)
            run._execute(subject_ids=records.ids)
            runs += run
        return runs

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
                self._get_next_version_text(waiting[0]),
                waiting[0]._get_records_action(),
                self.env._("Open it"),
            )

    def _get_next_version_text(self, waiting):
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

    # ------------------------------------------------------------------ in force from a day

    def _is_of_later(self):
        """Whether the day from which the policy is in force is still to come."""
        return bool(self.date_from and self.date_from > self._get_today())

    def _get_today(self):
        """Return today's date where the company of the policy is."""
        return self.env["customer.grading.engine"]._get_today(self.company_id)

    def _schedule(self):
        """Let the policy come into force in the night of its day.

        :raise UserError: where another version does on that day
        """
        others = (self._get_versions() - self).filtered("active")
        rivals = others.filtered_domain(
            [("state", "=", "scheduled"), ("date_from", "=", self.date_from)]
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
        self._set_state("scheduled")

    def action_unschedule(self):
        """Make a scheduled policy a draft again: it does not come into force by itself."""
        self.check_access("write")
        for policy in self:
            if policy.state != "scheduled":
                raise UserError(self.env._("“%s” does not wait for its day.", policy.display_name))
        self._set_state("draft")

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
        self._set_state("draft")
        if self.user_id:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.user_id.id,
                summary=self.env._("A policy could not come into force"),
                note=plaintext2html(str(error)),
            )
