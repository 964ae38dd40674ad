from odoo import api, fields, models
from odoo.addons.customer_grading.tools.subject import PARTNER
from odoo.tools import format_list

from ..tools.group import GROUP


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    is_of_customers = fields.Boolean(compute="_compute_is_of_customers")

    @api.depends("dimension_id")
    def _compute_is_of_customers(self):
        """Whether it grades customers, or groups of them, so that it says which are meant."""
        for policy in self:
            of_documents = policy.dimension_id.group_model != PARTNER.model
            policy.is_of_customers = policy.subject != GROUP.name or not of_documents

    def _in_order_of_need(self):
        """Grade groups last: the grades of customers may be counted in them."""
        return super()._in_order_of_need().sorted(lambda policy: policy.subject == GROUP.name)

    def _regrade_in(self, company, records):
        """Grade groups by the policies of their own dimension."""
        if records._name == GROUP.model:
            records = records.filtered(lambda group: group.dimension_id == self.dimension_id)
            if not records:
                return self.env["customer.grading.run"]
        return super()._regrade_in(company, records)

    def _get_population_sentence(self):
        """Say whose groups are graded."""
        if self.subject != GROUP.name:
            return super()._get_population_sentence()
        dimension = self.dimension_id
        Measure = self.env["customer.grading.measure"]
        shared, _field = Measure._describe_path(dimension.group_path, dimension.group_model)
        if not self.is_of_customers:
            documents = self.env[dimension.group_model]._description
            return self.env._(
                "It applies to each “%(shared)s” that a document of “%(documents)s” has.",
                shared=shared,
                documents=documents,
            )
        if self.population == "documents":
            return self.env._(
                "It applies to each “%(shared)s” that a customer with %(documents)s has.",
                shared=shared,
                documents=format_list(self.env, self._get_population_names(), style="or"),
            )
        return self.env._("It applies to each “%s” that a contact has.", shared)
