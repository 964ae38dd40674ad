from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP
from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

KIND_FILTERS = {"partner": "customers", "lead": "opportunities"}  # names in the search


class CustomerGradingOutlook(models.Model):
    """A result that moves if nothing happens, or that little keeps from rising.

    It is as of the last night, and written by the engine of outlooks alone. A result has one row
    at most for its fall, and one for its rise.
    """

    _name = "customer.grading.outlook"
    _inherit = ["customer.grading.subject"]
    _description = "Outlook of a Grade"
    _order = "date_effect, id"
    # Who made it is nobody.
    _log_access = False

    partner_id = fields.Many2one(index="btree_not_null", readonly=True)
    lead_id = fields.Many2one(index="btree_not_null", readonly=True)
    result_id = fields.Many2one(
        "customer.grading.result", required=True, ondelete="cascade", index=True, readonly=True
    )
    dimension_id = fields.Many2one(
        "customer.grading.dimension", required=True, ondelete="cascade", index=True, readonly=True
    )
    is_main = fields.Boolean(
        "Main dimension",
        compute="_compute_is_main",
        search="_search_is_main",
        help="The dimension whose grade the company shows. In each dimension a customer counts once.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", index="btree_not_null", readonly=True
    )
    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True, readonly=True
    )
    direction = fields.Selection(
        [("fall", "Falls"), ("lost", "Loses its grade"), ("rise", "Rises")],
        required=True,
        readonly=True,
    )
    way = fields.Selection(
        [
            ("time", "As time passes"),
            ("held", "It waits for its day"),
            ("manual", "The grade by hand ends"),
            ("near", "One condition is missing"),
        ],
        "How",
        required=True,
        readonly=True,
        help="As time passes: what counts leaves its period, grows old or ends. It waits for its "
        "day: another grade is computed already. One condition is missing: little is short of "
        "the next better grade.",
    )
    grade_id = fields.Many2one(
        "customer.grade",
        "Grade now",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        falsy_value_label=NOT_GRADED,
    )
    grade_color = fields.Integer(related="grade_id.color", string="Color of the grade now")
    to_grade_id = fields.Many2one(
        "customer.grade",
        "Then",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        falsy_value_label=NOT_GRADED,
    )
    to_grade_color = fields.Integer(related="to_grade_id.color", string="Color of the grade then")
    date = fields.Date(
        "Computed on",
        readonly=True,
        index="btree_not_null",
        help="The first day on which the other grade is computed, if nothing happens.",
    )
    date_effect = fields.Date(
        "In effect on",
        readonly=True,
        index="btree_not_null",
        help="The day on which the other grade takes effect, as the policy lets grades change.",
    )
    needs_yes = fields.Boolean(
        "Needs approval",
        readonly=True,
        help="The policy asks for approval before such a change takes effect.",
    )
    horizon = fields.Selection(
        [("30", "30 days"), ("60", "60 days"), ("90", "90 days")],
        "Within",
        readonly=True,
        help="How soon the other grade is computed, or takes effect where it waits for its day.",
    )
    what_it_takes = fields.Char(
        "What it takes",
        compute="_compute_what_it_takes",
        help="What keeps the grade if it happens by then; or what raises it.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    kept_revenue = fields.Monetary(readonly=True, groups=MANAGER_GROUP)
    revenue = fields.Monetary(
        "Revenue, 12 months",
        compute="_compute_revenue",
        help="Of an opportunity: what is expected of it.",
    )
    figures_hidden = fields.Boolean("Figures are hidden", compute="_compute_revenue")
    values = fields.Json(readonly=True, groups=MANAGER_GROUP)
    date_evaluated = fields.Date("Values as of", readonly=True)
    is_current = fields.Boolean(
        "Up to date",
        compute="_compute_is_current",
        search="_search_is_current",
        help="The result still has the grade that it had when the outlook was made, by hand or not.",
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )
    _result_uniq = models.UniqueIndex("(result_id, (direction = 'rise'))")

    @api.depends("dimension_id", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_is_main(self):
        main = self._get_main_grades()
        for outlook in self:
            outlook.is_main = (outlook.dimension_id, outlook.company_id) in main

    @api.model
    def _search_is_main(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain.OR(
            Domain("dimension_id", "=", dimension.id) & Domain("company_id", "=", company.id)
            for dimension, company in self._get_main_grades()
        )
        return found if True in value else ~found

    @api.model
    def _get_kinds(self):
        """Return the kinds of records that outlooks may be about."""
        return [kind for kind, subject in SUBJECTS.items() if subject.field in self._fields]

    @api.model
    def _get_main_grades(self):
        return self.env["customer.grading.result"]._find_main_grades(self._get_kinds())

    @api.depends("direction", "way", "date")
    @api.depends_context("lang", "uid", "company")
    def _compute_what_it_takes(self):
        told = self.env["customer.grading.outlook.texts"]._get_steps_texts(self)
        for outlook in self:
            outlook.what_it_takes = told.get(outlook)

    @api.depends("partner_id", "lead_id")
    @api.depends_context("uid")
    def _compute_revenue(self):
        """Tell it to those only who may see the figures; of all companies as one, who works in all."""
        Explanation = self.env["customer.grading.explanation"]
        shown, hidden = Explanation._get_shown_subjects(self), Explanation._hides_revenue()
        outside = self.env["customer.grading.dimension"]._get_companies_outside()
        for outlook in self:
            kept = outlook.partner_id and (hidden or (outside and not outlook.company_id))
            seen = outlook._get_subject() in shown and not kept
            outlook.figures_hidden = not seen
            outlook.revenue = seen and outlook.sudo().kept_revenue

    @api.depends(
        "grade_id",
        "way",
        "result_id.grade_id",
        "result_id.manual_grade_id",
        "result_id.manual_kind",
    )
    def _compute_is_current(self):
        for outlook in self:
            result = outlook.sudo().result_id
            is_by_hand = outlook.way == "manual"
            outlook.is_current = (
                outlook.grade_id == result.grade_id and is_by_hand == result._is_by_hand()
            )

    @api.model
    def _search_is_current(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain.custom(to_sql=self._get_current_sql)

    @staticmethod
    def _get_current_sql(model, alias, _query):
        Result = model.env["customer.grading.result"]
        Result.flush_model(["grade_id", "manual_grade_id", "manual_kind"])
        return SQL(
            "EXISTS (SELECT 1 FROM customer_grading_result held WHERE held.id = %s"
            " AND held.grade_id IS NOT DISTINCT FROM %s AND (%s = 'manual') = %s)",
            SQL.identifier(alias, "result_id"),
            SQL.identifier(alias, "grade_id"),
            SQL.identifier(alias, "way"),
            Result._get_by_hand_sql("held"),
        )

    # ------------------------------------------------------------------ what is offered

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return *key, self._get_kinds_told_apart()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer no filter by kind where there is nothing to tell apart."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "search":
            told = self._get_kinds_told_apart()
            for kind in KIND_FILTERS.keys() - told:
                for node in arch.xpath(f".//filter[@name='{KIND_FILTERS[kind]}']"):
                    node.getparent().remove(node)
        return arch, view

    @api.model
    def _get_kinds_told_apart(self):
        """Return the kinds that are graded, where there are several."""
        Dimension = self.env["customer.grading.dimension"]
        kinds = tuple(filter(Dimension._is_used, self._get_kinds()))
        return kinds if len(kinds) > 1 else ()

    # ------------------------------------------------------------------ who sees figures

    def _field_to_sql(self, alias, field_expr, query=None):
        """Sort by and add up the revenue of those whose figures the user may see."""
        if field_expr != "revenue":
            return super()._field_to_sql(alias, field_expr, query)
        self.flush_model(["kept_revenue"])
        Explanation = self.env["customer.grading.explanation"]
        partner, lead, revenue = (
            SQL.identifier(alias, name) for name in ("partner_id", "lead_id", "kept_revenue")
        )
        seen = [SQL("%s IS NOT NULL", lead)] if Explanation._hides_revenue() else []
        if (users := Explanation._get_figures_users()) is not None:
            salesperson = SQL(
                "COALESCE((SELECT user_id FROM res_partner WHERE id = %s),"
                " (SELECT user_id FROM crm_lead WHERE id = %s))",
                partner,
                lead,
            )
            seen.append(SQL("%s IN %s", salesperson, users._ids or (0,)))
        if self.env["customer.grading.dimension"]._get_companies_outside():
            company = SQL.identifier(alias, "company_id")
            seen.append(SQL("(%s IS NOT NULL OR %s IS NOT NULL)", lead, company))
        if not seen:
            return revenue
        return SQL("CASE WHEN %s THEN %s END", SQL(" AND ").join(seen), revenue)

    # ------------------------------------------------------------------ what people do

    def action_plan(self):
        """Open the dialog that plans an activity on the customers or opportunities.

        :raise AccessError: for who may not see one
        :raise UserError: of customers and opportunities at once
        """
        self.check_access("read")
        if self.partner_id and self.lead_id:
            raise UserError(
                self.env._("Choose either customers or opportunities: each has its own dialog.")
            )
        subjects = self.lead_id or self.partner_id
        subjects.check_access("read")
        context = {
            # The dialog plans what the button was on, unless it is told otherwise.
            "active_model": subjects._name,
            "active_id": subjects[:1].id,
            "active_ids": subjects.ids,
            "default_res_model": subjects._name,
            "default_res_ids": str(subjects.ids),
            "default_summary": self._get_summary() if len(self) == 1 else False,
            "default_activity_user_id": (subjects.user_id or self.env.user)[:1].id,
        }
        title = self.env._("Plan an activity")
        return open_window(title, "mail.activity.schedule", target="new", context=context)

    def _get_summary(self):
        """Return what the activity is about, without figures: others read it."""
        grade = self.to_grade_id.code
        if self.direction == "rise":
            return self.env._("About to rise to %s", grade)
        if self.direction == "lost":
            return self.env._("About to lose its grade")
        return self.env._("About to fall to %s", grade)
