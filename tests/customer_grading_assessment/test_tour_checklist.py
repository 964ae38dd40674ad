"""The questions of a policy are answered on one screen, in the browser."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..assessment.test_assessments import AssessmentCommon
from ..common import get_today


@tagged("post_install", "-at_install")
class TestChecklistTour(AssessmentCommon, HttpCase):
    def test_a_checklist_is_filled_and_makes_a_deal(self):
        self.env["crm.lead"].search([]).unlink()
        lead = self._create_lead(
            self.first, get_today(), name="Cartons", user_id=self.users["administrator"].id
        )
        dimension = self._create_dimension("process", ["A02", "A21"], subject="lead", sequence=1)
        dimension._set_main("lead", self.company)
        asked = {"word": "Confirmed by word?", "paid": "Has paid?", "steps": "Real steps taken?"}
        policy = self._create_policy(
            {key: {"question": self._ask(name, subject="lead")} for key, name in asked.items()},
            [("A02", ("all", ("paid", "yes"), ("steps", "yes"))), ("A21", ())],
            dimension=dimension,
        )
        self._activate(policy)

        self.start_tour(
            f"/odoo/crm/{lead.id}", "customer_grading_fill_checklist", login="grading_administrator"
        )

        self.assertEqual(self._get_grades(lead, dimension=dimension), ["A02"])


@tagged("post_install", "-at_install")
class TestToAssessOnAPhone(AssessmentCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_question_is_answered_on_a_phone_and_waits_no_more(self):
        today = get_today()
        self.first.name, self.second.name = "Zhao Transport", "Nobody's"
        self.second.user_id = False
        loyal = self._ask("Loyal?")
        for customer, amount in ((self.first, 5000), (self.second, 50)):
            self._create_invoice(customer, today - timedelta(days=30), amount=amount)
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}, "loyal": {"question": loyal}},
            [("A", ("all", ("revenue", "ge", 1000), ("loyal", "yes"))), ("C", ())],
            domain=str([("id", "in", (self.first | self.second).ids)]),
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.first), ["C"])

        for tour in ("to_assess", "to_assess_again"):
            self.start_tour("/odoo", f"customer_grading_{tour}_phone", login="grading_salesperson")

        answer = self.env["customer.grading.answer"].search([("question_id", "=", loyal.id)])
        self.assertRecordValues(answer, [{"partner_id": self.first.id, "yes_no": "yes"}])
        self.assertEqual(self._get_grades(self.first), ["A"])
