from ast import literal_eval
from functools import reduce

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang
from odoo.tools.misc import get_lang

from ..tools.figures import count_decimals, round_figure, split_wan
from .customer_grading_rule import KNOWN_OPERATORS, LEVEL_OPERATORS, POINTS_OPERATORS


class CustomerGradingMeasure(models.Model):
    _inherit = "customer.grading.measure"

    @api.model
    def _join_all(self, texts):
        """Return phrases that hold together as one: “a, and b, and c”."""
        return self._join(texts, lambda first, second: self.env._(
            "%(first)s, and %(second)s", first=first, second=second
        ))

    @api.model
    def _join_list(self, texts):
        """Return phrases one after another: “a; b; c”."""
        return self._join(texts, lambda first, second: self.env._(
            "%(first)s; %(second)s", first=first, second=second
        ))

    @staticmethod
    def _join(texts, template):
        texts = [text for text in texts if text]
        return reduce(template, texts) if texts else ""

    # ------------------------------------------------------------------ filters in words

    @api.model
    def _get_domain_text(self, domain, model_name):
        """Return the filter ``domain`` (as text) on ``model_name`` in words; empty for none."""
        if model_name not in self.env or self._get_domain_problem(domain, model_name):
            return domain or ""
        return self._describe_domain(Domain(literal_eval(domain or "[]")), model_name)

    def _describe_domain(self, domain, model_name):
        """Return a :class:`Domain` in words, reading its prefix notation from the end."""
        if domain.is_true():
            return ""
        stack = []
        for item in reversed(list(domain)):
            if item == "!":
                stack.append(("!", self.env._("not (%s)", stack.pop()[1])))
            elif item in ("&", "|"):
                first, second = (self._enclose(part, item) for part in (stack.pop(), stack.pop()))
                stack.append((item, self._pair_conditions(item, first, second)))
            else:
                stack.append(("", self._describe_condition(item, model_name)))
        return stack[-1][1]

    def _enclose(self, part, operator):
        kind, text = part
        return self.env._("(%s)", text) if kind in ("&", "|") and kind != operator else text

    def _pair_conditions(self, operator, first, second):
        if operator == "&":
            return self._join_all([first, second])
        return self.env._("%(first)s, or %(second)s", first=first, second=second)

    def _describe_condition(self, condition, model_name):
        path, operator, value = condition
        if not isinstance(path, str):
            return self.env._("never")
        label, field = self._describe_path(path, model_name)
        if isinstance(value, (Domain, list)) and operator in ("any", "not any"):
            inner = self._describe_domain(Domain(value), field.comodel_name)
            return self.env._("%(field)s: %(filter)s", field=label, filter=f"({inner})")
        if isinstance(value, (list, tuple, set)) and len(value) == 1:
            [value] = value
            operator = {"in": "=", "not in": "!="}.get(operator, operator)
        if value in (False, None) and operator in ("=", "!=") and field.type != "boolean":
            unset = operator == "="
            return (
                self.env._("%s is not set", label) if unset else self.env._("%s is set", label)
            )
        names = self._describe_values(value, field)
        return self._get_comparison_text(operator, label, names)

    def _get_comparison_text(self, operator, label, names):
        _ = self.env._
        templates = {
            "=": _("%(field)s is %(value)s"),
            "!=": _("%(field)s is not %(value)s"),
            "in": _("%(field)s is one of %(value)s"),
            "not in": _("%(field)s is none of %(value)s"),
            ">": _("%(field)s is more than %(value)s"),
            ">=": _("%(field)s is at least %(value)s"),
            "<": _("%(field)s is less than %(value)s"),
            "<=": _("%(field)s is at most %(value)s"),
            "ilike": _("%(field)s contains %(value)s"),
            "not ilike": _("%(field)s does not contain %(value)s"),
            "child_of": _("%(field)s is within %(value)s"),
            "parent_of": _("%(field)s is above %(value)s"),
        }
        template = templates.get(operator)
        if not template:
            return f"{label} {operator} {names}"
        return template % {"field": label, "value": names}

    def _describe_path(self, path, model_name):
        """Return the labels along a field path, and the field at its end."""
        model, labels, field = self.env[model_name], [], None
        for name in path.split("."):
            field = model._fields[name]
            labels.append(field._description_string(self.env) or name)
            if field.relational:
                model = self.env[field.comodel_name]
            elif field.type in ("date", "datetime"):
                break  # what follows is a part of the date
        return " › ".join(labels), field

    def _describe_values(self, value, field):
        values = list(value) if isinstance(value, (list, tuple, set)) else [value]
        if field.relational and values and all(type(v) is int for v in values):
            records = self.env[field.comodel_name].sudo().browse(values).exists()
            names = records.mapped("display_name")
        elif field.type == "selection":
            labels = dict(field._description_selection(self.env))
            names = [labels.get(v, str(v)) for v in values]
        elif field.type == "boolean":
            names = [self.env._("yes") if v else self.env._("no") for v in values]
        elif field.type in ("date", "datetime"):
            return ", ".join(format_date(self.env, v) for v in values)
        elif field.type in ("integer", "float", "monetary"):
            return ", ".join(formatLang(self.env, float(v), digits=0) for v in values)
        else:
            names = [str(v) for v in values]
        return self.env._(", ").join(self.env._("“%s”", name) for name in names)


class CustomerGradingCriterion(models.Model):
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
        if currency == "CNY" and not bare:
            unit += "元"
        elif not bare:
            unit = f"{unit} {currency}".strip()
        return f"{self._format_number(number)} {unit}".strip()

    def _format_counted(self, value, towards="near"):
        """Return a number with what it counts: “12 days”, “95.5 %”."""
        number = round_figure(value, 2, towards)
        text = self._format_number(number)
        _ = self.env._
        if self.unit == "ratio":
            return _("%s %%", text)
        if self.unit == "days":
            return _("1 day") if number == 1 else _("%s days", text)
        if self.unit == "months":
            return _("1 month") if number == 1 else _("%s months", text)
        if self.unit == "quantity":
            return f"{text} {self.uom_id.name or ''}".strip()
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
        _ = self.env._
        if self.kind == "any":
            return _("any of: %s", conditions)
        if self.kind == "none":
            return _("none of: %s", conditions)
        if self.kind == "at_least":
            return _(
                "at least %(count)s of: %(conditions)s", count=self.count, conditions=conditions
            )
        if self.kind == "at_most":
            return _(
                "at most %(count)s of: %(conditions)s", count=self.count, conditions=conditions
            )
        return _("all of: %s", conditions)

    def _get_group_name(self):
        """Return what stands over the lines of a group in a table."""
        _ = self.env._
        if self.kind in ("at_least", "at_most"):
            return (
                _("At least %s of", self.count)
                if self.kind == "at_least"
                else _("At most %s of", self.count)
            )
        return {"any": _("Any of"), "none": _("None of")}.get(self.kind, _("All of"))

    def _get_condition_text(self):
        """Return a condition as a phrase; what is wrong with a broken one is said in it."""
        if problem := self._get_problem():
            return self.env._("[to be completed: %s]", problem)
        criterion = self.criterion_id
        _ = self.env._
        if self.operator in ("yes", "no"):
            return self._get_yes_no_text()
        if self.operator == "known":
            return _("%s is known", criterion._get_label())
        if self.operator == "unknown":
            return _("%s is unknown", criterion._get_label())
        if self._asks_for_none():
            return _("no %s", criterion._get_label())
        if criterion._is_ranked():
            return self._get_rank_text()
        template = (
            _("%(criterion)s: %(asked)s")
            if self.operator in LEVEL_OPERATORS or self.operator == "is"
            else _("%(criterion)s %(asked)s")
        )
        return template % {"criterion": criterion._get_label(), "asked": self._get_asked_text()}

    def _asks_for_none(self):
        """Whether a condition says that there is nothing of something that is counted."""
        return (
            self.operator == "le" and not self.value and self.unit in ("amount", "count", "quantity")
        )

    def _get_yes_no_text(self):
        criterion = self.criterion_id
        yes = self.operator == "yes"
        _ = self.env._
        if criterion.measure_id.kind == "question":
            return (
                _("“%s” answered yes", criterion.name)
                if yes
                else _("“%s” answered no", criterion.name)
            )
        return criterion._get_label() if yes else _("not: %s", criterion._get_label())

    def _get_rank_text(self):
        """Return a condition on a rank as a phrase."""
        criterion, _ = self.criterion_id, self.env._
        label, asked = criterion._get_label(), self._get_asked_text()
        if self.operator in LEVEL_OPERATORS:
            return _("%(asked)s by %(criterion)s", asked=asked, criterion=label)
        return _("%(criterion)s %(asked)s", criterion=label, asked=asked)

    # ------------------------------------------------------------------ what is asked

    def _get_asked_text(self):
        """Return in short what a condition asks of its criterion: “at least 5 days”."""
        self.ensure_one()
        _ = self.env._
        operator = self.operator
        if operator in KNOWN_OPERATORS:
            return _("known") if operator == "known" else _("unknown")
        if operator in ("yes", "no"):
            return _("yes") if operator == "yes" else _("no")
        if operator in LEVEL_OPERATORS:
            return self._get_level_text()
        if operator == "is":
            return self._get_choice_text()
        if self._asks_for_none():
            return _("none")
        if operator == "between":
            return _(
                "between %(least)s and %(most)s",
                least=self._format_limit(self.value),
                most=self._format_limit(self.value_max),
            )
        templates = {
            "ge": _("at least %s"),
            "gt": _("more than %s"),
            "le": _("at most %s"),
            "lt": _("less than %s"),
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
        band, _ = self.level_id, self.env._
        criterion = self.criterion_id
        if criterion._is_ranked() and self._is_first_levels():
            share = criterion._format_number(band.lower)
            if criterion.band_by == "share":
                return _("among those who make the first %s %% of the total", share)
            return _("among the first %s %%", share)
        if self.operator == "level_ge":
            return _("%s or better", band.level or "")
        if self.operator == "level_le":
            return _("%s or worse", band.level or "")
        return band.level or ""

    def _is_first_levels(self):
        """Whether all from the first down to the level asked for are meant."""
        best = self.criterion_id.band_ids._sort_for_matching()[:1]
        return self.operator == "level_ge" or (self.operator == "level_is" and self.level_id == best)

    def _get_choice_text(self):
        criterion = self.criterion_id
        if criterion.unit == "text":
            return self.env._("“%s”", self.text_value or "")
        if not self.choice_id:
            return ""
        return criterion._format_choice(self.choice_id)
