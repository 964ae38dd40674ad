from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

# What people correct in a row; all else is written by the keeper.
DETAILS = {"categ_id", "rival_id", "rival_product_id", "note"}


class CustomerGradingLoss(models.Model):
    """One loss of an opportunity, or one refusal while it is open, and what became of it.

    The keeper writes it; each loss is a row of its own. After a loss the opportunity is quasi-lost
    until the second follow-up says that it is lost, or that it was a false loss.
    """

    _name = "customer.grading.loss"
    _inherit = ["customer.grading.subject", "customer.grading.rival.met"]
    _description = "Lost Opportunity"
    _order = "date_due, date desc, id desc"

    partner_id = fields.Many2one(string="Nobody", index="btree_not_null", readonly=True)
    lead_id = fields.Many2one(index="btree_not_null", readonly=True)
    salesperson_id = fields.Many2one(string="Has it now")
    customer_id = fields.Many2one(
        related="lead_id.partner_id", string="Customer", help="Of the opportunity, as it is now."
    )
    customer_grade_id = fields.Many2one(related="lead_id.customer_grade_id", string="Grade")
    customer_grade_color = fields.Integer(related="lead_id.customer_grade_color")
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", index=True, readonly=True
    )
    user_id = fields.Many2one(
        "res.users", "Salesperson", ondelete="set null", index="btree_not_null", readonly=True
    )
    team_id = fields.Many2one(
        "crm.team", "Sales team", ondelete="set null", index="btree_not_null", readonly=True
    )
    date = fields.Date("Lost on", required=True, readonly=True, index=True)
    reason_id = fields.Many2one(
        "crm.lost.reason", ondelete="restrict", index="btree_not_null", readonly=True
    )
    main_reason_id = fields.Many2one(
        "crm.lost.reason",
        "Main reason",
        compute="_compute_main_reason_id",
        store=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    categ_id = fields.Many2one(ondelete="restrict", index="btree_not_null")
    rival_id = fields.Many2one(ondelete="restrict", index="btree_not_null")
    rival_product_id = fields.Many2one(ondelete="restrict", index="btree_not_null")
    note = fields.Text(help="What the customer said, and thinks of the rival.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    stake = fields.Monetary(
        "At stake", readonly=True, help="Expected revenue on the day of the loss."
    )
    contact_count = fields.Integer(
        "Days with contact",
        readonly=True,
        aggregator="avg",
        help="On the opportunity, up to the loss: what is on one day is one.",
    )
    state = fields.Selection(
        [
            ("refused", "Refused, still open"),
            ("quasi", "Quasi-lost"),
            ("lost", "Lost"),
            ("false", "False loss"),
        ],
        "Status",
        required=True,
        readonly=True,
        index=True,
        help="Quasi-lost until the second follow-up says that it is lost, or that it was a false "
        "loss and goes on.",
    )
    outcome = fields.Selection(
        [
            ("closed", "Not reopened"),
            ("open", "Reopened"),
            ("won", "Won back"),
            ("again", "Lost again"),
        ],
        "What became of it",
        readonly=True,
    )
    owner_id = fields.Many2one(
        "res.users",
        "Second follow-up by",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    date_due = fields.Date("Second follow-up", readonly=True, index="btree_not_null")
    is_due = fields.Boolean(compute="_compute_is_due", search="_search_is_due")
    todo = fields.Char("What to do", compute="_compute_todo")
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", index="btree_not_null", readonly=True
    )
    date_verdict = fields.Date("Decided on", readonly=True)
    verdict_by_id = fields.Many2one(
        "res.users", "Decided by", ondelete="set null", index="btree_not_null", readonly=True
    )
    date_reopened = fields.Date("Reopened on", readonly=True)
    date_won = fields.Date("Won back on", readonly=True)

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: an opportunity.",
    )
    # What is lost is lost once at a time.
    _current_uniq = models.UniqueIndex("(lead_id) WHERE outcome = 'closed'")

    @api.depends("reason_id.grading_parent_id")
    def _compute_main_reason_id(self):
        for loss in self:
            loss.main_reason_id = loss.reason_id._get_main()

    @api.depends("reason_id")
    @api.depends_context("lang")
    def _compute_todo(self):
        for loss in self:
            loss.todo = loss.reason_id._get_follow_up()["grading_todo"]

    @api.model
    def _get_due_domain(self):
        """Return what waits for its second follow-up today, where the current company is."""
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        return Domain("state", "=", "quasi") & Domain("date_due", "<=", today)

    @api.depends("state", "date_due")
    @api.depends_context("company")
    def _compute_is_due(self):
        due = self.filtered_domain(self._get_due_domain())
        for loss in self:
            loss.is_due = loss in due

    @api.model
    def _search_is_due(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_due_domain()

    @api.model
    def _get_unused_fields(self):
        """Return the column that is always empty here: it is about opportunities."""
        return ("partner_id",)

    # ------------------------------------------------------------------ what people do

    def write(self, vals):
        """Correct what was lost, and to whom. All else follows from the opportunity."""
        if not self.env.su and (other := set(vals) - DETAILS):
            raise AccessError(
                self.env._(
                    "“%s” follows from the opportunity: change it there.",
                    self._fields[min(other)]._description_string(self.env),
                )
            )
        return super().write(vals)

    def action_still_lost(self):
        """Say after the second follow-up that these are lost.

        :raise AccessError: for who may not change the opportunities
        :raise UserError: where one is not quasi-lost any more
        """
        self._check_state("quasi")
        self._get_keeper()._decide(self.sudo(), "lost")
        return RELOAD

    def action_false_loss(self):
        """Say after the second follow-up that these were lost by mistake, and reopen them.

        :raise AccessError: for who may not change the opportunities
        :raise UserError: where one is not quasi-lost any more
        """
        self._check_state("quasi")
        self.lead_id.action_restore()
        return RELOAD

    def action_reopen(self):
        """Give lost opportunities another try; what is quasi-lost becomes a false loss.

        :raise AccessError: for who may not change the opportunities
        :raise UserError: where one is open or won already
        """
        self._check_state("quasi", "lost")
        self.lead_id.action_restore()
        return RELOAD

    def _check_state(self, *states):
        """Raise where one of these is not as the button found it, or is not the user's."""
        self.check_access("read")
        self.lead_id.check_access("write")
        for loss in self:
            if loss.state not in states or loss.outcome != "closed":
                raise UserError(
                    self.env._(
                        "“%(lead)s” is %(state)s by now. Reload the list.",
                        lead=loss.lead_id.display_name,
                        state=loss._get_state_text().lower(),
                    )
                )

    def _get_state_text(self):
        """Return in words how it stands: what became of it, or its status."""
        name = "outcome" if self.outcome in ("open", "won", "again") else "state"
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    @api.model
    def _get_keeper(self):
        return self.env["customer.grading.loss.keeper"]

    # ------------------------------------------------------------------ what there is

    def _register_hook(self):
        """Know from the start whether anything was ever lost."""
        super()._register_hook()
        self._is_any()

    @api.model
    def _is_any(self):
        """Whether anything was ever lost: else Odoo's winning and merging takes no query more."""
        Dimension = self.env["customer.grading.dimension"]
        return Dimension._is_ever(("lost", "lead"), self._find_any)

    @api.model
    def _find_any(self):
        return bool(self.env.execute_query(SQL("SELECT 1 FROM customer_grading_loss LIMIT 1")))

    @api.model
    def _get_of(self, leads, outcomes):
        """Return the losses of opportunities of which became one of ``outcomes``, sudoed."""
        own = Domain("lead_id", "in", leads.ids) & Domain("outcome", "in", outcomes)
        return self.sudo().search(own, order="id")
