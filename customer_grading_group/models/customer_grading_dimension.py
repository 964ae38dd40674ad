from odoo import api, fields, models
from odoo.addons.customer_grading.models.policy.customer_grading_measure import REFUSED_MODELS
from odoo.addons.customer_grading.tools.subject import PARTNER
from odoo.exceptions import UserError, ValidationError

from ..tools.group import GROUP
from ..tools.texts import OF_GROUPS

GROUPING_FIELDS = ("subject", "group_model", "group_path")
USERS = "res.users"


class CustomerGradingDimension(models.Model):
    """What the grade of a group is about, and what makes customers or documents a group."""

    _inherit = "customer.grading.dimension"

    subject = fields.Selection(
        selection_add=[(GROUP.name, "Groups of customers or documents")],
        ondelete={GROUP.name: "cascade"},
    )
    group_model = fields.Char(
        "Model of the members", default=PARTNER.model, help="Technical name of what is grouped."
    )
    member_model = fields.Selection(
        selection="_get_member_models",
        string="Groups of",
        compute="_compute_member_model",
        readonly=False,
        help="Whose groups are graded: customers, or documents.",
    )
    group_path = fields.Char(
        "Those that share",
        help="What the members of a group have in common, such as state_id of customers, or "
        "product_id.categ_id of the lines of orders.",
    )

    @api.model
    def _get_member_models(self):
        """Return whose groups can be graded: customers, and the documents that are measured."""
        documents = self.env["customer.grading.measure"]._get_document_models()
        others = [(name, label) for name, label in documents if name != PARTNER.model]
        return [(PARTNER.model, self.env._("Customers")), *others]

    @api.depends("group_model")
    def _compute_member_model(self):
        offered = dict(self._get_member_models())
        for dimension in self:
            name = dimension.group_model
            dimension.member_model = name if name in offered else False

    @api.onchange("member_model")
    def _onchange_member_model(self):
        if self.member_model and self.member_model != self.group_model:
            self.group_model, self.group_path = self.member_model, False

    @api.constrains(*GROUPING_FIELDS)
    def _check_group_path(self):
        for dimension in self.filtered(lambda d: d.subject == GROUP.name):
            if problem := dimension._get_group_problem():
                raise ValidationError(
                    self.env._(
                        "“%(dimension)s”: %(problem)s", dimension=dimension.name, problem=problem
                    )
                )
            self.env["customer.grading.measure"]._check_may_read(
                dimension.group_model, [dimension.group_path]
            )

    def _get_group_problem(self):
        """Return in words why there are no such groups, or nothing."""
        if self.group_model not in self.env or not self.group_path:
            return self.env._("say whose groups are graded, and what those of a group share.")
        Measure = self.env["customer.grading.measure"]
        if problem := Measure.new({"model_name": self.group_model})._get_path_problem(
            self.group_path
        ):
            return problem
        field = self._get_group_field()
        if field.type != "many2one":
            return self.env._(
                "those of a group share a record, such as their state: “%s” holds none. Choose "
                "another field.",
                self.group_path,
            )
        if field.comodel_name.startswith(REFUSED_MODELS) and field.comodel_name != USERS:
            return self.env._("“%s” cannot be graded. Choose another field.", self.group_path)
        return None

    def _get_group_field(self):
        """Return the field object that names the groups, or ``None``."""
        if self.group_model not in self.env:
            return None
        Measure = self.env["customer.grading.measure"]
        return Measure._get_path_field(self.group_model, self.group_path or "")

    def write(self, vals):
        if vals.keys() & {*GROUPING_FIELDS}:
            self._check_groups_stay(vals)
        return super().write(vals)

    def _check_groups_stay(self, vals):
        """Raise where other groups would have the grades that these were given.

        Where none was given yet, the groups of before are no longer of use.
        """
        moved = self.filtered(lambda d: any(d[n] != vals[n] for n in GROUPING_FIELDS if n in vals))
        kept = self.env["customer.grading.result"].sudo()
        kept = kept.search([("dimension_id", "in", moved.ids), ("group_id", "!=", False)], limit=1)
        if kept:
            raise UserError(
                self.env._(
                    "“%s” gave grades: what it grades stays, or they would be those of others. "
                    "Make another dimension.",
                    kept.dimension_id.name,
                )
            )
        groups = self.env["customer.grading.group"].sudo()
        groups.search([("dimension_id", "in", moved.ids)]).unlink()

    @api.model
    def _get_main(self, subject, company):
        """Return none for groups: each is graded by one dimension, whichever that is."""
        return self.browse() if subject == GROUP.name else super()._get_main(subject, company)

    def _choose_text(self, of_customers, of_opportunities):
        if self.subject == GROUP.name:
            return OF_GROUPS.say(self.env, of_customers)
        return super()._choose_text(of_customers, of_opportunities)
