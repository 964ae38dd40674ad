from odoo import models
from odoo.addons.customer_grading.tools.statement import CUSTOMER
from odoo.tools import SQL

from ..tools.person import PERSON


class CustomerGradingEngine(models.AbstractModel):
    """Grades people: those of customers, or all that a policy applies to."""

    _inherit = "customer.grading.engine"

    def _get_person_domain(self, scope):
        """Return who is a person at all: no company, no colleague, and no mere address."""
        return self._get_partner_domain(scope) & self.env["res.partner"]._get_people_domain()

    def _get_population_sql(self, policy, scope, Model, query):
        applies = super()._get_population_sql(policy, scope, Model, query)
        if policy.subject != PERSON.name or policy.population != "documents":
            return applies
        customer = Model._field_to_sql(query.table, CUSTOMER, query)
        found = self._get_ids_by_subject(policy, scope)
        return SQL("(%s AND %s)", applies, self._get_documented_sql(scope, customer, found))
