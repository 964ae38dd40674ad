from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.fields import Domain
from odoo.tools import SQL

# Whom a record is counted for.
COUNTED_BY = {
    "partner": ("user_id", "state_id", "country_id", "city"),
    "lead": ("user_id", "team_id", "state_id", "country_id", "city"),
}


class CustomerGradingMixin(models.AbstractModel):
    """Warns where somebody has more of a grade than its capacity says."""

    _inherit = "customer.grading.mixin"

    grading_capacity_warning = fields.Char(
        "Over capacity",
        compute="_compute_grading_capacity_warning",
        search="_search_grading_capacity_warning",
        groups=USER_GROUP,
        help="Who has more of this grade than its capacity says, this one included.",
    )
    grading_intake_row = fields.Char(
        "Counted as intake",
        compute="_compute_grading_intake_row",
        search="_search_grading_intake_row",
        groups="sales_team.group_sale_salesman",
        export_string_translation=False,
    )

    @api.depends(lambda self: COUNTED_BY.get(self._grading_subject, ()))
    @api.depends_context("company", "uid", "lang")
    def _compute_grading_capacity_warning(self):
        """Tell it as the record would be saved, so that a new salesperson is warned about."""
        self.grading_capacity_warning = False
        if self._grading_subject not in COUNTED_BY:
            return
        Capacity = self.env["customer.grading.capacity"].sudo()
        if not Capacity._is_any():
            return
        results = self._get_capacity_results()
        capacities = Capacity.search(
            [("most", ">", 0), ("grade_id", "in", [result.grade_id.id for *_r, result in results])]
        )
        told = capacities._get_warnings(results)
        for record in self:
            record.grading_capacity_warning = " ".join(told.get(record, ())) or False

    def _get_capacity_results(self):
        """Return ``[(record, result)]`` of the dimensions that the user may see, sudoed.

        A contact person is not counted: its company is. In each dimension the result counts that
        is shown: that of the nearest company, even where it is not graded there.
        """
        kept = self.filtered(lambda record: record._get_grading_key() == record._origin.id)
        dimensions = self.env["customer.grading.dimension"]._get_visible(self._grading_subject)
        companies = {
            dimension: dimension._get_result_company_ids(self.env.company)
            for dimension in dimensions
        }
        Result, field = self.env["customer.grading.result"].sudo(), self._grading_result_field
        own = [("dimension_id", "in", dimensions.ids), (field, "in", kept._origin.ids)]
        results = Result.search(own).filtered(
            lambda result: result.company_id.id in companies[result.dimension_id]
        )
        # The nearest company's comes last, and stays.
        results = results.sorted(
            lambda result: companies[result.dimension_id].index(result.company_id.id), reverse=True
        )
        shown = {(result[field], result.dimension_id): result for result in results}
        graded = Result.union(*shown.values()).filtered("grade_id").grouped(field)
        return [
            (record, result) for record in kept for result in graded.get(record._origin.sudo(), ())
        ]

    @api.model
    def _search_grading_capacity_warning(self, operator, value):
        """Find who is among too many, without saying which of them is one too many."""
        self._check_field_access(self._fields["grading_capacity_warning"], "read")
        if operator != "in" or set(value) - {False}:
            return NotImplemented
        if self._grading_subject not in COUNTED_BY:
            return Domain.TRUE
        Engine = self.env["customer.grading.capacity.engine"]
        return Domain("id", "not in", SQL("(%s)", Engine._get_crowd_sql(self._grading_subject)))

    def _compute_grading_intake_row(self):
        """Say nothing: it is there to be searched by."""
        self.grading_intake_row = False

    @api.model
    def _search_grading_intake_row(self, operator, value):
        """Find who counted in rows of *Intake*, as :meth:`_get_key` names them, that one may see."""
        self._check_field_access(self._fields["grading_intake_row"], "read")
        if operator != "in":
            return NotImplemented
        Report = self.env["customer.grading.intake.report"]
        rows = [Report._find_row(key) for key in value if key]
        return Domain.OR(
            Domain("id", "in", SQL("(%s)", row._get_counted_sql()))
            for row in rows
            if row.target_id.sudo().subject_model == self._name
        )
