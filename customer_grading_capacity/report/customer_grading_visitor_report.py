from odoo import fields, models
from odoo.tools import SQL


class CustomerGradingVisitorReport(models.Model):
    """Who came, when, and whether they left a name, a phone number or an e-mail address."""

    _name = "customer.grading.visitor.report"
    _description = "Visitors and Contact Data"
    _auto = False
    _order = "date desc, id desc"

    lead_id = fields.Many2one("crm.lead", "Lead or opportunity", readonly=True)
    type = fields.Selection([("lead", "Lead"), ("opportunity", "Opportunity")], readonly=True)
    date = fields.Date("Came on", readonly=True)
    hour = fields.Integer(
        readonly=True, aggregator=None, help="Hour of the day, where the company is."
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    visitors = fields.Integer("Number", readonly=True)
    without_name = fields.Integer("Without a name", readonly=True)
    without_phone = fields.Integer("Without a phone number", readonly=True)
    without_email = fields.Integer("Without an e-mail address", readonly=True)
    without_data = fields.Integer(
        "Without data", readonly=True, help="Neither a name, nor a phone number, nor an address."
    )
    share_without_data = fields.Float(
        "Share without data", readonly=True, aggregator="avg", help="Of all that came."
    )

    @property
    def _table_query(self):
        self.env.flush_all()
        engine = self.env["customer.grading.engine"]
        zones = SQL(", ").join(
            SQL("(%s, %s)", company.id, engine._get_time_zone(company))
            for company in self.env.companies
        )
        return SQL(
            """
            SELECT lead.id, lead.id AS lead_id, lead.type, lead.user_id, lead.team_id,
                   lead.source_id, zone.company_id, 1 AS visitors,
                   came.moment::date AS date, EXTRACT(HOUR FROM came.moment)::integer AS hour,
                   lacks.name::integer AS without_name, lacks.phone::integer AS without_phone,
                   lacks.email::integer AS without_email,
                   (lacks.name AND lacks.phone AND lacks.email)::integer AS without_data,
                   (lacks.name AND lacks.phone AND lacks.email)::integer::float AS share_without_data
              FROM crm_lead lead
              LEFT JOIN res_users salesperson ON salesperson.id = lead.user_id
              JOIN (VALUES %s) AS zone (company_id, tz)
                ON zone.company_id = COALESCE(lead.company_id, salesperson.company_id, %s)
              CROSS JOIN LATERAL (
                  SELECT lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE zone.tz AS moment
              ) came
              CROSS JOIN LATERAL (
                  SELECT lead.partner_id IS NULL AND COALESCE(lead.contact_name, '') = ''
                             AND COALESCE(lead.partner_name, '') = '' AS name,
                         COALESCE(lead.phone, '') = '' AS phone,
                         COALESCE(lead.email_from, '') = '' AS email
              ) lacks
            """,
            zones,
            self.env.company.id,
        )

    def action_open_lead(self):
        """Open the lead or opportunity."""
        self.ensure_one()
        return self.lead_id._get_records_action()
