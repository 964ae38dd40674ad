from odoo import models

from .customer_grading_waiver import SUBJECT


class CustomerGradingEngine(models.AbstractModel):
    """Knows for whom conditions are waived. Where none ever was, its statements are as without it."""

    _inherit = "customer.grading.engine"

    def _get_set_columns(self, policy, get_field_sql, get_domain_sql):
        """Tell whose the values are, by which waivers are looked up."""
        columns = super()._get_set_columns(policy, get_field_sql, get_domain_sql)
        if self.env["customer.grading.waiver"]._has_any(policy):
            columns[SUBJECT] = get_field_sql("id")
        return columns

    def _get_terms(self, policy, scope):
        """Add ``{condition: whether it is waived}``."""
        terms, joins = super()._get_terms(policy, scope)
        waived = self.env["customer.grading.waiver"]._get_waived_sql(policy, scope)
        return {**terms, **waived}, joins
