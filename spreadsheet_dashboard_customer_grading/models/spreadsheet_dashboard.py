import json

from odoo import models

# Ids of the filters, which every copy of the dashboard keeps.
DIMENSION, COMPANY, SALESPERSON = (
    f"customer_grading_{name}" for name in ("dimension", "company", "salesperson")
)


class SpreadsheetDashboard(models.Model):
    """A dashboard of grades begins with the main dimension of the company, graded by itself."""

    _inherit = "spreadsheet.dashboard"

    def _get_serialized_readonly_dashboard(self):
        serialized = super()._get_serialized_readonly_dashboard()
        if f'"{DIMENSION}"' not in serialized:
            return serialized
        dashboard = json.loads(serialized)
        self._prepare_grading_filters(dashboard["snapshot"]["globalFilters"])
        return json.dumps(dashboard)

    def _prepare_grading_filters(self, filters):
        """Choose the main dimension and one company: of several a customer would count in each.

        Odoo translates what filters are called where they are chosen, but not where they show.
        """
        main = self.env["customer.grading.dimension"]._get_main("partner", self.env.company)
        chosen = {DIMENSION: main, COMPANY: self._get_graded_company(main)}
        labels = {
            DIMENSION: self.env._("Dimension"),
            COMPANY: self.env._("Company"),
            SALESPERSON: self.env._("Salesperson"),
        }
        for one in filters:
            one["label"] = labels.get(one["id"], one["label"])
            if records := chosen.get(one["id"]):
                one["defaultValue"] = {"operator": "in", "ids": records.ids}

    def _get_graded_company(self, dimension):
        """Return the company whose grades the current one shows, if there are others.

        A branch may show its parent's. None where all companies are graded as one: such grades
        are of no company. Nor one that is not selected, whose name could not be shown.
        """
        if not self.env.user.has_group("base.group_multi_company"):
            return self.env["res.company"]
        Result = self.env["customer.grading.result"]
        return Result._find_company(dimension, self.env.company) & self.env.companies
