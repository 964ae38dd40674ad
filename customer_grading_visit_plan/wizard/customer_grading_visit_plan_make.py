from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_action, tell
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP, USER_GROUP
from odoo.exceptions import UserError


class CustomerGradingVisitPlanMake(models.TransientModel):
    """Makes the plans of a month for several salespeople at once."""

    _name = "customer.grading.visit.plan.make"
    _description = "Make Plans of the Month"

    date_month = fields.Date(
        "Month",
        required=True,
        default=lambda self: self.env["customer.grading.engine"]._get_today(self.env.company),
        help="Any day of the month.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Salespeople",
        default=lambda self: self._get_people(),
        domain=[("share", "=", False)],
    )

    @api.model
    def _get_people(self):
        """Return whose plans the user makes: the team's; for an officer all who have follow-ups."""
        user = self.env.user
        if user.has_group(OFFICER_GROUP):
            FollowUp = self.env["customer.grading.follow.up"]
            rows = FollowUp._read_group([("date_due", "!=", False)], ["responsible_id"])
            people = user.browse([person.id for [person] in rows if person]).sudo()
            return people.filtered(
                lambda person: (
                    person.active
                    and self.env.company in person.company_ids
                    and person.has_group(USER_GROUP)
                )
            ).sudo(False)
        teams = self.env["crm.team"].sudo().search([("user_id", "=", user.id)])
        return user | user.browse(teams.member_ids.ids)

    def action_make(self):
        """Add to each plan what is missing, and open the plans.

        :raise UserError: where nobody is named, or the month is over
        :raise AccessError: where a plan is none of the user's or of his or her team
        """
        self.ensure_one()
        if not self.user_ids:
            raise UserError(self.env._("Choose whose plans are to be made."))
        plans = self._find_or_create_plans()
        text = plans._get_made_text(*plans._make())
        action = open_action(
            self.env,
            "customer_grading_visit_plan.customer_grading_visit_plan_action",
            self.env._("Plans of the month"),
            domain=[("id", "in", plans.ids)],
            context={},
        )
        return tell(text, "success", action)

    def _find_or_create_plans(self):
        Plan = self.env["customer.grading.visit.plan"]
        own = {"company_id": self.env.company.id, "date_month": self.date_month.replace(day=1)}
        same = [(name, "=", value) for name, value in own.items()]
        plans = Plan.sudo().search([*same, ("user_id", "in", self.user_ids.ids)]).sudo(False)
        others = self.user_ids - plans.user_id
        plans |= Plan.create([{**own, "user_id": user.id} for user in others])
        plans.check_access("write")
        return plans
