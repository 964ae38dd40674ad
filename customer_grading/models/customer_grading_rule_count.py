from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

TABLE = "customer_grading_rule_count"  # the values, where a ranking needs them all first


class CustomerGradingRule(models.Model):
    """Counts who meets a requirement today, and who misses one of its conditions."""

    _inherit = "customer.grading.rule"

    def write(self, vals):
        """A count is of the conditions as they were: it goes when they change."""
        if "met_count" not in vals and vals.keys() & {"line_ids", "kind", "count"}:
            vals = {**vals, "met_count": False}
        return super().write(vals)

    def action_count(self):
        """Count by the engine, and show the result in the dialog."""
        self.ensure_one()
        met, near = self._get_met_ids()
        self.met_count = self._get_count_text(len(met), len(near))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.met_count,
                "type": "info",
                "next": {
                    **self._get_dialog_action(),
                    "views": [(False, "form")],
                },
            },
        }

    def action_view_met(self):
        """Open the customers or opportunities that meet the requirement today."""
        met, _near = self._get_met_ids()
        return self._get_subjects_action(
            self.dimension_id._choose_text(
                self.env._("Customers that meet %s today", self.grade_id.code),
                self.env._("Opportunities that meet %s today", self.grade_id.code),
            ),
            met,
        )

    def action_view_near(self):
        """Open the customers or opportunities that miss one condition of the requirement."""
        _met, near = self._get_met_ids()
        return self._get_subjects_action(
            self.dimension_id._choose_text(
                self.env._("Customers that miss one condition of %s", self.grade_id.code),
                self.env._("Opportunities that miss one condition of %s", self.grade_id.code),
            ),
            near,
        )

    def _get_subjects_action(self, name, ids):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self.dimension_id._get_subject_kind().model,
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
            "context": {"active_test": False},
        }

    def _get_count_text(self, met, near):
        conditions = len(self._get_children().get(self, ()))
        if self.kind != "all" or conditions < 2:
            return self.env._("Meet this today: %s.", met)
        return self.env._(
            "Meet this today: %(met)s; %(part)s of %(all)s conditions: %(near)s.",
            met=met,
            part=conditions - 1,
            all=conditions,
            near=near,
        )

    def _get_met_ids(self):
        """Return who meets the requirement today, and who all but one of its conditions.

        :raise AccessError: for who may not write policies: it tells of figures
        :raise UserError: where a criterion, or a line, cannot be decided yet
        """
        self.ensure_one()
        self.check_access("write")
        self._check_countable()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        company = policy._get_try_on_company()
        scope = engine._get_scope(policy, company, engine._get_today(company))
        values, scope = self._get_values(engine, policy, scope)
        terms, joins = engine._get_terms(policy, scope)
        children = self._get_children()
        parts = children.get(self, self.browse())
        met = [part._combine_sql(children, terms) for part in parts]
        rows = self.env.execute_query(
            SQL(
                "SELECT raw.subject_id, %(holds)s, %(met)s FROM (%(values)s) raw %(joins)s",
                holds=self._get_holds_sql(terms, scope),
                met=SQL(" + ").join(SQL("COALESCE((%s)::integer, 0)", part) for part in met)
                if met
                else SQL("0"),
                values=values,
                joins=joins,
            )
        )
        near = len(parts) - 1 if self.kind == "all" and len(parts) > 1 else None
        return (
            [subject for subject, holds, _count in rows if holds],
            [subject for subject, holds, count in rows if not holds and count == near],
        )

    def _get_values(self, engine, policy, scope):
        table = SQL.identifier(TABLE)
        engine._create_values(policy, scope, table)
        cutoffs = engine._compute_cutoffs(policy, scope, table)
        return SQL("SELECT * FROM %s", table), scope._replace(cutoffs=cutoffs)

    def _check_countable(self):
        problems = [
            problem["message"]
            for record in [*self.policy_id.criterion_ids, self]
            for problem in record._get_problems()
        ]
        if problems:
            raise UserError("\n".join(problems))
