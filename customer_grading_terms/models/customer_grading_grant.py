from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window, tell
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP, OFFICER_GROUP
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_amount

from ..tools.kinds import KINDS, MANY
from .customer_grading_benefit import KIND_CHOICES

HELD = ("given", "kept")  # it goes on
AT_ONCE = 500  # so many are given while people wait


class CustomerGradingGrant(models.Model):
    """What was given to a customer or an opportunity for its grade: the ledger.

    One row tells one period: what stood before, what was given, from when until when, by which
    change of grade. Rows are history: nothing is edited.
    """

    _name = "customer.grading.grant"
    _inherit = ["customer.grading.subject"]
    _description = "Given for a Grade"
    _order = "date_start desc, id desc"
    # Written set-based: the two links would be checked with every row.
    _log_access = False

    terms_id = fields.Many2one(
        "customer.grading.terms", required=True, ondelete="cascade", index=True, readonly=True
    )
    dimension_id = fields.Many2one(related="terms_id.dimension_id", store=True, index=True)
    partner_id = fields.Many2one(index="btree_not_null", readonly=True)
    lead_id = fields.Many2one(index="btree_not_null", readonly=True)
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="Where it counts; empty: everywhere.",
    )
    grade_id = fields.Many2one("customer.grade", ondelete="cascade", index=True, readonly=True)
    grade_color = fields.Integer(related="grade_id.color")
    benefit_id = fields.Many2one(
        "customer.grading.benefit", ondelete="set null", index="btree_not_null", readonly=True
    )
    kind = fields.Selection(KIND_CHOICES, "What", readonly=True)
    key = fields.Char(readonly=True, help="What a customer may have one of.")
    what = fields.Char("Compared as", readonly=True, help="What was given, where it is compared.")
    before = fields.Json("Value before", readonly=True, groups=MANAGER_GROUP)
    after = fields.Json("Value given", readonly=True, groups=MANAGER_GROUP)
    before_text = fields.Char("Before", compute="_compute_texts")
    after_text = fields.Char("Given", compute="_compute_texts")
    now_text = fields.Char("Now", compute="_compute_texts")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("given", "Given"),
            ("kept", "Set by hand, kept"),
            ("ended", "Taken back"),
            ("ended_kept", "Ended, set by hand"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        help="Set by hand: a person changed it meanwhile, and it stays as the person set it.",
    )
    ends = fields.Boolean("To be taken back", readonly=True)
    is_confirmed = fields.Boolean("Confirmed", readonly=True)
    is_waiting = fields.Boolean("Waits", compute="_compute_is_waiting", search="_search_is_waiting")
    is_by_hand = fields.Boolean("Changed by hand", compute="_compute_texts")
    change_id = fields.Many2one(
        "customer.grading.change",
        "By the change",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    end_change_id = fields.Many2one(
        "customer.grading.change",
        "Ended by the change",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "Confirmed by", ondelete="set null", index="btree_not_null", readonly=True
    )
    date_start = fields.Date("From", readonly=True)
    date_end = fields.Date("Until", readonly=True)
    problem = fields.Char("Could not be set", readonly=True)

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )
    _partner_held_uniq = models.UniqueIndex(
        "(partner_id, key, COALESCE(company_id, 0)) WHERE state IN ('given', 'kept') AND partner_id IS NOT NULL"
    )
    _lead_held_uniq = models.UniqueIndex(
        "(lead_id, key, COALESCE(company_id, 0)) WHERE state IN ('given', 'kept') AND lead_id IS NOT NULL"
    )
    _waiting_idx = models.Index("(terms_id) WHERE state IN ('waiting', 'refused') OR ends")

    # ------------------------------------------------------------------ in words

    @api.depends("before", "after", "state")
    @api.depends_context("lang", "company")
    def _compute_texts(self):
        for grant in self.sudo():
            now = grant._read_now() if grant.kind else None
            is_new = grant.state in ("waiting", "refused")
            grant.before_text = grant._get_value_text(now if is_new else grant.before)
            grant.after_text = grant._get_value_text(grant.after)
            grant.now_text = grant._get_value_text(now)
            grant.is_by_hand = grant.state == "given" and not grant._is_same(now, grant.after)

    def _get_value_text(self, value):
        """Return a value of the field in words."""
        kind = KINDS[self.kind]
        if self.kind in MANY:
            name = self.env["customer.grading.benefit"]._fields[kind.value].comodel_name
            tag = self.env[name].sudo().browse(int(self.key.split(":")[1])).exists()
            return (tag.display_name or "") if value else self.env._("without it")
        if self.kind == "credit_limit":
            currency = (self.company_id or self.env.company).currency_id
            return format_amount(self.env, value or 0, currency, trailing_zeroes=False)
        return self._get_record(value).display_name or self.env._("none")

    def _get_record(self, value):
        """Return the record that a value names, empty where it is gone."""
        comodel = self.env["customer.grading.benefit"]._fields[KINDS[self.kind].value].comodel_name
        return self.env[comodel].sudo().with_context(active_test=False).browse(value or ()).exists()

    # ------------------------------------------------------------------ the field itself

    def _get_field(self):
        """Return the name of the field in which it is given."""
        return KINDS[self.kind].get_field("lead" if self.lead_id else "partner")

    def _get_host(self):
        """Return the record in whose field it is given, in the company where it counts, sudoed."""
        host = self.sudo()._get_subject()
        return host.with_company(self.company_id) if self.company_id else host

    def _read_now(self):
        """Return what stands in the field now, as JSON has it."""
        value = self._get_host()[self._get_field()]
        if self.kind in MANY:
            return int(self.key.split(":")[1]) in value.ids
        return value.id if isinstance(value, models.BaseModel) else value

    def _is_same(self, value, other):
        """Whether two values of the field are the same; amounts to the cent."""
        if self.kind == "credit_limit":
            return abs((value or 0) - (other or 0)) < 0.005
        return (value or False) == (other or False)

    # ------------------------------------------------------------------ what waits

    @api.depends("state", "ends")
    def _compute_is_waiting(self):
        for grant in self:
            grant.is_waiting = grant.state == "waiting" or grant.ends

    @api.model
    def _search_is_waiting(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "waiting") | Domain("ends", "=", True)

    def action_confirm(self):
        """Give these now, or take them back, as it waits.

        :raise AccessError: for who is no officer
        :raise UserError: where the terms are not in force
        """
        waiting = self._get_decidable()
        waiting.sudo().write({"is_confirmed": True, "user_id": self.env.uid})
        if len(waiting) > AT_ONCE:
            self.env["customer.grading.terms"]._give_soon()
            message = self.env._("They are being given in the background.")
            return tell(message, "success", RELOAD)
        waiting.sudo().env["customer.grading.terms.giver"]._carry_out(waiting.sudo())
        return RELOAD

    def action_refuse(self):
        """Let these stay as they are, as long as the grade does not move.

        :raise AccessError: for who is no officer
        """
        waiting = self._get_decidable().sudo()
        new = waiting.filtered(lambda one: one.state == "waiting")
        new.write({"state": "refused", "user_id": self.env.uid, "date_end": False})
        # What is not taken back is the customer's own from now on.
        ending = waiting - new
        waiting.env["customer.grading.terms.giver"]._end(ending, "ended_kept")
        return RELOAD

    def _get_decidable(self):
        """Return those of these that wait, where the user may decide on them."""
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers confirm what grades give. Ask one of them.")
            )
        self.check_access("read")
        waiting = self.filtered("is_waiting")
        if idle := waiting.terms_id.filtered(lambda terms: terms.state != "active"):
            raise UserError(
                self.env._(
                    "“%s” is not in force: a grading administrator activates it first, under "
                    "Configuration, Grading, What grades give.",
                    idle[0].sudo().display_name,
                )
            )
        return waiting

    def action_view_quotations(self):
        """Open the quotations of these customers that are open: they keep their own terms."""
        self.check_access("read")
        customers = self.partner_id | self.lead_id.partner_id.commercial_partner_id
        return open_window(
            self.env._("Open quotations"),
            "sale.order",
            "list,form",
            domain=[
                ("partner_id", "child_of", customers.ids),
                ("state", "in", ("draft", "sent")),
            ],
            context={"create": False},
        )
