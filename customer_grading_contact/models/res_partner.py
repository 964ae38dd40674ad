from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.tools import SQL


class ResPartner(models.Model):
    """Tells when there was contact with a customer last."""

    _inherit = "res.partner"

    customer_grading_last_contact = fields.Date(
        "Day of the last contact",
        compute="_compute_customer_grading_last_contact",
        groups=USER_GROUP,
        help="The last day on which there was a message, a call, a visit or a meeting with one of "
        "the customer's people, on the customer or one of its documents.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_customer_grading_last_contact(self):
        """Tell it of customers whose figures the user may see, by one statement for all."""
        customers = self.commercial_partner_id
        Explanation = self.env["customer.grading.explanation"]
        days = self._get_last_contacts(Explanation._get_figures_records(customers))
        for partner in self:
            partner.customer_grading_last_contact = days.get(partner.commercial_partner_id.id)

    @api.model
    def _get_last_contacts(self, customers):
        """Return ``{id of the customer: day of the last contact}``, up to today."""
        if not customers.ids:
            return {}
        engine, company = self.env["customer.grading.engine"].sudo(), self.env.company
        scope = engine._get_scope(
            self.env["customer.grading.policy"], company, engine._get_today(company)
        )
        people = self.env["res.partner"].sudo().with_context(active_test=False)
        people = people.search([("commercial_partner_id", "in", customers.ids)])
        self.env.flush_all()
        contacts = self.env["customer.grading.contact"]._get_contacts_sql(scope, people.ids)
        query = SQL("SELECT subject_id, MAX(day) FROM (%s) told GROUP BY subject_id", contacts)
        return dict(self.env.execute_query(query))
