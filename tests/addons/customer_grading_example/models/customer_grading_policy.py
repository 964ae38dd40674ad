from odoo import api, fields, models


class CustomerGradingPolicy(models.Model):
    """An option of a policy: who falls is called, so that he fetches his goods."""

    _inherit = "customer.grading.policy"

    calls_fallen = fields.Boolean(
        "Call who falls", tracking=True, help="Whose grade falls is called within three days."
    )

    @api.model
    def _get_unlocked_fields(self):
        """Whom to call decides no grade."""
        return super()._get_unlocked_fields() | {"calls_fallen"}

    def _get_own_problems(self):
        """Name a policy that calls people about goods at which it does not look."""
        problems = super()._get_own_problems()
        measures = self.criterion_ids.measure_id
        if self.calls_fallen and "uncollected_share" not in measures.mapped("code_key"):
            text = self.env._("Who falls is called about goods: add the criterion “Goods left”.")
            problems.append(self._prepare_problem(text, level="warning"))
        return problems

    @api.depends("calls_fallen")
    def _compute_reads_as(self):
        return super()._compute_reads_as()

    def _get_change_sentences(self):
        sentences = super()._get_change_sentences()
        if self.calls_fallen:
            sentences.append(self.env._("Who falls is called within three days."))
        return sentences

    @api.model
    def _get_library_folders(self):
        return [*super()._get_library_folders(), "customer_grading_example/data/policies"]
