from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError


class Way(NamedTuple):
    """One way to meet a requirement.

    :ivar conditions: those that it surely asks for, all of them together
    :ivar is_exact: whether it asks for nothing else
    """

    conditions: Any
    is_exact: bool


class CustomerGradingPolicy(models.Model):
    """Names what keeps a policy from deciding, with the way to mend it.

    A draft always saves; these problems stand in the bar above its form, and only
    activating and trying it on refuse.
    """

    _inherit = "customer.grading.policy"

    @api.depends("state", "domain", "rule_ids", "criterion_ids.measure_id.is_broken", "decide_by")
    @api.depends_context("lang")
    def _compute_problems(self):
        """Give the bar above the form: ``{key: message, level, action to mend it}``."""
        for policy in self:
            problems = []
            if policy.state == "draft" and policy.id:
                problems = policy._get_problems()
            elif policy.state == "running":
                problems = policy._get_broken_problems()
            numbered = {f"problem_{i}": problem for i, problem in enumerate(problems)}
            policy.problems = numbered or False

    def _check_complete(self, alone=False):
        """Raise with every problem that keeps the policy from deciding.

        :param alone: whether it is looked at as if no other one were in force
        :raise UserError: naming each, in the words of the bar above the form
        """
        problems = self._get_own_problems() if alone else self._get_problems()
        errors = [p["message"] for p in problems if p["level"] == "danger"]
        if errors:
            raise UserError(
                self.env._("“%s” cannot decide yet:", self.name)
                + "".join(f"\n• {error}" for error in errors)
            )

    def _get_problems(self):
        """Return what is wrong or doubtful, worst first.

        :return: list of dicts with ``message``, ``level`` (danger or warning), and where
            there is a place to mend it ``action_text`` and ``action``
        """
        problems = [
            *self._get_own_problems(),
            *self._get_rival_problems(),
            *self._get_figure_problems(),
        ]
        return sorted(problems, key=lambda problem: problem["level"] != "danger")

    def _get_own_problems(self):
        """Hook: return what is wrong with the policy itself, whatever else is in force."""
        return [
            *self._get_scope_problems(),
            *self._get_grade_problems(),
            *(p for c in self.criterion_ids for p in c._get_problems()),
            *(p for rule in self.rule_ids for p in rule._get_problems()),
            *self._get_reach_problems(),
            *self._get_people_problems(),
        ]

    def _get_people_problems(self):
        """Hook: return the problems that only people can mend, such as a step nobody approves."""
        return []

    def _get_figure_problems(self):
        """Hook: return what the last try-on makes doubtful: a condition that nobody meets, say."""
        return []

    def _get_scope_problems(self):
        Measure = self.env["customer.grading.measure"]
        if problem := Measure._get_domain_problem(self.domain, self.subject_model, tried=True):
            return [self._prepare_problem(self.env._("Applies to: %s", problem))]
        return []

    def _get_rival_problems(self):
        """Name the policies in force that this one takes over from, or that it is not made from."""
        problems = [
            self._prepare_problem(
                self.env._(
                    "“%s” grades everybody whom this policy is for. Activating this one takes over "
                    "from it: it is closed then. To keep both, narrow one of them.",
                    earlier.display_name,
                ),
                self.env._("Open it"),
                earlier._get_records_action(),
                level="warning",
            )
            for earlier in self._get_taken_over()
        ]
        replaced = self._get_replaced() if self.previous_id else self.browse()
        problems += [
            self._prepare_problem(
                self.env._(
                    "“%(running)s” is in force, but this version was drafted from "
                    "“%(previous)s”: activating it takes back what changed in between.",
                    running=other.display_name,
                    previous=self.previous_id.display_name,
                ),
                *self._get_look_action(other),
                level="warning",
            )
            for other in replaced.filtered(lambda p: p not in (self.previous_id, self))
        ]
        return problems

    def _get_look_action(self, other):
        """Hook: return how another version is looked at from this one: label and action."""
        return self.env._("Open it"), other._get_records_action()

    def _get_grade_problems(self):
        if self.decide_by == "hand" or self.rule_ids:
            return []
        return [
            self._prepare_problem(
                self.env._("No grade can be given: add at least one grade."),
                self.env._("Add a grade"),
                self.action_add_grade(),
            )
        ]

    def _get_reach_problems(self):
        """Name the requirements, and the ways to meet one, that earlier ones leave nobody to."""
        problems, earlier = [], []
        reached = self.env["customer.grade"]
        for rule in self.rule_ids:
            ways = rule._get_ways()
            takers = [rule._find_taker(way, earlier) for way in ways]
            if ways and all(takers):
                problems.append(rule._prepare_reach_problem(takers[0], rule.grade_id in reached))
            else:
                problems += rule._get_way_problems(ways, takers)
                reached |= rule.grade_id
            if not rule.limit_count:  # of a limited grade some are left
                earlier += [(rule, way) for way in ways]
        return problems

    def _prepare_problem(self, message, action_text=None, action=None, level="danger"):
        problem = {"message": message, "level": level}
        if action:
            problem.update(action_text=action_text, action=action)
        return problem

    def _get_broken_problems(self):
        """Name broken measures, as when the addon of their documents was uninstalled.

        The runs of the policy fail meanwhile and leave every grade as it is.
        """
        return [
            self._prepare_problem(
                self.env._(
                    "“%(measure)s” no longer works: %(problem)s Grades stay as they are "
                    "until it does, or until a revision goes without it.",
                    measure=measure.name,
                    problem=measure._get_problem(),
                ),
                self.env._("Open the measure"),
                measure._get_records_action(),
            )
            for measure in self.criterion_ids.measure_id.filtered("is_broken")
        ]
