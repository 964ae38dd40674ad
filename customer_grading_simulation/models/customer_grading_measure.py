from odoo import models


class CustomerGradingMeasure(models.Model):
    """Opens the dialog in which a measure is tried."""

    _inherit = "customer.grading.measure"

    def action_try(self):
        """Open the dialog that shows the measure's value for chosen customers."""
        return self.env["customer.grading.measure.try"]._get_records_action(
            name=self.env._("Try %s", self.name),
            target="new",
            context={"default_measure_id": self.id},
        )
