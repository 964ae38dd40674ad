"""When a computed grade comes into effect: at once, later, when somebody agrees, or not."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at


class ChangeControlCommon(CustomerGradingCommon):
    """Customers whose only figure is their tenure's opposite: a field that a test writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls.env["customer.grading.measure"].create(
            {
                "name": "Latitude",
                "code": "latitude",
                "kind": "field",
                "field_name": "partner_latitude",
                "unit": "number",
            }
        )
        cls.customers = cls._create_customers(10)
        cls.customer = cls.customers[0]
        cls.grades = cls._create_grades(cls.dimension, "ABC")

    @classmethod
    def _create_simple_policy(cls, **vals):
        """A from 20, B from 10, C from 0 on; not graded below."""
        return cls._create_policy(
            {"value": {"measure": "latitude"}},
            [("A", ("value", "ge", 20)), ("B", ("value", "ge", 10)), ("C", ("value", "ge", 0))],
            population="all",
            domain=str([("id", "in", cls.customers.ids)]),
            **vals,
        )

    def _start(self, value=15, day=TODAY, **vals):
        """Return a policy that gave everybody the grade of ``value`` on ``day``."""
        self.customers.partner_latitude = value
        policy = self._create_simple_policy(**vals)
        with freeze_time(at(day)):
            self._activate(policy)
        return policy

    def _grade_on(self, day, policy, value=None):
        """Run on ``day`` with ``value`` for the first customer; return its grade."""
        if value is not None:
            self.customer.partner_latitude = value
        with freeze_time(at(day)):
            run = self._run(policy)
        self.assertEqual(run.state, "done", run.error)
        return self._get_grades(self.customer)[0]

    def _get_changes(self, **values):
        domain = [("partner_id", "=", self.customer.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["customer.grading.change"].search(domain, order="id")

    def _get_result(self):
        return self._get_results(self.customer)[self.customer]


@tagged("post_install", "-at_install")
class TestTiming(ChangeControlCommon):
    def test_an_upgrade_takes_effect_at_once(self):
        policy = self._start()
        self.assertEqual(self._grade_on(TODAY + timedelta(1), policy, 25), "A")
        self.assertRecordValues(
            self._get_changes(),
            [
                {"direction": "new", "state": "applied", "date_end": TODAY},
                {"direction": "up", "state": "applied", "date_end": False},
            ],
        )

    def test_a_lower_grade_must_stand_and_waits_for_the_month_end(self):
        """From the 20th of November on: 14 days end in December, which ends on the 31st."""
        policy = self._start(
            day=date(2026, 11, 19), downgrade_timing="month_end", downgrade_days=14
        )
        grades = {
            day: self._grade_on(date(2026, 11, 19) + timedelta(day), policy, 5)
            for day in range(1, 43)
        }
        self.assertEqual({grades[day] for day in range(1, 42)}, {"B"})
        self.assertEqual(grades[42], "C")
        self.assertRecordValues(
            self._get_changes(direction="down"),
            [
                {"state": "superseded", "date_due": date(2026, 12, 31)},
                {"state": "applied", "date_due": date(2026, 12, 31)},
            ],
        )
        self.assertEqual(self._get_result().date_since, date(2026, 12, 31))

    def test_a_lower_grade_that_recovers_never_takes_effect(self):
        policy = self._start(downgrade_days=14)
        self.assertEqual(self._grade_on(TODAY + timedelta(1), policy, 5), "B")
        self.assertEqual(self.customer.customer_grading_mark, "waiting")
        self.assertEqual(self._grade_on(TODAY + timedelta(13), policy, 15), "B")
        self.assertFalse(self.customer.customer_grading_mark)
        self.assertEqual(self._grade_on(TODAY + timedelta(14), policy, 5), "B")
        self.assertEqual(self._grade_on(TODAY + timedelta(27), policy), "B")
        self.assertEqual(self._grade_on(TODAY + timedelta(28), policy), "C")

    def test_a_night_without_a_run_puts_nothing_off(self):
        policy = self._start(downgrade_timing="month_end", downgrade_days=0)
        self.assertEqual(self._grade_on(date(2026, 11, 25), policy, 5), "B")
        self.assertEqual(self._grade_on(date(2026, 12, 2), policy), "C")

    def test_an_upgrade_may_wait_for_the_month_end_too(self):
        policy = self._start(upgrade_timing="month_end")
        self.assertEqual(self._grade_on(date(2026, 11, 25), policy, 25), "B")
        self.assertEqual(self._grade_on(date(2026, 11, 29), policy), "B")
        self.assertEqual(self._grade_on(date(2026, 11, 30), policy), "A")

    def test_how_often_a_grade_is_reviewed_depends_on_it(self):
        """The cooperation grades of S24: A every 6 months, C every 2 years."""
        policy = self._start(25, downgrade_timing="now", downgrade_days=0)
        months = {"A": 6, "B": 12, "C": 24}
        for rule in policy.rule_ids:
            rule.review_months = months[rule.grade_id.code]
        self.assertEqual(self._grade_on(date(2026, 12, 20), policy, 5), "A")
        with freeze_time(at(date(2026, 12, 20))):
            [view] = self.customer.get_grading_explanation()
        self.assertIn("05/20/2027", str(view))
        self.assertEqual(self._grade_on(date(2027, 5, 19), policy), "A")
        self.assertEqual(self._grade_on(date(2027, 5, 20), policy), "C")
        self.assertEqual(self._grade_on(date(2027, 6, 1), policy, 25), "C")
        self.assertEqual(self._grade_on(date(2029, 5, 19), policy), "C")
        self.assertEqual(self._grade_on(date(2029, 5, 20), policy), "A")

    def test_a_move_may_need_somebody_s_yes(self):
        policy = self._start(downgrade_timing="confirmed")
        self.assertEqual(self._grade_on(TODAY, policy, 5), "B")
        self.assertEqual(self._grade_on(TODAY + timedelta(1), policy), "B")
        change = self._get_changes(state="proposed")
        self.assertEqual(len(change), 1)
        with freeze_time(at(TODAY + timedelta(2))):
            change.action_approve()
        self.assertEqual(self._get_grades(self.customer), ["C"])
        self.assertEqual(change.state, "applied")
        with self.assertRaises(UserError):
            change.action_approve()

    def test_a_refused_move_is_not_asked_again_until_something_changes(self):
        policy = self._start(downgrade_timing="confirmed")
        self._grade_on(TODAY, policy, 5)
        self._get_changes(state="proposed").action_refuse("A special case")
        self.assertEqual(self._grade_on(TODAY + timedelta(1), policy), "B")
        self.assertFalse(self._get_changes(state="proposed"))
        self._grade_on(TODAY + timedelta(2), policy, 15)
        self._grade_on(TODAY + timedelta(3), policy, 5)
        self.assertTrue(self._get_changes(state="proposed"))

    def test_a_move_that_was_put_off_comes_back(self):
        policy = self._start(downgrade_timing="confirmed")
        self._grade_on(TODAY, policy, 5)
        with freeze_time(at(TODAY)):
            self._get_changes(state="proposed").action_put_off()
        self._grade_on(TODAY + timedelta(29), policy)
        self.assertFalse(self._get_changes(state="proposed"))
        self._grade_on(TODAY + timedelta(30), policy)
        self.assertTrue(self._get_changes(state="proposed"))


@tagged("post_install", "-at_install")
class TestRuns(ChangeControlCommon):
    def test_the_first_grading_is_history_and_tells_nobody(self):
        policy = self._start()
        [run] = policy.run_ids
        self.assertTrue(run.first)
        self.assertEqual((run.new_count, run.graded_count, run.unchanged_count), (10, 10, 0))
        self.assertEqual(set(self._get_changes().mapped("state")), {"applied"})
        self.assertFalse(run.activity_ids)
        self.assertFalse(self.customers.message_ids.filtered("notified_partner_ids"))

    def test_nothing_is_written_where_nothing_differs(self):
        policy = self._start()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, xmin FROM customer_grading_result WHERE policy_id = %s", [policy.id]
        )
        before = self.env.cr.fetchall()
        self._grade_on(TODAY + timedelta(1), policy)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, xmin FROM customer_grading_result WHERE policy_id = %s", [policy.id]
        )
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertEqual(len(self._get_changes()), 1)

    def test_many_moves_stop_and_ask(self):
        policy = self._start(stop_percent=20)
        self.customers[:2].partner_latitude = 25
        self.assertEqual(self._run(policy).state, "done")
        self.customers[2:5].partner_latitude = 25
        run = self._run(policy)
        self.assertEqual(run.state, "stopped")
        self.assertEqual(run.activity_ids.user_id, policy.user_id)
        self.assertEqual(self._get_grades(self.customers[1:4]), ["A", "B", "B"])
        run.action_apply()
        self.assertEqual((run.state, run.up_count), ("done", 3))
        self.assertEqual(self._get_grades(self.customers[1:4]), ["A", "A", "A"])
        self.assertFalse(run.activity_ids)

    def test_a_discarded_run_leaves_the_grades_and_the_next_asks_again(self):
        policy = self._start(stop_percent=20)
        self.customers.partner_latitude = 25
        self._run(policy).action_discard()
        self.assertEqual(set(self._get_grades(self.customers)), {"B"})
        run = self._run(policy)
        self.assertEqual(run.state, "stopped")
        with self.assertRaises(UserError):
            run.action_stop()

    def test_who_leaves_the_scope_is_no_longer_graded(self):
        policy = self._start(downgrade_days=5)
        self.customer.active = False
        self.assertEqual(self._grade_on(TODAY + timedelta(1), policy), "B")
        self.assertEqual(self._get_result().reason, "left")
        self.assertFalse(self._grade_on(TODAY + timedelta(6), policy))
        self.assertEqual(self._get_changes(state="applied")[-1].direction, "lost")
        self.customer.active = True
        self.assertEqual(self._grade_on(TODAY + timedelta(7), policy), "B")

    def test_a_measure_that_fails_is_named_and_the_other_policies_go_on(self):
        self.customers.city = "Ghent"
        self._create_order(self.customer, date(2026, 5, 1))
        # What no check foresaw.
        self.patch(self.registry[self.measure._name], "_get_unit_problem", lambda *_: None)
        number = self.env["customer.grading.measure"].create(
            {
                "name": "City as a number",
                "code": "city_number",
                "kind": "field",
                "field_name": "city",
                "unit": "number",
            }
        )
        good = self._start()
        bad = self._create_policy(
            {"value": {"measure": "latitude"}, "city": {"measure": "city_number"}},
            [("A", ("city", "ge", 1))],
            dimension=self._create_dimension("other"),
        )
        bad.state = "running"
        runs = bad._create_run("nightly") + good._create_run("nightly")
        self.customer.partner_latitude = 25
        with self.assertLogs("odoo.addons.customer_grading", "ERROR"):
            for run in runs:
                run._execute()
        self.assertEqual(runs.mapped("state"), ["failed", "done"])
        self.assertEqual(runs[0].error_measure_id, number)
        self.assertIn("city", runs[0].error)
        self.assertEqual(runs[0].activity_ids.user_id, bad.user_id)
        self.assertEqual(self._get_grades(self.customer), ["A"])

    def test_a_broken_filter_fails_its_run_only(self):
        policy = self._start()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_grading_policy SET domain = %s WHERE id = %s",
            ["[('no_such_field', '=', 1)]", policy.id],
        )
        policy.invalidate_recordset()
        run = policy._create_run("nightly")
        with self.assertLogs("odoo.addons.customer_grading", "ERROR"):
            run._execute()
        self.assertEqual(run.state, "failed")
        self.assertIn("no_such_field", run.error)
        self.assertEqual(self._get_grades(self.customer), ["B"])

    def test_a_revision_takes_over_in_silence(self):
        policy = self._start(downgrade_days=14)
        revised = policy.browse(policy.action_revise()["res_id"])
        self.assertEqual((revised.version, revised.state), (2, "draft"))
        top = revised.rule_ids[0].line_ids
        self.assertEqual((top.criterion_id.policy_id, top.value), (revised, 20))
        top.value = 12
        self._activate(revised)
        self.assertEqual(policy.state, "closed")
        self.assertEqual(set(self._get_grades(self.customers)), {"A"})
        self.assertEqual(self._get_result().policy_id, revised)

    def test_a_policy_in_force_is_locked(self):
        policy = self._start()
        for record, vals in (
            (policy, {"domain": "[]"}),
            (policy.criterion_ids, {"period_count": 3}),
            (policy.rule_ids[0].line_ids, {"value": 1}),
            (self.measure, {"field_name": "partner_longitude"}),
        ):
            with self.subTest(model=record._name), self.assertRaises(UserError):
                record.write(vals)
                self.env.flush_all()
        policy.name = "Another name"

    def test_what_a_measure_in_force_is_made_of_is_locked(self):
        orders = self._measure("order_amount")
        self._activate(self._create_policy({"share": {"measure": "product_share"}}, [("A", ())]))
        for vals in ({"value_field": "price_total"}, {"empty_is": "unknown"}):
            with self.subTest(**vals), self.assertRaises(UserError):
                self._measure("product_amount").write(vals)
        orders.empty_is = "unknown"

    def test_a_policy_that_results_name_is_not_deleted(self):
        policy = self._start()
        policy.state = "draft"
        with self.assertRaises(UserError):
            policy.unlink()

    def test_regrading_deals_with_the_asked_only(self):
        policy = self._start()
        self.customers.partner_latitude = 25
        self.customer.action_regrade()
        self.assertEqual(self._get_grades(self.customers[:2]), ["A", "B"])
        self.assertEqual(policy.run_ids[0].mode, "on_demand")


@tagged("post_install", "-at_install")
class TestByHand(ChangeControlCommon):
    def _set_by_hand(self, code="A", until=False, day=TODAY):
        with freeze_time(at(day)):
            results = self.env["customer.grading.result"]._get_or_create(
                self.customer, self.dimension
            )
            results._set_by_hand(self.grades[code], "A new plant next year", until)
        return results

    def test_a_grade_by_hand_survives_runs_and_ends_by_itself(self):
        policy = self._start()
        self._set_by_hand("A", until=date(2026, 12, 31))
        self.assertEqual(self._grade_on(date(2026, 12, 1), policy, 5), "A")
        result = self._get_result()
        self.assertEqual(
            (result.computed_grade_id.code, self.customer.customer_grading_mark), ("C", "manual")
        )
        self.assertEqual(self._grade_on(date(2026, 12, 31), policy), "A")
        self.assertEqual(self._grade_on(date(2027, 1, 1), policy), "C")
        self.assertFalse(result.manual_grade_id)
        self.assertEqual(
            self._get_changes(state="applied").mapped("origin"),
            ["computed", "manual", "manual_end"],
        )

    def test_a_grade_by_hand_without_an_end_is_ended_by_hand(self):
        policy = self._start(manual_months=0)
        result = self._set_by_hand("A")
        self.assertEqual(self._grade_on(date(2030, 1, 1), policy, 5), "A")
        result.action_end_manual()
        self.assertEqual(self._get_grades(self.customer), ["C"])

    def test_who_no_policy_grades_may_have_a_grade_by_hand_which_ends_too(self):
        stranger = self._create_customers(1)
        self.customer, policy = stranger, self._start()
        self._set_by_hand("A", until=date(2026, 12, 31))
        self.assertEqual(self._grade_on(date(2026, 12, 31), policy), "A")
        self.assertFalse(self._grade_on(date(2027, 1, 1), policy))

    def test_confirming_a_grade_by_hand_is_no_move(self):
        policy = self._start(day=date(2026, 1, 1))
        self._set_by_hand("B")
        result = self._get_result()
        self.assertEqual((result.grade_id.code, result.date_since), ("B", date(2026, 1, 1)))
        self.assertEqual(self._get_changes()[-1].direction, "same")
        self.assertEqual(self._grade_on(date(2026, 12, 1), policy, 5), "B")

    def test_a_grade_by_hand_needs_a_reason_and_a_day_to_come(self):
        self._start()
        result = self._get_result()
        foreign = self._create_dimension("other").grade_ids[0]
        with freeze_time(at(TODAY)):
            for grade, reason, until in (
                (self.grades["A"], " ", False),
                (self.grades["A"], "Why not", TODAY - timedelta(1)),
                (foreign, "Why not", False),
            ):
                with self.subTest(reason=reason, until=until), self.assertRaises(UserError):
                    result._set_by_hand(grade, reason, until)

    def test_a_proposal_changes_nothing_until_it_is_approved(self):
        policy = self._start()
        result = self._get_result()
        with freeze_time(at(TODAY)):
            change = result._propose(self.grades["A"], "A new plant", date(2026, 12, 31))
        self.assertEqual(self._grade_on(TODAY, policy), "B")
        with freeze_time(at(TODAY)):
            change.action_approve()
        self.assertEqual(self._grade_on(date(2026, 12, 31), policy), "A")
        self.assertEqual(self._grade_on(date(2027, 1, 1), policy), "B")

    def test_a_grade_given_by_hand_answers_all_who_proposed_it(self):
        policy = self._start()
        result, users = self._get_result(), self._create_users()
        for role in ("salesperson", "administrator"):
            result.with_user(users[role])._propose(self.grades["A"], "They grow")
        result.with_user(users["salesperson"])._propose(self.grades["C"], "They shrink")
        self._set_by_hand("A")
        proposals = self._get_changes(origin="manual", policy_id=policy.id)
        self.assertEqual(
            [(change.grade_id.code, change.state) for change in proposals],
            [("A", "superseded"), ("A", "superseded"), ("C", "proposed"), ("A", "applied")],
        )

    def test_a_proposal_that_nobody_decided_on_in_time_is_closed(self):
        policy, user = self._start(), self._create_users()["salesperson"]
        until = TODAY + timedelta(days=5)
        with freeze_time(at(TODAY)):
            wish = self._get_result().with_user(user)._propose(self.grades["A"], "A fair", until)
        self._grade_on(until, policy)
        self.assertEqual(wish.state, "proposed")
        self._grade_on(until + timedelta(days=1), policy)
        self.assertEqual(wish.state, "superseded")
        self.assertIn("without a decision", wish.decision_note)

    def test_the_grade_of_any_day_can_be_told(self):
        policy = self._start(day=date(2026, 1, 1))
        self._grade_on(date(2026, 3, 1), policy, 25)
        self._set_by_hand("C", until=date(2026, 6, 30), day=date(2026, 5, 1))
        self._grade_on(date(2026, 7, 1), policy)
        history = [
            (change.date_applied, change.date_end, change.grade_id.code)
            for change in self._get_changes(state="applied")
        ]
        self.assertEqual(
            history,
            [
                (date(2026, 1, 1), date(2026, 2, 28), "B"),
                (date(2026, 3, 1), date(2026, 4, 30), "A"),
                (date(2026, 5, 1), date(2026, 6, 30), "C"),
                (date(2026, 7, 1), False, "A"),
            ],
        )
