from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.blocks import open_window
from ..policy.customer_grading_criterion import VALUE_KINDS
from ..policy.customer_grading_measure import AGE_UNITS
from ..policy.customer_grading_rule import DATE_OPERATORS, LEVEL_OPERATORS, POINTS_OPERATORS


class Case(NamedTuple):
    """What a page is written from, and how much of it the reader may see."""

    record: Any  # the customer or the opportunity
    result: Any
    explanation: Any
    scope: Any
    figures: bool
    answers: dict  # {question: the answer that counts}
    beside: dict  # {criterion: what is told beside its value}


class CustomerGradingExplanationCells(models.AbstractModel):
    """What stands in a row about a criterion: its value, where that is from, the link to it."""

    _name = "customer.grading.explanation.cells"
    _description = "Cells about a Criterion"

    def _get_case(self, record, result, explanation):
        engine = self.env["customer.grading.engine"].sudo()
        scope = engine._get_scope(
            explanation.policy, explanation.company, explanation.date, record.ids
        )
        shown = self.env["customer.grading.explanation"]._get_figures_records(record)
        criteria = explanation.policy.criterion_ids
        questions = criteria._get_question()
        domain = Domain("partner_id.commercial_partner_id", "=", result._get_customer().id)
        domain &= Domain("question_id.subject", "=", "partner")
        domain |= Domain("lead_id", "=", result.lead_id.id or 0)
        domain |= Domain("partner_id", "=", result.partner_id.id or 0)
        domain &= Domain("question_id", "in", (questions | questions.contrary_ids).ids)
        domain &= Domain("company_id", "in", scope.company_ids) & Domain("date", "<=", scope.date)
        answers = {}
        for answer in self.env["customer.grading.answer"].sudo().search(domain):
            answers.setdefault(answer.question_id, answer)
        beside = criteria._get_beside_texts(record, scope)
        return Case(record, result, explanation, scope, bool(shown), answers, beside)

    def _sees(self, case, criterion):
        """Whether the reader may see the figures of ``criterion``."""
        return case.figures and not self.env["customer.grading.explanation"]._hides(criterion)

    def _get_value_text(self, case, condition):
        """Hook: return the value that a condition looks at, or that it is hidden."""
        criterion, explanation = condition.criterion_id, case.explanation
        if not self._sees(case, criterion):
            return self.env._("hidden")
        value = explanation.get_compared(condition)
        if value is None:
            return self._get_unknown_text(criterion)
        if condition.operator in POINTS_OPERATORS:
            return criterion._format_points(value, "down")
        if condition.operator in DATE_OPERATORS:
            return format_date(self.env, explanation.readings[criterion].raw)
        too_much = (explanation.get_distance(condition) or 0) < 0
        text = criterion._format_value(value, "up" if too_much else "down")
        if criterion._get_question().kind == "date":
            day = format_date(self.env, explanation.readings[criterion].raw)
            text = self.env._("%(level)s (%(value)s)", level=day, value=text)
        level = ""
        if condition.operator in LEVEL_OPERATORS and not criterion._is_ranked():
            reached = explanation.readings[criterion].level
            ranks = criterion._get_level_ranks()
            level = next((band.level for band, rank in ranks.items() if rank == reached), "")
        if level and level != text:
            return self.env._("%(level)s (%(value)s)", level=level, value=text)
        return text

    def _get_unknown_text(self, criterion):
        is_asked = criterion.measure_id.kind == "question"
        return self.env._("no answer") if is_asked else self.env._("unknown")

    # ------------------------------------------------------------------ where it is from

    def _get_source_text(self, case, criterion):
        """Return what a value is read from: its dates, its base, who answered."""
        if answer := case.answers.get(criterion._get_question()):
            return self._get_lapse_text(case, criterion) or self.env._(
                "answered %(date)s by %(user)s",
                date=format_date(self.env, answer.date),
                user=answer.user_id.name,
            )
        if criterion.kind in VALUE_KINDS:
            return self._get_parts_text(case, criterion)
        raw = case.explanation.readings[criterion].raw
        if criterion.unit in AGE_UNITS and raw and self._sees(case, criterion):
            return format_date(self.env, raw)
        dates = criterion._get_dates_text(case.scope)
        base = criterion._get_base_text()
        if dates and base:
            return self.env._("%(dates)s, %(base)s", dates=dates, base=base)
        return dates or base

    def _get_parts_text(self, case, criterion):
        """Return the values that a value was made of: “Silence: 48 days; Usual: 20 days”."""
        readings = case.explanation.readings
        return "; ".join(
            self.env._(
                "%(criterion)s: %(value)s",
                criterion=part.name,
                value=part._format_value(readings[part].value),
            )
            for part in criterion._get_parts()
            if readings[part].value is not None and self._sees(case, part)
        )

    def _get_lapse_text(self, case, criterion):
        """Return why the last answer does not count: its end, a later contrary fact, too new."""
        answer = case.answers.get(criterion._get_question())
        if not answer:
            return ""
        names = {
            "date": format_date(self.env, answer.date),
            "user": answer.user_id.name,
            "end": format_date(self.env, answer.valid_until),
        }
        if not answer._counts_on(case.scope.date):
            return self.env._("answered %(date)s by %(user)s; ended %(end)s", **names)
        if later := answer._get_outdating(case.answers):
            return self.env._(
                "answered %(date)s by %(user)s; outdated by a yes to “%(question)s” of %(later)s",
                question=later.question_id.name,
                later=format_date(self.env, later.date),
                **names,
            )
        if case.explanation.readings[criterion].raw is None:
            return self.env._(
                "answered %(date)s by %(user)s; counts from the next grading", **names
            )
        return ""

    def _get_link_cell(self, case, criterion):
        """Return the cell that opens the documents, or asks for the answer."""
        if criterion.measure_id.kind == "question":
            return self._get_answer_cell(case, criterion.question_id)
        value = case.explanation.readings[criterion].value
        told = criterion._format_value(value, "down") if self._sees(case, criterion) else None
        return criterion._get_documents_cell(case.record, case.scope, told)

    def _get_answer_cell(self, case, question):
        if not question.sudo(False)._filter_may_answer():
            return {"text": self.env._("asked of %s", question._get_asked_of_text())}
        of_subject = question.subject == case.explanation.policy.subject
        subject = case.result._get_subject() if of_subject else case.result._get_customer()
        if not subject:
            return {"text": self.env._("no customer yet")}
        context = {
            f"default_{subject._grading_result_field}": subject.id,
            "default_question_id": question.id,
            "default_company_id": case.explanation.company.id or self.env.company.id,
        }
        action = open_window(
            question.name, "customer.grading.answer", target="new", context=context
        )
        return {"text": self.env._("Answer"), "action": action}
