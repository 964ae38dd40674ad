from difflib import SequenceMatcher
from itertools import zip_longest

from odoo import api, models
from odoo.addons.customer_grading.models.policy.customer_grading_policy import PLANNED_STATES
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.texts import join_sentences
from odoo.exceptions import UserError


class CustomerGradingPolicy(models.Model):
    """Says side by side what differs between two policies, in the words of “Reads as”."""

    _inherit = "customer.grading.policy"

    @api.model
    def _get_differences(self, before, now):
        """Return the views of what ``now`` says otherwise than ``before``.

        Only lines that differ stand in them: scope, criteria, requirements, change rules.
        """
        parts = [
            (self.env._("Whom it grades"), self._pair_sentences, "_get_scope_lines"),
            (self.env._("Criteria"), self._pair_named, "_get_criterion_lines"),
            (self.env._("What each grade takes"), self._pair_named, "_get_requirement_lines"),
            (self.env._("How grades change"), self._pair_sentences, "_get_change_sentences"),
        ]
        columns = ["", self.env._("Policy before"), self.env._("Policy now")]
        views = []
        for title, pair, getter in parts:
            rows = pair(getattr(before, getter)(), getattr(now, getter)())
            rows = [{"cells": [{"text": text} for text in row]} for row in rows]
            if rows:
                views.append({"blocks": [{"title": title, "columns": columns, "rows": rows}]})
        return views

    @staticmethod
    def _pair_sentences(before, now):
        """Return sentences that differ beside each other, as ``("", before, now)``."""
        before, now = [s for s in before if s], [s for s in now if s]
        matcher = SequenceMatcher(None, before, now, autojunk=False)
        return [
            ("", *pair)
            for tag, start, end, now_start, now_end in matcher.get_opcodes()
            if tag != "equal"
            for pair in zip_longest(before[start:end], now[now_start:now_end], fillvalue="")
        ]

    @staticmethod
    def _pair_named(before, now):
        """Return the named lines that differ, as ``(name, before, now)``.

        :param before: ``{what it is: (its name, its text)}``, as is ``now``
        """
        nothing = ("", "")
        rows = []
        for key in {**before, **now}:
            (name, text), (now_name, now_text) = before.get(key, nothing), now.get(key, nothing)
            if (name, text) != (now_name, now_text):
                rows.append((now_name or name, text, now_text))
        return rows

    def _get_scope_lines(self):
        """Return the sentences of the scope; two versions are never in force from one day."""
        return [s for s in self._get_scope_sentences() if s != self._get_date_sentence()]

    def _get_criterion_lines(self):
        """Return each criterion in full, as ``{key: (name, text)}``."""
        lines = {}
        for criterion in self.criterion_ids.sorted(lambda c: (c.sequence, c.id)):
            key = (criterion.key or criterion.name, criterion.kind)
            lines[key, sum(known[0] == key for known in lines)] = (
                criterion.name,
                criterion._get_full_text(),
            )
        return lines

    def _get_requirement_lines(self):
        """Return each requirement in words, and their order, as ``{key: (name, text)}``."""
        lines = {}
        for rule in self.rule_ids:
            text = join_sentences(self.env, [rule.text, *rule._get_count_sentences()])
            position = sum(key[0] == rule.grade_id for key in lines)
            lines[rule.grade_id, position] = (rule._get_title(), text)
        order = ", ".join(rule.grade_id.code for rule in self.rule_ids)
        lines["order", 0] = (self.env._("Order of testing"), order)
        return lines

    @api.model
    def _get_comparison_action(self, before, now):
        """Return the action that opens what differs between two policies."""
        compared = {"default_before_id": before.id, "default_policy_id": now.id}
        return open_window(
            self.env._("What differs"),
            "customer.grading.comparison",
            target="new",
            context={**compared, "dialog_size": "extra-large"},
        )

    def _get_look_action(self, other):
        """Show what differs from the other version, not that alone."""
        return self.env._("What differs"), self._get_comparison_action(other, self)

    def action_compare(self):
        """Open what differs: between the two chosen, or of a version from the one before.

        A draft is compared with the version that it would take over from.
        """
        if len(self) == 2:
            before, now = self.sorted("id")
            return self._get_comparison_action(before, now)
        if len(self) != 1:
            raise UserError(self.env._("Choose two policies to compare."))
        before = self.previous_id
        if self.state in PLANNED_STATES and before:
            before = self._get_replaced().sorted("version")[-1:] or before
        return self._get_comparison_action(before, self)
