from contextlib import suppress

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.exceptions import UserError
from odoo.fields import Domain

MOST = 3  # policies side by side
AUDIENCES = {
    "customers": "for_customers",
    "people": "for_people",
    "opportunities": "for_opportunities",
    "leads": "for_leads",
}
DATA = {
    "has_invoices": ("needs_invoices", "account.move", [("move_type", "=", "out_invoice")]),
    "has_orders": ("needs_orders", "sale.order", [("state", "=", "sale")]),
    "has_opportunities": ("needs_opportunities", "crm.lead", [("type", "=", "opportunity")]),
}


class CustomerGradingGuide(models.TransientModel):
    """Three questions that lead to two or three policies of the library, side by side."""

    _name = "customer.grading.guide"
    _description = "Guide to a Policy"

    audience = fields.Selection(
        [
            ("customers", "Customers"),
            ("people", "Customers who are people"),
            ("opportunities", "Opportunities"),
            ("leads", "Leads"),
        ],
        string="Whom do you grade?",
        default="customers",
        required=True,
    )
    decides = fields.Selection(
        [
            ("money", "Money: revenue, margin, expected revenue"),
            ("payment", "Payment: who pays late, who owes"),
            ("closing", "Time: when it closes, what comes next"),
            ("dealings", "Dealings: how often, how recently, what kind"),
            ("assessment", "Judgement: what our people know"),
            ("several", "Several of these together"),
        ],
        string="What matters most?",
        default="money",
        required=True,
    )
    has_invoices = fields.Boolean("Invoices", default=lambda self: self._has("has_invoices"))
    has_orders = fields.Boolean("Confirmed orders", default=lambda self: self._has("has_orders"))
    has_opportunities = fields.Boolean(
        "Opportunities", default=lambda self: self._has("has_opportunities")
    )
    will_assess = fields.Boolean(
        "Our people will answer questions", help="What is in no document: influence, potential..."
    )
    option_ids = fields.One2many("customer.grading.guide.option", "guide_id", readonly=True)

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Find a policy")

    @api.model
    def _has(self, name):
        """Whether the company has such documents; nobody has to say what can be seen."""
        _needs, model_name, domain = DATA[name]
        own = [*domain, ("company_id", "in", [False, self.env.company.id])]
        return bool(self.env[model_name].sudo().search_count(own, limit=1))

    @api.onchange("audience", "decides", "will_assess", *DATA)
    def _onchange_answers(self):
        """What was found was for other answers."""
        self.option_ids = [fields.Command.clear()]

    def action_find(self):
        """Show what fits with what it would give, side by side."""
        self.ensure_one()
        self.env["customer.grading.policy"].check_access("create")
        options = []
        for policy in self._find():
            with suppress(UserError):  # an addon that it needs is not there, say
                bars = self._get_bars(policy, policy._count_grades())
                options.append({"library_policy_id": policy.id, "bars": bars})
            if len(options) == MOST:
                break
        made = [fields.Command.create(option) for option in options]
        self.option_ids = [fields.Command.clear(), *made]
        return True

    def _find(self):
        """Return the policies for whom one grades, those that fit best first."""
        Policy = self.env["customer.grading.library.policy"]
        of_audience = Policy.search(Domain(AUDIENCES[self.audience], "=", True))
        return of_audience.filtered("is_ready").sorted(self._get_distance)

    def _get_distance(self, policy):
        """Return what is missing for ``policy`` to fit, the gravest first."""
        missing = sum(policy[needs] and not self[name] for name, (needs, *_) in DATA.items())
        asks = policy.question_count if not self.will_assess and self.decides != "assessment" else 0
        other = 0 if policy.decides == self.decides else 1 if policy.decides == "several" else 2
        return (missing, other, bool(asks), policy.trade != "any", asks, policy.key)

    @staticmethod
    def _get_bars(policy, counts):
        """Return a bar for each grade, and one for who has none."""
        total = counts.total() or 1
        grades = list(policy.grades)
        if counts[""]:
            grades.append({"code": "", "name": policy.env._("Not graded"), "color": 0})
        return [
            {
                "code": grade["code"],
                "name": grade["name"],
                "color": grade["color"],
                "count": counts[grade["code"]],
                "percent": round(100 * counts[grade["code"]] / total),
            }
            for grade in grades
        ]


class CustomerGradingGuideOption(models.TransientModel):
    """A policy that the guide found, and how many would have which grade by it."""

    _name = "customer.grading.guide.option"
    _description = "Policy Found by the Guide"

    guide_id = fields.Many2one("customer.grading.guide", required=True, ondelete="cascade")
    library_policy_id = fields.Many2one(
        "customer.grading.library.policy", required=True, ondelete="cascade"
    )
    name = fields.Char(related="library_policy_id.name")
    summary = fields.Char(related="library_policy_id.summary")
    needs_text = fields.Char(related="library_policy_id.needs_text")
    bars = fields.Json()

    def action_open(self):
        """Open the page of the policy."""
        policy = self.library_policy_id
        return open_window(policy.name, policy._name, res_id=policy.id)

    def action_adopt(self):
        """Open what can be made one's own before there is a draft."""
        return self.library_policy_id.action_adopt()
