from odoo import api, fields, models
from odoo.fields import Domain


class CustomerGradingTold(models.AbstractModel):
    """A row of a report, which is about one dimension: the main one is what people look at first."""

    _name = "customer.grading.told"
    _description = "Row of a Report"

    _told_kinds = ("partner",)  # kinds of records that rows are about

    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    is_main = fields.Boolean(
        "Main dimension",
        compute="_compute_is_main",
        search="_search_is_main",
        help="The dimension whose grade the company shows. In each dimension a customer counts once.",
    )

    @api.model
    def _get_labels(self, model_name, name):
        """Return the selection of another model's field, in the reader's language."""
        return self.env[model_name]._fields[name]._description_selection(self.env)

    @api.model
    def _get_visible_ids(self, domain=()):
        """Return the ids of the dimensions that the reader may see, to be asked for by number.

        By a rule PostgreSQL would guess that hardly a row is left, and look each up by itself.
        """
        dimensions = self.env["customer.grading.dimension"].sudo().search(list(domain))
        if not self.env.su:
            groups = self.env.user.all_group_ids
            dimensions = dimensions.filtered(lambda d: not d.group_ids or d.group_ids & groups)
        return dimensions._ids or (0,)

    @api.depends("dimension_id", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_is_main(self):
        main = self._get_main_grades()
        for row in self:
            row.is_main = (row.dimension_id, row.company_id) in main

    @api.model
    def _search_is_main(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain.OR(
            Domain("dimension_id", "=", dimension.id) & Domain("company_id", "=", company.id)
            for dimension, company in self._get_main_grades()
        )
        return found if True in value else ~found

    @api.model
    def _get_main_grades(self):
        return self.env["customer.grading.result"]._find_main_grades(self._told_kinds)
