from odoo import api, fields, models
from odoo.tools import SQL

TOLD = 5  # opportunities that are named, where several are given up at once


class CrmLeadLost(models.TransientModel):
    """Warns where an opportunity is given up after fewer contacts than its grade asks for."""

    _inherit = "crm.lead.lost"

    too_few_contacts = fields.Text("Too few contacts", compute="_compute_too_few_contacts")

    @api.depends("lead_ids")
    @api.depends_context("lang", "company")
    def _compute_too_few_contacts(self):
        for wizard in self:
            leads = wizard.lead_ids._origin
            counts = wizard._count_contacts(leads)
            few = leads.filtered(
                lambda lead, counts=counts: (
                    counts.get(lead.id, 0) < lead.sudo().opportunity_grade_id.least_contacts
                )
            )
            texts = [wizard._get_few_text(lead, counts.get(lead.id, 0)) for lead in few[:TOLD]]
            if len(few) > TOLD:
                texts.append(self.env._("... and %s more", len(few) - TOLD))
            wizard.too_few_contacts = "\n".join(texts)

    def _get_few_text(self, lead, count):
        grade = lead.sudo().opportunity_grade_id
        return self.env._(
            "“%(lead)s”: %(count)s of the %(least)s contacts that grade %(grade)s asks for before "
            "it is given up.",
            lead=lead.name,
            count=count,
            least=grade.least_contacts,
            grade=grade.code,
        )

    @api.model
    def _count_contacts(self, leads):
        """Return ``{id: days with contact}`` of the opportunities whose grade asks for some."""
        asked = leads.filtered(lambda lead: lead.sudo().opportunity_grade_id.least_contacts)
        if not asked:
            return {}
        engine = self.env["customer.grading.follow.up.engine"]
        scope = engine._get_scope(self.env.company, asked.ids)
        self.env.flush_all()
        contacts = self.env["customer.grading.contact"]._get_contacts_sql(scope, asked.ids, "lead")
        rows = self.env.execute_query(
            SQL("SELECT subject_id, COUNT(DISTINCT day) FROM (%s) told GROUP BY 1", contacts)
        )
        return dict(rows)
