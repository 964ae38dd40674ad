from odoo import api, fields, models
from odoo.exceptions import ValidationError

HOLDS = [("none", "Nothing"), ("warning", "A warning"), ("stop", "A stop")]
MOST_DAYS = 3660


class CustomerGrade(models.Model):
    """Says what happens to an order of who holds it and owes too much."""

    _inherit = "customer.grade"

    credit_hold = fields.Selection(
        HOLDS,
        "Order over the credit limit or overdue",
        default="none",
        required=True,
        help="What happens to a new order of a customer with this grade who exceeds the credit limit, "
        "or has overdue items. A stopped order waits until a credit manager releases it.",
    )
    overdue_days = fields.Integer(
        "Overdue by more than",
        aggregator=None,
        help="Items count that are overdue by more than so many days.",
    )

    @api.constrains("overdue_days")
    def _check_overdue_days(self):
        for grade in self:
            if not 0 <= grade.overdue_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "Grade %(grade)s: “Overdue by more than” is from 0 to %(most)s days.",
                        grade=grade.code,
                        most=MOST_DAYS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_holds()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"credit_hold", "overdue_days", "dimension_id"}:
            self._forget_holds()
        return super().write(vals)

    def unlink(self):
        self._forget_holds()
        return super().unlink()

    @api.model
    def _forget_holds(self):
        """Let every process ask again which grades hold orders."""
        self.env["customer.grading.dimension"]._forget_use()
