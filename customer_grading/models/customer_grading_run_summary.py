import json
from collections import Counter
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.period import Period

SAMPLE = 1_000  # customers asked why they would move
TOLD = 5_000  # customers whose reasons an export tells: each takes two milliseconds
SHOWN = 80  # customers listed on the page of a try-on
MONTHS = 12  # of the revenue that stands beside a customer


class CustomerGradingRun(models.Model):
    """What a run did or would do, as its pages show it.

    Everything is counted by a fixed number of statements over the lines or the results,
    however many customers there are. Sheets are lists of blocks that the ``grading_sheet``
    widget lays out.
    """

    _inherit = "customer.grading.run"

    summary = fields.Json(compute="_compute_summary")
    data_check = fields.Json(compute="_compute_data_check")
    limits = fields.Json("Limits used", compute="_compute_limits")
    counts = fields.Json(compute="_compute_counts")
    policy_state = fields.Selection(related="policy_id.state", string="State of the policy")
    first_text = fields.Char(compute="_compute_summary")
    moving_count = fields.Integer("Customers that move", compute="_compute_summary")
    moving_text = fields.Char(compute="_compute_summary")
    moving_line_ids = fields.Many2many(
        "customer.grading.run.line", string="Who moves", compute="_compute_moving_line_ids"
    )
    stop_text = fields.Char(compute="_compute_stop_text")

    # ------------------------------------------------------------------ revenue

    def _get_revenue_query(self):
        """Return what was invoiced in 12 months, untaxed, less credit notes, by customer."""
        scope = self._get_scope()
        [(start, end)] = Period("trailing", MONTHS).get_bounds(self.date)
        Move = self.env["account.move"].sudo()
        query = Move._search(
            Domain("state", "=", "posted")
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("invoice_date", ">=", start)
            & Domain("invoice_date", "<=", end)
            & Domain("company_id", "in", scope.company_ids),
            bypass_access=True,
        )
        customer = Move._field_to_sql(query.table, "commercial_partner_id", query)
        amount = Move._field_to_sql(query.table, "amount_untaxed_signed", query)
        if scope.rates:
            company = Move._field_to_sql(query.table, "company_id", query)
            rates = [SQL("WHEN %s THEN %s", id_, rate) for id_, rate in scope.rates]
            amount = SQL("%s * CASE %s %s ELSE 1 END", amount, company, SQL(" ").join(rates))
        query.groupby = customer
        return query.select(SQL("%s AS partner_id", customer), SQL("SUM(%s) AS total", amount))

    def _get_scope(self):
        """Return the :class:`Scope` in which the run's policy is evaluated."""
        self.ensure_one()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        return engine._get_scope(policy, self.company_id, self.date, cutoffs=self.cutoffs or {})

    # ------------------------------------------------------------------ result and moves

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for run in self:
            cells = run._get_cells() if run.mode == "preview" else []
            moving = sum(count for before, after, count, _sum in cells if before != after)
            total = sum(count for _before, _after, count, _sum in cells)
            run.moving_count = moving
            run.moving_text = run._get_moving_text(moving)
            run.first_text = run._get_first_text(cells)
            run.summary = run._get_summary(cells, total) if cells else False

    def _get_cells(self):
        """Return how many customers go from which grade to which, with their revenue.

        Who was graded by hand stays where he is.

        :return: list of ``(grade before, grade after, count, revenue)``
        """
        self.ensure_one()
        groups = (
            self.env["customer.grading.run.line"]
            .sudo()
            ._read_group(
                [("run_id", "=", self.id)],
                ["current_grade_id", "grade_id", "by_hand"],
                ["__count", "revenue:sum"],
            )
        )
        return [
            (before, before if by_hand else after, count, revenue or 0)
            for before, after, by_hand, count, revenue in groups
        ]

    def _get_moving_text(self, moving):
        if moving <= SHOWN:
            return False
        return self.env._(
            "The %(shown)s with the most revenue of %(count)s.",
            shown=SHOWN,
            count=self._format_count(moving),
        )

    def _get_first_text(self, cells):
        """Return what a first activation tells whom, or nothing where customers have grades."""
        if not self.sudo()._is_first():
            return False
        new = sum(count for before, after, count, _sum in cells if after and not before)
        if not new:
            return False
        if new == 1:
            return self.env._("1 customer gets a grade for the first time; nobody is notified.")
        return self.env._(
            "%s customers get a grade for the first time; nobody is notified.",
            self._format_count(new),
        )

    def _get_summary(self, cells, total):
        """Return the sheets “Result” and “Moves”."""
        grades = self._get_grades(cells)
        nothing = self.env["customer.grade"]
        rows = [*grades, nothing]
        return [
            {
                "title": self.env._("1 Result"),
                "headline": self.env._("%s customers", self._format_count(total)),
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

    def _get_result_block(self, cells, rows, total):
        revenue = sum(max(amount, 0) for *_cell, amount in cells)
        lines = []
        for grade in rows:
            new = sum(count for _before, after, count, _sum in cells if after == grade)
            today = sum(count for before, _after, count, _sum in cells if before == grade)
            share = sum(max(amount, 0) for _b, after, _c, amount in cells if after == grade)
            domain = Domain("by_hand", "=", False) & Domain("grade_id", "=", grade.id)
            was = Domain("current_grade_id", "=", grade.id)
            domain |= Domain("by_hand", "=", True) & was
            lines.append(
                {
                    "muted": not new,
                    "cells": [
                        self._get_grade_cell(grade),
                        self._get_count_cell(new, domain),
                        self._get_share_cell(new, total),
                        self._get_share_cell(share, revenue),
                        self._get_count_cell(today, was),
                    ],
                }
            )
        return {
            "title": self.env._("Grade"),
            "columns": [
                self.env._("Grade"),
                self.env._("Customers"),
                self.env._("Share"),
                self.env._("Share of revenue, 12 months"),
                self.env._("Today"),
            ],
            "rows": lines,
        }

    def _get_moves_block(self, cells, rows):
        counts = Counter()
        for before, after, count, _sum in cells:
            counts[before, after] += count
        lines = []
        for before in rows:
            if not any(counts[before, after] for after in rows):
                continue
            line = [self._get_grade_cell(before)]
            for after in rows:
                by_hand = Domain("by_hand", "=", True)
                domain = Domain("grade_id", "=", after.id)
                domain = domain | by_hand if after == before else domain & ~by_hand
                domain &= Domain("current_grade_id", "=", before.id)
                line.append(self._get_count_cell(counts[before, after], domain))
            lines.append({"cells": line})
        return {
            "title": self.env._("Today ↓, new →"),
            "columns": [
                self.env._("Today"),
                *(grade.code or self.env._("Not graded") for grade in rows),
            ],
            "rows": lines,
        }

    # ------------------------------------------------------------------ cells

    def _get_grade_cell(self, grade):
        if not grade:
            return {"text": self.env._("Not graded")}
        name = grade.name if grade.name != grade.code else ""
        return {"text": name, "badge": {"code": grade.code, "color": grade.color}}

    def _get_count_cell(self, count, domain):
        cell = {"text": self._format_count(count) if count else "", "align": "end"}
        if count:
            cell["action"] = self._get_lines_action(domain)
        return cell

    def _get_share_cell(self, part, whole):
        return {"text": self._format_share(part, whole), "align": "end"}

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

    @api.model
    def _format_count(self, count):
        return self.env["customer.grading.criterion"]._format_number(count)

    def _get_lines_action(self, domain, name=None, context=None):
        """Return the action that opens customers of the try-on."""
        view = self.env.ref("customer_grading.customer_grading_run_line_view_list")
        return {
            "type": "ir.actions.act_window",
            "name": name or self.display_name,
            "res_model": "customer.grading.run.line",
            "views": [[view.id, "list"]],
            "domain": list(Domain("run_id", "=", self.id) & Domain(domain)),
            "context": {"create": False, **(context or {})},
        }

    # ------------------------------------------------------------------ who moves

    @api.depends("state")
    def _compute_moving_line_ids(self):
        Line = self.env["customer.grading.run.line"]
        for run in self:
            run.moving_line_ids = Line.search(
                [("run_id", "=", run.id), ("moves", "=", True)],
                order="revenue desc, id",
                limit=SHOWN,
            )

    def action_view_moves_by_salesperson(self):
        """Open all customers that move, grouped by salesperson."""
        self.ensure_one()
        return self._get_lines_action(
            [("moves", "=", True)],
            self.env._("Who moves"),
            {"search_default_group_by_user_id": 1},
        )

    def action_export(self):
        """Download every customer of the try-on as a spreadsheet."""
        self.ensure_one()
        Line = self.env["customer.grading.run.line"]
        names = ["partner_id", "user_id", "current_grade_id", "grade_id", "revenue"]
        if self.graded_count <= TOLD:
            names.append("why")
        labels = Line.fields_get(names, ["string", "type"])
        data = {
            "model": Line._name,
            "fields": [
                {"name": name, "label": labels[name]["string"], "type": labels[name]["type"]}
                for name in names
            ],
            "ids": False,
            "domain": [["run_id", "=", self.id]],
            "groupby": [],
            "context": {"lang": self.env.lang},
            "import_compat": False,
        }
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/export/xlsx?{urlencode({'data': json.dumps(data)})}",
            "target": "download",
        }

    # ------------------------------------------------------------------ data check

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_data_check(self):
        for run in self:
            criteria = run.policy_id.sudo()._get_measured_criteria()
            if run.mode != "preview" or run.state != "done" or not criteria:
                run.data_check = False
                continue
            run.data_check = [
                {
                    "title": self.env._("4 Data check"),
                    "blocks": run._get_known_blocks(criteria),
                }
            ]

    def _get_known_blocks(self, criteria):
        known = self._count_known(criteria)
        rows = [self._get_known_row(criterion, *known[criterion]) for criterion in criteria]
        columns = [
            self.env._("Criterion"),
            self.env._("Known for"),
            self.env._("What is missing"),
            self.env._("What to do"),
        ]
        blocks = [{"title": self.env._("Criterion"), "columns": columns, "rows": rows}]
        if row := self._get_payment_row(criteria):
            blocks.append({"title": self.env._("Payments"), "columns": columns[:2], "rows": [row]})
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
        terms, joins = engine._get_terms(policy, self._get_scope())
        missed = {
            (criterion, rule): self._get_missed_sql(criterion, rule, terms)
            for rule in policy.rule_ids
            for criterion in rule.line_ids.criterion_id & criteria
        }
        columns = [SQL("COUNT(*)")]
        columns += [SQL("COUNT(%s)", terms[criterion].value) for criterion in criteria]
        columns += [SQL("COUNT(*) FILTER (WHERE %s)", sql) for sql in missed.values()]
        kept = engine._get_kept_values_sql(
            policy, self.env["customer.grading.run.line"], SQL("kept.run_id = %s", self.id)
        )
        statement = SQL(
            "SELECT %s FROM (%s) raw"
            " JOIN customer_grading_run_line line ON line.id = raw.subject_id"
            " LEFT JOIN customer_grade given ON given.id = line.grade_id %s",
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
    def _get_missed_sql(criterion, rule, terms):
        return SQL(
            "%(value)s IS NULL AND %(holds)s IS NULL"
            " AND (given.id IS NULL OR (given.sequence, given.id) > (%(sequence)s, %(grade)s))",
            value=terms[criterion].value,
            holds=rule._get_holds_sql(terms),
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
        cells = [
            {"text": criterion._to_text()},
            self._get_share_cell(known, total) if known else {"text": "0 %", "align": "end"},
            {"text": ""},
            {"text": ""},
        ]
        if missing == 1:
            cells[2]["text"] = self.env._("1 customer misses %s by it", grade.code)
        elif missing:
            cells[2]["text"] = self.env._(
                "%(count)s customers miss %(grade)s by it",
                count=self._format_count(missing),
                grade=grade.code,
            )
        if known < total:
            is_question = criterion.measure_id.kind == "question"
            ask, see = self.env._("Ask for answers"), self.env._("See them")
            cells[3].update(
                text=ask if is_question else see,
                action=self._get_lines_action(
                    [("unknown_criterion_id", "=", criterion.id)], criterion.name
                ),
            )
        mark = "met" if known == total else "missing" if missing else None
        return {"mark": mark, "cells": cells}

    def _get_payment_row(self, criteria):
        """Return how many payments are not matched, where payment behaviour decides."""
        measures = criteria.measure_id
        measures |= measures.numerator_id | measures.denominator_id | measures.base_measure_id
        if "3_payments" not in measures.mapped("category"):
            return None
        domain = [
            ("partner_type", "=", "customer"),
            ("payment_type", "=", "inbound"),
            ("state", "in", ("in_process", "paid")),
            ("is_reconciled", "=", False),
            ("company_id", "in", list(self._get_scope().company_ids)),
        ]
        count = self.env["account.payment"].sudo().search_count(domain)
        if not count:
            return None
        cell = {"text": self.env._("Open them")}
        if self.env["account.payment"].has_access("read"):
            cell["action"] = {
                "type": "ir.actions.act_window",
                "name": self.env._("Payments not matched to invoices"),
                "res_model": "account.payment",
                "views": [[False, "list"], [False, "form"]],
                "domain": domain,
            }
        text = (
            self.env._("1 payment is not matched to invoices: “late” is not to be trusted.")
            if count == 1
            else self.env._(
                "%s payments are not matched to invoices: “late” is not to be trusted.",
                self._format_count(count),
            )
        )
        return {"mark": "missing", "cells": [{"text": text}, cell]}

    # ------------------------------------------------------------------ limits

    @api.depends("cutoffs")
    @api.depends_context("lang")
    def _compute_limits(self):
        for run in self:
            rows = run._get_limit_rows() if run.cutoffs else []
            run.limits = rows and [
                {
                    "blocks": [
                        {
                            "title": self.env._("Limits used"),
                            "columns": [
                                self.env._("Limits used"),
                                self.env._("Level"),
                                self.env._("Among"),
                                self.env._("From"),
                            ],
                            "rows": rows,
                        }
                    ]
                }
            ]

    def _get_limit_rows(self):
        """Return the cut-offs of rankings in words, best level first."""
        policy = self.policy_id.sudo()
        rows = []
        for criterion in policy._get_measured_criteria().filtered(lambda c: c._is_ranked()):
            by_band = self.cutoffs.get(str(criterion.id), {})
            for band in criterion.band_ids._sort_for_matching():
                for group, value in by_band.get(str(band.id), {}).items():
                    texts = [
                        criterion._to_text(),
                        band._to_text(),
                        self._get_group_text(criterion, group),
                        criterion._format_value(float(value), "down"),
                    ]
                    rows.append({"cells": [{"text": text} for text in texts]})
        return rows

    def _get_group_text(self, criterion, group):
        """Return the name of the customers among whom a limit counts."""
        if not group:
            return self.env._("all customers")
        field = self.env["res.partner"]._fields[criterion.rank_within]
        record = self.env[field.comodel_name].sudo().browse(int(group)).exists()
        return record.display_name or self.env._("none")

    # ------------------------------------------------------------------ what a run did

    def action_open(self):
        """Open the run: what it did, or what a try-on would do."""
        self.ensure_one()
        return self._get_try_on_action() if self.mode == "preview" else self._get_records_action()

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_counts(self):
        for run in self:
            done = run.state in ("done", "stopped") and run.mode != "preview"
            run.counts = [{"blocks": [run._get_counts_block()]}] if done else False

    def _get_counts_block(self):
        """Return how many customers went where, each number opening them."""
        counted = [(self.env._("Graded"), self.graded_count, self._get_results_action([]))]
        if self.state == "done":
            counted += [
                (self.env._("Up"), self.up_count, self._get_changes_action("up")),
                (self.env._("Down"), self.down_count, self._get_changes_action("down")),
                (self.env._("New"), self.new_count, self._get_changes_action("new")),
                (self.env._("Left the scope"), self.left_count, self._get_changes_action("lost")),
                (
                    self.env._("Not graded"),
                    self.not_graded_count,
                    self._get_results_action([("reason", "in", ("missing", "no_rule"))]),
                ),
                (self.env._("Unchanged"), self.unchanged_count, None),
            ]
        rows = []
        for label, count, action in counted:
            cell = {"text": self._format_count(count), "align": "end"}
            if count and action:
                cell["action"] = action
            rows.append({"muted": not count, "cells": [{"text": label}, cell]})
        columns = [self.env._("Customers"), ""]
        return {"title": self.env._("Customers"), "columns": columns, "rows": rows}

    def _get_changes_action(self, direction):
        action = self.action_view_changes()
        return dict(action, domain=[*action["domain"], ("direction", "=", direction)])

    def _get_results_action(self, domain):
        """Return the action that opens customers as they stand since a run of everybody."""
        if self.mode != "nightly":
            return None
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers"),
            "res_model": "customer.grading.result",
            "view_mode": "list,form",
            "domain": [*self._get_results_domain(), *domain],
            "context": {"create": False},
        }

    # ------------------------------------------------------------------ stopped to ask

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_stop_text(self):
        for run in self:
            run.stop_text = run._get_stop_text() if run.state == "stopped" else False

    def _get_stop_text(self):
        """Return how many customers would move, and which criterion moves most of them."""
        Result = self.env["customer.grading.result"].sudo()
        domain = Domain(self._get_results_domain())
        total = Result.search_count(domain)
        moving = Result.search_count(domain & Domain("is_waiting", "=", True))
        text = self.env._(
            "Stopped to ask: %(moving)s of %(count)s customers would move (limit %(limit)s %%).",
            moving=self._format_count(moving),
            count=self._format_count(total),
            limit=self._format_count(self.policy_id.stop_percent),
        )
        criterion = self._get_most_common_reason()
        if not criterion:
            return text
        return self.env._(
            "%(sentence)s Most common reason: %(criterion)s.",
            sentence=text,
            criterion=criterion.name,
        )

    def _get_results_domain(self):
        """Return the results that the run graded."""
        return [
            ("dimension_id", "=", self.dimension_id.id),
            ("company_id", "=", self.company_id.id),
            ("policy_id", "=", self.policy_id.id),
        ]

    def _get_most_common_reason(self):
        """Return the criterion that decides for most of those that would move."""
        Explanation = self.env["customer.grading.explanation"]
        domain = Domain(self._get_results_domain()) & Domain("is_waiting", "=", True)
        results = self.env["customer.grading.result"].sudo().search(domain, limit=SAMPLE)
        counts = Counter()
        for result, explanation in Explanation._explain(results).items():
            counts.update(self._get_decisive_criteria(explanation, result.grade_id))
        return counts.most_common(1)[0][0] if counts else None

    def _get_decisive_criteria(self, explanation, held):
        """Return what the grade held asks for in vain, or what the higher one asks first."""
        lost = explanation.policy.rule_ids.filtered(
            lambda rule: rule.grade_id == held and not explanation.holds[rule]
        )
        if held and (not explanation.grade or explanation.is_better(held)):
            gaps = explanation.get_gaps(lost[0]) if lost else []
            return {gap.condition.criterion_id for gap in gaps}
        Explanation = self.env["customer.grading.explanation"]
        met = Explanation._get_decisive_conditions(explanation, held)
        return {met[0].criterion_id} if met else set()

    def action_view_waiting(self):
        """Open the customers that would move, as they stand."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grading_result_action"
        )
        return dict(
            action,
            name=self.env._("Customers that would move"),
            domain=[*self._get_results_domain(), ("is_waiting", "=", True)],
            context={"create": False},
        )
