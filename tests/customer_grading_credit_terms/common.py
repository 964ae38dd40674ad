"""Grades A and B give a credit limit and payment at once; C gives nothing."""

from ..customer_grading_credit.common import CreditCase


class CreditTermsCase(CreditCase):
    given = {"A": 7_000, "B": 7_000}  # the credit limit of a grade

    def setUp(self):
        super().setUp()
        for code, amount in self.given.items():
            self.env["customer.grading.benefit"].create(
                [
                    {"grade_id": self.grades[code].id, "kind": "credit_limit", "amount": amount},
                    {
                        "grade_id": self.grades[code].id,
                        "kind": "payment_term",
                        "payment_term_id": self.now.id,
                    },
                ]
            )
        self.terms = self.env["customer.grading.terms"].search(
            [("dimension_id", "=", self.credit.id), ("company_id", "=", self.company.id)]
        )

    def _give(self):
        self.terms.action_activate()
        self.env["customer.grading.terms.giver"]._give()

    def _set_grade(self, partner, code):
        """Let an officer set a grade, and give what it gives."""
        result = self._get_results(partner, self.credit)[partner]
        result.with_user(self.users["officer"])._set_by_hand(self.grades[code], "Seen")
        self._give()

    def _take_back(self, proposal):
        return proposal.with_user(self.users["officer"]).action_take_back()

    def _get_ledger(self, partner):
        """Return what became of what the grade gives last, by what it is."""
        grants = self.env["customer.grading.grant"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)], order="id"
        )
        return {grant.kind: grant.state for grant in grants}
