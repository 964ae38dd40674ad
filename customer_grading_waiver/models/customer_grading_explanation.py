from odoo import models
from odoo.fields import Domain


class CustomerGradingExplanation(models.AbstractModel):
    """Knows which conditions were waived on the day that is explained."""

    _inherit = "customer.grading.explanation"

    def _explain_case(self, policy, company, run, dates):
        """Add the waiver of each condition that counted on that day, else the last one before."""
        explanations = super()._explain_case(policy, company, run, dates)
        field = policy.dimension_id._get_subject_kind().field
        subjects = {record[field].id for record in explanations}
        of_these = Domain(field, "in", subjects)
        waived = self.env["customer.grading.waiver"]._get_waivers(policy, company.id, of_these)
        for record, explanation in explanations.items():
            day, own = explanation.date, Domain(field, "=", record[field].id)
            for line, waivers in waived.items():
                begun = waivers.filtered_domain(own & Domain("date_from", "<=", day))
                if last := begun.filtered(lambda w, day=day: w._counts_on(day))[:1] or begun[:1]:
                    explanation.waivers[line] = last
        return explanations
