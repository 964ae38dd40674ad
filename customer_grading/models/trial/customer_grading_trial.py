from collections import Counter
from datetime import time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_time

from ...tools.blocks import at_end, make_block, make_row, open_window, tell
from ...tools.groups import MANAGER_GROUP
from ..policy.customer_grading_policy import PLANNED_STATES

KEPT_DAYS = 30
SHOWN = 80  # customers listed on the page of a try-on


class CustomerGradingTrial(models.Model):
    """One evaluation of a policy that changes no grade, and what it would do.

    Everything is counted by a fixed number of statements over the lines, however many
    customers there are. Views are lists of blocks that the ``grading_view`` widget lays
    out. A kind of trial brings ``_grade_<kind>(commit)``, and ``_open_<kind>()`` where its
    page is another one.
    """

    _name = "customer.grading.trial"
    _description = "Trial of a Policy"
    _inherit = ["customer.grading.evaluation"]

    kind = fields.Selection([("try_on", "Try-on")], required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "In progress"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    line_ids = fields.One2many("customer.grading.trial.line", "trial_id", string="Customers")
    statistics = fields.Json(
        readonly=True,
        groups=MANAGER_GROUP,
        help="How many were graded, and what is known by each criterion: no form reads the "
        "lines again.",
    )
    value_positions = fields.Json(
        readonly=True,
        groups=MANAGER_GROUP,
        help="Where in the values of a line stands what: the draft may change after it was tried.",
    )
    fingerprint = fields.Char(
        readonly=True, groups=MANAGER_GROUP, help="Of what decided the grades when it was tried."
    )
    stale_text = fields.Char(compute="_compute_stale_text")
    takeover_text = fields.Char(compute="_compute_takeover_text")
    policy_state = fields.Selection(related="policy_id.state", string="State of the policy")
    summary = fields.Json(compute="_compute_summary")
    first_text = fields.Char(compute="_compute_summary")
    moving_count = fields.Integer("Customers that move", compute="_compute_summary")
    moving_text = fields.Char(compute="_compute_summary")
    moving_line_ids = fields.Many2many(
        "customer.grading.trial.line", string="Who moves", compute="_compute_moving_line_ids"
    )
    data_check = fields.Json(compute="_compute_data_check")

    @api.depends("kind")
    @api.depends_context("of_policy")
    def _compute_display_name(self):
        """Opened from a policy it is called by what was done: the policy stands before it."""
        told = super()._compute_display_name()
        for trial in self if self.env.context.get("of_policy") else ():
            kind = trial._fields["kind"].convert_to_export(trial.kind, trial)
            day = format_date(self.env, trial.date)
            trial.display_name = self.env._("%(kind)s, %(date)s", kind=kind, date=day)
        return told

    @api.autovacuum
    def _gc_trials(self):
        """Delete trials that are over, with their lines."""
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("create_date", "<", old)], limit=100).unlink()

    # ------------------------------------------------------------------ a draft that changed

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_stale_text(self):
        for trial in self:
            trial.stale_text = trial._has_changed() and self.env._(
                "The policy was changed since it was tried on. Try it on again."
            )

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_takeover_text(self):
        """Say which other policy is closed when this one comes into force."""
        for trial in self:
            policy = trial.policy_id
            taken = policy._get_taken_over() if policy.state == "draft" else policy.browse()
            names = ", ".join(taken.mapped("display_name"))
            trial.takeover_text = names and self.env._(
                "Takes over from “%s”, which is closed then. It is tried on as if it were.", names
            )

    def _has_changed(self):
        """Whether anything that decides a grade changed since the trial was done."""
        if self.state != "done" or self.policy_state not in PLANNED_STATES:
            return False
        trial = self.sudo()
        return trial.fingerprint != trial.policy_id._get_fingerprint()

    def _is_stale(self):
        """Whether criteria changed after the trial was done: it says what they gave before."""
        kept = self.sudo().value_positions or {}
        if self.state != "done" or self.policy_state not in PLANNED_STATES:
            return False
        policy = self.policy_id.sudo()
        if {*kept} != {*self.env["customer.grading.engine"]._get_value_keys(policy)}:
            return True
        return any(c.write_date > self.create_date for c in policy._get_measured_criteria())

    # ------------------------------------------------------------------ evaluating

    def _grade(self, commit, subject_ids=None):
        getattr(self, f"_grade_{self.kind}")(commit)
        self._note({"state": "done", "date_end": fields.Datetime.now(), "progress": 100})

    def _grade_try_on(self, commit):
        """Keep what the policy would do to each customer, and what is known of them."""
        self._evaluate_lines(commit)
        self._mark_moving_anyway()
        measured = self.policy_id.sudo()._get_measured_criteria()
        total, statistics = measured._get_statistics(self.sudo())
        self.sudo().statistics = {
            "total": total,
            "criteria": {str(criterion.id): known for criterion, known in statistics.items()},
        }

    def _evaluate_lines(self, commit):
        """Evaluate today, and keep a line for each customer beside his grade of today."""
        table = self._get_table()
        self._evaluate(table)
        self._finish_step(commit, 40)
        self._store_lines(self._get_beside_today_sql(table))
        self._drop(table)

    def _mark_moving_anyway(self):
        """Tell who would move tonight by the policies in force, too, from who moves by this one."""
        policy, table = self.policy_id.sudo(), f"{self._get_table()}_anyway"
        if policy.state not in PLANNED_STATES:
            return
        engine = self.env["customer.grading.engine"]
        subject = SQL.identifier("line", self.dimension_id._get_subject_kind().field)
        for other in policy._get_running(self.dimension_id, self.company_id):
            if other._get_measured_criteria().measure_id.filtered("is_broken"):
                continue  # it moves nobody: the night says what it lacks
            engine._evaluate(other, engine._get_scope(other, self.company_id, self.date), table)
            self.env.cr.execute(
                SQL(
                    "UPDATE customer_grading_trial_line line SET moves_anyway = TRUE FROM %s given"
                    " WHERE line.trial_id = %s AND line.moves AND given.subject_id = %s"
                    " AND given.grade_id IS NOT DISTINCT FROM line.grade_id",
                    SQL.identifier(table),
                    self.id,
                    subject,
                )
            )
            self._drop(table)
        self.env["customer.grading.trial.line"].invalidate_model(["moves_anyway"], flush=False)

    def _evaluate(self, table, **circumstances):
        """Fill the temporary ``table`` with what each customer gets; nothing is locked.

        :param circumstances: of its :class:`Scope`, where they are not those of today
        """
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company_id, self.date)
        scope, count = engine._evaluate(policy, scope._replace(**circumstances), table)
        self._note(
            {
                "cutoffs": scope.cutoffs or False,
                "graded_count": count,
                "fingerprint": policy._get_fingerprint(),
            }
        )

    def _get_beside_today_sql(self, table):
        """Return the query of what is given beside what is held today.

        Who was graded by hand does not move.
        """
        subject = self.dimension_id._get_subject_kind()
        return SQL(
            """
            SELECT evaluated.subject_id, result.grade_id AS current,
                   evaluated.grade_id AS computed,
                   %(by_hand)s AND COALESCE(result.manual_until >= %(date)s, TRUE) AS by_hand,
                   evaluated.score, evaluated.values
              FROM %(table)s evaluated
              LEFT JOIN customer_grading_result result
                ON %(held)s = evaluated.subject_id
               AND result.dimension_id = %(dimension)s
               AND result.company_id IS NOT DISTINCT FROM %(company)s
            """,
            table=SQL.identifier(table),
            held=SQL.identifier("result", subject.field),
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            dimension=self.dimension_id.id,
            company=self.company_id.id or None,
            date=self.date,
        )

    def _store_lines(self, rows, with_revenue=True):
        """Keep one line for each of the ``rows``; customers deleted meanwhile are passed over.

        :param rows: query of ``subject_id, current, computed, by_hand, score, values``
        :param with_revenue: whether to add up what stands beside a customer; it takes the
            invoices of a year
        """
        keys = self.env["customer.grading.engine"]._get_value_keys(self.policy_id.sudo())
        self.sudo().value_positions = {key: position for position, key in enumerate(keys)}
        self.env.flush_all()
        subject = self.dimension_id._get_subject_kind()
        revenue, joined = self._get_revenue_sql() if with_revenue else (SQL("0"), SQL())
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_trial_line (
                    trial_id, %(field)s, current_grade_id, computed_grade_id, grade_id, by_hand,
                    moves, score, values, revenue, create_uid, write_uid, create_date, write_date)
                SELECT %(trial)s, subject.id, told.current, told.computed, given.grade_id,
                       given.stays, told.current IS DISTINCT FROM given.grade_id,
                       told.score, told.values, %(revenue)s, %(user)s, %(user)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM (%(rows)s) told
                  JOIN %(subjects)s subject ON subject.id = told.subject_id
                  CROSS JOIN LATERAL (
                      SELECT COALESCE(told.by_hand, FALSE) AS stays,
                             CASE WHEN told.by_hand THEN told.current
                                  ELSE told.computed END AS grade_id
                  ) given
                  %(joined)s
                 ORDER BY subject.id
                """,
                trial=self.id,
                field=SQL.identifier(subject.field),
                subjects=SQL.identifier(subject.table),
                rows=rows,
                revenue=revenue,
                joined=joined,
                user=self.env.uid,
            )
        )
        self.env["customer.grading.trial.line"].invalidate_model(flush=False)

    # ------------------------------------------------------------------ revenue

    def _get_revenue_sql(self):
        """Hook: return the amount that stands beside a ``subject``, and the join it comes from.

        For a customer it is the revenue of 12 months, for an opportunity what is expected
        of it, in the currency of its company.
        """
        if self.dimension_id.subject == "lead":
            return SQL("COALESCE(subject.expected_revenue, 0)"), SQL()
        joined = SQL(
            "LEFT JOIN (%s) revenue ON revenue.partner_id = subject.id", self._get_revenue_query()
        )
        return SQL("COALESCE(revenue.total, 0)"), joined

    def _get_revenue_query(self):
        """Return what was invoiced in 12 months, untaxed, less credit notes, by customer."""
        Owner = self.env["customer.grading.owner"]
        year = Owner._get_year(self.date)
        query, customer, _day, amount = Owner._open_invoices(self._get_scope(), *year)
        query.groupby = customer
        return query.select(SQL("%s AS partner_id", customer), SQL("SUM(%s) AS total", amount))

    # ------------------------------------------------------------------ result and moves

    def _is_told_whole(self):
        """Hook: whether there is a line for every customer, so that the page counts them."""
        return bool(self.line_ids[:1])

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for trial in self:
            cells = trial._get_cells() if trial._is_told_whole() else []
            moving = sum(count for before, after, count, _sum in cells if before != after)
            trial.moving_count = moving
            trial.moving_text = trial._get_moving_text(moving)
            trial.first_text = trial._get_first_text(cells)
            trial.summary = trial._get_summary(cells) if cells else False

    def _get_cells(self):
        """Return how many customers go from which grade to which, with their revenue.

        :return: list of ``(grade before, grade after, count, revenue)``
        """
        self.ensure_one()
        Line = self.env["customer.grading.trial.line"].sudo()
        own, by = [("trial_id", "=", self.id)], ["current_grade_id", "grade_id"]
        groups = Line._read_group(own, by, ["__count", "revenue:sum"])
        return [(before, after, count, revenue or 0) for before, after, count, revenue in groups]

    def _get_moving_text(self, moving):
        names = {"shown": SHOWN, "count": self._format_count(moving)}
        shown = moving > SHOWN and self.dimension_id._choose_text(
            self.env._("The %(shown)s with the most revenue of %(count)s.", **names),
            self.env._("The %(shown)s with the most expected revenue of %(count)s.", **names),
        )
        domain = [("trial_id", "=", self.id), ("moves_anyway", "=", True)]
        count = self.env["customer.grading.trial.line"].search_count(domain) if moving else 0
        anyway = count and self.env._(
            "Would move by the policy in force, too: %s.", self._format_count(count)
        )
        return " ".join(filter(None, [shown, anyway])) or False

    def _get_first_text(self, cells):
        """Return what a first activation tells whom, or nothing where customers have grades."""
        if self.state == "done" and not self.graded_count:
            return self.dimension_id._choose_text(
                self.env._(
                    "Nobody to grade yet: a customer has a confirmed order, a posted invoice or an "
                    "opportunity, and fits “Applies to”. Make the first one, or let the policy "
                    "grade all contacts that it applies to."
                ),
                self.env._(
                    "No opportunity to grade yet: make the first one, or look at “Applies to”."
                ),
            )
        new = sum(count for before, after, count, _sum in cells if after and not before)
        engine = self.env["customer.grading.engine"]
        if not new or engine._get_last_full_run(self.policy_id, self.company_id):
            return False
        if new == 1:
            return self.dimension_id._choose_text(
                self.env._("1 customer gets a grade for the first time; nobody is notified."),
                self.env._("1 opportunity gets a grade for the first time; nobody is notified."),
            )
        count = self._format_count(new)
        return self.dimension_id._choose_text(
            self.env._("%s customers get a grade for the first time; nobody is notified.", count),
            self.env._(
                "%s opportunities get a grade for the first time; nobody is notified.", count
            ),
        )

    def _get_summary(self, cells):
        """Return the views “Result” and “Moves”."""
        total = sum(count for _before, _after, count, _sum in cells)
        rows = [*self._get_grades(cells), self.env["customer.grade"]]
        return [
            {
                "title": self.env._("1 Result"),
                "headline": self.dimension_id._get_number_text(total),
                "blocks": [self._get_result_block(cells, rows, total)],
            },
            {"title": self.env._("2 Moves"), "blocks": [self._get_moves_block(cells, rows)]},
        ]

    def _get_grades(self, cells):
        """Return the grades to show, best first: those of the dimension, and those held."""
        held = self.env["customer.grade"].union(*(cell[0] | cell[1] for cell in cells))
        return (self.dimension_id.sudo().grade_ids | held).sorted(
            lambda grade: (grade.sequence, grade.id)
        )

    def _shares_revenue(self):
        """Hook: whether each has revenue of its own, so that grades have their share of it."""
        return True

    def _get_result_block(self, cells, rows, total):
        """Hook: return how many get which grade, with their share of the revenue."""
        new, today, revenue = Counter(), Counter(), Counter()
        for before, after, count, amount in cells:
            today[before] += count
            new[after] += count
            revenue[after] += max(amount, 0)
        lines = []
        for grade in rows:
            told = [
                self._get_grade_cell(grade),
                self._get_count_cell(new[grade], [("grade_id", "=", grade.id)]),
                self._get_share_cell(new[grade], total),
                self._get_share_cell(revenue[grade], sum(revenue.values())),
                self._get_count_cell(today[grade], [("current_grade_id", "=", grade.id)]),
            ]
            lines.append({"muted": not new[grade], "cells": told})
        of_revenue = self.dimension_id._choose_text(
            self.env._("Share of revenue, 12 months"), self.env._("Share of expected revenue")
        )
        columns = [self.env._("Grade"), self._get_subjects_title(), self.env._("Share")]
        columns += [of_revenue, self.env._("Today")]
        for told in () if self._shares_revenue() else (columns, *(row["cells"] for row in lines)):
            told.pop(3)
        return {"title": self.env._("Grade"), "columns": columns, "rows": lines}

    def _get_moves_block(self, cells, rows):
        """Hook: return the table of how many go from which grade to which."""
        counts = Counter({(before, after): count for before, after, count, _sum in cells})
        lines = []
        for before in rows:
            if not any(counts[before, after] for after in rows):
                continue
            cells = [self._get_grade_cell(before)]
            for after in rows:
                moved = [("current_grade_id", "=", before.id), ("grade_id", "=", after.id)]
                cells.append(self._get_count_cell(counts[before, after], moved))
            lines.append({"cells": cells})
        grades = [grade.code or self.env._("Not graded") for grade in rows]
        return make_block(self.env._("Today ↓, new →"), [self.env._("Today"), *grades], lines)

    # ------------------------------------------------------------------ cells

    def _get_grade_cell(self, grade):
        if not grade:
            return {"text": self.env._("Not graded")}
        name = grade.name if grade.name != grade.code else ""
        return {"text": name, "badge": {"code": grade.code, "color": grade.color}}

    def _get_count_cell(self, count, domain):
        if not count:
            return at_end("")
        return {**at_end(self._format_count(count)), "action": self._get_lines_action(domain)}

    def _get_share_cell(self, part, whole):
        return at_end(self._format_share(part, whole))

    @api.model
    def _format_share(self, part, whole):
        """Return a share in whole per cent; what is not all never reads as all or nothing."""
        if not part or not whole:
            return ""
        percent = round(part * 100 / whole)
        if percent == 0:
            return self.env._("under 1 %")
        if percent == 100 and part < whole:
            return self.env._("over 99 %")
        return self.env._("%s %%", percent)

    # ------------------------------------------------------------------ lines

    def _get_lines_action(self, domain, name=None, context=None, views=("list",)):
        """Return the action that opens customers of the trial in ``views``."""
        prefix = "customer_grading.customer_grading_trial_line_view_"
        return open_window(
            name or self.display_name,
            "customer.grading.trial.line",
            ",".join(views),
            views=[[self.env.ref(f"{prefix}{view}").id, view] for view in views],
            domain=list(Domain("trial_id", "=", self.id) & Domain(domain)),
            context={"create": False, "grading_subject": self.subject, **(context or {})},
        )

    @api.depends("state")
    def _compute_moving_line_ids(self):
        Line = self.env["customer.grading.trial.line"]
        for trial in self:
            moving = [("trial_id", "=", trial.id), ("moves", "=", True)]
            trial.moving_line_ids = Line.search(moving, order="revenue desc, id", limit=SHOWN)

    def action_view_moves(self):
        """Open all customers as a table of the grade of today by the new one."""
        self.ensure_one()
        return self._get_lines_action([], self.env._("Moves"), views=("pivot", "list", "graph"))

    def action_view_moves_by_salesperson(self):
        """Open all customers that move, grouped by salesperson."""
        self.ensure_one()
        grouped = {"search_default_group_by_salesperson": 1}
        return self._get_lines_action([("moves", "=", True)], self.env._("Who moves"), grouped)

    # ------------------------------------------------------------------ data check

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_data_check(self):
        for trial in self:
            criteria = trial.policy_id.sudo()._get_measured_criteria()
            looked = trial.kind == "try_on" and trial.state == "done"
            trial.data_check = bool(looked and criteria and trial.graded_count) and [
                {"title": self.env._("4 Data check"), "blocks": trial._get_known_blocks(criteria)}
            ]

    def _get_known_blocks(self, criteria):
        """Hook: return the blocks of the data check."""
        known = self._count_known(criteria)
        rows = [self._get_known_row(criterion, *known[criterion]) for criterion in criteria]
        columns = [
            self.env._("Criterion"),
            self.env._("Values known"),
            self.env._("What is missing"),
            self.env._("What to do"),
        ]
        blocks = [{"title": self.env._("Criterion"), "columns": columns, "rows": rows}]
        if rows := self._get_tie_rows():
            heads = [columns[0], self.env._("Equal")]
            blocks.append(make_block(self.env._("Ties"), heads, rows))
        return blocks

    def _count_known(self, criteria):
        """Return of how many customers each criterion is known, and who misses a grade by it.

        Somebody misses a grade by a criterion when its requirement neither holds nor
        fails, the criterion is in it and unknown, and the grade is better than what the
        customer gets.

        :return: ``{criterion: (share known, best grade missed, number that miss it)}``
        """
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        scope = self._get_scope()
        terms, joins = engine._get_terms(policy, scope)
        missed = {
            (criterion, rule): self._get_missed_sql(criterion, rule, terms, scope)
            for rule in policy.rule_ids
            for criterion in rule.line_ids.criterion_id & criteria
        }
        columns = [SQL("COUNT(*)")]
        columns += [SQL("COUNT(%s)", terms[criterion].value) for criterion in criteria]
        columns += [SQL("COUNT(*) FILTER (WHERE %s)", sql) for sql in missed.values()]
        kept = engine._get_kept_values_sql(
            policy, self.env["customer.grading.trial.line"], SQL("kept.trial_id = %s", self.id)
        )
        statement = SQL(
            "SELECT %s FROM (%s) raw"
            " JOIN customer_grading_trial_line line ON line.id = raw.subject_id"
            " LEFT JOIN customer_grade given ON given.id = line.computed_grade_id %s",
            SQL(", ").join(columns),
            kept,
            joins,
        )
        [[total, *counts]] = self.env.execute_query(statement)
        known = dict(zip(criteria, counts[: len(criteria)], strict=True))
        misses = dict(zip(missed, counts[len(criteria) :], strict=True))
        return {
            criterion: (known[criterion], total, *self._get_best_missed(criterion, misses))
            for criterion in criteria
        }

    @staticmethod
    def _get_missed_sql(criterion, rule, terms, scope):
        return SQL(
            "%(value)s IS NULL AND %(holds)s IS NULL"
            " AND (given.id IS NULL OR (given.sequence, given.id) > (%(sequence)s, %(grade)s))",
            value=terms[criterion].value,
            holds=rule._get_holds_sql(terms, scope),
            sequence=rule.grade_id.sequence,
            grade=rule.grade_id.id,
        )

    @staticmethod
    def _get_best_missed(criterion, misses):
        """Return the best grade that somebody misses by ``criterion``, and how many do."""
        missed = [(rule.grade_id, n) for (c, rule), n in misses.items() if c == criterion and n]
        missed.sort(key=lambda pair: (pair[0].sequence, pair[0].id))
        return missed[0] if missed else (None, 0)

    def _get_known_row(self, criterion, known, total, grade, missing):
        share = self._get_share_cell(known, total) if known else at_end("0 %")
        missed = self._get_missed_text(grade, missing) if missing else ""
        to_do = self._get_missing_cell(criterion) if known < total else {"text": ""}
        mark = "met" if known == total else "missing" if missing else None
        return make_row(mark, criterion._to_text(), share, missed, to_do)

    def _get_missing_cell(self, criterion):
        """Hook: return the cell that says what to do where values of a criterion are missing."""
        if criterion.measure_id.kind == "question":
            return {"text": ""}
        unknown = [("unknown_criterion_id", "=", criterion.id)]
        action = self._get_lines_action(unknown, criterion.name)
        return {"text": self.env._("See them"), "action": action}

    def _get_missed_text(self, grade, count):
        """Return that so many miss ``grade`` by a criterion."""
        if count == 1:
            return self.dimension_id._choose_text(
                self.env._("1 customer misses %s by it", grade.code),
                self.env._("1 opportunity misses %s by it", grade.code),
            )
        names = {"count": self._format_count(count), "grade": grade.code}
        return self.dimension_id._choose_text(
            self.env._("%(count)s customers miss %(grade)s by it", **names),
            self.env._("%(count)s opportunities miss %(grade)s by it", **names),
        )

    def _get_tie_rows(self):
        """Return the levels by rank of which more customers are equal than there are places."""
        engine, policy = self.env["customer.grading.engine"], self.policy_id.sudo()
        # By a share of the total one counts more than another; a corporate group counts once.
        ranked = policy.criterion_ids.filtered(
            lambda c: c.band_by in ("percentile", "position") and not engine._weighs_groups_once(c)
        )
        if not ranked:
            return []
        ranked.band_ids.flush_recordset(["criterion_id", "lower"])
        terms, joins = engine._get_terms(policy, self._get_scope())
        kept = engine._get_kept_values_sql(
            policy, self.env["customer.grading.trial.line"], SQL("kept.trial_id = %s", self.id)
        )
        queries = [
            engine._get_tied_sql(
                criterion,
                SQL(
                    "SELECT %s AS population, %s AS value FROM (%s) raw %s",
                    SQL.identifier(f"g{criterion.id}"),
                    terms[criterion].value,
                    kept,
                    joins,
                ),
            )
            for criterion in ranked
        ]
        rows = self.env.execute_query(SQL(" UNION ALL ").join(queries))
        return [self._get_tie_row(ranked.band_ids.browse(band_id), *tie) for band_id, *tie in rows]

    def _get_tie_row(self, band, value, count):
        criterion = band.criterion_id
        names = {
            "count": self._format_count(int(count)),
            "value": criterion._format_value(float(value)),
        }
        text = (
            self.env._("%(count)s are equal at %(value)s: all of them belong to it", **names)
            if criterion.crossing == "in"
            else self.env._("%(count)s are equal at %(value)s: none of them belongs to it", **names)
        )
        level = f"{criterion._to_text()} · {band._to_text()}"
        return {"mark": "missing", "cells": [{"text": level}, {"text": text}]}

    # ------------------------------------------------------------------ its page

    def action_open(self):
        """Open what the trial tells: in the views of its kind, or on its page.

        One that is not done has its page only, which says how far it is, or what failed.
        """
        self.ensure_one()
        opener = getattr(self, f"_open_{self.kind}", None)
        return opener() if opener and self.state == "done" else self._open_page()

    def _open_page(self):
        """Hook: return the action that opens the page of a trial of its kind."""
        context = {"of_policy": self.env.context.get("of_policy")}
        return self._get_records_action(name=self._get_page_name(), context=context)

    def _get_page_name(self):
        """Hook: return the title of the page, by the kind of the trial."""
        return self.env._("Try-on of %s", self.policy_id.name)

    def action_back_to_editing(self):
        """Return to the policy that was tried on."""
        return self.policy_id._get_records_action()

    @api.model
    def _get_activating_kinds(self):
        """Hook: return the kinds of trials from which a policy is put in force."""
        return ["try_on"]

    def _check_puts_in_force(self):
        """Raise where this is not what would come into force: nobody looked at that.

        :raise UserError: saying what to do instead
        """
        if self.policy_state != "draft":
            raise UserError(
                self.env._(
                    "“%s” is no draft: it is in force, was, or waits for its day.",
                    self.policy_id.display_name,
                )
            )
        if self.kind not in self._get_activating_kinds() or self.state != "done":
            raise UserError(
                self.env._("A policy is activated from a try-on that is done. Try it on first.")
            )
        later = Domain("policy_id", "=", self.policy_id.id) & Domain("state", "=", "done")
        later &= Domain("company_id", "=", self.company_id.id) & Domain("id", ">", self.id)
        if self._has_changed() or self.sudo().search_count(
            later & Domain("kind", "in", self._get_activating_kinds()), limit=1
        ):
            raise UserError(
                self.env._(
                    "This try-on is not the last word: the policy was changed or tried on "
                    "since. Try it on again, and activate it from there."
                )
            )

    def action_put_in_force(self):
        """Put the policy of a try-on in force, and grade its customers.

        Up to one slice of customers are graded on the spot; more are graded in the
        background at once.

        :raise UserError: where it is not the last try-on of the draft as it is now
        """
        self.ensure_one()
        policy = self.policy_id
        policy.check_access("write")
        self._check_puts_in_force()
        if ask := policy._get_time_zone_action(self):
            return ask
        runs = policy._put_in_force()
        runs._execute_or_queue(self.graded_count)
        text, opened = self._get_in_force_text(runs), policy._get_records_action()
        return tell(text, "success", opened) if text else opened

    def _get_in_force_text(self, runs):
        """Return how many are graded now, or soon, and when they are again."""
        hour = self.env["ir.cron"]._get_grading_hour()
        names = {
            "number": self.dimension_id._get_number_text(
                sum(run.graded_count - run.not_graded_count for run in runs)
            ),
            "hour": format_time(self.env, time(*divmod(round(hour * 60), 60)), time_format="short"),
        }
        if not runs:
            return ""
        if any(run.state == "waiting" for run in runs):
            return self.env._("Everybody is graded in the background now, and every night.")
        return self.env._("%(number)s graded; renewed every night at %(hour)s.", **names)
