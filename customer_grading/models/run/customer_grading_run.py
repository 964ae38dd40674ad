import logging
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime, plaintext2html

from ...tools.blocks import at_end, make_block, make_row, open_action, open_window
from ...tools.groups import OFFICER_GROUP
from ..result.customer_grading_slices import SLICE

# Of the results those that are graded by nothing, for want of data or of a grade that fits.
UNGRADED = [("reason", "in", ("missing", "no_rule")), ("manual_kind", "!=", "exclude")]
STORED = 80  # progress in percent, from which on grades change
OVERLAP = timedelta(hours=1)  # transactions that were open when it was looked last
KEPT_DAYS = 30  # incremental runs that changed no grade
SAMPLE = 1_000  # customers asked why they would move

_logger = logging.getLogger(__name__)


class CustomerGradingRun(models.Model):
    """One evaluation of a policy that changes grades, and what came of it."""

    _name = "customer.grading.run"
    _description = "Grading Run"
    _inherit = [
        "customer.grading.evaluation",
        "customer.grading.slices",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _mail_post_access = "read"  # nobody writes a run

    mode = fields.Selection(
        [("nightly", "Everybody"), ("on_demand", "On demand"), ("incremental", "What changed")],
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
            ("superseded", "Superseded"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    first = fields.Boolean(
        "First grading",
        readonly=True,
        help="Everybody is graded for the first time: written as history, nobody is notified.",
    )
    date_effect = fields.Date(
        "Takes effect",
        readonly=True,
        help="The day on which its changes are decided, which may be later than the day it is of.",
    )
    not_graded_count = fields.Integer("Not graded", readonly=True)
    up_count = fields.Integer("Up", readonly=True)
    down_count = fields.Integer("Down", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    left_count = fields.Integer("No longer graded", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    counts = fields.Json(compute="_compute_counts")
    stop_text = fields.Char(compute="_compute_stop_text")

    def unlink(self):
        """Delete the runs; what they changed stays, without naming them."""
        told = self.env["customer.grading.change"].sudo().search([("run_id", "in", self.ids)])
        told.run_id = False
        return super().unlink()

    # ------------------------------------------------------------------ the queue

    @api.model
    def _cron_grade(self):
        """Queue a run of everybody for each running policy, and start going through them.

        Before them, who moved to another company without a trace is noted.
        """
        self.env["customer.grading.former.contact"].sudo()._note_all()
        self._schedule_nightly_runs()
        self._go_on()

    @api.model
    def _go_on(self):
        """Let the cron go through what waits, at once."""
        self.env.ref("customer_grading.ir_cron_continue").sudo()._trigger()

    @api.model
    def _get_unfinished_domain(self):
        """Return the runs that the cron goes through, or goes on with."""
        return [("state", "in", ("waiting", "running")), ("mode", "=", "nightly")]

    @api.model
    def _cron_continue(self):
        """Go through the runs that wait, oldest first, while there is time.

        A run that was killed is found running, and starts again from evaluating: this cron
        is the only one that makes it run, and Odoo never runs a cron twice at once.
        """
        unfinished = self._get_unfinished_domain()
        failed = self.browse()
        while run := self.search(unfinished, order="id", limit=1):
            run._execute(commit=True)
            failed |= run.filtered(lambda run: run.state == "failed")
            if not self.env["ir.cron"]._commit_progress(1, remaining=self.search_count(unfinished)):
                break
        else:
            self._after_queue()
        if failed:
            # The failure counts for the cron, after every other policy had its turn.
            raise UserError(failed[0].error)

    @api.model
    def _after_queue(self):
        """Hook: do what comes after the runs, once none waits any more."""

    @api.model
    def _schedule_nightly_runs(self):
        """Hook: make one waiting run for each running policy and company that has none.

        First the policies begin whose day has come. Runs are done in the order of their
        making: dimensions that others need come first. Whoever adds what else is done by
        night makes it wait here.
        """
        Policy = self.env["customer.grading.policy"].sudo()
        Policy._start_scheduled()
        for policy in Policy.search([("state", "=", "running")])._in_order_of_need():
            for company in policy._get_run_companies():
                own = [("policy_id", "=", policy.id), ("company_id", "=", company.id)]
                if not self.search_count([*self._get_unfinished_domain(), *own], limit=1):
                    policy._create_run("nightly", company)

    # ------------------------------------------------------------------ three steps

    def _grade(self, commit, subject_ids):
        """Hook: evaluate, store, and bring into effect, each a transaction of its own."""
        table = self._get_table()
        moment = self._evaluate(table, subject_ids)
        self._finish_step(commit, 40)
        self._store(table, moment, commit, subject_ids)
        self._drop(table)
        if subject_ids is None:
            self._supersede_stopped()
        self._finish_step(commit, STORED)
        asks = self._must_ask(subject_ids)
        if asks:
            self._stop()
        else:
            self._apply_changes(commit, subject_ids)
        self._finish_step(commit, 100)
        if not asks:
            self._follow(commit, subject_ids)

    def _evaluate(self, table, subject_ids=None):
        """Fill the temporary ``table`` with what each customer gets; nothing is locked.

        :return: the moment, to the microsecond, before which everything was seen
        """
        self.ensure_one()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        [[moment]] = self.env.execute_query(SQL("SELECT NOW() AT TIME ZONE 'UTC'"))
        last = self.browse()
        if subject_ids is not None or self.mode == "nightly":
            last = engine._get_last_full_run(self.policy_id, self.company_id)
        # Cut-offs are of the whole population: those of the last full run count.
        cutoffs = None if subject_ids is None else last.cutoffs or {}
        scope = engine._get_scope(policy, self.company_id, self.date, subject_ids, cutoffs)
        scope, count = engine._evaluate(policy, scope, table)
        first = self.mode == "nightly" and not last
        self._note({"cutoffs": scope.cutoffs or False, "graded_count": count, "first": first})
        return moment

    def _store(self, table, moment, commit=False, subject_ids=None):
        """Hook: bring the results up to date, writing only those that differ."""
        self.env["customer.grading.store"]._store(self, table, moment, commit, subject_ids)

    def _look_at_differing(self, todo):
        """Hook: note what is asked of the rows of ``todo``, which differ, before they are stored."""

    def _supersede_stopped(self):
        """Close earlier runs of everybody that wait for an answer: this one asks anew."""
        earlier = Domain("state", "=", "stopped") & Domain("id", "<", self.id)
        stopped = self.sudo().search(earlier & self._get_own_domain())
        if stopped:
            stopped.activity_ids.action_feedback()
            stopped._note({"state": "superseded"})

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
        self._note({"date_effect": self._get_effect_date(commit)})
        missing = self._get_own_domain() & Domain(UNGRADED)
        if subject_ids is not None:
            missing &= Domain(self.dimension_id._get_subject_kind().field, "in", subject_ids)
        self.env["customer.grading.change.control"].sudo()._settle(self, commit, subject_ids)
        counts = self._count_moves()
        Result = self.env["customer.grading.result"].sudo()
        self._note(
            {
                "state": "done",
                "date_end": fields.Datetime.now(),
                "up_count": counts["up"],
                "down_count": counts["down"],
                "new_count": counts["new"],
                "left_count": counts["lost"],
                "not_graded_count": Result.search_count(missing),
                "unchanged_count": max(self.graded_count - sum(counts.values()), 0),
            }
        )
        # Whatever shows the grades reads them again. Last of all: nothing here reads the run anew.
        self.env.invalidate_all()

    def _get_following_steps(self):
        """Hook: return what follows grades that came into effect, or were taken back.

        :return: methods that take ``commit`` and ``subject_ids``, as :meth:`_execute`
        """
        return []

    def _follow(self, commit=False, subject_ids=None):
        """Do what follows, step by step: what keeps one from being done undoes no grade."""
        for step in self._get_following_steps():
            try:
                step(commit, subject_ids)
                self._finish_step(commit, 100)
            except Exception:
                if not commit:
                    raise
                self.env.cr.rollback()
                _logger.exception("%s: %s is left to the next run", self, step.__name__)

    def _get_effect_date(self, commit):
        """Return the day on which its changes are decided.

        That is later than the day it is of where it stopped to ask, or went on past midnight.
        """
        if not commit and self.state != "stopped":
            return self.date
        return max(self.date, self.env["customer.grading.engine"]._get_today(self.company_id))

    def _count_moves(self):
        """Return the ``Counter`` of the moves in effect by direction.

        They are counted from what is written: a run that was killed made some before.
        """
        Change = self.env["customer.grading.change"].sudo()
        applied = [("run_id", "=", self.id), ("state", "=", "applied")]
        return Counter(dict(Change._read_group(applied, ["direction"], ["__count"])))

    def _after_failure(self, message):
        self._ask_responsible(self.env._("A grading run failed"), message)

    def _get_unexpected_text(self, reason):
        if self.progress < STORED:
            return super()._get_unexpected_text(reason)
        return self.env._(
            "Bringing the changes into effect failed: %s. Those made before stay; the next "
            "run goes on.",
            reason,
        )

    def _ask_responsible(self, summary, note):
        """Give the policy's responsible one activity on the run."""
        user = self.policy_id.user_id
        if user and not self.activity_ids:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=summary,
                note=plaintext2html(note),
            )

    # ------------------------------------------------------------------ incremental

    @api.model
    def _cron_changed(self):
        """Grade the records whose documents changed since the last time.

        What passes without a trace in the records, as time does, is for the night.
        """
        self._note_interrupted()
        cron = self.env.ref("customer_grading.ir_cron_changed").sudo()
        since = (cron.lastcall or fields.Datetime.now() - timedelta(days=1)) - OVERLAP
        self._grade_changed(since, commit=True)

    @api.model
    def _note_interrupted(self):
        """Say of runs that were killed that they will not end: Odoo runs no cron twice at once.

        The next one looks from the same moment on, so nothing is left out.
        """
        dead = self.search([("mode", "=", "incremental"), ("state", "=", "running")])
        dead._note(
            {
                "state": "failed",
                "date_end": fields.Datetime.now(),
                "error": self.env._("It was interrupted. The next run grades what it left."),
            }
        )

    @api.model
    def _grade_changed(self, since, commit=False):
        """Grade what changed from the moment ``since`` on, dimensions that others need first.

        :return: the runs made, none where nothing changed
        """
        runs = self.browse()
        Policy = self.env["customer.grading.policy"].sudo()
        engine = self.env["customer.grading.engine"]
        asked = [("state", "=", "running"), ("regrades_changed", "=", True)]
        for policy in Policy.search(asked)._in_order_of_need():
            for company in policy._get_run_companies():
                if ids := engine._get_changed_ids(policy, company, since):
                    run = policy._create_run("incremental", company)
                    run._execute(commit=commit, subject_ids=ids)
                    runs += run
        return runs

    @api.autovacuum
    def _gc_incremental(self):
        """Delete old runs of what changed that changed no grade.

        The others stay: by their limits the changes that they made are explained.
        """
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        told = self.env["customer.grading.change"].sudo()._search([("run_id", "!=", False)])
        self.search(
            [
                ("mode", "=", "incremental"),
                ("create_date", "<", old),
                ("state", "in", ("done", "failed")),
                ("id", "not in", told.subselect("run_id")),
            ],
            limit=1000,
        ).unlink()

    # ------------------------------------------------------------------ what people do

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers start, apply or discard a run. Ask one of them.")
            )
        self.check_access("read")
        self.dimension_id._check_seen_whole()

    def _answer(self):
        """Check that the run waits for an answer, and close what asks for it."""
        self.ensure_one()
        self._check_officer()
        if self.state == "superseded":
            raise UserError(
                self.env._(
                    "A later run graded everybody anew and took the place of this one. Open "
                    "that one instead."
                )
            )
        if self.state != "stopped":
            raise UserError(self.env._("This run does not wait for a decision."))
        self.activity_ids.sudo().action_feedback()

    def action_apply(self):
        """Apply all moves of a run that stopped to ask, from today on."""
        self._answer()
        self._apply_changes()
        self._follow()

    def action_discard(self):
        """Leave all grades as they are; the next run decides anew."""
        self._answer()
        self._note({"state": "discarded"})

    def action_stop(self):
        """Take a waiting run out of the queue: it evaluated nobody, and counts for nothing."""
        self.ensure_one()
        self._check_officer()
        if self.state != "waiting":
            raise UserError(self.env._("Only a run that still waits can be stopped."))
        self._note({"state": "cancelled"})

    def _execute_or_queue(self, count):
        """Grade on the spot where up to one slice is to be graded, else in the background."""
        if count > SLICE:
            self._go_on()
            return
        for run in self:
            run._execute()

    def _get_health(self):
        """Return in one line how the run went."""
        self.ensure_one()
        when = format_datetime(self.env, self.date_end or self.create_date, dt_format="short")
        if self.state == "done":
            names = {"when": when, "count": self.graded_count}
            return self.env._("Last run %(when)s, %(count)s graded, no errors.", **names)
        if self.state == "stopped":
            return self.env._("Last run %(when)s stopped to ask: open it.", when=when)
        return self.env._("Last run %(when)s: %(error)s", when=when, error=self.error or "")

    def action_view_changes(self):
        """Open the changes that the run made or proposes."""
        self.ensure_one()
        domain = self._get_changes_domain()
        return self._get_list_action(self.env._("Changes"), "customer.grading.change", domain)

    def _get_changes_domain(self):
        """Hook: return the changes that the run made, and those that followed from them."""
        return Domain("run_id", "=", self.id)

    def _get_list_action(self, name, model, domain):
        """Return the action that opens what is told of, and made by nobody."""
        context = {"create": False, "grading_subject": self.subject}
        return open_window(name, model, "list,form", domain=list(domain), context=context)

    # ------------------------------------------------------------------ what a run did

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_counts(self):
        for run in self:
            done = run.state in ("done", "stopped")
            run.counts = [{"blocks": [run._get_counts_block()]}] if done else False

    def _get_counts_block(self):
        """Return how many customers went where, each number opening them."""
        counted = [(self.env._("All"), self.graded_count, self._get_results_action([]))]
        if self.state == "done":
            ungraded = self._get_results_action(UNGRADED)
            graded = self._get_results_action(~Domain(UNGRADED))
            count = max(self.graded_count - self.not_graded_count, 0)
            counted += [
                (self.env._("Graded"), count, graded),
                (self.env._("Not graded"), self.not_graded_count, ungraded),
                (self.env._("Up"), self.up_count, self._get_changes_action("up")),
                (self.env._("Down"), self.down_count, self._get_changes_action("down")),
                (self.env._("New"), self.new_count, self._get_changes_action("new")),
                (self.env._("No longer graded"), self.left_count, self._get_changes_action("lost")),
                (self.env._("Unchanged"), self.unchanged_count, None),
            ]
        rows = []
        for label, count, action in counted:
            cell = {**at_end(self._format_count(count)), "action": count and action or None}
            rows.append(make_row(None, label, cell, muted=not count))
        title = self._get_subjects_title()
        return make_block(title, [title, ""], rows)

    def _get_changes_action(self, direction):
        action = self.action_view_changes()
        return dict(action, domain=[*action["domain"], ("direction", "=", direction)])

    def _get_results_action(self, domain):
        """Return the action that opens customers as they stand since a run of everybody."""
        if self.mode != "nightly":
            return None
        graded = self._get_results_domain() & Domain(domain)
        return self._get_list_action(self._get_subjects_title(), "customer.grading.result", graded)

    def _get_own_domain(self):
        """Return what is of the same policy and company as the run: runs, or results."""
        company = Domain("company_id", "=", self.company_id.id)
        return Domain("policy_id", "=", self.policy_id.id) & company

    def _get_results_domain(self):
        """Return the results that the run graded."""
        return Domain("dimension_id", "=", self.dimension_id.id) & self._get_own_domain()

    # ------------------------------------------------------------------ stopped to ask

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_stop_text(self):
        for run in self:
            run.stop_text = run._get_stop_text() if run.state == "stopped" else False

    def _get_stop_text(self):
        """Return how many customers would move, and which criterion moves most of them."""
        Result = self.env["customer.grading.result"].sudo()
        domain = self._get_results_domain()
        total = Result.search_count(domain)
        moving = Result.search_count(domain & self._get_moving_domain())
        names = {
            "moving": self._format_count(moving),
            "count": self._format_count(total),
            "limit": self._format_count(self.policy_id.stop_percent),
        }
        text = self.dimension_id._choose_text(
            self.env._(
                "Stopped to ask: %(moving)s of %(count)s customers would move (limit "
                "%(limit)s %%).",
                **names,
            ),
            self.env._(
                "Stopped to ask: %(moving)s of %(count)s opportunities would move (limit "
                "%(limit)s %%).",
                **names,
            ),
        )
        if not (criterion := self._get_most_common_reason()):
            return text
        names = {"sentence": text, "criterion": criterion.name}
        return self.env._("%(sentence)s Most common reason: %(criterion)s.", **names)

    def _get_moving_domain(self):
        """Return what would move: not what was refused or undone before, and stays."""
        return Domain("is_waiting", "=", True) & Domain("is_undecided", "=", True)

    def _get_most_common_reason(self):
        """Return the criterion that decides for most of those that would move."""
        domain = self._get_results_domain() & self._get_moving_domain()
        results = self.env["customer.grading.result"].sudo().search(domain, limit=SAMPLE)
        counts = Counter()
        told = self.env["customer.grading.explanation"]._explain(results)
        for result, explanation in told.items():
            counts.update(self._get_decisive_criteria(explanation, result.grade_id))
        return counts.most_common(1)[0][0] if counts else None

    def _get_decisive_criteria(self, explanation, held):
        """Return what the grade held asks for in vain, or what the higher one asks first."""
        if held and (not explanation.grade or explanation.is_better(held)):
            lost = explanation.get_lost_rule(held)
            gaps = explanation.get_gaps(lost) if lost else []
            return {gap.condition.criterion_id for gap in gaps}
        met = explanation.get_decisive_conditions(held)
        return {met[0].criterion_id} if met else set()

    def action_view_waiting(self):
        """Open the customers that would move, as they stand."""
        self.ensure_one()
        name = self.dimension_id._choose_text(
            self.env._("Customers that would move"), self.env._("Opportunities that would move")
        )
        return open_action(
            self.env,
            "customer_grading.customer_grading_result_action",
            name,
            domain=list(self._get_results_domain() & self._get_moving_domain()),
            context={"create": False, "grading_subject": self.subject},
        )
