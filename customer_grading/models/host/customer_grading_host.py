from odoo import models


class CustomerGradingHost(models.AbstractModel):
    """A record of Odoo's own that shows a grade to some, and to others not a trace of it."""

    _name = "customer.grading.host"
    _description = "Shows Grades"

    def _field_to_sql(self, alias, field_expr, query=None):
        """Ask for the groups of the field before the column is made.

        Grouping, sorting and aggregating read by it. Odoo follows a related field as the
        superuser, and asks only for the groups of what it ends at.
        """
        field = self._fields.get(field_expr.partition(".")[0])
        if field and field.groups:
            self._check_field_access(field, "read")
        return super()._field_to_sql(alias, field_expr, query)
