from datetime import timedelta

from odoo import models

# Who is to be given up: why, what else was tried, where the proof is, and whether that is decided.
REPORTS = {
    "Haikou Island Truck Parts": (
        "No order for a year, an invoice is overdue, and nobody answers the phone.",
        "Offered to take goods back, and to be paid in parts.",
        "Two letters, a visit",
        False,
    ),
    "Datong Coalfield Parts": (
        "Never ordered. It buys from its own group by now.",
        "Visited twice, samples sent.",
        "Letter of its purchasing manager",
        True,
    ),
}
# Days from today to the last day of the yearly agreements of the best customers.
AGREEMENT_ENDS = (200, -20, 15, 60, 85, 300, 130)


class CustomerGradingDemoProtection(models.AbstractModel):
    """What the demo company protects, and until when its agreements are in force."""

    _name = "customer.grading.demo.protection"
    _description = "Protected Orders of the Demo Company"

    def _protect(self, dimension, company, partners, users, leader):
        """Ask who decides before an order of the best is cancelled, or one of the last given up."""
        best, *_others, last = dimension.grade_ids.sorted()
        best.protect_orders = True
        last.report_before_giving_up = True
        self._ask_to_cancel(best, company, users["lina"])
        for name, (reason, opinion, proof, decided) in REPORTS.items():
            partner = partners[name]
            Report = self.env["customer.grading.evaluation.report"]
            report = self._act_as(Report, partner.user_id or leader, company).create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "reason": reason,
                    "opinion": opinion,
                    "proof": proof,
                }
            )
            report.action_file()
            if decided:
                self._act_as(report, leader, company).action_approve()

    def _ask_to_cancel(self, grade, company, salesperson):
        """Ask to cancel the newest order of a customer with a protected grade."""
        results = self.env["customer.grading.result"].search(
            [("grade_id", "=", grade.id), ("company_id", "=", company.id)]
        )
        order = self.env["sale.order"].search(
            [
                ("state", "=", "sale"),
                ("company_id", "=", company.id),
                ("user_id", "=", salesperson.id),
                ("partner_id", "child_of", results.partner_id.ids),
            ],
            order="date_order desc",
            limit=1,
        )
        if order:
            reason = "Its new line starts two months later; it orders again then."
            self._act_as(order, salesperson, company).action_cancel_with_reason(reason)

    def _ask_for_agreements(self, dimension, company):
        """Ask until when agreements are in force: some ended, some end soon."""
        question = self.env["customer.grading.question"].create(
            {
                "name": "Yearly supply agreement until",
                "code": "agreement_end",
                "kind": "date",
                "validity_months": 0,
                "ends_agreement": True,
                "card_section": "basics",
            }
        )
        self._write_chinese(question, name="年度供货协议有效期至")
        company.customer_grading_contract_question_id = question
        best = self.env["customer.grading.result"].search(
            [("grade_id", "=", dimension.grade_ids.sorted()[0].id), ("company_id", "=", company.id)]
        )
        today = self._get_day(0)
        self.env["customer.grading.answer"].create(
            [
                {
                    "question_id": question.id,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "user_id": partner.user_id.id,
                    "date": self._get_day(90),
                    "date_value": today + timedelta(days=days),
                }
                for partner, days in zip(best.partner_id, AGREEMENT_ENDS, strict=False)
            ]
        )
