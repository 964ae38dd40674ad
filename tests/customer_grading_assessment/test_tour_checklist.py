"""The questions of a policy are answered on one screen, in the browser."""

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
