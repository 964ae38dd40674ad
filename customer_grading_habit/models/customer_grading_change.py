from odoo import api, fields, models
from odoo.addons.customer_grading.models.result.customer_grading_change import BY_HAND_ORIGINS
from odoo.tools import SQL


class CustomerGradingChange(models.Model):
    """Keeps which grade was computed when people decided on another."""

    _inherit = "customer.grading.change"

    computed_grade_id = fields.Many2one(
        "customer.grade",
        "Computed then",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="The grade that was computed when a grade was set by hand, frozen or excluded.",
    )

    # What people decided: few of all changes.
    _by_hand_idx = models.Index(f"(id) WHERE origin IN {BY_HAND_ORIGINS}")

    @api.model
    def _note_computed(self, grade, condition):
        """Note the computed grade on changes that were decided by hand and are in effect.

        :param grade: SQL of its id, over the tables ``change`` and ``result``
        :param condition: which changes, SQL over the same
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_change change SET computed_grade_id = %s"
                "  FROM customer_grading_result result"
                " WHERE result.id = change.result_id AND change.state = 'applied'"
                " AND change.origin IN %s AND %s",
                grade,
                BY_HAND_ORIGINS,
                condition,
            )
        )
        self.invalidate_model(["computed_grade_id"], flush=False)
