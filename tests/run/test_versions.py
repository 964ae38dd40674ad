"""Versions of a policy: which one grades whom, and from when on."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import TransactionCase, tagged

from ..common import TODAY, CustomerGradingCommon, at

NEW_YEAR = date(2027, 1, 1)


class VersionsCommon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("revenue", "ge", 1000)), ("B", ())],
            name="Accounts",
        )
        cls.customers = cls._create_customers(3)
        for customer, amount in zip(cls.customers, (3000, 1500, 500), strict=True):
            cls._create_invoice(customer, date(2026, 3, 1), amount=amount)

    def _revise(self, policy=None, limit=None, **vals):
        """Return the next version of ``policy``, which gives A from ``limit`` up."""
        policy = policy or self.policy
        draft = policy.browse(policy.action_revise()["res_id"])
        if limit is not None:
            draft.rule_ids[0].line_ids.value = limit
        draft.write(vals)
        return draft

    def _night(self, day):
        """Do what the cron does in the night of ``day``."""
        Run = self.env["customer.grading.run"]
        with freeze_time(datetime.combine(day, datetime.min.time()) + timedelta(hours=2)):
            Run._schedule_nightly_runs()
            for run in Run.search([("state", "=", "waiting")], order="id"):
                run._execute()
                self.assertIn(run.state, ("done", "stopped"), run.error)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestVersions(VersionsCommon, TransactionCase):
    def test_a_version_with_a_later_day_takes_over_in_the_night_of_that_day(self):
        with freeze_time(at(TODAY)):
            self._activate(self.policy)
            draft = self._revise(limit=2000, date_from=NEW_YEAR)
            self.assertFalse(draft._put_in_force())

        self.assertEqual(draft.state, "scheduled")
        self.assertEqual(draft.takeover_text, "“Accounts, v2” takes over on 01/01/2027.")
        self.assertEqual(self.policy.takeover_text, draft.takeover_text)
        self._night(date(2026, 12, 31))
        self.assertEqual(self.policy.state, "running")
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])

        self._night(NEW_YEAR)

        self.assertRecordValues(self.policy, [{"state": "closed", "date_to": NEW_YEAR}])
        self.assertRecordValues(draft, [{"state": "running", "date_from": NEW_YEAR}])
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])
        self.assertEqual(draft.run_ids.mapped("mode"), ["nightly"])

    def test_a_scheduled_version_is_locked_until_it_is_set_back_to_draft(self):
        self._activate(self.policy)
        draft = self._revise(date_from=date(2999, 1, 1))
        draft._put_in_force()
        with self.assertRaisesRegex(UserError, "back to draft"):
            draft.rule_ids[0].line_ids.value = 5
        with self.assertRaisesRegex(UserError, "back to draft"):
            draft.domain = "[('active', '=', True)]"
        draft.action_unschedule()
        draft.rule_ids[0].line_ids.value = 5

    def test_a_scheduled_policy_that_broke_goes_back_to_draft_and_says_so(self):
        self._activate(self.policy)
        draft = self._revise(date_from=NEW_YEAR)
        with freeze_time(at(TODAY)):
            draft._put_in_force()
        self.env.cr.execute(
            "UPDATE customer_grading_policy SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", draft.id],
        )
        self.env.invalidate_all()

        self._night(NEW_YEAR)

        self.assertEqual(draft.state, "draft")
        self.assertEqual(self.policy.state, "running")
        self.assertIn("could not come into force", draft.activity_ids.summary)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])

    def test_customers_created_before_a_day_stay_under_the_old_version(self):
        self._activate(self.policy)
        self._set_created(self.customers, date(2026, 6, 30))
        draft = self._revise(limit=2000, records_from=date(2026, 7, 1))
        self._activate(draft)
        new = self._create_customers(2, name="New")
        for customer, amount in zip(new, (3000, 1500), strict=True):
            self._create_invoice(customer, TODAY, amount=amount)
        self._set_created(new, date(2026, 7, 1))

        self._night(date(2027, 2, 1))

        self.assertEqual(self.policy.state, "running")
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])
        self.assertEqual(self._get_grades(new), ["A", "B"])
        results = self._get_results(self.customers + new)
        self.assertEqual(
            [results[c].policy_id for c in self.customers + new],
            [self.policy] * 3 + [draft] * 2,
        )
        self.assertEqual(
            self.policy.takeover_text,
            "Grades records created before 07/01/2026; later ones are graded by “Accounts, v2”.",
        )
        self.assertIn("created from 07/01/2026", draft.reads_as)

        last = self._revise(draft, records_from=False)
        self._activate(last)
        self.assertEqual((self.policy + draft).mapped("state"), ["closed", "closed"])
        self.assertEqual(self._get_grades(self.customers + new), ["A", "B", "B", "A", "B"])

    def test_a_regrade_of_one_customer_asks_the_version_that_it_belongs_to(self):
        self._activate(self.policy)
        self._set_created(self.customers, date(2026, 6, 30))
        self._activate(self._revise(limit=2000, records_from=date(2026, 7, 1)))
        self._create_invoice(self.customers[2], TODAY, amount=1000)

        self.env["customer.grading.policy"]._regrade(self.customers[2])

        self.assertEqual(self._get_grades(self.customers), ["A", "A", "A"])

    def test_a_third_version_leaves_to_each_the_records_of_its_time(self):
        self._activate(self.policy)
        second = self._revise(limit=2000, records_from=date(2026, 1, 1))
        self._activate(second)
        third = self._revise(second, limit=9000, records_from=date(2026, 7, 1))
        self._activate(third)
        for customer, day in zip(
            self.customers, (date(2025, 5, 5), date(2026, 5, 5), date(2026, 9, 9)), strict=True
        ):
            self._set_created(customer, day)
        self._night(date(2027, 2, 1))
        results = self._get_results(self.customers)
        self.assertEqual(
            [results[c].policy_id for c in self.customers], [self.policy, second, third]
        )
        fourth = self._revise(third, records_from=date(2026, 1, 1))
        self._activate(fourth)
        self.assertEqual(
            (self.policy + second + third + fourth).mapped("state"),
            ["running", "closed", "closed", "running"],
        )

    def _set_created(self, customers, day):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id IN %s",
            [at(day), tuple(customers.ids)],
        )
        self.env.invalidate_all()

    # ------------------------------------------------------------------ which versions

    def test_thresholds_edited_later_never_change_history(self):
        with freeze_time(at(TODAY)):
            self._activate(self.policy)
        Change = self.env["customer.grading.change"]
        before = Change.search([("policy_id", "=", self.policy.id)])
        told = [(c.partner_id, c.grade_id, c.date_applied, c.reason) for c in before]
        with self.assertRaisesRegex(UserError, "Revise"):
            self.policy.rule_ids[0].line_ids.value = 1

        with freeze_time(at(TODAY + timedelta(days=10))):
            self._activate(self._revise(limit=2000))

        self.env.invalidate_all()
        self.assertEqual(
            [(c.partner_id, c.grade_id, c.date_applied, c.reason) for c in before], told
        )
        moved = Change.search([("partner_id", "=", self.customers[1].id)], order="id")
        self.assertEqual(moved.mapped("grade_id.code"), ["A", "B"])
        self.assertEqual(moved.mapped("policy_id.version"), [1, 2])

    def test_a_mere_copy_is_for_all_records(self):
        self._activate(self.policy)
        second = self._revise(records_from=date(2026, 7, 1))
        self._activate(second)
        self.assertFalse(second.copy().records_from)
        self.assertEqual(self._revise(second).records_from, date(2026, 7, 1))

    def test_revising_twice_leads_to_the_draft_that_exists(self):
        self._activate(self.policy)
        draft = self._revise()
        with self.assertRaisesRegex(RedirectWarning, "drafted as the next version") as caught:
            self.policy.action_revise()
        self.assertEqual(caught.exception.args[1]["res_id"], draft.id)
        with self.assertRaisesRegex(UserError, "did not come into force"):
            draft.action_revise()
        draft.date_from = date(2999, 1, 1)
        draft._put_in_force()
        with self.assertRaisesRegex(RedirectWarning, "takes over on 01/01/2999"):
            self.policy.action_revise()

    def test_another_policy_takes_over_from_the_one_that_would_leave_nobody_to_it(self):
        self._activate(self.policy)
        other = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}}, [("C", ())], name="Simple"
        )
        self.assertGreater((other.sequence, other.id), (self.policy.sequence, self.policy.id))
        [problem] = other._get_problems()
        self.assertEqual(problem["level"], "warning")
        self.assertIn("takes over", problem["message"])
        trial = self.env["customer.grading.trial"].browse(other.action_try_on()["res_id"])
        self.assertEqual(trial.graded_count, len(self.customers))
        self.assertIn(self.policy.display_name, trial.takeover_text)
        arch = etree.fromstring(trial.get_view(view_type="form")["arch"])
        told = {
            button.get("string"): button.get("invisible")
            for button in arch.iter("button")
            if button.get("name") == "action_put_in_force"
        }
        self.assertIn(" or takeover_text", told["Activate"])
        self.assertIn(" or not takeover_text", told["Take over"])
        self.assertEqual(self.policy.state, "running")
        trial.action_put_in_force()
        self.assertEqual((self.policy.state, other.state), ("closed", "running"))
        self.assertEqual(self._get_grades(self.customers), ["C"] * len(self.customers))

    def test_one_for_some_stands_beside_the_one_that_is_for_the_rest(self):
        self.policy.domain = f"[('id', '=', {self.customers[0].id})]"
        self._activate(self.policy)
        other = self._create_policy({}, [("C", ())], name="Rest")
        self.assertFalse(other._get_problems())
        self._activate(other)
        self.assertEqual(self.policy.state, "running")
        self.assertEqual(self._get_grades(self.customers)[1:], ["C"] * (len(self.customers) - 1))

    def test_a_revision_of_a_closed_version_says_what_it_takes_back(self):
        self._activate(self.policy)
        second = self._revise(limit=2000)
        self._activate(second)

        third = self._revise(self.policy)

        self.assertEqual(third.version, 3)
        [problem] = third._get_problems()
        self.assertEqual(problem["level"], "warning")
        self.assertIn("“Accounts, v2” is in force", problem["message"])
        self._activate(third)
        self.assertEqual(second.state, "closed")
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])

    def test_of_two_drafts_of_one_version_the_later_activated_closes_the_other(self):
        self._activate(self.policy)
        drafts = [self.policy.copy({"previous_id": self.policy.id, "version": 2}) for _ in "ab"]
        for draft in drafts:
            self._activate(draft)
        self.assertEqual(
            [self.policy.state, *(d.state for d in drafts)], ["closed", "closed", "running"]
        )

    def test_all_versions_stand_in_a_list_with_who_and_when(self):
        admin = self._create_users()["administrator"]
        self._activate(self.policy)
        draft = self._revise().with_user(admin)
        with freeze_time(at(TODAY)):
            draft._put_in_force()
            draft.action_close()
        draft.action_archive()
        action = self.policy.action_view_versions()
        Policy = self.env["customer.grading.policy"].with_context(**action["context"])
        versions = Policy.search(action["domain"])
        self.assertEqual(versions, self.policy + draft)
        self.assertEqual(self.policy.version_count, 2)
        self.assertRecordValues(
            draft, [{"version": 2, "activated_by_id": admin.id, "date_from": TODAY}]
        )

    def test_a_version_that_others_revise_is_not_deleted(self):
        draft = self.policy.copy({"previous_id": self.policy.id, "version": 2})
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.policy.unlink()
        draft.unlink()
