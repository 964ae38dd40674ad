import re
from collections import Counter

from odoo import models
from odoo.tools import format_date

NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')  # of files, on some machine or other

EXPORTED = ("salesperson_id", "current_grade_id", "grade_id", "revenue")
TOLD = 5_000  # customers whose reasons an export tells: each takes two milliseconds

# Which way customers go: worse to the left of a picture, better to the right.
DIRECTIONS = ("lost", "down", "same", "up", "new")


class CustomerGradingTrial(models.Model):
    """Lets a try-on be seen: pictures beside its tables, and a workbook."""

    _inherit = "customer.grading.trial"

    # ------------------------------------------------------------------ pictures

    def _get_result_block(self, cells, rows, total):
        """Say beside the table what it looks like: today against new, by grade."""
        block = super()._get_result_block(cells, rows, total)
        return {**block, "picture": self._get_result_picture(cells, rows, len(block["columns"]))}

    def _get_result_picture(self, cells, rows, width):
        """Return the numbers of the bars, in the order of the rows of the table.

        :param width: columns of the table: the first but one counts the new, the last today's
        """
        series = [self._get_series(self._get_subjects_title(), cells, rows, 2)]
        if self._shares_revenue() and any(amount > 0 for *_told, amount in cells):
            name = self.dimension_id._choose_text(
                self.env._("Share of revenue"), self.env._("Share of expected revenue")
            )
            series.append(self._get_series(name, cells, rows, 3, is_share=True))
        return {
            "kind": "result",
            "grades": [self._get_label(grade) for grade in rows],
            "series": series,
            "cells": {"new": 1, "today": width - 1},
        }

    def _get_series(self, name, cells, rows, position, is_share=False):
        """Return today's and new numbers by row; ``None`` for today's where nobody has a grade."""
        numbers = {"today": Counter(), "new": Counter()}
        for cell in cells:
            numbers["today"][cell[0]] += max(cell[position], 0)
            numbers["new"][cell[1]] += max(cell[position], 0)
        whole = sum(numbers["new"].values()) if is_share else 0
        today, new = (
            [numbers[key][grade] * 100 / whole if whole else numbers[key][grade] for grade in rows]
            for key in ("today", "new")
        )
        held = any(cell[0] for cell in cells)
        return {"name": name, "is_share": is_share, "today": today if held else None, "new": new}

    def _get_moves_block(self, cells, rows):
        """Say beside the table who goes up and who goes down, by the grade of today."""
        block = super()._get_moves_block(cells, rows)
        moves = any(before != after for before, after, *_numbers in cells)
        if not moves or not any(before for before, *_told in cells):
            return block  # all are new, or stay: that is no picture
        return {**block, "picture": {"kind": "moves", "rows": self._get_moves(cells, rows)}}

    def _get_moves(self, cells, rows):
        """Return for each row of the table how many go which way, and its cells that count them."""
        counts = Counter({(before, after): count for before, after, count, _sum in cells})
        moves = []
        for before in rows:
            if not any(counts[before, after] for after in rows):
                continue
            told = dict.fromkeys(DIRECTIONS, 0)
            counted = {direction: [] for direction in DIRECTIONS}
            for position, after in enumerate(rows, start=1):
                if count := counts[before, after]:
                    direction = before._get_direction_to(after)
                    told[direction] += count
                    counted[direction].append(position)
            moves.append({**self._get_label(before), **told, "cells": counted})
        return moves

    def _get_label(self, grade):
        """Return how a grade is called and coloured beneath its bar."""
        if not grade:
            return {"code": self.env._("Not graded"), "name": "", "color": None}
        name = grade.name if grade.name != grade.code else ""
        return {"code": grade.code, "name": name, "color": grade.color}

    # ------------------------------------------------------------------ workbook

    def action_export(self):
        """Download a summary and every customer of the trial, as one workbook."""
        self.ensure_one()
        url = f"/customer_grading_chart/trial/{self.id}"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _export_workbook(self):
        """Return the workbook of the trial, and the name of its file.

        :raise AccessError: where the user may not see the trial
        :raise UserError: where he may not export
        """
        self.ensure_one()
        self.check_access("read")
        names = [self.dimension_id._get_subject_kind().field, *EXPORTED]
        if self.graded_count <= TOLD:
            names.append("why")
        content = self.env["customer.grading.trial.sheet"]._make_workbook(self, names)
        return content, self._get_file_name()

    def _get_file_name(self):
        """Return what people would call the file: the policy, what was done, the day."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        name = self.env._(
            "%(policy)s – %(kind)s %(date)s.xlsx",
            policy=self.policy_id.display_name,
            kind=kinds[self.kind].lower(),
            date=format_date(self.env, self.date, date_format="medium"),
        )
        return NOT_IN_NAMES.sub("-", name)
