"""Policies compared, pilots, back-tests and second runs: what they would give, gave, and give now."""

import json
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, tagged

from ..common import TODAY, at
from ..run.test_versions import VersionsCommon


class TrialsCommon(VersionsCommon):
    def _get_traces(self):
        """Return all that a grade leaves: results and changes."""
        self.env.flush_all()
        names = ("grade_id", "computed_grade_id", "policy_id", "values", "date_evaluated")
        Result, Change = self.env["customer.grading.result"], self.env["customer.grading.change"]
        return Result.search([]).read(names), Change.search([]).read(["state", "grade_id"])

    def _night(self, day):
        """Do the trials of the night, too."""
        super()._night(day)
        with freeze_time(datetime.combine(day, datetime.min.time()) + timedelta(hours=2)):
            self._do_waiting_trials()
        self.env.invalidate_all()

    def _do_waiting_trials(self):
        for trial in self.env["customer.grading.trial"].search([("state", "=", "waiting")]):
            trial._execute()

    def _get_trials(self, policy, kind):
        """Return the trials of a policy, the first one first."""
        domain = [("policy_id", "=", policy.id), ("kind", "=", kind)]
        return self.env["customer.grading.trial"].search(domain, order="id")

    def _open(self, action):
        """Return the records that an action shows."""
        return self.env[action["res_model"]].search(action["domain"])


@tagged("post_install", "-at_install")
class TestPilot(TrialsCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(at(TODAY)):
            cls._activate(cls.policy)

    def _start(self, draft):
        with freeze_time(at(TODAY)):
            return self.env["customer.grading.trial"].browse(draft.action_start_pilot()["res_id"])

    def test_a_pilot_changes_no_grade_and_writes_no_change(self):
        draft = self._revise(limit=2000)
        traces = self._get_traces()

        run = self._start(draft)

        self.assertEqual(run.state, "done", run.error)
        self.assertEqual(self._get_traces(), traces)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.pilot_differing_count, 1)

    def test_it_runs_every_night_beside_the_policy_in_force(self):
        draft = self._revise(limit=2000)
        self._start(draft)
        self._night(TODAY + timedelta(days=1))
        self._create_invoice(self.customers[1], TODAY + timedelta(days=1), amount=1000)
        self._night(TODAY + timedelta(days=2))

        pilots = self._get_trials(draft, "pilot")
        self.assertFalse(draft.run_ids)
        self.assertEqual(pilots.mapped("differing_count"), [1, 1, 0])
        action = pilots[-1].action_view_pilot_days()
        self.assertEqual([view for _id, view in action["views"]], ["graph", "list"])
        self.assertEqual(self._open(action), pilots)
        self.assertAlmostEqual(pilots[0].differing_share, 33.3)
        # Of earlier nights only what differs is kept, and the day leads there.
        lines = self._open(pilots[1].action_open())
        self.assertRecordValues(lines, [{"partner_id": self.customers[1].id}])
        self.assertEqual(lines.current_grade_id.code, "A")
        self.assertEqual(lines.grade_id.code, "B")
        self.assertIn("2,000", lines.why)
        self.assertEqual([len(pilot.line_ids) for pilot in pilots], [1, 1, 3])
        self.assertFalse(pilots[1].summary)
        self.assertTrue(pilots[-1].summary)
        nightly = self.policy.run_ids.filtered(lambda run: run.mode == "nightly")
        self.assertEqual(len(nightly), 3)

    def test_it_is_told_beside_the_grades_of_the_same_night(self):
        draft = self._revise(limit=2000)
        self._start(draft)
        self._create_invoice(self.customers[2], TODAY, amount=2500)
        self._night(TODAY + timedelta(days=1))
        last = draft._get_last_pilot()
        line = last.line_ids.filtered(lambda line: line.partner_id == self.customers[2])
        self.assertRecordValues(line, [{"moves": False}])
        self.assertEqual(line.current_grade_id.code, "A")

    def test_it_ends_when_it_is_stopped_or_the_draft_comes_into_force(self):
        draft = self._revise(limit=2000)
        self._start(draft)
        draft.action_stop_pilot()
        self._night(TODAY + timedelta(days=1))
        self.assertEqual(len(self._get_trials(draft, "pilot")), 1)
        self._start(draft)
        with freeze_time(at(TODAY)):
            draft._get_last_pilot().action_put_in_force()
        self.assertEqual(draft.state, "running")
        self.assertFalse(draft.is_piloted)
        with self.assertRaisesRegex(UserError, "revise"):
            draft.action_start_pilot()

    def test_a_policy_file_says_that_its_draft_is_a_pilot(self):
        content = self._revise(limit=2000)._export_policy()
        self.assertNotIn("pilot", content)
        text = json.dumps({**content, "pilot": True})
        draft = self.policy.load_policy(text, "pilot.json")
        self.assertEqual(draft._export_policy(), {**content, "pilot": True})
        traces = self._get_traces()
        self._night(TODAY + timedelta(days=1))
        self.assertEqual(self._get_trials(draft, "pilot").mapped("state"), ["done"])
        self.assertEqual(self._get_traces(), traces)
        draft.action_stop_pilot()
        self.assertNotIn("pilot", draft._export_policy())

    def test_a_draft_that_cannot_decide_any_more_fails_and_tells_once(self):
        draft = self._revise(limit=2000)
        self._start(draft)
        draft.rule_ids.unlink()
        draft.user_id = self.env.user
        for days in (1, 2):
            self._night(TODAY + timedelta(days=days))
        failed = self._get_trials(draft, "pilot").filtered(lambda pilot: pilot.state == "failed")
        self.assertEqual(len(failed), 2)
        self.assertEqual(draft.activity_ids.mapped("summary"), ["A pilot failed"])
        self.assertIn("No grade can be given", failed[0].error)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])

    def test_the_lines_of_a_pilot_go_after_a_month(self):
        run = self._start(self._revise(limit=2000))
        self.env.cr.execute(
            "UPDATE customer_grading_trial SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=31), run.id],
        )
        self.env.invalidate_all()
        self.env["customer.grading.trial"]._gc_trials()
        self.assertFalse(run.exists())

    def test_only_administrators_start_one_and_officers_see_it(self):
        users = self._create_users()
        draft = self._revise(limit=2000)
        run = self._start(draft.with_user(users["administrator"]))
        self.assertTrue(self._open(run.with_user(users["officer"]).action_view_pilot_days()))
        Form(run.with_user(users["officer"]))
        for method in ("action_start_pilot", "action_stop_pilot", "action_unschedule"):
            with self.subTest(method=method), self.assertRaises(UserError):
                getattr(draft.with_user(users["officer"]), method)()

    def test_its_statements_are_as_many_for_ten_customers_as_for_three(self):
        draft = self._revise(limit=2000)
        self._start(draft)

        def count(kind):
            days = [date(2026, 9, 30), date(2026, 10, 31)] if kind == "back_test" else []
            trial = draft._create_trial(
                kind, count_ids=[Command.create({"date": day}) for day in days]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            trial._execute()
            self.assertEqual(trial.state, "done", trial.error)
            return self.env.cr.sql_log_count - before

        counts = [(count("pilot"), count("back_test")) for _ in range(2)]
        for customer in self._create_customers(7, name="Another"):
            self._create_invoice(customer, date(2026, 3, 1), amount=1700)
        self.assertEqual((count("pilot"), count("back_test")), counts[1])


@tagged("post_install", "-at_install")
class TestBackTest(TrialsCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            {
                "revenue": {
                    "measure": "invoiced_revenue",
                    "period": "trailing",
                    "period_count": 2,
                    "band_by": "percentile",
                    "bands": [{"level": "top", "lower": 40}],
                },
                "orders": {"measure": "order_count", "period": "trailing", "period_count": 3},
            },
            [
                ("A", ("revenue", "level_is", 0)),
                ("B", ("orders", "ge", 2)),
                ("C", ("orders", "ge", 1)),
            ],
            name="Rank",
        )

    def _test_back(self, policy, count, until):
        wizard = self.env["customer.grading.back.test"].create(
            {"policy_id": policy.id, "count": count, "until": until}
        )
        wizard.action_run()
        trial = self._get_trials(policy, "back_test")[-1]
        self.assertEqual(trial.state, "done", trial.error)
        return trial

    def _get_counts(self, trial):
        """Return ``{day: {code, or False: number}}`` of those that somebody had."""
        counts = {}
        for count in trial.count_ids.filtered("count"):
            by_code = counts.setdefault(fields.Date.to_string(count.date), {})
            by_code[count.grade_id.code] = count.count
        return counts

    def test_it_gives_what_the_nightly_runs_of_these_days_gave(self):
        first, second, third = self.customers
        days = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)]
        documents = {
            date(2026, 6, 10): [(first, 500), (second, 900)],
            date(2026, 7, 10): [(third, 2500), (first, 100)],
            date(2026, 8, 20): [(second, 4000)],
            date(2026, 9, 5): [(self._create_customers(1, name="Late"), 9000)],
        }
        with freeze_time(at(date(2026, 6, 1))):
            self.policy.write({"state": "running"})
        given = {}
        for day in days:
            for written, orders in documents.items():
                if written <= day and written not in given:
                    for customer, amount in orders:
                        self._create_order(customer, written, amount=amount)
                        self._create_invoice(customer, written, amount=amount)
                    given[written] = True
            with freeze_time(at(day)):
                run = self._run(self.policy)
                self.assertEqual(run.state, "done", run.error)
            counts = {}
            results = self.env["customer.grading.result"].search(
                [("policy_id", "=", self.policy.id), ("reason", "!=", "left")]
            )
            for result in results:
                code = result.computed_grade_id.code
                counts[code] = counts.get(code, 0) + 1
            given[fields.Date.to_string(day)] = counts
        traces = self._get_traces()

        run = self._test_back(self.policy, 4, date(2026, 9, 30))

        self.assertEqual(
            self._get_counts(run), {fields.Date.to_string(day): given[str(day)] for day in days}
        )
        self.assertEqual(len({str(counts) for counts in self._get_counts(run).values()}), 3)
        self.assertEqual(self._get_traces(), traces)
        self.assertFalse(run.line_ids)

    def test_it_opens_counts_and_shares_by_date(self):
        self._create_order(self.customers[0], date(2026, 10, 5))
        trial = self._test_back(self.policy, 2, date(2026, 11, 15))
        action = trial.action_open()
        self.assertEqual(action["view_mode"], "graph,pivot,list")
        counts = self._open(action)
        self.assertEqual({*counts.mapped("date")}, {date(2026, 9, 30), date(2026, 10, 31)})
        self.assertEqual(
            {*counts.grade_id.mapped("code")}, {*"ABCD"} & {*counts.grade_id.mapped("code")}
        )
        last = counts.filtered(lambda c: c.date == date(2026, 10, 31) and c.grade_id.code == "C")
        self.assertEqual(last.count, 1)
        self.assertAlmostEqual(last.share, 100 / 3, places=1)
        self.assertFalse(trial.approximate_text)

    def test_it_names_what_cannot_be_known_for_the_past(self):
        policy = self._create_policy(
            {
                "Tagged": {"measure": "matches_filter", "subject_domain": "[('name', '!=', 'x')]"},
                "Revenue": {"measure": "invoiced_revenue"},
            },
            [("A", ("Tagged", "yes"))],
            domain="[('is_company', '=', True)]",
        )
        unknown = policy.criterion_ids[0].measure_id
        self.assertFalse(unknown.known_for_past)
        trial = self._test_back(policy, 1, date(2026, 10, 31))
        first, second = trial.approximate_text.split("\n")
        told = trial.action_open()["params"]
        self.assertEqual(told["message"], trial.approximate_text)
        self.assertEqual(told["next"]["views"][0], [False, "graph"])  # the client asks for them
        self.assertIn("Approximate", first)
        self.assertIn("Tagged", first)
        self.assertNotIn("Revenue", first)
        self.assertIn("as it is today", second)

    def test_dates_are_ends_of_months_quarters_or_years(self):
        wizard = self.env["customer.grading.back.test"].new(
            {"count": 2, "until": date(2026, 6, 30)}
        )
        expected = {
            "month": [date(2026, 5, 31), date(2026, 6, 30)],
            "quarter": [date(2026, 3, 31), date(2026, 6, 30)],
            "year": [date(2024, 12, 31), date(2025, 12, 31)],
        }
        for interval, days in expected.items():
            wizard.interval = interval
            self.assertEqual(wizard._get_dates(), days)

    def test_open_opportunities_are_those_that_were_open_then(self):
        dimension = self._create_dimension("deals", "A", subject="lead")
        policy = self._create_policy(
            {}, [("A", ())], dimension=dimension, lead_population="open", name="Deals"
        )
        leads = {
            name: self._create_lead(self.customers[0], at(day), name=name)
            for name, day in (("won", date(2026, 5, 1)), ("open", date(2026, 9, 1)))
        }
        self.env.flush_all()
        for name, lead in leads.items():
            day = date(2026, 5, 1) if name == "won" else date(2026, 9, 1)
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s", [at(day), lead.id]
            )
        self.env.invalidate_all()
        with freeze_time(at(date(2026, 8, 15))):
            leads["won"].action_set_won()
        run = self._test_back(policy, 3, date(2026, 9, 30))
        others = self.env["crm.lead"].search_count(
            [
                ("type", "=", "opportunity"),
                ("create_date", "<", "2026-07-31"),
                ("id", "!=", leads["won"].id),
            ]
        )
        totals = dict(
            self.env["customer.grading.trial.count"]._read_group(
                [("trial_id", "=", run.id)], ["date:day"], ["count:sum"]
            )
        )
        counts = [total - others for _day, total in sorted(totals.items())]
        self.assertEqual(counts, [1, 0, 1])


@tagged("post_install", "-at_install")
class TestSecondRun(TrialsCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(at(TODAY)):
            [cls.first] = cls._activate(cls.policy)

    def test_a_second_run_of_the_day_shows_what_was_posted_late(self):
        self.assertFalse(self.first.earlier_text)
        late = self._create_customers(1, name="Late")
        self._create_invoice(self.customers[2], TODAY, amount=5000)
        self._create_invoice(late, TODAY, amount=5000)
        with freeze_time(at(TODAY)):
            run = self.env["customer.grading.run"].browse(self.first.action_once_more()["res_id"])

        self.assertEqual(run.mode, "nightly")
        self.assertEqual(
            run.earlier_text, "Compared with the run of the same date before: 2 differ."
        )
        action = run.action_view_differing()
        lines = self.env[action["res_model"]].search(action["domain"], order="id")
        self.assertEqual(
            {(line.partner_id, line.current_grade_id.code, line.grade_id.code) for line in lines},
            {(self.customers[2], "B", "A"), (late, False, "A")},
        )
        self.assertIn("5,500", lines[0].why)
        self.assertEqual(lines.mapped("revenue"), [5500, 5000])
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "A"])

        with freeze_time(at(TODAY)):
            third = self._run(self.policy)
        self.assertEqual(
            third.earlier_text, "Compared with the run of the same date before: nothing differs."
        )

    def test_who_was_decided_on_by_hand_is_said_to_stay(self):
        excluded, frozen = self.customers[1:]
        results = self._get_results(self.customers)
        with freeze_time(at(TODAY)):
            results[excluded]._exclude("Our own branch")
            results[frozen]._freeze("In dispute")
            self._create_invoice(frozen, TODAY, amount=5000)
            again = self._run(self.policy)
        with freeze_time(at(TODAY + timedelta(days=10))):
            over = self._open(again.action_once_more())
        by_hand = {line.partner_id: line.by_hand for line in again.differing_trial_id.line_ids}
        self.assertEqual(by_hand, {frozen: True})
        by_hand = {line.partner_id: line.by_hand for line in over}
        self.assertEqual(by_hand, {self.customers[0]: False, excluded: True, frozen: True})

    def test_who_left_meanwhile_is_among_them(self):
        self.customers[0].active = False
        with freeze_time(at(TODAY)):
            run = self._run(self.policy)
        self.assertRecordValues(
            run.differing_trial_id.line_ids,
            [
                {
                    "partner_id": self.customers[0].id,
                    "current_grade_id": self.dimension._find_grade("A").id,
                    "grade_id": False,
                }
            ],
        )

    def test_another_night_notes_nothing(self):
        self._create_invoice(self.customers[2], TODAY, amount=5000)
        with freeze_time(at(TODAY + timedelta(days=1))):
            run = self._run(self.policy)
        self.assertFalse(run.earlier_run_id)
        self.assertFalse(run.differing_trial_id)

    def test_a_day_that_is_over_is_told_beside_the_grades_in_effect_then(self):
        later = TODAY + timedelta(days=10)
        self._create_invoice(self.customers[2], later, amount=800)
        self._night(later)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "A"])
        # Posted now, dated then: 500 + 700 were A already.
        self._create_invoice(self.customers[2], TODAY, amount=700)
        traces = self._get_traces()
        with freeze_time(at(later)):
            action = self.first.action_once_more()

        trial = self._get_trials(self.policy, "once_more")
        self.assertEqual((trial.date, trial.state), (TODAY, "done"))
        self.assertEqual(trial.differing_count, 1)
        self.assertIn("1 of 3 differ", action["name"])
        self.assertEqual(action["views"][0][1], "pivot")
        self.assertEqual(len(self._open(action)), 3)
        [line] = self._open(action).filtered("moves")
        self.assertEqual(line.partner_id, self.customers[2])
        self.assertEqual((line.current_grade_id.code, line.grade_id.code), ("B", "A"))
        self.assertEqual(self._get_traces(), traces)

    def test_only_officers_grade_once_more(self):
        users = self._create_users()
        with self.assertRaises(UserError):
            self.first.with_user(users["salesperson"]).action_once_more()
        with freeze_time(at(TODAY)):
            self.first.with_user(users["officer"]).action_once_more()


@tagged("post_install", "-at_install")
class TestComparison(TrialsCommon, TransactionCase):
    @staticmethod
    def _get_texts(sheets):
        return {
            sheet["blocks"][0]["title"]: [
                [cell["text"] for cell in row["cells"]] for row in sheet["blocks"][0]["rows"]
            ]
            for sheet in sheets
        }

    def test_only_what_differs_stands_side_by_side(self):
        self._activate(self.policy)
        draft = self._revise(limit=2000, downgrade_days=30, population="all")
        draft.criterion_ids.up_to = "month_end"

        wizard = self._make_wizard(draft.action_compare())

        self.assertEqual((wizard.before_id, wizard.policy_id), (self.policy, draft))
        lines = self._get_texts(wizard.differences)
        self.assertEqual(
            [*lines], ["Whom it grades", "Criteria", "What each grade takes", "How grades change"]
        )
        self.assertEqual(
            lines["What each grade takes"],
            [
                [
                    "A Grade A",
                    "A, if revenue (all time) at least 1,000 USD.",
                    "A, if revenue (all time up to the last month end) at least 2,000 USD.",
                ]
            ],
        )
        [[_, before, now]] = lines["How grades change"]
        self.assertEqual(before, "A lower grade takes effect at once.")
        self.assertIn("30 days", now)

    def test_a_copy_says_the_same(self):
        draft = self.policy.copy()
        self.assertFalse(self._make_wizard((self.policy + draft).action_compare()).differences)

    def test_a_criterion_and_a_grade_that_one_of_them_lacks_stand_alone(self):
        other = self._create_policy(
            {"orders": {"measure": "order_count"}},
            [("A", ("orders", "ge", 3)), ("C", ("orders", "ge", 1))],
            name="Orders",
        )
        lines = self._get_texts(
            self._make_wizard((self.policy + other).action_compare()).differences
        )
        names = {name: (bool(before), bool(now)) for name, before, now in lines["Criteria"]}
        self.assertEqual(names, {"revenue": (True, False), "orders": (False, True)})
        grades = [name.split()[0] for name, *_ in lines["What each grade takes"]]
        self.assertEqual(grades, ["A", "B", "Order", "C"])

    def test_two_policies_are_compared_on_the_same_customers(self):
        self._activate(self.policy)
        strict = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("revenue", "ge", 2000)), ("B", ("revenue", "ge", 1000))],
            name="Strict",
        )
        changes = self.env["customer.grading.change"].search_count([])
        wizard = self._make_wizard((self.policy + strict).action_compare())
        action = wizard.action_compare_grades()

        self.assertIn("2 of 3 differ", action["name"])
        self.assertEqual([view for _id, view in action["views"]], ["pivot", "list", "graph"])
        found = {
            (line.current_grade_id.code, line.grade_id.code): line.partner_id
            for line in self._open(action)
        }
        first, second, third = self.customers
        self.assertEqual(found, {("A", "A"): first, ("A", "B"): second, ("B", False): third})
        self.assertEqual(self.env["customer.grading.change"].search_count([]), changes)

    def _make_wizard(self, action):
        return Form(self.env[action["res_model"]].with_context(**action["context"])).save()

    def test_policies_of_two_dimensions_are_not_compared(self):
        other = self._create_policy(
            {}, [("A", ())], dimension=self._create_dimension("elsewhere", "A")
        )
        wizard = self.env["customer.grading.comparison"].create(
            {"before_id": self.policy.id, "policy_id": other.id}
        )
        with self.assertRaisesRegex(UserError, "different dimensions"):
            wizard.action_compare_grades()
