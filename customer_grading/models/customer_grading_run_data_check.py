from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradingRun(models.Model):
    """What a try-on could not know: the data check on its page."""

    _inherit = "customer.grading.run"

    data_check = fields.Json(compute="_compute_data_check")

    @api.depends("state", "policy_id")
    @api.depends_context("lang")
    def _compute_data_check(self):
        for run in self:
            criteria = run.policy_id.sudo()._get_measured_criteria()
            looked = run.mode == "preview" and run.state == "done"
            if not looked or not criteria or not run.graded_count + run.not_graded_count:
                run.data_check = False
                continue
            run.data_check = [
                {
                    "title": self.env._("4 Data check"),
                    "blocks": run._get_known_blocks(criteria),
                }
            ]

    def _get_known_blocks(self, criteria):
        known = self._count_known(criteria)
        rows = [self._get_known_row(criterion, *known[criterion]) for criterion in criteria]
        columns = [
            self.env._("Criterion"),
            self.env._("Known for"),
            self.env._("What is missing"),
            self.env._("What to do"),
        ]
        blocks = [{"title": self.env._("Criterion"), "columns": columns, "rows": rows}]
        if row := self._get_payment_row(criteria):
            blocks.append({"title": self.env._("Payments"), "columns": columns[:2], "rows": [row]})
        return blocks

    def _count_known(self, criteria):
        """Return of how many customers each criterion is known, and who misses a grade by it.

        Somebody misses a grade by a criterion when its requirement neither holds nor
        fails, the criterion is in it and unknown, and the grade is better than what the
        customer gets.

        :return: ``{criterion: (share known, best grade missed, number that miss it)}``
        """
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        scope = self._get_scope()
        terms, joins = engine._get_terms(policy, scope)
        missed = {
            (criterion, rule): self._get_missed_sql(criterion, rule, terms, scope)
            for rule in policy.rule_ids
            for criterion in rule.line_ids.criterion_id & criteria
        }
        columns = [SQL("COUNT(*)")]
        columns += [SQL("COUNT(%s)", terms[criterion].value) for criterion in criteria]
        columns += [SQL("COUNT(*) FILTER (WHERE %s)", sql) for sql in missed.values()]
        kept = engine._get_kept_values_sql(
            policy, self.env["customer.grading.run.line"], SQL("kept.run_id = %s", self.id)
        )
        statement = SQL(
            "SELECT %s FROM (%s) raw"
            " JOIN customer_grading_run_line line ON line.id = raw.subject_id"
            " LEFT JOIN customer_grade given ON given.id = line.grade_id %s",
            SQL(", ").join(columns),
            kept,
            joins,
        )
        [[total, *counts]] = self.env.execute_query(statement)
        known = dict(zip(criteria, counts[: len(criteria)], strict=True))
        misses = dict(zip(missed, counts[len(criteria) :], strict=True))
        return {
            criterion: (known[criterion], total, *self._get_best_missed(criterion, misses))
            for criterion in criteria
        }

    @staticmethod
    def _get_missed_sql(criterion, rule, terms, scope):
        return SQL(
            "%(value)s IS NULL AND %(holds)s IS NULL"
            " AND (given.id IS NULL OR (given.sequence, given.id) > (%(sequence)s, %(grade)s))",
            value=terms[criterion].value,
            holds=rule._get_holds_sql(terms, scope),
            sequence=rule.grade_id.sequence,
            grade=rule.grade_id.id,
        )

    @staticmethod
    def _get_best_missed(criterion, misses):
        """Return the best grade that somebody misses by ``criterion``, and how many do."""
        missed = [(rule.grade_id, n) for (c, rule), n in misses.items() if c == criterion and n]
        missed.sort(key=lambda pair: (pair[0].sequence, pair[0].id))
        return missed[0] if missed else (None, 0)

    def _get_known_row(self, criterion, known, total, grade, missing):
        cells = [
            {"text": criterion._to_text()},
            self._get_share_cell(known, total) if known else {"text": "0 %", "align": "end"},
            {"text": ""},
            {"text": ""},
        ]
        if missing == 1:
            cells[2]["text"] = self.dimension_id._choose_text(
                self.env._("1 customer misses %s by it", grade.code),
                self.env._("1 opportunity misses %s by it", grade.code),
            )
        elif missing:
            names = {"count": self._format_count(missing), "grade": grade.code}
            cells[2]["text"] = self.dimension_id._choose_text(
                self.env._("%(count)s customers miss %(grade)s by it", **names),
                self.env._("%(count)s opportunities miss %(grade)s by it", **names),
            )
        if known < total:
            is_question = criterion.measure_id.kind == "question"
            ask, see = self.env._("Ask for answers"), self.env._("See them")
            if is_question:
                cells[3].update(
                    text=ask,
                    model=criterion._name,
                    method="action_ask_for_answers",
                    ids=criterion.ids,
                )
            else:
                cells[3].update(
                    text=see,
                    action=self._get_lines_action(
                        [("unknown_criterion_id", "=", criterion.id)], criterion.name
                    ),
                )
        mark = "met" if known == total else "missing" if missing else None
        return {"mark": mark, "cells": cells}

    def _get_payment_row(self, criteria):
        """Return how many payments are not matched, where payment behaviour decides."""
        measures = criteria.measure_id
        measures |= measures.numerator_id | measures.denominator_id | measures.base_measure_id
        if "3_payments" not in measures.mapped("category"):
            return None
        domain = [
            ("partner_type", "=", "customer"),
            ("payment_type", "=", "inbound"),
            ("state", "in", ("in_process", "paid")),
            ("is_reconciled", "=", False),
            ("company_id", "in", list(self._get_scope().company_ids)),
        ]
        count = self.env["account.payment"].sudo().search_count(domain)
        if not count:
            return None
        cell = {"text": self.env._("Open them")}
        if self.env["account.payment"].has_access("read"):
            cell["action"] = {
                "type": "ir.actions.act_window",
                "name": self.env._("Payments not matched to invoices"),
                "res_model": "account.payment",
                "views": [[False, "list"], [False, "form"]],
                "domain": domain,
            }
        text = (
            self.env._("1 payment is not matched to invoices: “late” is not to be trusted.")
            if count == 1
            else self.env._(
                "%s payments are not matched to invoices: “late” is not to be trusted.",
                self._format_count(count),
            )
        )
        return {"mark": "missing", "cells": [{"text": text}, cell]}
