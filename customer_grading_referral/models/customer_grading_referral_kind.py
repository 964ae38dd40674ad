from odoo import api, fields, models
from odoo.exceptions import UserError

# The models of whom a referrer is named on.
REFERRED_MODELS = ("res.partner", "crm.lead")


class CustomerGradingReferralKind(models.Model):
    """How somebody was referred: by an existing customer, a friend... Each referral has one."""

    _name = "customer.grading.referral.kind"
    _description = "Kind of Referral"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for model in REFERRED_MODELS:
            Model = self.env[model].sudo().with_context(active_test=False)
            own = [("grading_referral_kind_id", "in", self.ids)]
            if used := Model.search(own, limit=1):
                raise UserError(
                    self.env._(
                        "Referrals are of the kind “%s”. Archive it instead: they keep it, and "
                        "nobody chooses it any more.",
                        used.grading_referral_kind_id.name,
                    )
                )
