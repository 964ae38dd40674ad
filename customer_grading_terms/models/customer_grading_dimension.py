from odoo import models


class CustomerGradingDimension(models.Model):
    """Knows in which companies its grades give something."""

    _inherit = "customer.grading.dimension"

    def _make_terms(self):
        """Return the terms of these dimensions, making those of companies that have none yet."""
        Terms = self.env["customer.grading.terms"].sudo()
        there = Terms.search([("dimension_id", "in", self.ids)])
        missing = []
        for dimension in self.filtered(lambda one: one.subject in ("partner", "lead")):
            known = there.filtered(lambda one, dimension=dimension: one.dimension_id == dimension)
            missing += [
                {"dimension_id": dimension.id, "company_id": company_id}
                for company_id in dimension._get_terms_company_ids()
                if company_id not in [one.company_id.id for one in known]
            ]
        return there | Terms.create(missing)

    def _get_terms_company_ids(self):
        """Return the values of ``company_id`` of its terms: those of its results."""
        if self.company_scope == "group":
            return [False]
        policies = self.env["customer.grading.policy"].sudo()
        own = policies.search([("dimension_id", "=", self.id)]).company_id
        roots = self.env["res.company"].sudo().search([("parent_id", "=", False)])
        return (roots | own).ids

    def _look_again(self):
        """Let nothing be given or taken back by these dimensions until somebody looked again."""
        in_force = self._make_terms().filtered(lambda terms: terms.state == "active")
        in_force.write({"state": "changed", "is_asked": False})
