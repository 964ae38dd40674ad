from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .policy.customer_grading_policy import PLANNED_STATES


class CustomerGradingRun(models.Model):
    """Runs a pilot: a draft that grades every night beside what is in force."""

    _inherit = "customer.grading.run"

    differing_count = fields.Integer(
        "Differ", readonly=True, help="Records that get another grade than the one to compare with."
    )
    is_thinned = fields.Boolean(readonly=True, help="Only the lines that differ are kept.")
    pilot_days = fields.Json(compute="_compute_pilot_days")

    @api.model
    def _schedule_nightly_runs(self):
        """Begin with the policies whose day has come, and end with the pilots.

        A pilot is told beside the grades of the same night, so it comes after them.
        """
        Policy = self.env["customer.grading.policy"].sudo()
        Policy._start_scheduled()
        scheduled = super()._schedule_nightly_runs()
        piloted = Policy.search([("is_piloted", "=", True), ("state", "in", PLANNED_STATES)])
        for policy in piloted._in_order_of_need():
            for company in policy._get_companies() or [self.env["res.company"]]:
                waiting = [
                    *self._get_pilots_domain(policy, company),
                    ("state", "in", ("waiting", "running")),
                ]
                if not self.search_count(waiting, limit=1):
                    policy._create_run("pilot", company)
        return scheduled

    @staticmethod
    def _get_pilots_domain(policy, company):
        return [
            ("policy_id", "=", policy.id),
            ("company_id", "=", company.id),
            ("mode", "=", "pilot"),
        ]

    def _grade_pilot(self, commit):
        """Keep what the draft gives to each customer; of the nights before, what differs."""
        self.policy_id.sudo()._check_complete()
        table = self._get_table()
        self._evaluate(table)
        self._finish_step(commit, 40)
        self._store_lines(table)
        self._drop(table)
        self._note_differing()
        self._thin_earlier_pilots()

    def _note_differing(self):
        lines = self.env["customer.grading.run.line"].sudo()
        count = lines.search_count([("run_id", "=", self.id), ("moves", "=", True)])
        self._note({"differing_count": count})

    def _thin_earlier_pilots(self):
        """Delete of earlier nights the lines of whom the pilot gave the same grade.

        A month of nights with a line for everybody would outgrow the documents.
        """
        domain = self._get_pilots_domain(self.policy_id, self.company_id)
        earlier = self.sudo().search(
            [*domain, ("id", "<", self.id), ("is_thinned", "=", False), ("state", "=", "done")]
        )
        if not earlier:
            return
        self.env["customer.grading.run.line"].flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM customer_grading_run_line WHERE run_id IN %s AND NOT moves",
                tuple(earlier.ids),
            )
        )
        self.env["customer.grading.run.line"].invalidate_model(flush=False)
        earlier.is_thinned = True

    def _ask_responsible(self, summary, note):
        """Tell of a pilot that fails once, not every night."""
        if self.mode == "pilot":
            domain = self._get_pilots_domain(self.policy_id, self.company_id)
            before = self.sudo().search([*domain, ("id", "<", self.id)], limit=1)
            if before.state == "failed":
                return
        super()._ask_responsible(summary, note)

    # ------------------------------------------------------------------ day by day

    @api.depends("mode", "state")
    @api.depends_context("lang")
    def _compute_pilot_days(self):
        for run in self:
            run.pilot_days = run.mode == "pilot" and [run._get_pilot_sheet()]

    def _get_pilot_sheet(self):
        """Return how many differed on which day of the pilot, newest first."""
        nights = self.sudo().search(self._get_pilots_domain(self.policy_id, self.company_id))
        rows = []
        for night in nights:
            cell = {"text": self._format_count(night.differing_count), "align": "end"}
            if night.differing_count:
                cell["action"] = night._get_lines_action([("moves", "=", True)])
            if night.state == "failed":
                cell = {"text": self.env._("failed"), "align": "end"}
            elif night.state != "done":
                cell = {"text": self.env._("waiting"), "align": "end"}
            rows.append(
                {
                    "cells": [
                        {"text": format_date(self.env, night.date)},
                        cell,
                        self._get_share_cell(night.differing_count, night.graded_count),
                        {"text": self._format_count(night.graded_count), "align": "end"},
                    ]
                }
            )
        title = self.env._("Pilot, day by day")
        columns = [title, self.env._("Differ"), self.env._("Share"), self._get_subjects_title()]
        return {"blocks": [{"title": title, "columns": columns, "rows": rows}]}


class CustomerGradingPolicy(models.Model):
    """Starts and ends the pilot of a draft."""

    _inherit = "customer.grading.policy"

    is_piloted = fields.Boolean(
        "Pilot",
        readonly=True,
        copy=False,
        tracking=True,
        help="It runs every night beside the policies in force, and changes nobody's grade.",
    )
    pilot_differing_count = fields.Integer("Differ in the pilot", compute="_compute_pilot")
    has_pilot = fields.Boolean(compute="_compute_pilot")

    def _compute_pilot(self):
        for policy in self:
            pilot = policy._get_last_pilot() if policy.state in PLANNED_STATES else None
            policy.has_pilot = bool(pilot)
            policy.pilot_differing_count = pilot and pilot.differing_count

    def _get_last_pilot(self):
        """Return the last run of the pilot that was done, of the company shown, sudoed."""
        Run = self.env["customer.grading.run"].sudo()
        domain = Run._get_pilots_domain(self._origin, self._get_try_on_company())
        return Run.search([*domain, ("state", "=", "done")], limit=1)

    def action_start_pilot(self):
        """Let the draft run every night without changing a grade; open the first result."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in PLANNED_STATES:
            raise UserError(self.env._("Only a draft is run as a pilot: revise the policy first."))
        self._check_complete()
        self.is_piloted = True
        run = self._create_run("pilot", self._get_try_on_company())
        run._execute()
        return run._get_try_on_action()

    def action_stop_pilot(self):
        """End the pilot; what it found is kept for 30 days."""
        self.check_access("write")
        self.is_piloted = False

    def action_view_pilot(self):
        """Open what the pilot gives since its last night."""
        self.ensure_one()
        run = self._get_last_pilot()
        if not run:
            raise UserError(self.env._("The pilot has no result yet. Look again tomorrow."))
        return run.sudo(False)._get_try_on_action()

    def _put_in_force(self):
        """A policy that comes into force needs no pilot any more."""
        runs = super()._put_in_force()
        if self.state == "running":
            self.is_piloted = False
        return runs
