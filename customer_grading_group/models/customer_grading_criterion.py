from odoo import api, models

from ..tools.group import GROUP


class CustomerGradingCriterion(models.Model):
    """What a policy of groups may look at."""

    _inherit = "customer.grading.criterion"

    @api.depends("policy_subject")
    def _compute_model_name(self):
        """Offer no corporate groups to policies of groups: their members count as they are."""
        computed = super()._compute_model_name()
        self.filtered(lambda c: c.policy_subject == GROUP.name).has_corporate_group = False
        return computed

    def _get_choice_of_measure_problem(self):
        if self.policy_subject == GROUP.name:
            if problem := self.measure_id._get_grouping_problem(self.policy_id.dimension_id):
                return problem
            if self.period == "since_start":
                return self.env._("a group has no day from which its documents count.")
        return super()._get_choice_of_measure_problem()
