from odoo import models


class CustomerGradingTestCustomer(models.Model):
    """Keeps what a try-on gives the test customers."""

    _inherit = "customer.grading.test.customer"

    def _note_results(self, trial):
        """Keep what the try-on ``trial`` gives these customers or opportunities."""
        subject = trial.dimension_id._get_subject_kind()
        graded = {test: test[subject.field]._get_graded() for test in self}
        ids = [record.id for record in graded.values()]
        domain = [("trial_id", "=", trial.id), (subject.field, "in", ids)]
        lines = self.env["customer.grading.trial.line"].search(domain).grouped(subject.field)
        out_of_scope = trial.dimension_id._choose_text(
            self.env._("The policy does not apply to this customer."),
            self.env._("The policy does not apply to this opportunity."),
        )
        for test in self:
            line = lines.get(graded[test])
            test.write(
                {
                    "tried": True,
                    "given_grade_id": line.computed_grade_id.id if line else False,
                    "why": line.why if line else out_of_scope,
                }
            )
