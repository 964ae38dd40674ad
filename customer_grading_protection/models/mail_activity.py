from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.fields import Domain
from odoo.tools import SQL

FIELD = "customer_grade_id"


class MailActivity(models.Model):
    """Shows the grade of the customer whom an activity is about, as good as a stored field.

    That is of what shows a customer's grade itself: contacts, opportunities, orders, invoices, and
    whatever an addon gives a field of that name. Who may not see the record is not told its grade.
    """

    _name = "mail.activity"
    _inherit = ["mail.activity", "customer.grading.host"]

    customer_grade_id = fields.Many2one(
        "customer.grade",
        "Customer grade",
        compute="_compute_customer_grade_id",
        search="_search_customer_grade_id",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    customer_grade_color = fields.Integer(
        "Color of the customer grade", compute="_compute_customer_grade_id", groups=USER_GROUP
    )

    @api.model
    def _get_graded_models(self):
        """Return the models whose records show a customer's grade, and which the user may read."""
        return [
            model
            for name, model in self.env.items()
            if name != self._name
            and not model._abstract
            and {FIELD, "activity_ids"} <= model._fields.keys()
            and model.has_access("read")
            and model._has_field_access(model._fields[FIELD], "read")
        ]

    @api.depends_context("company", "uid")
    @api.depends("res_model", "res_id")
    def _compute_customer_grade_id(self):
        Grade = self.env["customer.grade"]
        found = {}
        for model in self._get_graded_models():
            ids = self.filtered(lambda a, name=model._name: a.res_model == name).mapped("res_id")
            for record in model.browse(ids).exists()._filtered_access("read"):
                found[model._name, record.id] = record[FIELD]
        for activity in self:
            grade = found.get((activity.res_model, activity.res_id), Grade)
            activity.customer_grade_id = grade
            activity.customer_grade_color = grade.color

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == FIELD:
            # First of all: grouping and sorting must not tell what reading refuses.
            self._check_field_access(self._fields[FIELD], "read")
            return self._get_grade_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), *args, **kwargs):
        """Refuse where nothing is found, too: Odoo asks for no column then."""
        asked = str([groupby, aggregates, having, args, kwargs])
        for name in (FIELD, "customer_grade_color"):
            if name in asked:
                self._check_field_access(self._fields[name], "read")
        return super()._read_group(domain, groupby, aggregates, having, *args, **kwargs)

    def _get_grade_sql(self, alias, query):
        """Return the grade by a look-up in each model, under the rules of the user."""
        model_name, res_id = (
            self._field_to_sql(alias, name, query) for name in ("res_model", "res_id")
        )
        whens = []
        for model in self._get_graded_models():
            records = model.with_context(active_test=False)._search(Domain.TRUE)
            records.add_where(SQL("%s = %s", SQL.identifier(records.table, "id"), res_id))
            grade = model._field_to_sql(records.table, FIELD, records)
            whens.append(
                SQL("WHEN %s = %s THEN %s", model_name, model._name, records.subselect(grade))
            )
        return SQL("(CASE %s END)", SQL(" ").join(whens)) if whens else SQL("NULL::integer")

    @api.model
    def _search_customer_grade_id(self, operator, value):
        self._check_field_access(self._fields[FIELD], "read")
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        if operator != "in":
            return self._get_found_domain(Domain(FIELD, operator, value))
        found = self._get_found_domain(Domain(FIELD, "in", [one for one in value if one]))
        if False in value:
            found |= ~self._get_found_domain(Domain(FIELD, "!=", False))
        return found

    def _get_found_domain(self, domain):
        """Return the activities about records that match ``domain`` on a field of theirs."""
        return Domain.OR(
            Domain("res_model", "=", model._name)
            & Domain("res_id", "in", model.with_context(active_test=False)._search(domain))
            for model in self._get_graded_models()
        )
