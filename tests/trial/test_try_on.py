"""What a try-on tells before a policy comes into force."""

from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import format_date

from ..common import TODAY, CustomerGradingCommon


class TryOnCase(CustomerGradingCommon, TransactionCase):
    """A policy of revenue and of a question, which two of five customers have an answer to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.question = cls.env["customer.grading.question"].create(
            {"name": "Long-term?", "code": "long_term", "kind": "yes_no"}
        )
        cls.policy = cls._create_policy(
            {
                "revenue": {"measure": "invoiced_revenue", "period": "all_time"},
                "answer": {"question": cls.question},
            },
            [
                ("A", ("all", ("revenue", "ge", 1000), ("answer", "yes"))),
                ("B", ("revenue", "ge", 1000)),
                ("C", ("revenue", "gt", 0)),
            ],
        )
        cls.customers = cls._create_customers(5)
        for customer, amount in zip(cls.customers, (6000, 2000, 1500, 500, 0), strict=True):
            cls._create_order(customer, TODAY)
            if amount:
                cls._create_invoice(customer, TODAY, amount=amount)
        cls._answer(cls.question, cls.customers[0], True)
        cls._answer(cls.question, cls.customers[3], True)

    def _try_on(self, policy=None):
        run = (policy or self.policy)._create_trial("try_on")
        run._execute()
        self.assertEqual(run.state, "done", run.error)
        return run

    @staticmethod
    def _get_rows(sheet, block=0):
        rows = sheet["blocks"][block]["rows"]
        return [
            [(cell.get("badge") or {}).get("code") or cell["text"] for cell in row["cells"]]
            for row in rows
        ]


@tagged("post_install", "-at_install")
class TestTryOn(TryOnCase):
    def test_behind_its_policy_it_is_called_by_what_was_done(self):
        action = self.policy.action_try_on()
        trial = self.env[action["res_model"]].browse(action["res_id"])
        day = format_date(self.env, trial.date)
        self.assertEqual(trial.with_context(**action["context"]).display_name, f"Try-on, {day}")
        self.assertEqual(trial.display_name, f"{self.policy.display_name}, {day}")
        again = trial.action_open()["context"]
        self.assertEqual(trial.with_context(**again).display_name, trial.display_name)

    def test_the_result_is_counted_by_grade_with_share_of_customers_and_revenue(self):
        result, _moves = self._try_on().summary
        self.assertEqual(
            self._get_rows(result),
            [
                ["A", "1", "20 %", "60 %", ""],
                ["B", "2", "40 %", "35 %", ""],
                ["C", "1", "20 %", "5 %", ""],
                ["Not graded", "1", "20 %", "", "5"],
            ],
        )

    def test_moves_stand_in_a_table_whose_cells_open_their_customers(self):
        self._activate(self.policy)
        draft = self.policy.copy({"previous_id": self.policy.id})
        draft.rule_ids[1].line_ids.value = 1800
        run = self._try_on(draft)

        _result, moves = run.summary

        self.assertEqual(
            self._get_rows(moves),
            [
                ["A", "1", "", "", ""],
                ["B", "", "1", "1", ""],
                ["C", "", "", "1", ""],
                ["Not graded", "", "", "", "1"],
            ],
        )
        action = moves["blocks"][0]["rows"][1]["cells"][3]["action"]
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines.partner_id, self.customers[2])
        self.assertRecordValues(run.moving_line_ids, [{"partner_id": self.customers[2].id}])

    def test_each_cell_opens_as_many_customers_as_it_counts(self):
        for sheet in self._try_on().summary:
            for row in sheet["blocks"][0]["rows"]:
                for cell in row["cells"]:
                    if action := cell.get("action"):
                        count = self.env[action["res_model"]].search_count(action["domain"])
                        self.assertEqual(str(count), cell["text"])

    def test_a_grade_set_by_hand_stays(self):
        self._activate(self.policy)
        results = self._get_results(self.customers)
        results[self.customers[3]]._set_by_hand(self.dimension._find_grade("A"), "Group deal")
        draft = self.policy.copy({"previous_id": self.policy.id})

        run = self._try_on(draft)

        self.assertFalse(run.moving_count)
        self.assertEqual(self._get_rows(run.summary[0])[0], ["A", "2", "40 %", "65 %", "2"])

    def test_the_data_check_says_what_is_known_and_who_misses_a_grade_by_it(self):
        [check] = self._try_on().data_check
        self.assertEqual(
            [row[:3] for row in self._get_rows(check)],
            [
                ["revenue, all time", "100 %", ""],
                ["answer", "40 %", "2 customers miss A by it"],
            ],
        )
        # A button stands there only where an addon lets people answer.
        for row in check["blocks"][0]["rows"]:
            to_do = row["cells"][3]
            self.assertEqual(bool(to_do["text"]), "method" in to_do)

    def test_one_that_was_tried_before_the_draft_changed_is_read_as_it_was(self):
        policy = self._create_policy(
            {
                "revenue": {"measure": "invoiced_revenue", "period": "all_time"},
                "last": {"measure": "days_since_order"},
                "answer": {"question": self.question},
            },
            [("A", ("last", "le", 30)), ("B", ())],
        )
        trial = self._try_on(policy)
        revenue, last, answer = policy.criterion_ids
        self.assertFalse(trial.stale_text)
        revenue.unlink()
        trial.invalidate_recordset()
        self.assertEqual([row[1] for row in self._get_rows(trial.data_check[0])], ["100 %", "40 %"])
        Line = self.env["customer.grading.trial.line"]
        unknown = Line.search(
            [("trial_id", "=", trial.id), ("unknown_criterion_id", "=", answer.id)]
        )
        self.assertEqual(len(unknown), 3)
        self.assertIn("Try it on again", trial.stale_text)
        # Another measure: what was kept is not of it.
        last.measure_id = self.policy.criterion_ids[0].measure_id
        trial.invalidate_recordset()
        self.assertEqual([row[1] for row in self._get_rows(trial.data_check[0])], ["0 %", "40 %"])
        Form(trial)

    def test_a_first_activation_says_who_gets_a_grade(self):
        run = self._try_on()
        self.assertEqual(
            run.first_text, "4 customers get a grade for the first time; nobody is notified."
        )
        self._activate(self.policy)
        again = self._try_on(self.policy.copy({"previous_id": self.policy.id}))
        self.assertFalse(again.first_text)

    def test_the_limits_of_a_rank_are_told(self):
        policy = self._create_policy(
            {
                "rank": {
                    "measure": "invoiced_revenue",
                    "period": "all_time",
                    "band_by": "percentile",
                    "bands": [{"level": "top", "lower": 40}],
                }
            },
            [("A", ("rank", "level_is", 0)), ("C", ())],
        )
        [limits] = self._try_on(policy).limits
        [row] = self._get_rows(limits)
        self.assertEqual(row[-1], "2,000 USD")

    def test_a_tie_larger_than_its_level_is_told(self):
        rank = {"measure": "invoiced_revenue", "period": "all_time", "rank_among": "known"}
        rank |= {"band_by": "percentile", "bands": [{"level": "top", "lower": 50}]}
        for customer in self._create_customers(5):
            self._create_order(customer, TODAY)
        # 6,000, 2,000, 1,500, 500, and six without revenue: the first half ends among these.
        for crossing, told in (("in", "all of them belong"), ("out", "none of them belongs")):
            policy = self._create_policy(
                {"rank": {**rank, "crossing": crossing}},
                [("A", ("rank", "level_is", 0)), ("C", ())],
            )
            [check] = self._try_on(policy).data_check
            with self.subTest(crossing=crossing):
                [[level, text]] = self._get_rows(check, block=1)
                self.assertIn("first 50 %: top", level)
                self.assertIn("6 are equal at 0 USD", text)
                self.assertIn(told, text)
        rank["bands"][0]["lower"] = 40
        policy = self._create_policy({"rank": rank}, [("A", ("rank", "level_is", 0)), ("C", ())])
        self.assertEqual(len(self._try_on(policy).data_check[0]["blocks"]), 1)

    def test_who_moves_by_the_policy_in_force_too_is_told_from_who_moves_by_this_one(self):
        self._activate(self.policy)
        self._create_invoice(self.customers[4], TODAY, amount=10)
        draft = self.policy.browse(self.policy.action_revise()["res_id"])
        draft.rule_ids.line_ids.filtered("value")[0].value = 1600
        draft.rule_ids[1].line_ids.value = 1600
        trial = self._try_on(draft)
        moving = trial.line_ids.filtered("moves")
        self.assertEqual(moving.partner_id, self.customers[2] | self.customers[4])
        self.assertEqual(moving.filtered("moves_anyway").partner_id, self.customers[4])
        self.assertEqual(trial.moving_text, "Would move by the policy in force, too: 1.")

    def test_a_policy_in_force_that_is_broken_keeps_nobody_from_trying_another_one_on(self):
        measure = self.env.ref("customer_grading.measure_order_count").copy()
        broken = self._create_policy({"n": {"measure": measure.code}}, [("C", ())])
        self._activate(broken)
        self.env.cr.execute(
            "UPDATE customer_grading_measure SET model_name = 'gone' WHERE id = %s", [measure.id]
        )
        self.env.invalidate_all()
        trial = self._try_on()
        self.assertFalse(trial.line_ids.filtered("moves_anyway"))

    def test_revenue_that_is_kept_to_a_group_is_kept_in_the_try_on(self):
        trial, users = self._try_on(), self._create_users()
        group = self.env["res.groups"].create({"name": "Controlling"})
        self.env.ref("customer_grading.measure_invoiced_revenue").group_ids = group
        self.env.invalidate_all()
        for allowed in (False, True):
            if allowed:
                users["officer"].group_ids += group
            Line = self.env["customer.grading.trial.line"].with_user(users["officer"])
            lines = Line.search([("trial_id", "=", trial.id)], order="revenue desc")
            [[total]] = Line._read_group([("trial_id", "=", trial.id)], [], ["revenue:sum"])
            with self.subTest(allowed=allowed):
                self.assertEqual(max(lines.mapped("revenue")), 6000 if allowed else 0)
                self.assertEqual(total or 0, 10000 if allowed else 0)
                more = Line.search_count([("trial_id", "=", trial.id), ("revenue", ">", 0)])
                self.assertEqual(more, 4 if allowed else 0)
            self.env.invalidate_all()

    def test_a_run_that_stopped_says_why(self):
        self._activate(self.policy)
        self.policy.stop_percent = 10
        for customer in self.customers[:3]:
            self._create_invoice(customer, TODAY, amount=6000, move_type="out_refund")

        run = self._run(self.policy)

        self.assertEqual(run.state, "stopped")
        self.assertEqual(
            run.stop_text,
            "Stopped to ask: 3 of 5 customers would move (limit 10 %). "
            "Most common reason: revenue.",
        )
        found = self.env["customer.grading.result"].search(run.action_view_waiting()["domain"])
        self.assertEqual(found.partner_id, self.customers[:3])

    def test_the_pages_open_for_an_officer(self):
        officer = self._create_users()["officer"]
        run = self._try_on().with_user(officer)
        self.assertTrue(Form(run))

    def test_the_statements_are_as_many_for_ten_customers_as_for_five(self):
        def count_statements(run):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(run.summary and run.data_check and run.moving_count is not None)
            return self.env.cr.sql_log_count - before

        count_statements(self._try_on())  # the first fills caches
        few = count_statements(self._try_on())
        for customer in self._create_customers(5, name="Another"):
            self._create_invoice(customer, TODAY, amount=700)
        self.assertEqual(count_statements(self._try_on()), few)
