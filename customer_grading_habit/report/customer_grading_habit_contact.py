from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.tools import SQL

MONTHS = 12  # before this one, that are told of
# After how many days at most a contact was written down, on the day itself first.
DELAYS = (("same_day", 0), ("until_3", 3), ("until_7", 7))


class CustomerGradingHabitContact(models.Model):
    """Contacts by our people with customers, by the day on which they were written down.

    What was planned before counts as written down on the day. What customers write to us is nobody's
    habit, and left out.
    """

    _name = "customer.grading.habit.contact"
    _inherit = ["customer.grading.habit"]
    _description = "Contact Written Down"
    _auto = False
    _order = "date desc, id desc"
    _rates = {"late_rate": ("late", "contacts")}

    salesperson_id = fields.Many2one(string="Written down by")
    kind = fields.Selection(
        [("call", "Call"), ("visit", "Visit or meeting"), ("message", "Message")], readonly=True
    )
    date = fields.Date("Day of the contact", readonly=True)
    date_entered = fields.Date("Written down on", readonly=True)
    delay = fields.Selection(
        [
            ("same_day", "On the day"),
            ("until_3", "1 to 3 days later"),
            ("until_7", "4 to 7 days later"),
            ("later", "More than 7 days later"),
        ],
        "Written down",
        readonly=True,
    )
    delay_days = fields.Integer("Delay (days)", readonly=True, aggregator="avg")
    contacts = fields.Integer(readonly=True)
    late = fields.Integer("Written down late", readonly=True, help="On a later day.")
    late_rate = fields.Float("Share written down late", readonly=True, aggregator="avg")
    at_once = fields.Integer(
        "Late ones that day",
        readonly=True,
        aggregator="max",
        help="How many contacts of earlier days the same person wrote down on the same day: many at "
        "once, shortly before figures are reviewed, suggest that they were not written down in time.",
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer.",
    )

    @property
    def _table_query(self):
        """Return the rows of the companies that the user works in."""
        self.env.flush_all()
        scope = self._get_scope()
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY date, date_entered, partner_id, kind, salesperson_id)
                       AS id, told.*, NULL::integer AS lead_id, %(delay)s AS delay,
                   SUM(late) OVER (PARTITION BY salesperson_id, date_entered)::integer AS at_once,
                   NULL::float AS late_rate
              FROM (
                SELECT contact.*, salesperson.id AS salesperson_id,
                       salesperson.sale_team_id AS team_id,
                       GREATEST(date_entered - date, 0) AS delay_days,
                       CASE WHEN date_entered > date THEN contacts ELSE 0 END AS late
                  FROM (%(contacts)s) contact
                  LEFT JOIN (
                      SELECT DISTINCT ON (partner_id) partner_id AS person_id, id, sale_team_id
                        FROM res_users ORDER BY partner_id, active DESC, id
                  ) salesperson ON salesperson.person_id = contact.author_id
              ) told
            """,
            contacts=self._get_contacts_sql(scope),
            delay=self._get_delay_sql(),
        )

    @api.model
    def _get_scope(self):
        """Return the :class:`Scope` of today: the companies that the user has selected."""
        engine, company = self.env["customer.grading.engine"], self.env.company
        return Scope(
            engine._get_today(company),
            tz=engine._get_time_zone(company),
            company_ids=tuple(self.env.companies.ids),
        )

    @api.model
    def _get_contacts_sql(self, scope):
        """Return the query of contacts: of whom, which kind, on which day, by whom, written down when."""
        first = scope.date.replace(day=1) - relativedelta(months=MONTHS)
        Contact = self.env["customer.grading.contact"]
        # “Not in” and not “out”: PostgreSQL takes what equals an expression for very few rows,
        # and looks up the customer of each contact by itself.
        return SQL(
            """
            SELECT subject_id AS partner_id, kind, author_id, day AS date, %(entered)s AS date_entered,
                   1 AS contacts
              FROM (%(every)s) every
             WHERE day >= %(first)s AND direction != 'in'
            """,
            every=Contact._get_contacts_sql(scope),
            entered=Contact._get_day_sql(SQL("entered"), scope),
            first=first,
        )

    @staticmethod
    def _get_delay_sql():
        whens = [SQL("WHEN delay_days <= %s THEN %s", days, key) for key, days in DELAYS]
        return SQL("CASE %s ELSE 'later' END", SQL(" ").join(whens))

    @api.model
    def _get_unused_fields(self):
        """Return the column that is always empty here: it is about customers."""
        return ("lead_id",)
