from odoo import api, fields, models
from odoo.fields import Domain


class CustomerGradingSupportPlan(models.Model):
    """What is done for a customer in a year: the column of the yearly lists.

    It is kept beside the grades, which runs and policies renew: a customer that moves to
    another list takes it along.
    """

    _name = "customer.grading.support.plan"
    _inherit = ["customer.grading.subject"]
    _description = "Support Plan"
    _order = "year desc, id desc"

    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env.company,
    )
    year = fields.Char(size=4, required=True, index=True, default=lambda self: self._get_year())
    plan = fields.Text(
        "Support plan",
        required=True,
        help="What is done for this customer in the year; it stands on the yearly list.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Who sees to it; empty: the salesperson.",
    )
    grade_id = fields.Many2one("customer.grade", compute="_compute_grade_id")
    grade_color = fields.Integer(compute="_compute_grade_id")

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )
    _year_check = models.Constraint(
        "CHECK (year ~ '^[0-9]{4}$')", "Write the year in four digits, such as 2026."
    )
    _partner_uniq = models.UniqueIndex(
        "(partner_id, company_id, year) WHERE partner_id IS NOT NULL",
        "This customer has a support plan for the year already: write it there.",
    )
    _lead_uniq = models.UniqueIndex(
        "(lead_id, company_id, year) WHERE lead_id IS NOT NULL",
        "This opportunity has a support plan for the year already: write it there.",
    )

    @api.model
    def _get_year(self):
        return str(self.env["customer.grading.engine"]._get_today(self.env.company).year)

    @api.depends("partner_id", "lead_id")
    @api.depends_context("company", "uid")
    def _compute_grade_id(self):
        for plan in self:
            subject = plan._get_subject()
            name = subject._grading_grade_field if subject else None
            plan.grade_id = subject[name] if name else False
            plan.grade_color = plan.grade_id.color

    @api.model
    def _get_plans(self, subjects, year, company):
        """Return ``{customer or opportunity: text}`` of what the user may see of a year."""
        about = Domain.OR(
            Domain(name, "in", subjects.ids)
            for name in self._get_subject_fields()
            if self._fields[name].comodel_name == subjects._name
        )
        own = Domain("year", "=", str(year)) & Domain("company_id", "=", company.id)
        return {plan._get_subject(): plan.plan for plan in self.search(own & about)}

    @api.model
    def _take_along(self, sources, target):
        """Give the plans of merged records to the one that stays, beside those that it has."""
        field = target._grading_result_field
        if field not in self._fields:
            return
        kept = target._get_graded() or target
        own = self.search([(field, "=", kept.id)]).grouped(lambda p: (p.company_id, p.year))
        for plan in self.search([(field, "in", sources.ids)], order="id"):
            key = plan.company_id, plan.year
            if key in own:
                own[key].plan = f"{own[key].plan}\n{plan.plan}"
                plan.unlink()
            else:
                plan[field] = kept
                own[key] = plan
        self.env.flush_all()
