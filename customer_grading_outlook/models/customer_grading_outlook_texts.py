from odoo import api, models
from odoo.addons.customer_grading.models.explanation.customer_grading_explanation_cells import Case
from odoo.addons.customer_grading.models.policy.customer_grading_measure import AGE_UNITS
from odoo.addons.customer_grading.tools.texts import join_all, join_sentences
from odoo.fields import Domain
from odoo.tools import format_date

SHOWN = 3  # steps that are told one by one


class CustomerGradingOutlookTexts(models.AbstractModel):
    """Says outlooks in words: what keeps a grade, what raises it, from which day on.

    The words are those of “Why this grade?”, read from the values of the day that is told of.
    Figures stand in them only where the reader may see them.
    """

    _name = "customer.grading.outlook.texts"
    _description = "Outlooks in Words"

    @api.model
    def _get_steps_texts(self, outlooks):
        """Return ``{outlook: what it takes}``, a few words each, by one query a policy."""
        told = {}
        for outlook, steps in self._get_steps(outlooks).items():
            if outlook.direction == "rise" and outlook.way != "near":
                told[outlook] = self.env._("Nothing: it comes by itself")
            else:
                told[outlook] = steps
        return told

    @api.model
    def _get_sentences(self, result):
        """Return what is told of ``result``, a sentence or two for each outlook of it.

        What waits for its day already is told by the notices.
        """
        Outlook = self.env["customer.grading.outlook"].sudo()
        domain = Domain("result_id", "=", result.id) & Domain("way", "!=", "held")
        outlooks = Outlook.search(domain & Domain("is_current", "=", True))
        steps = self._get_steps(outlooks) if outlooks else {}
        return [self._get_sentence(outlook, steps.get(outlook)) for outlook in outlooks]

    def _get_sentence(self, outlook, steps):
        names = {
            "grade": outlook.to_grade_id.code or "",
            "date": format_date(self.env, outlook.date_effect or outlook.date),
            "steps": steps or "",
        }
        if outlook.way == "near":
            text = self._get_near_sentence(names)
        elif outlook.way == "manual":
            text = self._get_manual_sentence(outlook, names)
        elif outlook.direction == "rise":
            text = self.env._("Rises to %(grade)s on %(date)s, if nothing happens.", **names)
        else:
            text = self._get_fall_sentence(outlook, names)
        return join_sentences(self.env, [text, *self._get_control_sentences(outlook)])

    def _get_near_sentence(self, names):
        if not names["steps"]:
            return self.env._("One condition is all that is missing for %(grade)s.", **names)
        return self.env._("Rises to %(grade)s with: %(steps)s.", **names)

    def _get_manual_sentence(self, outlook, names):
        if not outlook.to_grade_id:
            return self.env._("On %(date)s the grade by hand ends, and none is computed.", **names)
        return self.env._("From %(date)s on %(grade)s, when the grade by hand ends.", **names)

    def _get_fall_sentence(self, outlook, names):
        lost, kept = outlook.direction == "lost", bool(names["steps"])
        return {
            (False, False): self.env._("Falls to %(grade)s on %(date)s, if nothing happens."),
            (False, True): self.env._(
                "Falls to %(grade)s on %(date)s, unless until then: %(steps)s."
            ),
            (True, False): self.env._("Loses its grade on %(date)s, if nothing happens."),
            (True, True): self.env._("Loses its grade on %(date)s, unless until then: %(steps)s."),
        }[lost, kept] % names

    def _get_control_sentences(self, outlook):
        """Return what the policy's change control adds: a later day, somebody's yes."""
        if outlook.date and outlook.date_effect and outlook.date < outlook.date_effect:
            day = format_date(self.env, outlook.date)
            yield self.env._("Computed from %s on.", day)
        if outlook.needs_yes:
            yield self.env._("Somebody is asked before.")

    # ------------------------------------------------------------------ steps

    def _get_steps(self, outlooks):
        """Return ``{outlook: steps in words}``, empty where the reader may not see a figure."""
        Explanation = self.env["customer.grading.explanation"]
        near = outlooks.filtered(lambda one: one.way == "near")
        by_result = Explanation._explain(near.sudo().result_id)
        explanations = dict(Explanation._explain(outlooks - near))
        shown = Explanation._get_shown_subjects(outlooks)
        told = {}
        for outlook in outlooks:
            one = outlook.sudo()
            explanation = by_result.get(one.result_id) or explanations.get(one)
            if explanation:
                figures = outlook._get_subject() in shown
                case = Case(
                    outlook._get_subject(), one.result_id, explanation, None, figures, {}, {}
                )
                told[outlook] = self._get_steps_text(case, one)
        return told

    def _get_steps_text(self, case, outlook):
        """Return the steps of one outlook, joined."""
        Why = self.env["customer.grading.explanation.why"]
        gaps = self._get_gaps(case.explanation, outlook)
        if not all(Why._sees(case, gap.condition.criterion_id) for gap in gaps):
            return ""
        is_near = outlook.way == "near"
        texts = [self._get_step_text(case, gap, is_near) for gap in gaps]
        texts = list(dict.fromkeys(texts))
        if len(texts) > SHOWN:
            more = self.env._("%s more conditions", len(texts) - SHOWN + 1)
            texts = [*texts[: SHOWN - 1], more]
        return join_all(self.env, texts)

    @staticmethod
    def _get_gaps(explanation, outlook):
        """Return the conditions that would have to turn out otherwise.

        A grade is lost by what it asks for, or by one that is asked before it, and is met.
        """
        kept = outlook.to_grade_id if outlook.way == "near" else outlook.grade_id
        rule = explanation.get_lost_rule(kept)
        if rule:
            return explanation.get_gaps(rule)
        return explanation.get_gaps(explanation.rule, False) if explanation.rule else []

    def _get_step_text(self, case, gap, is_near):
        """Return what closes one gap; of a day to come, how old things are then is not told."""
        condition, Why = gap.condition, self.env["customer.grading.explanation.why"]
        unit = condition.criterion_id.unit
        is_told = unit in ("ratio", *AGE_UNITS) or (unit == "count" and condition._asks_for_none())
        if not is_near and gap.wanted and is_told:
            return condition._get_condition_text()
        return Why._get_step_text(case, gap, {})
