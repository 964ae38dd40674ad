"""Opportunities are graded again minutes after something about them changed."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import TODAY, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestChangedOpportunities(OpportunityCommon):
    """Between two nights what changed is graded again, and only that."""

    def setUp(self):
        super().setUp()
        self.leads = self._create_closing(60) | self._create_closing(60, self.other)
        self.lead = self.leads[0]
        self.since = self.env.cr.now() - timedelta(days=1)
        self._forget()

    def _forget(self):
        """Let everything that exists be written long ago."""
        self.env.flush_all()
        for table in ("crm_lead", "res_partner", "account_move", "sale_order", "mail_message"):
            self.env.cr.execute(f"UPDATE {table} SET write_date = '2020-01-01'")
        self.env.invalidate_all()

    def _grade_changed(self):
        self.env.flush_all()
        runs = self.env["customer.grading.run"]._grade_changed(self.since)
        self.assertFalse(runs.filtered(lambda run: run.state != "done"), runs.mapped("error"))
        return runs

    def _start(self):
        policy = self._create_urgency_policy()
        with freeze_time(at(TODAY)):
            self._activate(policy)
        self._forget()

    @freeze_time(at(TODAY))
    def test_a_changed_opportunity_is_graded_again(self):
        self._start()
        self.assertFalse(self._grade_changed())
        self.lead.date_deadline = TODAY + timedelta(days=5)
        run = self._grade_changed()
        self.assertEqual((run.mode, run.graded_count), ("incremental", 1))
        self.assertEqual(self._get_codes(self.leads), ["A", "B"])

    @freeze_time(at(TODAY))
    def test_a_new_opportunity_is_graded_and_a_closed_one_leaves(self):
        self._start()
        new = self._create_closing(3)
        self.lead.action_set_won()
        self._grade_changed()
        self.assertEqual(self._get_codes(self.lead | new), [False, "A"])

    @freeze_time(at(TODAY))
    def test_what_changes_about_the_customer_changes_its_opportunities(self):
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 500)), ("B", ())],
            dimension=self.intention,
        )
        self._activate(policy)
        self._forget()
        self._create_invoice(self.customer, date(2026, 11, 1), 1000)
        self._grade_changed()
        self.assertEqual(self._get_codes(self.leads), ["A", "B"])

    def _move_the_customer(self, **vals):
        """Compute a better grade for the customer by night, and return the policy that follows it.

        :param vals: of the policy of customers, which what changed does not wake
        """
        customers = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 500)), ("B", ())],
            regrades_changed=False,
            **vals,
        )
        self._activate(customers)
        value = {"measure": "other_grade", "dimension_id": self.dimension.id}
        opportunities = self._create_policy(
            {"value": value},
            [("A", ("value", "level_ge", 0)), ("B", ())],
            dimension=self.intention,
        )
        self._activate(opportunities)
        self._create_invoice(self.customer, date(2026, 11, 1), 1000)
        self._run(customers)
        self._forget()
        return opportunities

    @freeze_time(at(TODAY))
    def test_a_customer_that_moves_takes_its_opportunities_along(self):
        opportunities = self._move_the_customer()
        self.env.cr.execute(
            "UPDATE customer_grading_change SET write_date = '2020-01-01'"
            " WHERE from_grade_id IS NULL"
        )
        run = self._grade_changed()
        self.assertEqual((run.policy_id, run.graded_count), (opportunities, 1))
        self.assertEqual(self._get_codes(self.leads), ["A", "B"])

    @freeze_time(at(TODAY))
    def test_a_move_that_waited_long_takes_them_along_once_it_is_approved(self):
        opportunities = self._move_the_customer(upgrade_timing="confirmed")
        self.env.cr.execute("UPDATE customer_grading_change SET write_date = '2020-01-01'")
        waiting = self.env["customer.grading.change"].search([("state", "=", "proposed")])
        waiting.with_user(self._create_users()["officer"]).action_approve()
        run = self._grade_changed()
        self.assertEqual((run.policy_id, run.graded_count), (opportunities, 1))
        self.assertEqual(self._get_codes(self.leads), ["A", "B"])

    @freeze_time(at(TODAY))
    def test_a_run_that_was_killed_does_not_stay_in_progress(self):
        self._start()
        run = self.env["customer.grading.policy"].search([("state", "=", "running")], limit=1)
        run = run._create_run("incremental")
        run.state = "running"
        self.env["customer.grading.run"]._note_interrupted()
        self.assertEqual(run.state, "failed")
        self.assertIn("interrupted", run.error)

    @freeze_time(at(TODAY))
    def test_documents_that_tell_no_time_of_writing_wait_for_the_night(self):
        measure = self.env["customer.grading.measure"].create(
            {
                "name": "Lines of the sales analysis",
                "code": "sales_analysis",
                "kind": "documents",
                "unit": "count",
                "model_name": "sale.report",
                "subject_path": "partner_id.commercial_partner_id",
                "company_field": "company_id",
                "aggregate": "count",
            }
        )
        policy = self._create_policy(
            {"lines": {"measure": measure.code}}, [("A", ())], dimension=self.intention
        )
        self._activate(policy)
        self._forget()
        self.assertFalse(self._grade_changed())
