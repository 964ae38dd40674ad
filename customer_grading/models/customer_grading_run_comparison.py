from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class CustomerGradingRun(models.Model):
    """Grades the same records by two policies, and tells who gets what by which."""

    _inherit = "customer.grading.run"

    other_policy_id = fields.Many2one(
        "customer.grading.policy",
        "Compared with",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    compared = fields.Json(compute="_compute_compared")
    compared_text = fields.Char(compute="_compute_compared")

    def _grade_comparison(self, commit):
        """Keep a line for each record that one of the two policies grades.

        The grade "before" is the one by the other policy. Neither leaves anybody to the
        other.
        """
        table = self._get_table()
        other = f"{table}_other"
        both = (self.policy_id | self.other_policy_id).ids
        run = self.with_context(customer_grading_beside=both)
        engine = run.env["customer.grading.engine"]
        policy = run.other_policy_id.sudo()
        engine._evaluate(policy, engine._get_scope(policy, run.company_id, run.date), other)
        run._evaluate(table)
        self._finish_step(commit, 60)
        self._store_compared_lines(table, other)
        self._drop(table)
        self._drop(other)
        self._note_differing()

    def _store_compared_lines(self, table, other):
        self.env.flush_all()
        params = self._get_store_params(table)
        revenue, joined = self._get_revenue_sql()
        params.update(run=self.id, revenue=revenue, joined=joined, other=SQL.identifier(other))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_run_line (
                    run_id, %(field)s, current_grade_id, grade_id, by_hand, moves,
                    score, values, revenue, create_uid, write_uid, create_date, write_date)
                SELECT %(run)s, subject.id, other.grade_id, own.grade_id, FALSE,
                       other.grade_id IS DISTINCT FROM own.grade_id,
                       own.score, own.values, %(revenue)s, %(user)s, %(user)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM %(table)s own
                  FULL JOIN %(other)s other ON other.subject_id = own.subject_id
                  JOIN %(subjects)s subject
                    ON subject.id = COALESCE(own.subject_id, other.subject_id)
                  %(joined)s
                """,
                **params,
            )
        )
        self.env["customer.grading.run.line"].invalidate_model(flush=False)

    # ------------------------------------------------------------------ what came of it

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_compared(self):
        for run in self:
            told = run.mode in ("comparison", "again")
            cells = run._get_cells() if told else []
            run.compared = bool(cells) and [run._get_compared_sheet(cells)]
            run.compared_text = told and run._get_compared_text()

    def _get_compared_text(self):
        """Return what stands beside what, in a sentence."""
        names = {
            "date": format_date(self.env, self.date),
            "other": self.other_policy_id.display_name,
        }
        if self.mode == "comparison":
            return self.env._(
                "Now: this policy. Before: “%(other)s”. Both graded the same records as of "
                "%(date)s; nothing is changed.",
                **names,
            )
        return self.env._(
            "Graded once more as of %(date)s, with what was posted since, beside the grades "
            "that were in effect then. Nothing is changed.",
            **names,
        )

    def _get_compared_sheet(self, cells):
        """Return the table of the grades by one and by the other."""
        total = sum(count for *_grades, count, _sum in cells)
        names = {
            "differ": self._format_count(self.differing_count),
            "count": self.dimension_id._get_number_text(total),
        }
        return {
            "headline": self.env._("%(differ)s of %(count)s differ", **names)
            if self.differing_count
            else self.env._("All the same: %s", names["count"]),
            "blocks": [self._get_moves_block(cells, self._get_compared_grades(cells))],
        }

    def _get_compared_grades(self, cells):
        return [*self._get_grades(cells), self.env["customer.grade"]]

    def _get_moves_titles(self):
        if self.mode == "comparison":
            return self.env._("Before ↓, now →"), self.env._("Policy before")
        if self.mode == "again":
            return self.env._("In effect then ↓, graded again →"), self.env._("In effect then")
        return super()._get_moves_titles()

    def _get_lines_action(self, domain, name=None, context=None):
        """Name the columns of grades by what is compared."""
        action = super()._get_lines_action(domain, name, context)
        if self.mode in ("comparison", "again", "nightly"):
            view = self.env.ref("customer_grading.customer_grading_run_line_view_list_compared")
            action["views"] = [[view.id, "list"]]
        return action

    def action_view_differing(self):
        """Open who gets another grade, with both grades."""
        self.ensure_one()
        return self._get_lines_action([("moves", "=", True)], self.env._("What differs"))


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    @api.model
    def _get_comparison_action(self, before, now):
        """Return the action that opens what differs between two policies."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What differs"),
            "res_model": "customer.grading.comparison",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_before_id": before.id,
                "default_policy_id": now.id,
                "dialog_size": "extra-large",
            },
        }

    def action_compare(self):
        """Open what differs: between the two chosen, or of a version from the one before.

        A draft is compared with the version that it would take over from.
        """
        if len(self) == 2:
            before, now = self.sorted("id")
            return self._get_comparison_action(before, now)
        if len(self) != 1:
            raise UserError(self.env._("Choose two policies to compare."))
        before = self.previous_id
        if self.state in ("draft", "scheduled") and before:
            before = self._get_replaced().sorted("version")[-1:] or before
        return self._get_comparison_action(before, self)
