from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.fields import Domain
from odoo.tools import SQL

# What a record shows -> the column of the dates, and which of several counts.
SHOWN = {"follow_up_last_date": ("date_last", "MAX"), "follow_up_due_date": ("date_due", "MIN")}


class CustomerGradingMixin(models.AbstractModel):
    """Shows when there was contact last, and when the next one is due."""

    _inherit = "customer.grading.mixin"

    follow_up_last_date = fields.Date(
        "Last contact",
        compute="_compute_follow_up",
        search="_search_follow_up_last_date",
        groups=USER_GROUP,
        help="The last contact that a cadence of its grade asks for.",
    )
    follow_up_due_date = fields.Date(
        "Next contact due",
        compute="_compute_follow_up",
        search="_search_follow_up_due_date",
        groups=USER_GROUP,
        help="The day on which the next contact is due at the latest, by its grade.",
    )

    @api.model
    def _get_grading_fields(self):
        return [*super()._get_grading_fields(), *SHOWN]

    @api.model
    def _get_seen_domains(self, dimensions=None):
        """Return the domains of the dates that count here, one a dimension and company.

        They are those of this company, in what the user may see.

        :param dimensions: only in these
        """
        Dimension = self.env["customer.grading.dimension"]
        seen = Dimension.union(*map(Dimension._get_visible, self._get_graded_kinds()))
        return [
            Domain("dimension_id", "=", dimension.id) & Domain("company_id", "=", company_id)
            for dimension in (seen if dimensions is None else seen & dimensions)
            for company_id in dimension._get_result_company_ids(self.env.company)
        ]

    @api.depends_context("company", "uid")
    @api.depends(lambda self: (self._grading_key_field,) if self._grading_subject else ())
    def _compute_follow_up(self):
        self.update(dict.fromkeys(SHOWN, False))
        field = self._grading_result_field
        Dates = self.env["customer.grading.follow.up.dates"].sudo()
        if field not in Dates._fields or not self.env["customer.grading.cadence"]._is_any():
            return
        keys = {record._get_grading_key() for record in self} - {False, None}
        found = Dates._read_group(
            Domain.OR(self._get_seen_domains()) & Domain(field, "in", list(keys)),
            [field],
            [f"{column}:{how.lower()}" for column, how in SHOWN.values()],
        )
        by_key = {subject.id: dates for subject, *dates in found}
        for record in self:
            record.update(dict(zip(SHOWN, by_key.get(record._get_grading_key(), ()), strict=False)))

    @api.model
    def _search_follow_up_last_date(self, operator, value):
        return self._search_follow_up("follow_up_last_date", operator, value)

    @api.model
    def _search_follow_up_due_date(self, operator, value):
        return self._search_follow_up("follow_up_due_date", operator, value)

    def _search_follow_up(self, name, operator, value):
        """Find by the date shown, which is the latest contact, or the first one due."""
        self._check_field_access(self._fields[name], "read")
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented
        shown = SQL("%s.day", SQL.identifier("shown"))
        if operator == "in":
            days = tuple(day for day in value if day)
            met = SQL("%s IN %s", shown, days) if days else SQL("FALSE")
        else:
            met = SQL("%s %s %s", shown, SQL(operator), value)
        found = SQL("(SELECT key FROM (%s) shown WHERE %s)", self._get_dates_sql(name), met)
        domain = Domain(self._grading_key_field, "in", found)
        if operator == "in" and False in value:
            every = SQL(
                "(SELECT key FROM (%s) shown WHERE day IS NOT NULL)", self._get_dates_sql(name)
            )
            domain |= ~Domain(self._grading_key_field, "in", every)
        return domain

    def _get_dates_sql(self, name):
        """Return the query of ``key`` and ``day``: what each record shows in the field ``name``."""
        column, how = SHOWN[name]
        Dates = self.env["customer.grading.follow.up.dates"].sudo()
        seen = self._get_seen_domains(self.env["customer.grading.follow.up.engine"]._get_followed())
        query = Dates._search(Domain.OR(seen))
        query.order = None
        key = SQL.identifier(query.table, self._grading_result_field)
        day = SQL.identifier(query.table, column)
        query.add_where(SQL("%s IS NOT NULL", key))
        if len(seen) > 1:  # else there is one row a record
            query.groupby, day = key, SQL("%s(%s)", SQL(how), day)
        return query.select(SQL("%s AS key", key), SQL("%s AS day", day))

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in SHOWN or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        joined = query.make_alias(alias, field_expr)
        key = self._field_to_sql(alias, self._grading_key_field, query)
        query.add_join(
            "LEFT JOIN",
            joined,
            SQL("(%s)", self._get_dates_sql(field_expr)),
            SQL("%s = %s", SQL.identifier(joined, "key"), key),
        )
        return SQL.identifier(joined, "day")
