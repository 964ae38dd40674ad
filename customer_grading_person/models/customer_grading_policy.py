from odoo import models
from odoo.tools import format_list

from ..tools.person import PERSON


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    def _get_population_sentence(self):
        """Say whose people are graded."""
        if self.subject != PERSON.name:
            return super()._get_population_sentence()
        if self.population == "documents":
            documents = format_list(self.env, self._get_population_names(), style="or")
            return self.env._("It applies to the people of customers with %s.", documents)
        return self.env._("It applies to all contacts that are people.")
