from odoo import api, models


class CustomerGradingPolicy(models.Model):
    """Says of a policy in force too which of its measures no longer works."""

    _inherit = "customer.grading.policy"

    @api.depends("criterion_ids.measure_id.is_broken")
    def _compute_problems(self):
        """Name broken measures, as when the addon of their documents was uninstalled.

        The runs of the policy fail meanwhile and leave every grade as it is.
        """
        result = super()._compute_problems()
        for policy in self.filtered(lambda policy: policy.state == "running"):
            broken = [
                self._prepare_problem(
                    self.env._(
                        "“%(measure)s” no longer works: %(problem)s Grades stay as they are "
                        "until it does, or until a revision goes without it.",
                        measure=measure.name,
                        problem=measure._get_problem(),
                    ),
                    self.env._("Open the measure"),
                    measure._get_records_action(),
                )
                for measure in policy.criterion_ids.measure_id.filtered("is_broken")
            ]
            policy.problems = {
                f"problem_{position}": problem for position, problem in enumerate(broken)
            } or False
        return result
