from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_action
from odoo.exceptions import UserError
from odoo.tools import format_date


class CustomerGradingOnDate(models.TransientModel):
    """Asks for a date, and shows the grades of that day."""

    _name = "customer.grading.on.date"
    _description = "Grades on a Date"

    date = fields.Date(
        required=True,
        default=lambda self: self._get_last_year_end(),
        help="The grades in effect at the end of this day.",
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        domain="[('id', 'in', visible_dimension_ids)]",
        default=lambda self: self.env["customer.grading.dimension"]._get_main(
            "partner", self.env.company
        ),
    )
    visible_dimension_ids = fields.Many2many(
        "customer.grading.dimension", compute="_compute_visible_dimension_ids"
    )
    has_dimensions = fields.Boolean(compute="_compute_visible_dimension_ids")
    subject = fields.Selection(related="dimension_id.subject")
    grade_id = fields.Many2one(
        "customer.grade",
        "Only grade",
        domain="[('dimension_id', '=', dimension_id)]",
        help="Empty: all grades.",
    )

    def _get_last_year_end(self):
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        return today.replace(year=today.year - 1, month=12, day=31)

    @api.depends_context("uid", "company")
    def _compute_visible_dimension_ids(self):
        Dimension = self.env["customer.grading.dimension"]
        kinds = Dimension._fields["subject"].get_values(self.env)
        visible = Dimension.union(*map(Dimension._get_visible, kinds))
        for wizard in self:
            wizard.visible_dimension_ids = visible.sudo(False)
            wizard.has_dimensions = len(visible) > 1

    def _check(self):
        self.ensure_one()
        if self.date > self.env["customer.grading.engine"]._get_today(self.env.company):
            raise UserError(self.env._("Nobody knows the grades of a day to come. Choose another."))
        if self.dimension_id not in self.visible_dimension_ids:
            raise UserError(self.env._("Choose a dimension."))

    def action_show(self):
        """Open a list of who had which grade on the day, with today's beside it."""
        self._check()
        companies = self.dimension_id._get_result_company_ids(self.env.company)
        domain = [("dimension_id", "=", self.dimension_id.id), ("company_id", "in", companies)]
        if self.grade_id:
            domain.append(("day_grade_id", "=", self.grade_id.id))
        name = self.env._(
            "%(dimension)s on %(date)s",
            dimension=self.dimension_id.name,
            date=format_date(self.env, self.date),
        )
        return open_action(
            self.env,
            "customer_grading_history.customer_grading_result_action_on_date",
            name,
            domain=domain,
            context={
                "create": False,
                "grading_date": fields.Date.to_string(self.date),
                "grading_subject": self.subject,
                **({} if self.grade_id else {"search_default_group_by_day_grade_id": 1}),
            },
        )

    def action_filter(self):
        """Open the customers, or opportunities, that had the grade, as a filter to combine."""
        self._check()
        if not self.grade_id:
            raise UserError(self.env._("Choose the grade to filter by."))
        text = f"{self.grade_id.code} {fields.Date.to_string(self.date)}"
        if self.dimension_id != self.dimension_id._get_main(self.subject, self.env.company):
            text = f"{self.dimension_id.name}: {text}"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "contacts.action_contacts"
            if self.subject == "partner"
            else "crm.crm_lead_opportunities"
        )
        return dict(action, context={"search_default_customer_grade_history": text})
