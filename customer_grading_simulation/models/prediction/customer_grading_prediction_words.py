from itertools import pairwise

from odoo import api, models
from odoo.addons.customer_grading.tools.blocks import at_end, make_badge, make_block, make_row
from odoo.addons.customer_grading.tools.texts import join_words
from odoo.tools import format_date

from ...tools.evidence import FEWEST, Ratio, compare, compare_correlations
from .customer_grading_followed import MAIN

WORTH = 0.1  # how far from the average, as a share of it, a difference is worth a sentence


class CustomerGradingPredictionWords(models.AbstractModel):
    """Says what followed a past day by grade, in sentences and tables.

    What is said of two grades is said where their difference is beyond chance (the tests are
    those of ``tools/evidence.py``); where it is not, or there are too few, that is said.
    """

    _name = "customer.grading.prediction.words"
    _description = "What a Prediction Says"

    @api.model
    def _get_views(self, trial):
        """Return the views of the page of a trial; two policies begin with both side by side."""
        lines = trial.sudo().prediction_ids.filtered(lambda line: line.months == trial.months)
        by_policy = lines.grouped("policy_id")
        policies = trial.policy_id.sudo() | trial.other_policy_id.sudo()
        told = {policy: by_policy.get(policy, lines.browse()) for policy in policies}
        views = [self._get_policy_view(trial, policy, own) for policy, own in told.items()]
        if len(policies) > 1 and lines:
            views.insert(0, self._get_beside_view(trial, told))
        return views

    def _get_policy_view(self, trial, policy, lines):
        graded = self._get_graded(lines)
        view = {
            "title": policy.display_name,
            "headline": self._get_headline(trial, graded),
            "notices": trial._get_unknown_texts(policy),
        }
        if not graded:
            text = self.env._("Nobody has a grade as of this day: choose a later one.")
            return {**view, "empty": {"text": text}}
        sentences = self._get_sentences(trial, policy, lines)
        rows = [make_row(None, sentence) for sentence in sentences]
        says = make_block(self.env._("What it says"), rows=rows)
        return {**view, "blocks": [says, self._get_table(trial, lines)]}

    def _get_headline(self, trial, graded):
        last = self.env["customer.grading.followed"]._get_windows(trial.date, trial.months)
        return self.env._(
            "%(number)s by their grade as of %(date)s, and what followed until %(last)s",
            number=trial.dimension_id._get_number_text(sum(graded.mapped("count"))),
            date=format_date(self.env, trial.date),
            last=format_date(self.env, last[trial.months]),
        )

    @staticmethod
    def _get_graded(lines):
        """Return the lines of the grades, best first."""
        return lines.filtered(lambda line: line.by == "grade" and line.grade_id).sorted("position")

    # ------------------------------------------------------------------ sentences

    def _get_sentences(self, trial, policy, lines):
        """Return what the figures of a policy say."""
        graded = self._get_graded(lines)
        main = MAIN[trial.subject]
        if not self._add_up(graded, main).x > 0:
            return [
                trial.dimension_id._choose_text(
                    self.env._("Nobody bought anything afterwards: nothing to compare with."),
                    self.env._("Nothing was won afterwards: nothing to compare with."),
                )
            ]
        if len(graded) == 1:
            return [
                self.env._("All have the same grade, so it tells nothing."),
                *self._get_odd_sentences(graded),
            ]
        sentences = [
            self._get_lift_sentence(trial, graded),
            *self._get_order_sentences(trial, graded),
            *self._get_odd_sentences(graded),
            self._get_best_sentence(trial, lines),
            self._get_rank_sentence(trial, policy, graded),
        ]
        return [sentence for sentence in sentences if sentence]

    @staticmethod
    def _add_up(lines, outcome):
        """Return the ratio of an outcome over all members of these lines."""
        ratios = [line._get_ratio(outcome) for line in lines]
        return Ratio(*(sum(each) for each in zip(*ratios, strict=True)))

    def _get_lift_sentence(self, trial, graded):
        """Return how many times the average the best and the last grade did."""
        average = self._add_up(graded, MAIN[trial.subject]).value
        first, last = (
            line._get_ratio(MAIN[trial.subject]).value / average for line in (graded[0], graded[-1])
        )
        names = {
            "first": graded[0].grade_id.code,
            "times": self._format_times(first),
            "last": graded[-1].grade_id.code,
            "last_times": self._format_times(last),
        }
        return trial.dimension_id._choose_text(
            self.env._(
                "%(first)s bought %(times)s times the average, %(last)s %(last_times)s times.",
                **names,
            ),
            self.env._(
                "%(first)s was won %(times)s times as often as the average, %(last)s "
                "%(last_times)s times.",
                **names,
            ),
        )

    def _get_order_sentences(self, trial, graded):
        """Return of each grade and the next one whether their order says anything."""
        verdicts = [
            (one, other, compare(*(line._get_ratio(MAIN[trial.subject]) for line in (one, other))))
            for one, other in pairwise(graded)
        ]
        if len(verdicts) > 1 and all(verdict == 1 for *_lines, verdict in verdicts):
            return [
                trial.dimension_id._choose_text(
                    self.env._("Each grade bought more than the next one, beyond chance."),
                    self.env._("Each grade was won more often than the next one, beyond chance."),
                )
            ]
        told = [each for each in verdicts if each[2] is not None]
        sentences = [self._get_pair_sentence(trial, *verdict) for verdict in told]
        return sentences + self._get_few_sentences([each for each in verdicts if each[2] is None])

    def _get_few_sentences(self, verdicts):
        """Return of which grades too few tell nothing, in one sentence."""
        if not verdicts:
            return []
        pairs = [
            self.env._("%(one)s and %(other)s", one=one.grade_id.code, other=other.grade_id.code)
            for one, other, _verdict in verdicts
        ]
        return [
            self.env._(
                "Too few to tell the order of %(pairs)s: that takes %(fewest)s of each.",
                pairs=join_words(self.env, pairs),
                fewest=FEWEST,
            )
        ]

    def _get_pair_sentence(self, trial, one, other, verdict):
        names = {"one": one.grade_id.code, "other": other.grade_id.code}
        if verdict == 0:
            return self.env._(
                "The order of %(one)s and %(other)s says nothing: they differ by no more than "
                "chance.",
                **names,
            )
        if verdict < 0:
            return trial.dimension_id._choose_text(
                self.env._(
                    "%(other)s bought more than %(one)s, beyond chance: the wrong way round.",
                    **names,
                ),
                self.env._(
                    "%(other)s was won more often than %(one)s, beyond chance: the wrong way "
                    "round.",
                    **names,
                ),
            )
        return trial.dimension_id._choose_text(
            self.env._("%(one)s bought more than %(other)s, beyond chance.", **names),
            self.env._("%(one)s was won more often than %(other)s, beyond chance.", **names),
        )

    def _get_odd_sentences(self, graded):
        """Return which grades paid late, or left, more or less often than the others."""
        sentences = []
        for outcome in ("late", "left"):
            if outcome not in graded[0].sudo().sums:
                continue
            total = self._add_up(graded, outcome)
            if not total.value:
                sentences.append(self._get_none_sentence(outcome))
                continue
            verdicts = self._compare_with_others(graded, outcome, total)
            if odd := self._find_odd(verdicts):
                sentences += [self._get_odd_sentence(outcome, *each) for each in odd]
            elif len(graded) > 1 and any(verdict is not None for *_line, verdict in verdicts):
                sentences.append(self._get_alike_sentence(outcome))
        return sentences

    @staticmethod
    def _compare_with_others(graded, outcome, total):
        """Return ``[(line, times the average, verdict)]``: each grade beside all others."""
        ratios = {line: line._get_ratio(outcome) for line in graded}
        return [
            (line, ratio.value / total.value, compare(ratio, total - ratio))
            for line, ratio in ratios.items()
            if ratio.value is not None
        ]

    @staticmethod
    def _find_odd(verdicts):
        """Return ``[(line, times the average)]`` of the grade above the others, and that below.

        Among many the least difference is beyond chance: it also has to be worth saying.
        """
        odd = [
            (line, times)
            for line, times, verdict in verdicts
            if verdict and abs(times - 1) >= WORTH
        ]
        odd.sort(key=lambda each: -each[1])
        return odd[:1] + odd[1:][-1:]

    def _get_none_sentence(self, outcome):
        if outcome == "late":
            return self.env._("Nothing that fell due was paid late.")
        return self.env._("Everybody who had bought before bought again.")

    def _get_alike_sentence(self, outcome):
        if outcome == "late":
            return self.env._("No grade paid late clearly more or less often than others.")
        return self.env._("No grade left clearly more or less often than others.")

    def _get_odd_sentence(self, outcome, line, times):
        names = {"grade": line.grade_id.code, "times": self._format_times(times)}
        if not times:
            return (
                self.env._("%(grade)s never paid late.", **names)
                if outcome == "late"
                else self.env._("Nobody of %(grade)s left.", **names)
            )
        if outcome == "late":
            return self.env._(
                "%(grade)s paid late %(times)s times as often as the average.", **names
            )
        return self.env._("%(grade)s left %(times)s times as often as the average.", **names)

    def _get_best_sentence(self, trial, lines):
        """Return what those of the best grade brought, beside as many of the largest before."""
        best = self._get_graded(lines)[0]
        plain = lines.filtered(lambda line: line.by == "revenue" and line.grade_id == best.grade_id)
        total = self._add_up(self._get_graded(lines), "revenue").x
        if total <= 0:
            return None
        names = {
            "number": trial._format_count(best.count),
            "grade": best.grade_id.code,
            "share": trial._format_share(best.revenue, total) or self._format_share(0),
            "plain": trial._format_share(plain.revenue, total) or self._format_share(0),
        }
        if best.count == 1:
            return trial.dimension_id._choose_text(
                self.env._(
                    "The only one of %(grade)s brought %(share)s of the revenue; the largest "
                    "before brought %(plain)s.",
                    **names,
                ),
                self.env._(
                    "The only one of %(grade)s brought %(share)s of what was won; the largest "
                    "expected brought %(plain)s.",
                    **names,
                ),
            )
        return trial.dimension_id._choose_text(
            self.env._(
                "The %(number)s of %(grade)s brought %(share)s of the revenue; as many of the "
                "largest before brought %(plain)s.",
                **names,
            ),
            self.env._(
                "The %(number)s of %(grade)s brought %(share)s of what was won; as many of the "
                "largest expected brought %(plain)s.",
                **names,
            ),
        )

    def _get_rank_sentence(self, trial, policy, graded):
        """Return whether the grade tells more of what followed than plain revenue does."""
        grade, plain = self._get_correlations(trial, policy)
        verdict = compare_correlations(grade, plain, sum(graded.mapped("count")))
        if verdict is None:
            return None
        names = {"grade": self._format_correlation(grade), "plain": self._format_correlation(plain)}
        if verdict > 0:
            text = self.env._(
                "The grade tells more than plain revenue: rank correlation %(grade)s, and %(plain)s.",
                **names,
            )
        elif verdict < 0:
            text = self.env._(
                "The grade tells less than plain revenue: rank correlation %(grade)s, and %(plain)s.",
                **names,
            )
        else:
            text = self.env._(
                "The grade tells as much as plain revenue: rank correlation %(grade)s, and "
                "%(plain)s.",
                **names,
            )
        return text

    @staticmethod
    def _get_correlations(trial, policy):
        """Return the rank correlations with what followed, of the grade and of revenue rank."""
        kept = (trial.sudo().correlations or {}).get(str(policy.id), {})
        told = kept.get(str(trial.months), {})
        return told.get("grade"), told.get("revenue")

    # ------------------------------------------------------------------ tables

    def _get_table(self, trial, lines):
        """Return the figures by grade; in the last row those of all."""
        graded = self._get_graded(lines)
        columns = self._get_columns(trial, lines)
        rows = [
            make_row(None, trial._get_grade_cell(line.grade_id), *self._get_cells(columns, line))
            for line in graded
        ]
        for line in lines.filtered(lambda line: line.by == "grade") - graded:
            cells = self._get_cells(columns, line)
            rows.append(make_row(None, trial._get_grade_cell(line.grade_id), *cells, muted=True))
        rows.append(
            make_row(None, self.env._("All with a grade"), *self._get_cells(columns, graded))
        )
        title, currency = self.env._("Grade"), trial.currency_id.name or ""
        text = trial.dimension_id._choose_text(
            self.env._("Amounts in %s, untaxed, less credit notes.", currency),
            self.env._("Amounts in %s, as expected of each opportunity.", currency),
        )
        return make_block(title, [title, *columns], rows, text)

    @staticmethod
    def _get_cells(columns, lines):
        return [at_end(get_text(lines)) for get_text in columns.values()]

    def _get_columns(self, trial, lines):
        """Return ``{title: text of a figure of some lines}``."""
        choose = trial.dimension_id._choose_text
        plain = {line.grade_id: line for line in lines.filtered(lambda line: line.by == "revenue")}
        columns = {
            trial._get_subjects_title(): lambda some: trial._format_count(
                sum(some.mapped("count"))
            ),
            choose(self.env._("Revenue, average"), self.env._("Amount won, average")): (
                lambda some: self._format_amount(self._divide(some, "revenue", "count"))
            ),
            self.env._("Times the average"): lambda some: self._format_lift(some),
            choose(
                self.env._("As many by revenue before"), self.env._("As many by expected revenue")
            ): lambda some: self._format_lift(
                some.browse().union(*(plain[line.grade_id] for line in some if line.grade_id))
            ),
        }
        return columns | self._get_share_columns(lines)

    def _get_share_columns(self, lines):
        """Return the columns of what is told of these lines, as :meth:`_get_columns`."""
        told = {
            "ordered": (self.env._("Ordered"), "ordered_count", "count"),
            "late": (self.env._("Paid late"), "late_count", "due_count"),
            "left": (self.env._("Left"), "left_count", "before_count"),
            "won": (self.env._("Won"), "won_count", "count"),
        }
        sums = lines[:1].sudo().sums
        columns = {
            title: lambda some, part=part, whole=whole: self._format_share(
                self._divide(some, part, whole)
            )
            for outcome, (title, part, whole) in told.items()
            if outcome in sums
        }
        if "days" in sums:
            columns[self.env._("Days to closing")] = lambda some: self._format_amount(
                self._divide(some, "days", "won_count")
            )
        return columns

    def _get_beside_view(self, trial, told):
        """Return the view of two policies side by side, and which of them tells more."""
        none = self.env["customer.grading.prediction"]
        held = none.union(*map(self._get_graded, told.values())).grade_id
        grades = held.sorted(lambda grade: (grade.sequence, grade.id))
        columns = [
            (policy, title, get_text, self._get_graded(lines).grouped("grade_id"))
            for policy, lines in told.items()
            for title, get_text in self._get_compared_columns(trial, lines).items()
        ]
        rows = [
            make_row(
                None,
                {"badge": make_badge(grade)},
                *(
                    at_end(get_text(by_grade.get(grade, none)))
                    for *_, get_text, by_grade in columns
                ),
            )
            for grade in grades
        ]
        heads = [
            self.env._("%(policy)s: %(figure)s", policy=policy.display_name, figure=title)
            for policy, title, *_rest in columns
        ]
        title = self.env._("Grade")
        return {
            "title": self.env._("Side by side"),
            "headline": self._get_tells_sentence(trial, told),
            "blocks": [make_block(title, [title, *heads], rows)],
        }

    def _get_compared_columns(self, trial, lines):
        """Return the columns that stand side by side."""
        columns = self._get_columns(trial, lines)
        titles = [*columns]
        kept = {titles[0], titles[2], *self._get_share_columns(lines)} - {self.env._("Ordered")}
        return {title: get_text for title, get_text in columns.items() if title in kept}

    def _get_tells_sentence(self, trial, told):
        """Return which of two policies tells more of what followed."""
        one, other = told
        first, second = (self._get_correlations(trial, policy)[0] for policy in told)
        count = min(sum(self._get_graded(lines).mapped("count")) for lines in told.values())
        verdict = compare_correlations(first, second, count)
        if verdict is None:
            return ""
        if verdict < 0:
            one, other, first, second = other, one, second, first
        names = {
            "one": one.display_name,
            "other": other.display_name,
            "first": self._format_correlation(first),
            "second": self._format_correlation(second),
        }
        if not verdict:
            return self.env._(
                "“%(one)s” tells as much as “%(other)s”: rank correlation %(first)s, and "
                "%(second)s.",
                **names,
            )
        return self.env._(
            "“%(one)s” tells more than “%(other)s”: rank correlation %(first)s, and %(second)s.",
            **names,
        )

    # ------------------------------------------------------------------ figures

    @staticmethod
    def _divide(lines, part, whole):
        """Return the ratio of two figures of some lines; ``None`` where it is not known."""
        total = sum(lines.mapped(whole))
        return sum(lines.mapped(part)) / total if total else None

    def _format_lift(self, lines):
        times = self._divide(lines, "revenue", "expected_revenue")
        return "" if times is None else self._format_times(times)

    def _format_times(self, times):
        """Return how many times with one decimal; what is nearly nothing is no nothing."""
        digits = 2 if abs(times) < 0.1 else 1
        return self.env["customer.grading.criterion"]._format_number(times, digits)

    def _format_correlation(self, correlation):
        return self.env["customer.grading.criterion"]._format_number(correlation, 2)

    def _format_share(self, share):
        if share is None:
            return ""
        number = self.env["customer.grading.criterion"]._format_number(share * 100, 1)
        return self.env._("%s %%", number)

    def _format_amount(self, amount):
        """Return an amount without its currency, which the page says once."""
        if amount is None:
            return ""
        return self.env["customer.grading.criterion"]._format_amount(amount, "near", bare=True)
