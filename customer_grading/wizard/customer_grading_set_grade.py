from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.groups import OFFICER_GROUP

NAMED = 10  # so many are named in the dialog; of more it tells the number


class CustomerGradingSetGrade(models.TransientModel):
    """Decides by hand for one or many: a grade, to keep it, or none.

    Who is no officer, or prefers to ask, proposes a grade.
    """

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
    kind = fields.Selection(
        [
            ("grade", "Set a grade"),
            ("freeze", "Freeze: keep the grade it has"),
            ("exclude", "Exclude: do not grade it"),
        ],
        "What to do",
        default="grade",
        required=True,
    )
    propose = fields.Boolean(help="Ask an officer instead of deciding.")
    grade_id = fields.Many2one("customer.grade", domain="[('dimension_id', '=', dimension_id)]")
    reason = fields.Char(required=True)
    until = fields.Date(compute="_compute_until", store=True, readonly=False)
    is_officer = fields.Boolean(compute="_compute_is_officer")
    count_text = fields.Char(compute="_compute_count_text")
    has_dimensions = fields.Boolean(compute="_compute_has_dimensions")

    @api.depends("dimension_id")
    def _compute_until(self):
        """Propose the end that the policy in force allows at most."""
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        Policy = self.env["customer.grading.policy"]
        for wizard in self:
            _company, policies = Policy._get_in_force(wizard.dimension_id, self.env.company)
            months = policies[0].manual_months if policies else 12
            wizard.until = months and today + relativedelta(months=months)

    @api.depends("propose")
    @api.depends_context("uid")
    def _compute_is_officer(self):
        for wizard in self:
            officer = self.env.user.has_group(OFFICER_GROUP)
            wizard.is_officer = officer and not wizard.propose

    @api.depends("dimension_id", "partner_ids", "lead_ids")
    def _compute_count_text(self):
        """Tell how many it is about, where they are too many to be named."""
        for wizard in self:
            number = len(wizard._get_records()) if wizard.dimension_id else 0
            wizard.count_text = number > NAMED and wizard.dimension_id._get_number_text(number)

    @api.depends("subject")
    def _compute_has_dimensions(self):
        Dimension = self.env["customer.grading.dimension"]
        for wizard in self:
            wizard.has_dimensions = Dimension._has_several(wizard.subject)

    def _get_records(self):
        """Return what is graded, of what was chosen."""
        kind = self.dimension_id._get_subject_kind()
        return self[f"{kind.field}s"]._get_graded(kind.name)

    def action_confirm(self):
        """Decide, or propose it to the officers; several can be undone at once.

        :return: for several, the action that says so and offers *Undo*
        """
        self.ensure_one()
        records = self._get_records()
        records.check_access("read")
        results = self.env["customer.grading.result"]._get_or_create(records, self.dimension_id)
        results.sudo(False).check_access("read")  # the dimension may be hidden from the user
        kept = results._get_kept()
        changes = self._decide(results)
        if len(changes) < 2:
            return {"type": "ir.actions.act_window_close"}
        bulk = self.env["customer.grading.bulk.change"]._note(
            self._get_batch_name(changes), changes, kept
        )
        return {
            "type": "ir.actions.client",
            "tag": "customer_grading_bulk_change_done",
            "params": {"id": bulk.id, "message": bulk.name},
        }

    def _decide(self, results):
        """Do what was chosen, and return the changes."""
        if self.kind == "grade" and not self.grade_id:
            raise UserError(self.env._("Choose a grade."))
        if not self.is_officer:
            if self.kind != "grade":
                raise UserError(self.env._("Only a grade can be proposed. Choose “Set a grade”."))
            return results._propose(self.grade_id, self.reason, self.until)
        if self.kind == "freeze":
            return results._freeze(self.reason, self.until)
        if self.kind == "exclude":
            return results._exclude(self.reason, self.until)
        return results._set_by_hand(self.grade_id, self.reason, self.until)

    def _get_batch_name(self, changes):
        """Return what is done to how many, or asked for, as the bulk change is called."""
        names = {
            "grade": self.grade_id.code,
            "number": self.dimension_id._get_number_text(len(changes)),
        }
        if all(changes.sudo().mapped("is_open")):
            if self.kind == "exclude":
                return self.env._("Exclusion asked for: %(number)s", **names)
            return self.env._("Grade %(grade)s proposed: %(number)s", **names)
        return {
            "grade": self.env._("Grade %(grade)s set by hand: %(number)s", **names),
            "freeze": self.env._("Grades frozen: %(number)s", **names),
            "exclude": self.env._("Excluded from grading: %(number)s", **names),
        }[self.kind]
