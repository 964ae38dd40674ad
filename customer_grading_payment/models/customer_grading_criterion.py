from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import join_list

# The measures that money on account changes: what it pays is open until it is matched.
ON_ACCOUNT_KEYS = ("overdue_amount", "receivable_age", "late_count", "ontime_ratio")


class CustomerGradingCriterion(models.Model):
    """How much of what is late is let go, and the money on account that pays what is due."""

    _inherit = "customer.grading.criterion"

    has_tolerance = fields.Boolean(compute="_compute_has_tolerance")
    tolerance_days = fields.Integer(
        "Tolerance in days", help="What comes so many days after it was due came in time."
    )
    tolerance_working_days = fields.Boolean(
        "In working days",
        help="Only days on which the company works count: what is due on a Sunday may come on "
        "Monday.",
    )
    tolerance_amount = fields.Float(
        "Tolerance as an amount", help="What is missing up to this amount is not late."
    )
    tolerance_percent = fields.Float(
        "Tolerance in per cent", help="What is missing up to this share of the invoice is not late."
    )

    _tolerance_check = models.Constraint(
        "CHECK (tolerance_days >= 0 AND tolerance_amount >= 0 AND tolerance_percent >= 0)",
        "A tolerance cannot be less than nothing.",
    )

    @api.depends("measure_id")
    def _compute_has_tolerance(self):
        for criterion in self:
            criterion.has_tolerance = criterion.measure_id._has_tolerance()

    def _get_details(self):
        return [*super()._get_details(), self._get_tolerance_details()]

    def _get_tolerance_details(self):
        """Return how much of what is late is let go."""
        if not self.has_tolerance:
            return ""
        days = self.tolerance_days
        texts = []
        if days and self.tolerance_working_days:
            texts.append(self.env._("%s working days late are let go", days))
        elif days:
            texts.append(self.env._("%s days late are let go", days))
        elif self.tolerance_working_days:
            texts.append(self.env._("what is due on a free day may come on the next working day"))
        missing = [
            self.tolerance_amount
            and f"{self._format_number(self.tolerance_amount, digits=2)} {self.currency_id.name}",
            self.tolerance_percent
            and self.env._("%s %%", self._format_number(self.tolerance_percent, digits=2)),
        ]
        if missing := [text for text in missing if text]:
            either = " / ".join(missing)
            texts.append(self.env._("up to %s missing is let go", either))
        return join_list(self.env, texts)

    def _get_beside_texts(self, record, scope):
        """Tell the money on account: it pays what is due first, and nothing says so yet."""
        texts = super()._get_beside_texts(record, scope)
        told = self.filtered(lambda criterion: criterion.measure_id.code_key in ON_ACCOUNT_KEYS)
        if told:
            texts |= dict.fromkeys(told, self._get_on_account_text(record, scope))
        return texts

    def _get_on_account_text(self, record, scope):
        """Return what a customer has on account, in words."""
        free = self.env["customer.grading.receivables"]._get_on_account(record, scope)
        currency = self.env["res.currency"].browse(scope.currency_id)
        paid, credited = (
            amount and f"{self._format_number(amount)} {currency.name}" for amount in free
        )
        texts = [
            paid and self.env._("%s paid, not matched", paid),
            credited and self.env._("%s credited, not matched", credited),
        ]
        return " · ".join(filter(None, texts))
