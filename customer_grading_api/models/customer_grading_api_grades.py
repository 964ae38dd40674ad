from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerGradingApiGrades(models.AbstractModel):
    """Puts the grades of records together, of today and of a past day, by a few queries for all."""

    _name = "customer.grading.api.grades"
    _inherit = ["customer.grading.api"]
    _description = "Grades for Other Programs"

    def _get_grades(self, records, code=None, day=None):
        """Return what :meth:`get_grades` of graded records gives."""
        make_rows = self._get_rows_of_day if day else self._get_rows
        rows = {record: [] for record in records}
        for dimension in self._get_dimensions(records, code):
            graded = self._get_graded(records, dimension)
            if code is None and not self._is_of_interest(dimension, graded):
                continue
            for record, row in make_rows(dimension, graded, day).items():
                rows[record].append(row)
        return [{**self._make_record(record), "grades": grades} for record, grades in rows.items()]

    def _get_graded(self, records, dimension):
        """Return ``{record: (what is graded of it, its result or none)}``, sudoed.

        A contact has what its company has; of a dimension of people only people are there.
        """
        kind = dimension._get_subject_kind()
        of = {record: record._get_graded(kind.name) for record in records.sudo()}
        companies = dimension._get_result_company_ids(self.env.company)
        own = [
            ("dimension_id", "=", dimension.id),
            ("company_id", "in", companies),
            (kind.field, "in", [graded.id for graded in of.values()]),
        ]
        Result = self.env["customer.grading.result"].sudo()
        # The nearest company's comes last, and stays.
        results = Result.search(own).sorted(lambda r: -companies.index(r.company_id.id))
        found = {result[kind.field]: result for result in results}
        return {
            record.sudo(False): (graded, found.get(graded, Result))
            for record, graded in of.items()
            if graded
        }

    def _is_of_interest(self, dimension, graded):
        """Whether something is known of a dimension, or could be: a policy is running."""
        if any(result for _of, result in graded.values()):
            return True
        _company, policies = self.env["customer.grading.policy"]._get_in_force(
            dimension, self.env.company
        )
        return bool(policies)

    def _get_rows(self, dimension, graded, _day):
        """Return ``{record: its grade of today, and what is known of it}``."""
        results = self.env["customer.grading.result"].sudo()
        marks = results.union(*(result for _of, result in graded.values()))._get_marks()
        return {
            record: {
                **self._make_head(dimension, of, result),
                **self._make_grade(result.grade_id),
                "since": self._make_day(result.date_since),
                "policy": result.policy_id.display_name or None,
                "policy_key": result.policy_id.key or None,
                "computed": result.computed_grade_id.code or None,
                "state": result.reason or None,
                "by_hand": self._make_by_hand(result),
                "mark": marks.get(result) or None,
                "provisional_until": self._make_day(result.date_provisional),
                "next_decision": self._make_day(result.date_due),
            }
            for record, (of, result) in graded.items()
        }

    def _get_rows_of_day(self, dimension, graded, day):
        """Return ``{record: its grade of a past day}``.

        :raise UserError: where no addon tells it, or for a day to come
        """
        Change = self.env["customer.grading.change"].sudo()
        if not hasattr(Change, "_get_held_sql"):
            raise UserError(
                self.env._(
                    "Grades of past days are told by the addon “Grades on a Date”. Install it, or "
                    "leave “date” out."
                )
            )
        if day > self.env["customer.grading.engine"]._get_today(self.env.company):
            raise UserError(self.env._("Nobody knows the grades of a day to come."))
        held = Domain.custom(to_sql=lambda _model, alias, _query: Change._get_held_sql(alias, day))
        ids = [result.id for _of, result in graded.values()]
        changes = Change.search(Domain("result_id", "in", ids) & held, order="id")
        by_result = {change.result_id: change for change in changes}
        rows = {}
        for record, (of, result) in graded.items():
            change = by_result.get(result, Change)
            rows[record] = {
                **self._make_head(dimension, of, result),
                **self._make_grade(change.grade_id),
                "date": self._make_day(day),
                "since": self._make_day(change.date_applied),
                "until": self._make_day(change.date_end),
            }
        return rows

    # ------------------------------------------------------------------ parts of a row

    def _make_head(self, dimension, of, result):
        return {
            "dimension": dimension.code,
            "of": self._make_record(of),
            "company_id": result.company_id.id or None,
            "result_id": result.id or None,
        }

    @staticmethod
    def _make_grade(grade):
        return {"grade": grade.code or None, "name": grade.name or None}

    def _make_by_hand(self, result):
        """Return what people decided, ``None`` where nothing is by hand."""
        if not result._is_by_hand():
            return None
        return {
            "kind": result.manual_kind or "grade",
            "grade": (result.manual_grade_id or result.grade_id).code or None,
            "reason": result.manual_reason or None,
            "by": result.manual_user_id.name or None,
            "until": self._make_day(result.manual_until),
        }
