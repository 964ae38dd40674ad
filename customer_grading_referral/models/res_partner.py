from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.fields import Domain
from odoo.tools import format_date

from .customer_grading_referral import BY, OF


class ResPartner(models.Model):
    """A customer may have been referred, and refer others."""

    _name = "res.partner"
    _inherit = ["res.partner", "customer.grading.referred"]

    grading_campaign_id = fields.Many2one(
        "utm.campaign",
        "Campaign or event",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        groups=USER_GROUP,
        help="What it was referred at, such as an event for customers and their friends.",
    )
    grading_referred_ids = fields.One2many(
        "customer.grading.referral",
        string="Has referred",
        compute="_compute_grading_referrals",
        groups=USER_GROUP,
    )
    grading_referred_text = fields.Char(
        "Referrals in words", compute="_compute_grading_referrals", groups=USER_GROUP
    )
    grading_referred_by_text = fields.Char(
        "Referred by, as its opportunities say",
        compute="_compute_grading_referrals",
        groups=USER_GROUP,
    )

    @api.constrains("grading_referrer_id")
    def _check_referrer(self):
        self._check_is_another()

    @api.depends("grading_referrer_id", "grading_referral_kind_id", "grading_referral_date")
    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_grading_referrals(self):
        """Tell whom the customer referred, and who referred it where only an opportunity says so."""
        customers, referred, named = self.commercial_partner_id._origin, {}, {}
        if self._is_anybody_referred():
            referred = self._find_referred(customers)
            named = self._find_named(customers.filtered(lambda one: not one.grading_referrer_id))
        for partner in self:
            customer = partner.commercial_partner_id._origin
            own = referred.get(customer, self.env["customer.grading.referral"])
            partner.grading_referred_ids = own
            partner.grading_referred_text = partner._get_referred_text(own)
            by = named.get(customer)
            partner.grading_referred_by_text = by and self._get_referred_by_text(by)

    @api.model
    def _find_referred(self, customers):
        """Return ``{customer: referrals}`` by its contacts, those that the user may see.

        Most customers referred nobody: that is looked up first, by an index.
        """
        Contact = self.sudo().with_context(active_test=False)
        ids = Contact.search([("commercial_partner_id", "in", customers.ids)]).ids
        naming = [("grading_referrer_id", "in", ids)]
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        if not (Contact.search_count(naming, limit=1) or leads.search_count(naming, limit=1)):
            return {}
        Referral = self.env["customer.grading.referral"].with_context(**{BY: ids})
        found = Referral.search([("referrer_customer_id", "in", customers.ids)])
        return found.grouped("referrer_customer_id")

    @api.model
    def _find_named(self, customers):
        """Return ``{customer: referral}`` of those that an opportunity says were referred."""
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        own = Domain("partner_id.commercial_partner_id", "in", customers.ids)
        if not leads.search_count(own & Domain("grading_referrer_id", "!=", False), limit=1):
            return {}
        Referral = self.env["customer.grading.referral"].with_context(**{OF: customers.ids})
        return Referral.search([("partner_id", "in", customers.ids)]).grouped("partner_id")

    def _get_referred_text(self, referrals):
        """Return in words how many were referred, and how many the grade asks for."""
        text = self.env._("Has referred nobody yet.")
        if referrals:
            names = {"count": len(referrals), "bought": sum(referrals.mapped("succeeded"))}
            text = self.env._(
                "Has referred %(count)s, of whom %(bought)s became customers.", **names
            )
        return f"{text} {self._get_asked_text()}".strip()

    def _get_asked_text(self):
        """Return in one sentence how many people the grade shown asks for; empty for none."""
        grade = self.customer_grade_id.sudo()
        names = {"grade": grade.code, "least": grade.least_referred, "most": grade.most_referred}
        if names["least"] and names["most"]:
            return self.env._("Grade %(grade)s asks for %(least)s to %(most)s.", **names)
        if names["least"]:
            return self.env._("Grade %(grade)s asks for %(least)s.", **names)
        return ""

    @api.model
    def _get_referred_by_text(self, referral):
        """Return in one sentence who referred a customer, as one of its opportunities says."""
        names = {
            "referrer": referral.referrer_id.sudo().display_name,
            "date": format_date(self.env, referral.date),
        }
        if not referral.kind_id:
            return self.env._("An opportunity says: by %(referrer)s, on %(date)s.", **names)
        return self.env._(
            "An opportunity says: by %(referrer)s (%(kind)s), on %(date)s.",
            kind=referral.kind_id.name,
            **names,
        )

    def action_view_referred(self):
        """Open the list of whom the customer referred."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading_referral.customer_grading_referral_action"
        )
        own = [("referrer_customer_id", "=", self.commercial_partner_id.id)]
        return dict(action, domain=own, context={"create": False})
