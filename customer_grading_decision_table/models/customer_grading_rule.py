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
        if self._is_counted() or self._get_exit():
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

    # ------------------------------------------------------------------ groups within groups

    def _get_requirement_text(self):
        """Return what has groups within groups as an indented list below one another."""
        children = self._get_children()
        lines = self._get_asked_lines(children)
        if not lines._are_nested(children):
            return super()._get_requirement_text()
        grade = self.grade_code or self.grade_id.code or "?"
        text = self.env._("%(grade)s: %(group)s", grade=grade, group=self._get_group_name())
        return self._add_exit_sentence(text + lines._get_outline(children))

    def _get_rest_sentence(self):
        """Return what a table cannot say as such a list, too."""
        children = self._get_children()
        flat = self._get_flat_conditions()
        rest = self._get_asked_lines(children) - flat
        if not flat or not rest._are_nested(children):
            return super()._get_rest_sentence()
        text = self.env._("%s also takes:", self.grade_id.code)
        return self._add_exit_sentence(text + rest._get_outline(children))

    def _add_exit_sentence(self, text):
        return "\n".join(filter(None, [text, self._get_exit_sentence()]))

    def _are_nested(self, children):
        """Whether one of these lines has a group below: nobody reads brackets within brackets."""
        below = self.browse().union(*(children.get(line, self.browse()) for line in self))
        return any(line.kind != "condition" for line in below)

    def _get_outline(self, children, depth=1):
        """Return these lines and those below as a list, each as far in as it stands."""
        texts = []
        for line in self:
            is_condition = line.kind == "condition"
            text = line._get_condition_text() if is_condition else line._get_group_name()
            below = line._get_asked_lines(children)._get_outline(children, depth + 1)
            texts.append("\n" + "\N{EM SPACE}" * depth + f"• {text}{below}")
        return "".join(texts)
