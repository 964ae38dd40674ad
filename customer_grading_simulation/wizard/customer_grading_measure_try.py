from odoo import fields, models
from odoo.addons.customer_grading.tools.statement import Statement
from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerGradingMeasureTry(models.TransientModel):
    """Shows what a measure comes to for chosen customers or opportunities."""

    _name = "customer.grading.measure.try"
    _description = "Try a Grading Measure"

    measure_id = fields.Many2one("customer.grading.measure", required=True, ondelete="cascade")
    subject = fields.Selection(related="measure_id.subject")
    has_period = fields.Boolean(related="measure_id.has_period")
    months = fields.Integer(
        "Last months", default=12, help="How far back its documents count; 0: all time."
    )
    partner_ids = fields.Many2many("res.partner", string="Customers")
    lead_ids = fields.Many2many("crm.lead", string="Opportunities")
    line_ids = fields.One2many("customer.grading.measure.try.line", "try_id", readonly=True)

    def action_show(self):
        """Show the value for each of the chosen records, today, in the current company.

        :raise UserError: where none is chosen
        """
        self.ensure_one()
        self.measure_id.check_access("write")
        if self.measure_id.kind in ("question", "grade"):
            raise UserError(
                self.env._(
                    "“%s” has a value where a policy says what is asked: use it in a draft, and "
                    "try that on.",
                    self.measure_id.name,
                )
            )
        records = self.lead_ids if self.subject == "lead" else self.partner_ids
        records.check_access("read")
        subjects = records._get_graded(self.subject)
        subjects.check_access("read")  # a contact may be seen whose company is not
        if not subjects:
            raise UserError(self.env._("Choose whose values to show."))
        values = self._get_values(subjects)
        field = SUBJECTS[self.subject].field
        lines = [{field: subject.id, "value": values.get(subject.id)} for subject in subjects]
        self.line_ids = [fields.Command.clear(), *map(fields.Command.create, lines)]
        return {**self.measure_id.action_try(), "res_id": self.id}

    def _get_values(self, subjects):
        """Return ``{subject id: value in words}``."""
        engine, company = self.env["customer.grading.engine"], self.env.company
        criterion = self._prepare_criterion()
        policy = criterion.policy_id
        today = engine._get_today(company)
        scope = engine._get_scope(policy, company, today, subjects.ids)
        subject = SUBJECTS[self.subject]
        Model = engine._get_subject_model(subject, scope)
        query = Model._search([("id", "in", subjects.ids)], bypass_access=True)
        found = engine._get_ids_by_subject(policy, scope)
        statement = Statement(subject, Model, query, scope, found)
        raw = engine._get_value_sql(criterion, scope, statement)
        rows = self.env.execute_query(
            SQL(
                "SELECT subject_id, %s FROM (%s) raw",
                criterion._get_value_sql(SQL.identifier("value"), scope),
                statement.to_sql({"value": raw}),
            )
        )
        unknown = self.env._("unknown")
        return {
            subject_id: unknown if value is None else criterion._format_value(value)
            for subject_id, value in rows
        }

    def _prepare_criterion(self):
        """Return an unsaved criterion, in a policy of the kind of records the measure is of."""
        Dimension = self.env["customer.grading.dimension"]
        dimension = Dimension.new({"subject": self.subject, "company_scope": "company"})
        policy = self.env["customer.grading.policy"].new(
            {"dimension_id": dimension, "company_id": self.env.company.id}
        )
        uom = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        return self.env["customer.grading.criterion"].new(
            {
                "policy_id": policy,
                "measure_id": self.measure_id.id,
                "period": "trailing" if self.months else "all_time",
                "period_count": self.months,
                "uom_id": uom and uom.id,
            }
        )


class CustomerGradingMeasureTryLine(models.TransientModel):
    """The value of one customer or opportunity."""

    _name = "customer.grading.measure.try.line"
    _description = "Value of a Tried Measure"

    try_id = fields.Many2one("customer.grading.measure.try", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="cascade")
    value = fields.Char()
