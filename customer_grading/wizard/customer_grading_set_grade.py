from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..tools.groups import OFFICER_GROUP


class CustomerGradingSetGrade(models.TransientModel):
    """Sets a grade by hand, or proposes one where the user is no officer."""

    _name = "customer.grading.set.grade"
    _description = "Set a Grade by Hand"

    partner_ids = fields.Many2many("res.partner", string="Customers")
    lead_ids = fields.Many2many("crm.lead", string="Opportunities")
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        default=lambda self: self.env["customer.grading.dimension"]._get_main(
            "partner", self.env.company
        ),
    )
    subject = fields.Selection(related="dimension_id.subject")
    grade_id = fields.Many2one(
        "customer.grade", required=True, domain="[('dimension_id', '=', dimension_id)]"
    )
    reason = fields.Char(required=True)
    until = fields.Date(compute="_compute_until", store=True, readonly=False)
    is_officer = fields.Boolean(compute="_compute_is_officer")
    has_dimensions = fields.Boolean(compute="_compute_has_dimensions")

    @api.depends("dimension_id")
    def _compute_until(self):
        """Propose the end that the policy in force allows at most."""
        today = fields.Date.context_today(self)
        Policy = self.env["customer.grading.policy"]
        for wizard in self:
            _company, policies = Policy._get_in_force(wizard.dimension_id, self.env.company)
            policy = policies[:1]
            months = policy.manual_months if policy else 12
            wizard.until = months and today + relativedelta(months=months)

    @api.depends_context("uid")
    def _compute_is_officer(self):
        self.is_officer = self.env.user.has_group(OFFICER_GROUP)

    @api.depends("subject")
    def _compute_has_dimensions(self):
        Dimension = self.env["customer.grading.dimension"]
        for wizard in self:
            wizard.has_dimensions = Dimension._has_several(wizard.subject)

    def action_confirm(self):
        """Set the grade, or propose it to the officers."""
        self.ensure_one()
        records = self[f"{self.dimension_id.subject}_ids"]._get_graded()
        records.check_access("read")
        results = self.env["customer.grading.result"]._get_or_create(records, self.dimension_id)
        results.sudo(False).check_access("read")  # the dimension may be hidden from the user
        if self.is_officer:
            results._set_by_hand(self.grade_id, self.reason, self.until)
        else:
            results._propose(self.grade_id, self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
