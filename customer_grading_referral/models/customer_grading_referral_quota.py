from datetime import timedelta

from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, tell
from odoo.exceptions import UserError
from odoo.tools import SQL

ACTIVITY = "customer_grading_referral.mail_activity_type_request"
DAYS = timedelta(days=7)  # in which a request is to be made


class CustomerGradingReferralQuota(models.Model):
    """How many people a customer referred, beside what its grade asks for."""

    _name = "customer.grading.referral.quota"
    _description = "Referral Target"
    _auto = False
    _order = "missing desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    least = fields.Integer("At least", readonly=True, aggregator=None)
    most = fields.Integer("At most", readonly=True, aggregator=None)
    referred = fields.Integer(readonly=True)
    succeeded = fields.Integer("Became customers", readonly=True)
    missing = fields.Integer(readonly=True)
    state = fields.Selection(
        [("1_short", "Too few"), ("2_met", "As asked for"), ("3_over", "More than asked for")],
        "Status",
        readonly=True,
    )

    @property
    def _table_query(self):
        """Return the customers whose grade asks for referrals, in one statement."""
        self.env.flush_all()
        tz = self.env["customer.grading.engine"]._get_time_zone(self.env.company)
        companies = self.env.companies.ids
        return SQL(
            """
            SELECT told.*, GREATEST(least - referred, 0) AS missing,
                   CASE WHEN referred < least THEN '1_short'
                        WHEN most > 0 AND referred > most THEN '3_over' ELSE '2_met' END AS state
              FROM (
                SELECT result.id, result.partner_id, customer.user_id, result.company_id,
                       result.dimension_id, result.grade_id,
                       COALESCE(grade.least_referred, 0) AS least,
                       COALESCE(grade.most_referred, 0) AS most,
                       COUNT(referral.key) AS referred, COUNT(referral.date_success) AS succeeded
                  FROM customer_grading_result result
                  JOIN customer_grade grade ON grade.id = result.grade_id
                  JOIN customer_grading_dimension dimension ON dimension.id = result.dimension_id
                  JOIN res_partner customer ON customer.id = result.partner_id
                  LEFT JOIN res_company company ON company.id = result.company_id
                  LEFT JOIN (
                      SELECT told.*, own.parent_path FROM (%(referrals)s) told
                        LEFT JOIN res_company own ON own.id = told.company_id
                  ) referral
                    ON referral.referrer_customer_id = customer.id
                   AND (referral.company_id IS NULL OR company.id IS NULL
                        OR STARTS_WITH(referral.parent_path, company.parent_path))
                 WHERE (grade.least_referred > 0 OR grade.most_referred > 0)
                   AND dimension.active AND customer.active
                 GROUP BY result.id, customer.id, grade.id
              ) told
            """,
            referrals=self.env["customer.grading.referral.engine"]._get_referrals_sql(
                tz, companies
            ),
        )

    def action_open_customer(self):
        """Open the form of the customer."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.sudo(False)._get_records_action()

    def action_view_referred(self):
        """Open the list of whom the customer referred."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.sudo(False).action_view_referred()

    def action_request(self):
        """Plan an activity with each customer: to ask whom else it knows.

        It is its salesperson's, or one's own where there is none. Who has one open gets no other.

        :raise UserError: where all have one open
        """
        self.check_access("read")
        asked = self._get_asked()
        rows = self.filtered(lambda row: row.partner_id not in asked)
        if not rows:
            raise UserError(self.env._("A request for referrals is planned already."))
        deadline = self.env["customer.grading.engine"]._get_today(self.env.company) + DAYS
        for row in rows:
            row._plan_request(deadline)
        return tell(self.env._("Requests planned: %s", len(rows)), "success", RELOAD)

    def _get_asked(self):
        """Return the customers with whom a request is planned."""
        own = [
            ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
            ("res_model", "=", "res.partner"),
            ("res_id", "in", self.partner_id.ids),
        ]
        planned = self.env["mail.activity"].sudo().search(own)
        return self.partner_id.browse(planned.mapped("res_id"))

    def _plan_request(self, deadline):
        """Make the activity with one customer; nobody is e-mailed."""
        names = {"referred": self.referred, "least": self.least}
        self.partner_id.with_context(mail_activity_quick_update=True).activity_schedule(
            ACTIVITY,
            date_deadline=deadline,
            summary=self.env._("Ask for referrals: %(referred)s of %(least)s", **names),
            user_id=(self.user_id or self.env.user).id,
        )
