import logging
from collections import Counter

from odoo import models

from ..tools.workbook import Workbook

_logger = logging.getLogger(__name__)

CHART_COLUMN = 8  # where the picture stands, right of the tables


class CustomerGradingTrialSheet(models.AbstractModel):
    """Writes a trial as a workbook: a sheet that sums it up, then one of every customer."""

    _name = "customer.grading.trial.sheet"
    _description = "Spreadsheet of a Trial"

    def _make_workbook(self, trial, names):
        """Return the workbook of ``trial``, whose reader was checked, as bytes.

        :param names: fields of the lines
        """
        workbook = Workbook()
        self._write_summary(trial, workbook)
        self._write_lines(trial, workbook, names)
        return workbook.close()

    # ------------------------------------------------------------------ in front

    def _write_summary(self, trial, workbook):
        sheet = workbook.add_sheet(self.env._("Summary"))
        sheet.write_title(trial.policy_id.display_name)
        sheet.write_pairs(self._get_heading(trial))
        cells = trial._get_cells() if trial._is_told_whole() else []
        if cells:
            rows = [*trial._get_grades(cells), self.env["customer.grade"]]
            self._write_result(trial, workbook, sheet, cells, rows)
            self._write_moves(sheet, cells, rows)
        for view in (*(trial.data_check or ()), *(trial.limits or ())):
            self._write_view(sheet, view)

    def _get_heading(self, trial):
        """Return what was tried on, of which day, by whom."""
        kinds = dict(trial._fields["kind"]._description_selection(self.env))
        companies = self.env["res.company"].sudo().search_count([], limit=2)
        return [
            (self.env._("What was done"), kinds[trial.kind]),
            (self.env._("Version"), trial.policy_id.version),
            (self.env._("Company"), companies > 1 and trial.company_id.sudo().name),
            (self.env._("As of"), trial.date),
            (self.env._("By"), trial.user_id.sudo().name),
            (self.env._("Graded"), trial.dimension_id._get_number_text(trial.graded_count)),
            (self.env._("Note"), trial.stale_text),
        ]

    def _write_result(self, trial, workbook, sheet, cells, rows):
        """Write how many get which grade beside today, with their revenue, and a chart of it."""
        today, new, revenue = Counter(), Counter(), Counter()
        for before, after, count, amount in cells:
            today[before] += count
            new[after] += count
            revenue[after] += max(amount, 0)
        total, amounts = sum(new.values()), sum(revenue.values())
        subjects = trial._get_subjects_title()
        columns = [self.env._("Grade"), self.env._("Name"), self.env._("Today"), subjects]
        columns.append(self.env._("Share"))
        table = [[*self._get_names(g), today[g], new[g], new[g] / total] for g in rows]
        if amounts and trial._shares_revenue():
            currency = trial.currency_id.name or ""
            columns += [
                trial.dimension_id._choose_text(
                    self.env._("Revenue, 12 months (%s)", currency),
                    self.env._("Expected revenue (%s)", currency),
                ),
                self.env._("Share of it"),
            ]
            for grade, line in zip(rows, table, strict=True):
                line += [revenue[grade], revenue[grade] / amounts]
        formats = ("text", "text", "count", "count", "share", "count", "share")
        span = sheet.write_table(columns, table, formats)
        self._draw(workbook, sheet, span)

    def _draw(self, workbook, sheet, span):
        """Place the chart of today's and new numbers beside the table in rows ``span``."""
        first, last = span
        name = sheet.worksheet.get_name()
        chart = workbook.add_chart("column")
        for column in (2, 3):
            chart.add_series(
                {
                    "name": [name, first - 1, column],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, column, last, column],
                }
            )
        sheet.worksheet.insert_chart(1, CHART_COLUMN, chart)

    def _write_moves(self, sheet, cells, rows):
        """Write the table of the grade of today by the new one."""
        counts = Counter({(before, after): count for before, after, count, _sum in cells})
        held = [before for before in rows if any(counts[before, after] for after in rows)]
        columns = [self.env._("Today ↓, new →"), "", *(self._get_names(after)[0] for after in rows)]
        table = [
            [*self._get_names(before), *(counts[before, after] or "" for after in rows)]
            for before in held
        ]
        sheet.write_table(columns, table, ["text", "text", *["count"] * len(rows)])

    def _get_names(self, grade):
        """Return code and name of a grade, or that there is none."""
        return [grade.code, grade.name] if grade else [self.env._("Not graded"), ""]

    def _write_view(self, sheet, view):
        """Write the tables of a view as texts: what can be clicked on the screen is no text."""
        for block in view["blocks"]:
            rows = [
                ["" if cell.get("action") or cell.get("method") else cell["text"] for cell in cells]
                for cells in (row["cells"] for row in block["rows"])
            ]
            told = [n for n in range(len(rows[0]) if rows else 0) if any(row[n] for row in rows)]
            columns = block["columns"] or [block["title"]]
            if told:
                rows = [[row[n] for n in told] for row in rows]
                sheet.write_table([columns[n] for n in told], rows, ["text"] * len(told))

    # ------------------------------------------------------------------ every customer

    def _write_lines(self, trial, workbook, names):
        """Write a row for each line, of the fields that Odoo's own export would have.

        :raise UserError: where the user may not export
        """
        Line = self.env["customer.grading.trial.line"]
        lines = Line.search([("trial_id", "=", trial.id)])
        rows = lines.export_data(names)["datas"]
        fields = Line.fields_get(names, ["string", "type"])
        kinds = {"monetary": "count", "char": "long"}
        formats = [kinds.get(fields[name]["type"], "text") for name in names]
        sheet = workbook.add_sheet(trial._get_subjects_title())
        sheet.write_table([fields[name]["string"] for name in names], rows, formats)
        sheet.worksheet.freeze_panes(1, 0)
        _logger.info("User %d exported %d lines of %r", self.env.uid, len(lines), trial)
