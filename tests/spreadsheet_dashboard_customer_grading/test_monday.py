"""What a sales director asks on Monday is answered within two clicks."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.tests import tagged

from ..common import get_today
from .test_tour_dashboard import DashboardTourCase

# What answers the questions that no figure of the dashboard does.
ANSWERS = (
    "customer.grading.prediction",
    "customer.grading.terms.cost",
    "customer.grading.habit.override",
    "customer.grading.follow.up",
)


@tagged("post_install", "-at_install")
class TestMonday(DashboardTourCase):
    def test_ten_questions_are_answered_within_two_clicks(self):
        if missing := [name for name in ANSWERS if name not in self.env]:
            self.skipTest(f"Without {', '.join(missing)} not all can be asked.")
        users = {
            role: self.env["res.users"].search([("login", "=", f"grading_{role}")])
            for role in ("administrator", "salesperson")
        }
        director = users["administrator"]
        director.name = "The director"
        director.group_ids |= self.env.ref("account.group_account_invoice")
        self._arrange(director, users["salesperson"])
        self._tour("customer_grading_monday")

    def _arrange(self, director, seller):
        """Let one fall soon, one be overdue, one be proposed, one be graded no more.

        Keep what nights keep, and ask whether the grades of three months ago said anything.
        """
        names = "Faller", "Proposed", "Excluded", "Forgotten"
        customers = self._create_customers(len(names), user_id=seller.id)
        for customer, name in zip(customers, names, strict=True):
            customer.name = name
        falls, proposed, excluded, forgotten = customers
        today = get_today()
        self._create_invoice(falls, today - timedelta(days=350), 500)
        for customer in (proposed, excluded):
            self._create_invoice(customer, today - timedelta(days=20), 50)
        policy = self.env["customer.grading.policy"].search(
            [("dimension_id", "=", self.dimension.id), ("state", "=", "running")]
        )
        # Graded two months ago, it was to be called within a month, and nobody did.
        grade = policy.rule_ids.grade_id[0]
        self.env["customer.grading.cadence"].create(
            {"grade_id": grade.id, "gap": 1, "gap_unit": "months"}
        )
        with freeze_time(today - timedelta(days=60)):
            self._create_invoice(forgotten, today - timedelta(days=60), 500)
            policy._regrade(forgotten)
        self._run(policy)
        asked = {"date": today - relativedelta(months=3), "months": 3}
        policy._create_trial("prediction", self.company, **asked)._execute()
        results = self._get_results(falls | proposed | excluded)
        results[proposed].with_user(seller)._propose(grade, "Will grow")
        results[excluded].with_user(director)._exclude("Goes out of business")
        for one in self.env["customer.grading.figures.set"]._get_due():
            self.env["customer.grading.figures.engine"]._fill(one)
        self.env["customer.grading.terms.figures"]._keep(self.company)
        self.env["customer.grading.outlook.engine"]._renew(policy, self.company)
