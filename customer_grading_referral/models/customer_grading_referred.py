from odoo import api, fields, models, tools
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import ValidationError

# What is said of a referral: it is kept, or left, together.
REFERRAL_FIELDS = ("grading_referrer_id", "grading_referral_kind_id", "grading_referral_date")


class CustomerGradingReferred(models.AbstractModel):
    """Lets people say who referred a lead, an opportunity or a customer, how, and when."""

    _name = "customer.grading.referred"
    _description = "Referred by Somebody"

    grading_referrer_id = fields.Many2one(
        "res.partner",
        "Referred by",
        index="btree_not_null",
        copy=False,
        groups=USER_GROUP,
        help="The contact who recommended you.",
    )
    grading_referral_kind_id = fields.Many2one(
        "customer.grading.referral.kind",
        "Kind of referral",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        groups=USER_GROUP,
    )
    grading_referral_date = fields.Date(
        "Referred on",
        copy=False,
        groups=USER_GROUP,
        help="The month in which the referral counts. Empty: the day on which it was entered here.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._note_referrers(vals_list)
        return records

    def write(self, vals):
        done = super().write(vals)
        self._note_referrers([vals])
        return done

    @api.model
    def _note_referrers(self, vals_list):
        """Let every process know once somebody was referred."""
        named = any(vals.get("grading_referrer_id") for vals in vals_list)
        if named and not self._is_anybody_referred():
            self.env["customer.grading.dimension"]._forget_use()

    @api.model
    def _is_anybody_referred(self):
        """Whether anybody was ever: else the form of a customer asks for no referrals."""
        find = self.env["res.partner"]._find_anybody_referred
        return self.env["customer.grading.dimension"]._is_ever("customer.grading.referred", find)

    @api.model
    @tools.ormcache(cache="stable")
    def _find_anybody_referred(self):
        referred = [("grading_referrer_id", "!=", False)]
        return any(
            self.env[name].sudo().with_context(active_test=False).search_count(referred, limit=1)
            for name in ("res.partner", "crm.lead")
        )

    def _check_is_another(self):
        """Raise where somebody is said to have referred itself, or its own company."""
        for record in self.filtered("grading_referrer_id"):
            referrer = record.grading_referrer_id.sudo()
            if referrer.commercial_partner_id == record.sudo()._get_customer():
                raise ValidationError(
                    self.env._(
                        "“%(record)s” cannot be referred by “%(referrer)s”, who is the customer, or "
                        "one of its contacts. Choose somebody else, or nobody.",
                        record=record.display_name,
                        referrer=referrer.display_name,
                    )
                )

    def _get_referral_day(self):
        """Return the day on which it was referred."""
        company = self.company_id or self.env.company
        Engine = self.env["customer.grading.engine"]
        return self.grading_referral_date or Engine._get_day(company, self.create_date)

    def _get_referral_vals(self):
        """Return who referred it, how and when, as values to write; all empty where nobody did."""
        if not self.grading_referrer_id:
            return dict.fromkeys(REFERRAL_FIELDS, False)
        referrer, kind = self.grading_referrer_id.id, self.grading_referral_kind_id.id
        day = self._get_referral_day()
        return dict(zip(REFERRAL_FIELDS, (referrer, kind, day), strict=True))

    def _get_first_referral(self, customers):
        """Return the one of these records that was referred first, if any was.

        :param customers: contacts of which none can be the referrer
        """
        referred = self.filtered(
            lambda record: (
                record.grading_referrer_id
                and record.grading_referrer_id.commercial_partner_id
                not in customers.commercial_partner_id
            )
        )
        return referred.sorted(lambda record: (record._get_referral_day(), record.id))[:1]
