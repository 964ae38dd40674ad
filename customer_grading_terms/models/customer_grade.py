from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.texts import join_list

from ..tools.kinds import KINDS


class CustomerGrade(models.Model):
    """Says what the grade gives, by itself and because the grades below do."""

    _inherit = "customer.grade"

    benefit_ids = fields.One2many(
        "customer.grading.benefit",
        "grade_id",
        "Benefits",
        help="What customers with this grade get, and lose with it.",
    )

    def write(self, vals):
        """Where grades change places, what better grades have from those below does, too."""
        moved = self.filtered(
            lambda grade: any(
                vals.get(name, grade[name]) != grade[name] for name in ("sequence", "active")
            )
        )
        done = super().write(vals)
        moved.dimension_id.filtered("grade_ids.benefit_ids")._look_again()
        return done

    @api.model
    def _get_benefits_of(self, dimension, company, archived=False):
        """Return ``{grade: benefits}`` of all grades of a dimension, in a company.

        A grade gives what is its own, and what the grades below give and it does not say
        otherwise: of what a customer has one of, the nearest grade below decides. Where what a grade
        gives is archived, that of the grade below steps in.

        :param archived: whether what is archived is told, too, where another steps in
        :return: the benefits of each grade, its own first, sudoed
        """
        grades = self.sudo().with_context(active_test=False)
        ordered = grades.search([("dimension_id", "=", dimension.id)], order="sequence, id")
        given, below = {}, self.env["customer.grading.benefit"].sudo()
        for grade in reversed(ordered):
            own = grade._get_own_benefits(company)
            given[grade] = own | below._leave_out_said(own, company)
            if grade.active:
                below = given[grade].filtered(
                    lambda one: one.also_better and KINDS[one.kind].inherited
                )
        if archived:
            return given
        return {grade: some._leave_out_replaced(company) for grade, some in given.items()}

    def _get_own_benefits(self, company):
        """Return what the grade itself gives in a company: what is said for it comes before all."""
        companies = [False, *company.sudo().parent_ids.ids]
        own = self.benefit_ids.filtered(lambda one: one.company_id.id in companies)
        nearest = own.sorted(lambda one: -companies.index(one.company_id.id))
        kept, seen = own.browse(), set()
        for benefit in nearest:
            if benefit._is_given() and benefit._get_key() in seen:
                continue
            seen.update([benefit._get_key()] if benefit._is_given() else [])
            kept |= benefit
        return own & kept

    def _join_benefits(self, benefits):
        """Return benefits as one text."""
        texts = [one.reads_as.rstrip(".。") for one in benefits.with_env(self.env).sudo()]
        return join_list(self.env, texts)

    def action_view_terms(self):
        """Open in which companies the grades of this dimension give something, and what."""
        self.ensure_one()
        self.check_access("write")
        self.dimension_id._make_terms()
        return open_window(
            self.env._("What grades give"),
            "customer.grading.terms",
            "list,form",
            domain=[("dimension_id", "=", self.dimension_id.id)],
        )
