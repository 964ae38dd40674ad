from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import ValidationError

STEPS = 3


class CustomerGradingCreditStep(models.Model):
    """A step of the approval of credit limits: who takes it, from which limit on.

    Of several lines of one step any is enough.
    """

    _name = "customer.grading.credit.step"
    _description = "Step of Credit Approval"
    _order = "rule_id, step, id"

    rule_id = fields.Many2one(
        "customer.grading.credit.rule", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="rule_id.currency_id")
    step = fields.Integer(default=1, required=True, aggregator=None)
    name = fields.Char("Role", required=True, translate=True, help="Such as “Credit manager”.")
    group_id = fields.Many2one(
        "res.groups", ondelete="restrict", help="Each member may approve; one is enough."
    )
    user_id = fields.Many2one(
        "res.users", "Person", ondelete="restrict", domain="[('share', '=', False)]"
    )
    amount_from = fields.Monetary(
        "For limits from",
        aggregator=None,
        help="The step is left out where the limit is less; 0: it is always taken.",
    )

    _step_check = models.Constraint(
        f"CHECK (step BETWEEN 1 AND {STEPS})",
        "Approval takes three steps at most: number them 1 to 3.",
    )
    _amount_check = models.Constraint(
        "CHECK (amount_from >= 0)", "“For limits from” cannot be less than 0."
    )
    _one_approver = models.Constraint(
        "CHECK (num_nonnulls(group_id, user_id) = 1)",
        "Choose for each step who approves: a group or a person, not both.",
    )

    @api.constrains("user_id")
    def _check_person(self):
        for step in self:
            if step.user_id and not step.user_id.has_group(USER_GROUP):
                raise ValidationError(
                    self.env._(
                        "%(user)s takes the step “%(step)s” but may not see grades: add them to "
                        "Customer Grading / User, or choose somebody else.",
                        user=step.user_id.name,
                        step=step.name,
                    )
                )

    def _is_approver(self, user):
        """Whether ``user`` may take one of these steps."""
        steps = self.sudo()
        return user in steps.user_id or bool(steps.group_id & user.sudo().all_group_ids)

    def _get_members(self, company):
        """Return who may take one of these steps in ``company``, sudoed."""
        Users = self.env["res.users"].sudo()
        members = self.sudo().user_id.filtered("active")
        for group in self.sudo().group_id:
            members |= Users._get_credit_members(group, company)
        return members

    @api.model
    def _get_own(self):
        """Return the steps that the user may take, sudoed."""
        user = self.env.user.sudo()
        return self.sudo().search(
            ["|", ("user_id", "=", user.id), ("group_id", "in", user.all_group_ids.ids)]
        )
