from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.blocks import open_action
from .customer_grading_policy import IN_FORCE_STATES


class CustomerGrade(models.Model):
    """One class of a dimension; it outlives the policies that give it."""

    _name = "customer.grade"
    _description = "Customer Grade"
    _order = "sequence, id"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, size=4, help="What the badge shows: A, B, VIP...")
    sequence = fields.Integer(default=10, aggregator=None, help="Best grade first.")
    active = fields.Boolean(default=True)
    dimension_id = fields.Many2one(
        "customer.grading.dimension", required=True, ondelete="cascade", index=True
    )
    color = fields.Integer(aggregator=None)
    meaning = fields.Text(
        string="What it means for the salesperson",
        translate=True,
        help="Shown with the grade: how these customers are served.",
    )
    result_count = fields.Integer("Graded today", compute="_compute_result_count")
    is_best = fields.Boolean("Best grade", compute="_compute_is_best", search="_search_is_best")

    _code_uniq = models.Constraint(
        "UNIQUE (dimension_id, code)",
        "Two grades of a dimension cannot share a code. Choose another code, or use the "
        "grade that exists.",
    )

    def _compute_result_count(self):
        """Count the results that the user may see, those of his companies."""
        companies = [False, *self.env.companies.ids]
        held = [("grade_id", "in", self.ids), ("company_id", "in", companies)]
        Result = self.env["customer.grading.result"]
        counts = dict(Result._read_group(held, ["grade_id"], ["__count"]))
        for grade in self:
            grade.result_count = counts.get(grade, 0)

    @api.depends("sequence", "dimension_id.grade_ids.sequence")
    def _compute_is_best(self):
        best = self._get_best()
        for grade in self:
            grade.is_best = grade in best

    @api.model
    def _search_is_best(self, operator, value):
        if operator != "in":
            return NotImplemented
        best = Domain("id", "in", self._get_best().ids)
        return best if True in value else ~best

    @api.model
    def _get_best(self):
        grades = self.sudo().search([("active", "=", True)], order="sequence, id")
        return self.browse(group[0].id for group in grades.grouped("dimension_id").values())

    def _get_direction_to(self, grade):
        """Return which way a move from this grade, or from none, to another one goes.

        Change control asks the same in SQL; this is for a question about two grades alone.
        """
        if self == grade:
            return "same"
        if not self or not grade:
            return "new" if grade else "lost"
        return "up" if (grade.sequence, grade.id) < (self.sequence, self.id) else "down"

    @api.depends("code", "name")
    @api.depends_context("grade_code_only")
    def _compute_display_name(self):
        for grade in self:
            if self.env.context.get("grade_code_only") or grade.code == grade.name:
                grade.display_name = grade.code
            else:
                grade.display_name = f"{grade.code or ''} {grade.name or ''}".strip()

    @api.model
    def _search_display_name(self, operator, value):
        """A text that is a code means the grade of that code: “A” is not in every name."""
        if operator in ("ilike", "=ilike") and isinstance(value, str):
            code = Domain("code", "=ilike", value.strip())
            if self.sudo().search_count(code, limit=1):
                return code
        return super()._search_display_name(operator, value)

    @api.model
    def name_create(self, name):
        """Make a grade of its code, where people type one that the dimension has not yet."""
        dimension = self.env["customer.grading.dimension"].browse(
            self.env.context.get("default_dimension_id")
        )
        code = name.strip()
        if not dimension or len(code) > self._fields["code"].size:
            return super().name_create(name)
        grade = dimension._find_or_create_grade({"code": code})
        return grade.id, grade.display_name

    def write(self, vals):
        if not vals.get("active", True):
            self._check_archivable()
        return super().write(vals)

    def _check_archivable(self):
        """Raise where a policy gives one of these grades, or is about to."""
        giving = [("grade_id", "in", self.ids), ("policy_id.state", "in", IN_FORCE_STATES)]
        if rule := self.env["customer.grading.rule"].sudo().search(giving, limit=1):
            raise UserError(
                self.env._(
                    "Grade %(grade)s cannot be archived: “%(policy)s” gives it, and is in force, or "
                    "will be. Revise the policy to go without it, or close it; then archive the grade.",
                    grade=rule.grade_id.code,
                    policy=rule.policy_id.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        naming = ("customer.grading.result", "customer.grading.change", "customer.grading.rule")
        if any(self._is_named_by(model_name) for model_name in naming):
            message = self.env._(
                "A grade that is or was held, or that a policy gives, cannot be deleted: its history would be lost. Archive it instead."
            )
            raise UserError(message)

    def _is_named_by(self, model_name):
        """Whether a record of the model names one of these grades in any of its fields."""
        Model = self.env[model_name].sudo()
        naming = [
            Domain(name, "in", self.ids)
            for name, field in Model._fields.items()
            if field.store and field.comodel_name == self._name
        ]
        return bool(Model.search_count(Domain.OR(naming), limit=1))

    def action_view_customers(self):
        """Open who holds this grade in the current company: customers or opportunities.

        A main grade stands on their lists; that of another dimension on its results.
        """
        self.ensure_one()
        dimension = self.dimension_id
        context = {}
        is_main = dimension._get_main(dimension.subject, self.env.company) == dimension
        if not is_main or dimension.subject not in ("partner", "lead"):
            xml_id = "customer_grading.customer_grading_result_action"
            domain = [("grade_id", "=", self.id)]
            context = {"create": False, "grading_subject": dimension.subject}
        elif dimension.subject == "lead":
            xml_id, domain = "crm.crm_lead_opportunities", [("opportunity_grade_id", "=", self.id)]
        else:
            xml_id = "contacts.action_contacts"
            domain = [("customer_grade_id", "=", self.id), ("parent_id", "=", False)]
        return open_action(self.env, xml_id, self.display_name, domain=domain, context=context)
