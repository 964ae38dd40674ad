from odoo import api, models
from odoo.tools import formatLang
from odoo.tools.misc import get_lang

from ..tools.figures import count_decimals, round_figure, split_wan
from .customer_grading_rule import KNOWN_OPERATORS, LEVEL_OPERATORS, POINTS_OPERATORS


class CustomerGradingCriterion(models.Model):
    """Says values in words, in the user's formats."""

    _inherit = "customer.grading.criterion"

    def _get_label(self):
        """Return the criterion as it stands within a sentence: “Orders (last 12 months)”."""
        self.ensure_one()
        period = self._get_period_text()
        if not period:
            return self.name or ""
        return self.env._("%(criterion)s (%(period)s)", criterion=self.name, period=period)

    # ------------------------------------------------------------------ values in words

    def _format_value(self, value, towards="near", bare=False):
        """Return a value of this criterion in words, in the user's formats.

        :param towards: ``near``, ``down`` or ``up``: how a number is rounded
        :param bare: whether the currency goes without saying
        """
        self.ensure_one()
        if value is None or (value is False and self.unit != "yes_no"):
            return ""
        if self.unit == "yes_no":
            return self.env._("yes") if value else self.env._("no")
        if self.unit == "choice":
            return self._format_choice(value)
        if self.unit == "text":
            return str(value)
        if self.unit == "amount":
            return self._format_amount(value, towards, bare)
        return self._format_counted(value, towards)

    def _format_choice(self, value):
        ids = value if isinstance(value, list) else [value]
        model = self._get_choice_model()
        names = self.env[model].sudo().browse(ids).exists().mapped("display_name")
        return self.env._(", ").join(names) or self.env._("none")

    def _format_amount(self, value, towards, bare):
        """Return an amount without decimals; for Chinese readers in 万 from 10,000 up."""
        currency = self.currency_id.name or ""
        if not get_lang(self.env).code.startswith("zh"):
            number = self._format_number(round_figure(value, 0, towards))
            return number if bare else f"{number} {currency}".strip()
        number, in_wan = split_wan(value, towards)
        unit = "万" if in_wan else ""
        if currency == "CNY":
            unit += "元"  # a number of 万 alone does not read
        elif not bare:
            unit = f"{unit} {currency}".strip()
        return f"{self._format_number(number)} {unit}".strip()

    def _format_counted(self, value, towards="near"):
        """Return a number with what it counts: “12 days”, “95.5 %”."""
        number = round_figure(value, 2, towards)
        text = self._format_number(number)
        if self.unit == "ratio":
            return self.env._("%s %%", text)
        if self.unit == "days":
            return self.env._("1 day") if number == 1 else self.env._("%s days", text)
        if self.unit == "months":
            return self.env._("1 month") if number == 1 else self.env._("%s months", text)
        if self.unit == "quantity":
            return f"{text} {self.uom_id.name or ''}".strip()
        if self.unit == "number":
            return f"{text} {self._get_question().unit_text or ''}".strip()
        if self.unit == "points":
            return self._format_points(value, towards)
        return text

    def _format_points(self, value, towards="near"):
        number = round_figure(value, 2, towards)
        if number == 1:
            return self.env._("1 point")
        return self.env._("%s points", self._format_number(number))

    @api.model
    def _format_number(self, number, digits=2):
        """Return a number in the user's format, with the decimals that it needs."""
        number = round_figure(number, digits)
        return formatLang(self.env, float(number), digits=count_decimals(number))

    def _get_base_text(self):
        """Return on what amounts are based, where that is a choice."""
        if self.unit != "amount" or not self.has_tax:
            return ""
        return self.env._("with tax") if self.with_tax else self.env._("untaxed")


class CustomerGradingRule(models.Model):
    """Says requirements in words, as whole sentences."""

    _inherit = "customer.grading.rule"

    @api.depends(
        "grade_id",
        "grade_code",
        "kind",
        "count",
        "criterion_id",
        "operator",
        "value",
        "value_max",
        "level_id",
        "choice_id",
        "text_value",
        "line_ids.sequence",
        "line_ids.depth",
        "line_ids.kind",
        "line_ids.count",
        "line_ids.criterion_id",
        "line_ids.operator",
        "line_ids.value",
        "line_ids.value_max",
        "line_ids.level_id",
        "line_ids.choice_id",
        "line_ids.text_value",
    )
    @api.depends_context("lang", "company")
    def _compute_text(self):
        for rule in self:
            if rule.root_id:
                rule.text = rule._to_text(rule.root_id._get_children())
            else:
                rule.text = rule._get_requirement_text()

    def _get_requirement_text(self):
        """Return the whole requirement as one sentence."""
        self.ensure_one()
        grade = self.grade_code or self.grade_id.code or "?"
        children = self._get_children()
        if not children.get(self):
            return self.env._("%s, for everybody else.", grade)
        return self.env._(
            "%(grade)s, if %(conditions)s.", grade=grade, conditions=self._to_text(children)
        )

    def _to_text(self, children):
        """Return the requirement, group or condition as a phrase.

        :param children: ``{group: its lines}`` of the requirement
        """
        self.ensure_one()
        if self.kind == "condition":
            return self._get_condition_text()
        parts = [child._to_nested_text(children) for child in children.get(self, ())]
        words = self.env["customer.grading.measure"]
        if self.kind == "all" and not self.root_id:
            return words._join_all(parts)
        return self._get_group_text(words._join_list(parts))

    def _to_nested_text(self, children):
        text = self._to_text(children)
        return text if self.kind == "condition" else self.env._("(%s)", text)

    def _get_group_text(self, conditions):
        if self.kind == "any":
            return self.env._("any of: %s", conditions)
        if self.kind == "none":
            return self.env._("none of: %s", conditions)
        if self.kind == "at_least":
            return self.env._(
                "at least %(count)s of: %(conditions)s", count=self.count, conditions=conditions
            )
        if self.kind == "at_most":
            return self.env._(
                "at most %(count)s of: %(conditions)s", count=self.count, conditions=conditions
            )
        return self.env._("all of: %s", conditions)

    def _get_group_name(self):
        """Return what stands over the lines of a group in a table."""
        if self.kind in ("at_least", "at_most"):
            return (
                self.env._("At least %s of", self.count)
                if self.kind == "at_least"
                else self.env._("At most %s of", self.count)
            )
        return {"any": self.env._("Any of"), "none": self.env._("None of")}.get(
            self.kind, self.env._("All of")
        )

    def _get_condition_text(self):
        """Return a condition as a phrase; what is wrong with a broken one is said in it."""
        if problem := self._get_problem():
            return self.env._("[to be completed: %s]", problem.rstrip("."))
        criterion = self.criterion_id
        if self.operator in ("yes", "no"):
            return self._get_yes_no_text()
        if self.operator == "known":
            return self.env._("%s is known", criterion._get_label())
        if self.operator == "unknown":
            return self.env._("%s is unknown", criterion._get_label())
        if self._asks_for_none():
            return self.env._("%s: none", criterion._get_label())
        if criterion._is_ranked():
            return self._get_rank_text()
        template = (
            self.env._("%(criterion)s: %(asked)s")
            if self.operator in LEVEL_OPERATORS or self.operator == "is"
            else self.env._("%(criterion)s %(asked)s")
        )
        return template % {"criterion": criterion._get_label(), "asked": self._get_asked_text()}

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

    def _get_rank_text(self):
        """Return a condition on a rank as a phrase."""
        criterion = self.criterion_id
        label, asked = criterion._get_label(), self._get_asked_text()
        if self.operator in LEVEL_OPERATORS:
            return self.env._("%(asked)s by %(criterion)s", asked=asked, criterion=label)
        return self.env._("%(criterion)s %(asked)s", criterion=label, asked=asked)

    # ------------------------------------------------------------------ what is asked

    def _get_asked_text(self):
        """Return in short what a condition asks of its criterion: “at least 5 days”."""
        self.ensure_one()
        operator = self.operator
        if operator in KNOWN_OPERATORS:
            return self.env._("known") if operator == "known" else self.env._("unknown")
        if operator in ("yes", "no"):
            return self.env._("yes") if operator == "yes" else self.env._("no")
        if operator in LEVEL_OPERATORS:
            return self._get_level_text()
        if operator == "is":
            return self._get_choice_text()
        if self._asks_for_none():
            return self.env._("none")
        if operator == "between":
            return self.env._(
                "between %(least)s and %(most)s",
                least=self._format_limit(self.value),
                most=self._format_limit(self.value_max),
            )
        templates = {
            "ge": self.env._("at least %s"),
            "gt": self.env._("more than %s"),
            "le": self.env._("at most %s"),
            "lt": self.env._("less than %s"),
        }
        limit = self._format_limit(self.value)
        return templates[(operator or "ge").removeprefix("points_")] % limit

    def _format_limit(self, value):
        """Return a number that a condition asks for, in words."""
        criterion = self.criterion_id
        if self.operator in POINTS_OPERATORS:
            return criterion._format_points(value)
        return criterion._format_value(value)

    def _get_level_text(self):
        """Return the level asked for; for a rank, the share of the customers it means."""
        band = self.level_id
        criterion = self.criterion_id
        differ = len(criterion._get_band_sets()) > 1  # levels begin elsewhere for others
        if criterion._is_ranked() and self.operator != "level_le" and not differ:
            return self._get_rank_level_text()
        if self.operator == "level_ge":
            return self.env._("%s or better", band.level or "")
        if self.operator == "level_le":
            return self.env._("%s or worse", band.level or "")
        return band.level or ""

    def _get_rank_level_text(self):
        """Return a level of a rank as a share of the customers, or of their total."""
        criterion = self.criterion_id
        if criterion.band_by == "own_share":
            return self.env._(
                "with at least %s %% of the total", criterion._format_number(self.level_id.lower)
            )
        better = self.env["customer.grading.band"]
        if self.operator == "level_is":
            better = criterion.band_ids.filtered(lambda band: band.lower < self.level_id.lower)
        names = {
            "share": criterion._format_number(self.level_id.lower),
            "better": criterion._format_number(max(better.mapped("lower"), default=0)),
        }
        by_share = criterion.band_by == "share"
        if not better:
            if by_share:
                return self.env._(
                    "among those who make the first %(share)s %% of the total", **names
                )
            return self.env._("among the first %(share)s %%", **names)
        if by_share:
            return self.env._(
                "among those who make the first %(share)s %% of the total, but not of the "
                "first %(better)s %%",
                **names,
            )
        return self.env._(
            "among the first %(share)s %%, but not of the first %(better)s %%", **names
        )

    def _get_choice_text(self):
        criterion = self.criterion_id
        if criterion.unit == "text":
            return self.env._("“%s”", self.text_value or "")
        if not self.choice_id:
            return ""
        return criterion._format_choice(self.choice_id)
