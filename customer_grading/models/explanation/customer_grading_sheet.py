from array import array
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL, date_utils, format_amount, format_date, format_datetime

from ...tools.groups import MANAGER_GROUP, OFFICER_GROUP
from ...tools.subject import LEAD
from ..policy.customer_grading_rule import LEVEL_OPERATORS, POINTS_OPERATORS
from .customer_grading_change import HISTORY, OPEN_INVOICES, SIGNS

SHOWN = 12  # entries of the timeline on the sheet; the button History shows all

MARKS = {True: "met", False: "unmet", None: "missing"}


class View(NamedTuple):
    """What a sheet is written from, and how much of it the reader may see."""

    record: Any  # the customer or the opportunity
    result: Any
    explanation: Any
    scope: Any
    figures: bool
    answers: dict  # {question: the answer that counts}


LEFT_MONTHS = 2  # how long before a grade was lost what cost it may have left its period


class CustomerGradingSheet(models.AbstractModel):
    """Puts the page “Grading” of a customer or an opportunity together: “Why this grade?”.

    What it hands out is for the reader's eyes: his language, his formats, his rights.

    What is out of the ordinary with a grade: by hand, waiting, out of scope.

    The timeline on the sheet, and what people decided other than a grade.

    The blocks that say why a grade is given, and why none that is better.

    What it takes to the next grade, in sentences: how much, until when, which place.

    The block of points: each part of the total, the next limit, the nearest step to it.

    What cost a grade: documents that grew too old to count.

    The sheet of a change: what was when it was asked for, and what is now.
    """

    _name = "customer.grading.sheet"
    _description = "Grading Sheet of a Customer"

    @api.model
    def _get_sheets(self, record):
        """Return the sheets of ``record``, which the caller has checked access to."""
        record = record.sudo()
        sheets = [
            sheet
            for dimension in self._get_dimensions(record._grading_subject)
            if (sheet := self._get_sheet(record, dimension))
        ]
        if not sheets and self.env.user.has_group(MANAGER_GROUP):
            return [self._get_empty_sheet()]
        return sheets

    def _get_dimensions(self, subject):
        """Return the dimensions of a subject that the user may see, the main one first."""
        Dimension = self.env["customer.grading.dimension"].sudo()
        main = Dimension._get_main(subject, self.env.company)
        groups = self.env.user.all_group_ids
        visible = Dimension.search([("subject", "=", subject)]).filtered(
            lambda dimension: not dimension.group_ids or dimension.group_ids & groups
        )
        return visible.sorted(lambda dimension: dimension != main)

    def _get_empty_sheet(self):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Set up grading"),
            "res_model": "customer.grading.new.policy",
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
        }
        return dict(
            self._prepare_sheet(self.env._("Grading")),
            empty={
                "text": self.env._("No grading policy is running."),
                "label": self.env._("Set up grading"),
                "action": action,
            },
        )

    @staticmethod
    def _prepare_sheet(title):
        return {
            "title": title,
            "badge": None,
            "headline": "",
            "notices": [],
            "buttons": [],
            "blocks": [],
            "empty": None,
        }

    # ------------------------------------------------------------------ one sheet

    def _get_sheet(self, record, dimension):
        """Return the sheet of one dimension, or nothing where there is nothing to say."""
        company = self.env.company
        _graded, policies = self.env["customer.grading.policy"]._get_in_force(dimension, company)
        result = self._get_result(record, dimension, company)
        if not result and not policies:
            return None
        sheet = self._prepare_sheet(dimension.name)
        sheet["badge"] = self._get_badge(result.grade_id)
        sheet["buttons"] = self._get_buttons(record, dimension, result)
        if not result:
            sheet["headline"] = self.env._("Not graded")
            sheet["notices"] = [self._get_no_policy_text(record, policies)]
            return sheet
        explanation = self._explain(result)
        sheet["headline"] = self._get_headline(result, explanation)
        sheet["notices"] = self._get_notices(result, policies)
        sheet["blocks"] = [
            *self._get_explanation_blocks(record, result, explanation),
            *self._get_before_blocks(result),
            *self._get_timeline_blocks(result),
            *self._get_company_blocks(record, dimension),
        ]
        return sheet

    def _explain(self, result):
        explanation = self.env["customer.grading.explanation"]._explain(result).get(result)
        # One that tells another grade is of a policy that is no longer in force.
        return (
            explanation if explanation and explanation.grade == result.computed_grade_id else None
        )

    def _get_result(self, record, dimension, company):
        """Return the result shown in ``company``: its own, or its nearest parent's."""
        companies = dimension._get_result_company_ids(company)
        results = (
            self.env["customer.grading.result"]
            .sudo()
            .search(
                [
                    ("dimension_id", "=", dimension.id),
                    (dimension._get_subject_kind().field, "=", record.id),
                    ("company_id", "in", companies),
                ]
            )
        )
        return results.sorted(lambda r: companies.index(r.company_id.id))[:1]

    @staticmethod
    def _get_badge(grade):
        if not grade:
            return None
        return {"code": grade.code, "name": grade.name, "color": grade.color}

    def _get_headline(self, result, explanation):
        """Return since when the grade is held, by which policy, as of when."""
        parts = [
            "" if result.grade_id else self.env._("Not graded"),
            self.env._("since %s", self._format_date(result.date_since))
            if result.date_since
            else "",
            result.policy_id.display_name or "",
            self._get_computed_text(result, explanation),
            self.env._("next decision %s", self._format_date(result.date_due))
            if result.date_due
            else "",
        ]
        return " · ".join(part for part in parts if part)

    def _get_computed_text(self, result, explanation):
        if not explanation:
            return ""
        run = explanation.run or self.env["customer.grading.engine"]._get_last_full_run(
            result.policy_id, result.company_id
        )
        if run.date_end and run.date == explanation.date:
            when = format_datetime(self.env, run.date_end, dt_format="short")
        else:
            when = self._format_date(explanation.date)
        return self.env._("computed %s", when)

    def _format_date(self, date):
        return format_date(self.env, date)

    # ------------------------------------------------------------------ buttons

    def _get_buttons(self, record, dimension, result):
        """Return what the reader can do, likeliest first."""
        officer = self.env.user.has_group(OFFICER_GROUP)
        buttons = [
            {
                "label": self.env._("Set by hand") if officer else self.env._("Propose a grade"),
                "primary": False,
                "action": self._get_set_grade_action(record, dimension, officer),
            }
        ]
        policy = result.policy_id
        questions = policy.state == "running" and policy.sudo()._get_questions().sudo(False)
        if questions and len(questions) > 1 and questions._filter_may_answer():
            fill = self.env._("Fill in the checklist")
            buttons.append(self._prepare_button(fill, result, "action_fill_checklist"))
        if officer and result._is_by_hand():
            buttons.append(
                self._prepare_button(self.env._("End now"), result, "action_end_manual"),
            )
        if officer:
            buttons.append(self._prepare_button(self.env._("Regrade"), record, "action_regrade"))
        if result:
            action = self._get_history_action(record, dimension)
            buttons.append({"label": self.env._("History"), "primary": False, "action": action})
        if not result.policy_id and self.env.user.has_group(MANAGER_GROUP):
            policy_action = self._get_policies_action(dimension)
            buttons.append(
                {"label": self.env._("Policies"), "primary": False, "action": policy_action}
            )
        return buttons

    @staticmethod
    def _prepare_button(label, record, method):
        return {
            "label": label,
            "primary": False,
            "method": method,
            "model": record._name,
            "ids": record.ids,
        }

    def _get_set_grade_action(self, record, dimension, officer):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set by hand") if officer else self.env._("Propose a grade"),
            "res_model": "customer.grading.set.grade",
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                f"default_{record._grading_subject}_ids": record.ids,
                "default_dimension_id": dimension.id,
            },
        }

    def _get_history_action(self, record, dimension):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("History of %s", record.display_name),
            "res_model": "customer.grading.change",
            "view_mode": "list,kanban,form",
            "views": [[False, "list"], [False, "kanban"], [False, "form"]],
            "domain": [
                (dimension._get_subject_kind().field, "=", record.id),
                ("dimension_id", "=", dimension.id),
            ],
            "context": {"create": False},
        }

    def _get_policies_action(self, dimension):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Grading policies"),
            "res_model": "customer.grading.policy",
            "view_mode": "list,form",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("dimension_id", "=", dimension.id)],
        }

    # ------------------------------------------------------------------ around the grade

    def _get_before_blocks(self, result):
        """Return the grade held before, and why it was lost or left."""
        current, *earlier = (
            self.env["customer.grading.change"]
            .sudo()
            .search(
                Domain("result_id", "=", result.id)
                & Domain("state", "=", "applied")
                & self._get_lasting_domain(),
                order="date_applied desc, id desc",
                limit=2,
            )
        ) or [None]
        grade = earlier[0].grade_id if earlier else current and current.from_grade_id
        if not grade:
            return []
        reasons = self.env["customer.grading.explanation"]._get_reason_text(current)
        start = earlier[0].date_applied if earlier else None
        end = fields.Date.subtract(current.date_applied, days=1)
        names = {
            "grade": grade.code,
            "start": self._format_date(start),
            "end": self._format_date(end),
        }
        period = (
            self.env._("%(grade)s from %(start)s to %(end)s")
            if start and start <= end
            else self.env._("%(grade)s until %(end)s")
        )
        text = period % names
        words = self.env["customer.grading.measure"]
        left = ""
        if earlier and earlier[0].policy_id == current.policy_id:
            left = self._get_left_text(current)  # with another policy, that is why
        if reason := words._join_list([reasons[current], left]):
            text = self.env._("%(before)s. Then: %(reason)s", before=text, reason=reason)
        return [self._prepare_block(self.env._("Before"), text=text)]

    def _get_company_blocks(self, record, dimension):
        """Return one line for each further company that the reader has selected."""
        others = self.env.companies - self.env.company
        if dimension.company_scope == "group" or not others:
            return []
        rows = []
        for company in others:
            result = self._get_result(record, dimension, company)
            badge = self._get_badge(result.grade_id)
            since = self._format_date(result.date_since)
            rows.append(
                self._prepare_row(
                    None,
                    company.name,
                    {"text": "" if badge else self.env._("Not graded"), "badge": badge},
                    self.env._("since %s", since) if since else "",
                )
            )
        return [self._prepare_block(self.env._("In other companies"), rows=rows)]

    @staticmethod
    def _prepare_block(title, columns=(), rows=(), text=None):
        return {"title": title, "columns": list(columns), "rows": list(rows), "text": text}

    @staticmethod
    def _prepare_row(mark, *cells, indent=0, muted=False):
        """Return a row; a cell is its text, or a dict."""
        empty = {"text": "", "action": None, "badge": None, "align": None}
        return {
            "mark": mark,
            "indent": indent,
            "muted": muted,
            "cells": [
                {**empty, **(cell if isinstance(cell, dict) else {"text": cell})} for cell in cells
            ],
        }

    def _get_notices(self, result, policies):
        """Return what is out of the ordinary: by hand, waiting, out of scope."""
        return [
            text
            for text in (
                self._get_manual_text(result),
                self._get_provisional_text(result),
                *map(self._get_waiting_text, self._get_open_changes(result)),
                self._get_review_text(result),
                self._get_state_text(result, policies),
                self._get_closing_text(result.lead_id),
            )
            if text
        ]

    def _get_closing_text(self, lead):
        """Return that the expected closing of an open opportunity has passed."""
        is_open = lead.active and lead.won_status == "pending"
        if not is_open or not lead.date_deadline:
            return ""
        if lead.date_deadline >= self.env["customer.grading.engine"]._get_today(
            lead.company_id or self.env.company
        ):
            return ""
        date = self._format_date(lead.date_deadline)
        return self.env._("Expected closing %s has passed: set a date.", date)

    def _get_manual_text(self, result):
        """Return who set the grade by hand, why and until when, and what is computed."""
        if result.manual_kind:
            return self._get_kept_aside_text(result)
        if not result.manual_grade_id:
            return ""
        names = {
            "grade": result.manual_grade_id.code,
            "user": result.manual_user_id.name,
            "reason": result.manual_reason,
            "until": self._format_date(result.manual_until),
            "computed": result.computed_grade_id.code or self.env._("not graded"),
        }
        if result.manual_until:
            return self.env._(
                "%(grade)s by hand until %(until)s by %(user)s: “%(reason)s”. "
                "Computed: %(computed)s.",
                **names,
            )
        return self.env._(
            "%(grade)s by hand by %(user)s: “%(reason)s”. Computed: %(computed)s.", **names
        )

    def _get_provisional_text(self, result):
        """Return until when a first grade is provisional, or that it is to be evaluated."""
        if not result.date_provisional:
            return ""
        if result.date_provisional <= result._get_today():
            return self.env._("Provisional: the grade is due to be evaluated.")
        until = self._format_date(result.date_provisional)
        return self.env._("Provisional until %s, then evaluated.", until)

    def _get_review_text(self, result):
        """Return when the grade in effect is reviewed next, or ends, where it has such days."""
        rule = result.policy_id._get_rule_of(result.grade_id)
        if result._is_by_hand() or not rule:
            return ""
        control = self.env["customer.grading.change.control"].sudo()
        review = rule.review_months and control._get_anniversary(result, "review_months")
        end = rule.expiry_months and control._get_anniversary(result, "expiry_months")
        texts = [
            review and self.env._("Next review %s.", self._format_date(review)),
            end and self.env._("The grade ends %s.", self._format_date(end)),
        ]
        return self.env["customer.grading.measure"]._join_sentences(texts)

    def _get_open_changes(self, result):
        return (
            self.env["customer.grading.change"]
            .sudo()
            .search([("result_id", "=", result.id), ("is_open", "=", True)])
        )

    def _get_waiting_text(self, change):
        """Return what a change waits for."""
        names = {
            "grade": change.grade_id.code or self.env._("not graded"),
            "user": change.user_id.name or "",
            "reason": change.note or "",
            "date": self._format_date(change.date),
            "due": self._format_date(change.date_due),
        }
        if change.origin == "exclude":
            return self._get_exclusion_text(change, dict(names, reason=change.reason))
        if change.origin == "manual":
            return self._get_proposal_text(change, names)
        if change.state == "held" and change.direction in ("down", "lost"):
            return self.env._(
                "%(grade)s from %(due)s, unless it recovers; computed since %(date)s.", **names
            )
        if rule := self._get_crowded_rule(change):
            return self.env._(
                "%(grade)s is computed since %(date)s and waits for a place: %(count)s at most "
                "have it at a time.",
                count=rule.limit_count,
                **names,
            )
        if change.state == "held":
            return self.env._(
                "%(grade)s from %(due)s, if it lasts; computed since %(date)s.", **names
            )
        return self.env._(
            "%(grade)s is computed; waits for %(decider)s since %(date)s.",
            decider=self._get_decider_text(change),
            **names,
        )

    def _get_crowded_rule(self, change):
        """Return the requirement whose grade a held change finds no place in, if it is so."""
        if change.state != "held":
            return None
        rule = change.policy_id._get_limited_rules().filtered(
            lambda rule: rule.grade_id == change.grade_id
        )
        control = self.env["customer.grading.change.control"].sudo()
        return (
            rule if rule and change.result_id.id in control._find_crowded(change.run_id) else None
        )

    def _get_proposal_text(self, change, names):
        """Return who proposes which grade, and whom or what it waits for."""
        if change.state == "held":
            return self.env._(
                "%(user)s proposes %(grade)s: “%(reason)s”; put off until %(due)s.", **names
            )
        return self.env._(
            "%(user)s proposes %(grade)s: “%(reason)s”; waits for %(decider)s since %(date)s.",
            decider=self._get_decider_text(change),
            **names,
        )

    def _get_exclusion_text(self, change, names):
        """Return who asks to exclude the customer, and whom or what it waits for."""
        if change.state == "held":
            return self.env._("%(user)s asks: “%(reason)s”; put off until %(due)s.", **names)
        return self.env._(
            "%(user)s asks: “%(reason)s”; waits for %(decider)s since %(date)s.",
            decider=self._get_decider_text(change),
            **names,
        )

    def _get_decider_text(self, change):
        """Hook: return who is to decide on an open change."""
        return self.env._("a grading officer")

    def _get_state_text(self, result, policies):
        if result.manual_kind == "exclude":
            return ""  # somebody decided that no data is asked for
        if result.reason == "left" or not policies:
            return self._get_no_policy_text(result._get_subject(), policies)
        if result.reason == "missing":
            return self.env._("Not graded: data is missing that could give a grade.")
        if result.reason == "no_rule":
            return self.env._("Not graded: it fits the requirement of no grade.")
        if result.reason == "waiting":
            return self.env._(
                "Not graded yet: where it stands among all is found by the next full run."
            )
        return ""

    def _get_no_policy_text(self, record, policies):
        """Return why no policy grades the customer."""
        if not policies:
            return self.env._("No grading policy is running for this company.")
        engine, company = self.env["customer.grading.engine"].sudo(), self.env.company
        texts = []
        for policy in policies:
            if problem := self._get_scope_problem(policy, record, engine, company):
                texts.append(problem)
            else:
                return self.env._("It is graded with the next run.")
        reasons = self.env["customer.grading.measure"]._join_list(texts)
        return self.env._("No policy applies: %s.", reasons)

    def _get_scope_problem(self, policy, record, engine, company):
        """Return why ``policy`` does not apply to the customer, or nothing."""
        scope = engine._get_scope(policy, company, engine._get_today(company), record.ids)
        query = engine._get_subject_query(policy, scope)
        if query.get_result_ids():
            return ""
        if not record.active:
            return self.env._("it is archived")
        subject = policy.dimension_id._get_subject_kind()
        Model = engine._get_subject_model(subject, scope)
        if not Model.search_count(policy._parse_domain() & self._is(record)):
            text = policy.env["customer.grading.measure"]._get_domain_text(
                policy.domain, policy.subject_model
            )
            return self.env._("“%(policy)s” asks that %(filter)s", policy=policy.name, filter=text)
        if not Model.search_count(engine._get_created_domain(policy, scope) & self._is(record)):
            return self.env._(
                "“%s” is not for records of the time when it was created", policy.display_name
            )
        if record.company_id and record.company_id.id not in scope.company_ids:
            return self.env._("it belongs to %s", record.company_id.sudo().name)
        if subject == LEAD:
            return self.env._("it is closed, or no opportunity")
        if not Model.search_count(engine._get_partner_domain(scope) & self._is(record)):
            return self.env._("own companies and colleagues are not graded")
        return self.env._("there is no confirmed order, invoice or opportunity yet")

    @staticmethod
    def _is(record):
        return fields.Domain("id", "=", record.id)

    def _get_timeline_blocks(self, result):
        """Return the timeline: from, until, why, by whom."""
        changes = (
            self.env["customer.grading.change"]
            .sudo()
            .search(
                Domain("result_id", "=", result.id)
                & Domain("state", "=", "applied")
                & self._get_lasting_domain(),
                order="date_applied desc, id desc",
                limit=SHOWN,
            )
        )
        if len(changes) < 2:
            return []
        reasons = self.env["customer.grading.explanation"]._get_reason_text(changes)
        columns = [
            self.env._("Until now"),
            self.env._("Since"),
            self.env._("Until"),
            self.env._("Why"),
            self.env._("Given by"),
        ]
        rows = [self._get_timeline_row(change, reasons[change]) for change in changes]
        return [self._prepare_block(self.env._("Until now"), columns, rows)]

    @staticmethod
    def _get_lasting_domain():
        """Return the changes that lasted a day at least: others were replaced the same day."""

        def to_sql(model, alias, query):
            end = model._field_to_sql(alias, "date_end", query)
            start = model._field_to_sql(alias, "date_applied", query)
            return model.env["customer.grading.change"]._get_lasting_sql(start, end)

        return Domain.custom(to_sql=to_sql)

    def _get_timeline_row(self, change, reason):
        badge = self._get_badge(change.grade_id)
        name = change.grade_id.name if change.grade_id.name != change.grade_id.code else ""
        return self._prepare_row(
            None,
            {"text": name if badge else self.env._("Not graded"), "badge": badge, "nowrap": True},
            {"text": self._format_date(change.date_applied), "nowrap": True},
            {"text": self._get_end_text(change), "nowrap": True},
            self._get_timeline_reason(change, reason),
            self._get_author_text(change),
            muted=change.is_aside,
        )

    def _get_end_text(self, change):
        return self._format_date(change.date_end) if change.date_end else self.env._("today")

    def _get_timeline_reason(self, change, reason):
        """Return why, and of whom it was where records were merged."""
        if not change.merged_from:
            return reason or ""
        merged = self.env._("merged from %s", change.merged_from)
        return f"{reason} ({merged})" if reason else merged

    def _get_author_text(self, change):
        """Return who decided, and the policy of the time in its version."""
        user = change.decided_by_id or change.user_id
        return " · ".join(filter(None, [user.name, change.policy_id.display_name]))

    # ------------------------------------------------------------------ by hand

    def _get_kept_aside_text(self, result):
        """Return that a grade is frozen, or that the customer is excluded."""
        names = {
            "grade": result.grade_id.code or self.env._("not graded"),
            "user": result.manual_user_id.name,
            "reason": result.manual_reason,
            "until": self._format_date(result.manual_until),
            "computed": result.computed_grade_id.code or self.env._("not graded"),
        }
        if result.manual_kind == "freeze":
            return self._get_frozen_text(result, names)
        if result.manual_until:
            return self.env._(
                "Excluded from grading until %(until)s by %(user)s: “%(reason)s”. "
                "Computed: %(computed)s.",
                **names,
            )
        return self.env._(
            "Excluded from grading by %(user)s: “%(reason)s”. Computed: %(computed)s.", **names
        )

    def _get_frozen_text(self, result, names):
        if result.manual_until:
            return self.env._(
                "Frozen at %(grade)s until %(until)s by %(user)s: “%(reason)s”. "
                "Computed: %(computed)s.",
                **names,
            )
        return self.env._(
            "Frozen at %(grade)s by %(user)s: “%(reason)s”. Computed: %(computed)s.", **names
        )

    def _get_explanation_blocks(self, record, result, explanation):
        """Return the blocks: points, why, why not better."""
        if not explanation:
            return []
        view = self._get_view(record, result, explanation)
        score, rule = explanation.policy.score_criterion_id, explanation.rule
        next_rule = explanation.get_next_rule()
        blocks = [self._get_points_block(view, score, next_rule)] if score else []
        if self._asks_beyond(view, rule, score):
            blocks.append(self._get_why_block(view, rule, best=not next_rule))
        elif rule and not score:
            title, text = self._get_why_title(view, rule), self.env._("Fits no better grade.")
            blocks.append(self._prepare_block(title, text=text))
        if self._asks_beyond(view, next_rule, score):
            blocks.append(self._get_why_not_block(view, next_rule))
        return blocks

    def _get_view(self, record, result, explanation):
        engine = self.env["customer.grading.engine"].sudo()
        scope = engine._get_scope(
            explanation.policy, explanation.company, explanation.date, record.ids
        )
        shown = self.env["customer.grading.explanation"]._get_figures_records(record)
        answers = {}
        for answer in self._get_answers(result, explanation, scope):
            answers.setdefault(answer.question_id, answer)
        return View(record, result, explanation, scope, bool(shown), answers)

    def _get_answers(self, result, explanation, scope):
        questions = explanation.policy.criterion_ids._get_question()
        return (
            self.env["customer.grading.answer"]
            .sudo()
            .search(
                (
                    Domain("partner_id.commercial_partner_id", "=", result._get_customer().id)
                    | Domain("lead_id", "=", result.lead_id.id or 0)
                )
                & Domain(
                    [
                        ("question_id", "in", (questions | questions.contrary_ids).ids),
                        ("company_id", "in", scope.company_ids),
                        ("date", "<=", scope.date),
                    ]
                )
            )
        )

    @staticmethod
    def _asks_beyond(view, rule, score):
        """Whether a requirement asks for more than the total of points, which has its block."""
        conditions = view.explanation.get_conditions(rule) if rule else ()
        return any(condition.criterion_id != score for condition in conditions)

    # ------------------------------------------------------------------ why

    def _get_why_block(self, view, rule, best):
        """Return what the grade asks for, and the rank where no better grade tells it."""
        lines = view.explanation.get_lines(rule)
        met = all(view.explanation.holds[line] for line in lines)
        title = self._get_why_title(view, rule, met and rule.kind == "all")
        if rule.kind != "all":
            title = self.env._("%(why)s: %(group)s", why=title, group=rule._get_group_name())
            lines = lines.filtered(lambda line: not self._is_aside(view, rule, line))
        conditions = view.explanation.get_conditions(rule) if best else ()
        ranks = [self._get_rank_text(view, condition) for condition in conditions]
        rows = self._get_rows(view, lines)
        columns = self._get_columns(view, self.env._("Based on"))
        return self._prepare_block(title, columns, rows, "\n".join(filter(None, ranks)) or None)

    def _get_why_title(self, view, rule, met=False):
        """Return the title of why, which tells a computed grade from the one in effect.

        :param met: whether all that is asked is met
        """
        grade = rule.grade_id.code
        if view.result.grade_id == rule.grade_id:
            return self.env._("Why %s: all met", grade) if met else self.env._("Why %s", grade)
        if met:
            return self.env._("Why %s is computed: all met", grade)
        return self.env._("Why %s is computed", grade)

    def _get_why_not_block(self, view, rule):
        """Return what of the next better grade's requirement is not met, and how far off."""
        explanation = view.explanation
        lines = explanation.get_lines(rule)
        unmet = lines.filtered(lambda line: not explanation.holds[line])
        names = {"grade": rule.grade_id.code, "unmet": len(unmet), "count": len(lines)}
        if explanation.grade:
            title = self.env._("Why not %(grade)s: %(unmet)s of %(count)s not met", **names)
        else:
            title = self.env._("Nearest is %(grade)s: %(unmet)s of %(count)s not met", **names)
        if rule.kind == "any" and explanation.grade:
            title = self.env._("Why not %(grade)s: none of %(count)s met, one is enough", **names)
        elif rule.kind == "any":
            title = self.env._(
                "Nearest is %(grade)s: none of %(count)s met, one is enough", **names
            )
        elif rule.kind != "all":
            group = rule._get_group_name()
            title = self.env._("%(why)s: %(group)s", why=title, group=group)
            unmet = lines
        if not unmet and rule.limit_count:
            title = self.env._("Why not %(grade)s: there is no room left", **names)
            text = rule._get_limit_text()
            if rule._is_tie(view.record, explanation):
                text = f"{text} {rule._get_tie_text()}"
            return self._prepare_block(title, [], [], text)
        rows = self._get_rows(view, unmet, missing=True)
        columns = self._get_columns(view, self.env._("Missing"))
        return self._prepare_block(title, columns, rows, self._get_reach_text(view, rule))

    def _get_columns(self, view, last):
        value = [self.env._("Is")] if view.figures else []
        return [self.env._("Criterion"), self.env._("Asked"), *value, last, ""]

    def _get_rows(self, view, lines, missing=False, indent=0, muted=False):
        """Return a row for each condition, and for each group with its lines below.

        Lines of a group that do not count for how it turned out are muted.

        :param missing: whether to tell what is missing, rather than where a value is from
        """
        rows = []
        for line in lines:
            holds = view.explanation.holds[line]
            if line.kind == "condition":
                cells = self._get_condition_cells(view, line, missing)
            else:
                cells = [line._get_group_name(), *[""] * (4 if view.figures else 3)]
            rows.append(self._prepare_row(MARKS[holds], *cells, indent=indent, muted=muted))
            for child in view.explanation.get_lines(line):
                aside = muted or self._is_aside(view, line, child)
                rows += self._get_rows(view, child, missing, indent + 1, aside)
        return rows

    @staticmethod
    def _is_aside(view, group, line):
        """Whether a line of a group has no part in how the group turned out."""
        holds = view.explanation.holds
        if group.kind in ("any", "at_least"):
            return bool(holds[group]) and not holds[line]
        return group.kind == "all" and not holds[group] and bool(holds[line])

    def _get_condition_cells(self, view, condition, missing):
        criterion = condition.criterion_id
        asked = {"text": condition._get_asked_text(), "align": "end"}
        value = [self._get_value_cell(view, condition)] if view.figures else []
        if missing:
            last = self._get_distance_text(view, condition) or self._get_lapse_text(view, criterion)
        else:
            last = self._get_source_text(view, criterion)
        return [criterion._get_label(), asked, *value, last, self._get_link_cell(view, criterion)]

    def _sees(self, view, criterion):
        hidden = self.env["customer.grading.explanation"]._hides(criterion)
        return view.figures and not hidden

    def _get_value_cell(self, view, condition):
        criterion = condition.criterion_id
        if not self._sees(view, criterion):
            return {"text": self.env._("hidden"), "align": "end"}
        explanation = view.explanation
        value = explanation.get_compared(condition)
        if value is None:
            return {"text": self._get_unknown_value_text(criterion), "align": "end"}
        if condition.operator in POINTS_OPERATORS:
            return {"text": criterion._format_points(value, "down"), "align": "end"}
        distance = explanation.get_distance(condition)
        text = criterion._format_value(value, "up" if (distance or 0) < 0 else "down")
        named = condition.operator in LEVEL_OPERATORS and not criterion._is_ranked()
        level = self._get_level_name(explanation, criterion) if named else ""
        if level and level != text:
            text = self.env._("%(level)s (%(value)s)", level=level, value=text)
        return {"text": text, "align": "end"}

    def _get_unknown_value_text(self, criterion):
        if criterion.measure_id.kind == "question":
            return self.env._("no answer")
        return self.env._("unknown")

    @staticmethod
    def _get_level_name(explanation, criterion):
        rank = explanation.readings[criterion].level
        ranks = criterion._get_level_ranks()
        return next((band.level for band, number in ranks.items() if number == rank), "") or ""

    # ------------------------------------------------------------------ where it is from

    def _get_source_text(self, view, criterion):
        """Return what a value is read from: its dates, its base, who answered."""
        if answer := view.answers.get(criterion._get_question()):
            return self._get_lapse_text(view, criterion) or self.env._(
                "answered %(date)s by %(user)s",
                date=self._format_date(answer.date),
                user=answer.user_id.name,
            )
        raw = view.explanation.readings[criterion].raw
        is_age = criterion.unit in ("days", "months")
        if is_age and raw and self._sees(view, criterion):
            return self._format_date(raw)
        dates = criterion._get_dates_text(view.explanation.date)
        base = criterion._get_base_text()
        if dates and base:
            return self.env._("%(dates)s, %(base)s", dates=dates, base=base)
        return dates or base

    def _get_lapse_text(self, view, criterion):
        """Return why the last answer does not count: its end, a later contrary fact, too new."""
        answer = view.answers.get(criterion._get_question())
        if not answer:
            return ""
        names = {
            "date": self._format_date(answer.date),
            "user": answer.user_id.name,
            "end": self._format_date(answer.valid_until),
        }
        if not answer._counts_on(view.scope.date):
            return self.env._("answered %(date)s by %(user)s; ended %(end)s", **names)
        if later := answer._get_outdating(view.answers):
            return self.env._(
                "answered %(date)s by %(user)s; outdated by a yes to “%(question)s” of %(later)s",
                question=later.question_id.name,
                later=self._format_date(later.date),
                **names,
            )
        if view.explanation.readings[criterion].raw is None:
            return self.env._(
                "answered %(date)s by %(user)s; counts from the next grading", **names
            )
        return ""

    def _get_link_cell(self, view, criterion):
        """Return the cell that opens the documents, or asks for the answer."""
        if criterion.measure_id.kind == "question":
            return self._get_answer_cell(view, criterion)
        return criterion._get_documents_cell(view.record, view.scope, self._sees(view, criterion))

    def _get_answer_cell(self, view, criterion):
        question = criterion.question_id
        if not question.sudo(False)._filter_may_answer():
            return {"text": self.env._("asked of %s", question._get_asked_of_text())}
        subject = view.result._get_customer()
        if question.subject == "lead":
            subject = view.result.lead_id
        if not subject:
            return {"text": self.env._("no customer yet")}
        action = {
            "type": "ir.actions.act_window",
            "name": question.name,
            "res_model": "customer.grading.answer",
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                f"default_{subject._grading_result_field}": subject.id,
                "default_question_id": question.id,
                "default_company_id": view.explanation.company.id or self.env.company.id,
            },
        }
        return {"text": self.env._("Answer"), "action": action}

    def _get_distance_text(self, view, condition):
        """Return how far a condition is from being met, in words."""
        criterion = condition.criterion_id
        if not self._sees(view, criterion):
            return ""
        distance = view.explanation.get_distance(condition)
        if not distance:
            return ""
        number = self._format_distance(condition, distance)
        return self.env._("%s short", number) if distance > 0 else self.env._("%s too much", number)

    @staticmethod
    def _format_distance(condition, distance):
        criterion = condition.criterion_id
        if condition.operator in POINTS_OPERATORS:
            return criterion._format_points(abs(distance), "up")
        return criterion._format_value(abs(distance), "up", bare=True)

    def _get_reach_text(self, view, rule):
        """Return in one sentence what it takes to reach a grade, and the rank behind it."""
        gaps = view.explanation.get_gaps(rule)
        ranks = [self._get_rank_text(view, gap.condition) for gap in gaps]
        if not all(self._sees(view, gap.condition.criterion_id) for gap in gaps):
            return None
        until, leaving = self._get_leaving(view, gaps)
        steps = [self._get_step_text(view, gap, leaving) for gap in gaps]
        words = self.env["customer.grading.measure"]
        names = {
            "grade": rule.grade_id.code,
            "date": self._format_date(until),
            "steps": words._join_all(steps),
        }
        if any(leaving.values()):
            text = self.env._("To reach %(grade)s by %(date)s: %(steps)s.", **names)
        else:
            text = self.env._("To reach %(grade)s: %(steps)s.", **names)
        return "\n".join([text, *filter(None, ranks)])

    def _get_step_text(self, view, gap, leaving):
        """Return what closes one gap."""
        condition, criterion = gap.condition, gap.condition.criterion_id
        distance = view.explanation.get_distance(condition) if gap.wanted else None
        if distance:
            return self._get_number_step_text(view, condition, distance, leaving)
        if not gap.wanted:
            return self.env._("not: %s", condition._get_condition_text())
        if criterion.measure_id.kind == "question":
            return self._get_answer_step_text(condition)
        return condition._get_condition_text()

    def _get_answer_step_text(self, condition):
        question = condition.criterion_id.question_id
        return self.env._(
            "“%(question)s” answered %(answer)s (asked of %(whom)s)",
            question=question.name,
            answer=condition._get_asked_text(),
            whom=question._get_asked_of_text(),
        )

    def _get_number_step_text(self, view, condition, distance, leaving):
        criterion = condition.criterion_id
        names = {
            "criterion": criterion._get_label(),
            "distance": self._format_distance(condition, distance),
        }
        if text := self._get_day_step_text(view, condition, distance):
            return text
        if criterion.unit in ("ratio", "days", "months"):
            # Nothing that is added up: so many per cent more would be read as another share.
            value = view.explanation.readings[criterion].value
            return self.env._(
                "%(condition)s (now %(value)s)",
                condition=condition._get_condition_text(),
                value=criterion._format_value(value, "up" if distance < 0 else "down"),
            )
        if distance < 0:
            return self.env._("%(criterion)s down by %(distance)s", **names)
        if criterion.period == "this_year" and criterion.has_period:
            reading = view.explanation.readings[criterion]
            least, _most = view.explanation.get_limits(condition)
            return self.env._(
                "%(limit)s of %(criterion)s in %(year)s, %(value)s so far",
                limit=criterion._format_value(least),
                criterion=criterion.name,
                year=str(view.explanation.date.year),
                value=criterion._format_value(reading.value, "down"),
            )
        gone = leaving.get(criterion)
        if not gone:
            return self.env._("%(distance)s more of %(criterion)s", **names)
        names["total"] = criterion._format_value(distance + gone, "up", bare=True)
        names["leaving"] = criterion._format_value(gone, "up", bare=True)
        names["period"] = criterion._get_period_text()
        return self.env._(
            "%(total)s more of %(criterion)s (%(distance)s short, %(leaving)s leave the "
            "%(period)s until then)",
            **names,
        )

    def _get_day_step_text(self, view, condition, distance):
        """Return what day is asked for where a number of days is counted to or from one."""
        criterion, explanation = condition.criterion_id, view.explanation
        day = explanation.readings[criterion].raw
        if criterion.unit != "days" or not isinstance(day, date):
            return ""
        days = round(distance)
        if condition.operator in ("gt", "lt"):
            days += 1 if distance >= 0 else -1
        is_ahead = (day - explanation.date).days == explanation.readings[criterion].value
        return self.env._(
            "%(condition)s (%(asked)s instead of %(day)s)",
            condition=condition._get_condition_text(),
            asked=self._format_date(day + timedelta(days=days if is_ahead else -days)),
            day=self._format_date(day),
        )

    def _get_leaving(self, view, gaps):
        """Return how much of what is short leaves its period by the end of the quarter.

        It is read by the engine from today's documents: the period that ends today less
        the one that ends then.

        :return: ``(date, {criterion: amount})``
        """
        today = view.explanation.date
        until = date_utils.end_of(today, "quarter")
        criteria = view.record.env["customer.grading.criterion"].union(
            *(gap.condition.criterion_id for gap in gaps)
        )
        moving = criteria.filtered(self._is_moving)
        if not moving or until == today:
            return until, {}
        now = self._read_values(view, today)
        then = self._read_values(view, until)
        return until, {
            criterion: float(gone)
            for criterion in moving
            if now and then and (gone := now[f"v{criterion.id}"] - then[f"v{criterion.id}"]) > 0
        }

    @staticmethod
    def _is_moving(criterion):
        """Whether documents leave what a criterion adds up, one by one as days pass."""
        measure = criterion.measure_id
        return (
            criterion.period == "trailing"
            and criterion.up_to == "day"
            and measure.kind == "documents"
            and bool(measure.date_field)
            and measure.aggregate in ("sum", "count")
        )

    def _read_values(self, view, day):
        """Return the stored values that the customer would have on ``day``."""
        engine = self.env["customer.grading.engine"].sudo()
        query = engine._get_values_sql(view.explanation.policy, view.scope._replace(date=day))
        self.env.flush_all()
        self.env.cr.execute(SQL("%s", query))
        return next(iter(self.env.cr.dictfetchall()), None)

    # ------------------------------------------------------------------ rank

    def _get_rank_text(self, view, condition):
        """Return the place in a ranking, and how far the level asked for goes."""
        criterion = condition.criterion_id
        explanation = view.explanation
        if not criterion._is_ranked() or condition.operator not in LEVEL_OPERATORS:
            return ""
        value = explanation.readings[criterion].value
        cutoff = explanation.get_cutoff(criterion, condition.level_id)
        if value is None or cutoff is None or not self._sees(view, criterion):
            return ""
        place, count, places = self._count_places(view, criterion, value, cutoff)
        return self.env._(
            "Number %(place)s of %(count)s by %(criterion)s; %(grade)s goes to the first "
            "%(places)s, at present from %(cutoff)s; ranked %(date)s.",
            place=criterion._format_number(place),
            count=criterion._format_number(count),
            criterion=criterion._get_label(),
            grade=condition.root_id.grade_id.code,
            places=criterion._format_number(places),
            cutoff=criterion._format_value(cutoff),
            date=self._format_date(explanation.run.date),
        )

    def _count_places(self, view, criterion, value, cutoff):
        """Return the place of ``value``, how many are ranked, and how many reach ``cutoff``."""
        group = view.explanation.readings[criterion].group
        run = view.explanation.run
        ranked = self._read_ranked(run.id, str(run.write_date), criterion.id, group)
        return (
            len(ranked) - bisect_right(ranked, float(value)) + 1,
            len(ranked),
            len(ranked) - bisect_left(ranked, float(cutoff)),
        )

    @api.model
    @tools.ormcache("run_id", "_written", "criterion_id", "group")
    def _read_ranked(self, run_id, _written, criterion_id, group):
        """Return the values of a group that a run ranked, the lowest first.

        They are read once for all who look at a ranked customer until the next full run: no
        index finds a place without counting all before it.

        :param _written: when the run was written last: not yet through, it is read again
        """
        run = self.env["customer.grading.run"].sudo().browse(run_id)
        criterion = self.env["customer.grading.criterion"].sudo().browse(criterion_id)
        kept = self.env["customer.grading.engine"]._get_kept_values_sql(
            run.policy_id,
            self.env["customer.grading.result"],
            SQL(
                "kept.policy_id = %s AND kept.company_id IS NOT DISTINCT FROM %s",
                run.policy_id.id,
                run.company_id.id or None,
            ),
        )
        column = SQL.identifier(f"v{criterion_id}")
        rows = self.env.execute_query(
            SQL(
                "SELECT %(column)s::float8 FROM (%(kept)s) kept"
                " WHERE %(ranked)s AND %(group)s = %(own)s ORDER BY 1",
                column=column,
                kept=kept,
                ranked=SQL(
                    "%s > 0" if criterion.rank_among == "positive" else "%s IS NOT NULL", column
                ),
                group=SQL.identifier(f"g{criterion_id}"),
                own=group,
            )
        )
        return array("d", (value for (value,) in rows))

    def _get_points_block(self, view, score, next_rule):
        """Return value, points and the most of them for each criterion of the total."""
        numbers = [self.env._("Is"), self.env._("Points")] if self._sees(view, score) else []
        columns = [
            self.env._("Criterion"),
            *numbers,
            self.env._("Of at most"),
            self.env._("Based on"),
            "",
        ]
        rows = [
            row
            for child in score.child_ids.sorted(lambda c: (c.sequence, c.id))
            for row in self._get_points_rows(view, child, bool(numbers))
        ]
        rows.append(self._get_total_row(view, score, bool(numbers)))
        text = self._get_points_text(view, score, next_rule) if numbers else None
        return self._prepare_block(self.env._("Points"), columns, rows, text)

    def _get_points_rows(self, view, criterion, numbers, indent=0):
        reading = view.explanation.readings[criterion]
        measured = criterion.kind == "measure"
        most = criterion._get_attainable_points() * criterion.weight
        value = ""
        if measured and reading.value is None:
            value = self._get_unknown_value_text(criterion)
        elif measured:
            value = criterion._format_value(reading.value, "down")
        points = criterion._format_number((reading.points or 0) * criterion.weight)
        cells = [{"text": value, "align": "end"}, {"text": points, "align": "end"}]
        row = self._prepare_row(
            "missing" if measured and reading.value is None else None,
            criterion._get_label(),
            *(cells if numbers else ()),
            {"text": criterion._format_number(most) if most else "", "align": "end"},
            self._get_source_text(view, criterion) if measured else "",
            self._get_link_cell(view, criterion) if measured else "",
            indent=indent,
            muted=not measured,
        )
        children = criterion.child_ids.sorted(lambda c: (c.sequence, c.id))
        return [
            row,
            *(
                r
                for child in children
                for r in self._get_points_rows(view, child, numbers, indent + 1)
            ),
        ]

    def _get_total_row(self, view, score, numbers):
        total = view.explanation.readings[score].points
        points = "" if total is None else score._format_number(total)
        most = score._get_attainable_points()
        cells = ["", {"text": points, "align": "end"}]
        return self._prepare_row(
            None,
            self.env._("Total"),
            *(cells if numbers else ()),
            {"text": score._format_number(most) if most else "", "align": "end"},
            "",
            "",
        )

    def _get_points_text(self, view, score, next_rule):
        """Return the next limit, and what would bring the customer nearest to it."""
        gap = next(
            (
                gap
                for gap in (view.explanation.get_gaps(next_rule) if next_rule else ())
                if gap.condition.criterion_id == score
            ),
            None,
        )
        distance = gap and view.explanation.get_distance(gap.condition)
        if not distance or distance < 0:
            return None
        limit, _most = view.explanation.get_limits(gap.condition)
        text = self.env._(
            "%(grade)s from %(limit)s: %(missing)s missing.",
            grade=next_rule.grade_id.code,
            limit=score._format_points(limit),
            missing=score._format_points(distance, "up"),
        )
        nearest = self._get_nearest_text(view, score, distance)
        return "\n".join(filter(None, [text, nearest]))

    def _get_nearest_text(self, view, score, missing):
        """Return the step to a better level that brings the most of what is missing."""
        steps = self._get_band_steps(view, score, 1.0)
        if not steps:
            return None
        gain, _effort, criterion, band = min(
            steps, key=lambda step: (-min(step[0], missing), step[1])
        )
        if gain <= 0:
            return None
        if not band:
            return self.env._(
                "Nearest: an answer to “%(criterion)s”: up to +%(gain)s of the %(missing)s missing.",
                criterion=criterion.name,
                gain=score._format_number(min(gain, missing)),
                missing=score._format_points(missing, "up"),
            )
        reading = view.explanation.readings[criterion]
        return self.env._(
            "Nearest: %(criterion)s at %(level)s (now %(value)s): +%(gain)s of the %(missing)s "
            "missing.",
            criterion=criterion._get_label(),
            level=criterion._format_value(band.lower),
            value=criterion._format_value(reading.value, "down"),
            gain=score._format_number(min(gain, missing)),
            missing=score._format_points(missing, "up"),
        )

    def _get_band_steps(self, view, criterion, factor):
        """Return ``(gain, effort, criterion, band)`` of each next better level within a sum.

        A question that nobody answered has no band: it can bring all its points.
        """
        reading = view.explanation.readings[criterion]
        if criterion.kind == "sum":
            room = (criterion.cap - (reading.points or 0)) * factor if criterion.cap else None
            factor *= self._get_scale(view, criterion)
            return [
                (gain if room is None else min(gain, room), *step)
                for child in criterion.child_ids
                for gain, *step in self._get_band_steps(view, child, factor * child.weight)
            ]
        if criterion.measure_id.kind == "question" and reading.value is None:
            return [(criterion._get_attainable_points() * factor, 0, criterion, None)]
        raised = criterion.kind == "measure" and criterion.unit in ("amount", "count", "ratio")
        if not raised or criterion._is_ranked() or reading.value is None:
            return []
        better = view.explanation.get_bands(criterion).filtered(
            lambda band: band.lower > reading.value and band.points > (reading.points or 0)
        )
        band = better.sorted("lower")[:1]
        if not band:
            return []
        gain = (min(band.points, criterion.cap or band.points) - (reading.points or 0)) * factor
        effort = (band.lower - float(reading.value)) / max(abs(band.lower), 1)
        return [(gain, effort, criterion, band)]

    @staticmethod
    def _get_scale(view, criterion):
        """Return what the points of a sum are multiplied by to be normalized."""
        if not criterion.normalize_to:
            return 1.0
        parts = criterion.child_ids
        if criterion.unknown_lowers_maximum:
            readings = view.explanation.readings
            parts = parts.filtered(lambda c: readings[c].points is not None)
        most = sum(c._get_attainable_points() * c.weight for c in parts)
        return criterion.normalize_to / most if most else 0.0

    def _get_left_text(self, change):
        """Return which documents left their period when a computed grade was lost by it.

        They are told only where the grade would have stayed with them, from the documents
        as they are now, to who may see the figures.
        """
        Explanation = self.env["customer.grading.explanation"]
        subject = change._get_subject()
        if change.origin != "computed" or change.direction not in ("down", "lost"):
            return ""
        explanation = Explanation._explain(change).get(change)
        if not explanation or not Explanation._get_figures_records(subject):
            return ""
        rule = Explanation._get_lost_rule(explanation, change.from_grade_id)
        for gap in explanation.get_gaps(rule) if rule else ():
            criterion = gap.condition.criterion_id
            distance = explanation.get_distance(gap.condition) or 0
            if distance <= 0 or not self._is_moving(criterion) or Explanation._hides(criterion):
                continue
            amount, start, end = self._read_left(explanation, criterion, subject)
            if amount and amount >= distance:
                return self._get_left_sentence(criterion, amount, start, end)
        return ""

    def _read_left(self, explanation, criterion, record):
        """Return how much left a period lately, and the days of the first and last of it."""
        measure = criterion.measure_id.sudo()
        value = measure.tax_value_field if criterion.with_tax else measure.value_field
        model = self.env[measure.model_name].sudo().with_context(active_test=False)
        field = model._fields.get(value or "")
        counts = measure.aggregate == "count"
        own_date = model._fields.get(measure.date_field)
        if not own_date or not own_date.store or measure.rate_field:
            return 0, None, None
        if not counts and not (field and field.store):
            return 0, None, None
        if measure.subject == "partner":
            record = record._get_customer()
        engine = self.env["customer.grading.engine"].sudo()
        scope = engine._get_scope(
            explanation.policy, explanation.company, explanation.date, record.ids
        )
        first = criterion._get_period().get_bounds(explanation.date)[0][0]
        before = first - relativedelta(days=1)
        domain = Domain.AND(
            [
                measure._get_documents_domain(criterion, record, scope, dated=False),
                measure._get_date_domain(first - relativedelta(months=LEFT_MONTHS), before, scope),
            ]
        )
        date_name = measure.date_field
        [(amount, start, end)] = model._read_group(
            domain,
            [],
            ["__count" if counts else f"{value}:sum", f"{date_name}:min", f"{date_name}:max"],
        )
        return amount, start, end

    def _get_left_sentence(self, criterion, amount, start, end):
        names = {
            "amount": criterion._format_value(amount, "down"),
            "period": criterion._get_period_text(),
            "month": format_date(self.env, start, date_format="MMMM y"),
            "start": self._format_date(start),
            "end": self._format_date(end),
        }
        if (start.year, start.month) == (end.year, end.month):
            return self.env._("%(amount)s of %(month)s left the %(period)s", **names)
        return self.env._("%(amount)s of %(start)s to %(end)s left the %(period)s", **names)

    @api.model
    def _get_evidence_sheets(self, change):
        """Return the sheets of ``change``, which the reader may read."""
        sheet = self._prepare_sheet("")
        sheet["blocks"] = self._get_change_blocks(change.sudo())
        return [sheet] if sheet["blocks"] else []

    def _get_change_blocks(self, change):
        """Hook: return what stands on the page of a change, block by block."""
        return [
            *self._get_evidence_blocks(change),
            *self._get_documents_blocks(change),
            *self._get_history_blocks(change),
        ]

    # ------------------------------------------------------------------ then and now

    def _get_evidence_blocks(self, change):
        """Return what the grade at stake asks for, and all figures, of then and of now."""
        record = change._get_subject()
        explain, result = self.env["customer.grading.explanation"]._explain, change.result_id
        then, now = explain(change).get(change), explain(result).get(result)
        views = {}
        if then:
            title = self.env._("Then, %s", self._format_date(then.date))
            views[title] = self._get_view(record, result, then)
        if now and (not then or now.policy == then.policy):
            title = self.env._("Now, %s", self._format_date(now.date))
            views[title] = self._get_view(record, result, now)
        if not views:
            return []
        policy = next(iter(views.values())).explanation.policy
        grade = self._get_stake(change)
        rules = policy.rule_ids.filtered(lambda rule: rule.grade_id == grade)
        # What several branches of a requirement ask for stands here once.
        conditions = {
            (line.criterion_id, line._get_asked_text()): line
            for rule in rules[:1]
            for line in next(iter(views.values())).explanation.get_conditions(rule)
        }.values()
        asked = {line.criterion_id for line in conditions}
        rest = [criterion for criterion in policy.criterion_ids if criterion not in asked]
        blocks = []
        if conditions:
            blocks.append(self._get_asked_block(grade, conditions, views))
        if rest and any(view.figures for view in views.values()):
            blocks.append(self._get_figures_block(rest, views))
        return blocks

    @staticmethod
    def _get_stake(change):
        """Return the grade to be won or lost."""
        up = change.direction in ("new", "up", "same")
        return change.grade_id if up else change.from_grade_id

    def _get_asked_block(self, grade, conditions, views):
        rows = [
            self._prepare_row(
                None,
                line.criterion_id._get_label(),
                {"text": line._get_asked_text(), "align": "end"},
                *(
                    {"text": self._get_evidence_text(view, line), "align": "end"}
                    for view in views.values()
                ),
                self._get_link_cell([*views.values()][-1], line.criterion_id),
            )
            for line in conditions
        ]
        columns = [self.env._("Criterion"), self.env._("Asked"), *views, ""]
        return self._prepare_block(self.env._("What %s asks", grade.code), columns, rows)

    def _get_evidence_text(self, view, condition):
        """Return whether a condition is met and, for those who may see it, the value."""
        sign = SIGNS[view.explanation.holds[condition]]
        if not self._sees(view, condition.criterion_id):
            return sign
        return f"{self._get_value_cell(view, condition)['text']} {sign}"

    def _get_figures_block(self, criteria, views):
        """Return value and points of the criteria that no condition asks for by itself."""
        rows = [
            self._prepare_row(
                None,
                criterion._get_label() if criterion.kind == "measure" else criterion.name,
                *(
                    {"text": self._get_figure_text(view, criterion), "align": "end"}
                    for view in views.values()
                ),
            )
            for criterion in sorted(criteria, key=lambda c: (c.sequence, c.id))
        ]
        return self._prepare_block(self.env._("Figures"), [self.env._("Criterion"), *views], rows)

    def _get_figure_text(self, view, criterion):
        if not self._sees(view, criterion):
            return self.env._("hidden")
        reading = view.explanation.readings[criterion]
        if criterion.kind != "measure":
            return criterion._format_points(reading.points or 0, "down")
        if reading.value is None:
            return self._get_unknown_value_text(criterion)
        value = criterion._format_value(reading.value, "down")
        if not criterion._is_scored():
            return value
        points = criterion._format_number((reading.points or 0) * criterion.weight)
        return self.env._("%(value)s: %(points)s points", value=value, points=points)

    # ------------------------------------------------------------------ open documents

    def _get_documents_blocks(self, change):
        """Return open orders and receivables, as far as the reader may see them."""
        customer = change._get_customer()
        if not customer:
            return []
        company = change.company_id or self.env.company
        of_customer = Domain(
            [
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("company_id", "in", change._get_counted_companies(company).ids),
            ]
        )
        overdue = [
            ("invoice_date_due", "<", self.env["customer.grading.engine"]._get_today(company))
        ]
        orders = [("state", "=", "sale"), ("invoice_status", "!=", "invoiced")]
        kinds = [
            (self.env._("Open orders"), "sale.order", orders),
            (self.env._("Receivable"), "account.move", OPEN_INVOICES),
            (self.env._("Overdue"), "account.move", OPEN_INVOICES + overdue),
        ]
        rows = [
            self._get_documents_row(label, model, of_customer & Domain(domain), company)
            for label, model, domain in kinds
            if self.env[model].sudo(False).has_access("read")
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        columns = ["", self.env._("Amount"), self.env._("Documents")]
        return [self._prepare_block(self.env._("Open today"), columns, rows)]

    def _get_documents_row(self, label, model, domain, company):
        """Return a row with amount and number of the documents that the reader may see."""
        Model = self.env[model].sudo(False)
        name, currency = {
            "sale.order": ("amount_untaxed", "currency_id"),
            "account.move": ("amount_residual_signed", "company_currency_id"),
        }[model]
        today = self.env["customer.grading.engine"]._get_today(company)
        amount = count = 0
        for of_currency, total, number in Model._read_group(
            domain, [currency], [f"{name}:sum", "__count"]
        ):
            amount += of_currency._convert(total, company.currency_id, company, today)
            count += number
        if not count:
            return None
        action = {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": list(domain),
            "context": {"create": False},
        }
        documents = self.env._("1 document") if count == 1 else self.env._("%s documents", count)
        return self._prepare_row(
            None,
            label,
            {"text": format_amount(self.env, amount, company.currency_id), "align": "end"},
            {"text": documents, "action": action},
        )

    # ------------------------------------------------------------------ history

    def _get_history_blocks(self, change):
        """Return the customer's other changes in the dimension, latest first."""
        field = change._get_subject()._grading_result_field
        others = change.search(
            [
                (field, "=", change[field].id),
                ("dimension_id", "=", change.dimension_id.id),
                ("company_id", "=", change.company_id.id),
                ("id", "!=", change.id),
                ("state", "not in", ("held", "superseded")),
            ],
            limit=HISTORY,
        )
        if not others:
            return []
        states = dict(others._fields["state"]._description_selection(self.env))
        reasons = self.env["customer.grading.explanation"]._get_reason_text(others)
        rows = [
            self._prepare_row(
                None,
                self._format_date(other.date_applied or other.date),
                self._get_grade_cell(other.from_grade_id),
                self._get_grade_cell(other.grade_id),
                states[other.state],
                other.decision_note or reasons[other] or "",
                muted=other.state == "refused",
            )
            for other in others
        ]
        columns = ["", self.env._("From"), self.env._("To"), self.env._("State"), ""]
        return [self._prepare_block(self.env._("History"), columns, rows)]

    def _get_grade_cell(self, grade):
        badge = self._get_badge(grade)
        return {"text": "" if badge else self.env._("Not graded"), "badge": badge}
