from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .customer_grading_mixin import USER_GROUP


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.grading.mixin"]

    _grading_subject = "partner"
    _grading_result_field = "partner_id"
    # A contact shows its company's grade.
    _grading_key_field = "commercial_partner_id"

    grading_answer_ids = fields.One2many(
        "customer.grading.answer", "partner_id", string="Grading answers", groups=USER_GROUP
    )

    def action_set_grade(self):
        """Open the dialog that sets a grade by hand, or proposes one."""
        self.check_access("read")
        officer = "customer_grading.customer_grading_group_officer"
        name = self.env._("Propose a grade")
        if self.env.user.has_group(officer):
            name = self.env._("Set by hand")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "customer.grading.set.grade",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.commercial_partner_id.ids},
        }

    def action_regrade_customer(self):
        """Grade these customers now, by the running policies of the current company.

        :raise UserError: where no policy is running
        """
        if not self.env.user.has_group("customer_grading.customer_grading_group_officer"):
            raise AccessError(
                self.env._("Only grading officers regrade customers. Ask one of them.")
            )
        self.check_access("read")
        runs = self.env["customer.grading.policy"]._regrade(self.commercial_partner_id)
        if failed := runs.filtered(lambda run: run.state == "failed"):
            raise UserError(failed[0].error)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Graded: %s", len(self.commercial_partner_id)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
