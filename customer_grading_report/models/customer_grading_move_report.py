from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

MOVES = ("new", "up", "down", "lost")


class CustomerGradingMoveReport(models.Model):
    """Who moved from which grade to which: changes in effect, each told once.

    What was taken back counts as if it had never been, and with it what took it back. Of merged
    customers those of the one that stayed are told.
    """

    _name = "customer.grading.move.report"
    _inherit = ["customer.grading.subject", "customer.grading.told"]
    _description = "Grade Moves"
    _auto = False
    _order = "date desc, id desc"

    _told_kinds = ("partner", "lead")

    partner_company_id = fields.Many2one(
        "res.company", "Customer's company", readonly=True, export_string_translation=False
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date("Moved on", readonly=True)
    from_grade_id = fields.Many2one(
        "customer.grade", "From", readonly=True, falsy_value_label=NOT_GRADED
    )
    from_grade_color = fields.Integer(related="from_grade_id.color", string="From color")
    grade_id = fields.Many2one("customer.grade", "To", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color", string="To color")
    direction = fields.Selection(
        lambda self: [
            (key, label)
            for key, label in self._get_labels("customer.grading.change", "direction")
            if key in MOVES
        ],
        readonly=True,
    )
    origin = fields.Selection(
        lambda self: self._get_labels("customer.grading.change", "origin"),
        readonly=True,
        help="What caused the move: the figures, or somebody by hand.",
    )
    user_id = fields.Many2one("res.users", "Asked by", readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    is_first = fields.Boolean(
        "First grading", readonly=True, help="The first time that a policy graded everybody."
    )
    note = fields.Char("Reason given", readonly=True)
    why = fields.Char(compute="_compute_why")
    policy_id = fields.Many2one("customer.grading.policy", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", "Region", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    figures_hidden = fields.Boolean(
        "Figures are hidden", readonly=True, help="You may not see what the customer buys."
    )
    revenue = fields.Monetary(
        "Revenue, 12 months",
        readonly=True,
        help="What the customer bought in the 12 months up to last night, whenever the grade moved. "
        "Empty where you may not see the customer's figures.",
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @property
    def _table_query(self):
        """Return a row a move; the revenue beside it is that of the report of grades."""
        for name in ("change", "dimension", "run", "figures", "figures.set"):
            self.env[f"customer.grading.{name}"].flush_model()
        for name in ("res.partner", "crm.lead"):
            self.env[name].flush_model()
        seen = self.env["customer.grading.explanation"]._get_seen_sql(
            SQL("partner.user_id"), SQL("change.company_id")
        )
        return SQL(
            """
            SELECT change.id, change.partner_id, change.lead_id, change.dimension_id,
                   COALESCE(partner.company_id, lead.company_id) AS partner_company_id,
                   change.company_id,
                   COALESCE(company.currency_id, dimension.currency_id) AS currency_id,
                   change.date_applied AS date, change.from_grade_id, change.grade_id,
                   change.direction, change.origin, change.user_id, change.decided_by_id,
                   COALESCE(run.first, FALSE) AS is_first, change.note, change.policy_id,
                   COALESCE(partner.country_id, lead.country_id) AS country_id,
                   COALESCE(partner.state_id, lead.state_id) AS state_id, partner.industry_id,
                   COALESCE(lead.team_id, salesperson.sale_team_id) AS team_id,
                   NOT %(seen)s AS figures_hidden,
                   CASE WHEN %(seen)s THEN figures.revenue END AS revenue
              FROM customer_grading_change change
              JOIN customer_grading_dimension dimension ON dimension.id = change.dimension_id
              LEFT JOIN res_partner partner ON partner.id = change.partner_id
              LEFT JOIN crm_lead lead ON lead.id = change.lead_id
              LEFT JOIN res_users salesperson ON salesperson.id = partner.user_id
              LEFT JOIN res_company company ON company.id = change.company_id
              LEFT JOIN customer_grading_run run ON run.id = change.run_id
              LEFT JOIN customer_grading_figures_set told
                ON told.key = COALESCE(change.company_id, -change.dimension_id)
              LEFT JOIN customer_grading_figures figures
                ON figures.partner_id = change.partner_id AND figures.set_id = told.id
             WHERE change.dimension_id IN %(visible)s
               AND change.state = 'applied' AND change.direction != 'same'
               AND change.is_aside IS NOT TRUE AND change.origin != 'undo'
               AND (change.partner_id IS NOT NULL OR change.lead_id IS NOT NULL)
               AND change.id NOT IN (
                   SELECT undoes_id FROM customer_grading_change
                    WHERE undoes_id IS NOT NULL AND state = 'applied')
            """,
            seen=seen,
            visible=self._get_visible_ids(),
        )

    @api.depends_context("uid", "lang")
    def _compute_why(self):
        """Tell the reason of each change, with figures where the reader may see them."""
        changes = self.env["customer.grading.change"].browse(self.ids)
        for move, change in zip(self, changes, strict=True):
            move.why = change.reason

    def action_open_change(self):
        """Open the change of which the move is told."""
        self.ensure_one()
        return self.env["customer.grading.change"].browse(self.id)._get_records_action()
