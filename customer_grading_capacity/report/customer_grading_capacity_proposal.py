from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window

from ..models.customer_grading_capacity import WITHIN


class CustomerGradingCapacityProposal(models.Model):
    """Who could go to a colleague, or to another grade, where one has too many or too few.

    Nothing of it happens by itself: people assign, set or propose a grade.
    """

    _name = "customer.grading.capacity.proposal"
    _inherit = ["customer.grading.subject"]
    _description = "Proposal of Capacity"
    _auto = False
    _order = "capacity_id, company_id, user_id, position, id"

    salesperson_id = fields.Many2one(string="Has it now")
    company_id = fields.Many2one("res.company", readonly=True)
    dimension_id = fields.Many2one("customer.grading.dimension", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    state_id = fields.Many2one("res.country.state", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    city = fields.Char(readonly=True)
    capacity_id = fields.Many2one("customer.grading.capacity", readonly=True)
    within = fields.Selection(WITHIN, "Counted for", readonly=True)
    held = fields.Integer(readonly=True, aggregator=None)
    position = fields.Integer(
        "Order",
        readonly=True,
        aggregator=None,
        help="Who goes first: the weakest by score, or by revenue where there is none. Who comes "
        "first: the best.",
    )
    kind = fields.Selection(
        [
            ("assign", "Colleague"),
            ("lower", "Move down"),
            ("raise", "Move up"),
        ],
        "Proposed",
        readonly=True,
    )
    to_user_id = fields.Many2one("res.users", "To colleague", readonly=True)
    to_grade_id = fields.Many2one("customer.grade", "To grade", readonly=True)
    to_grade_color = fields.Integer(related="to_grade_id.color", string="Color of that grade")
    reason = fields.Char("Why", compute="_compute_reason")

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @property
    def _table_query(self):
        self.env.flush_all()
        return self.env["customer.grading.capacity.engine"]._get_proposals_sql()

    @api.depends("capacity_id", "held")
    @api.depends_context("lang")
    def _compute_reason(self):
        for proposal in self:
            capacity = proposal.capacity_id
            if proposal.within == "city":
                who = proposal.city
            elif proposal.within == "all":
                who = (proposal.company_id or self.env.company).name
            else:
                who = proposal[proposal.within].display_name
            proposal.reason = capacity and capacity._say_held(who, proposal.held)

    # ------------------------------------------------------------------ what people do

    def action_assign(self):
        """Open the dialog that assigns these: to whom is proposed, or to somebody else."""
        self.check_access("read")
        lines = [
            fields.Command.create(
                {
                    "partner_id": proposal.partner_id.id,
                    "lead_id": proposal.lead_id.id,
                    "from_user_id": proposal.user_id.id,
                    "user_id": proposal.to_user_id.id,
                    "reason": proposal.reason,
                }
            )
            for proposal in self
        ]
        wizard = self.env["customer.grading.capacity.assign"].create({"line_ids": lines})
        return open_window(self.env._("Assign"), wizard._name, res_id=wizard.id, target="new")

    def action_set_grade(self):
        """Open the dialog that sets, or proposes, the grade that is proposed here."""
        self.ensure_one()
        subject = self._get_subject()
        action = subject.action_set_grade()
        action["context"] = {
            **action["context"],
            "default_dimension_id": self.dimension_id.id,
            "default_grade_id": self.to_grade_id.id,
            "default_reason": self.reason,
        }
        return action
