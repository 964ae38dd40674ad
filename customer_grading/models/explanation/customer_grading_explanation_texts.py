from odoo import api, models

from ...tools.texts import join_list
from ..policy.customer_grading_rule import LEVEL_OPERATORS, NUMERIC_OPERATORS, POINTS_OPERATORS

# By which policy a grade was given before: the same one, or another that this one took over from.
SAME, NEW = "same", "new"


class CustomerGradingExplanationTexts(models.AbstractModel):
    """Says in one sentence why a grade moved."""

    _name = "customer.grading.explanation.texts"
    _description = "Reason of a Grade in a Sentence"

    @api.model
    def _get_reason_text(self, records, figures=True):
        """Return ``{record: one sentence}`` for changes, lines of a try-on or results.

        :param figures: whether they stand in it where the user may see them
        """
        Explanation = self.env["customer.grading.explanation"]
        explanations = Explanation._explain(records)
        for record, before in self._get_before(records.sudo()).items():
            if record in explanations:
                explanations[record].before = before
        same = {r: told for r, told in explanations.items() if told.before == SAME}
        self.env["customer.grading.explanation.rates"]._mark(same)
        shown = Explanation._get_shown_subjects(records) if figures else ()
        return {
            record: self._get_reason(
                record.sudo(), explanations.get(record), record._get_subject() in shown
            )
            for record in records
        }

    def _get_reason(self, record, explanation, figures):
        is_change = record._name == "customer.grading.change"
        from_grade, grade = self._get_move(record)
        if is_change and record.origin != "computed":
            return self._get_given_text(record)
        if not explanation:
            return self._get_text_without_explanation(record, grade)
        if explanation.grade != grade:
            ends = from_grade and grade and explanation.grade
            if is_change and record.policy_id.one_step and ends:
                return self.env._("A step towards %s", ends.code)
            return self.env._("The policy was changed since then.")
        if is_change:
            fell = record.direction in ("down", "lost")  # as the grades ranked then
        else:
            fell = from_grade and (not grade or explanation.is_better(from_grade))
        text = self._get_move_text(explanation, from_grade, figures, fell)
        return text[:1].upper() + text[1:]

    # ------------------------------------------------------------------ what was before

    def _get_before(self, records):
        """Return ``{record: SAME or NEW}``: by which policy each had the grade before.

        Left out are those of whom neither is known: it was given by hand, by a policy that
        another one followed long ago, or there was none.
        """
        if records._name == "customer.grading.trial.line":
            told = self._get_before_trial(records)
        else:
            told = self._get_before_move(records)
        return {record: before for record, before in told if before}

    def _get_before_trial(self, lines):
        """Whoever is tried on beside another policy's grade is judged anew."""
        for trial, of_trial in lines.grouped("trial_id").items():
            subject = trial.dimension_id._get_subject_kind().field
            results = (
                self.env["customer.grading.result"]
                .sudo()
                .search_fetch(
                    [
                        ("dimension_id", "=", trial.dimension_id.id),
                        ("company_id", "=", trial.company_id.id),
                        (subject, "in", of_trial[subject].ids),
                    ],
                    [subject, "policy_id"],
                )
            )
            policies = {result[subject]: result.policy_id for result in results}
            for line in of_trial:
                policy = policies.get(line[subject])
                yield line, NEW if policy and policy != trial.policy_id else None

    def _get_before_move(self, records):
        """Tell it of results and changes, from what was in effect before."""
        is_change = records._name == "customer.grading.change"
        Change = self.env["customer.grading.change"].sudo()
        of_these = records.result_id if is_change else records
        in_effect = [("state", "=", "applied"), ("is_aside", "=", False)]
        moves = Change.search(
            [("result_id", "in", of_these.ids), *in_effect], order="date_applied, id"
        ).grouped("result_id")
        for record in records:
            if is_change:
                own = moves.get(record.result_id, Change)
                yield record, self._compare(own.filtered_domain([("id", "<", record.id)]), record)
                continue
            own = moves.get(record, Change)
            if own[-1:].grade_id == record.computed_grade_id:
                yield record, self._compare(own[:-1], own[-1:])
            else:
                yield record, self._compare(own, record)

    @staticmethod
    def _compare(earlier, move):
        """Return SAME, NEW or nothing, by what was in effect before a change or a result."""
        last = earlier[-1:]
        if last and last.policy_id == move.policy_id:
            return SAME if last.origin == "computed" else None
        is_first = move._name == "customer.grading.change" and move.run_id.first
        return NEW if last.policy_id and is_first else None

    @staticmethod
    def _get_move(record):
        """Return the grade before, and the grade to be explained."""
        before, after = {
            "customer.grading.change": ("from_grade_id", "grade_id"),
            "customer.grading.trial.line": ("current_grade_id", "computed_grade_id"),
            "customer.grading.result": ("previous_grade_id", "computed_grade_id"),
        }[record._name]
        return record[before], record[after]

    def _get_given_text(self, change):
        """Return the reason that was given, with what was done where that is no grade."""
        done, note = self._get_origin_text(change.origin), change.note
        if note and change.origin in ("freeze", "exclude"):
            return self.env._("%(done)s: %(reason)s", done=done, reason=note)
        return note or done

    def _get_origin_text(self, origin):
        """Hook: return what was done, by the origin of a change."""
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
        if record._name == "customer.grading.trial.line":
            return self.env._("The policy was changed since then.")
        if grade:
            return ""
        return record.dimension_id._choose_text(
            self.env._("No policy grades this customer any more"),
            self.env._("No policy grades this opportunity any more"),
        )

    def _get_move_text(self, explanation, from_grade, figures, fell):
        """Return what brought a customer from ``from_grade`` to the grade explained."""
        texts = []
        if explanation.grade and not fell:
            texts = [
                self._get_met_text(explanation, condition, figures)
                for condition in explanation.get_decisive_conditions(from_grade)
            ]
        return self._shorten(texts) or self._get_loss_text(explanation, from_grade, figures)

    def _get_loss_text(self, explanation, from_grade, figures):
        """Return what keeps a customer from the grade before, or from the next better one."""
        lost = explanation.get_lost_rule(from_grade)
        rule = lost or explanation.get_next_rule()
        if not rule:
            return self.env._("For everybody else") if explanation.grade else ""
        fell = bool(lost) and explanation.before == SAME
        reason = self._shorten(
            self._get_gap_text(explanation, gap, figures, fell)
            for gap in explanation.get_gaps(rule)
        )
        if lost:
            return reason
        return self.env._("Not %(grade)s: %(reason)s", grade=rule.grade_id.code, reason=reason)

    def _shorten(self, texts):
        """Return the first of several reasons, and how many more there are."""
        texts = list(dict.fromkeys(filter(None, texts)))
        if len(texts) <= 2:
            return join_list(self.env, texts)
        return self.env._("%(reason)s; and %(count)s more", reason=texts[0], count=len(texts) - 1)

    # ------------------------------------------------------------------ one condition

    def _get_met_text(self, explanation, condition, figures):
        """Hook: return that a condition is met, with the value where it may be seen."""
        if condition._asks_for_none() or self._counts_unknown(explanation, condition):
            return condition._get_condition_text()
        if explanation.before == NEW:
            text = self._get_new_text(condition)
        elif condition.operator in ("ge", "points_ge"):
            text = self.env._(
                "%(criterion)s reached %(limit)s",
                criterion=condition.criterion_id._get_label(),
                limit=condition._format_limit(condition.value),
            )
        else:
            text = condition._get_condition_text()
        return self._add_value(text, explanation, condition, figures, "near")

    @staticmethod
    def _counts_unknown(explanation, condition):
        """Whether a condition turned out as it says that unknown counts."""
        unknown = explanation.readings[condition.criterion_id].value is None
        return condition.if_unknown in ("met", "unmet") and unknown

    def _get_gap_text(self, explanation, gap, figures, fell):
        """Hook: return that a condition is not met, with the value where it may be seen.

        :param fell: whether it was met before
        """
        condition = gap.condition
        if explanation.holds[condition] is None or self._counts_unknown(explanation, condition):
            return self._get_unknown_text(explanation, condition.criterion_id)
        if not gap.wanted:
            return self.env._("%s, which it must not", condition._get_condition_text())
        if explanation.before == NEW:
            towards = "up" if (explanation.get_distance(condition) or 0) < 0 else "down"
            text = self._get_new_text(condition)
            return self._add_value(text, explanation, condition, figures, towards)
        if condition.operator in ("yes", "no"):
            return condition._get_yes_no_text(opposite=True)
        distance = explanation.get_distance(condition)
        if distance is None or condition.operator in LEVEL_OPERATORS:
            text = condition._get_condition_text()
            text = self.env._("no longer: %s", text) if fell else self.env._("not: %s", text)
        else:
            text = self._get_limit_gap_text(explanation, condition, distance, fell)
        towards = "up" if (distance or 0) < 0 else "down"
        return self._add_value(text, explanation, condition, figures, towards)

    def _get_new_text(self, condition):
        """Return what another policy asks than the one that gave the grade before."""
        if condition.operator not in NUMERIC_OPERATORS:
            return self.env._("the new policy asks: %s", condition._get_condition_text())
        return self.env._(
            "the new policy asks %(asked)s of %(criterion)s",
            asked=condition._get_asked_text(),
            criterion=condition.criterion_id._get_label(),
        )

    def _get_unknown_text(self, explanation, criterion):
        return self._shorten(
            self.env._("“%s” has no answer", part.name)
            if part.measure_id.kind == "question"
            else self.env._("%s is unknown", part._get_label())
            for part in explanation.get_unknown_parts(criterion) or criterion
        )

    def _get_limit_gap_text(self, explanation, condition, distance, fell):
        """Return on which side of its limit an unmet number is."""
        least, most = explanation.get_limits(condition)
        too_much = least is None or distance < 0
        operator = condition.operator.removeprefix("points_")
        template = {
            "gt": self.env._("%(criterion)s is not above %(limit)s"),
            "lt": self.env._("%(criterion)s is not below %(limit)s"),
        }.get(operator) or {
            (True, True): self.env._("%(criterion)s rose above %(limit)s"),
            (True, False): self.env._("%(criterion)s is above %(limit)s"),
            (False, True): self.env._("%(criterion)s fell below %(limit)s"),
            (False, False): self.env._("%(criterion)s is below %(limit)s"),
        }[too_much, fell]
        return template % {
            "criterion": condition.criterion_id._get_label(),
            "limit": condition._format_limit(most if too_much else least),
        }

    def _add_value(self, text, explanation, condition, figures, towards):
        """Return ``text`` with the value it speaks of, where the user may see it."""
        criterion = condition.criterion_id
        value = explanation.get_compared(condition)
        hidden = not figures or self.env["customer.grading.explanation"]._hides(criterion)
        if value is None or isinstance(value, bool) or hidden:
            return text
        is_points = condition.operator in POINTS_OPERATORS
        format_value = criterion._format_points if is_points else criterion._format_value
        text = self.env._("%(reason)s: %(value)s", reason=text, value=format_value(value, towards))
        if explanation.is_by_rate(condition):
            return self.env._("%s; only exchange rates moved", text)
        return text
