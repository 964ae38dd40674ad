from odoo import api, models
from odoo.fields import Domain


class CustomerGradingChange(models.Model):
    """Tells for papers which grades were in effect on a day, and which moves lasted."""

    _inherit = "customer.grading.change"

    @api.model
    def _get_lasting_domain(self, dimension, company):
        """Return the applied changes of a dimension that a company shows, which lasted a day."""

        def to_sql(model, alias, query):
            end = model._field_to_sql(alias, "date_end", query)
            start = model._field_to_sql(alias, "date_applied", query)
            return model._get_lasting_sql(start, end)

        return (
            Domain("dimension_id", "=", dimension.id)
            & Domain("company_id", "=", self._get_telling_company_id(dimension, company))
            & Domain("state", "=", "applied")
            & Domain("is_aside", "in", [False])
            & Domain.custom(to_sql=to_sql)
        )

    @api.model
    def _get_telling_company_id(self, dimension, company):
        """Return the ``company_id`` of the grades shown: a branch's own, or its parent's."""
        company_ids = dimension._get_result_company_ids(company)
        Result = self.env["customer.grading.result"].sudo()
        for company_id in company_ids:
            own = [("dimension_id", "=", dimension.id), ("company_id", "=", company_id)]
            if Result.search_count(own, limit=1):
                return company_id
        return company_ids[0]

    @api.model
    def _get_held_domain(self, dimension, company, day):
        """Return the changes by which somebody held a grade at the end of ``day``."""
        lasting = self._get_lasting_domain(dimension, company)
        lasts = Domain("date_end", "=", False) | Domain("date_end", ">=", day)
        held = Domain("date_applied", "<=", day) & Domain("grade_id", "!=", False)
        return lasting & held & lasts
