from odoo import api, models
from odoo.tools import format_date

from ...tools.blocks import make_badge, make_block, make_grade_cell, make_row, open_window
from ...tools.groups import MANAGER_GROUP, OFFICER_GROUP


class CustomerGradingExplanationView(models.AbstractModel):
    """Puts the page “Grading” of a customer or an opportunity together: “Why this grade?”.

    What it hands out is for the reader's eyes: his language, his formats, his rights.
    """

    _name = "customer.grading.explanation.view"
    _description = "Grading Page of a Customer"

    @api.model
    def _get_views(self, record):
        """Return what ``record`` shows, which the caller has checked access to, by dimension."""
        record, Dimension = record.sudo(), self.env["customer.grading.dimension"]
        views = [
            self._get_dimension_view(graded, dimension)
            for kind in record._get_graded_kinds()
            for graded in record._get_graded(kind)
            for dimension in Dimension._get_visible(kind)
        ]
        views = [view for view in views if view]
        if not views and self.env.user.has_group(MANAGER_GROUP):
            return [self._get_empty_view()]
        return views

    def _get_empty_view(self):
        label = self.env._("Set up grading")
        empty = {
            "text": self.env._("No grading policy is running."),
            "label": label,
            "action": self.env["customer.grading.policy"]._get_new_action(label),
        }
        return {"title": self.env._("Grading"), "notices": [], "blocks": [], "empty": empty}

    def _get_dimension_view(self, record, dimension):
        """Hook: return the view of one dimension, or nothing where there is nothing to say."""
        company = self.env.company
        _graded, policies = self.env["customer.grading.policy"]._get_in_force(dimension, company)
        result = self._get_result(record, dimension, company)
        if not result and not policies:
            return None
        explanation = self._explain(result) if result else None
        Notices = self.env["customer.grading.explanation.notices"]
        view = {
            "title": dimension.name,
            "badge": make_badge(result.grade_id),
            "buttons": self._get_buttons(record, dimension, result),
        }
        if not result:
            notices = [Notices._get_no_policy_text(record, policies)]
            return dict(view, headline=self.env._("Not graded"), notices=notices, blocks=[])
        blocks = [
            *self._get_explanation_blocks(record, result, explanation),
            *self.env["customer.grading.explanation.history"]._get_blocks(result),
            *self._get_company_blocks(record, dimension),
        ]
        return dict(
            view,
            headline=self._get_headline(result, explanation),
            notices=Notices._get_notices(result, policies),
            blocks=blocks,
        )

    def _explain(self, result):
        explanation = self.env["customer.grading.explanation"]._explain(result).get(result)
        # One that tells another grade is of a policy that is no longer in force.
        is_current = explanation and explanation.grade == result.computed_grade_id
        return explanation if is_current else None

    def _get_result(self, record, dimension, company):
        """Return the result shown in ``company``: its own, or its nearest parent's."""
        companies = dimension._get_result_company_ids(company)
        domain = [
            ("dimension_id", "=", dimension.id),
            (dimension._get_subject_kind().field, "=", record.id),
            ("company_id", "in", companies),
        ]
        results = self.env["customer.grading.result"].sudo().search(domain)
        return results.sorted(lambda r: companies.index(r.company_id.id))[:1]

    def _get_headline(self, result, explanation):
        """Return since when the grade is held, by which policy, as of when."""
        since, due = (
            format_date(self.env, result.date_since),
            format_date(self.env, result.date_due),
        )
        parts = [
            "" if result.grade_id else self.env._("Not graded"),
            since and self.env._("since %s", since),
            result.policy_id.display_name,
            explanation and self.env._("computed %s", format_date(self.env, explanation.date)),
            due and self.env._("next decision %s", due),
        ]
        return " · ".join(filter(None, parts))

    # ------------------------------------------------------------------ buttons

    def _get_buttons(self, record, dimension, result):
        """Hook: return what the reader can do, a grade by hand first, then likeliest first."""

        def call(label, of, method):
            return {"label": label, "method": method, "model": of._name, "ids": of.ids}

        officer = self.env.user.has_group(OFFICER_GROUP)
        label = self.env._("Set by hand") if officer else self.env._("Propose a grade")
        context = {
            f"default_{dimension._get_subject_kind().field}s": record.ids,
            "default_dimension_id": dimension.id,
        }
        action = open_window(label, "customer.grading.set.grade", target="new", context=context)
        buttons = [{"label": label, "action": action}]
        policy = result.policy_id
        if officer and result._is_by_hand():
            buttons.append(call(self.env._("End now"), result, "action_end_manual"))
        if officer:
            buttons.append(call(self.env._("Regrade"), record, "action_regrade"))
        if result:
            action = open_window(
                self.env._("History"),
                "customer.grading.change",
                "list,kanban,form",
                domain=[
                    (dimension._get_subject_kind().field, "=", record.id),
                    ("dimension_id", "=", dimension.id),
                ],
                context={"create": False, "grading_superseded": False},
            )
            buttons.append({"label": self.env._("History"), "action": action})
        if not policy and self.env.user.has_group(MANAGER_GROUP):
            action = open_window(
                self.env._("Grading policies"),
                "customer.grading.policy",
                "list,form",
                domain=[("dimension_id", "=", dimension.id)],
            )
            buttons.append({"label": self.env._("Policies"), "action": action})
        return buttons

    # ------------------------------------------------------------------ blocks

    def _get_explanation_blocks(self, record, result, explanation):
        """Hook: return the blocks: points, why, why not better."""
        if not explanation:
            return []
        Why = self.env["customer.grading.explanation.why"]
        case = Why._get_case(record, result, explanation)
        score, next_rule = explanation.policy.score_criterion_id, explanation.get_next_rule()
        blocks = Why._get_blocks(case, score, next_rule)
        if score:
            Points = self.env["customer.grading.explanation.points"]
            blocks = [Points._get_block(case, score, next_rule), *blocks]
        return blocks

    def _get_company_blocks(self, record, dimension):
        """Return one line for each further company that the reader has selected."""
        others = self.env.companies - self.env.company
        if dimension.company_scope == "group" or not others:
            return []
        rows = []
        for company in others:
            result = self._get_result(record, dimension, company)
            since = format_date(self.env, result.date_since)
            since = self.env._("since %s", since) if since else ""
            grade = make_grade_cell(self.env, result.grade_id)
            rows.append(make_row(None, company.name, grade, since))
        return [make_block(self.env._("In other companies"), rows=rows)]
