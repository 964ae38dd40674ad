from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.customer_grading_capacity import WITHIN


class CustomerGradingCapacityReport(models.Model):
    """How many of a grade each salesperson, team, territory or company has, against its capacity."""

    _name = "customer.grading.capacity.report"
    _description = "Capacity"
    _auto = False
    _order = "over desc, missing desc, grade_id, within, id"

    capacity_id = fields.Many2one("customer.grading.capacity", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    subject = fields.Selection(related="dimension_id.subject")
    company_id = fields.Many2one("res.company", readonly=True)
    within = fields.Selection(WITHIN, "Counted for", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    state_id = fields.Many2one("res.country.state", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    city = fields.Char(readonly=True)
    place = fields.Char("Who or where", compute="_compute_place")
    held = fields.Integer(readonly=True, help="Customers or open opportunities of the grade, now.")
    least = fields.Integer("At least", readonly=True, aggregator=None)
    most = fields.Integer("At most", readonly=True, aggregator=None)
    over = fields.Integer("Too many", readonly=True)
    missing = fields.Integer("Too few", readonly=True)
    room = fields.Integer(readonly=True, help="How many more there may be.")
    state = fields.Selection(
        [
            ("over", "Too many"),
            ("short", "Too few"),
            ("full", "Full"),
            ("fits", "As it should be"),
        ],
        "Status",
        readonly=True,
    )
    reads_as = fields.Char("In words", compute="_compute_reads_as")

    @property
    def _table_query(self):
        self.env.flush_all()
        engine = self.env["customer.grading.capacity.engine"]
        return SQL(
            """
            WITH %s
            SELECT stands.id, stands.capacity_id, stands.grade_id, stands.dimension_id,
                   stands.company_id, stands.within, salesperson.id AS user_id,
                   CASE WHEN stands.within = 'team_id' THEN stands.key::integer
                        ELSE salesperson.sale_team_id END AS team_id,
                   state.id AS state_id,
                   CASE WHEN stands.within = 'country_id' THEN stands.key::integer
                        ELSE state.country_id END AS country_id,
                   CASE WHEN stands.within = 'city' THEN stands.key END AS city,
                   stands.held, stands.least, stands.most,
                   CASE WHEN stands.most > 0 THEN GREATEST(stands.held - stands.most, 0)
                        ELSE 0 END AS over,
                   GREATEST(stands.least - stands.held, 0) AS missing,
                   CASE WHEN stands.most > 0 THEN GREATEST(stands.most - stands.held, 0) END AS room,
                   CASE WHEN stands.most > 0 AND stands.held > stands.most THEN 'over'
                        WHEN stands.held < stands.least THEN 'short'
                        WHEN stands.held = stands.most THEN 'full' ELSE 'fits' END AS state
              FROM stands
              LEFT JOIN res_users salesperson
                ON stands.within = 'user_id' AND salesperson.id::text = stands.key
              LEFT JOIN res_country_state state
                ON stands.within = 'state_id' AND state.id::text = stands.key
            """,
            engine._get_stands_sql(engine._get_shown()),
        )

    @api.depends("within", "user_id", "team_id", "state_id", "country_id", "city", "company_id")
    def _compute_place(self):
        for row in self:
            if row.within == "city":
                row.place = row.city
            elif row.within == "all":
                row.place = (row.company_id or self.env.company).name
            else:
                row.place = row[row.within].display_name

    @api.depends("place", "held")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.capacity_id._say_held(row.place, row.held)

    @api.depends("place", "held")
    @api.depends_context("lang")
    def _compute_reads_as(self):
        for row in self:
            row.reads_as = row.capacity_id._say_held(row.place, row.held)

    def action_open_held(self):
        """Open the customers or opportunities that are counted here."""
        self.ensure_one()
        Capacity = self.env["customer.grading.capacity"]
        subject = self.dimension_id._get_subject_kind()
        held = Domain(subject.field, "any", Capacity._get_open_domain(subject))
        held &= Domain("grade_id", "=", self.grade_id.id)
        held &= Domain("company_id", "=", self.company_id.id)
        if path := Capacity._get_path(subject, self.within):
            held &= Domain(path, "=", self.city if self.within == "city" else self[self.within].id)
        return open_window(
            self.reads_as,
            "customer.grading.result",
            "list",
            domain=list(held),
            context={"create": False, "grading_subject": subject.name},
        )

    def action_open_proposals(self):
        """Open who could go elsewhere, or come in, by the same line of capacity and place."""
        self.ensure_one()
        domain = [
            ("capacity_id", "=", self.capacity_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        if self.within == "city":
            domain.append(("city", "=", self.city))
        elif self.within != "all":
            domain.append((self.within, "=", self[self.within].id))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading_capacity.customer_grading_capacity_proposal_action"
        )
        return dict(action, name=self.reads_as, domain=domain, context={"create": False})
