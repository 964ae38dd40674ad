import json
from collections import Counter
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.period import Period

TOLD = 5_000  # customers whose reasons an export tells: each takes two milliseconds
SHOWN = 80  # customers listed on the page of a try-on
MONTHS = 12  # of the revenue that stands beside a customer


class CustomerGradingRun(models.Model):
    """What a try-on would do, as its page shows it: result, moves, who moves.

    Everything is counted by a fixed number of statements over the lines, however many
    customers there are. Sheets are lists of blocks that the ``grading_sheet`` widget lays
    out.
    """

    _inherit = "customer.grading.run"

    policy_state = fields.Selection(related="policy_id.state", string="State of the policy")
    summary = fields.Json(compute="_compute_summary")
    first_text = fields.Char(compute="_compute_summary")
    moving_count = fields.Integer("Customers that move", compute="_compute_summary")
    moving_text = fields.Char(compute="_compute_summary")
    moving_line_ids = fields.Many2many(
        "customer.grading.run.line", string="Who moves", compute="_compute_moving_line_ids"
    )

    # ------------------------------------------------------------------ revenue

    def _get_revenue_sql(self):
        """Return the amount that stands beside a ``subject``, and the join it comes from.

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
            told = run.mode in ("preview", "pilot") and not run.is_thinned
            cells = run._get_cells() if told else []
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
        names = {"shown": SHOWN, "count": self._format_count(moving)}
        return self.dimension_id._choose_text(
            self.env._("The %(shown)s with the most revenue of %(count)s.", **names),
            self.env._("The %(shown)s with the most expected revenue of %(count)s.", **names),
        )

    def _get_first_text(self, cells):
        """Return what a first activation tells whom, or nothing where customers have grades."""
        if not self.sudo()._is_first():
            return False
        new = sum(count for before, after, count, _sum in cells if after and not before)
        if not new:
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

    def _get_summary(self, cells, total):
        """Return the sheets “Result” and “Moves”."""
        grades = self._get_grades(cells)
        nothing = self.env["customer.grade"]
        rows = [*grades, nothing]
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
                self._get_subjects_title(),
                self.env._("Share"),
                self.dimension_id._choose_text(
                    self.env._("Share of revenue, 12 months"),
                    self.env._("Share of expected revenue"),
                ),
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
        titles = self._get_moves_titles()
        return {
            "title": titles[0],
            "columns": [
                titles[1],
                *(grade.code or self.env._("Not graded") for grade in rows),
            ],
            "rows": lines,
        }

    def _get_moves_titles(self):
        """Return what heads the table of moves, and the column of the grades before."""
        return self.env._("Today ↓, new →"), self.env._("Today")

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
            "context": {"create": False, "grading_subject": self.subject, **(context or {})},
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
            {"search_default_group_by_salesperson": 1},
        )

    def action_export(self):
        """Download every customer of the try-on as a spreadsheet."""
        self.ensure_one()
        Line = self.env["customer.grading.run.line"]
        subject = self.dimension_id._get_subject_kind()
        names = [subject.field, "salesperson_id", "current_grade_id", "grade_id", "revenue"]
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
