import logging
from collections import Counter
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_date

_logger = logging.getLogger(__name__)

KEPT_DAYS = 30  # lines of a try-on
TRIAL_MODES = ("preview", "pilot", "back_test", "comparison", "again")  # that change no grade
ATTENDED_MODES = ("preview", "comparison", "again")  # somebody waits for them
QUEUED_MODES = ("nightly", "pilot", "back_test")
STORED = 80  # progress in percent, from which on grades change


class CustomerGradingRun(models.Model):
    """One evaluation of a policy at a reference date, and what came of it."""

    _name = "customer.grading.run"
    _description = "Grading Run"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True, readonly=True
    )
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    subject = fields.Selection(related="dimension_id.subject")
    company_id = fields.Many2one("res.company", ondelete="cascade", index=True, readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    mode = fields.Selection(
        [
            ("nightly", "Everybody"),
            ("on_demand", "On demand"),
            ("incremental", "What changed"),
            ("preview", "Try-on"),
            ("pilot", "Pilot"),
            ("back_test", "Back-test"),
            ("comparison", "Two policies compared"),
            ("again", "Once more, as of a past day"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "In progress"),
            ("stopped", "Stopped to ask"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("discarded", "Discarded"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    date = fields.Date("As of", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Started by", readonly=True, index="btree_not_null")
    date_start = fields.Datetime("Started", readonly=True)
    date_end = fields.Datetime("Ended", readonly=True)
    progress = fields.Integer("Progress (%)", readonly=True, aggregator=None)
    first = fields.Boolean(
        "First grading",
        readonly=True,
        help="Everybody is graded for the first time: written as history, nobody is notified.",
    )
    cutoffs = fields.Json(readonly=True)
    graded_count = fields.Integer("Graded", readonly=True)
    not_graded_count = fields.Integer("Not graded", readonly=True)
    up_count = fields.Integer("Up", readonly=True)
    down_count = fields.Integer("Down", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    left_count = fields.Integer("Left the scope", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    error = fields.Text(readonly=True)
    error_measure_id = fields.Many2one(
        "customer.grading.measure", "Measure that failed", readonly=True, ondelete="set null"
    )
    line_ids = fields.One2many("customer.grading.run.line", "run_id", string="Customers")

    @api.depends("policy_id", "company_id")
    def _compute_currency_id(self):
        for run in self:
            policy = run.policy_id.with_company(run.company_id or self.env.company)
            run.currency_id = policy.currency_id

    @api.depends("policy_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "%(policy)s, %(date)s",
                policy=run.policy_id.display_name,
                date=format_date(self.env, run.date),
            )

    @api.model_create_multi
    def create(self, vals_list):
        engine = self.env["customer.grading.engine"]
        for vals in vals_list:
            if not vals.get("date"):
                company = self.env["res.company"].browse(vals.get("company_id"))
                vals["date"] = engine._get_today(company)
        return super().create(vals_list)

    def unlink(self):
        """Delete the runs; what they changed stays, without naming them."""
        told = self.env["customer.grading.change"].sudo().search([("run_id", "in", self.ids)])
        told.run_id = False
        return super().unlink()

    # ------------------------------------------------------------------ running

    @api.model
    def _cron_grade(self):
        """Queue a run of everybody for each running policy, and start going through them."""
        self._schedule_nightly_runs()
        self.env.ref("customer_grading.ir_cron_continue")._trigger()

    @api.model
    def _cron_continue(self):
        """Go through the runs that wait, oldest first, while there is time.

        A run that was killed is found running, and starts again from evaluating: this cron
        is the only one that makes it run, and Odoo never runs a cron twice at once.
        """
        unfinished = [("state", "in", ("waiting", "running")), ("mode", "in", QUEUED_MODES)]
        failed = self.browse()
        while run := self.search(unfinished, order="id", limit=1):
            run._execute(commit=True)
            failed |= run.filtered(lambda run: run.state == "failed")
            if not self.env["ir.cron"]._commit_progress(1, remaining=self.search_count(unfinished)):
                break
        if failed:
            # The failure counts for the cron, after every other policy had its turn.
            raise UserError(failed[0].error)

    @api.model
    def _schedule_nightly_runs(self):
        """Make one waiting run for each running policy and company that has none.

        Runs are done in the order of their making: dimensions that others need come first.
        """
        policies = self.env["customer.grading.policy"].sudo().search([("state", "=", "running")])
        for policy in policies._in_order_of_need():
            for company in policy._get_companies() or [self.env["res.company"]]:
                domain = [
                    ("policy_id", "=", policy.id),
                    ("company_id", "=", company.id),
                    ("mode", "=", "nightly"),
                    ("state", "in", ("waiting", "running")),
                ]
                if not self.search_count(domain, limit=1):
                    policy._create_run("nightly", company)

    def _execute(self, commit=False, subject_ids=None):
        """Evaluate, store, and bring the changes into effect.

        What fails is said on the run, and leaves every grade as it is.

        :param commit: whether each step, slice and batch is a transaction of its own, as
            in a cron; a button keeps everything in its own one
        :param subject_ids: customers to grade; ``None``: all
        """
        self.ensure_one()
        self._note(
            {"state": "running", "date_start": fields.Datetime.now(), "error": False}, commit
        )
        try:
            if commit:
                self._grade(commit, subject_ids)
            else:
                with self.env.cr.savepoint():
                    self._grade(commit, subject_ids)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            if not commit:
                raise  # Odoo tries the whole request again
            self._fail(error, commit, subject_ids)
        except Exception as error:  # noqa: BLE001 - the other policies go on
            self._fail(error, commit, subject_ids)

    def _grade(self, commit, subject_ids):
        if self.mode in TRIAL_MODES:
            getattr(self, f"_grade_{self.mode}")(commit)
            self._note({"state": "done", "date_end": fields.Datetime.now(), "progress": 100})
            return
        table = self._get_table()
        self._evaluate(table, subject_ids)
        self._finish_step(commit, 40)
        self._store(table, commit, subject_ids)
        self._drop(table)
        self._finish_step(commit, STORED)
        if self._must_ask(subject_ids):
            self._stop()
        else:
            self._apply_changes(commit, subject_ids)
        self._finish_step(commit, 100)

    def _grade_preview(self, commit):
        """Keep what the policy would do to each customer."""
        table = self._get_table()
        self._evaluate(table)
        self._finish_step(commit, 40)
        self._store_lines(table)
        self._note_facts()
        self._drop(table)

    def _get_table(self):
        """Return the name of the temporary table of the evaluation."""
        return f"customer_grading_run_{self.id}"

    def _note(self, vals, commit=False):
        self.sudo().write(vals)
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _finish_step(self, commit, progress):
        self._note({"progress": progress}, commit)

    def _drop(self, table):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))

    def _fail(self, error, commit, subject_ids):
        """Keep every grade as it is, and say on the run what went wrong and what to do."""
        if commit:
            self.env.cr.rollback()
        self._drop(self._get_table())
        measure = getattr(error, "measure", self.env["customer.grading.measure"])
        if isinstance(error, UserError):
            message = str(error)
        else:
            _logger.exception("Grading run %s failed", self.id)
            measure, message = self._get_failure(error, subject_ids)
        self._note(
            {
                "state": "failed",
                "date_end": fields.Datetime.now(),
                "error": message,
                "error_measure_id": measure.id,
            }
        )
        self._ask_responsible(self.env._("A grading run failed"), message)
        if commit:
            self.env["ir.cron"]._commit_progress()

    def _get_failure(self, error, subject_ids):
        """Return the measure that an error of the database is about, and what to do."""
        reason = str(error).partition("\n")[0]
        criterion = self.env["customer.grading.criterion"]
        if isinstance(error, psycopg2.Error):
            engine = self.env["customer.grading.engine"]
            policy = self.policy_id.sudo()
            scope = engine._get_scope(policy, self.company_id, self.date, subject_ids)
            criterion = engine._find_failing(policy, scope)
        if criterion:
            return criterion.measure_id, self.env._(
                "“%(criterion)s” cannot be computed: %(error)s. Look at its measure, its "
                "filter and the fields they read.",
                criterion=criterion.name,
                error=reason,
            )
        if self.progress >= STORED:
            return criterion.measure_id, self.env._(
                "Bringing the changes into effect failed: %s. Those made before stay; the next "
                "run goes on.",
                reason,
            )
        return criterion.measure_id, self.env._(
            "The evaluation failed: %s. Grades are as they were; the next run tries again.",
            reason,
        )

    def _ask_responsible(self, summary, note):
        """Give the policy's responsible one activity on the run."""
        user = self.policy_id.user_id
        if self.mode in ATTENDED_MODES:
            return
        if user and not self.activity_ids:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary=summary, note=note
            )

    # ------------------------------------------------------------------ step 1: evaluate

    def _evaluate(self, table, subject_ids=None):
        """Fill the temporary ``table`` with what each customer gets; nothing is locked."""
        self.ensure_one()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        cutoffs = None
        if subject_ids is not None:
            # Cut-offs are of the whole population: those of the last full run count.
            cutoffs = self._get_last_full_run().cutoffs or {}
        scope = engine._get_scope(policy, self.company_id, self.date, subject_ids, cutoffs)
        scope, count = engine._evaluate(policy, scope, table)
        self.sudo().write(
            {"cutoffs": scope.cutoffs or False, "graded_count": count, "first": self._is_first()}
        )

    def _get_last_full_run(self):
        """Return the last run that graded everybody by this policy, for this company."""
        return self.sudo().search(
            [
                ("policy_id", "=", self.policy_id.id),
                ("company_id", "=", self.company_id.id),
                ("mode", "=", "nightly"),
                ("state", "in", ("done", "stopped", "discarded")),
            ],
            order="id desc",
            limit=1,
        )

    def _is_first(self):
        return self.mode in ("nightly", "preview") and not self._get_last_full_run()

    # ------------------------------------------------------------------ step 3: changes

    def _must_ask(self, subject_ids):
        """Whether so many customers would move that somebody shall look first."""
        share = self.policy_id.stop_percent
        if not share or self.first or subject_ids is not None:
            return False
        self.env.cr.execute(
            SQL(
                """
                SELECT COUNT(*), COUNT(*) FILTER (
                           WHERE computed_grade_id IS DISTINCT FROM considered_grade_id
                             AND computed_grade_id IS DISTINCT FROM grade_id
                             AND NOT %s)
                  FROM customer_grading_result
                 WHERE dimension_id = %s AND company_id IS NOT DISTINCT FROM %s
                   AND policy_id = %s
                """,
                self.env["customer.grading.result"]._get_by_hand_sql("customer_grading_result"),
                self.dimension_id.id,
                self.company_id.id or None,
                self.policy_id.id,
            )
        )
        everybody, moving = self.env.cr.fetchone()
        return moving > everybody * share / 100

    def _stop(self):
        self._note({"state": "stopped", "date_end": fields.Datetime.now()})
        self._ask_responsible(
            self.env._("A grading run stopped to ask"),
            self.dimension_id._choose_text(
                self.env._("Many customers would change their grade. Look, then apply or discard."),
                self.env._(
                    "Many opportunities would change their grade. Look, then apply or discard."
                ),
            ),
        )

    def _apply_changes(self, commit=False, subject_ids=None):
        """Bring what was computed into effect, as the policy's change control allows."""
        self.env["customer.grading.change.control"].sudo()._settle(self, commit, subject_ids)
        counts = self._count_moves()
        subject = self.dimension_id._get_subject_kind()
        missing = (
            self.env["customer.grading.result"]
            .sudo()
            .search_count(
                [
                    ("policy_id", "=", self.policy_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("reason", "in", ("missing", "no_rule")),
                    ("manual_kind", "!=", "exclude"),
                    *([(subject.field, "in", subject_ids)] if subject_ids is not None else []),
                ]
            )
        )
        self._note(
            {
                "state": "done",
                "date_end": fields.Datetime.now(),
                "up_count": counts["up"],
                "down_count": counts["down"],
                "new_count": counts["new"],
                "left_count": counts["lost"],
                "not_graded_count": missing,
                "unchanged_count": max(self.graded_count - sum(counts.values()), 0),
            }
        )

    def _count_moves(self):
        """Return the ``Counter`` of the moves in effect by direction.

        They are counted from what is written: a run that was killed made some before.
        """
        moves = (
            self.env["customer.grading.change"]
            .sudo()
            ._read_group(
                [("run_id", "=", self.id), ("state", "=", "applied")], ["direction"], ["__count"]
            )
        )
        return Counter(dict(moves))

    @api.autovacuum
    def _gc_try_ons(self):
        """Delete try-ons that are over, with their lines."""
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("mode", "in", TRIAL_MODES), ("create_date", "<", old)], limit=100).unlink()
