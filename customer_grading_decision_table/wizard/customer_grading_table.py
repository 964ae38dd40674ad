from itertools import product

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.customer_grading_policy import COLUMNS, Cell, TableRow

MAX_ROWS = 64  # that are filled in at once
NUMBERS = range(1, COLUMNS + 1)
CRITERION_FIELDS = [f"criterion_{number}_id" for number in NUMBERS]
CELL_FIELDS = [f"cell_{number}_id" for number in NUMBERS]
FITTING = "[('id', 'in', fitting_ids), ('id', 'not in', chosen_ids)]"


class CustomerGradingTable(models.TransientModel):
    """Requirements of a policy, written as a decision table."""

    _name = "customer.grading.table"
    _description = "Requirements as a Table"

    policy_id = fields.Many2one("customer.grading.policy", required=True, ondelete="cascade")
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    fitting_ids = fields.Many2many("customer.grading.criterion", compute="_compute_fitting_ids")
    chosen_ids = fields.Many2many("customer.grading.criterion", compute="_compute_chosen_ids")
    criterion_1_id = fields.Many2one(
        "customer.grading.criterion", "First criterion", domain=FITTING
    )
    criterion_2_id = fields.Many2one(
        "customer.grading.criterion", "Second criterion", domain=FITTING
    )
    criterion_3_id = fields.Many2one(
        "customer.grading.criterion", "Third criterion", domain=FITTING
    )
    criterion_4_id = fields.Many2one(
        "customer.grading.criterion", "Fourth criterion", domain=FITTING
    )
    label_1 = fields.Char("Name of the first", related="criterion_1_id.name")
    label_2 = fields.Char("Name of the second", related="criterion_2_id.name")
    label_3 = fields.Char("Name of the third", related="criterion_3_id.name")
    label_4 = fields.Char("Name of the fourth", related="criterion_4_id.name")
    option_ids = fields.One2many("customer.grading.table.option", "table_id")
    row_ids = fields.One2many("customer.grading.table.row", "table_id", string="Rows")
    is_matrix = fields.Boolean(compute="_compute_is_matrix")
    as_list = fields.Boolean("As a list of rows")
    replaces = fields.Boolean(
        readonly=True, help="The policy has requirements that no table can show."
    )

    is_changed = fields.Boolean(compute="_compute_is_changed")

    def _compute_is_changed(self):
        """Whether something was written since the table was opened: buttons save it."""
        for table in self:
            table.is_changed = table.write_date != table.create_date

    @api.depends("policy_id")
    def _compute_fitting_ids(self):
        for table in self:
            table.fitting_ids = table.policy_id._get_table_criteria()

    @api.depends(*CRITERION_FIELDS)
    def _compute_chosen_ids(self):
        for table in self:
            table.chosen_ids = table._get_criteria()

    @api.depends(*CRITERION_FIELDS, *(f"row_ids.{name}" for name in CELL_FIELDS))
    def _compute_is_matrix(self):
        """Whether the rows are every combination of two criteria, each of them once."""
        for table in self:
            columns = [
                (cell, criterion)
                for cell, criterion in zip(CELL_FIELDS, CRITERION_FIELDS, strict=True)
                if table[criterion]
            ]
            names = [cell for cell, _criterion in columns]
            pairs = [tuple(row[name].id for name in names) for row in table.row_ids]
            table.is_matrix = (
                names == CELL_FIELDS[:2]
                and len(set(pairs)) == len(pairs) > 1
                and all(map(all, pairs))
                and len(pairs) == len({a for a, _b in pairs}) * len({b for _a, b in pairs})
            )

    @api.onchange(*CRITERION_FIELDS)
    def _onchange_criteria(self):
        """Empty the cells of a column that has another criterion now."""
        for row in self.row_ids:
            for cell, criterion in zip(CELL_FIELDS, CRITERION_FIELDS, strict=True):
                if row[cell] and row[cell].criterion_id != self[criterion]._origin:
                    row[cell] = False

    # ------------------------------------------------------------------ reading

    @api.model
    def _make(self, policy):
        """Return the table of the policy's requirements, empty where they are of another form."""
        read = policy._read_table()
        criteria, rows = read or (self.env["customer.grading.criterion"], [])
        fitting = policy._get_table_criteria()
        if not criteria and len(fitting) <= COLUMNS:
            criteria = fitting
        table = self.create(
            {
                "policy_id": policy.id,
                "replaces": read is None,
                "option_ids": [
                    Command.create(
                        {
                            "sequence": position,
                            "criterion_id": criterion.id,
                            "operator": cell.operator,
                            "level_id": cell.level.id,
                            "name": criterion._get_cell_text(cell),
                        }
                    )
                    for criterion in fitting
                    for position, cell in enumerate(self._get_offered_cells(criterion, rows))
                ],
                **{name: c.id for name, c in zip(CRITERION_FIELDS, criteria, strict=False)},
            }
        )
        table._set_rows(rows)
        return table

    def _get_offered_cells(self, criterion, rows):
        """Return the cells to choose from: the likely ones, and what ``rows`` ask beside them."""
        asked = [row.cells[criterion] for row in rows if criterion in row.cells]
        make_key = self.env["customer.grading.table.option"]._make_key
        offered = {}
        for cell in [*criterion._get_table_cells(), *asked]:
            offered.setdefault(make_key(cell), cell)
        return list(offered.values())

    def _get_criteria(self):
        """Return the criteria that head the columns, in their order."""
        return self.env["customer.grading.criterion"].union(
            *(self[name]._origin for name in CRITERION_FIELDS)
        )

    def _get_rows(self):
        """Return what is written as a list of :class:`TableRow`."""
        columns = list(zip(CELL_FIELDS, CRITERION_FIELDS, strict=True))
        return [
            TableRow(
                row.grade_id,
                {
                    self[criterion]: Cell(row[cell].operator, row[cell].level_id)
                    for cell, criterion in columns
                    if self[criterion] and row[cell].criterion_id == self[criterion]
                },
            )
            for row in self.row_ids.sorted(lambda row: (row.sequence, row.id))
        ]

    def _set_rows(self, rows):
        """Show ``rows``, a list of :class:`TableRow`, in place of those that are there."""
        self.ensure_one()
        options = {
            (option.criterion_id, option._get_key()): option.id for option in self.option_ids
        }
        Option = self.option_ids
        self.row_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "sequence": position,
                        "grade_id": row.grade.id,
                        **{
                            cell: options.get((criterion, Option._make_key(row.cells[criterion])))
                            for cell, name in zip(CELL_FIELDS, CRITERION_FIELDS, strict=True)
                            if (criterion := self[name]) in row.cells
                        },
                    }
                )
                for position, row in enumerate(rows, 1)
            ),
        ]

    # ------------------------------------------------------------------ what people do

    def action_fill(self):
        """Write one row for each combination; a grade that is there already is kept.

        Rows that ask whether something is known stay on top, and one for everybody stays
        last.
        """
        self.ensure_one()
        self._check_columns()
        criteria = self._get_criteria()
        if not criteria:
            raise UserError(self.env._("Choose the criteria first: at least one of them."))
        choices = [
            [cell for cell in c._get_table_cells() if cell.operator in ("level_is", "yes", "no")]
            for c in criteria
        ]
        combinations = [dict(zip(criteria, cells, strict=True)) for cells in product(*choices)]
        if len(combinations) > MAX_ROWS:
            raise UserError(
                self.env._(
                    "These criteria have %(count)s combinations; a table is filled in up to "
                    "%(most)s rows. Choose fewer criteria, or write the rows that matter.",
                    count=len(combinations),
                    most=MAX_ROWS,
                )
            )
        written = self._get_rows()
        self._set_rows(
            [
                *(row for row in written if self._asks_whether_known(row)),
                *(TableRow(self._find_grade(written, cells), cells) for cells in combinations),
                *[row for row in written if not row.cells][:1],
            ]
        )
        return self._get_dialog_action()

    def action_save(self):
        """Make the table the policy's requirements.

        :raise UserError: naming the row that cannot be understood
        """
        self.ensure_one()
        self._check_columns()
        rows = self._get_rows()
        if not any(row.grade for row in rows):
            raise UserError(self.env._("Write at least one row with its grade."))
        for position, row in enumerate(rows):
            taker = None if row.grade else self._find_later(rows, position)
            if taker is not None:
                raise UserError(
                    self.env._(
                        "Row %(row)s has no grade, and row %(later)s would take what it "
                        "describes. Choose a grade, or take the row out.",
                        row=position + 1,
                        later=taker + 1,
                    )
                )
        self.policy_id._write_table([row for row in rows if row.grade])
        return {"type": "ir.actions.act_window_close"}

    def _check_columns(self):
        chosen = [self[name] for name in CRITERION_FIELDS if self[name]]
        twice = next((c for c in chosen if chosen.count(c) > 1), None)
        if twice:
            raise UserError(
                self.env._(
                    "“%s” heads two columns. Choose another criterion for one of them.", twice.name
                )
            )

    @staticmethod
    def _asks_whether_known(row):
        return any(cell.operator in ("known", "unknown") for cell in row.cells.values())

    def _find_grade(self, rows, cells):
        """Return the grade that ``rows`` give to a combination."""
        for row in rows:
            if all(
                criterion._get_cell_outcomes(cells.get(criterion))
                <= criterion._get_cell_outcomes(cell)
                for criterion, cell in row.cells.items()
            ):
                return row.grade
        return self.env["customer.grade"]

    def _find_later(self, rows, position):
        """Return the position of a later row with a grade that takes some of what this takes."""
        asked = rows[position].cells
        for later, row in enumerate(rows[position + 1 :], position + 1):
            both = asked.keys() & row.cells.keys()
            if row.grade and all(
                c._get_cell_outcomes(asked[c]) & c._get_cell_outcomes(row.cells[c]) for c in both
            ):
                return later
        return None

    def _get_dialog_action(self):
        """Return the action that opens the table in its dialog."""
        self.ensure_one()
        return self._get_records_action(
            name=self.env._("Requirements as a table"),
            target="new",
            context={"dialog_size": "extra-large"},
        )


class CustomerGradingTableRow(models.TransientModel):
    """A row of a table: what each criterion shall be, and the grade that follows."""

    _name = "customer.grading.table.row"
    _description = "Row of Requirements as a Table"
    _order = "sequence, id"

    table_id = fields.Many2one(
        "customer.grading.table", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=1000, aggregator=None)
    cell_1_id = fields.Many2one("customer.grading.table.option", "First criterion is")
    cell_2_id = fields.Many2one("customer.grading.table.option", "Second criterion is")
    cell_3_id = fields.Many2one("customer.grading.table.option", "Third criterion is")
    cell_4_id = fields.Many2one("customer.grading.table.option", "Fourth criterion is")
    dimension_id = fields.Many2one(related="table_id.dimension_id")
    grade_id = fields.Many2one("customer.grade", domain="[('dimension_id', '=', dimension_id)]")


class CustomerGradingTableOption(models.TransientModel):
    """What can stand in a cell below a criterion."""

    _name = "customer.grading.table.option"
    _description = "Cell of Requirements as a Table"
    _order = "sequence, id"

    table_id = fields.Many2one(
        "customer.grading.table", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(aggregator=None)
    criterion_id = fields.Many2one("customer.grading.criterion", required=True, ondelete="cascade")
    operator = fields.Char(required=True)
    level_id = fields.Many2one("customer.grading.band", ondelete="cascade")
    name = fields.Char(required=True)

    def _get_key(self):
        """Return what tells this option from the others of its criterion."""
        return self._make_key(Cell(self.operator, self.level_id))

    @api.model
    def _make_key(self, cell):
        """Return the key of a cell: bands of the same level are one."""
        rank = cell.level and cell.level.criterion_id._get_level_ranks()[cell.level]
        return cell.operator, rank or 0
