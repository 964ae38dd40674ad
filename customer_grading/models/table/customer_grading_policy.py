from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from odoo import fields, models

from ..policy.customer_grading_rule import KNOWN_OPERATORS, LEVEL_OPERATORS

COLUMNS = 4  # criteria of a decision table at most

YES_NO_OPERATORS = ("yes", "no")

CELL_OPERATORS = (*LEVEL_OPERATORS, *YES_NO_OPERATORS, *KNOWN_OPERATORS)


class Cell(NamedTuple):
    """What a row of a decision table asks of one criterion.

    :ivar operator: of a condition; one that needs a level, or nothing more
    :ivar level: the band of a level; empty where the operator needs none
    """

    operator: str
    level: Any


class TableRow(NamedTuple):
    """One row of a decision table.

    :ivar grade: the grade it gives; may be empty while it is written
    :ivar cells: ``{criterion: Cell}``; a criterion that is not in it may be anything
    """

    grade: Any
    cells: dict


class CustomerGradingPolicy(models.Model):
    """Requirements written, and read back, as a decision table: no model of their own.

    A table has a column for each of a few criteria, and rows in the order of testing: the
    first row whose cells all hold gives its grade.
    """

    _inherit = "customer.grading.policy"

    def _get_table_criteria(self):
        """Return the criteria that can head a column: with levels, or yes and no."""
        self.ensure_one()
        criteria = self.criterion_ids.sorted(lambda c: (c.sequence, c._origin.id))
        return criteria.filtered(lambda criterion: criterion._get_table_cells())

    def _get_requirements_table(self):
        return self._get_decision_table() or super()._get_requirements_table()

    def _get_decision_table(self):
        """Return the requirements as rows of a table, where grades have several of them."""
        table = self._read_table()
        if not table or len(table[1]) == len(self.rule_ids.grade_id):
            return Markup()
        criteria, rows = table
        anything = self.env._("any")
        lines = [
            [
                *(
                    criterion._get_cell_text(row.cells[criterion])
                    if criterion in row.cells
                    else anything
                    for criterion in criteria
                ),
                self._get_grade_title(row.grade),
            ]
            for row in rows
        ]
        heads = [criterion._get_label() for criterion in criteria]
        return self._get_table([*heads, self.env._("Grade")], lines)

    def _read_table(self):
        """Return the requirements as ``(criteria, list of TableRow)``.

        :return: ``None`` where a requirement is of another form, or more than four criteria
            are asked for
        """
        self.ensure_one()
        rows = []
        for rule in self.rule_ids:
            ways = rule._read_rows()
            if ways is None:
                return None
            rows += [TableRow(rule.grade_id, cells) for cells in ways]
        criteria = self.env["customer.grading.criterion"]
        for row in sorted(rows, key=lambda row: -len(row.cells)):  # as written in full rows
            criteria = criteria.union(*row.cells)
        return (criteria, rows) if len(criteria) <= COLUMNS else None

    def _write_table(self, rows):
        """Replace the requirements by those of ``rows``, a list of :class:`TableRow`.

        Rows of one grade that follow each other become one requirement: any of them. A row
        without cells takes everybody, as a requirement of its own.
        """
        self.ensure_one()
        self._check_unlocked()
        self.rule_ids.unlink()
        # Odoo's own would put rows together that do not follow each other.
        groups = groupby(  # pylint: disable=bad-builtin-groupby
            rows, lambda row: (row.grade, bool(row.cells))
        )
        self.env["customer.grading.rule"].create(
            [
                {
                    "policy_id": self.id,
                    "grade_id": grade.id,
                    "sequence": position * 10,
                    **self._prepare_table_rule([row.cells for row in group]),
                }
                for position, ((grade, _asks), group) in enumerate(groups, 1)
            ]
        )

    def _prepare_table_rule(self, ways):
        """Return kind and lines of the requirement that each of ``ways`` meets."""
        lines = []
        for cells in ways:
            grouped = len(ways) > 1 and len(cells) > 1
            if grouped:
                lines.append({"kind": "all", "depth": 0})
            lines += [
                {
                    "kind": "condition",
                    "depth": int(grouped),
                    "criterion_id": criterion.id,
                    "operator": cell.operator,
                    "level_id": cell.level.id,
                }
                for criterion, cell in cells.items()
            ]
        asks = len(ways) > 1 and lines
        return {
            "kind": "any" if asks else "all",
            "line_ids": [
                fields.Command.create({**line, "sequence": position})
                for position, line in enumerate(lines, 1)
            ],
        }

    def action_write_table(self):
        """Open the requirements as a table that can be written."""
        self.ensure_one()
        self.check_access("write")
        self._check_unlocked()
        return self.env["customer.grading.table"]._make(self)._get_dialog_action()
