from odoo import api, models

from .customer_grading_rule import LEVEL_OPERATORS, POINTS_OPERATORS, VALUE_OPERATORS


class CustomerGradingExplanation(models.AbstractModel):
    """Says in one sentence why a grade moved."""

    _inherit = "customer.grading.explanation"

    @api.model
    def _get_reason_text(self, records, figures=True):
        """Return ``{record: one sentence}`` for changes, lines of a try-on or results.

        :param figures: whether they stand in it where the user may see them
        """
        explanations = self._explain(records)
        shown = set()
        if figures:
            shown.update(self._get_figures_records(records.partner_id))
            shown.update(self._get_figures_records(records.lead_id))
        return {
            record: self._get_reason(
                record.sudo(), explanations.get(record), record._get_subject() in shown
            )
            for record in records
        }

    def _get_reason(self, record, explanation, figures):
        from_grade, grade = self._get_move(record)
        if record._name == "customer.grading.change" and record.origin != "computed":
            return self._get_given_text(record)
        if not explanation:
            return self._get_text_without_explanation(record, grade)
        if explanation.grade != grade and self._is_step(record, explanation):
            return self.env._("A step towards %s", explanation.grade.code)
        if explanation.grade != grade:
            return self.env._("The policy was changed since then.")
        fell = from_grade and (not grade or explanation.is_better(from_grade))
        if record._name == "customer.grading.change":
            fell = record.direction in ("down", "lost")  # as the grades ranked then
        text = self._get_move_text(explanation, from_grade, figures, fell)
        return text[:1].upper() + text[1:]

    @staticmethod
    def _is_step(record, explanation):
        """Whether a change went to the next grade on the way to the computed one."""
        return (
            record._name == "customer.grading.change"
            and record.policy_id.one_step
            and bool(record.from_grade_id and record.grade_id and explanation.grade)
        )

    @staticmethod
    def _get_move(record):
        """Return the grade before, and the grade to be explained."""
        if record._name == "customer.grading.change":
            return record.from_grade_id, record.grade_id
        if record._name == "customer.grading.run.line":
            return record.current_grade_id, record.grade_id
        return record.previous_grade_id, record.computed_grade_id

    def _get_given_text(self, change):
        """Return the reason that was given, with what was done where that is no grade."""
        done, note = self._get_origin_text(change.origin), change.note
        if note and change.origin in ("freeze", "exclude"):
            return self.env._("%(done)s: %(reason)s", done=done, reason=note)
        return note or done

    def _get_origin_text(self, origin):
        return {
            "manual": self.env._("Set by hand"),
            "manual_end": self.env._("The grade set by hand ended"),
            "merge": self.env._("Contacts were merged"),
            "probation": self.env._("The probation is over"),
            "freeze": self.env._("Frozen"),
            "exclude": self.env._("Excluded from grading"),
            "undo": self.env._("Undone"),
        }.get(origin, "")

    def _get_text_without_explanation(self, record, grade):
        if record._name == "customer.grading.run.line":
            return self.env._("The policy was changed since then.")
        if grade:
            return ""
        return record.dimension_id._choose_text(
            self.env._("No policy grades this customer any more"),
            self.env._("No policy grades this opportunity any more"),
        )

    def _get_move_text(self, explanation, from_grade, figures, fell):
        """Return what brought a customer from ``from_grade`` to the grade explained."""
        if fell or not explanation.grade:
            return self._get_loss_text(explanation, from_grade, figures)
        texts = [
            self._get_met_text(explanation, condition, figures)
            for condition in self._get_decisive_conditions(explanation, from_grade)
        ]
        return self._shorten(texts) or self._get_loss_text(explanation, from_grade, figures)

    def _get_loss_text(self, explanation, from_grade, figures):
        """Return what keeps a customer from the grade before, or from the next better one."""
        lost = self._get_lost_rule(explanation, from_grade)
        rule = lost or explanation.get_next_rule()
        if not rule:
            return self.env._("For everybody else") if explanation.grade else ""
        texts = [
            self._get_gap_text(explanation, gap, figures, fell=bool(lost))
            for gap in explanation.get_gaps(rule)
        ]
        if lost:
            return self._shorten(texts)
        return self.env._(
            "Not %(grade)s: %(reason)s", grade=rule.grade_id.code, reason=self._shorten(texts)
        )

    @staticmethod
    def _get_lost_rule(explanation, from_grade):
        """Return the requirement of the grade before that the least keeps from, if any."""
        rules = explanation.policy.rule_ids.filtered(
            lambda rule: rule.grade_id == from_grade and not explanation.holds[rule]
        )
        return min(
            rules,
            key=lambda rule: explanation.get_effort(explanation.get_gaps(rule)),
            default=None,
        )

    @staticmethod
    def _get_decisive_conditions(explanation, from_grade):
        """Return the met conditions that the grade before did not ask for."""
        before = explanation.policy.rule_ids.filtered(lambda rule: rule.grade_id == from_grade)
        asked = [line for rule in before for line in explanation.get_conditions(rule)]
        met = explanation.get_conditions(explanation.rule).filtered(
            lambda line: explanation.holds[line]
        )
        new = met.filtered(lambda line: not any(old._implies(line) for old in asked)) or met
        # What is counted tells more than what a customer is.
        return new.sorted(lambda line: line.operator not in VALUE_OPERATORS)

    def _shorten(self, texts):
        """Return the first of several reasons, and how many more there are."""
        texts = list(dict.fromkeys(filter(None, texts)))
        if len(texts) < 2:
            return "".join(texts)
        if len(texts) == 2:
            return self.env["customer.grading.measure"]._join_list(texts)
        return self.env._("%(reason)s; and %(count)s more", reason=texts[0], count=len(texts) - 1)

    # ------------------------------------------------------------------ one condition

    def _get_met_text(self, explanation, condition, figures):
        """Return that a condition is met, with the value where it may be seen."""
        criterion = condition.criterion_id
        text = condition._get_condition_text()
        if condition._asks_for_none():
            return text
        if condition.operator in ("ge", "points_ge"):
            text = self.env._(
                "%(criterion)s reached %(limit)s",
                criterion=criterion._get_label(),
                limit=condition._format_limit(condition.value),
            )
        return self._add_value(text, explanation, condition, figures, "near")

    def _get_gap_text(self, explanation, gap, figures, fell=False):
        """Return that a condition is not met, with the value where it may be seen.

        :param fell: whether it was met before
        """
        condition, criterion = gap.condition, gap.condition.criterion_id
        if explanation.holds[condition] is None:
            return self._get_unknown_text(explanation, criterion)
        if not gap.wanted:
            return self.env._("%s, which it must not", condition._get_condition_text())
        if condition.operator in ("yes", "no"):
            return condition._get_yes_no_text(opposite=True)
        distance = explanation.get_distance(condition)
        if distance is None or condition.operator in LEVEL_OPERATORS:
            text = self._get_level_gap_text(condition, fell)
        else:
            text = self._get_limit_gap_text(explanation, condition, distance, fell)
        towards = "up" if (distance or 0) < 0 else "down"
        return self._add_value(text, explanation, condition, figures, towards)

    def _get_unknown_text(self, explanation, criterion):
        parts = explanation.get_unknown_parts(criterion) or criterion
        texts = [
            self.env._("“%s” has no answer", part.name)
            if part.measure_id.kind == "question"
            else self.env._("%s is unknown", part._get_label())
            for part in parts
        ]
        return self._shorten(texts)

    def _get_level_gap_text(self, condition, fell):
        text = condition._get_condition_text()
        return self.env._("no longer: %s", text) if fell else self.env._("not: %s", text)

    def _get_limit_gap_text(self, explanation, condition, distance, fell):
        """Return on which side of its limit an unmet number is."""
        least, most = explanation.get_limits(condition)
        too_much = least is None or distance < 0
        names = {
            "criterion": condition.criterion_id._get_label(),
            "limit": condition._format_limit(most if too_much else least),
        }
        operator = condition.operator.removeprefix("points_")
        if operator == "gt":
            return self.env._("%(criterion)s is not above %(limit)s", **names)
        if operator == "lt":
            return self.env._("%(criterion)s is not below %(limit)s", **names)
        if too_much:
            rose, above = (
                self.env._("%(criterion)s rose above %(limit)s"),
                self.env._("%(criterion)s is above %(limit)s"),
            )
            return (rose if fell else above) % names
        dropped = self.env._("%(criterion)s fell below %(limit)s")
        below = self.env._("%(criterion)s is below %(limit)s")
        return (dropped if fell else below) % names

    def _add_value(self, text, explanation, condition, figures, towards):
        """Return ``text`` with the value it speaks of, where the user may see it."""
        criterion = condition.criterion_id
        value = explanation.get_compared(condition)
        if value is None or isinstance(value, bool) or not figures or self._hides(criterion):
            return text
        if condition.operator in POINTS_OPERATORS:
            value = criterion._format_points(value, towards)
        else:
            value = criterion._format_value(value, towards)
        return self.env._("%(reason)s: %(value)s", reason=text, value=value)


class CustomerGradingChange(models.Model):
    _inherit = "customer.grading.change"

    @api.depends("origin", "note", "grade_id", "from_grade_id", "policy_id", "run_id")
    @api.depends_context("uid", "lang", "company")
    def _compute_reason(self):
        reasons = self.env["customer.grading.explanation"]._get_reason_text(self)
        for change in self:
            change.reason = reasons.get(change)


class CustomerGradingRunLine(models.Model):
    _inherit = "customer.grading.run.line"

    @api.depends("grade_id", "current_grade_id", "run_id")
    @api.depends_context("uid", "lang", "company")
    def _compute_why(self):
        reasons = self.env["customer.grading.explanation"]._get_reason_text(self)
        for line in self:
            line.why = reasons.get(line)
