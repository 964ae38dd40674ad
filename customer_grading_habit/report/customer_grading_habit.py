from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradingHabit(models.AbstractModel):
    """A report on what people do with grades, by salesperson and sales team."""

    _name = "customer.grading.habit"
    _inherit = ["customer.grading.subject"]
    _description = "Habit of Grading"

    # A rate: what it is of what, both summed up first.
    _rates = {}

    # A column of each report, where the mixin would look it up row by row.
    salesperson_id = fields.Many2one(compute=None, search=None, store=True, readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "salesperson_id":
            return SQL.identifier(alias, field_expr)
        return super()._field_to_sql(alias, field_expr, query)

    def _read_group_select(self, aggregate_spec, query):
        """Say a rate of all rows together, and not the average of theirs."""
        name = aggregate_spec.partition(":")[0]
        if name not in self._rates:
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (self._field_to_sql(self._table, n, query) for n in self._rates[name])
        return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", part, whole)

    @api.model
    def _get_shown_companies(self):
        """Return the companies whose rows may be shown: those selected, and their parents."""
        companies = self.env.companies.sudo()
        return companies | companies.parent_ids
