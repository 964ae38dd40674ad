from odoo import api, models
from odoo.fields import Domain


class CustomerGradingEngine(models.AbstractModel):
    """Finds who is among the subjects by when they came: for versions, and for past dates."""

    _inherit = "customer.grading.engine"

    @api.model
    def _get_population_dates(self):
        """Return when a document of the population came, as ``{model: field}``.

        The day on which it was written down counts where a model is not named. An addon
        that adds documents to :meth:`_get_population_sources` says it here.
        """
        return {"sale.order": "date_order", "account.move": "invoice_date"}

    def _get_until_domain(self, Model, scope):
        """Return the documents of ``Model`` that were there on the scope's date."""
        field = Model._fields[self._get_population_dates().get(Model._name, "create_date")]
        if field.type == "date":
            return Domain(field.name, "<=", scope.date)
        return Domain(field.name, "<", scope.get_end_of(scope.date))

    def _get_created_domain(self, policy, scope):
        """Return the records whose day of creation puts them under this version.

        For a past date they must have been there. A customer is there since its first
        document, whenever its contact was entered, where documents make customers.
        """
        since, until = policy._get_created_bounds()
        domain = Domain.TRUE
        if since:
            domain &= Domain("create_date", ">=", scope.get_start_of(since))
        if until:
            domain &= Domain("create_date", "<", scope.get_start_of(until))
        if scope.past and not self._is_of_documented(policy):
            domain &= Domain("create_date", "<", scope.get_end_of(scope.date))
        return domain

    def _get_open_domain(self, scope):
        """Return the opportunities that are open, or were on a past date."""
        domain = Domain("active", "=", True) & Domain("won_status", "=", "pending")
        if scope.past:
            domain |= Domain("date_closed", ">=", scope.get_end_of(scope.date))
        return domain
