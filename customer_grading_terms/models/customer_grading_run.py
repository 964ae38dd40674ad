from odoo import api, models


class CustomerGradingRun(models.Model):
    """Lets what grades give follow the moves of a run, and asks before it is given at all."""

    _inherit = "customer.grading.run"

    def _after_changes(self):
        Terms = self.env["customer.grading.terms"].sudo()
        own = [("dimension_id", "in", self.dimension_id.ids)]
        for run in self:
            terms = Terms.search([*own, ("company_id", "=", run.company_id.id)])
            if terms.state == "active":
                Terms._give_soon()
            elif terms.state in ("draft", "changed") and not terms.is_asked and terms._get_kinds():
                terms.is_asked = True
                run._ask_responsible(
                    self.env._("What the grades give waits for you"),
                    self.env._(
                        "Nothing of what the grades of “%s” give is set on anybody yet. Look whom it "
                        "changes, and activate it: Configuration, Grading, What grades give.",
                        run.dimension_id.name,
                    ),
                )
        return super()._after_changes()

    @api.model
    def _after_queue(self):
        done = super()._after_queue()
        if self.env["customer.grading.terms"]._is_any():
            self.env["customer.grading.terms"]._give_soon()
        return done
