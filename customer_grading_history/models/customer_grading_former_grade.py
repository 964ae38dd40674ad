from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MOST_TOLD = 100  # wrong rows of a file that are named; what follows mostly is the same mistake


class CustomerGradingFormerGrade(models.Model):
    """A grade that a customer had before grades were given here: a change that was imported.

    Odoo's own import makes them; a whole file is taken over, or nothing of it.
    """

    _name = "customer.grading.former.grade"
    _description = "Former Grade"
    _auto = False
    _order = "date_start desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True)
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        domain=[("subject", "=", "partner")],
        default=lambda self: self._get_main_dimension(),
        help="Its name or code; empty: the dimension that customers show.",
    )
    grade_id = fields.Many2one(
        "customer.grade", required=True, domain="[('dimension_id', '=', dimension_id)]"
    )
    grade_color = fields.Integer(related="grade_id.color")
    date_start = fields.Date("From", required=True, help="The first day of the grade.")
    date_end = fields.Date(
        "Until",
        help="The last day of the grade. Empty: until the next one, that of a file or the first "
        "that was given here; else until yesterday.",
    )
    remark = fields.Char()
    former_import_id = fields.Many2one(
        "customer.grading.former.import", "Imported with", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        self.env["customer.grading.change"].flush_model()
        return SQL(
            "SELECT id, partner_id, dimension_id, grade_id, date_applied AS date_start, date_end,"
            " note AS remark, former_import_id, company_id"
            " FROM customer_grading_change WHERE origin = 'imported'"
        )

    def _get_main_dimension(self):
        Dimension = self.env["customer.grading.dimension"]
        return Dimension._get_main("partner", self.env.company)

    @api.model
    def get_import_templates(self):
        """Return the file to fill in, in the user's language."""
        chinese = (self.env.lang or "").startswith("zh")
        name = "former_grades_zh_CN.xlsx" if chinese else "former_grades.xlsx"
        return [
            {
                "label": self.env._("Template for former grades"),
                "template": f"/customer_grading_history/static/xls/{name}",
            }
        ]

    @api.model
    def load(self, fields, data):
        """Take over all rows of a file, however many parts Odoo would make of it, or none.

        :return: as Odoo's own method: ids, or messages that name the rows
        """
        self.check_access("create")
        vals_list, errors = self.env["customer.grading.former.reader"]._read_file(fields, data)
        made, later_errors = self._take_over(vals_list, errors)
        errors |= later_errors
        messages = [
            {
                "type": "error",
                "message": text,
                "field": name,
                "record": row,
                "rows": {"from": row, "to": row},
            }
            for row, (name, text) in sorted(errors.items())[:MOST_TOLD]
        ]
        if len(errors) > MOST_TOLD:
            text = self.env._("%s further rows are wrong.", len(errors) - MOST_TOLD)
            messages.append({"type": "error", "message": text})
        return {"ids": False if errors else made.ids, "messages": messages, "nextrow": 0}

    @api.model_create_multi
    def create(self, vals_list):
        """Take over former grades, all or none.

        :raise UserError: which says what is wrong with each
        """
        self.check_access("create")
        main = self._get_main_dimension()
        vals_list = [
            {**vals, "dimension_id": vals.get("dimension_id") or main.id} for vals in vals_list
        ]
        for vals in vals_list:
            for name in ("date_start", "date_end"):
                vals[name] = fields.Date.to_date(vals.get(name) or None)
        made, errors = self._take_over(vals_list, {})
        if errors:
            raise UserError("\n".join(text for _name, text in errors.values()))
        return super().create([]) | made  # nothing is stored but the changes

    @api.model
    def _take_over(self, vals_list, errors):
        """Write the former grades where none is wrong.

        :param errors: ``{position: (field, text)}`` of those that are known to be wrong
        :return: the former grades in their order, and what else is wrong
        """
        Import = self.env["customer.grading.former.import"]
        rows = {row: vals for row, vals in enumerate(vals_list) if row not in errors}
        found = Import._complete(rows)
        if errors or found:
            return self.browse(), found
        return self.browse(Import._write_changes(vals_list)), {}
