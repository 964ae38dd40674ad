from odoo import api, models
from odoo.exceptions import UserError

from ...tools.texts import join_all
from ..policy.customer_grading_measure import NUMERIC_UNITS
from ..policy.customer_grading_rule import KNOWN_OPERATORS
from .customer_grading_policy import Way


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _get_limit_problem(self):
        """Hook: return what is wrong with how those are counted who have the grade."""
        criterion = self.limit_criterion_id
        if self.limit_count and not criterion:
            return self.env._("say by which criterion the strongest are chosen.")
        if self.limit_count and criterion.unit not in NUMERIC_UNITS:
            return self.env._("the strongest are told by a number: choose another criterion.")
        if self.limit_within == "field" and not self.limit_field:
            return self.env._("choose the field that those who are counted together share.")
        if not self._is_limit_path():
            return self.env._("choose among whom it is counted.")
        return None

    def _get_problems(self):
        """Return what keeps a requirement from being decided, as the policy's problems."""
        conditions = self._get_ordered_lines().filtered(lambda line: line.kind == "condition")
        messages = [
            self.env._(
                "Grade %(grade)s, condition %(position)s: %(problem)s",
                grade=self.grade_id.code,
                position=position,
                problem=problem,
            )
            for position, line in enumerate(conditions, 1)
            if (problem := line._get_problem())
        ]
        children = self._get_children()
        groups = self | self.line_ids.filtered(lambda line: line.kind != "condition")
        problems = [
            group._get_group_problem(len(group._get_asked_lines(children))) for group in groups
        ]
        problems.append(self._is_counted() and self._get_limit_problem())
        problems.append(not self.grade_id.active and self._get_archived_problem())
        messages += [
            self.env._("Grade %(grade)s: %(problem)s", grade=self.grade_id.code, problem=problem)
            for problem in filter(None, problems)
        ]
        return [
            *(self._prepare_rule_problem(message) for message in messages),
            *(self._prepare_rule_problem(message, "warning") for message in self._get_traps()),
        ]

    def _get_traps(self):
        """Return what does not take the grade because a value is unknown that should not count."""
        parents = self._get_parents()
        return [
            self.env._(
                "Grade %(grade)s: who has no value for “%(criterion)s” does not take it, since "
                "“none of” is then unknown, too. Say on the condition how unknown counts.",
                grade=self.grade_id.code,
                criterion=line.criterion_id.name,
            )
            for line in parents
            if line._is_ruled_out(parents) and line._may_be_open()
        ]

    def _is_ruled_out(self, parents):
        """Whether a line stands under “none of”."""
        above = parents.get(self)
        return bool(above) and (above.kind == "none" or above._is_ruled_out(parents))

    def _may_be_open(self):
        """Whether a condition may be neither met nor unmet."""
        stays_open = not self.if_unknown and self.operator not in KNOWN_OPERATORS
        return self.kind == "condition" and stays_open and self.criterion_id._may_be_unknown()

    def _get_archived_problem(self):
        return self.env._(
            "it is archived. Bring it back (Dimensions, All grades), or give another grade."
        )

    def _get_group_problem(self, size):
        if self.kind == "until" and (self.depth or self != self.root_id._get_exit()):
            return self.env._("“stays until” stands once, and within no other group: move it out.")
        if self.kind == "until" and not self.policy_id._get_own_grade():
            return self.env._(
                "“stays until” needs a criterion on the measure “Grade so far”: add it."
            )
        if self.root_id and not size:
            return self.env._("a group is empty: add a condition or take the group out.")
        if self.kind == "any" and not size:
            return self.env._("“any of” nothing holds for nobody: add a condition.")
        if self.kind == "at_least" and not 1 <= self.count <= size:
            return self.env._(
                "“at least %(count)s of” needs that many conditions; it has %(size)s.",
                count=self.count,
                size=size,
            )
        if self.kind == "at_most" and not 0 <= self.count < size:
            return self.env._(
                "“at most %(count)s of” %(size)s conditions always holds, or never.",
                count=self.count,
                size=size,
            )
        return None

    def _prepare_reach_problem(self, taker, is_repeated):
        """Return the problem of a requirement that leaves nobody: ``taker`` takes them first.

        :param is_repeated: whether an earlier requirement gives the same grade: it can be
            reached, and this one is needless
        """
        names = {"grade": self.grade_id.code, "earlier": taker.grade_id.code}
        message = (
            self.env._(
                "A later requirement of grade %(grade)s is never asked for: whoever meets it "
                "meets %(earlier)s first.",
                **names,
            )
            if is_repeated
            else self.env._(
                "Grade %(grade)s can never be reached: whoever meets %(grade)s meets "
                "%(earlier)s first.",
                **names,
            )
        )
        return self._prepare_rule_problem(message, "warning" if is_repeated else "danger")

    def _get_way_problems(self, ways, takers):
        """Name those of several ways to meet the requirement that never come to be asked.

        :param takers: for each way the earlier requirement that takes whoever meets it
        """
        problems = []
        for position, (way, taker) in enumerate(zip(ways, takers, strict=True)):
            own = [(self, other) for other in ways[:position]]
            if not (taker or self._find_taker(way, own)):
                continue
            texts = [line._get_condition_text() for line in way.conditions]
            names = {
                "grade": self.grade_id.code,
                "conditions": join_all(self.env, texts),
                "earlier": taker.grade_id.code,
            }
            message = (
                self.env._(
                    "Grade %(grade)s: “%(conditions)s” can never be reached: whoever meets it "
                    "meets %(earlier)s first.",
                    **names,
                )
                if taker
                else self.env._(
                    "Grade %(grade)s: “%(conditions)s” adds nothing to what stands before it.",
                    **names,
                )
            )
            problems.append(self._prepare_rule_problem(message, "warning"))
        return problems

    def _prepare_rule_problem(self, message, level="danger"):
        text = self.env._("Open grade %s", self.grade_id.code)
        return self.policy_id._prepare_problem(message, text, self.action_open_dialog(), level)

    def _get_ways(self):
        children = self._get_children()
        lines = self._get_asked_lines(children)
        if self.kind == "any":
            parts = [
                children.get(line, line) if line.kind in ("condition", "all") else line
                for line in lines
            ]
        elif self.kind == "all" or (self.kind == "none" and not lines):
            parts = [lines]
        else:
            return [Way(self.browse(), False)]
        conditions = [part.filtered(lambda line: line.kind == "condition") for part in parts]
        return [Way(known, known == part) for known, part in zip(conditions, parts, strict=True)]

    @api.model
    def _find_taker(self, way, earlier):
        """Return the requirement that surely takes whoever meets ``way``, or nothing.

        :param earlier: list of ``(requirement, one of its ways)`` in the order of testing
        """
        for rule, other in earlier:
            if other.is_exact and all(
                any(line._implies(asked) for line in way.conditions) for asked in other.conditions
            ):
                return rule
        return self.browse()

    def _check_countable(self):
        problems = [
            problem["message"]
            for record in [*self.policy_id.criterion_ids, self]
            for problem in record._get_problems()
        ]
        if problems:
            raise UserError("\n".join(problems))
