from odoo import api, fields, models
from odoo.addons.customer_grading.models.fields import GuardedMany2one
from odoo.tools import SQL

from .customer_grading_cadence import CONTACTS, JOURNALS


class CustomerGradingAttainment(models.Model):
    """What became of one contact that was due: in time, late, overdue still, or missed.

    It is noted as follow-ups are renewed, and kept: of whom it was then, in which grade.
    """

    _name = "customer.grading.attainment"
    _inherit = ["customer.grading.subject"]
    _description = "Attainment of Contacts"
    _order = "date_due desc, id desc"
    _log_access = False

    partner_id = GuardedMany2one("res.partner", "Customer", index="btree_not_null")
    lead_id = GuardedMany2one("crm.lead", "Opportunity", index="btree_not_null")
    result_id = fields.Many2one(
        "customer.grading.result", required=True, ondelete="cascade", readonly=True
    )
    cadence_id = GuardedMany2one("customer.grading.cadence", readonly=True)
    grade_id = GuardedMany2one("customer.grade", required=True, readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    dimension_id = GuardedMany2one("customer.grading.dimension", required=True, readonly=True)
    company_id = GuardedMany2one("res.company", readonly=True)
    contact = fields.Selection(CONTACTS, readonly=True)
    journal = fields.Selection(JOURNALS, readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True, index="btree_not_null")
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True, index="btree_not_null")
    date_due = fields.Date("Due", required=True, readonly=True, index=True)
    date_done = fields.Date("Done", readonly=True)
    outcome = fields.Selection(
        [("in_time", "In time"), ("late", "Late"), ("overdue", "Overdue"), ("missed", "Missed")],
        required=True,
        readonly=True,
    )
    is_filled = fields.Boolean(
        "Entered later",
        readonly=True,
        help="The contact was written down more than two days after it is said to have been.",
    )

    _due_uniq = models.UniqueIndex("(result_id, cadence_id, date_due)")
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @api.model
    def _get_noting_sql(self, subject, today, is_told):
        """Return the common table expressions that note what became of what was due.

        They follow ``compared``, where everybody stands now beside the follow-ups of before.

        One is met by what moved the day on which it was due.

        :param subject: :class:`Subject` of the follow-ups
        :param is_told: whether anything is noted: not where it is the cadence that moved
        """
        return SQL(
            """
            moved AS (
                SELECT *, CASE WHEN now_date_due IS DISTINCT FROM date_due
                                AND (now_date_last > COALESCE(date_last, '-infinity'::date)
                                     OR now_done_count > done_count)
                               THEN CASE WHEN now_date_last <= date_due
                                         THEN 'in_time' ELSE 'late' END
                               WHEN date_due >= %(today)s THEN NULL
                               WHEN now_date_due = date_due THEN 'overdue'
                               ELSE 'missed' END AS outcome
                  FROM compared
                 WHERE date_due IS NOT NULL AND %(is_told)s
            ), noted AS (
                INSERT INTO customer_grading_attainment AS told (
                    result_id, cadence_id, %(field)s, grade_id, dimension_id, company_id, contact,
                    journal, user_id, team_id, date_due, date_done, outcome, is_filled)
                SELECT moved.result_id, moved.cadence_id, moved.%(field)s, moved.grade_id,
                       moved.dimension_id, moved.company_id, cadence.contact, cadence.journal,
                       CASE cadence.who WHEN 'officer' THEN cadence.user_id
                                        WHEN 'team_leader' THEN team.user_id
                                        ELSE record.user_id END,
                       team.id, moved.date_due,
                       CASE WHEN moved.outcome IN ('in_time', 'late') THEN moved.now_date_last END,
                       moved.outcome,
                       moved.outcome IN ('in_time', 'late') AND COALESCE(moved.now_is_filled, FALSE)
                  FROM moved
                  JOIN customer_grading_cadence cadence ON cadence.id = moved.cadence_id
                  JOIN %(table)s record ON record.id = moved.%(field)s
                  LEFT JOIN res_users salesperson ON salesperson.id = record.user_id
                  LEFT JOIN crm_team team ON team.id = %(team)s
                 WHERE moved.outcome IS NOT NULL AND cadence.optional IS NOT TRUE
                   AND NOT EXISTS (SELECT FROM customer_grading_attainment known
                                    WHERE known.result_id = moved.result_id
                                      AND known.cadence_id = moved.cadence_id
                                      AND known.date_due = moved.date_due
                                      AND (known.outcome != 'overdue' OR moved.outcome = 'overdue'))
                ON CONFLICT (result_id, cadence_id, date_due) DO UPDATE
                   SET date_done = EXCLUDED.date_done, outcome = EXCLUDED.outcome,
                       is_filled = EXCLUDED.is_filled
                 WHERE told.outcome = 'overdue' AND EXCLUDED.outcome != 'overdue'
                RETURNING id
            )
            """,
            today=today,
            is_told=is_told,
            field=SQL.identifier(subject.field),
            table=SQL.identifier(subject.table),
            team=SQL("COALESCE(record.team_id, salesperson.sale_team_id)")
            if subject.name == "lead"
            else SQL("salesperson.sale_team_id"),
        )
