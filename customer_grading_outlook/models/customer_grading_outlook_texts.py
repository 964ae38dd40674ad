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
    Figures are in them only where the reader may see them.
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
                told[outlook] = self.env._("hidden") if steps is None else steps
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
            "kept": outlook.grade_id.code or "",
            "date": format_date(self.env, outlook.date_effect or outlook.date),
            "steps": steps or "",
        }
        if outlook.way == "near":
            texts = [self._get_near_sentence(names)]
        elif outlook.way == "manual":
            texts = [self._get_manual_sentence(outlook, names)]
        elif outlook.direction == "rise":
            texts = [self.env._("Rises to %(grade)s on %(date)s, if nothing happens.", **names)]
        else:
            texts = self._get_fall_sentences(outlook, names)
        return join_sentences(self.env, [*texts, *self._get_control_sentences(outlook)])

    def _get_near_sentence(self, names):
        if not names["steps"]:
            return self.env._("One condition is all that is missing for %(grade)s.", **names)
        return self.env._("Rises to %(grade)s with: %(steps)s.", **names)

    def _get_manual_sentence(self, outlook, names):
        if not outlook.to_grade_id:
            return self.env._(
                "Loses its grade on %(date)s, when the one set by hand ends.", **names
            )
        return self.env._(
            "Becomes %(grade)s on %(date)s, when the grade set by hand ends.", **names
        )

    def _get_fall_sentences(self, outlook, names):
        if outlook.direction == "lost":
            yield self.env._("Loses its grade on %(date)s, if nothing happens.", **names)
        else:
            yield self.env._("Falls to %(grade)s on %(date)s, if nothing happens.", **names)
        if names["steps"]:
            yield self.env._("To keep %(kept)s, by then: %(steps)s.", **names)

    def _get_control_sentences(self, outlook):
        """Return what the policy's change control adds: a later day, an approval."""
        if outlook.date and outlook.date_effect and outlook.date < outlook.date_effect:
            day = format_date(self.env, outlook.date)
            yield self.env._("The computed grade changes on %s.", day)
        if outlook.needs_yes:
            yield self.env._("Needs approval first.")

    # ------------------------------------------------------------------ steps

    def _get_steps(self, outlooks):
        """Return ``{outlook: steps in words}``; ``None`` where the reader may not see a figure."""
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
        """Return the steps of one outlook, joined; ``None``: the reader may not see a figure."""
        Why = self.env["customer.grading.explanation.why"]
        gaps = self._get_gaps(case.explanation, outlook)
        if not all(Why._sees(case, gap.condition.criterion_id) for gap in gaps):
            return None
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
