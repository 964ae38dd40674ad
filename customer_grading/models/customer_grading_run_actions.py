from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, format_datetime

from ..tools.groups import OFFICER_GROUP
from .customer_grading_run_store import SLICE

# Which form shows a run of a mode; the others have the usual one.
PAGES = {
    "preview": "try_on",
    "pilot": "try_on",
    "back_test": "back_test",
    "comparison": "compared",
    "again": "compared",
}


class CustomerGradingRun(models.Model):
    """What people do with a run: look at it, apply, discard or stop it."""

    _inherit = "customer.grading.run"

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers start, apply or discard a run. Ask one of them.")
            )

    def action_apply(self):
        """Apply all moves of a run that stopped to ask."""
        self.ensure_one()
        self._check_officer()
        if self.state != "stopped":
            raise UserError(self.env._("This run does not wait for a decision."))
        self.activity_ids.sudo().action_feedback()
        self._apply_changes()

    def action_discard(self):
        """Leave all grades as they are; the next run decides anew."""
        self.ensure_one()
        self._check_officer()
        if self.state != "stopped":
            raise UserError(self.env._("This run does not wait for a decision."))
        self.activity_ids.sudo().action_feedback()
        self._note({"state": "discarded"})

    def action_stop(self):
        """Take a waiting run out of the queue."""
        self.ensure_one()
        self._check_officer()
        if self.state != "waiting":
            raise UserError(self.env._("Only a run that still waits can be stopped."))
        self._note({"state": "discarded"})

    def action_put_in_force(self):
        """Put the policy of a try-on in force, and grade its customers.

        Up to one slice of customers are graded on the spot; more are graded in the
        background at once.
        """
        self.ensure_one()
        policy = self.policy_id
        policy.check_access("write")
        if ask := policy._get_time_zone_action(self):
            return ask
        runs = policy._put_in_force()
        if self.graded_count <= SLICE:
            for run in runs:
                run._execute()
        else:
            self.env.ref("customer_grading.ir_cron_continue").sudo()._trigger()
        return policy._get_records_action()

    def _get_health(self):
        """Return in one line how the run went."""
        self.ensure_one()
        when = format_datetime(self.env, self.date_end or self.create_date, dt_format="short")
        if self.state == "done":
            return self.env._(
                "Last run %(when)s, %(count)s graded, no errors.",
                when=when,
                count=self.graded_count,
            )
        if self.state == "stopped":
            return self.env._("Last run %(when)s stopped to ask: open it.", when=when)
        return self.env._("Last run %(when)s: %(error)s", when=when, error=self.error or "")

    def action_back_to_editing(self):
        """Return to the policy that was tried on."""
        return self.policy_id._get_records_action()

    def action_view_changes(self):
        """Open the changes that the run made or proposes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Changes"),
            "res_model": "customer.grading.change",
            "view_mode": "list,form",
            "domain": [("run_id", "=", self.id)],
            "context": {"create": False, "grading_subject": self.subject},
        }

    def _get_try_on_action(self):
        """Return the action that opens the page of a run that changes no grade."""
        self.ensure_one()
        view = self.env.ref(f"customer_grading.customer_grading_run_view_form_{PAGES[self.mode]}")
        return {
            "type": "ir.actions.act_window",
            "name": self._get_page_name(),
            "res_model": "customer.grading.run",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
        }

    def _get_page_name(self):
        names = {"policy": self.policy_id.display_name, "date": format_date(self.env, self.date)}
        return {
            "preview": self.env._("Try-on of %s", self.policy_id.name),
            "pilot": self.env._("Pilot of %(policy)s, %(date)s", **names),
            "back_test": self.env._("Back-test of %s", names["policy"]),
            "comparison": self.env._("Two policies compared"),
            "again": self.env._("%(policy)s once more, as of %(date)s", **names),
        }[self.mode]
