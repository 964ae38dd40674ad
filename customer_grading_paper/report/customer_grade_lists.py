from odoo import models
from odoo.fields import Domain


class CustomerGradeLists(models.AbstractModel):
    """The yearly lists: who has which grade on a day, and who is new and on probation."""

    _name = "report.customer_grading_paper.report_grade_lists"
    _inherit = ["report.customer_grading_paper.report_grade_list"]
    _description = "Yearly Lists by Grade"

    _paper_model = "customer.grading.print.lists"

    def _get_sheets(self, docs):
        return [
            sheet for asked in docs for sheet in (*self._get_held(asked), *self._get_further(asked))
        ]

    def _get_held(self, asked):
        """Return the list of each grade, of who held it at the end of the day."""
        self._check_dimension(asked.dimension_id)
        Change = self.env["customer.grading.change"]
        domain = Change._get_held_domain(asked.dimension_id, self.env.company, asked.day)
        if asked.grade_ids:
            domain &= Domain("grade_id", "in", asked.grade_ids.ids)
        if asked.user_ids:
            domain &= Domain("salesperson_id", "in", asked.user_ids.ids)
        held = Change.search(domain)
        rows = [(c._get_subject(), c.grade_id, c.date_applied) for c in held]
        return self._get_lists(asked.dimension_id, asked.day, rows)

    def _get_further(self, asked):
        """Hook: return further lists of the yearly review: who is new, and graded provisionally.

        A list has a ``template``, which is called with it as ``sheet``.
        """
        if asked.day != self._get_today():
            return []
        company_id = self.env["customer.grading.change"]._get_telling_company_id(
            asked.dimension_id, self.env.company
        )
        domain = Domain("dimension_id", "=", asked.dimension_id.id)
        domain &= Domain("company_id", "=", company_id) & Domain("date_provisional", "!=", False)
        if asked.user_ids:
            domain &= Domain("salesperson_id", "in", asked.user_ids.ids)
        results = self.env["customer.grading.result"].search(domain, order="date_provisional, id")
        rows = [(result._get_subject(), result.grade_id, result) for result in results]
        lines = self._get_new_lines(rows)
        subtitle = self._get_subtitle(
            self.env._("Graded provisionally"), asked.dimension_id, asked.day, len(lines)
        )
        new = {"template": "customer_grading_paper.list_of_new", "subtitle": subtitle}
        return [{**new, "lines": lines}] if lines else []

    def _get_new_lines(self, rows):
        """Return the lines of who is new, of ``(subject, grade, result)``."""
        readable = self._filter_readable(rows) or ()
        return [
            {
                "name": subject.display_name,
                "number": self._get_number(subject),
                "grade": grade.sudo().code,
                "since": result.date_since,
                "until": result.date_provisional,
                "salesperson": self._get_salesperson(subject),
            }
            for subject, grade, result in rows
            if subject in readable
        ]
