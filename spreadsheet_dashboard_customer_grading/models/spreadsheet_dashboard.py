import json

from odoo import models

# Ids of the filters, which every copy of the dashboard keeps.
DIMENSION, COMPANY, SALESPERSON = (
    f"customer_grading_{name}" for name in ("dimension", "company", "salesperson")
)


class SpreadsheetDashboard(models.Model):
    """A dashboard of grades begins with the main dimension of the company."""

    _inherit = "spreadsheet.dashboard"

    def _get_serialized_readonly_dashboard(self):
        serialized = super()._get_serialized_readonly_dashboard()
        if f'"{DIMENSION}"' not in serialized:
            return serialized
        dashboard = json.loads(serialized)
        self._prepare_grading_filters(dashboard["snapshot"]["globalFilters"])
        return json.dumps(dashboard)

    def _prepare_grading_filters(self, filters):
        """Choose the main dimension: with all of them a customer would count once in each.

        Odoo translates what filters are called where they are chosen, but not where they show.
        """
        main = self.env["customer.grading.dimension"]._get_main("partner", self.env.company)
        labels = {
            DIMENSION: self.env._("Dimension"),
            COMPANY: self.env._("Company"),
            SALESPERSON: self.env._("Salesperson"),
        }
        for one in filters:
            one["label"] = labels.get(one["id"], one["label"])
            if one["id"] == DIMENSION and main:
                one["defaultValue"] = {"operator": "in", "ids": main.ids}
