from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGradingResult(models.Model):
    """Tells the grade of any day, which the context names as ``grading_date``."""

    _inherit = "customer.grading.result"

    day_grade_id = fields.Many2one(
        "customer.grade",
        "Grade on the day",
        compute="_compute_day_grade_id",
        search="_search_day_grade_id",
        falsy_value_label=NOT_GRADED,
        help="The grade in effect on the day chosen in “Grades on a date”; today's without one.",
    )
    day_grade_color = fields.Integer(related="day_grade_id.color", string="Color on the day")
    day_differs = fields.Boolean(
        "Another grade today", compute="_compute_day_grade_id", search="_search_day_differs"
    )

    def _get_grading_day(self):
        """Return the day that the context asks for, today by default."""
        day = self.env.context.get("grading_date")
        return fields.Date.to_date(day) if day else self._get_today()

    @api.depends("grade_id")
    @api.depends_context("grading_date")
    def _compute_day_grade_id(self):
        held = self._get_grades_on(self._get_grading_day())
        for result in self:
            result.day_grade_id = held.get(result.id)
            result.day_differs = result.day_grade_id != result.grade_id

    def _get_grades_on(self, day):
        """Return ``{result id: id of the grade held on day}`` of those that were graded."""
        if not self.ids:
            return {}
        Change = self.env["customer.grading.change"]
        self.env.flush_all()
        query = SQL(
            "SELECT result_id, grade_id FROM customer_grading_change"
            " WHERE result_id IN %s AND grade_id IS NOT NULL AND %s",
            tuple(self.ids),
            Change._get_held_sql("customer_grading_change", day),
        )
        return dict(self.env.execute_query(query))

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "day_grade_id" and query is not None:
            day = self._get_grading_day()
            joined = f"{alias}__on_day"
            Change = self.env["customer.grading.change"]
            Change.flush_model()
            # A result held one grade at a time: a plain join, for which PostgreSQL has the
            # choice to look up few, or to go once through all.
            condition = SQL(
                "%s = %s AND %s",
                SQL.identifier(joined, "result_id"),
                SQL.identifier(alias, "id"),
                Change._get_held_sql(joined, day),
            )
            query.add_join("LEFT JOIN", joined, Change._table, condition)
            return SQL.identifier(joined, "grade_id")
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _search_day_grade_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        grades = self.env["customer.grade"].with_context(active_test=False)
        ids = grades._search(Domain("id", operator, value)).get_result_ids()
        found = self._get_held_domain(ids, self._get_grading_day())
        if operator == "in" and False in value:
            found |= ~self._get_held_domain(None, self._get_grading_day())
        return found

    @api.model
    def _get_held_domain(self, grade_ids, day):
        """Return the domain of the results that held one of the grades on ``day``.

        :param grade_ids: ``None``: whatever grade
        """

        def to_sql(model, alias, _query):
            Change = model.env["customer.grading.change"]
            Change.flush_model()
            graded = SQL("grade_id IS NOT NULL")
            if grade_ids is not None:
                graded = SQL("grade_id IN %s", tuple(grade_ids) or (0,))
            return SQL(
                "%s IN (SELECT result_id FROM customer_grading_change"
                " WHERE %s AND result_id IS NOT NULL AND %s)",
                SQL.identifier(alias, "id"),
                graded,
                Change._get_held_sql("customer_grading_change", day),
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_day_differs(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_differing_domain("day_grade_id", "grade_id")
