from odoo import fields, models
from odoo.addons.customer_grading.models.fields import GuardedMany2one
from odoo.addons.customer_grading.models.result.customer_grading_change import (
    BY_HAND_ORIGINS,
    COMPUTED_ORIGINS,
)
from odoo.addons.customer_grading.models.result.customer_grading_change_writer import DIRECTION
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL


class CustomerGradingHabitOverride(models.Model):
    """A grade that people set by hand, froze or excluded: by whom, against what, and how it ended."""

    _name = "customer.grading.habit.override"
    _inherit = ["customer.grading.habit"]
    _description = "Grade Set by Hand"
    _auto = False
    _order = "date desc, id desc"
    _rates = {"upward_rate": ("upward", "overrides"), "right_rate": ("right", "settled")}

    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    origin = fields.Selection(
        [("manual", "Set by hand"), ("freeze", "Frozen"), ("exclude", "Excluded")],
        "What was done",
        readonly=True,
    )
    author_id = fields.Many2one("res.users", "Set by", readonly=True)
    decided_by_id = fields.Many2one(
        "res.users",
        "Decided by",
        readonly=True,
        help="Who approved it, where somebody else asked for it.",
    )
    from_grade_id = GuardedMany2one(
        "customer.grade", "From", readonly=True, falsy_value_label=NOT_GRADED
    )
    from_grade_color = fields.Integer(related="from_grade_id.color", string="From color")
    grade_id = GuardedMany2one("customer.grade", "To", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color", string="To color")
    computed_grade_id = GuardedMany2one(
        "customer.grade",
        "Computed then",
        readonly=True,
        falsy_value_label=NOT_GRADED,
        help="The grade that was computed when it was set by hand.",
    )
    computed_grade_color = fields.Integer(
        related="computed_grade_id.color", string="Computed color"
    )
    against = fields.Selection(
        [("up", "Above computed"), ("same", "As computed"), ("down", "Below computed")],
        "Against the computed grade",
        readonly=True,
    )
    note = fields.Char("Reason", readonly=True)
    date = fields.Date("Set on", readonly=True)
    manual_until = fields.Date("Until", readonly=True, help="The end that was set.")
    date_end = fields.Date("Ended on", readonly=True, help="The last day in force.")
    ending = fields.Selection(
        [
            ("open", "Still in force"),
            ("itself", "Ended by itself"),
            ("early", "Ended early"),
            ("replaced", "Replaced by hand"),
            ("taken_back", "Taken back"),
            ("merged", "Merged"),
        ],
        "How it ended",
        readonly=True,
    )
    ended_by_id = fields.Many2one("res.users", "Ended by", readonly=True)
    outcome = fields.Selection(
        [("same", "The same grade"), ("other", "Another grade")],
        "Computed in the end",
        readonly=True,
        help="The computed grade when it ended; of what is still in force, as of today. Empty where "
        "it ended otherwise before that showed.",
    )
    days = fields.Integer("Days in force", readonly=True, aggregator="avg")
    overrides = fields.Integer("Set by hand", readonly=True)
    upward = fields.Integer("Above computed", readonly=True)
    downward = fields.Integer("Below computed", readonly=True)
    settled = fields.Integer(
        "Ended", readonly=True, help="By itself or early: the computed grade came back."
    )
    right = fields.Integer(
        "Right in the end", readonly=True, help="When it ended, the computed grade was the same."
    )
    upward_rate = fields.Float("Share above computed", readonly=True, aggregator="avg")
    right_rate = fields.Float(
        "Share right in the end", readonly=True, aggregator="avg", help="Of those that ended."
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @property
    def _table_query(self):
        """Return the rows of the companies that the user works in."""
        self.env.flush_all()
        return SQL(
            """
            SELECT told.*, 1 AS overrides, (against = 'up')::integer AS upward,
                   (against = 'down')::integer AS downward, settled.settled,
                   CASE WHEN outcome = 'same' THEN settled.settled ELSE 0 END AS right,
                   NULL::float AS upward_rate, NULL::float AS right_rate
              FROM (%s) told
             CROSS JOIN LATERAL (
                   SELECT (ending IN ('itself', 'early'))::integer AS settled
                 ) settled
            """,
            self._get_rows_sql(),
        )

    def _get_rows_sql(self):
        """Return the query of a row each, with how it ended."""
        return SQL(
            """
            SELECT change.id, change.partner_id, change.lead_id, change.dimension_id,
                   change.company_id, change.origin, change.user_id AS author_id,
                   change.decided_by_id, change.from_grade_id, change.grade_id,
                   change.computed_grade_id, change.note, change.date_applied AS date,
                   change.manual_until,
                   salesperson.id AS salesperson_id,
                   COALESCE(lead.team_id, salesperson.sale_team_id) AS team_id,
                   CASE %(direction)s WHEN 'up' THEN 'up' WHEN 'new' THEN 'up'
                        WHEN 'same' THEN 'same' ELSE 'down' END AS against,
                   how.ending, ended.day AS date_end,
                   CASE WHEN how.ending IN ('early', 'replaced', 'taken_back')
                        THEN COALESCE(next.user_id, next.decided_by_id) END AS ended_by_id,
                   CASE WHEN how.ending = 'open' OR ended.day IS NOT NULL
                        THEN GREATEST(COALESCE(ended.day, clock.today) - change.date_applied + 1, 0)
                    END AS days,
                   %(outcome)s AS outcome
              FROM customer_grading_change change
              JOIN customer_grading_result result ON result.id = change.result_id
              JOIN (VALUES %(clock)s) clock (company_id, today)
                ON clock.company_id = COALESCE(change.company_id, 0)
              LEFT JOIN LATERAL (%(next)s) next ON TRUE
             CROSS JOIN LATERAL (SELECT %(ending)s AS ending) how
             CROSS JOIN LATERAL (SELECT %(end)s AS day) ended
              LEFT JOIN customer_grade held ON held.id = change.computed_grade_id
              LEFT JOIN customer_grade target ON target.id = change.grade_id
              LEFT JOIN crm_lead lead ON lead.id = change.lead_id
              LEFT JOIN res_partner customer ON customer.id = change.partner_id
              LEFT JOIN res_users salesperson
                ON salesperson.id = COALESCE(lead.user_id, customer.user_id)
             WHERE change.origin IN %(by_hand)s AND change.state = 'applied'
            """,
            by_hand=BY_HAND_ORIGINS,
            clock=self._get_clock_sql(),
            direction=DIRECTION,
            next=self._get_next_sql(),
            ending=self._get_ending_sql(),
            end=self._get_end_sql(),
            outcome=self._get_outcome_sql(),
        )

    def _get_clock_sql(self):
        """Return the day that it is in each company that is shown; 0 stands for a group."""
        engine = self.env["customer.grading.engine"]
        Company = self.env["res.company"]
        return SQL(", ").join(
            SQL("(%s, %s::date)", company.id or 0, engine._get_today(company))
            for company in [Company, *self._get_shown_companies()]
        )

    @staticmethod
    def _get_next_sql():
        """Return the query of the change by which a ``change`` ended.

        It came into effect the day after; of several on one day the first one after it counts.
        """
        return SQL(
            """
            SELECT * FROM customer_grading_change next
             WHERE next.result_id = change.result_id AND next.state = 'applied'
               AND next.id <> change.id AND next.date_applied = change.date_end + 1
               AND next.is_aside IS NOT DISTINCT FROM change.is_aside
               AND (change.is_aside IS NOT TRUE
                    OR next.merged_from IS NOT DISTINCT FROM change.merged_from)
             ORDER BY next.id > change.id DESC, next.id
             LIMIT 1
            """
        )

    def _get_ending_sql(self):
        """Return how a ``change`` ended.

        Where the computed grade was the same when it ended, that is no change: its row goes on as
        long as the grade does.
        """
        return SQL(
            """
            CASE WHEN change.date_end IS NULL AND %(by_hand)s THEN 'open'
                 WHEN change.date_end IS NULL THEN %(by_today)s
                 WHEN next.id IS NULL OR next.origin = 'merge' THEN 'merged'
                 WHEN next.origin = 'undo' THEN 'taken_back'
                 WHEN next.origin IN %(origins)s THEN 'replaced'
                 WHEN next.user_id IS NOT NULL THEN 'early'
                 WHEN next.origin IN %(computed)s THEN %(by_next)s
                 ELSE 'itself' END
            """,
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            by_today=self._get_passed_sql(SQL("clock.today")),
            by_next=self._get_passed_sql(SQL("next.date_applied")),
            origins=BY_HAND_ORIGINS,
            computed=COMPUTED_ORIGINS,
        )

    @staticmethod
    def _get_passed_sql(day):
        return SQL("CASE WHEN change.manual_until < %s THEN 'itself' ELSE 'early' END", day)

    @staticmethod
    def _get_end_sql():
        """Return the last day on which a ``change`` was in force; unknown where nothing tells it."""
        return SQL(
            """
            CASE WHEN how.ending = 'open' THEN NULL
                 WHEN change.date_end IS NULL OR (next.origin IN %s AND next.user_id IS NULL)
                 THEN CASE WHEN how.ending = 'itself' THEN change.manual_until END
                 ELSE change.date_end END
            """,
            COMPUTED_ORIGINS,
        )

    @staticmethod
    def _get_outcome_sql():
        """Return what the computed grade came to.

        A computed grade that needs somebody's yes is asked for on the day on which what is by hand
        ends; what moves later is none of its outcome.
        """
        return SQL(
            """
            CASE WHEN how.ending = 'open' AND result.computed_grade_id
                      IS NOT DISTINCT FROM change.grade_id THEN 'same'
                 WHEN how.ending = 'open' THEN 'other'
                 WHEN how.ending NOT IN ('itself', 'early') THEN NULL
                 WHEN EXISTS (
                      SELECT FROM customer_grading_change asked
                       WHERE asked.result_id = change.result_id AND asked.id > change.id
                         AND (asked.id = next.id OR next.id IS NULL AND asked.state <> 'applied')
                         AND asked.grade_id IS DISTINCT FROM change.grade_id
                         AND (asked.origin = 'manual_end' OR asked.user_id IS NOT NULL
                              OR asked.date = change.manual_until + 1))
                 THEN 'other'
                 ELSE 'same' END
            """
        )
