from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.fields import Domain
from odoo.tools import email_normalize


class CustomerGradingKnown(models.AbstractModel):
    """Says of who is being entered that it is known already, and who looks after it."""

    _name = "customer.grading.known"
    _description = "Known Already"

    _known_email_field = None  # of the model that takes it

    known_already = fields.Char(
        "Known already",
        compute="_compute_known_already",
        groups=USER_GROUP,
        help="A customer with the same e-mail address or phone number, and its salesperson.",
    )

    @api.depends(lambda self: (self._known_email_field, "phone") if self._known_email_field else ())
    @api.depends_context("uid", "lang")
    def _compute_known_already(self):
        """What is saved says nothing: Odoo's own lists of duplicates do."""
        for record in self:
            known = record.browse() if record._origin else record._find_known()
            record.known_already = record._get_known_text(known) if known else False

    def _find_known(self):
        """Return the customer that has the same e-mail address or phone number."""
        same = []
        if email := email_normalize(self[self._known_email_field] or ""):
            same.append(Domain("email_normalized", "=", email))
        if len(self.phone or "") >= self.env["res.partner"]._phone_search_min_length:
            same.append(Domain("phone_mobile_search", "=", self.phone))
        if not same:
            return self.env["res.partner"]
        found = self.env["res.partner"].search(Domain.OR(same), limit=1, order="id")
        return found.commercial_partner_id

    def _get_known_text(self, customer):
        names = {"customer": customer.display_name, "user": customer.user_id.name}
        if customer.user_id:
            return self.env._("%(customer)s is known already. Salesperson: %(user)s.", **names)
        return self.env._("%(customer)s is known already, and has no salesperson.", **names)
