from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Domain

from .customer_grading_rule import LEVEL_OPERATORS, POINTS_OPERATORS

MARKS = {True: "met", False: "unmet", None: "missing"}


class View(NamedTuple):
    """What a sheet is written from, and how much of it the reader may see."""

    record: Any  # the customer or the opportunity
    result: Any
    explanation: Any
    scope: Any
    figures: bool
    answers: dict  # {question: the answer that counts}


class CustomerGradingSheet(models.AbstractModel):
    """The blocks that say why a grade is given, and why none that is better."""

    _inherit = "customer.grading.sheet"

    def _get_explanation_blocks(self, record, result, explanation):
        """Return the blocks: points, why, why not better."""
        if not explanation:
            return []
        view = self._get_view(record, result, explanation)
        score, rule = explanation.policy.score_criterion_id, explanation.rule
        next_rule = explanation.get_next_rule()
        blocks = [self._get_points_block(view, score, next_rule)] if score else []
        if self._asks_beyond(view, rule, score):
            blocks.append(self._get_why_block(view, rule, best=not next_rule))
        elif rule and not score:
            title, text = self._get_why_title(view, rule), self.env._("Fits no better grade.")
            blocks.append(self._prepare_block(title, text=text))
        if self._asks_beyond(view, next_rule, score):
            blocks.append(self._get_why_not_block(view, next_rule))
        return blocks

    def _get_view(self, record, result, explanation):
        engine = self.env["customer.grading.engine"].sudo()
        scope = engine._get_scope(
            explanation.policy, explanation.company, explanation.date, record.ids
        )
        shown = self.env["customer.grading.explanation"]._get_figures_records(record)
        answers = {}
        for answer in self._get_answers(result, explanation, scope):
            answers.setdefault(answer.question_id, answer)
        return View(record, result, explanation, scope, bool(shown), answers)

    def _get_answers(self, result, explanation, scope):
        questions = explanation.policy.criterion_ids._get_question()
        return (
            self.env["customer.grading.answer"]
            .sudo()
            .search(
                (
                    Domain("partner_id.commercial_partner_id", "=", result._get_customer().id)
                    | Domain("lead_id", "=", result.lead_id.id or 0)
                )
                & Domain(
                    [
                        ("question_id", "in", (questions | questions.contrary_ids).ids),
                        ("company_id", "in", scope.company_ids),
                        ("date", "<=", scope.date),
                    ]
                )
            )
        )

    @staticmethod
    def _asks_beyond(view, rule, score):
        """Whether a requirement asks for more than the total of points, which has its block."""
        conditions = view.explanation.get_conditions(rule) if rule else ()
        return any(condition.criterion_id != score for condition in conditions)

    # ------------------------------------------------------------------ why

    def _get_why_block(self, view, rule, best):
        """Return what the grade asks for, and the rank where no better grade tells it."""
        lines = view.explanation.get_lines(rule)
        met = all(view.explanation.holds[line] for line in lines)
        title = self._get_why_title(view, rule, met and rule.kind == "all")
        if rule.kind != "all":
            title = self.env._("%(why)s: %(group)s", why=title, group=rule._get_group_name())
            lines = lines.filtered(lambda line: not self._is_aside(view, rule, line))
        conditions = view.explanation.get_conditions(rule) if best else ()
        ranks = [self._get_rank_text(view, condition) for condition in conditions]
        rows = self._get_rows(view, lines)
        columns = self._get_columns(view, self.env._("Based on"))
        return self._prepare_block(title, columns, rows, "\n".join(filter(None, ranks)) or None)

    def _get_why_title(self, view, rule, met=False):
        """Return the title of why, which tells a computed grade from the one in effect.

        :param met: whether all that is asked is met
        """
        grade = rule.grade_id.code
        if view.result.grade_id == rule.grade_id:
            return self.env._("Why %s: all met", grade) if met else self.env._("Why %s", grade)
        if met:
            return self.env._("Why %s is computed: all met", grade)
        return self.env._("Why %s is computed", grade)

    def _get_why_not_block(self, view, rule):
        """Return what of the next better grade's requirement is not met, and how far off."""
        explanation = view.explanation
        lines = explanation.get_lines(rule)
        unmet = lines.filtered(lambda line: not explanation.holds[line])
        names = {"grade": rule.grade_id.code, "unmet": len(unmet), "count": len(lines)}
        if explanation.grade:
            title = self.env._("Why not %(grade)s: %(unmet)s of %(count)s not met", **names)
        else:
            title = self.env._("Nearest is %(grade)s: %(unmet)s of %(count)s not met", **names)
        if rule.kind == "any" and explanation.grade:
            title = self.env._("Why not %(grade)s: none of %(count)s met, one is enough", **names)
        elif rule.kind == "any":
            title = self.env._(
                "Nearest is %(grade)s: none of %(count)s met, one is enough", **names
            )
        elif rule.kind != "all":
            group = rule._get_group_name()
            title = self.env._("%(why)s: %(group)s", why=title, group=group)
            unmet = lines
        if not unmet and rule.limit_count:
            title = self.env._("Why not %(grade)s: there is no room left", **names)
            return self._prepare_block(title, [], [], rule._get_limit_text())
        rows = self._get_rows(view, unmet, missing=True)
        columns = self._get_columns(view, self.env._("Missing"))
        return self._prepare_block(title, columns, rows, self._get_reach_text(view, rule))

    def _get_columns(self, view, last):
        value = [self.env._("Is")] if view.figures else []
        return [self.env._("Criterion"), self.env._("Asked"), *value, last, ""]

    def _get_rows(self, view, lines, missing=False, indent=0, muted=False):
        """Return a row for each condition, and for each group with its lines below.

        Lines of a group that do not count for how it turned out are muted.

        :param missing: whether to tell what is missing, rather than where a value is from
        """
        rows = []
        for line in lines:
            holds = view.explanation.holds[line]
            if line.kind == "condition":
                cells = self._get_condition_cells(view, line, missing)
            else:
                cells = [line._get_group_name(), *[""] * (4 if view.figures else 3)]
            rows.append(self._prepare_row(MARKS[holds], *cells, indent=indent, muted=muted))
            for child in view.explanation.get_lines(line):
                aside = muted or self._is_aside(view, line, child)
                rows += self._get_rows(view, child, missing, indent + 1, aside)
        return rows

    @staticmethod
    def _is_aside(view, group, line):
        """Whether a line of a group has no part in how the group turned out."""
        holds = view.explanation.holds
        if group.kind in ("any", "at_least"):
            return bool(holds[group]) and not holds[line]
        return group.kind == "all" and not holds[group] and bool(holds[line])

    def _get_condition_cells(self, view, condition, missing):
        criterion = condition.criterion_id
        asked = {"text": condition._get_asked_text(), "align": "end"}
        value = [self._get_value_cell(view, condition)] if view.figures else []
        if missing:
            last = self._get_distance_text(view, condition) or self._get_lapse_text(view, criterion)
        else:
            last = self._get_source_text(view, criterion)
        return [criterion._get_label(), asked, *value, last, self._get_link_cell(view, criterion)]

    def _sees(self, view, criterion):
        hidden = self.env["customer.grading.explanation"]._hides(criterion)
        return view.figures and not hidden

    def _get_value_cell(self, view, condition):
        criterion = condition.criterion_id
        if not self._sees(view, criterion):
            return {"text": self.env._("hidden"), "align": "end"}
        explanation = view.explanation
        value = explanation.get_compared(condition)
        if value is None:
            return {"text": self._get_unknown_value_text(criterion), "align": "end"}
        if condition.operator in POINTS_OPERATORS:
            return {"text": criterion._format_points(value, "down"), "align": "end"}
        distance = explanation.get_distance(condition)
        text = criterion._format_value(value, "up" if (distance or 0) < 0 else "down")
        named = condition.operator in LEVEL_OPERATORS and not criterion._is_ranked()
        level = self._get_level_name(explanation, criterion) if named else ""
        if level and level != text:
            text = self.env._("%(level)s (%(value)s)", level=level, value=text)
        return {"text": text, "align": "end"}

    def _get_unknown_value_text(self, criterion):
        if criterion.measure_id.kind == "question":
            return self.env._("no answer")
        return self.env._("unknown")

    @staticmethod
    def _get_level_name(explanation, criterion):
        rank = explanation.readings[criterion].level
        ranks = criterion._get_level_ranks()
        return next((band.level for band, number in ranks.items() if number == rank), "") or ""

    # ------------------------------------------------------------------ where it is from

    def _get_source_text(self, view, criterion):
        """Return what a value is read from: its dates, its base, who answered."""
        if answer := view.answers.get(criterion._get_question()):
            return self._get_lapse_text(view, criterion) or self.env._(
                "answered %(date)s by %(user)s",
                date=self._format_date(answer.date),
                user=answer.user_id.name,
            )
        raw = view.explanation.readings[criterion].raw
        is_age = criterion.unit in ("days", "months")
        if is_age and raw and self._sees(view, criterion):
            return self._format_date(raw)
        dates = criterion._get_dates_text(view.explanation.date)
        base = criterion._get_base_text()
        if dates and base:
            return self.env._("%(dates)s, %(base)s", dates=dates, base=base)
        return dates or base

    def _get_lapse_text(self, view, criterion):
        """Return why the last answer does not count: its end, a later contrary fact, too new."""
        answer = view.answers.get(criterion._get_question())
        if not answer:
            return ""
        names = {
            "date": self._format_date(answer.date),
            "user": answer.user_id.name,
            "end": self._format_date(answer.valid_until),
        }
        if not answer._counts_on(view.scope.date):
            return self.env._("answered %(date)s by %(user)s; ended %(end)s", **names)
        if later := answer._get_outdating(view.answers):
            return self.env._(
                "answered %(date)s by %(user)s; outdated by a yes to “%(question)s” of %(later)s",
                question=later.question_id.name,
                later=self._format_date(later.date),
                **names,
            )
        if view.explanation.readings[criterion].raw is None:
            return self.env._(
                "answered %(date)s by %(user)s; counts from the next grading", **names
            )
        return ""

    def _get_link_cell(self, view, criterion):
        """Return the cell that opens the documents, or asks for the answer."""
        if criterion.measure_id.kind == "question":
            return self._get_answer_cell(view, criterion)
        return criterion._get_documents_cell(view.record, view.scope, self._sees(view, criterion))

    def _get_answer_cell(self, view, criterion):
        question = criterion.question_id
        if not question.sudo(False)._filter_may_answer():
            return {"text": self.env._("asked of %s", question._get_asked_of_text())}
        subject = view.result._get_customer()
        if question.subject == "lead":
            subject = view.result.lead_id
        if not subject:
            return {"text": self.env._("no customer yet")}
        action = {
            "type": "ir.actions.act_window",
            "name": question.name,
            "res_model": "customer.grading.answer",
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                f"default_{subject._grading_result_field}": subject.id,
                "default_question_id": question.id,
                "default_company_id": view.explanation.company.id or self.env.company.id,
            },
        }
        return {"text": self.env._("Answer"), "action": action}
