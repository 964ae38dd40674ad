from odoo import api, fields, models
from odoo.tools import SQL, unique

# A rate: what it is of what, both summed up first.
RATES = {
    "false_rate": ("false_losses", "losses"),
    "win_back_rate": ("won_back", "losses"),
    "few_rate": ("few_contacts", "losses"),
}
# What a share tells apart: of all that is the same but for these.
WHAT = ("reason_id", "main_reason_id", "rival_id", "rival_product_id", "state", "outcome")


class CustomerGradingLossReport(models.Model):
    """Losses and refusals as figures: reasons, rivals, false losses, and who was won back."""

    _name = "customer.grading.loss.report"
    _inherit = ["customer.grading.subject"]
    _description = "Losses in Figures"
    _auto = False
    _order = "date desc, id desc"

    partner_id = fields.Many2one(string="Nobody")
    salesperson_id = fields.Many2one(string="Has it now")
    customer_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    date = fields.Date("Lost on", readonly=True)
    reason_id = fields.Many2one("crm.lost.reason", readonly=True)
    main_reason_id = fields.Many2one("crm.lost.reason", "Main reason", readonly=True)
    categ_id = fields.Many2one("product.category", "Product line", readonly=True)
    rival_id = fields.Many2one("customer.grading.rival", readonly=True)
    rival_product_id = fields.Many2one("customer.grading.rival.product", readonly=True)
    state = fields.Selection(
        lambda self: (
            self.env["customer.grading.loss"]._fields["state"]._description_selection(self.env)
        ),
        "Status",
        readonly=True,
    )
    outcome = fields.Selection(
        lambda self: (
            self.env["customer.grading.loss"]._fields["outcome"]._description_selection(self.env)
        ),
        "What became of it",
        readonly=True,
    )
    losses = fields.Integer(readonly=True)
    refusals = fields.Integer(readonly=True)
    quasi_lost = fields.Integer("Quasi-lost", readonly=True)
    confirmed = fields.Integer("Lost for sure", readonly=True)
    false_losses = fields.Integer("False losses", readonly=True)
    won_back = fields.Integer("Won back", readonly=True)
    few_contacts = fields.Integer(
        "After few contacts",
        readonly=True,
        help="Lost on fewer days with contact than the settings call few.",
    )
    contact_count = fields.Integer("Days with contact", readonly=True, aggregator="avg")
    currency_id = fields.Many2one("res.currency", readonly=True)
    stake = fields.Monetary("At stake", readonly=True)
    won_back_stake = fields.Monetary("Won back, at stake", readonly=True)
    share = fields.Float(
        readonly=True,
        aggregator="sum",
        help="Of all that is listed of the same product line, salesperson, month...: how much is "
        "of the reason or rival.",
    )
    false_rate = fields.Float("Share of false losses", readonly=True, aggregator="avg")
    win_back_rate = fields.Float("Win-back rate", readonly=True, aggregator="avg")
    few_rate = fields.Float("Share after few contacts", readonly=True, aggregator="avg")

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: an opportunity.",
    )

    @property
    def _table_query(self):
        """Return a row a loss or refusal of the companies that the user works in."""
        self.env["customer.grading.loss"].flush_model()
        self.env["crm.lead"].flush_model(["partner_id"])
        return SQL(
            """
            SELECT loss.id, loss.lead_id, NULL::integer AS partner_id,
                   contact.commercial_partner_id AS customer_id, loss.company_id, loss.user_id,
                   loss.team_id, loss.date, loss.reason_id, loss.main_reason_id, loss.categ_id,
                   loss.rival_id, loss.rival_product_id, loss.state, loss.outcome,
                   is_loss::integer AS losses, (NOT is_loss)::integer AS refusals,
                   (loss.state = 'quasi')::integer AS quasi_lost,
                   (loss.state = 'lost')::integer AS confirmed,
                   (loss.state = 'false')::integer AS false_losses,
                   COALESCE(loss.outcome = 'won', FALSE)::integer AS won_back,
                   COALESCE(is_loss AND loss.contact_count < company.customer_grading_few_contacts,
                            FALSE)::integer AS few_contacts,
                   loss.contact_count, company.currency_id, loss.stake,
                   CASE WHEN loss.outcome = 'won' THEN loss.stake ELSE 0 END AS won_back_stake,
                   NULL::float AS share, NULL::float AS false_rate, NULL::float AS win_back_rate,
                   NULL::float AS few_rate
              FROM customer_grading_loss loss
              JOIN LATERAL (SELECT loss.state <> 'refused' AS is_loss) told ON TRUE
              JOIN res_company company ON company.id = loss.company_id
              JOIN crm_lead lead ON lead.id = loss.lead_id
              LEFT JOIN res_partner contact ON contact.id = lead.partner_id
             WHERE loss.company_id IN %s
            """,
            tuple((self.env.companies | self.env.companies.sudo().parent_ids).ids),
        )

    @api.model
    def _get_unused_fields(self):
        """Return the column that is always empty here: it is about opportunities."""
        return ("partner_id",)

    # ------------------------------------------------------------------ shares and rates

    @api.model
    def _read_group(
        self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None
    ):
        told = self.with_context(grading_groupby=tuple(groupby))
        return super(CustomerGradingLossReport, told)._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = tuple(unique(spec for groupby in grouping_sets for spec in groupby))
        told = self.with_context(grading_groupby=specs)
        return super(CustomerGradingLossReport, told)._read_grouping_sets(
            domain, grouping_sets, aggregates, order
        )

    def _read_group_select(self, aggregate_spec, query):
        """Say a rate of all rows together, and a share of those beside which it stands."""
        name = aggregate_spec.partition(":")[0]
        if name == "share":
            return self._get_share_sql(query)
        if name in RATES:
            part, whole = (self._field_to_sql(self._table, n, query) for n in RATES[name])
            return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)

    def _get_share_sql(self, query):
        """Return what a group is of all groups that differ from it in reason or rival alone."""
        specs = self.env.context.get("grading_groupby", ())
        terms = {spec: self._read_group_groupby(self._table, spec, query) for spec in specs}
        same = [term for spec, term in terms.items() if spec.partition(":")[0] not in WHAT]
        if terms:
            # Of several groupings at once, each is told apart.
            grouped = SQL(", ").join(unique(terms.values()))
            same.append(SQL("GROUPING(%s)", grouped))
        partition = SQL("PARTITION BY %s", SQL(", ").join(same)) if same else SQL()
        return SQL("COUNT(*)::float / SUM(COUNT(*)) OVER (%s)", partition)
