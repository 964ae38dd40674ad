from odoo import models
from odoo.tools import format_date


class CustomerGradeList(models.AbstractModel):
    """Chosen grades as lists, one a grade: customers, revenue, salesperson, support plan."""

    _name = "report.customer_grading_paper.report_grade_list"
    _inherit = ["customer.grading.paper"]
    _description = "Lists by Grade"

    _paper_model = "customer.grading.result"
    _numbered_as = "customer_grading_paper.report_grade_lists"

    def _get_sheets(self, docs):
        today = self._get_today()
        return [
            sheet
            for dimension, results in docs.grouped("dimension_id").items()
            for sheet in self._get_lists(
                dimension, today, [(r._get_subject(), r.grade_id, r.date_since) for r in results]
            )
        ]

    def _get_lists(self, dimension, day, rows):
        """Return a sheet for each grade, best first, of ``(subject, grade, since)``."""
        subjects = self._filter_readable(rows)
        cells = self._get_cells(subjects, day)
        by_grade = {}
        for subject, grade, since in rows:
            if subject in subjects:
                line = {"name": subject.display_name, "since": since, **cells[subject]}
                by_grade.setdefault(grade.sudo(), []).append(line)
        return [
            {
                "template": "customer_grading_paper.list_of_grade",
                "title": self._get_title(grade),
                "subtitle": self._get_subtitle(grade.name, dimension, day, len(lines)),
                "lines": sorted(lines, key=lambda line: line["name"].lower()),
            }
            for grade, lines in sorted(
                by_grade.items(), key=lambda item: (not item[0], item[0].sequence, item[0].id)
            )
        ]

    def _get_title(self, grade):
        return self.env._("List %s", grade.code) if grade else self.env._("Not graded")

    def _get_subtitle(self, kind, dimension, day, count):
        """Return what list it is, of which day, and how many stand on it."""
        count = self.env._("%s in all", count)
        parts = (kind, dimension.sudo().name, format_date(self.env, day), count)
        return " · ".join(filter(None, parts))

    @staticmethod
    def _get_number(subject):
        """Return the number of a customer; opportunities have none."""
        return subject.ref if "ref" in subject._fields else ""

    @staticmethod
    def _filter_readable(rows):
        """Return the subjects that the user may see."""
        if not rows:
            return None
        subjects = rows[0][0].browse({subject.id for subject, _grade, _since in rows})
        return subjects._filtered_access("read")

    def _get_cells(self, subjects, day):
        """Return ``{subject: the rest of its line}``."""
        if not subjects:
            return {}
        Plan = self.env["customer.grading.support.plan"]
        plans = Plan._get_plans(subjects, day.year, self.env.company)
        revenues = {}
        if subjects._name == "res.partner":
            revenues = self._get_revenue_texts(subjects, day)
        return {
            subject: {
                "number": self._get_number(subject),
                "salesperson": self._get_salesperson(subject),
                "revenue": revenues.get(subject, ""),
                "plan": plans.get(subject, ""),
            }
            for subject in subjects
        }
