from collections import defaultdict

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
    was_default = fields.Boolean(
        "Default before",
        readonly=True,
        help="Before, it was what the company gives by default: that comes back, as it is then.",
    )
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
    _partner_open_uniq = models.UniqueIndex(
        "(terms_id, partner_id, key, COALESCE(company_id, 0)) WHERE state IN ('waiting', 'refused') AND partner_id IS NOT NULL"
    )
    _lead_open_uniq = models.UniqueIndex(
        "(terms_id, lead_id, key, COALESCE(company_id, 0)) WHERE state IN ('waiting', 'refused') AND lead_id IS NOT NULL"
    )
    _waiting_idx = models.Index("(terms_id) WHERE state IN ('waiting', 'refused') OR ends")

    # ------------------------------------------------------------------ in words

    @api.depends("before", "after", "state")
    @api.depends_context("lang", "company")
    def _compute_texts(self):
        there = self.sudo()._get_there()
        for grant in self.sudo():
            now = grant._read_now() if grant.kind else None
            is_new = grant.state in ("waiting", "refused")
            grant.before_text = grant._get_value_text(now if is_new else grant.before, there)
            grant.after_text = grant._get_value_text(grant.after, there)
            grant.now_text = grant._get_value_text(now, there)
            grant.is_by_hand = grant.state == "given" and not grant._is_untouched(now)

    def _get_there(self):
        """Return ``{name of a model: ids}`` of the records that these rows name and that are there."""
        named = defaultdict(set)
        for grant in self.filtered(lambda one: one.kind and one.kind != "credit_limit"):
            values = [grant._get_tag_id()] if grant.kind in MANY else [grant.before, grant.after]
            if grant.kind not in MANY:
                values.append(grant._read_now())
            named[grant._get_comodel_name()].update(value for value in values if value)
        return {
            name: set(self.env[name].sudo().browse(ids).exists().ids) for name, ids in named.items()
        }

    def _get_value_text(self, value, there=None):
        """Return a value of the field in words.

        :param there: as :meth:`_get_there` returns it, for many rows
        """
        if self.kind == "credit_limit":
            currency = (self.company_id or self.env.company).currency_id
            return format_amount(self.env, value or 0, currency, trailing_zeroes=False)
        if self.kind in MANY:
            tag = self._get_record(self._get_tag_id(), there)
            return (tag.display_name or "") if value else self.env._("without it")
        return self._get_record(value, there).display_name or self.env._("none")

    def _get_record(self, value, there=None):
        """Return the record that a value names, empty where it is gone."""
        name = self._get_comodel_name()
        record = self.env[name].sudo().with_context(active_test=False).browse(value or ())
        if there is None:
            return record.exists()
        return record if value in there.get(name, ()) else record.browse()

    def _get_comodel_name(self):
        return self.env["customer.grading.benefit"]._fields[KINDS[self.kind].value].comodel_name

    def _get_tag_id(self):
        """Return the id of the tag that the row is about."""
        return int(self.key.split(":")[1])

    # ------------------------------------------------------------------ the field itself

    def _get_field(self):
        """Return the name of the field in which it is given."""
        return KINDS[self.kind].get_field("lead" if self.lead_id else "partner")

    def _get_host(self):
        """Return the record in whose field it is given, in the company where it counts, sudoed."""
        # Tags that were archived are tags that the record has.
        host = self.sudo()._get_subject().with_context(active_test=False)
        return host.with_company(self.company_id) if self.company_id else host

    def _read_now(self, record=None):
        """Return what stands in the field now, as JSON has it.

        :param record: another one whose field is read
        """
        host = self._get_host()
        value = (host if record is None else record.with_env(host.env))[self._get_field()]
        return self._get_tag_id() in value.ids if self.kind in MANY else self._to_json(value)

    def _get_default(self):
        """Return what who has nothing of its own has in the company; ``None`` of other fields."""
        host = self._get_host()
        field = host._fields[self._get_field()]
        if not field.company_dependent:
            return None
        return self._to_json(field.get_company_dependent_fallback(host))

    @staticmethod
    def _to_json(value):
        return value.id if isinstance(value, models.BaseModel) else value

    def _get_back(self):
        """Return what is given back, as JSON has it."""
        return self._get_default() if self.was_default else self.before

    def _take_before(self, sources):
        """Let what people set on merged ones come back, where nothing stood before.

        Odoo gives it to the one that stays only where its field is empty: these fill it.

        :param sources: the merged ones, which have nothing of a grade any more
        """
        for grant in self.filtered(
            lambda one: one._is_merged() and one._is_untouched(one._read_now())
        ):
            default = grant._get_default()
            if grant.before and not grant.was_default:
                continue
            found = [grant._read_now(source) for source in sources]
            own = [value for value in found if value and not grant._is_same(value, default)]
            if own:
                grant.write({"before": own[-1], "was_default": False})

    def _is_merged(self):
        """Whether Odoo merges the field: of contacts none that it works out."""
        return not (self.partner_id and self._get_host()._fields[self._get_field()].compute)

    def _is_same(self, value, other):
        """Whether two values of the field are the same; amounts to the cent."""
        if self.kind == "credit_limit":
            return abs((value or 0) - (other or 0)) < 0.005
        return (value or False) == (other or False)

    def _is_own(self):
        """Whether the field is the customer's own: a contact person has its company's."""
        return not self.partner_id or self.partner_id.commercial_partner_id == self.partner_id

    def _is_gone(self):
        """Whether what was given was deleted meanwhile: nobody took it away."""
        if self.kind == "credit_limit" or not self.after:
            return False
        value = self._get_tag_id() if self.kind in MANY else self.after
        return not self._get_record(value)

    def _is_untouched(self, now):
        """Whether nobody set something else; Odoo keeps no value that is the company's default."""
        if self._is_same(now, self.after) or self._is_gone():
            return True
        was_same = self.was_default and self._is_same(self.before, self.after)
        return was_same and self._is_same(now, self._get_default())

    def _is_unknown(self):
        """Whether it waits until it is known what is given: so much of a revenue that is none."""
        return self.state == "waiting" and self.kind == "credit_limit" and not self.after

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
        waiting = self._get_decidable()._get_still_waiting()
        waiting.sudo().write({"is_confirmed": True, "user_id": self.env.uid})
        if len(waiting) > AT_ONCE:
            self.env["customer.grading.terms"]._give_soon()
            message = self.env._("They are being given in the background.")
            return tell(message, "success", RELOAD)
        giver = waiting.sudo().env["customer.grading.terms.giver"]
        giver._carry_out(waiting.sudo())
        giver._offer_again(waiting.sudo())
        if failed := waiting.sudo().exists().filtered("problem"):
            return tell(failed[0].problem, "warning", RELOAD)
        return RELOAD

    def action_refuse(self):
        """Let these stay as they are, as long as the grade does not move.

        :raise AccessError: for who is no officer
        """
        waiting = self._get_decidable().sudo()
        new = waiting.filtered(lambda one: one.state == "waiting")
        new.write({"state": "refused", "user_id": self.env.uid})
        # What is not taken back is the customer's own from now on.
        ending = waiting - new
        waiting.env["customer.grading.terms.giver"]._end(ending, "ended_kept")
        return RELOAD

    def _get_still_waiting(self):
        """Return those of these that still wait, as grades and what they give are now."""
        for terms, some in self.grouped("terms_id").items():
            field = terms.dimension_id._get_subject_kind().field
            engine = terms.sudo().env["customer.grading.terms.engine"]
            engine._propose(terms.sudo(), some.sudo()[field].ids)
        return self.exists().filtered("is_waiting")

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
