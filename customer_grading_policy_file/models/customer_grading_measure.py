from odoo import models
from odoo.addons.customer_grading.models.policy.customer_grading_measure import (
    AGE_UNITS,
    RAW_TYPES,
)


class CustomerGradingMeasure(models.Model):
    _inherit = "customer.grading.measure"

    def _get_criterion_keys(self):
        """Hook: return the keys of policy files that a criterion on this measure may have.

        Those of them in :meth:`_get_needed_keys` it must have.
        """
        documents = self.base_measure_id or self.numerator_id or self
        fitting = {
            "question": self.kind == "question",
            "dimension": self.kind == "grade",
            "roll_up": self.kind == "grade",
            "filter": self.kind == "filter",
            "period": self.has_period,
            "only": documents.kind == "documents",
            "with_tax": documents.tax_value_field,
            "whole_group": documents.kind == "documents" and documents.subject == "partner",
            "group_field": documents.kind == "documents" and documents.subject == "partner",
            "credit_notes": documents._has_credit_notes(),
            "whose": documents.kind == "documents" and documents._can_tell_whose(),
            "least_base": self.kind == "growth",
            "unit_of_measure": documents.uom_field,
            "tolerance": self._has_tolerance(),
            "counted_in": self.kind == "question" or self.unit in AGE_UNITS,
            "counted": self.kind == "question",
            "zero_is_unknown": RAW_TYPES[self.unit] == "numeric",
        }
        return {"rank", *(name for name, fits in fitting.items() if fits)}

    def _get_needed_keys(self):
        """Hook: return those of the keys that fit without which nothing can be measured."""
        needed = {"question", "dimension", "filter", "period", "unit_of_measure"}
        return self._get_criterion_keys() & needed
