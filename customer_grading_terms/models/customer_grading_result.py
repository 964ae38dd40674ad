from odoo import api, models
from odoo.fields import Domain

from ..tools.kinds import KINDS
from .customer_grading_grant import HELD


class CustomerGradingResult(models.Model):
    """Gives back what merged records were given, before they are one."""

    _inherit = "customer.grading.result"

    def _settle_merge(self, sources, target):
        """Odoo merges what people had set; what grades gave would be taken for that.

        The ledger of the merged ones goes to the one that stays; what its grade gives is
        its own, or is given to it once they are one. What people set on the merged ones is
        what comes back to it one day, where nothing stood before.
        """
        field = target._grading_result_field
        if field not in self.env["customer.grading.grant"]._fields:
            return super()._settle_merge(sources, target)
        graded = target._get_graded() or target
        self._give_back(sources)[field] = graded
        if field == "partner_id":
            self._leave_to_companies(sources - target)
        done = super(
            CustomerGradingResult, self.with_context(gives_once_merged=True)
        )._settle_merge(sources, target)
        Grant = self.env["customer.grading.grant"].sudo()
        Grant.search(
            Domain(field, "in", (target & graded).ids) & Domain("state", "=", "given")
        )._take_before(sources)
        return done

    @api.model
    def _give_back(self, records):
        """Give back what records were given; return the rows of their ledger.

        What cannot be given back stays with them as if somebody had set it.
        """
        Grant = self.env["customer.grading.grant"].sudo()
        own = Grant.search(Domain(records._grading_result_field, "in", records.ids))
        own.filtered(lambda one: one.state in ("waiting", "refused")).unlink()
        held = own.exists().filtered(lambda one: one.state in HELD)
        held.ends = True
        giver = Grant.env["customer.grading.terms.giver"]
        giver._carry_out(held)
        giver._end(held.filtered(lambda one: one.state in HELD), "ended_kept")
        return own.exists()

    @api.model
    def _leave_to_companies(self, contacts):
        """Let contact persons bring nothing along of what the grade of their company gives.

        Odoo copies the terms of a company to its contacts.
        """
        Grant = self.env["customer.grading.grant"].sudo()
        for person in contacts.filtered(lambda one: one.commercial_partner_id != one):
            own = Domain("partner_id", "=", person.commercial_partner_id.id)
            for grant in Grant.search(own & Domain("state", "=", "given")):
                copied = grant._is_same(grant._read_now(person), grant.after)
                if copied and KINDS[grant.kind].per_company:
                    there = person.with_env(grant._get_host().env)
                    # Odoo's own writing would carry it to the company.
                    models.BaseModel.write(there, {grant._get_field(): grant._get_back()})
