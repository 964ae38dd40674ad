from itertools import groupby
from typing import Any, NamedTuple

from odoo import fields, models

from .customer_grading_rule import KNOWN_OPERATORS, LEVEL_OPERATORS

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


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _read_rows(self):
        """Return the ways to meet a requirement as rows of a table: ``{criterion: Cell}``.

        :return: ``None`` where it is of another form
        """
        self.ensure_one()
        if self.limit_count:
            return None
        children = self._get_children()
        lines = children.get(self, self.browse())
        if not lines:
            return [{}] if self.kind in ("all", "none") else None
        if self.kind == "all":
            ways = [lines]
        elif self.kind == "any":
            ways = [children.get(line) if line.kind == "all" else line for line in lines]
        else:
            return None
        rows = [way and way._read_cells() for way in ways]
        return rows if all(rows) else None

    def _read_cells(self):
        """Return these conditions as ``{criterion: Cell}``, or ``None`` if they are no row."""
        cells = {}
        for line in self:
            criterion = line.criterion_id
            if (
                line.kind != "condition"
                or criterion in cells
                or line.operator not in CELL_OPERATORS
                or line._get_problem()
                or not criterion._get_table_cells()
            ):
                return None
            level = line.level_id if line.operator in LEVEL_OPERATORS else line.level_id.browse()
            cells[criterion] = Cell(line.operator, level)
        return cells


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    def _get_table_cells(self):
        """Return what a cell of a table can ask of the criterion, likeliest first.

        :return: list of :class:`Cell`; empty where it has neither levels nor yes and no
        """
        self.ensure_one()
        nothing = self.env["customer.grading.band"]
        operators = self._new_condition()._get_fitting_operators()
        if "yes" in operators:
            cells = [Cell(operator, nothing) for operator in YES_NO_OPERATORS]
        elif "level_is" in operators:
            cells = self._get_level_cells()
        else:
            return []
        return [*cells, *(Cell(operator, nothing) for operator in KNOWN_OPERATORS)]

    def _get_level_cells(self):
        """Return the cells of the levels: each level, then each with those beyond it."""
        levels = list(self._get_best_bands().values())
        return [
            *(Cell("level_is", level) for level in levels),
            *(Cell("level_ge", level) for level in levels[1:]),
            *(Cell("level_le", level) for level in levels[1:]),
        ]

    def _get_best_bands(self):
        """Return ``{rank: the first band of that level}``, best first; unnamed ones left out."""
        bands = {}
        for band, rank in self._get_level_ranks().items():
            if band.level:
                bands.setdefault(rank, band)
        return dict(sorted(bands.items(), reverse=True))

    def _get_cell_text(self, cell):
        """Return a :class:`Cell` of this criterion in words; a level by its name."""
        self.ensure_one()
        if cell.operator == "level_is":
            return cell.level.level
        return self._new_condition(cell)._get_asked_text()

    def _get_cell_outcomes(self, cell):
        """Return the outcomes that a :class:`Cell` takes, those of no cell being all.

        Outcomes are the ranks of levels, or yes and no, and ``None`` for what is unknown.
        """
        ranks = {0, *self._get_level_ranks().values()}
        known = set(YES_NO_OPERATORS) if self.unit == "yes_no" else ranks
        if cell is None:
            return {*known, None}
        if cell.operator in KNOWN_OPERATORS:
            return known if cell.operator == "known" else {None}
        if cell.operator in YES_NO_OPERATORS:
            return {cell.operator}
        rank = self._get_level_ranks()[cell.level]
        return {
            "level_is": {rank},
            "level_ge": {other for other in ranks if other >= rank},
            "level_le": {other for other in ranks if other <= rank},
        }[cell.operator]

    def _new_condition(self, cell=None):
        """Return a condition on this criterion that is not saved."""
        vals = {"criterion_id": self.id}
        if cell:
            vals.update(operator=cell.operator, level_id=cell.level.id)
        return self.env["customer.grading.rule"].new(vals)
