from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from ...tools.columns import LIMITS
from ...tools.texts import join_all, join_list, join_sentences
from ..policy.customer_grading_criterion import AVERAGES
from ..policy.customer_grading_rule import (
    ASKED_FIELDS,
    DATE_OPERATORS,
    LEVEL_OPERATORS,
    POINTS_OPERATORS,
)


class CustomerGradingRule(models.Model):
    """Says requirements in words, as whole sentences."""

    _inherit = "customer.grading.rule"

    def _get_terms_sentence(self):
        """Return in sentences how the grade comes into effect where it differs; else nothing."""
        self.ensure_one()
        sentences = [
            self._get_timing_sentence(),
            self.review_months
            and self.env._(
                "%(grade)s is reviewed every %(months)s months, and holds until then.",
                grade=self.grade_id.code,
                months=self.review_months,
            ),
            self.expiry_months
            and self.env._(
                "%(grade)s ends after %(months)s months; then the computed grade comes back.",
                grade=self.grade_id.code,
                months=self.expiry_months,
            ),
        ]
        return join_sentences(self.env, sentences)

    def _get_timing_sentence(self):
        if not self.change_timing:
            return ""
        timings = dict(self._fields["change_timing"]._description_selection(self.env))
        names = {
            "grade": self._get_name_among_equals(),
            "days": self.change_days,
            "timing": timings.get(self.change_timing),
        }
        if self.change_timing == "within":
            return self.env._(
                "%(grade)s takes effect within %(days)s days, whatever else is said.", **names
            )
        if self.change_days:
            return self.env._(
                "%(grade)s takes effect %(timing)s, once it has stood %(days)s days.", **names
            )
        return self.env._("%(grade)s takes effect %(timing)s.", **names)

    def _get_name_among_equals(self):
        """Return the grade's code, with the number of the requirement where it has several."""
        equals = self.policy_id.rule_ids.filtered(lambda rule: rule.grade_id == self.grade_id)
        if len(equals) < 2:
            return self.grade_id.code
        number = equals.ids.index(self.id) + 1 if self.id in equals.ids else len(equals)
        return self.env._(
            "%(grade)s (requirement %(number)s)", grade=self.grade_id.code, number=number
        )

    def _is_tie(self, subject, explanation):
        """Return whether ``subject`` is equal to who has the last place of its group."""
        group = subject.sudo()
        for name in filter(None, self._get_limit_path().split(".")):
            group = group[name]
        if isinstance(group, models.BaseModel):
            group = group.id or 0 if self._get_limit_path() else ""
        if isinstance(group, bool):
            group = str(group).lower()  # as PostgreSQL writes it
        key = str(group or ("" if group == "" else 0))
        last = (explanation.run.cutoffs or {}).get(LIMITS, {}).get(str(self.id), {}).get(key)
        value = explanation.readings[self.limit_criterion_id].value
        if not last or last[0] is None or value is None:
            return False
        return Decimal(str(value)) == Decimal(last[0])

    def _get_tie_text(self):
        """Return how a tie for the last place was decided."""
        if criterion := self._get_tie_criterion():
            return self.env._(
                "It was a tie: “%s” decided, then who is there longer.", criterion.name
            )
        return self.env._("It was a tie: who is there longer has the place.")

    def _get_count_sentences(self):
        """Hook: return what is to be said of how many have the grade."""
        return [self._get_limit_text()] if self.limit_count else []

    def _get_limit_text(self):
        """Return in one sentence how many take the grade."""
        self.ensure_one()
        names = {
            "grade": self.grade_id.code,
            "count": self.limit_count,
            "criterion": self.limit_criterion_id.name or "",
            "within": self._get_limit_within_text(),
        }
        if self.limit_within == "all":
            return self.env._(
                "%(grade)s goes to %(count)s at most, the strongest by “%(criterion)s”.", **names
            )
        return self.env._(
            "%(grade)s goes to %(count)s at most, the strongest by “%(criterion)s”, counted "
            "among: %(within)s.",
            **names,
        )

    def _get_limit_within_text(self):
        if self.limit_within == "field":
            criterion = self.limit_criterion_id
            field = criterion.measure_id._get_path_field(
                self.policy_id.subject_model, self.limit_field or ""
            )
            name = field._description_string(self.env) if field else self.limit_field or ""
            return self.env._("those of the same: %s", name)
        return dict(self._fields["limit_within"]._description_selection(self.env))[
            self.limit_within
        ]

    @api.depends(
        "grade_id",
        "grade_code",
        *ASKED_FIELDS,
        "line_ids.sequence",
        "line_ids.depth",
        *(f"line_ids.{name}" for name in ASKED_FIELDS),
    )
    @api.depends_context("lang", "company")
    def _compute_text(self):
        for rule in self:
            if rule.root_id:
                rule.text = rule._to_text(rule.root_id._get_children())
            else:
                rule.text = rule._get_requirement_text()

    def _get_requirement_text(self):
        """Hook: return the whole requirement as one sentence."""
        self.ensure_one()
        grade = self.grade_code or self.grade_id.code or "?"
        children = self._get_children()
        if not self._get_asked_lines(children):
            text = self.env._("%s, for everybody else.", grade)
            return join_sentences(self.env, [text, self._get_exit_sentence()])
        text = self.env._(
            "%(grade)s, if %(conditions)s.", grade=grade, conditions=self._to_text(children)
        )
        return join_sentences(self.env, [text, self._get_exit_sentence()])

    def _get_exit_sentence(self):
        """Return until when who took the grade keeps it, where a condition says so."""
        if not (leaving := self._get_exit()):
            return ""
        return self.env._(
            "Who has %(grade)s keeps it until: %(conditions)s.",
            grade=self.grade_code or self.grade_id.code or "?",
            conditions=leaving._to_text(self._get_children()),
        )

    def _to_text(self, children):
        """Return the requirement, group or condition as a phrase.

        :param children: ``{group: its lines}`` of the requirement
        """
        self.ensure_one()
        if self.kind == "condition":
            return self._get_condition_text()
        parts = [line._to_nested_text(children) for line in self._get_asked_lines(children)]
        if self.kind == "until" or (self.kind == "all" and not self.root_id):
            return join_all(self.env, parts)
        return self._get_group_text(join_list(self.env, parts))

    def _to_nested_text(self, children):
        text = self._to_text(children)
        return text if self.kind == "condition" else self.env._("(%s)", text)

    def _get_group_text(self, conditions):
        texts = {
            "all": self.env._("all of: %s", conditions),
            "any": self.env._("any of: %s", conditions),
            "none": self.env._("none of: %s", conditions),
            "at_least": self.env._(
                "at least %(count)s of: %(conditions)s", count=self.count, conditions=conditions
            ),
            "at_most": self.env._(
                "at most %(count)s of: %(conditions)s", count=self.count, conditions=conditions
            ),
        }
        return texts.get(self.kind) or texts["all"]

    def _get_group_name(self):
        """Return what stands over the lines of a group in a table."""
        texts = {
            "all": self.env._("All of"),
            "any": self.env._("Any of"),
            "none": self.env._("None of"),
            "until": self.env._("Stays until all of"),
            "at_least": self.env._("At least %s of", self.count),
            "at_most": self.env._("At most %s of", self.count),
        }
        return texts.get(self.kind) or texts["all"]

    def _get_condition_text(self):
        """Return a condition as a phrase; what is wrong with a broken one is said in it."""
        if problem := self._get_problem():
            return self.env._("[to be completed: %s]", problem.rstrip("."))
        text = self._get_plain_text()
        if self.if_unknown == "met":
            return self.env._("%s (unknown counts as met)", text)
        if self.if_unknown == "unmet":
            return self.env._("%s (unknown counts as not met)", text)
        return text

    def _get_plain_text(self):
        """Return a condition as a phrase, whatever is unknown."""
        criterion, asked = self.criterion_id, self._get_asked_text()
        names = {"criterion": criterion._get_label(), "asked": asked}
        if self.operator in ("yes", "no"):
            return self._get_yes_no_text()
        if self.operator == "known":
            return self.env._("%s is known", names["criterion"])
        if self.operator == "unknown":
            return self.env._("%s is unknown", names["criterion"])
        if self._asks_for_none():
            return self.env._("%s: none", names["criterion"])
        if self.operator in LEVEL_OPERATORS and criterion._is_ranked():
            return self.env._("%(asked)s by %(criterion)s", **names)
        if self.operator in (*LEVEL_OPERATORS, "is") and not criterion._is_ranked():
            return self.env._("%(criterion)s: %(asked)s", **names)
        return self.env._("%(criterion)s %(asked)s", **names)

    def _asks_for_none(self):
        """Whether a condition says that there is nothing of something that is counted."""
        return (
            self.operator == "le"
            and not self.value
            and self.unit in ("amount", "count", "quantity")
        )

    def _get_yes_no_text(self, opposite=False):
        """Return a condition on a yes or no as a phrase, or its opposite."""
        criterion = self.criterion_id
        yes = (self.operator == "yes") is not opposite
        if criterion.measure_id.kind == "question":
            return (
                self.env._("“%s” answered yes", criterion.name)
                if yes
                else self.env._("“%s” answered no", criterion.name)
            )
        return criterion._get_label() if yes else self.env._("not: %s", criterion._get_label())

    # ------------------------------------------------------------------ what is asked

    def _get_asked_text(self):
        """Return in short what a condition asks of its criterion: “at least 5 days”."""
        self.ensure_one()
        operator = (self.operator or "ge").removeprefix("points_")
        if operator in LEVEL_OPERATORS:
            return self._get_level_text()
        if operator == "is":
            return self._get_choice_text()
        if self._asks_for_none():
            return self.env._("none")
        texts = {
            "known": self.env._("known"),
            "unknown": self.env._("unknown"),
            "yes": self.env._("yes"),
            "no": self.env._("no"),
        }
        if operator in texts:
            return texts[operator]
        if operator in DATE_OPERATORS:
            return self._get_day_text(operator)
        least, most = self._format_limit(self.value), self._format_limit(self.value_max)
        within = (
            self.env._("within the last %s", least)
            if self.criterion_id._get_age() == "since"
            else self.env._("within the next %s", least)
        )
        return {
            "within": within,
            "between": self.env._("between %(least)s and %(most)s", least=least, most=most),
            "ge": self.env._("at least %s", least),
            "gt": self.env._("more than %s", least),
            "le": self.env._("at most %s", least),
            "lt": self.env._("less than %s", least),
        }[operator]

    def _get_day_text(self, operator):
        day = format_date(self.env, self.date_value)
        return self.env._("before %s", day) if operator == "before" else self.env._("after %s", day)

    def _format_limit(self, value):
        """Return a number that a condition asks for, in words."""
        criterion = self.criterion_id
        is_points = self.operator in POINTS_OPERATORS
        return criterion._format_points(value) if is_points else criterion._format_value(value)

    def _get_level_text(self):
        """Return the level asked for; for a rank, the share of the customers it means."""
        level, criterion = self.level_id.level or "", self.criterion_id
        differ = len(criterion._get_band_sets()) > 1  # levels begin elsewhere for others
        if criterion._is_ranked() and self.operator != "level_le" and not differ:
            return self._get_rank_level_text()
        if self.operator == "level_ge":
            return self.env._("%s or better", level)
        return self.env._("%s or worse", level) if self.operator == "level_le" else level

    def _get_rank_level_text(self):
        """Return a level of a rank as a share of the customers, or of their total."""
        criterion = self.criterion_id
        if criterion.band_by == "own_share":
            return self.env._(
                "with at least %s %% of the total", criterion._format_number(self.level_id.lower)
            )
        if criterion.band_by in AVERAGES:
            return self._get_average_level_text()
        among = self.level_id._get_among_text()
        better = criterion.band_ids.filtered(lambda band: band.lower < self.level_id.lower)
        if self.operator != "level_is" or not better:
            return among
        return self.env._(
            "%(level)s, but not %(better)s",
            level=among,
            better=better.sorted("lower")[-1]._get_among_text(),
        )

    def _get_average_level_text(self):
        """Return a level beside the average: “at least 80 % of the average, but not at least 120 %”."""
        own, bands = self.level_id, self.criterion_id.band_ids
        better = bands.filtered(lambda band: band.lower > own.lower).sorted("lower")[:1]
        if self.operator != "level_is" or not better:
            return own._get_least_text()
        return self.env._(
            "%(level)s, but not %(better)s",
            level=own._get_least_text(),
            better=better._get_least_text(),
        )

    def _get_choice_text(self):
        criterion = self.criterion_id
        if criterion.unit == "text":
            return self.env._("“%s”", self.text_value or "")
        return criterion._format_choice(self.choice_id) if self.choice_id else ""

    def _get_title(self):
        """Return the grade as it heads a column: code and name."""
        self.ensure_one()
        return self.policy_id._get_grade_title(self.grade_id)

    def _get_flat_conditions(self):
        """Return the conditions that must all hold; those in groups are left out."""
        self.ensure_one()
        lines = self._get_children().get(self, self.browse())
        if self.kind != "all":
            return self.browse()
        return lines.filtered(lambda line: line.kind == "condition" and not line._get_problem())

    def _get_rest_sentence(self):
        """Hook: return what the requirement asks besides its flat conditions, or nothing."""
        self.ensure_one()
        children = self._get_children()
        flat = self._get_flat_conditions()
        rest = self._get_asked_lines(children) - flat
        if not flat or not children:
            return self._get_requirement_text()
        if not rest:
            return self._get_exit_sentence()
        alone = len(rest) == 1
        texts = [
            line._to_text(children) if alone else line._to_nested_text(children) for line in rest
        ]
        text = self.env._(
            "%(grade)s also takes: %(conditions)s.",
            grade=self.grade_id.code,
            conditions=join_all(self.env, texts),
        )
        return join_sentences(self.env, [text, self._get_exit_sentence()])
