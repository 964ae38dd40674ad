from odoo import SUPERUSER_ID, api, models


class CustomerGradingResult(models.Model):
    """Sends grades that people set or propose through the approval that they need."""

    _inherit = "customer.grading.result"

    def _get_approving_policy(self):
        """Return the policy that graded this customer, or that would."""
        self.ensure_one()
        if self.policy_id:
            return self.policy_id
        company = self.company_id or self.env.company
        _company, policies = self.env["customer.grading.policy"]._get_in_force(
            self.dimension_id, company
        )
        return policies[:1]

    @api.model
    def _get_approvals(self, grades):
        """Return ``{result: lines of approval that it takes}`` to move to ``{result: grade}``."""
        moves = {
            result: (
                result._get_approving_policy(),
                result._get_approved_direction(grade),
                result.grade_id,
                grade,
            )
            for result, grade in grades.items()
        }
        lines = self.env["customer.grading.approval"]._get_lines_of_moves(moves.values())
        return {result: lines[move] for result, move in moves.items()}

    def _get_approved_direction(self, grade):
        """Return as which kind of move the one to ``grade`` is approved."""
        if self.date_provisional and grade:
            return "new"  # a provisional grade was nobody's decision
        return self.grade_id._get_direction_to(grade)

    def _filter_needs_approval(self, grade):
        """Return those to which others must approve that the user gives ``grade``.

        Who approves last does so by giving it.
        """
        user = self.env.user
        if user.id == SUPERUSER_ID:
            return self.browse()
        approvals = self._get_approvals(dict.fromkeys(self.sudo(), grade))
        return self.filtered(lambda result: approvals[result.sudo()]._needs_others(user))

    def _set_by_hand(self, grade, reason, until=False):
        """Give customers ``grade`` by hand, or ask for the approval that it takes."""
        self._check_officer()
        self._check_by_hand(grade, reason, until)
        waiting = self._filter_needs_approval(grade)
        changes = waiting._propose(grade, reason, until)
        free = super(CustomerGradingResult, self - waiting)
        return changes | free._set_by_hand(grade, reason, until)

    def _exclude(self, reason, until=False):
        """Exclude customers from grading, or ask for the approval that it takes."""
        self._check_officer()
        self._check_reason(reason, until)
        nothing = self.env["customer.grade"]
        waiting = self.filtered("grade_id")._filter_needs_approval(nothing)
        changes = waiting._ask("exclude", nothing, reason, until)
        return changes | super(CustomerGradingResult, self - waiting)._exclude(reason, until)

    def _ask(self, origin, grade, reason, until):
        """Ask for the approval that it takes; who gives the first step's does so by asking."""
        changes = super()._ask(origin, grade, reason, until)
        changes.filtered(lambda change: change.result_id.date_provisional).direction = "new"
        for change in changes.filtered(lambda change: not change.policy_id):
            change.policy_id = change.result_id._get_approving_policy()
        chains = changes._get_steps()
        chained = changes.filtered(lambda change: chains[change].awaited)
        chained._await_approval()
        for change in chained:
            steps = chains[change]
            if steps.count > 1 and steps.awaited._is_approver(self.env.user):
                change._note_approval(steps.awaited)
        changes.policy_id._tell_deciders()
        return changes
