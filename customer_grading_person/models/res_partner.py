from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.fields import Domain

from ..tools.person import PERSON


class ResPartner(models.Model):
    """A person has a grade of his or her own, beside that of the company."""

    _inherit = "res.partner"

    person_grade_id = fields.Many2one(
        "customer.grade",
        "Grade of the person",
        compute="_compute_person_grade",
        search="_search_person_grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    person_grade_color = fields.Integer(
        "Color of the person's grade", compute="_compute_person_grade", groups=USER_GROUP
    )

    @api.model
    def _get_people_domain(self):
        """Return which contacts are people: no company, and no mere address of one."""
        return Domain("is_company", "=", False) & Domain("type", "=", "contact")

    @api.model
    def _get_graded_kinds(self):
        return [*super()._get_graded_kinds(), PERSON.name]

    def _get_graded(self, kind=None):
        if kind == PERSON.name:
            return self.filtered_domain(self._get_people_domain())
        return super()._get_graded(kind)

    @api.model
    def _get_grading_fields(self):
        return [*super()._get_grading_fields(), "person_grade_id", "person_grade_color"]

    @api.depends_context("company", "uid")
    def _compute_person_grade(self):
        """Show the grade of the main dimension of people, for the current company."""
        dimension, company = self._get_person_dimension(), self.env.company
        shown = {}
        if dimension:
            companies = dimension._get_result_company_ids(company)
            own = [("dimension_id", "=", dimension.id), ("company_id", "in", companies)]
            Result = self.env["customer.grading.result"].sudo()
            results = Result.search([*own, ("partner_id", "in", self._origin.ids)])
            # The nearest company's comes last, and stays.
            nearest = results.sorted(lambda r: companies.index(r.company_id.id), reverse=True)
            shown = {result.partner_id: result.grade_id for result in nearest}
        for partner in self:
            partner.person_grade_id = shown.get(partner._origin)
            partner.person_grade_color = partner.person_grade_id.color

    @api.model
    def _get_person_dimension(self):
        """Return the main dimension of people, none while nobody was ever graded in one."""
        Dimension = self.env["customer.grading.dimension"]
        if not Dimension._is_used(PERSON.name):
            return Dimension
        return Dimension._get_main(PERSON.name, self.env.company)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "person_grade_id":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return self._get_shown_sql(alias, "grade_id", query, self._get_person_dimension(), "id")

    @api.model
    def _search_person_grade(self, operator, value):
        field = self._fields["person_grade_id"]
        if operator == "any!" and not self._has_field_access(field, "read"):
            # Odoo would ask again, as the superuser, were this refused before it is made SQL.
            return Domain.custom(to_sql=lambda *_: self._check_field_access(field, "read"))
        self._check_field_access(field, "read")
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        unknown = operator == "in" and False in value
        dimension = self._get_person_dimension()
        if not dimension:
            return Domain.TRUE if unknown else Domain.FALSE
        if operator != "in":
            value = self._find_asked(self.env["customer.grade"], operator, value)
        shown = self._search_shown(Domain("grade_id", "in", value), dimension, "id")
        if unknown:
            shown |= ~self._search_shown(Domain.TRUE, dimension, "id")
        return shown

    def _compute_customer_grading_shown(self):
        """Show grading on people where only these are graded, too."""
        computed = super()._compute_customer_grading_shown()
        hidden = self.filtered(lambda contact: not contact.customer_grading_shown)
        if dimension := hidden and self._get_person_dimension():
            Policy = self.env["customer.grading.policy"]
            running = Policy._get_in_force(dimension, self.env.company)[1]
            hidden._get_graded(PERSON.name).customer_grading_shown = bool(running)
        return computed
