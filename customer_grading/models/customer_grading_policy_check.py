from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.policy_format import SHAPES
from .customer_grading_measure import NUMERIC_UNITS


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

    @api.depends("state", "domain", "rule_ids", "criterion_ids", "decide_by")
    @api.depends_context("lang")
    def _compute_problems(self):
        """Give the bar above the form: ``{key: message, level, action to mend it}``."""
        for policy in self:
            if policy.state != "draft" or not policy.id:
                policy.problems = False
                continue
            policy.problems = {
                f"problem_{position}": problem
                for position, problem in enumerate(policy._get_problems())
            } or False

    def _check_complete(self):
        """Raise with every problem that keeps the policy from deciding.

        :raise UserError: naming each, in the words of the bar above the form
        """
        self.ensure_one()
        errors = [p["message"] for p in self._get_problems() if p["level"] == "danger"]
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
        self.ensure_one()
        problems = [*self._get_own_problems(), *self._get_rival_problems()]
        return sorted(problems, key=lambda problem: problem["level"] != "danger")

    def _get_own_problems(self):
        """Return what is wrong with the policy itself, whatever else is in force."""
        return [
            *self._get_scope_problems(),
            *self._get_grade_problems(),
            *(p for c in self.criterion_ids for p in c._get_problems()),
            *(p for rule in self.rule_ids for p in rule._get_problems()),
            *self._get_reach_problems(),
        ]

    def _get_scope_problems(self):
        Measure = self.env["customer.grading.measure"]
        if problem := Measure._get_domain_problem(self.domain, self.subject_model):
            return [self._prepare_problem(self.env._("Applies to: %s", problem))]
        return []

    def _get_rival_problems(self):
        """Name the policy in force that leaves nobody to this one."""
        if earlier := self._get_policy_before():
            return [
                self._prepare_problem(
                    self.env._(
                        "“%s” is asked first and applies to everybody: nobody would be left. "
                        "Revise or close it, narrow it, or put this policy before it.",
                        earlier.display_name,
                    ),
                    self.env._("Open it"),
                    earlier._get_records_action(),
                )
            ]
        return []

    def _get_policy_before(self):
        """Return a running policy that leaves nobody to this one."""
        company = self.company_id or self.env.company
        return self._get_running(self.dimension_id, company).filtered(
            lambda other: (
                other not in self._get_versions()
                and (other.sequence, other.id) < (self.sequence, self.id)
                and other._parse_domain().is_true()
                and (other.population == "all" or self.population == "documents")
            )
        )[:1]

    def _get_grade_problems(self):
        if self.decide_by == "hand":
            return []
        if not self.rule_ids:
            return [
                self._prepare_problem(
                    self.env._("No grade can be given: add at least one grade."),
                    self.env._("Add a grade"),
                    self.action_add_grade(),
                )
            ]
        return []

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
            earlier += [(rule, way) for way in ways]
        return problems

    def _prepare_problem(self, message, action_text=None, action=None, level="danger"):
        problem = {"message": message, "level": level}
        if action:
            problem.update(action_text=action_text, action=action)
        return problem


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    def _get_problems(self):
        """Return what keeps the criterion from having a value, as the policy's problems."""
        self.ensure_one()
        return [
            self.policy_id._prepare_problem(
                self.env._("“%(criterion)s”: %(problem)s", criterion=self.name, problem=problem),
                self.env._("Open it"),
                self._get_dialog_action(),
            )
            for problem in (
                self._get_measure_problem(),
                self._get_period_problem(),
                self._get_band_problem(),
            )
            if problem
        ]

    def _get_measure_problem(self):
        if self.kind != "measure":
            return None if self.child_ids else self.env._("say which criteria are part of it.")
        if not self.measure_id:
            return self.env._("choose a measure.")
        if problem := self.measure_id._get_problem():
            return problem
        if problem := self._get_choice_of_measure_problem():
            return problem
        Measure = self.env["customer.grading.measure"]
        for domain, model in self._get_domains():
            if problem := Measure._get_domain_problem(domain, model):
                return problem
        return None

    def _get_choice_of_measure_problem(self):
        """Return in words what is still to be chosen for the kind of measure, or nothing."""
        if self.measure_id.kind == "question" and not self.question_id:
            return self.env._("choose the question that is asked.")
        if self.question_id.kind == "levels" and not self.question_id.choice_ids:
            return self.env._("its question has no levels to choose from.")
        if self.measure_id.kind == "grade" and not self.dimension_id:
            return self.env._("choose the dimension whose grade counts.")
        if self.measure_id.kind == "filter" and self.subject_domain in (False, "", "[]"):
            return self.env._("set the filter that shall match.")
        if self.unit == "quantity" and not self.uom_id:
            return self.env._("choose the unit in which quantities are added up.")
        return None

    def _get_period_problem(self):
        counted = self.period in ("trailing", "best_year", "month_ends")
        if self.kind == "measure" and self.has_period and counted and self.period_count < 1:
            return self.env._("the period must be at least 1 long.")
        most = SHAPES["period"][self._get_length_key()].most if counted else None
        if self.kind == "measure" and self.has_period and counted and self.period_count > most:
            return self.env._("the period can be at most %s long.", most)
        if self.measure_kind == "growth" and self.period not in (
            "trailing",
            "this_year",
            "last_year",
        ):
            return self.env._("growth needs one stretch of time: choose another period.")
        if self.kind == "measure" and self.has_period:
            return self._get_kind_of_period_problem()
        return None

    def _get_length_key(self):
        """Return the key under which a policy file keeps the length of the period."""
        keys = {"best_year": "best_of_years", "month_ends": "month_ends"}
        return keys.get(self.period, f"last_{self.period_unit}")

    def _get_kind_of_period_problem(self):
        measure = self.measure_id
        several = self.period in ("best_year", "month_ends")
        if several and self.unit not in NUMERIC_UNITS - {"days", "months"}:
            return self.env._("only numbers are compared between several periods.")
        if self.period in ("month_ends", "since_start") and measure.kind not in (
            "documents",
            "ratio",
        ):
            return self.env._("this measure needs another kind of period.")
        if self.period == "since_start":
            field = measure._get_single_field(self.subject_model, self.start_field or "")
            if not field or field.type not in ("date", "datetime"):
                return self.env._(
                    "documents count since a date of the record: choose a date in “Beginning”."
                )
        return None

    def _get_band_problem(self):
        Measure = self.env["customer.grading.measure"]
        for domain, bands in self._get_band_sets().items():
            model = self.policy_id.subject_model
            if problem := Measure._get_domain_problem(domain, model):
                return problem
            if problem := self._get_band_set_problem(bands):
                return problem
        return None

    def _get_band_set_problem(self, bands):
        if self._is_ranked():
            if not self.band_ids:
                return self.env._("say who is in the first so many per cent.")
            if self.unit not in NUMERIC_UNITS - {"days", "months"}:
                return self.env._("only a number can be ranked.")
            if self.rank_within == "field" and not self.rank_field:
                return self.env._("choose the field that those who are ranked together share.")
            if not self._is_group_path(self._get_rank_path()):
                return self.env._("they cannot be ranked by what they share: choose another field.")
            if any(not 0 < band.lower <= 100 for band in bands):
                return self.env._("a rank lies above 0 and at most at 100 %.")
        if self.unit == "choice":
            return self._get_choice_band_problem(bands)
        if bands and self.unit == "text":
            return self.env._("a text has no levels: take them away, or compare the text itself.")
        starts = [(band.lower, band.strict) for band in bands]
        twice = next((start for start in starts if starts.count(start) > 1), None)
        if twice:
            return self.env._("two levels start at %s: change one of them.", f"{twice[0]:g}")
        return None

    def _get_choice_band_problem(self, bands):
        if any(not band.choice_id for band in bands):
            return self.env._("each level needs its choice.")
        if len(set(bands.mapped("choice_id"))) < len(bands):
            return self.env._("a choice stands in two levels: take one away.")
        missing = self.question_id.choice_ids.filtered(
            lambda choice: bands and choice.id not in bands.mapped("choice_id")
        )
        if missing:
            return self.env._("the answer “%s” has no level.", missing[0].name)
        return None

    def _get_dialog_action(self):
        """Return the action that opens the criterion in a dialog."""
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _get_problems(self):
        """Return what keeps a requirement from being decided, as the policy's problems."""
        self.ensure_one()
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
        messages += [
            self.env._("Grade %(grade)s: %(problem)s", grade=self.grade_id.code, problem=problem)
            for group in groups
            if (problem := group._get_group_problem(len(children.get(group, ()))))
        ]
        return [
            self.policy_id._prepare_problem(
                message,
                self.env._("Open grade %s", self.grade_id.code),
                self._get_dialog_action(),
            )
            for message in messages
        ]

    def _get_group_problem(self, size):
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
                "conditions": self.env["customer.grading.measure"]._join_all(texts),
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

    def _prepare_rule_problem(self, message, level):
        return self.policy_id._prepare_problem(
            message,
            self.env._("Open grade %s", self.grade_id.code),
            self._get_dialog_action(),
            level,
        )

    def _get_ways(self):
        """Return the ways to meet the requirement, each as a :class:`Way`."""
        self.ensure_one()
        children = self._get_children()
        lines = children.get(self, self.browse())
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

    def _implies(self, other):
        """Whether this condition can only hold where ``other`` does."""
        if not self.criterion_id or self.criterion_id != other.criterion_id:
            return False
        if other.operator == "known":
            return self.operator != "unknown"
        floor, ceiling = ("ge", "gt", "between"), ("le", "lt", "between")
        prefix = "points_" if (self.operator or "").startswith("points_") else ""
        mine = (self.operator or "").removeprefix(prefix)
        theirs = (other.operator or "").removeprefix(prefix)
        if prefix and not (other.operator or "").startswith(prefix):
            return False
        if theirs in ("ge", "gt") and mine in floor:
            strict = theirs == "gt" and mine != "gt"
            return self.value > other.value or (self.value == other.value and not strict)
        if theirs in ("le", "lt") and mine in ceiling:
            most = self.value_max if mine == "between" else self.value
            strict = theirs == "lt" and mine != "lt"
            return most < other.value or (most == other.value and not strict)
        if mine.startswith("level_") and theirs.startswith("level_"):
            return self._level_implies(other)
        return mine == theirs and (self.choice_id, self.text_value, self.value, self.value_max) == (
            other.choice_id,
            other.text_value,
            other.value,
            other.value_max,
        )

    def _level_implies(self, other):
        ranks = self.criterion_id._get_level_ranks()
        mine, theirs = ranks.get(self.level_id), ranks.get(other.level_id)
        if not mine or not theirs:
            return False
        if other.operator == "level_ge":
            return self.operator in ("level_ge", "level_is") and mine >= theirs
        if other.operator == "level_le":
            return self.operator in ("level_le", "level_is") and mine <= theirs
        return self.operator == "level_is" and mine == theirs

    def _get_dialog_action(self):
        """Return the action that opens the requirement in its dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Grade %s", self.grade_id.code),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_open_dialog(self):
        """Open the requirement in its dialog."""
        return self._get_dialog_action()
