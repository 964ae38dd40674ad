from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.subject import SUBJECTS


class CustomerGradingSubject(models.AbstractModel):
    """What is kept about a graded record: a customer or an opportunity, never both."""

    _name = "customer.grading.subject"
    _description = "Kept About a Graded Record"

    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", "Opportunity", ondelete="cascade")
    salesperson_id = fields.Many2one(
        "res.users", compute="_compute_salesperson_id", search="_search_salesperson_id"
    )

    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    @api.depends("partner_id", "lead_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record._get_subject().display_name

    @api.depends("partner_id.user_id", "lead_id.user_id")
    def _compute_salesperson_id(self):
        for record in self:
            record.salesperson_id = record._get_subject().user_id

    @api.model
    def _search_salesperson_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("partner_id.user_id", "in", value) | Domain("lead_id.user_id", "in", value)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "salesperson_id" and query is not None:
            users = []
            for name in ("partner_id", "lead_id"):
                model, joined = self._fields[name].join(self.sudo(), alias, query)
                users.append(model._field_to_sql(joined, "user_id", query))
            return SQL("COALESCE(%s)", SQL(", ").join(users))
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return *key, self._get_unused_fields()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Leave out of a list the column of what is not graded at all."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list":
            for name in self._get_unused_fields():
                for node in arch.xpath(f"./field[@name='{name}']"):
                    node.set("column_invisible", "True")
        return arch, view

    @api.model
    def _get_unused_fields(self):
        """Hook: return the names of the fields to records of a kind that was never graded."""
        Dimension = self.env["customer.grading.dimension"]
        if not Dimension._is_used("lead"):
            return ("lead_id",)
        return () if Dimension._is_used("partner") else ("partner_id",)

    @api.model
    def _get_subject_fields(self):
        """Return the names of the fields to records of all kinds that are graded here."""
        fields_of_kinds = dict.fromkeys(subject.field for subject in SUBJECTS.values())
        return [name for name in fields_of_kinds if name in self._fields]

    def _get_subject(self):
        """Hook: return the record that it is about."""
        return self.lead_id or self.partner_id

    def _get_customer(self):
        """Hook: return the customer that it is about, or belongs to."""
        return self._get_subject()._get_customer()

    def action_open_subject(self):
        """Open the form of the customer or of the opportunity."""
        self.ensure_one()
        return self._get_subject()._get_records_action()
