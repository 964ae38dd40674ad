from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.columns import LIMITS
from .customer_grading_run import TRIAL_MODES
from .customer_grading_run_actions import PAGES

SAMPLE = 1_000  # customers asked why they would move


class CustomerGradingRun(models.Model):
    """What a run did, as its form shows it: counts, limits used, why it stopped to ask."""

    _inherit = "customer.grading.run"

    counts = fields.Json(compute="_compute_counts")
    limits = fields.Json("Limits used", compute="_compute_limits")
    stop_text = fields.Char(compute="_compute_stop_text")

    # ------------------------------------------------------------------ limits

    @api.depends("cutoffs")
    @api.depends_context("lang")
    def _compute_limits(self):
        for run in self:
            rows = run._get_limit_rows() if run.cutoffs else []
            run.limits = rows and [
                {
                    "blocks": [
                        {
                            "title": self.env._("Limits used"),
                            "columns": [
                                self.env._("Limits used"),
                                self.env._("Level"),
                                self.env._("Among"),
                                self.env._("From"),
                            ],
                            "rows": rows,
                        }
                    ]
                }
            ]

    def _get_limit_rows(self):
        """Return the cut-offs of rankings in words, best level first."""
        policy = self.policy_id.sudo()
        rows = []
        for criterion in policy._get_measured_criteria().filtered(lambda c: c._is_ranked()):
            by_band = self.cutoffs.get(str(criterion.id), {})
            for band in criterion.band_ids._sort_for_matching():
                for group, value in by_band.get(str(band.id), {}).items():
                    if value is None:
                        continue  # nobody of the group is among the first
                    texts = [
                        criterion._to_text(),
                        band._to_text(),
                        self._get_group_text(
                            policy.subject_model, criterion._get_rank_path(), group
                        ),
                        criterion._format_value(float(value), "down"),
                    ]
                    rows.append({"cells": [{"text": text} for text in texts]})
        return rows + self._get_room_rows(policy)

    def _get_room_rows(self, policy):
        """Return the least value with which a limited grade was taken, where many met it."""
        rows = []
        for rule in policy.rule_ids.filtered("limit_count"):
            for group, last in self.cutoffs.get(LIMITS, {}).get(str(rule.id), {}).items():
                if not last:
                    continue  # there is room for all
                value = last[0]
                criterion = rule.limit_criterion_id
                texts = [
                    criterion._to_text(),
                    self.env._(
                        "%(grade)s: %(count)s at most",
                        grade=rule.grade_id.code,
                        count=rule.limit_count,
                    ),
                    self._get_group_text(policy.subject_model, rule._get_limit_path(), group),
                    "" if value is None else criterion._format_value(float(value), "down"),
                ]
                rows.append({"cells": [{"text": text} for text in texts]})
        return rows

    def _get_group_text(self, model_name, path, group):
        """Return the name of those among whom a limit counts."""
        if not group:
            return self.dimension_id._choose_text(
                self.env._("all customers"), self.env._("all opportunities")
            )
        field = self.env["customer.grading.measure"]._get_path_field(model_name, path)
        if not field.relational:
            return group
        record = self.env[field.comodel_name].sudo().browse(int(group)).exists()
        return record.display_name or self.env._("none")

    # ------------------------------------------------------------------ what a run did

    def action_open(self):
        """Open the run: what it did, or what a try-on would do."""
        self.ensure_one()
        return self._get_try_on_action() if self.mode in PAGES else self._get_records_action()

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_counts(self):
        for run in self:
            done = run.state in ("done", "stopped") and run.mode not in TRIAL_MODES
            run.counts = [{"blocks": [run._get_counts_block()]}] if done else False

    def _get_counts_block(self):
        """Return how many customers went where, each number opening them."""
        counted = [(self.env._("Graded"), self.graded_count, self._get_results_action([]))]
        if self.state == "done":
            counted += [
                (self.env._("Up"), self.up_count, self._get_changes_action("up")),
                (self.env._("Down"), self.down_count, self._get_changes_action("down")),
                (self.env._("New"), self.new_count, self._get_changes_action("new")),
                (self.env._("Left the scope"), self.left_count, self._get_changes_action("lost")),
                (
                    self.env._("Not graded"),
                    self.not_graded_count,
                    self._get_results_action(
                        [
                            ("reason", "in", ("missing", "no_rule")),
                            ("manual_kind", "!=", "exclude"),
                        ]
                    ),
                ),
                (self.env._("Unchanged"), self.unchanged_count, None),
            ]
        rows = []
        for label, count, action in counted:
            cell = {"text": self._format_count(count), "align": "end"}
            if count and action:
                cell["action"] = action
            rows.append({"muted": not count, "cells": [{"text": label}, cell]})
        title = self._get_subjects_title()
        return {"title": title, "columns": [title, ""], "rows": rows}

    def _get_subjects_title(self):
        """Return what is graded, as it heads a column."""
        return self.dimension_id._choose_text(self.env._("Customers"), self.env._("Opportunities"))

    def _get_changes_action(self, direction):
        action = self.action_view_changes()
        return dict(action, domain=[*action["domain"], ("direction", "=", direction)])

    def _get_results_action(self, domain):
        """Return the action that opens customers as they stand since a run of everybody."""
        if self.mode != "nightly":
            return None
        return {
            "type": "ir.actions.act_window",
            "name": self._get_subjects_title(),
            "res_model": "customer.grading.result",
            "view_mode": "list,form",
            "domain": [*self._get_results_domain(), *domain],
            "context": {"create": False, "grading_subject": self.subject},
        }

    # ------------------------------------------------------------------ stopped to ask

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_stop_text(self):
        for run in self:
            run.stop_text = run._get_stop_text() if run.state == "stopped" else False

    def _get_stop_text(self):
        """Return how many customers would move, and which criterion moves most of them."""
        Result = self.env["customer.grading.result"].sudo()
        domain = Domain(self._get_results_domain())
        total = Result.search_count(domain)
        moving = Result.search_count(domain & self._get_moving_domain())
        names = {
            "moving": self._format_count(moving),
            "count": self._format_count(total),
            "limit": self._format_count(self.policy_id.stop_percent),
        }
        text = self.dimension_id._choose_text(
            self.env._(
                "Stopped to ask: %(moving)s of %(count)s customers would move (limit "
                "%(limit)s %%).",
                **names,
            ),
            self.env._(
                "Stopped to ask: %(moving)s of %(count)s opportunities would move (limit "
                "%(limit)s %%).",
                **names,
            ),
        )
        criterion = self._get_most_common_reason()
        if not criterion:
            return text
        return self.env._(
            "%(sentence)s Most common reason: %(criterion)s.",
            sentence=text,
            criterion=criterion.name,
        )

    def _get_results_domain(self):
        """Return the results that the run graded."""
        return [
            ("dimension_id", "=", self.dimension_id.id),
            ("company_id", "=", self.company_id.id),
            ("policy_id", "=", self.policy_id.id),
        ]

    def _get_moving_domain(self):
        """Return what would move: not what was refused or undone before, and stays."""
        return Domain("is_waiting", "=", True) & Domain("is_undecided", "=", True)

    def _get_most_common_reason(self):
        """Return the criterion that decides for most of those that would move."""
        Explanation = self.env["customer.grading.explanation"]
        domain = Domain(self._get_results_domain()) & self._get_moving_domain()
        results = self.env["customer.grading.result"].sudo().search(domain, limit=SAMPLE)
        counts = Counter()
        for result, explanation in Explanation._explain(results).items():
            counts.update(self._get_decisive_criteria(explanation, result.grade_id))
        return counts.most_common(1)[0][0] if counts else None

    def _get_decisive_criteria(self, explanation, held):
        """Return what the grade held asks for in vain, or what the higher one asks first."""
        lost = explanation.policy.rule_ids.filtered(
            lambda rule: rule.grade_id == held and not explanation.holds[rule]
        )
        if held and (not explanation.grade or explanation.is_better(held)):
            gaps = explanation.get_gaps(lost[0]) if lost else []
            return {gap.condition.criterion_id for gap in gaps}
        Explanation = self.env["customer.grading.explanation"]
        met = Explanation._get_decisive_conditions(explanation, held)
        return {met[0].criterion_id} if met else set()

    def action_view_waiting(self):
        """Open the customers that would move, as they stand."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grading_result_action"
        )
        name = self.dimension_id._choose_text(
            self.env._("Customers that would move"), self.env._("Opportunities that would move")
        )
        return dict(
            action,
            name=name,
            display_name=name,
            domain=[*self._get_results_domain(), *self._get_moving_domain()],
            context={"create": False, "grading_subject": self.subject},
        )
