from odoo import api, fields, models, tools
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.exceptions import AccessError, ValidationError

ADMINISTRATORS = "base.group_system"


class CustomerGradingCreditRule(models.Model):
    """How one company gives credit: by which grades, how much, approved and released by whom.

    A branch without rules of its own goes by its nearest parent's.
    """

    _name = "customer.grading.credit.rule"
    _description = "Credit Rules"
    _order = "company_id, id"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        "Credit by",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('subject', '=', 'partner')]",
        help="The dimension whose points and grade give the limit and the payment term.",
    )
    valid_months = fields.Integer(
        "Valid for",
        default=12,
        help="So many months after it was approved a limit is listed for review.",
    )
    release_group_id = fields.Many2one(
        "res.groups",
        "Held orders released by",
        ondelete="set null",
        index="btree_not_null",
        default=lambda self: self.env.ref(OFFICER_GROUP),
        help="Who releases orders that are held, and may confirm them. Empty: grading officers.",
    )
    band_ids = fields.One2many("customer.grading.credit.band", "rule_id", "Limits")
    step_ids = fields.One2many("customer.grading.credit.step", "rule_id", "Approval")
    is_limit_used = fields.Boolean(related="company_id.account_use_credit_limit")

    _company_uniq = models.Constraint(
        "UNIQUE (company_id)", "The company has credit rules already: change those."
    )

    @api.constrains("dimension_id", "valid_months")
    def _check_rule(self):
        for rule in self:
            if rule.dimension_id.subject != "partner":
                raise ValidationError(
                    self.env._("“%s” does not grade customers.", rule.dimension_id.name)
                )
            if not 1 <= rule.valid_months <= 120:
                raise ValidationError(self.env._("“Valid for”: choose from 1 to 120 months."))

    @api.model
    def _find(self, company):
        """Return the rules that ``company`` goes by, sudoed; empty where there are none."""
        return self.sudo().browse(self._find_id(company.id))

    @api.model
    @tools.ormcache("company_id", cache="stable")
    def _find_id(self, company_id):
        rules = self.sudo().search([("company_id", "parent_of", company_id)])
        return rules.sorted(lambda rule: len(rule.company_id.parent_ids), reverse=True)[:1].id

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache("stable")
        return rules

    def write(self, vals):
        written = super().write(vals)
        if "company_id" in vals:
            self.env.registry.clear_cache("stable")
        return written

    def unlink(self):
        self.env.registry.clear_cache("stable")
        return super().unlink()

    @api.model
    def _is_manager(self, company):
        """Whether the user releases held orders of ``company``."""
        group = self._find(company).release_group_id
        if not group:
            return self.env.user.has_group(OFFICER_GROUP)
        return group in self.env.user.sudo().all_group_ids

    @api.model
    def _get_managers(self, company):
        """Return who releases held orders of ``company``, sudoed."""
        group = self._find(company).release_group_id or self.env.ref(OFFICER_GROUP)
        return self.env["res.users"]._get_credit_members(group, company)

    def _propose(self, figures):
        """Return the first band that fits; empty where none does.

        :param figures: a ``Figures``
        """
        return self.band_ids.filtered(lambda band: band._fits(figures))[:1]

    def action_switch_limit_on(self):
        """Let Odoo know credit limits in the companies of these rules.

        :raise AccessError: for who is no administrator
        """
        self._switch_limit_on(self.company_id)
        return RELOAD

    @api.model
    def _switch_limit_on(self, companies):
        if not self.env.user.has_group(ADMINISTRATORS):
            raise AccessError(
                self.env._(
                    "Only administrators switch credit limits on: Invoicing, Settings, “Sales "
                    "Credit Limit”. Ask one of them."
                )
            )
        companies.sudo().account_use_credit_limit = True
