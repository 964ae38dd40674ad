"""Does a policy predict: what customers did after a past day, by the grade they would have had."""

import io
from datetime import date, timedelta
from unittest.mock import patch

import openpyxl
import pandas
from freezegun import freeze_time

import odoo.addons.customer_grading_simulation.tools as simulation_tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, TransactionCase, tagged

from ..common import TODAY, CustomerGradingCommon, at, check_examples
from ..companies import CompaniesCommon
from . import charity

DAY = date(2025, 11, 20)  # twelve months before today
FIGURES = ("count", "revenue", "lift", "order_count", "ordered_count")


class PredictionCommon(CustomerGradingCommon):
    """A policy by revenue of 12 months: A from 1,000, B from 100, C all others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_revenue_policy(1000, 100)

    @classmethod
    def _create_revenue_policy(cls, most, more, **vals):
        return cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "trailing", "period_count": 12}},
            [("A", ("revenue", "ge", most)), ("B", ("revenue", "ge", more)), ("C", ())],
            **{"name": "Revenue", **vals},
        )

    @classmethod
    def _post_invoices(cls, rows):
        """Post an invoice for each ``(customer, day, amount)``, all at once."""
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": day,
                    "invoice_payment_term_id": False,
                    "invoice_date_due": day,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Gift", "price_unit": amount, "tax_ids": [Command.clear()]}
                        )
                    ],
                }
                for customer, day, amount in rows
            ]
        )
        moves.action_post()
        return moves

    @classmethod
    def _invoice_all(cls, customers, day, amounts):
        """Post an invoice of each amount for each of the customers."""
        each = zip(customers, amounts, strict=True)
        return cls._post_invoices([(customer, day, amount) for customer, amount in each])

    def _predict(self, policy=None, day=DAY, months="12", today=TODAY, **vals):
        """Look at what followed; return the trial."""
        policy = policy or self.policy
        with freeze_time(at(today)):
            ask = self.env["customer.grading.prediction.ask"].create(
                {"policy_id": policy.id, "date": day, "months": months, **vals}
            )
            action = ask.action_run()
        trial = self.env["customer.grading.trial"].browse(action["res_id"])
        self.assertEqual(trial.state, "done", trial.error)
        return trial

    def _get_told(self, trial, by="grade", months=12, policy=None):
        """Return ``{grade code, or False: line}``."""
        lines = trial.prediction_ids.filtered(
            lambda line: (
                (line.by, line.months) == (by, months)
                and line.policy_id == (policy or trial.policy_id)
            )
        )
        return {line.grade_id.code: line for line in lines}

    def _get_figures(self, trial, names=FIGURES, **which):
        """Return ``{grade code: figures}``."""
        return {
            code: tuple(round(line[name], 4) for name in names)
            for code, line in self._get_told(trial, **which).items()
        }

    @staticmethod
    def _get_sentences(trial, view=0):
        trial.invalidate_recordset(["prediction"])
        return [row["cells"][0]["text"] for row in trial.prediction[view]["blocks"][0]["rows"]]


@tagged("post_install", "-at_install")
class TestPrediction(PredictionCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.large, cls.second, cls.middle, cls.small = cls.customers = cls._create_customers(4)
        for customer, amount in (
            (cls.large, 4000),
            (cls.second, 2000),
            (cls.middle, 500),
            (cls.small, 50),
        ):
            cls._create_invoice(customer, date(2025, 3, 1), amount)

    def test_what_followed_is_told_by_the_grade_as_of_the_day(self):
        self._create_invoice(self.large, DAY, 7777)  # is of before
        first = self._create_invoice(self.large, DAY + timedelta(days=1), 3000)
        self._create_invoice(self.second, TODAY, 1000)
        self._create_invoice(self.middle, TODAY + timedelta(days=1), 9999)  # is of later
        self._create_credit_note(first, date(2026, 1, 10), 500)
        self._create_credit_note(first, TODAY + timedelta(days=1), 100)  # is of later
        self._create_order(self.middle, date(2026, 2, 1), 10)
        self._create_order(self.middle, date(2026, 2, 2), 10)
        self._create_order(self.large, DAY, 10)
        self._create_order(self.small, date(2026, 2, 2), confirm=False)

        trial = self._predict()

        self.assertEqual(
            self._get_figures(trial),
            {"A": (2, 3500, 2, 0, 0), "B": (1, 0, 0, 2, 1), "C": (1, 0, 0, 0, 0)},
        )
        lines = self._get_told(trial)
        self.assertEqual(lines["A"].revenue_average, 1750)
        self.assertEqual(lines["A"].expected_revenue, 1750)
        # Who bought: A 2 of 2 and B by its orders; C had bought, and left.
        shares = {code: (line.before_count, line.left_share) for code, line in lines.items()}
        self.assertEqual(shares, {"A": (2, 0), "B": (1, 0), "C": (1, 100)})
        self.assertEqual(trial.line_ids, trial.line_ids.browse())

    def test_grades_add_up_to_all_and_to_the_invoices(self):
        for number, customer in enumerate(self.customers):
            invoice = self._create_invoice(customer, date(2026, 3, 1 + number), 100 * number + 7)
            self._create_credit_note(invoice, date(2026, 6, 1), 3)
        trial = self._predict()
        [[invoiced]] = self.env["account.move"]._read_group(
            [
                ("commercial_partner_id", "in", self.customers.ids),
                ("state", "=", "posted"),
                ("invoice_date", ">", DAY),
                ("invoice_date", "<=", TODAY),
            ],
            [],
            ["amount_untaxed_signed:sum"],
        )
        for by in ("grade", "revenue"):
            lines = self._get_told(trial, by=by).values()
            self.assertEqual(sum(line.count for line in lines), trial.graded_count)
            self.assertAlmostEqual(sum(line.revenue for line in lines), invoiced)
            self.assertAlmostEqual(sum(line.expected_revenue for line in lines), invoiced)

    def test_three_six_and_twelve_months_are_told(self):
        for day, amount in ((date(2026, 2, 20), 1), (date(2026, 2, 21), 10), (TODAY, 100)):
            self._create_invoice(self.large, day, amount)
        trial = self._predict()
        revenues = [self._get_told(trial, months=months)["A"].revenue for months in (3, 6, 12)]
        self.assertEqual(revenues, [1, 11, 111])
        self.assertEqual({*self._predict(months="6").prediction_ids.mapped("months")}, {3, 6})

    def test_as_many_of_the_largest_stand_beside_each_grade(self):
        orders = self._create_policy(
            {"orders": {"measure": "order_count", "period": "trailing", "period_count": 12}},
            [("A", ("orders", "ge", 1)), ("B", ())],
            name="Orders",
        )
        self._create_order(self.small, date(2025, 5, 1))
        for customer, amount in ((self.small, 900), (self.large, 600)):
            self._create_invoice(customer, date(2026, 5, 1), amount)
        trial = self._predict(orders)
        self.assertEqual(
            self._get_figures(trial, ("count", "revenue")), {"A": (1, 900), "B": (3, 600)}
        )
        self.assertEqual(
            self._get_figures(trial, ("count", "revenue"), by="revenue"),
            {"A": (1, 600), "B": (3, 900)},
        )
        self.assertIn(
            "The only one of A brought 60 % of the revenue; the largest before brought 40 %.",
            self._get_sentences(trial),
        )

    def test_two_policies_stand_side_by_side(self):
        strict = self._create_revenue_policy(3000, 100, name="Strict")
        self._create_invoice(self.large, date(2026, 5, 1), 300)
        self._create_invoice(self.second, date(2026, 5, 1), 100)
        trial = self._predict(other_policy_id=strict.id)
        self.assertEqual(
            self._get_figures(trial, ("count", "lift")), {"A": (2, 2), "B": (1, 0), "C": (1, 0)}
        )
        self.assertEqual(
            self._get_figures(trial, ("count", "lift"), policy=strict),
            {"A": (1, 3), "B": (2, 0.5), "C": (1, 0)},
        )
        beside, own, others = trial.prediction
        self.assertEqual([own["title"], others["title"]], ["Revenue", "Strict"])
        heads = beside["blocks"][0]["columns"]
        self.assertIn("Strict: Times the average", heads)
        [row] = [r for r in beside["blocks"][0]["rows"] if r["cells"][0]["badge"]["code"] == "A"]
        told = dict(zip(heads, (cell["text"] for cell in row["cells"]), strict=True))
        self.assertEqual(told["Revenue: Times the average"], "2")
        self.assertEqual(told["Strict: Times the average"], "3")
        context = trial.action_view_prediction()["context"]
        self.assertEqual(context["graph_groupbys"], ["grade_id", "policy_id"])
        with self.assertRaisesRegex(UserError, "one and the same"):
            self._predict(other_policy_id=self.policy.id)

    def test_who_has_no_grade_stands_apart(self):
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "trailing", "period_count": 12}},
            [("A", ("revenue", "ge", 1000))],
        )
        self._create_invoice(self.large, date(2026, 5, 1), 300)
        self._create_invoice(self.middle, date(2026, 5, 1), 300)
        trial = self._predict(policy)
        self.assertEqual(
            self._get_figures(trial, ("count", "revenue", "lift")),
            {"A": (2, 300, 1), False: (2, 300, 2 / 2)},
        )
        self.assertEqual(
            self._get_figures(trial, ("count", "revenue"), by="revenue"), {"A": (2, 300)}
        )
        self.assertIn("All have the same grade, so it tells nothing.", self._get_sentences(trial))

    def test_where_nobody_bought_or_was_there_that_is_said(self):
        trial = self._predict()
        self.assertEqual(
            self._get_sentences(trial),
            ["Nobody bought anything afterwards: nothing to compare with."],
        )
        self.assertEqual({*trial.prediction_ids.mapped("lift")}, {0})
        early = self._predict(day=date(2015, 1, 1))
        self.assertFalse(early.prediction_ids)
        self.assertIn("Nobody has a grade", early.prediction[0]["empty"]["text"])

    def test_late_is_what_fell_due_and_came_late(self):
        for customer, paid in ((self.large, date(2026, 3, 10)), (self.second, date(2026, 3, 12))):
            invoice = self._create_invoice(customer, date(2026, 2, 1), due=date(2026, 3, 10))
            self._pay(invoice, paid)
        self._create_invoice(self.second, date(2026, 2, 1), due=date(2026, 4, 1))  # never paid
        self._create_invoice(self.second, date(2026, 10, 1), due=date(2026, 12, 1))  # not due yet
        # Asked before the day, due after it; and due before it.
        self._create_invoice(self.middle, date(2025, 11, 1), due=date(2025, 12, 1))
        self._create_invoice(self.middle, date(2025, 10, 1), due=DAY)

        trial = self._predict()

        late = self._get_figures(trial, ("due_count", "late_count", "late_share"))
        self.assertEqual(late, {"A": (3, 2, 66.7), "B": (1, 1, 100), "C": (0, 0, 0)})
        self.assertEqual(self._get_told(trial, months=3)["A"].due_count, 0)

    def test_without_payments_nothing_is_told_of_them(self):
        self._create_invoice(self.large, date(2026, 2, 1), due=date(2026, 3, 10))
        Measure = self.env.registry["customer.grading.measure"]
        with patch.object(Measure, "_get_code_keys", lambda self: []):
            trial = self._predict()
            _fields, labels, _rows = trial._get_exported_prediction()
        self.assertNotIn("late", self._get_told(trial)["A"].sums)
        self.assertNotIn("Paid late", trial.prediction[0]["blocks"][1]["columns"])
        self.assertNotIn("Paid late (%)", labels)

    def test_an_invoice_is_of_whom_odoo_says(self):
        contact = self._create_customers(1, name="Li", is_company=False, parent_id=self.large.id)
        self._create_invoice(contact, date(2026, 5, 1), 300)
        contact.parent_id = self.small
        self._create_invoice(contact, date(2026, 6, 1), 20)
        trial = self._predict()
        self.assertEqual(
            self._get_figures(trial, ("count", "revenue")),
            {"A": (2, 300), "B": (1, 0), "C": (1, 20)},
        )

    def test_a_day_whose_months_are_not_over_is_refused(self):
        with self.assertRaisesRegex(UserError, "Choose 11/20/2025, or a day before"):
            self._predict(day=DAY + timedelta(days=1))
        self._predict(day=DAY + timedelta(days=1), months="6")
        # Three months after the end of February end with May, and May is not over on the 28th.
        with self.assertRaisesRegex(UserError, "Choose 02/27/2026"):
            self._predict(day=date(2026, 2, 28), months="3", today=date(2026, 5, 28))
        with freeze_time(at(TODAY)):
            ask = Form(
                self.env["customer.grading.prediction.ask"].with_context(
                    default_policy_id=self.policy.id
                )
            )
        self.assertEqual(ask.date, DAY)
        self.assertEqual(ask.last_text, "11/21/2025 to 11/20/2026")

    def test_it_changes_nothing_and_says_what_is_not_known_of_the_past(self):
        policy = self._create_policy(
            {"Tagged": {"measure": "matches_filter", "subject_domain": "[('name', '!=', 'x')]"}},
            [("A", ("Tagged", "yes"))],
        )
        changes = self.env["customer.grading.change"].search_count([])
        trial = self._predict(policy)
        self.assertIn("Tagged", trial.prediction[0]["notices"][0])
        self.assertEqual(self.env["customer.grading.change"].search_count([]), changes)
        self.assertFalse(
            self.env["customer.grading.result"].search([("policy_id", "=", policy.id)])
        )

    def test_many_are_told_in_the_background_and_lines_go_with_the_trial(self):
        slices = "odoo.addons.customer_grading_simulation.wizard.customer_grading_prediction_ask"
        with patch(f"{slices}.SLICE", 0), freeze_time(at(TODAY)):
            action = (
                self.env["customer.grading.prediction.ask"]
                .create({"policy_id": self.policy.id})
                .action_run()
            )
        trial = self.env["customer.grading.trial"].browse(action["res_id"])
        self.assertEqual(trial.state, "waiting")
        cron = self.env.ref("customer_grading_simulation.ir_cron_continue")
        with self.enter_registry_test_mode(), freeze_time(at(TODAY)):
            cron.method_direct_trigger()
        self.assertEqual(trial.state, "done", trial.error)
        lines = trial.prediction_ids
        self.assertTrue(lines)
        self.env.cr.execute(
            "UPDATE customer_grading_trial SET create_date = now() - interval '31 days'"
        )
        self.env.invalidate_all()
        self.env["customer.grading.trial"]._gc_trials()
        self.assertFalse(lines.exists())

    def test_only_administrators_see_it(self):
        users = self._create_users()
        trial = self._predict()
        own = self._predict(self.policy.with_user(users["administrator"]))
        self.assertTrue(own.with_user(users["administrator"]).prediction)
        other = self._create_users(self._create_company_with_chart("Other"), suffix="_other")
        seen = self.env["customer.grading.prediction"].with_user(other["administrator"])
        self.assertFalse(seen.search([("trial_id", "=", trial.id)]))
        for role in ("officer", "salesperson", "accountant"):
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    trial.prediction_ids.with_user(users[role]).read(["revenue"])
                with self.assertRaises(AccessError):
                    trial.with_user(users[role]).read(["prediction"])
                with self.assertRaises(AccessError):
                    self.env["customer.grading.prediction.ask"].with_user(users[role]).create(
                        {"policy_id": self.policy.id}
                    )

    def test_its_statements_are_as_many_for_forty_customers_as_for_four(self):
        def count():
            trial = self.policy._create_trial("prediction", date=DAY, months=12)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            trial._execute()
            self.assertEqual(trial.state, "done", trial.error)
            return self.env.cr.sql_log_count - before

        counts = [count() for _ in range(2)]
        for customer in self._create_customers(10, name="Another"):
            self._create_invoice(customer, date(2025, 3, 1), amount=1700)
            self._create_order(customer, date(2026, 3, 1), amount=1700)
        self.assertEqual(count(), counts[1])

    def test_the_examples_of_its_statistics_are_right(self):
        check_examples(self, simulation_tools)


@tagged("post_install", "-at_install")
class TestPredictionWords(PredictionCommon, TransactionCase):
    """What is said of two grades holds beyond chance, or that is said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.groups = {
            amount: cls._create_customers(25, name=f"From {amount}") for amount in (2000, 500, 50)
        }
        for amount, customers in cls.groups.items():
            cls._invoice_all(customers, date(2025, 3, 1), [amount] * 25)

    def test_an_order_within_chance_says_nothing(self):
        self._invoice_all(self.groups[2000], date(2026, 3, 1), range(1000, 1025))
        self._invoice_all(self.groups[500], date(2026, 3, 1), [1, 400] * 12 + [200])
        self._invoice_all(self.groups[50], date(2026, 3, 1), [400, 1] * 12 + [210])
        sentences = self._get_sentences(self._predict())
        self.assertEqual(
            sentences[:3],
            [
                "A bought 2.1 times the average, C 0.4 times.",
                "A bought more than B, beyond chance.",
                "The order of B and C says nothing: they differ by no more than chance.",
            ],
        )

    def test_a_wrong_order_is_said_and_a_right_one_at_once(self):
        self._invoice_all(self.groups[2000], date(2026, 3, 1), range(1, 26))
        self._invoice_all(self.groups[500], date(2026, 3, 1), range(500, 525))
        self._invoice_all(self.groups[50], date(2026, 3, 1), range(101, 126))
        trial = self._predict(months="6")
        sentences = self._get_sentences(trial)
        self.assertIn("B bought more than A, beyond chance: the wrong way round.", sentences)
        self.assertIn("B bought more than C, beyond chance.", sentences)
        self._invoice_all(self.groups[2000], date(2026, 9, 1), range(1000, 1025))
        self.assertIn(
            "Each grade bought more than the next one, beyond chance.",
            self._get_sentences(self._predict()),
        )

    def test_too_few_tell_nothing(self):
        self._invoice_all(self.groups[50][:15], date(2025, 3, 2), [100] * 15)
        self._invoice_all(self.groups[2000], date(2026, 3, 1), range(1000, 1025))
        self.assertIn(
            "Too few to tell the order of B and C: that takes 20 of each.",
            self._get_sentences(self._predict()),
        )

    def test_who_paid_late_and_who_left_is_said_against_the_average(self):
        paid = self._invoice_all(self.groups[2000], date(2026, 3, 1), [1000] * 25)
        self._invoice_all(self.groups[500], date(2026, 3, 1), [100] * 25)
        with freeze_time(at(date(2026, 3, 1))):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=paid.ids
            ).create({"payment_date": date(2026, 3, 1)})._create_payments()
        sentences = self._get_sentences(self._predict())
        self.assertIn("B paid late 2 times as often as the average.", sentences)
        self.assertIn("A never paid late.", sentences)
        self.assertIn("C left 3 times as often as the average.", sentences)

    def test_of_plain_revenue_it_tells_as_much_where_it_is_that(self):
        self._invoice_all(self.groups[2000], date(2026, 3, 1), range(1000, 1025))
        self._invoice_all(self.groups[500], date(2026, 3, 1), range(100, 125))
        sentences = self._get_sentences(self._predict())
        self.assertIn(
            "The grade tells as much as plain revenue: rank correlation 0.96, and 0.96.", sentences
        )


@tagged("post_install", "-at_install")
class TestCharity(PredictionCommon, TransactionCase):
    """Givers whose later gifts are known: the figures are those of plain computations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            {"gifts": {"measure": "invoice_count", "period": "trailing", "period_count": 12}},
            [("A", ("gifts", "ge", 2)), ("B", ("gifts", "ge", 1)), ("C", ())],
            name="Answers",
            population="all",
            domain="[('name', 'like', 'Giver')]",
        )
        cls.givers = charity.draw_givers(150)
        cls.records = cls._create_customers(150)
        for number, record in enumerate(cls.records):
            record.name = f"Giver {number:03}"
        cls._post_invoices(
            [
                (record, *gift)
                for record, giver in zip(cls.records, cls.givers, strict=True)
                for gift in (*giver["before"], *giver["after"])
            ]
        )
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = '2020-01-01' WHERE id IN %s", [cls.records._ids]
        )
        cls.env.invalidate_all()

    def _get_figures_of(self, trial, **which):
        names = ("count", "revenue", "revenue_average", "lift", "left_share")
        return {
            code: tuple(line[name] for name in names)
            for code, line in self._get_told(trial, **which).items()
        }

    def _assert_same(self, figures, expected):
        """Check figures to what they are rounded to: cents, hundredths, tenths of a per cent."""
        self.assertEqual([*figures], [*expected])
        for code in expected:
            for one, other, most in zip(
                figures[code], expected[code], (0, 1e-6, 0.006, 0.006, 0.06), strict=True
            ):
                self.assertAlmostEqual(one, other, delta=most)

    def test_its_figures_are_those_of_a_plain_computation(self):
        trial = self._predict()
        for months, days in ((3, 92), (6, 181), (12, 365)):
            rows = charity.get_rows(self.givers, days)
            ranked = charity.rank_by_revenue(rows)
            for by, expected in (("grade", rows), ("revenue", ranked)):
                with self.subTest(months=months, by=by):
                    self._assert_same(
                        self._get_figures_of(trial, by=by, months=months),
                        charity.get_figures(expected),
                    )
                    kept = trial.correlations[str(self.policy.id)][str(months)][by]
                    self.assertAlmostEqual(kept, charity.correlate_ranks(expected))
        # The law says so: who gave more often gives more.
        lifts = [line.lift for line in self._get_told(trial).values()]
        self.assertEqual(lifts, sorted(lifts, reverse=True))
        self.assertGreater(lifts[0], 1.5)

    def test_its_figures_are_those_of_pandas(self):
        names = ["grade", "before", "gifts", "revenue", "left"]
        frame = pandas.DataFrame(charity.get_rows(self.givers, 365), columns=names)
        frame = frame.sort_values(["before"], ascending=False, kind="stable")
        frame["plain"] = sorted(frame["grade"])
        trial = self._predict()
        for by, column in (("grade", "grade"), ("revenue", "plain")):
            groups = frame.groupby(column)["revenue"]
            had = frame[frame["before"] > 0].groupby(column)["left"].mean() * 100
            told = pandas.DataFrame(
                {"count": groups.size(), "sum": groups.sum(), "mean": groups.mean()}
            )
            told["lift"] = told["mean"] / frame["revenue"].mean()
            told["left"] = had.reindex(told.index).fillna(0)
            expected = {code: tuple(row) for code, row in zip(told.index, told.values, strict=True)}
            self._assert_same(self._get_figures_of(trial, by=by), expected)
            rank = pandas.DataFrame({"class": -frame[column].map(ord), "after": frame["revenue"]})
            correlation = rank.corr(method="spearman").loc["class", "after"]
            kept = trial.correlations[str(self.policy.id)]["12"][by]
            self.assertAlmostEqual(kept, correlation)


@tagged("post_install", "-at_install")
class TestPredictionOfCompanies(CompaniesCommon, PredictionCommon, TransactionCase):
    """Each company tells of itself and its branches, a group of all in its currency."""

    day = date(2026, 5, 20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company, amount in ((cls.company, 1000), (cls.branch, 200), (cls.abroad, 30)):
            cls._create_invoice(cls.customer, date(2026, 6, 1), amount, company=company)
            cls._create_order(cls.customer, date(2026, 6, 1), amount, company=company)

    def test_branches_count_with_their_company_and_others_do_not(self):
        trial = self._predict(day=self.day, months="6")
        lines = self._get_told(trial, months=6)
        self.assertEqual((lines["B"].revenue, lines["B"].order_count), (1200, 2))
        self.assertEqual(lines["B"].company_id, self.company)

    def test_a_group_adds_up_in_its_currency(self):
        dimension = self._create_dimension(
            "whole", "ABC", company_scope="group", currency_id=self.company.currency_id.id
        )
        policy = self._create_revenue_policy(
            1000, 100, dimension=dimension, company_id=False, name="Whole"
        )
        users = self._create_users(self.company, suffix="_alone")
        trial = self._predict(policy, day=self.day, months="6")
        line = self._get_told(trial, months=6)["B"]
        self.assertEqual((line.revenue, line.order_count), (1000 + 200 + 2 * 30, 3))
        seen = self.env["customer.grading.prediction"].with_user(users["administrator"])
        self.assertFalse(seen.search([("trial_id", "=", trial.id)]))


@tagged("post_install", "-at_install")
class TestPredictionOfOpportunities(PredictionCommon, TransactionCase):
    def test_what_was_won_is_told_by_the_grade_of_opportunities(self):
        dimension = self._create_dimension("deals", "AB", subject="lead")
        policy = self._create_policy(
            {"amount": {"measure": "lead_expected_revenue"}},
            [("A", ("amount", "ge", 1000)), ("B", ())],
            dimension=dimension,
            lead_population="open",
            domain="[('name', 'like', 'Deal')]",
            name="Deals",
        )
        [customer] = self._create_customers(1)
        closed = {
            "Deal 1": (3000, date(2026, 1, 19)),
            "Deal 2": (2000, None),
            "Deal 3": (500, date(2026, 3, 1)),
            "Deal 4": (100, None),
        }
        for name, (amount, day) in closed.items():
            lead = self._create_lead(customer, date(2025, 6, 1), name=name, expected_revenue=amount)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = '2025-06-01' WHERE id = %s", [lead.id]
            )
            if day:
                with freeze_time(at(day)):
                    lead.action_set_won()
        self.env.invalidate_all()

        trial = self._predict(policy)

        names = ("count", "revenue", "won_count", "won_share", "days_to_close")
        self.assertEqual(
            self._get_figures(trial, names),
            {"A": (2, 3000, 1, 50, 60), "B": (2, 500, 1, 50, 101)},
        )
        self.assertEqual(self._get_told(trial, months=3)["B"].won_count, 0)
        self.assertIn("A was won 1 times as often as the average", self._get_sentences(trial)[0])
        self.assertIn("Days to closing", trial.prediction[0]["blocks"][1]["columns"])


@tagged("post_install", "-at_install")
class TestPredictionExport(PredictionCommon, HttpCase):
    def test_it_is_exported_under_a_name_that_people_give(self):
        [customer] = self._create_customers(1)
        for day in (date(2025, 3, 1), date(2026, 3, 1)):
            self._create_invoice(customer, day, 3000)
        trial = self._predict()
        self.authenticate("admin", "admin")
        response = self.url_open(trial.action_export_prediction()["url"])
        self.assertEqual(response.status_code, 200)
        self.assertIn("Does%20Revenue%20predict", response.headers["Content-Disposition"])
        head, *rows = openpyxl.load_workbook(io.BytesIO(response.content)).active.values
        told = [dict(zip(head, row, strict=True)) for row in rows]
        self.assertEqual(
            {row["Revenue after"] for row in told if row["Months after"] == 12}, {3000}
        )


@tagged("post_install", "-at_install")
class TestBackTestPicture(PredictionCommon, TransactionCase):
    def test_a_back_test_opens_as_stacked_months_oldest_first(self):
        [customer] = self._create_customers(1)
        self._create_invoice(customer, date(2026, 3, 1), 3000)
        with freeze_time(at(TODAY)):
            action = (
                self.env["customer.grading.back.test"]
                .create({"policy_id": self.policy.id, "count": 10})
                .action_run()
            )
        self.assertEqual(action["view_mode"].split(",")[:2], ["graph", "pivot"])
        Count = self.env["customer.grading.trial.count"]
        graph = Count.get_view(view_type="graph")["arch"]
        self.assertIn('stacked="1"', graph)
        self.assertIn('interval="month"', graph)
        groups = Count.formatted_read_group(
            action["domain"], ["date:month", "grade_id"], ["count:sum"]
        )
        months = [group["date:month"][1] for group in groups]
        self.assertEqual([months[0], months[-1]], ["January 2026", "October 2026"])
