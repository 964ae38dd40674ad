from odoo import models

from ..policy.customer_grading_rule import KNOWN_OPERATORS
from .customer_grading_policy import YES_NO_OPERATORS, Cell


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
