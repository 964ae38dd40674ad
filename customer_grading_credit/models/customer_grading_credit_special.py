from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_action, open_window
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class CustomerGradingCreditSpecial(models.Model):
    """Terms that a customer has beside what its grade gives: why, from when, until when, by whom.

    It says what was agreed; nothing is set on the customer by it.
    """

    _name = "customer.grading.credit.special"
    _description = "Special Terms"
    _order = "date_from desc, id desc"

    name = fields.Char("What is granted", required=True)
    kind = fields.Selection(
        [("credit", "Credit terms"), ("policy", "Special policy")],
        default="credit",
        required=True,
        help="Credit terms: a limit, a payment term, how it settles. Special policy: prices, "
        "delivery, whatever else was promised.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="cascade",
        index=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    grade_id = fields.Many2one(
        related="partner_id.customer_grade_id", string="Grade", falsy_value_label=NOT_GRADED
    )
    grade_color = fields.Integer(related="partner_id.customer_grade_color")
    amount = fields.Monetary("Limit", help="0: it is about no limit.")
    payment_term_id = fields.Many2one(
        "account.payment.term", "Payment term", ondelete="restrict", index="btree_not_null"
    )
    reason = fields.Text(required=True)
    allowed_by_id = fields.Many2one(
        "res.users",
        "Allowed by",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._get_today(self.env.company)
    )
    date_to = fields.Date("Until", help="The last day; empty: until somebody ends it.")
    is_in_force = fields.Boolean(
        "In force", compute="_compute_is_in_force", search="_search_is_in_force"
    )
    review_ids = fields.One2many("customer.grading.credit.review", "special_id", "Reviews")

    @api.model
    def _get_today(self, company):
        return self.env["customer.grading.engine"]._get_today(company)

    @api.depends("date_from", "date_to", "company_id")
    def _compute_is_in_force(self):
        for special in self:
            today = self._get_today(special.company_id)
            special.is_in_force = bool(special.filtered_domain(self._get_lasting(today, today)))

    @api.model
    def _search_is_in_force(self, operator, _value):
        if operator != "in":
            return NotImplemented
        today = self._get_today(self.env.company)
        return self._get_lasting(today, today)

    @api.model
    def _get_lasting(self, first, last):
        """Return the terms that are in force on a day from ``first`` to ``last``."""
        ends_later = Domain("date_to", "=", False) | Domain("date_to", ">=", first)
        return Domain("date_from", "<=", last) & ends_later

    @api.constrains("date_from", "date_to", "reason", "partner_id", "company_id")
    def _check_terms(self):
        for special in self:
            if special.date_to and special.date_to < special.date_from:
                raise ValidationError(self.env._("“%s”: it ends before it begins.", special.name))
            if not special.reason.strip():
                raise ValidationError(self.env._("“%s”: say why.", special.name))
            company = special.partner_id.sudo().company_id
            if company and company not in special.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "“%(customer)s” is a customer of %(company)s alone.",
                        customer=special.partner_id.display_name,
                        company=company.name,
                    )
                )

    def _end(self, day):
        """Let these end with ``day``, where they would not have ended before."""
        for special in self.filtered_domain(self._get_lasting(day, day)):
            special.date_to = day

    @api.model
    def _open_new(self, partner):
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers note special terms. Ask one of them.")
            )
        context = {"default_partner_id": partner.id}
        return open_window(self.env._("Special terms"), self._name, context=context)

    @api.model
    def action_review_year(self):
        """Open the list of this year's review, with all terms that were in force in the year.

        :raise AccessError: for who is no officer
        """
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(self.env._("Only grading officers review special terms."))
        today = self._get_today(self.env.company)
        first, last = today.replace(month=1, day=1), today.replace(month=12, day=31)
        own = Domain("company_id", "in", self.env.companies.ids)
        listed = Domain("review_ids.year", "=", str(today.year))
        missing = self.search(own & self._get_lasting(first, last) & ~listed)
        self.env["customer.grading.credit.review"].create(
            [{"special_id": special.id, "year": str(today.year)} for special in missing]
        )
        action = "customer_grading_credit.customer_grading_credit_review_action"
        name = self.env._("Special terms: review of %s", today.year)
        return open_action(self.env, action, name, domain=[("year", "=", str(today.year))])
