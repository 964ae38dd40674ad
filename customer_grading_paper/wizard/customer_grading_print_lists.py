from odoo import api, fields, models


class CustomerGradingPrintLists(models.TransientModel):
    """Which lists by grade are printed: of which dimension and day."""

    _name = "customer.grading.print.lists"
    _description = "Print Lists by Grade"

    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        ondelete="cascade",
        domain=[("subject", "in", ("partner", "lead"))],
        default=lambda self: self._get_dimension(),
    )
    day = fields.Date(
        "Date",
        required=True,
        default=lambda self: self._get_today(),
        help="The grades of that day.",
    )
    grade_ids = fields.Many2many(
        "customer.grade",
        string="Only grades",
        domain="[('dimension_id', '=', dimension_id)]",
        help="Empty: a list of each grade.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Only salespeople",
        domain=[("share", "=", False)],
        help="Salespeople whose customers are listed. Empty: all.",
    )

    @api.model
    def _get_dimension(self):
        """Return the main dimension of customers."""
        main = self.env["customer.grading.dimension"]._get_main("partner", self.env.company)
        return main.with_env(self.env)

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    @api.onchange("dimension_id")
    def _onchange_dimension_id(self):
        """Grades of another dimension say nothing here."""
        self.grade_ids = self.grade_ids.filtered(lambda g: g.dimension_id == self.dimension_id)

    def action_print(self):
        """Print the lists."""
        report = "customer_grading_paper.customer_grading_report_grade_lists"
        return self.env.ref(report).report_action(self)
