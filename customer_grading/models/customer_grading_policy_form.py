from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .customer_grading_policy import PLANNED_STATES


class CustomerGradingPolicy(models.Model):
    """What the policy's screens ask for beyond deciding: counts, what to hide, first use."""

    _inherit = "customer.grading.policy"

    has_dimensions = fields.Boolean(
        compute="_compute_has_dimensions", help="Whether there is more than one dimension."
    )
    points_max = fields.Float("Points at most", compute="_compute_points_max")
    has_combinations = fields.Boolean(
        compute="_compute_has_combinations",
        help="Whether a criterion can be part of another one.",
    )
    rest_text = fields.Char(compute="_compute_rest_text")

    def _compute_has_dimensions(self):
        self.has_dimensions = self.env["customer.grading.dimension"]._has_several()

    @api.depends("state", "dimension_id")
    @api.depends_context("lang", "company")
    def _compute_subject_text(self):
        """Say how many the policy grades, from what is counted already.

        To count everybody takes seconds where there are many: a draft shows the number of
        its last try-on, see :meth:`action_count_subjects` for today's.
        """
        for policy in self:
            policy.subject_text = policy._origin._get_subject_text() if policy._origin else False

    def _get_subject_text(self):
        if self.state not in PLANNED_STATES:
            return self.dimension_id._get_number_text(self.result_count)
        run = self._get_last_try_on()
        if not run:
            return False
        names = {
            "count": self.criterion_ids._format_number(run.graded_count),
            "date": format_date(self.env, run.date),
        }
        return self.dimension_id._choose_text(
            self.env._("%(count)s customers in the try-on of %(date)s", **names),
            self.env._("%(count)s opportunities in the try-on of %(date)s", **names),
        )

    def action_count_subjects(self):
        """Say how many the policy would grade today in the current company."""
        self.ensure_one()
        self.check_access("write")
        if problems := self._get_scope_problems():
            raise UserError(problems[0]["message"])
        engine = self.env["customer.grading.engine"]
        company = self._get_try_on_company()
        scope = engine._get_scope(self, company, engine._get_today(company))
        query = engine._get_subject_query(self.sudo(), scope)
        [[count]] = self.env.execute_query(query.select("COUNT(*)"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "Applies today to %s.", self.dimension_id._get_number_text(count)
                ),
                "type": "info",
            },
        }

    @api.depends("rule_ids.line_ids", "rule_ids.grade_id")
    @api.depends_context("lang")
    def _compute_rest_text(self):
        """Say what becomes of those whom no requirement takes."""
        for policy in self:
            last = policy.rule_ids[-1:]
            policy.rest_text = (
                self.env._("Whoever fits none of those above: %s.", last.grade_id.display_name)
                if last and not last.line_ids and last.kind in ("all", "none")
                else self.env._("Whoever fits none: not graded.")
            )

    @api.depends("criterion_ids.points_max", "criterion_ids.parent_id")
    def _compute_points_max(self):
        for policy in self:
            policy.points_max = policy.score_criterion_id.points_max

    @api.depends("criterion_ids.kind")
    def _compute_has_combinations(self):
        for policy in self:
            policy.has_combinations = any(c.kind != "measure" for c in policy.criterion_ids)

    def _get_try_on_company(self):
        """Return the company for which a draft is tried: the current one if it grades it."""
        companies = self._get_companies()
        return self.env.company if self.env.company in companies else companies[:1]

    def write(self, vals):
        """The first policy in force brings the menus: see :meth:`_has_graded`."""
        if "state" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    # ------------------------------------------------------------------ first use

    @api.model
    def _has_graded(self):
        """Whether any policy is, or was, in force."""
        policies = self.sudo().with_context(active_test=False)
        return bool(policies.search_count([("state", "not in", PLANNED_STATES)], limit=1))

    @api.model
    def action_open_grading(self):
        """Open the customers by grade, or the first steps while no policy exists."""
        xml_id = "customer_grading.customer_grading_my_customers_action"
        is_manager = self.has_access("create")
        if is_manager and not self.with_context(active_test=False).search_count([], limit=1):
            xml_id = "customer_grading.customer_grading_first_use_action"
        return self.env["ir.actions.act_window"]._for_xml_id(xml_id)

    @api.model
    def action_start(self):
        """Make the default draft and open what it would do: nothing is saved as a grade."""
        wizard = self.env["customer.grading.new.policy"].create({})
        return wizard._make_policy().action_try_on()


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    points_max = fields.Float("Most points", compute="_compute_points_max", recursive=True)
    is_by_points = fields.Boolean(compute="_compute_is_by_points")
    has_combinations = fields.Boolean(related="policy_id.has_combinations")

    @api.depends("band_ids.points", "cap", "weight", "child_ids.points_max", "normalize_to")
    def _compute_points_max(self):
        for criterion in self:
            criterion.points_max = criterion._get_attainable_points()

    def _compute_is_by_points(self):
        for criterion in self:
            criterion.is_by_points = criterion.policy_id.decide_by == "points"

    def action_open_dialog(self):
        """Open the criterion in its dialog."""
        return self._get_dialog_action()
