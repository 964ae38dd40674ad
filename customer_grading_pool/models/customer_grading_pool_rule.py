from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP
from odoo.addons.customer_grading.tools.texts import join_list, join_words
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

MOST_DAYS = 3660
NEGLECTS = [("contact", "No contact"), ("order", "No order"), ("day", "Days after a day")]
# What the rule decides by: it is changed only while the rule is a draft.
DECIDING_FIELDS = (
    "grade_id",
    "neglect",
    "anchor",
    "remind_days",
    "leader_days",
    "take_days",
    "team_id",
    "cool_down_days",
)


class CustomerGradingPoolRule(models.Model):
    """When who holds a grade counts as neglected, and what follows from it, step by step."""

    _name = "customer.grading.pool.rule"
    _inherit = ["customer.grading.presence"]
    _description = "Ownership Rule"
    _order = "grade_id, sequence, id"

    grade_id = fields.Many2one("customer.grade", required=True, ondelete="cascade", index=True)
    dimension_id = fields.Many2one(related="grade_id.dimension_id")
    subject = fields.Selection(related="dimension_id.subject")
    sequence = fields.Integer(default=10, aggregator=None)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "In force")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        help="A draft does nothing. It is activated after its preview.",
    )
    date_activated = fields.Date(
        "In force since",
        readonly=True,
        copy=False,
        help="Nobody's days are counted from an earlier day.",
    )
    neglect = fields.Selection(
        NEGLECTS,
        "What is neglect",
        default="contact",
        required=True,
        help="No contact: no call, visit or message, of our people or theirs. No order: no "
        "confirmed order of the customer. Days after a day: such as the end of a contract.",
    )
    anchor = fields.Char(
        "Day", help="The event, the date of the record, or the code of a question."
    )
    anchor_choice = fields.Selection(
        selection="_get_anchor_choices",
        string="After",
        compute="_compute_anchor_choice",
        inverse="_inverse_anchor_choice",
        help="The event or the date from which days are counted.",
    )
    remind_days = fields.Integer(
        "Remind the salesperson after",
        aggregator=None,
        help="Days; an activity on the record, no e-mail. 0: he or she is not reminded.",
    )
    leader_days = fields.Integer(
        "Remind the team leader after",
        aggregator=None,
        help="Days; an activity on the record, no e-mail. 0: he or she is not reminded.",
    )
    take_days = fields.Integer(
        "To the pool after",
        aggregator=None,
        help="Days after which it is taken off the salesperson. 0: it is never taken.",
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales team of the pool",
        index="btree_not_null",
        help="The team that opportunities in the pool belong to. Empty: they keep theirs.",
    )
    cool_down_days = fields.Integer(
        "Days of waiting",
        aggregator=None,
        help="For so many days who lost it may not claim it again. 0: at once.",
    )
    reads_as = fields.Char("Rule", compute="_compute_reads_as")

    # ------------------------------------------------------------------ what can be chosen

    @api.model
    def _get_anchor_choices(self):
        return self.env["customer.grading.cadence.day"]._get_choices("anchor")

    @api.depends("anchor")
    def _compute_anchor_choice(self):
        anchors = dict(self._get_anchor_choices())
        for rule in self:
            rule.anchor_choice = rule.anchor if rule.anchor in anchors else False

    def _inverse_anchor_choice(self):
        for rule in self:
            rule.anchor = rule.anchor_choice

    @api.onchange("anchor_choice")
    def _onchange_anchor_choice(self):
        """Let the sentence follow what is chosen before it is saved."""
        self._inverse_anchor_choice()

    # ------------------------------------------------------------------ what is wrong

    @api.constrains(*DECIDING_FIELDS)
    def _check_complete(self):
        for rule in self:
            if problem := rule._get_problem():
                raise ValidationError(
                    self.env._(
                        "Ownership of grade %(grade)s: %(problem)s",
                        grade=rule.grade_id.code,
                        problem=problem,
                    )
                )

    def _get_problem(self):
        """Return in words what keeps the rule from saying when, or nothing."""
        if self.subject not in ("partner", "lead"):
            return self.env._("only customers and opportunities have a salesperson.")
        if self.neglect == "day" and not self.anchor:
            return self.env._("choose the day after which days are counted.")
        return self._get_days_problem()

    def _get_days_problem(self):
        every = [self.remind_days, self.leader_days, self.take_days]
        if not all(0 <= days <= MOST_DAYS for days in (*every, self.cool_down_days)):
            return self.env._("numbers of days are from 0 to %s.", MOST_DAYS)
        steps = [days for days in every if days]
        if not steps:
            return self.env._("say after how many days something happens: all are 0.")
        if steps != sorted(steps):
            return self.env._(
                "first the salesperson is reminded, then the team leader, then it goes to the pool: "
                "no number of days may be less than the one before it."
            )
        return None

    # ------------------------------------------------------------------ in words

    @api.depends("reads_as")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.reads_as

    @api.depends(*DECIDING_FIELDS)
    @api.depends_context("lang")
    def _compute_reads_as(self):
        for rule in self:
            rule.reads_as = rule._get_text()

    def _get_text(self):
        """Return the rule as a sentence."""
        days = max(self.remind_days, self.leader_days, self.take_days)
        steps = self._get_steps_texts()
        text = self.env._(
            "%(neglect)s: %(steps)s",
            neglect=self._get_neglect_text(days),
            steps=join_words(self.env, steps) if steps else "…",
        )
        if not self.take_days or not self.cool_down_days:
            return text
        waits = self.env._("who lost it waits %s days", self.cool_down_days)
        return join_list(self.env, [text, waits])

    def _get_neglect_text(self, days):
        return self._say_neglect(self.neglect, self.anchor, days)

    @api.model
    def _say_neglect(self, neglect, anchor, days):
        """Return what is neglected, for so many days: “No contact for 60 days”."""
        if neglect == "order":
            return self.env._("No order for %s days", days)
        if neglect == "day":
            event = self.env["customer.grading.cadence.day"]._get_label(anchor)
            return self.env._("%(days)s days after “%(event)s”", days=days, event=event)
        return self.env._("No contact for %s days", days)

    def _get_steps_texts(self):
        texts = []
        if self.remind_days:
            texts.append(self.env._("remind after %s", self.remind_days))
        if self.leader_days:
            texts.append(self.env._("the leader after %s", self.leader_days))
        if self.take_days:
            texts.append(self.env._("to the pool on day %s", self.take_days))
        return texts

    # ------------------------------------------------------------------ its life

    @api.model_create_multi
    def create(self, vals_list):
        """Make drafts only, whatever is sent."""
        rules = super().create(vals_list)
        if not self.env.su and set(rules.mapped("state")) - {"draft"}:
            raise AccessError(self._get_state_text())
        return rules

    def write(self, vals):
        """Refuse to change by what a rule in force decides: nobody saw a preview of that."""
        if not self.env.su and vals.keys() & {"state", "date_activated"}:
            raise AccessError(self._get_state_text())
        if vals.keys() & {*DECIDING_FIELDS, "anchor_choice"} and "active" in self.mapped("state"):
            raise UserError(
                self.env._(
                    "The rule is in force. Switch it off, change it, and look at its preview before "
                    "you activate it again."
                )
            )
        return super().write(vals)

    @api.model
    def _get_state_text(self):
        return self.env._("An ownership rule comes into force by its preview alone: open that.")

    def unlink(self):
        """Its reminders go; what it took is kept in the ledger."""
        self.env["customer.grading.pool.notice"].sudo()._forget(self)
        return super().unlink()

    def action_preview(self):
        """Show whom the rule would remind and take, today and in the days to come.

        :raise AccessError: for who does not write policies
        """
        self.ensure_one()
        self._check_manager()
        preview = self.env["customer.grading.pool.preview"].create({"rule_id": self.id})
        preview._look()
        return open_window(self.env._("Preview"), preview._name, res_id=preview.id)

    def action_switch_off(self):
        """Make drafts of the rules again: reminders go, nobody is taken any more.

        :raise AccessError: for who does not write policies
        """
        self._check_manager()
        self.env["customer.grading.pool.notice"].sudo()._forget(self)
        self.sudo().write({"state": "draft", "date_activated": False})
        return RELOAD

    def _activate(self):
        """Put the rules in force from today on.

        :raise AccessError: for who does not write policies
        """
        self._check_manager()
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        drafts = self.filtered(lambda rule: rule.state == "draft")
        drafts.sudo().write({"state": "active", "date_activated": today})

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._(
                    "Only grading administrators look after ownership rules. Ask one of them."
                )
            )
        self.check_access("write")

    def _get_companies(self):
        """Return, as a list, the companies that hold grades of the rule; one may be empty.

        Where all companies are graded as one, that is an empty company.
        """
        Result = self.env["customer.grading.result"].sudo()
        rows = Result._read_group([("dimension_id", "=", self.dimension_id.id)], ["company_id"])
        return [company for [company] in rows]

    def _get_day_of_taking(self, start):
        """Return the day of the taking where days are counted from ``start``, if there is one."""
        return self.take_days and start + timedelta(days=self.take_days)

    def _get_day_of_claim(self, taken):
        """Return from which day on who lost it may claim it again, if that is not at once."""
        return self.cool_down_days and taken + timedelta(days=self.cool_down_days)

    def _get_steps(self):
        """Return the steps that the rule has, ``(step, days)``, in their order."""
        steps = {"remind": self.remind_days, "leader": self.leader_days, "take": self.take_days}
        return [(step, days) for step, days in steps.items() if days]

    def _get_steps_sql(self):
        """Return the rows of ``step`` and ``days`` of the steps that the rule has."""
        rows = [SQL("(%s, %s)", step, days) for step, days in self._get_steps()]
        return SQL("(VALUES %s) step (step, days)", SQL(", ").join(rows))
