from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..tools.groups import MANAGER_GROUP, OFFICER_GROUP


class CustomerGradingSheet(models.AbstractModel):
    """Puts the page “Grading” of a customer or an opportunity together: “Why this grade?”.

    What it hands out is for the reader's eyes: his language, his formats, his rights.
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
        run = explanation.run or self.env["customer.grading.explanation"]._get_last_full_run(
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
