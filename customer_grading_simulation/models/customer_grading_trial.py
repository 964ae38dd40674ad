from odoo import api, fields, models
from odoo.addons.customer_grading.models.result.customer_grading_change import BY_HAND_ORIGINS
from odoo.addons.customer_grading.tools.blocks import open_window, tell
from odoo.addons.customer_grading.tools.texts import join_list
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, plaintext2html

VIEWS = "customer_grading_simulation.customer_grading_trial"


class CustomerGradingTrial(models.Model):
    """Pilots, back-tests, comparisons, predictions, and days that are graded once more."""

    _inherit = "customer.grading.trial"

    kind = fields.Selection(
        selection_add=[
            ("pilot", "Pilot"),
            ("back_test", "Back-test"),
            ("comparison", "Two policies compared"),
            ("once_more", "Once more"),
            ("prediction", "Prediction"),
        ],
        ondelete=dict.fromkeys(
            ("pilot", "back_test", "comparison", "once_more", "prediction"), "cascade"
        ),
    )
    differing_count = fields.Integer(
        "Differ", readonly=True, help="Records that get another grade than the one to compare with."
    )
    differing_share = fields.Float(
        "Differ (%)", compute="_compute_differing_share", digits=(16, 1), aggregator=None
    )
    is_thinned = fields.Boolean(readonly=True, help="Only the lines that differ are kept.")
    other_policy_id = fields.Many2one(
        "customer.grading.policy",
        "Compared with",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    run_id = fields.Many2one(
        "customer.grading.run",
        "Second run of the day",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    count_ids = fields.One2many("customer.grading.trial.count", "trial_id", string="By date")
    approximate_text = fields.Text(compute="_compute_approximate_text")

    @api.depends("differing_count", "graded_count")
    def _compute_differing_share(self):
        for trial in self:
            graded = trial.graded_count
            trial.differing_share = graded and trial.differing_count * 100 / graded

    # ------------------------------------------------------------------ in the background

    @api.model
    def _cron_continue(self):
        """Go through the trials that wait, oldest first, while there is time.

        A pilot is told beside the grades of the same night, so it comes after the runs; the
        last of them starts this again.
        """
        Run = self.env["customer.grading.run"]
        unfinished = [
            ("state", "in", ("waiting", "running")),
            ("kind", "in", ("pilot", "back_test", "prediction")),
        ]
        if Run.search_count(Run._get_unfinished_domain(), limit=1):
            unfinished.append(("kind", "!=", "pilot"))
        failed = self.browse()
        while trial := self.search(unfinished, order="id", limit=1):
            trial._execute(commit=True)
            failed |= trial.filtered(lambda trial: trial.state == "failed")
            if not self.env["ir.cron"]._commit_progress(1, remaining=self.search_count(unfinished)):
                break
        if failed:
            raise UserError(failed[0].error)

    @api.model
    def _go_on(self):
        """Let the cron go through what waits, at once."""
        self.env.ref("customer_grading_simulation.ir_cron_continue").sudo()._trigger()

    def _after_failure(self, message):
        """Tell of a pilot that fails once, not every night."""
        super()._after_failure(message)
        user = self.policy_id.user_id
        if self.kind != "pilot" or not user or self._get_earlier_pilots()[:1].state == "failed":
            return
        self.policy_id.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._("A pilot failed"),
            note=plaintext2html(message),
        )

    def action_stop(self):
        """Take what waits in the background out of the queue."""
        self.ensure_one()
        policy = self.policy_id
        policy.check_access("write")
        if self.state != "waiting":
            raise UserError(self.env._("Only what still waits can be stopped."))
        self.sudo().unlink()
        return policy._get_records_action()

    def _note_differing(self):
        count = self.line_ids.sudo().search_count(
            [("trial_id", "=", self.id), ("moves", "=", True)]
        )
        self._note({"differing_count": count})

    # ------------------------------------------------------------------ pilot

    def _grade_pilot(self, commit):
        """Keep what the draft gives to each customer; of the nights before, what differs."""
        self.policy_id.sudo()._check_complete()
        self._evaluate_lines(commit)
        self._note_differing()
        self._get_earlier_pilots().filtered(lambda pilot: pilot.state == "done")._thin()

    def _get_earlier_pilots(self):
        """Return the pilot's nights before this one, sudoed, latest first."""
        Trial = self.sudo()
        return Trial.search(
            [*Trial._get_pilots_domain(self.policy_id, self.company_id), ("id", "<", self.id)]
        )

    @staticmethod
    def _get_pilots_domain(policy, company):
        return [
            ("policy_id", "=", policy.id),
            ("company_id", "=", company.id),
            ("kind", "=", "pilot"),
        ]

    def _thin(self):
        """Delete the lines of whom these pilots gave the same grade.

        A month of nights with a line for everybody would outgrow the documents.
        """
        thick = self.filtered(lambda pilot: not pilot.is_thinned)
        if not thick:
            return
        Line = self.env["customer.grading.trial.line"]
        Line.flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM customer_grading_trial_line WHERE trial_id IN %s AND NOT moves",
                thick._ids,
            )
        )
        Line.invalidate_model(flush=False)
        thick.is_thinned = True

    def _is_told_whole(self):
        return super()._is_told_whole() and not self.is_thinned and not self.run_id

    @api.model
    def _get_activating_kinds(self):
        return [*super()._get_activating_kinds(), "pilot"]

    def _open_pilot(self):
        """Open the page of the night, or where only differences are left, these."""
        if self.is_thinned:
            return self._get_lines_action([("moves", "=", True)])
        return self._open_page()

    def action_view_pilot_days(self):
        """Open all nights of the pilot: how many differed on which."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pilot of %s, day by day", self.policy_id.display_name),
            "res_model": self._name,
            "views": [
                [self.env.ref(f"{VIEWS}_view_{view}_pilots").id, view] for view in ("graph", "list")
            ],
            "domain": self._get_pilots_domain(self.policy_id, self.company_id),
            "context": {"create": False},
        }

    # ------------------------------------------------------------------ back-test

    def _grade_back_test(self, commit):
        """Grade by the policy as of each date, and keep the counts only."""
        days = sorted({count.date for count in self.count_ids})
        for done, day in enumerate(days, start=1):
            self._grade_past_day(day)
            self._finish_step(commit, done * 100 // len(days))

    def _grade_past_day(self, day):
        """Count who gets which grade on ``day``; cut-offs are those of the day."""
        engine, table = self.env["customer.grading.engine"], self._get_table()
        policy = self.policy_id.sudo()
        scope = engine._get_scope(policy, self.company_id, day)
        _scope, total = engine._evaluate(policy, scope._replace(past=day < self.date), table)
        rows = self.env.execute_query(
            SQL("SELECT grade_id, COUNT(*) FROM %s GROUP BY grade_id", SQL.identifier(table))
        )
        self._drop(table)
        self._keep_counts(day, dict(rows))
        self._note({"graded_count": total})

    def _keep_counts(self, day, counts):
        """Replace what is kept of ``day`` by ``{grade id: number}``, with grades nobody had."""
        Count = self.env["customer.grading.trial.count"].sudo()
        Count.search([("trial_id", "=", self.id), ("date", "=", day)]).unlink()
        total = sum(counts.values())
        ids = dict.fromkeys([*self.dimension_id.sudo().grade_ids.ids, *counts])
        Count.create(
            [
                {
                    "trial_id": self.id,
                    "date": day,
                    "grade_id": id_,
                    "count": counts.get(id_, 0),
                    "share": total and counts.get(id_, 0) * 100 / total,
                }
                for id_ in ids
            ]
        )

    def _open_back_test(self):
        """Open how many had which grade, as a picture; first say what cannot be known of the past.

        The table is one click away. Months without a date are no gaps of it.
        """
        action = open_window(
            self._get_page_name(),
            "customer.grading.trial.count",
            "graph,pivot,list",
            domain=[("trial_id", "=", self.id)],
            context={"create": False, "fill_temporal": False},
        )
        if not self.approximate_text:
            return action
        return tell(self.approximate_text, "warning", action, sticky=True)

    @api.depends("policy_id")
    @api.depends_context("lang")
    def _compute_approximate_text(self):
        for trial in self:
            trial.approximate_text = "\n".join(trial._get_unknown_texts(trial.policy_id))

    def _get_unknown_texts(self, policy):
        """Return what of a policy of the trial cannot be known for a past date."""
        policy = policy.sudo()
        measures = policy.criterion_ids.measure_id
        unknown = policy._get_measured_criteria().filtered(
            lambda c: not all(c.measure_id._get_base_measures().mapped("known_for_past"))
        )
        texts = []
        if unknown:
            texts.append(
                self.env._(
                    "Approximate: these are not known for a past day, and count as they are "
                    "today: %s.",
                    join_list(self.env, unknown.mapped("name")),
                )
            )
        if not policy._parse_domain().is_true():
            text = measures._get_domain_text(policy.domain, policy.subject_model)
            texts.append(self.env._("Whom it applies to is looked up as it is today: %s.", text))
        return texts

    # ------------------------------------------------------------------ comparison

    def _grade_comparison(self, commit):
        """Keep a line for each record that one of the two policies grades.

        The grade "before" is the one by the other policy. Neither leaves anybody to the
        other.
        """
        table = self._get_table()
        other = f"{table}_other"
        both = (self.policy_id | self.other_policy_id)._ids
        engine = self.env["customer.grading.engine"]
        policy = self.other_policy_id.sudo()
        scope = engine._get_scope(policy, self.company_id, self.date)
        engine._evaluate(policy, scope._replace(beside_ids=both), other)
        self._evaluate(table, beside_ids=both)
        self._finish_step(commit, 60)
        self._store_lines(
            SQL(
                "SELECT COALESCE(own.subject_id, other.subject_id) AS subject_id,"
                " other.grade_id AS current, own.grade_id AS computed, FALSE AS by_hand,"
                " own.score, own.values"
                " FROM %s own FULL JOIN %s other ON other.subject_id = own.subject_id",
                SQL.identifier(table),
                SQL.identifier(other),
            )
        )
        self._drop(table)
        self._drop(other)
        self._note_differing()

    def _open_comparison(self):
        return self._open_compared("before")

    # ------------------------------------------------------------------ once more

    def _grade_once_more(self, commit):
        """Keep beside each grade as of the past day the one that was in effect then."""
        table = self._get_table()
        self._evaluate(table, past=True)
        self._store_lines(self._get_beside_then_sql(table))
        self._drop(table)
        self._note_differing()

    def _get_beside_then_sql(self, table):
        """Return the query of what is given beside what was in effect on the trial's date."""
        subject = self.dimension_id._get_subject_kind()
        return SQL(
            """
            SELECT evaluated.subject_id, held.grade_id AS current,
                   evaluated.grade_id AS computed, held.origin IN %(by_hand)s AS by_hand,
                   evaluated.score, evaluated.values
              FROM %(table)s evaluated
              LEFT JOIN customer_grading_result result
                ON %(held)s = evaluated.subject_id
               AND result.dimension_id = %(dimension)s
               AND result.company_id IS NOT DISTINCT FROM %(company)s
              LEFT JOIN LATERAL (
                  SELECT told.grade_id, told.origin
                    FROM customer_grading_change told
                   WHERE told.result_id = result.id AND told.state = 'applied'
                     AND told.date_applied <= %(date)s
                     AND (told.date_end IS NULL OR told.date_end >= %(date)s)
                   ORDER BY told.id DESC LIMIT 1
              ) held ON TRUE
            """,
            table=SQL.identifier(table),
            held=SQL.identifier("result", subject.field),
            by_hand=BY_HAND_ORIGINS,
            dimension=self.dimension_id.id,
            company=self.company_id.id or None,
            date=self.date,
        )

    def _open_once_more(self):
        return self._open_compared("then")

    def _note_revenue(self):
        """Put the revenue beside the lines that were kept without it."""
        revenue, joined = self._get_revenue_sql()
        subject = self.dimension_id._get_subject_kind()
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_grading_trial_line line
                   SET revenue = %(revenue)s
                  FROM %(subjects)s subject %(joined)s
                 WHERE line.trial_id = %(trial)s
                   AND subject.id = line.%(field)s
                """,
                revenue=revenue,
                joined=joined,
                subjects=SQL.identifier(subject.table),
                trial=self.id,
                field=SQL.identifier(subject.field),
            )
        )
        self.env["customer.grading.trial.line"].invalidate_model(["revenue"], flush=False)

    # ------------------------------------------------------------------ two grades compared

    def _open_compared(self, name, domain=(), order=("pivot", "list", "graph")):
        """Open one grade by the other as a table, its cells opening who is in them.

        :param name: which grade is compared: that of ``before``, or in effect ``then``
        """
        views = {
            "pivot": f"{VIEWS}_line_view_pivot_{name}",
            "list": f"{VIEWS}_line_view_list_compared",
            "graph": "customer_grading.customer_grading_trial_line_view_graph",
        }
        action = self._get_lines_action(domain, self._get_compared_name())
        return dict(action, views=[[self.env.ref(views[view]).id, view] for view in order])

    def _get_compared_name(self):
        """Return what stands beside what, and how many differ."""
        return self.env._(
            "%(title)s: %(differ)s of %(count)s differ",
            title=self._get_page_name(),
            differ=self._format_count(self.differing_count),
            count=self._format_count(
                self.line_ids.sudo().search_count([("trial_id", "=", self.id)])
            ),
        )

    def _get_page_name(self):
        names = {
            "policy": self.policy_id.display_name,
            "date": format_date(self.env, self.date),
            "other": self.other_policy_id.display_name,
        }
        titles = {
            "pilot": self.env._("Pilot of %(policy)s, %(date)s", **names),
            "back_test": self.env._("Back-test of %(policy)s", **names),
            "comparison": self.env._("“%(policy)s” now, “%(other)s” before, %(date)s", **names),
            "once_more": self.env._("%(policy)s once more, as of %(date)s", **names),
            "prediction": self.env._("Does %(policy)s predict? %(date)s", **names),
        }
        return titles.get(self.kind) or super()._get_page_name()
