from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools.group import GROUP


class CustomerGradingCriterion(models.Model):
    """What a policy of groups may look at, and what of groups any other may."""

    _inherit = "customer.grading.criterion"

    @api.constrains("measure_id", "dimension_id", "policy_id")
    def _check_group_measure(self):
        for criterion in self.filtered(lambda c: c.policy_subject != GROUP.name):
            if criterion.measure_id.subject == GROUP.name:
                raise ValidationError(
                    self.env._(
                        "“%s” is known of groups only. Choose another measure.",
                        criterion.measure_id.name,
                    )
                )
            if criterion.dimension_id.subject == GROUP.name:
                raise ValidationError(
                    self.env._(
                        "“%s” grades groups, which are no customers. Choose another dimension.",
                        criterion.dimension_id.name,
                    )
                )

    def _get_choice_of_measure_problem(self):
        if self.policy_subject == GROUP.name:
            if problem := self.measure_id._get_grouping_problem(self.policy_id.dimension_id):
                return problem
            if self.period == "since_start":
                return self.env._("a group has no day from which its documents count.")
        return super()._get_choice_of_measure_problem()
