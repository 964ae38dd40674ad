from datetime import datetime

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_list
from odoo.tools.misc import get_lang


class CustomerGradingMixin(models.AbstractModel):
    """Finds records by the grade that they had on a day, and tells all that they had."""

    _inherit = "customer.grading.mixin"

    customer_grade_history = fields.Char(
        "Grade on a date",
        compute="_compute_customer_grade_history",
        search="_search_customer_grade_history",
        groups=USER_GROUP,
        help="Search for a grade and a date, such as “A 2025-12-31”; for another dimension "
        "with its name before, such as “Credit: A 2025-12-31”; for none, “Not graded "
        "2025-12-31”.",
    )

    @api.depends_context("company", "uid", "lang")
    @api.depends(lambda self: (self._grading_key_field,) if self._grading_subject else ())
    def _compute_customer_grade_history(self):
        """Tell the grades shown, the present one first: “B from 1 Apr; A 1 Jan to 31 Mar”."""
        results = self._get_shown_results()
        applied = [
            ("result_id", "in", [result.id for result in results.values()]),
            ("state", "=", "applied"),
            ("grade_id", "!=", False),
            ("is_aside", "=", False),
        ]
        told = ["result_id", "grade_id", "date_applied", "date_end"]
        Change = self.env["customer.grading.change"].sudo()
        changes = Change.search_fetch(applied, told, order="date_applied desc, id desc")
        lasting = changes.filtered(lambda c: not c.date_end or c.date_end >= c.date_applied)
        by_result = lasting.grouped("result_id")
        for record in self:
            held = by_result.get(results.get(record._get_grading_key()), ())
            record.customer_grade_history = "; ".join(map(self._get_period_text, held))

    @api.model
    def _get_period_text(self, change):
        names = {
            "grade": change.grade_id.code,
            "start": format_date(self.env, change.date_applied),
            "end": format_date(self.env, change.date_end),
        }
        if change.date_end:
            return self.env._("%(grade)s from %(start)s to %(end)s", **names)
        return self.env._("%(grade)s since %(start)s", **names)

    @api.model
    def _search_customer_grade_history(self, operator, value):
        self._check_field_access(self._fields["customer_grade_history"], "read")
        if operator in ("ilike", "like", "=ilike", "=like"):
            operator, value = "in", [value]
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_grade_on_domain(text) for text in value if text)

    def _get_grade_on_domain(self, text):
        """Return the domain of the records that had a grade on a day: “A 2025-12-31”."""
        dimension, grade, day = self._parse_grade_on(text)
        Result = self.env["customer.grading.result"]
        held = self._search_shown(Result._get_held_domain(grade.ids or None, day), dimension)
        return held if grade else ~held

    # ------------------------------------------------------------------ what is typed

    @api.model
    def check_grade_on_a_date(self, text):
        """Refuse what is typed into “Grade on a date” before a filter is made of it.

        :raise AccessError: for who may not see grades
        :raise UserError: where the text names no grade and no date, saying which of them
        """
        self._check_field_access(self._fields["customer_grade_history"], "read")
        self._parse_grade_on(text)

    @api.model
    def _parse_grade_on(self, text):
        """Return what “A 2025-12-31” asks for: dimension, grade (empty: none) and day.

        A dimension that the user may not see is not found, as if there were none.

        :raise UserError: where the text names no grade and no date, saying which of them
        """
        before, _space, day_text = str(text).strip().rpartition(" ")
        name, _colon, grade_text = before.rpartition(":")
        if not grade_text.strip():
            raise UserError(
                self.env._(
                    "“%s” is no grade on a date. Write the grade and the date, such as "
                    "“A 2025-12-31”; for another dimension with its name before, such as "
                    "“Credit: A 2025-12-31”.",
                    text,
                )
            )
        day = self._parse_past_day(day_text)
        dimension = self._find_dimension(name.strip())
        if not dimension:
            raise UserError(self._get_no_dimension_text(name.strip()))
        if grade_text.strip().lower() in ("-", self.env._("Not graded").lower()):
            return dimension, dimension.grade_ids.browse(), day
        if grade := self._find_named_grade(dimension, grade_text):
            return dimension, grade, day
        raise UserError(
            self.env._(
                "“%(grade)s” is no grade of “%(dimension)s”. Its grades: %(grades)s.",
                grade=grade_text.strip(),
                dimension=dimension.name,
                grades=format_list(self.env, dimension.grade_ids.mapped("code")),
            )
        )

    def _get_no_dimension_text(self, name):
        if not name:
            return self.env._("There is no grade here to ask for: nothing is graded yet.")
        visible = self.env["customer.grading.dimension"]._get_visible(self._grading_subject)
        return self.env._(
            "There is no dimension “%(name)s”. Write one of these before the grade: %(names)s.",
            name=name,
            names=format_list(self.env, visible.mapped("name")),
        )

    def _parse_past_day(self, text):
        """Return the date that ``text`` says.

        :raise UserError: where it says none, or a day to come
        """
        day = self._parse_day(text)
        if not day:
            raise UserError(
                self.env._(
                    "“%s” is no date. Write it after the grade, such as “A 2025-12-31”.", text
                )
            )
        if day > self.env["customer.grading.engine"]._get_today(self.env.company):
            raise UserError(
                self.env._(
                    "%s is a day to come: nobody knows the grades of it. Choose today or a day "
                    "before.",
                    format_date(self.env, day),
                )
            )
        return day

    @staticmethod
    def _find_named_grade(dimension, text):
        """Return the grade of that code or name, archived or not."""
        grades = dimension.with_context(active_test=False).grade_ids
        return dimension._find_grade(text) or grades.filtered(
            lambda grade: grade.name.lower() == text.strip().lower()
        )

    def _parse_day(self, text):
        """Return the date that ``text`` says, as ISO or in the user's format, or ``None``."""
        for date_format in ("%Y-%m-%d", get_lang(self.env).date_format):
            try:
                return datetime.strptime(text, date_format).date()
            except ValueError:
                continue
        return None

    def _find_dimension(self, name):
        """Return the dimension of that name or code that the user may see; "": the main one."""
        if not name:
            return self._get_main_dimension()
        visible = self.env["customer.grading.dimension"]._get_visible(self._grading_subject)
        return visible.filtered(
            lambda dimension: name.lower() in (dimension.name.lower(), dimension.code.lower())
        )[:1]
