from odoo import models


class CustomerGradingExplanationView(models.AbstractModel):
    """Offers the checklist beside “Why this grade?”."""

    _inherit = "customer.grading.explanation.view"

    def _get_buttons(self, record, dimension, result):
        """Put the checklist next to the grade by hand, where the policy asks several questions."""
        buttons = super()._get_buttons(record, dimension, result)
        policy = result.policy_id
        questions = policy.state == "running" and policy.sudo()._get_questions().sudo(False)
        if questions and len(questions) > 1 and questions._filter_may_answer():
            fill = {
                "label": self.env._("Fill in the checklist"),
                "method": "action_fill_checklist",
                "model": result._name,
                "ids": result.ids,
            }
            buttons.insert(1, fill)
        return buttons
