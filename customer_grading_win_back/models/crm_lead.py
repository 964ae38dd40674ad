from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class CrmLead(models.Model):
    """An opportunity says why it was lost, and its losses are kept."""

    _inherit = "crm.lead"

    grading_loss_ids = fields.One2many(
        "customer.grading.loss", "lead_id", "Losses and refusals", groups=USER_GROUP
    )
    grading_loss_text = fields.Char(
        "Second follow-up", compute="_compute_grading_loss_text", groups=USER_GROUP
    )

    @api.depends(
        "grading_loss_ids.state",
        "grading_loss_ids.outcome",
        "grading_loss_ids.date_due",
        "grading_loss_ids.owner_id",
    )
    @api.depends_context("lang", "uid")
    def _compute_grading_loss_text(self):
        """Say by whom and when a quasi-lost opportunity is followed up."""
        waiting = self.grading_loss_ids.filtered(lambda loss: loss.state == "quasi")
        by_lead = {loss.lead_id: loss for loss in waiting}
        for lead in self:
            loss = by_lead.get(lead)
            lead.grading_loss_text = loss and self.env._(
                "Quasi-lost. Second follow-up on %(date)s by %(user)s: %(todo)s",
                date=format_date(self.env, loss.date_due),
                user=loss.sudo().owner_id.name or self.env._("nobody"),
                todo=loss.todo or self.env._("is it still lost?"),
            )

    # ------------------------------------------------------------------ what Odoo does

    def write(self, vals):
        """Let the register follow where the reason of what is lost changes, or who has it."""
        has_reason = "lost_reason_id" in vals
        gave = self.filtered("lost_reason_id") if has_reason else self.browse()
        done = super().write(vals)
        keeper = self.env["customer.grading.loss.keeper"]
        if has_reason:
            lost = self._get_archived().filtered(lambda lead: lead.won_status == "lost")
            if not self.env.context.get("grading_reason_follows"):
                (lost & gave)._check_lost_reason()
            keeper._set_reason(lost)
        if vals.keys() & {"user_id", "team_id"}:
            keeper._hand_over(self._get_archived())
        return done

    def _get_archived(self):
        """Return the archived ones: what is lost is; whether it is, costs Odoo queries to tell."""
        return self.filtered(lambda lead: not lead.active)

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Keep the register: Odoo comes by here whenever something is won or lost, or no more."""
        done = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        keeper = self.env["customer.grading.loss.keeper"]

        def filter_moved(name, to):
            was, now = (
                lambda lead, s=statuses: bool(s.get(lead.id, {}).get(name))
                for statuses in (old_status_by_lead, new_status_by_lead)
            )
            return self.filtered(lambda lead: was(lead) is not to and now(lead) is to)

        keeper._reopen(filter_moved("is_lost", False))
        keeper._win(filter_moved("is_won", True))
        if lost := filter_moved("is_lost", True):
            if not self.env.context.get("grading_reason_follows"):
                lost._check_lost_reason()
            keeper._lose(lost, is_new=not old_status_by_lead)
        keeper._take_back(filter_moved("is_won", False) - lost)
        return done

    def action_set_lost(self, **additional_values):
        """Ask for the reason once it is written: Odoo archives the opportunity before."""
        leads = self.with_context(grading_reason_follows=True)
        done = super(CrmLead, leads).action_set_lost(**additional_values)
        self._check_lost_reason()
        return done

    def _check_lost_reason(self):
        """Refuse a loss without a reason, where the company asks for one."""
        keeper = self.env["customer.grading.loss.keeper"]
        for lead in self.filtered(lambda lead: lead.type == "opportunity"):
            company = keeper._get_company(lead).sudo()
            if not lead.lost_reason_id and company.customer_grading_reason_required:
                raise ValidationError(
                    self.env._(
                        "Say why “%(lead)s” is lost: choose a lost reason. %(company)s asks for one.",
                        lead=lead.name,
                        company=company.name,
                    )
                )

    def _merge_dependences(self, opportunities):
        """Bring together what was lost of the merged, before they are deleted."""
        if self.env["customer.grading.loss"]._is_any():
            self.env["customer.grading.loss.keeper"]._merge(opportunities, self)
        return super()._merge_dependences(opportunities)

    # ------------------------------------------------------------------ what people do

    def action_still_lost(self):
        """Say after the second follow-up that these are lost."""
        return self._get_quasi_lost().action_still_lost()

    def action_false_loss(self):
        """Say after the second follow-up that these were lost by mistake, and reopen them."""
        return self._get_quasi_lost().action_false_loss()

    def _get_quasi_lost(self):
        self.check_access("read")
        Loss = self.env["customer.grading.loss"]
        return Loss.search([("lead_id", "in", self.ids), ("state", "=", "quasi")])

    def action_record_refusal(self):
        """Open the dialog that records why a customer refused, while the opportunity stays open.

        :raise AccessError: for who may not change the opportunities
        """
        self.check_access("write")
        return open_window(
            self.env._("Record a refusal"),
            "customer.grading.record.refusal",
            target="new",
            context={"default_lead_ids": self.ids},
        )
