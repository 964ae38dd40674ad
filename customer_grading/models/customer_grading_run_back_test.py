from odoo import api, fields, models
from odoo.tools import SQL, format_date


class CustomerGradingRun(models.Model):
    """Grades as of past dates, and counts who had which grade."""

    _inherit = "customer.grading.run"

    # [{"date": date, "counts": {grade id, or "0" for none: number}}], without counts before
    # the date was graded. There are no lines: a count tells all that is asked.
    back_test = fields.Json(readonly=True)
    distribution = fields.Json(compute="_compute_distribution")

    def _grade_back_test(self, commit):
        """Grade by the policy as of each date, and keep the counts only."""
        graded = [self._grade_past_date(*item, commit) for item in enumerate(self.back_test)]
        self._note({"back_test": graded, "graded_count": sum(graded[-1]["counts"].values())})

    def _grade_past_date(self, position, item, commit):
        """Return ``item`` with the counts of its date; cut-offs are those of the date."""
        engine, table = self.env["customer.grading.engine"], self._get_table()
        day = fields.Date.to_date(item["date"])
        policy = self.policy_id.sudo()
        scope = engine._get_scope(policy, self.company_id, day)
        engine._evaluate(policy, scope._replace(past=day < self.date), table)
        counts = self.env.execute_query(
            SQL("SELECT grade_id, COUNT(*) FROM %s GROUP BY grade_id", SQL.identifier(table))
        )
        self._drop(table)
        self._finish_step(commit, (position + 1) * 100 // len(self.back_test))
        return {"date": item["date"], "counts": {str(grade or 0): n for grade, n in counts}}

    # ------------------------------------------------------------------ what came of it

    @api.depends("state", "back_test")
    @api.depends_context("lang")
    def _compute_distribution(self):
        for run in self:
            done = run.mode == "back_test" and run.state == "done"
            run.distribution = done and [
                {
                    "notices": run._get_unknown_notices(),
                    "blocks": [
                        run._get_distribution_block(self.env._("How many"), run._get_number_cells),
                        run._get_distribution_block(self.env._("Share"), run._get_part_cells),
                    ],
                }
            ]

    def _get_distribution_block(self, title, get_cells):
        """Return the table dates x grades, newest date first."""
        counts = [item["counts"] for item in self.back_test]
        ids = {int(grade_id) for by_grade in counts for grade_id in by_grade} - {0}
        grades = self.dimension_id.sudo().grade_ids | self.env["customer.grade"].browse(ids)
        grades = grades.exists().sorted(lambda grade: (grade.sequence, grade.id))
        keys = [*(str(grade.id) for grade in grades), "0"]
        rows = [
            {"cells": [{"text": format_date(self.env, item["date"])}, *get_cells(item, keys)]}
            for item in reversed(self.back_test)
        ]
        columns = [
            title,
            *(grade.code for grade in grades),
            self.env._("Not graded"),
            self._get_subjects_title(),
        ]
        return {"title": title, "columns": columns, "rows": rows}

    def _get_number_cells(self, item, keys):
        numbers = [item["counts"].get(key, 0) for key in keys]
        return [
            {"text": self._format_count(number) if number else "", "align": "end"}
            for number in [*numbers, sum(numbers)]
        ]

    def _get_part_cells(self, item, keys):
        numbers = [item["counts"].get(key, 0) for key in keys]
        return [self._get_share_cell(number, sum(numbers)) for number in [*numbers, sum(numbers)]]

    def _get_unknown_notices(self):
        """Return what of the policy cannot be known for a past date."""
        policy = self.policy_id.sudo()
        criteria = policy._get_measured_criteria()
        unknown = criteria.filtered(
            lambda c: not all(c.measure_id._get_base_measures().mapped("known_for_past"))
        )
        notices = []
        if unknown:
            notices.append(
                self.env._(
                    "Approximate: these are not known for a past day, and count as they are "
                    "today: %s.",
                    policy.criterion_ids.measure_id._join_list(unknown.mapped("name")),
                )
            )
        if not policy._parse_domain().is_true():
            text = policy.criterion_ids.measure_id._get_domain_text(
                policy.domain, policy.subject_model
            )
            notices.append(self.env._("Whom it applies to is looked up as it is today: %s.", text))
        return notices
