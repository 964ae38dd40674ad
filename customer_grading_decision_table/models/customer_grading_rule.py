from odoo import models
from odoo.addons.customer_grading.models.policy.customer_grading_rule import LEVEL_OPERATORS

from .customer_grading_policy import CELL_OPERATORS, Cell


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _read_rows(self):
        """Return the ways to meet a requirement as rows of a table: ``{criterion: Cell}``.

        :return: ``None`` where it is of another form
        """
        self.ensure_one()
        if self.limit_count or self.least_count or self._get_exit():
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
                or line.if_unknown in ("met", "unmet")
                or line._get_problem()
                or not criterion._get_table_cells()
            ):
                return None
            level = line.level_id if line.operator in LEVEL_OPERATORS else line.level_id.browse()
            cells[criterion] = Cell(line.operator, level)
        return cells
