import logging
from collections import Counter
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_datetime

_logger = logging.getLogger(__name__)

SLICE = 10_000  # results stored in one transaction
TRIES = 5  # of a slice that other people's writes keep from being stored
KEPT_DAYS = 30  # lines of a try-on


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
    company_id = fields.Many2one("res.company", ondelete="cascade", index=True, readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    mode = fields.Selection(
        [
            ("nightly", "Everybody"),
            ("on_demand", "Chosen customers"),
            ("preview", "Try-on"),
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
    date = fields.Date("As of", required=True, readonly=True, default=fields.Date.context_today)
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
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "%(policy)s, %(date)s",
                policy=run.policy_id.display_name,
                date=fields.Date.to_string(run.date),
            )

    @api.model_create_multi
    def create(self, vals_list):
        engine = self.env["customer.grading.engine"]
        for vals in vals_list:
            if not vals.get("date"):
                company = self.env["res.company"].browse(vals.get("company_id"))
                vals["date"] = engine._get_today(company)
        return super().create(vals_list)

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
        unfinished = [("state", "in", ("waiting", "running")), ("mode", "=", "nightly")]
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
        """Make one waiting run for each running policy and company that has none."""
        policies = self.env["customer.grading.policy"].sudo().search([("state", "=", "running")])
        for policy in policies:
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
        table = self._get_table()
        self._evaluate(table, subject_ids)
        self._finish_step(commit, 40)
        if self.mode == "preview":
            self._store_lines(table)
            self._drop(table)
            self._note({"state": "done", "date_end": fields.Datetime.now(), "progress": 100})
            return
        self._store(table, commit, subject_ids)
        self._drop(table)
        self._finish_step(commit, 80)
        if self._must_ask(subject_ids):
            self._stop()
        else:
            self._apply_changes(commit, subject_ids)
        self._finish_step(commit, 100)

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
        return criterion.measure_id, self.env._(
            "The evaluation failed: %s. Grades are as they were; the next run tries again.",
            reason,
        )

    def _ask_responsible(self, summary, note):
        """Give the policy's responsible one activity on the run."""
        user = self.policy_id.user_id
        if self.mode != "preview" and user and not self.activity_ids:
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
        return self.mode != "on_demand" and not self._get_last_full_run()

    # ------------------------------------------------------------------ step 2: store

    def _store(self, table, commit=False, subject_ids=None):
        """Bring the results up to date, writing only those that differ."""
        todo = f"{table}_todo"
        count = self._try(self._find_differing, commit, table, todo)
        for start in range(0, count, SLICE):
            self._try(self._store_slice, commit, todo, start, start + SLICE)
        self._drop(todo)
        if self.first and count > SLICE:
            self._analyze(SQL.identifier("customer_grading_result"))
        self._try(self._store_leavers, commit, table, subject_ids)
        self.env["customer.grading.result"].invalidate_model(flush=False)

    def _try(self, step, commit, *args):
        """Do ``step``; in a transaction of its own, again when others were in its way."""
        for attempt in range(TRIES):
            try:
                result = step(*args)
                if commit:
                    self.env["ir.cron"]._commit_progress()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY + (psycopg2.errors.ForeignKeyViolation,):
                if not commit or attempt == TRIES - 1:
                    raise
                self.env.cr.rollback()
        return None

    def _find_differing(self, table, todo):
        """Fill the temporary table ``todo`` with what differs from the results.

        :return: how many rows differ
        """
        self.env.flush_all()
        params = self._get_store_params(table)
        params.update(todo=SQL.identifier(todo))
        if self.graded_count > SLICE:
            self._analyze(params["table"])
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(todo)s AS
                SELECT ROW_NUMBER() OVER (ORDER BY result.id, evaluated.subject_id) AS position,
                       result.id AS result_id, evaluated.subject_id, evaluated.grade_id,
                       evaluated.reason, evaluated.score, evaluated.values
                  FROM %(table)s evaluated
                  LEFT JOIN customer_grading_result result
                    ON result.partner_id = evaluated.subject_id
                   AND result.dimension_id = %(dimension)s
                   AND COALESCE(result.company_id, 0) = %(company)s
                 WHERE result.id IS NULL
                    OR (result.policy_id, result.computed_grade_id, result.reason,
                        result.score, result.values)
                       IS DISTINCT FROM
                       (%(policy)s, evaluated.grade_id, evaluated.reason,
                        evaluated.score, evaluated.values)
                """,
                **params,
            )
        )
        count = self.env.cr.rowcount
        if count > SLICE:
            self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %(todo)s (position)", **params))
            self._analyze(params["todo"])
        return count

    def _analyze(self, table):
        """Tell PostgreSQL what ``table`` is like now: autovacuum comes a minute too late.

        Without statistics it plans for a handful of rows.
        """
        self.env.cr.execute(SQL("ANALYZE %s", table))

    def _store_slice(self, todo, start, end):
        """Store the results of one slice; customers deleted meanwhile are passed over."""
        self.env.flush_all()
        params = self._get_store_params(todo)
        params.update(start=start, end=end)
        self.env.cr.execute(
            SQL(
                """
                WITH slice AS MATERIALIZED (
                    SELECT * FROM %(table)s WHERE position > %(start)s AND position <= %(end)s
                )
                UPDATE customer_grading_result result
                   SET policy_id = %(policy)s,
                       date_computed_since = CASE
                           WHEN result.computed_grade_id IS DISTINCT FROM slice.grade_id
                           THEN %(date)s ELSE result.date_computed_since END,
                       computed_grade_id = slice.grade_id,
                       reason = slice.reason,
                       score = slice.score,
                       values = slice.values,
                       date_evaluated = %(date)s,
                       write_date = NOW() AT TIME ZONE 'UTC'
                  FROM slice
                 WHERE result.id = slice.result_id
                   AND result.id >= (SELECT MIN(result_id) FROM slice)
                   AND result.id <= (SELECT MAX(result_id) FROM slice)
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_result (
                    dimension_id, partner_id, company_id, policy_id, computed_grade_id,
                    reason, score, values, date_evaluated, date_computed_since,
                    create_date, write_date)
                SELECT %(dimension)s, partner.id, NULLIF(%(company)s, 0), %(policy)s,
                       slice.grade_id, slice.reason, slice.score, slice.values,
                       %(date)s, %(date)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM %(table)s slice
                  JOIN res_partner partner ON partner.id = slice.subject_id
                 WHERE slice.position > %(start)s AND slice.position <= %(end)s
                   AND slice.result_id IS NULL
                ON CONFLICT DO NOTHING
                """,
                **params,
            )
        )

    def _get_store_params(self, table):
        return {
            "table": SQL.identifier(table),
            "dimension": self.dimension_id.id,
            "company": self.company_id.id or 0,
            "policy": self.policy_id.id,
            "date": self.date,
            "user": self.env.uid,
        }

    def _store_leavers(self, table, subject_ids=None):
        """Take the computed grade from customers that no running policy grades any more."""
        self.env.flush_all()
        engine = self.env["customer.grading.engine"]
        policy = self.policy_id.sudo()
        running = policy._get_running(policy.dimension_id, self.company_id)
        graded = SQL("SELECT subject_id FROM %s", SQL.identifier(table))
        others = []
        for other in running - policy:
            scope = engine._get_scope(other, self.company_id, self.date, subject_ids)
            contacts = engine._get_contact_ids(scope)
            others.append(engine._get_subject_query(other, scope, contacts).select())
        asked = SQL("TRUE")
        if subject_ids is not None:
            asked = SQL("result.partner_id IN %s", tuple(subject_ids) or (0,))
        params = self._get_store_params(table)
        params.update(
            asked=asked,
            graded=SQL(" UNION ALL ").join([graded, *others]),
            others=tuple((running - policy).ids) or (0,),
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_grading_result result
                   SET policy_id = %(policy)s, computed_grade_id = NULL, reason = 'left',
                       score = NULL,
                       values = NULL, date_evaluated = %(date)s,
                       date_computed_since = %(date)s,
                       write_date = NOW() AT TIME ZONE 'UTC'
                 WHERE result.dimension_id = %(dimension)s
                   AND COALESCE(result.company_id, 0) = %(company)s
                   AND result.policy_id NOT IN %(others)s
                   AND result.reason != 'left'
                   AND %(asked)s
                   AND NOT EXISTS (
                       SELECT FROM (%(graded)s) graded (id) WHERE graded.id = result.partner_id)
                """,
                **params,
            )
        )

    def _store_lines(self, table):
        """Keep what a try-on would do, one line a customer.

        Who was graded by hand does not move.
        """
        self.env.flush_all()
        self.line_ids.unlink()
        params = self._get_store_params(table)
        params.update(run=self.id, revenue=self._get_revenue_query())
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_run_line (
                    run_id, partner_id, user_id, current_grade_id, grade_id, by_hand, moves,
                    score, values, revenue, create_uid, write_uid, create_date, write_date)
                SELECT %(run)s, partner.id, partner.user_id, result.grade_id,
                       evaluated.grade_id, hand.stays,
                       result.grade_id IS DISTINCT FROM evaluated.grade_id AND NOT hand.stays,
                       evaluated.score, evaluated.values, COALESCE(revenue.total, 0),
                       %(user)s, %(user)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM %(table)s evaluated
                  JOIN res_partner partner ON partner.id = evaluated.subject_id
                  LEFT JOIN customer_grading_result result
                    ON result.partner_id = evaluated.subject_id
                   AND result.dimension_id = %(dimension)s
                   AND COALESCE(result.company_id, 0) = %(company)s
                  LEFT JOIN (%(revenue)s) revenue ON revenue.partner_id = partner.id
                  CROSS JOIN LATERAL (
                      SELECT result.manual_grade_id IS NOT NULL
                             AND COALESCE(result.manual_until >= %(date)s, TRUE) AS stays
                  ) hand
                """,
                **params,
            )
        )
        self.env["customer.grading.run.line"].invalidate_model(flush=False)

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
                             AND manual_grade_id IS NULL)
                  FROM customer_grading_result
                 WHERE dimension_id = %s AND COALESCE(company_id, 0) = %s AND policy_id = %s
                """,
                self.dimension_id.id,
                self.company_id.id or 0,
                self.policy_id.id,
            )
        )
        everybody, moving = self.env.cr.fetchone()
        return moving > everybody * share / 100

    def _stop(self):
        self._note({"state": "stopped", "date_end": fields.Datetime.now()})
        self._ask_responsible(
            self.env._("A grading run stopped to ask"),
            self.env._("Many customers would change their grade. Look, then apply or discard."),
        )

    def _apply_changes(self, commit=False, subject_ids=None):
        """Bring what was computed into effect, as the policy's change control allows."""
        self.env["customer.grading.change.control"].sudo()._settle(self, commit, subject_ids)
        counts = self._count_moves()
        missing = (
            self.env["customer.grading.result"]
            .sudo()
            .search_count(
                [
                    ("policy_id", "=", self.policy_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("reason", "in", ("missing", "no_rule")),
                    *([("partner_id", "in", subject_ids)] if subject_ids is not None else []),
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

    # ------------------------------------------------------------------ what people do

    def _check_officer(self):
        if not self.env.user.has_group("customer_grading.customer_grading_group_officer"):
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
            "context": {"create": False},
        }

    def _get_try_on_action(self):
        """Return the action that opens the try-on."""
        self.ensure_one()
        view = self.env.ref("customer_grading.customer_grading_run_view_form_try_on")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try-on of %s", self.policy_id.name),
            "res_model": "customer.grading.run",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
        }

    @api.autovacuum
    def _gc_try_ons(self):
        """Delete try-ons that are over, with their lines."""
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("mode", "=", "preview"), ("create_date", "<", old)], limit=100).unlink()
