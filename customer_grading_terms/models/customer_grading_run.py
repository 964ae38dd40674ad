from odoo import api, models
from odoo.tools import plaintext2html


class CustomerGradingRun(models.Model):
    """Lets what grades give follow the moves of a run, and asks before it is given at all."""

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._let_terms_follow]

    def _let_terms_follow(self, _commit, _subject_ids):
        Terms = self.env["customer.grading.terms"].sudo()
        self.dimension_id.filtered("grade_ids.benefit_ids").sudo()._make_terms()
        for run in self:
            own = [("dimension_id", "=", run.dimension_id.id)]
            terms = Terms.search([*own, ("company_id", "=", run.company_id.id)])
            if terms.state == "active":
                Terms._give_soon()
            elif terms.state in ("draft", "changed") and not terms.is_asked:
                benefits = terms.dimension_id.grade_ids.benefit_ids
                terms.is_asked = any(one._is_given() for one in benefits)
                if terms.is_asked:
                    run._ask_to_look()

    @api.model
    def _schedule_nightly_runs(self):
        """Let what terms come to be added up, in transactions of its own."""
        done = super()._schedule_nightly_runs()
        self.env.ref("customer_grading_terms.ir_cron_keep_figures").sudo()._trigger()
        return done

    @api.model
    def _after_queue(self):
        done = super()._after_queue()
        if self.env["customer.grading.terms"]._is_any():
            self.env["customer.grading.terms"]._give_soon()
        return done

    def _ask_to_look(self):
        """Give the policy's responsible one activity on the run: to check who is affected."""
        user = self.policy_id.user_id
        if not user:
            return
        note = self.env._(
            "Nothing of what the grades of “%s” give is set on anybody yet. Check who is affected, and "
            "activate it: Configuration, Grading, What grades give.",
            self.dimension_id.name,
        )
        self.sudo().activity_schedule(
            "customer_grading_terms.mail_activity_type_look",
            user_id=user.id,
            summary=self.env._("What the grades give waits for you"),
            note=plaintext2html(note),
        )
