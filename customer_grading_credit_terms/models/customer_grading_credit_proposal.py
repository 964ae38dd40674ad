from odoo import fields, models
from odoo.addons.customer_grading_terms.models.customer_grading_grant import HELD


class CustomerGradingCreditProposal(models.Model):
    """Leaves to the ledger what a grade gives: it is given as approved credit is taken back.

    What a person had set beside what the grade gives comes back all the same.
    """

    _inherit = "customer.grading.credit.proposal"

    stood_by_hand = fields.Json(
        "By hand before",
        readonly=True,
        help="What a person had set beside what the grade gives, as it was set: company, and what.",
    )

    def _find_grant(self, company, kind):
        """Return what the grade gives of a kind in a company: the row that is held, sudoed."""
        return (
            self.env["customer.grading.grant"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", company.id),
                    ("key", "=", kind),
                    ("state", "in", HELD),
                ]
            )
        )

    def _read_before(self, company, kind):
        """Return what stood before the grade: that may be lost as this is taken back."""
        before, grant = super()._read_before(company, kind), self._find_grant(company, kind)
        if grant.state == "given" and grant._is_untouched(grant._read_now()):
            grant.state = "kept"
            if kind == "payment_term":
                return grant._get_record(grant.before).id
            return None if grant.was_default else grant.before
        if grant and not self._find_deciding(self.partner_id, company, kind) - self:
            self.stood_by_hand = [*(self.stood_by_hand or ()), [company.id, kind]]
        return before

    def _get_back(self, company, kind):
        """Return what the grade gives by now, where no other credit, nor a person, decided it."""
        before, grant = super()._get_back(company, kind), self._find_grant(company, kind)
        if not grant.after or grant._is_gone():
            return before
        decided = self._find_deciding(self.partner_id, company, kind)
        if decided or [company.id, kind] in (self.stood_by_hand or ()):
            return before
        default = grant._get_default()
        stood = default if before is None else before
        was_default = grant._is_same(stood, default)
        grant.write({"state": "given", "before": stood, "was_default": was_default})
        return grant.after
