from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window, tell
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, UserError

from ..tools.weeks import get_month, say_month

SETTLED_FIELDS = {"state", "date_confirmed", "confirmed_by_id", "remark"}


class CustomerGradingVisitPlan(models.Model):
    """Whom one salesperson means to visit in one month."""

    _name = "customer.grading.visit.plan"
    _inherit = ["customer.grading.presence", "mail.thread", "mail.activity.mixin"]
    _description = "Visit Plan"
    _order = "date_month desc, user_id, id"

    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    team_id = fields.Many2one(
        "crm.team", "Sales team", compute="_compute_team_id", store=True, index="btree_not_null"
    )
    leader_id = fields.Many2one(
        "res.users",
        compute="_compute_leader_id",
        compute_sudo=True,
        help="Confirms the plan: the leader of the salesperson's team.",
    )
    date_month = fields.Date(
        "Day of the month",
        required=True,
        default=lambda self: self._get_today(self.env.company).replace(day=1),
        help="Any day of the month that is planned.",
    )
    month = fields.Char(compute="_compute_month")
    state = fields.Selection(
        [("draft", "Draft"), ("to_confirm", "To confirm"), ("confirmed", "Confirmed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    remark = fields.Char("Why it was sent back", readonly=True, copy=False)
    date_confirmed = fields.Date("Confirmed on", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", "Confirmed by", readonly=True, copy=False)
    visit_ids = fields.One2many("customer.grading.visit", "plan_id", "Visits")
    planned_count = fields.Integer("Planned", compute="_compute_counts")
    done_count = fields.Integer("Done", compute="_compute_counts")
    changed_count = fields.Integer("Changed after confirmation", compute="_compute_counts")
    may_confirm = fields.Boolean(compute="_compute_may_confirm")

    _month_uniq = models.UniqueIndex(
        "(user_id, company_id, date_month)",
        "There is a plan of this salesperson for this month already. Open it instead.",
    )

    @api.model
    def _get_today(self, company):
        return self.env["customer.grading.engine"]._get_today(company)

    # ------------------------------------------------------------------ what it says

    @api.depends("user_id")
    def _compute_team_id(self):
        """The team is that of when the plan was made."""
        for plan in self:
            plan.team_id = plan.user_id.sudo().sale_team_id

    @api.depends("user_id.sale_team_id.user_id")
    def _compute_leader_id(self):
        for plan in self:
            plan.leader_id = plan.user_id.sale_team_id.user_id

    @api.depends("user_id", "month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            names = {"user": plan.user_id.name, "month": plan.month}
            plan.display_name = self.env._("%(user)s, %(month)s", **names)

    @api.depends("date_month")
    @api.depends_context("lang")
    def _compute_month(self):
        for plan in self:
            plan.month = say_month(self.env, plan.date_month)

    @api.depends("visit_ids.state", "visit_ids.is_changed")
    def _compute_counts(self):
        Visit = self.env["customer.grading.visit"].sudo()  # counted, whatever the reader sees of it
        counts = {
            plan.id: told
            for plan, *told in Visit._read_group(
                [("plan_id", "in", self.ids), ("is_cancelled", "=", False)],
                ["plan_id"],
                ["__count", "date_done:count"],
            )
        }
        changed = {
            plan.id: count
            for plan, count in Visit._read_group(
                [("plan_id", "in", self.ids), ("is_changed", "=", True)], ["plan_id"], ["__count"]
            )
        }
        for plan in self:
            plan.planned_count, plan.done_count = counts.get(plan._origin.id, (0, 0))
            plan.changed_count = changed.get(plan._origin.id, 0)

    @api.depends_context("uid")
    @api.depends("leader_id")
    def _compute_may_confirm(self):
        is_officer = self.env.user.has_group(OFFICER_GROUP)
        for plan in self:
            plan.may_confirm = is_officer or plan.leader_id == self.env.user

    # ------------------------------------------------------------------ what is kept

    @api.constrains("date_month")
    def _check_visits(self):
        self.visit_ids._check_day()

    @api.model_create_multi
    def create(self, vals_list):
        defaults = [self.default_get(list(SETTLED_FIELDS))]  # a context may bring others
        told = {vals.get(name) for vals in [*vals_list, *defaults] for name in SETTLED_FIELDS}
        if told - {None, False, "draft"}:
            self._check_settling()
        return super().create([self._start_month(vals) for vals in vals_list])

    def write(self, vals):
        if vals.keys() & SETTLED_FIELDS:
            self._check_settling()
        return super().write(self._start_month(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if any(plan.state == "confirmed" for plan in self):
            raise UserError(
                self.env._("This plan is confirmed. Have it sent back before you delete it.")
            )

    def _check_settling(self):
        """Let nobody write by the way what the buttons decide."""
        if not self.env.su:
            raise AccessError(
                self.env._("A plan is confirmed, or sent back, by its buttons alone.")
            )

    @api.model
    def _start_month(self, vals):
        """Return the values with the first day of the month for any day of it."""
        if day := fields.Date.to_date(vals.get("date_month")):
            vals = {**vals, "date_month": day.replace(day=1)}
        return vals

    # ------------------------------------------------------------------ what people do

    def action_make(self):
        """Add what the cadences ask for, and tell how many visits that were.

        :raise UserError: where the month is over
        """
        self.check_access("write")
        added, left = self._make()
        kind = "warning" if left or not added else "success"
        return tell(self._get_made_text(added, left), kind, RELOAD)

    def _make(self):
        """Return how many visits were added to the plans, and how many found no room."""
        maker = self.env["customer.grading.visit.maker"]
        made = [maker._make(plan) for plan in self]
        return sum(added for added, _left in made), sum(left for _added, left in made)

    @api.model
    def _get_made_text(self, added, left):
        names = {"added": added, "left": left}
        if left:
            return self.env._(
                "%(added)s visits were added. %(left)s found no room: no day is free any more.",
                **names,
            )
        if added:
            return self.env._("%s visits were added.", added)
        return self.env._("There is nothing to add: all that the grades ask for is planned.")

    def action_ask(self):
        """Ask the leader of the team to confirm the plan.

        :raise UserError: where nothing is planned
        """
        self.check_access("write")
        for plan in self.filtered(lambda plan: plan.state == "draft"):
            if not plan.visit_ids:
                raise UserError(
                    self.env._("Nothing is planned yet: make the plan, or add visits by hand.")
                )
            plan.sudo().write({"state": "to_confirm", "remark": False})
            if plan.leader_id:
                # The leader finds it among his or her activities: no e-mail besides.
                quiet = plan.sudo().with_context(mail_activity_quick_update=True)
                quiet.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Confirm the visit plan"),
                    user_id=plan.leader_id.id,
                    date_deadline=self._get_today(plan.company_id),
                )

    def action_confirm(self):
        """Confirm the plan, or what was changed in it since.

        :raise AccessError: for who is neither the leader of the team nor an officer
        """
        self._check_manager()
        for plan in self.sudo():
            plan.write(
                {
                    "state": "confirmed",
                    "date_confirmed": self._get_today(plan.company_id),
                    "confirmed_by_id": self.env.uid,
                    "remark": False,
                }
            )
            plan.visit_ids.filtered("is_changed").is_changed = False
            plan.activity_ids.filtered("automated").action_feedback()

    def action_send_back(self):
        """Open the dialog in which the manager says what is wrong."""
        self.ensure_one()
        self._check_manager()
        return open_window(
            self.env._("Send back"),
            "customer.grading.visit.plan.send.back",
            target="new",
            context={"default_plan_id": self.id},
        )

    def _send_back(self, remark):
        self._check_manager()
        for plan in self.sudo():
            plan.write(
                {
                    "state": "draft",
                    "remark": remark,
                    "date_confirmed": False,
                    "confirmed_by_id": False,
                }
            )
            plan.visit_ids.filtered("is_changed").is_changed = False
            plan.activity_ids.filtered("automated").unlink()
            plan.message_post(
                body=self.env._("Sent back: %s", remark), partner_ids=plan.user_id.partner_id.ids
            )

    def _check_manager(self):
        self.check_access("write")
        if not all(plan.may_confirm for plan in self):
            raise AccessError(
                self.env._(
                    "A plan is confirmed by the leader of the salesperson's team, or by an officer of grading."
                )
            )

    def action_open_visits(self):
        """Open the visits of the plan, week by week."""
        self.ensure_one()
        self.env["customer.grading.visit.contacts"]._recognise(self.visit_ids)
        xml_id = "customer_grading_visit_plan.customer_grading_visit_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        context = {"default_plan_id": self.id, "search_default_group_by_week": 1}
        return {
            **action,
            "name": self.display_name,
            "display_name": self.display_name,
            "domain": [("plan_id", "=", self.id)],
            "context": context,
        }

    def action_open_changed(self):
        """Open what was changed after the confirmation."""
        action = self.action_open_visits()
        action["domain"] = [*action["domain"], ("is_changed", "=", True)]
        return {**action, "views": [[False, "list"], [False, "form"]], "view_mode": "list,form"}

    def action_open_unplanned(self):
        """Open what the salesperson did in the month that was not planned."""
        self.ensure_one()
        xml_id = "customer_grading_visit_plan.customer_grading_visit_report_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        first, last = get_month(self.date_month)
        return {
            **action,
            "domain": [
                ("user_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
                ("date", ">=", first),
                ("date", "<=", last),
                ("what", "=", "unplanned"),
            ],
            "context": {},
            "views": [[False, "list"]],
            "view_mode": "list",
        }
