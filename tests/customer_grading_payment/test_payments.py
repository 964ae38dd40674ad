"""Each measure of payments, through real documents, against numbers set by hand."""

from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon, at
from ..companies import CompaniesCommon
from ..run.test_query_counts import QueryCountCommon


@tagged("post_install", "-at_install")
class TestPaymentMeasures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    def _measure_payments(self, day=TODAY):
        codes = (
            "overdue_amount",
            "receivable_age",
            "late_count",
            "ontime_ratio",
            "collection_ratio",
        )
        values = self._measure_all(
            self.customers, day, **{code: {"measure": code} for code in codes}
        )
        return [tuple(values[code][row] for code in codes) for row in (0, 1)]

    def test_nothing_invoiced_is_nothing_overdue_and_no_ratio(self):
        self.assertEqual(self._measure_payments(), [(0, None, 0, None, None)] * 2)

    def test_an_invoice_is_overdue_from_the_day_after_its_due_date(self):
        self._create_invoice(self.customer, date(2026, 10, 1), 100, due=date(2026, 11, 19))
        self._create_invoice(self.other, date(2026, 10, 1), 100, due=TODAY)
        self.assertEqual(
            self._measure_payments(),
            [
                (100, date(2026, 11, 19), 1, 0, 0),
                (0, TODAY, 0, None, 0),
            ],
        )

    def test_payments_are_late_by_their_date_and_partly_by_what_is_open(self):
        due = date(2026, 6, 30)
        invoices = [
            self._create_invoice(self.customer, date(2026, 6, 1), 100, due=due) for _n in range(4)
        ]
        on_time, late, partly, _open = invoices
        self._pay(on_time, due)
        self._pay(late, date(2026, 7, 1))
        self._pay(partly, due, 60)
        [measured, _other] = self._measure_payments()
        self.assertEqual(measured, (140, due, 3, 25, 65))

    def test_a_past_day_does_not_know_later_payments(self):
        invoice = self._create_invoice(self.customer, date(2026, 6, 1), 100, due=date(2026, 6, 30))
        self._pay(invoice, date(2026, 8, 1))
        self.assertEqual(
            self._measure_payments(date(2026, 7, 15))[0],
            (100, date(2026, 6, 30), 1, 0, 0),
        )
        self.assertEqual(self._measure_payments()[0], (0, None, 1, 0, 100))

    def test_an_invoice_that_was_credited_is_none(self):
        invoice = self._create_invoice(self.customer, date(2026, 6, 1), 100, due=date(2026, 6, 30))
        self._create_credit_note(invoice, date(2026, 6, 15))
        self.assertEqual(self._measure_payments()[0], (0, None, 0, None, None))

    def test_an_invoice_in_parts_is_one_invoice(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in a month",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        self._create_invoice(
            self.customer,
            date(2026, 6, 1),
            100,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        paid = self._create_invoice(self.customer, date(2026, 6, 1), 100, due=date(2026, 7, 1))
        self._pay(paid, date(2026, 6, 5))
        [measured, _other] = self._measure_payments()
        self.assertEqual(measured, (100, date(2026, 6, 1), 1, 50, 50))

    def test_only_invoices_of_the_period_count_as_late(self):
        self._create_invoice(self.customer, date(2025, 11, 20), 100)
        self._create_invoice(self.customer, date(2025, 11, 21), 100)
        values = self._measure_all(
            self.customer,
            year={"measure": "late_count"},
            ever={"measure": "late_count", "period": "all_time"},
        )
        self.assertEqual((values["year"], values["ever"]), ([1], [2]))

    def test_a_contact_s_invoice_is_its_company_s(self):
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._create_invoice(person, date(2026, 6, 1), 100, due=date(2026, 6, 30))
        self.assertEqual(self._measure_payments()[0][0], 100)

    def test_who_changes_employer_takes_no_debt_along(self):
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        late = self._create_invoice(ann, date(2026, 3, 1), 100, due=date(2026, 3, 31))
        self._pay(late, date(2026, 5, 1))
        for amount in (200, 300):
            self._create_invoice(ann, date(2026, 4, 1), amount, due=date(2026, 4, 30))
        ann.parent_id = self.other
        self.assertEqual(ann.commercial_partner_id, self.other)
        criteria = {code: {"measure": code} for code in ("overdue_amount", "late_count")}
        expected = {"overdue_amount": [500, 0], "late_count": [3, 0]}
        self.assertEqual(self._measure_all(self.customers, **criteria), expected)


@tagged("post_install", "-at_install")
class TestPaymentsOfCompanies(CompaniesCommon):
    criteria = {"overdue": {"measure": "overdue_amount"}}

    def test_a_company_is_owed_what_it_and_its_branches_asked_for(self):
        for company, expected in ((self.company, 110), (self.branch, 10)):
            self.assertEqual(self._measure_for(company), [[expected, ...]])
        self.assertEqual(self._measure_for(self.abroad), [[1, 5]])

    def test_a_group_adds_up_at_the_rate_of_the_day_or_of_today(self):
        dollars = self.env.ref("base.USD")
        group = self._create_dimension("group", company_scope="group", currency_id=dollars.id)
        nobody = self.env["res.company"]
        self.assertEqual(self._measure_for(nobody, dimension=group), [[112, 10]])
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "company_id": self.abroad.id,
                "name": "2026-10-01",
                "rate": 3.0,
            }
        )
        self._create_invoice(self.elsewhere, date(2026, 10, 5), 5, company=self.abroad)
        self.assertEqual(self._measure_for(nobody, dimension=group), [[112, 25]])  # 5 x 2 + 5 x 3
        group.rate_of = "today"
        self.assertEqual(self._measure_for(nobody, dimension=group), [[113, 30]])
        group.rate_of = "document"
        paid = self._create_invoice(self.elsewhere, date(2026, 5, 1), 100, company=self.abroad)
        self._pay(paid, date(2026, 10, 5))
        balance = {"measure": "receivable_balance", "period": "all_time"}
        policy = self._create_policy({"owed": balance}, dimension=group, company_id=False)
        owed = self._measure_all(self.customers, company=nobody, policy=policy)["owed"]
        self.assertEqual(owed, [113, 30], "what was paid leaves nothing, whatever the rates")


@tagged("post_install", "-at_install")
class TestPaymentsOnScreen(QueryCountCommon):
    """What is said of payments where people look: conditions, the regulation, why, the try-on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(at(TODAY)))
        cls.customer = cls._create_customers(1)
        cls._create_invoice(cls.customer, date(2026, 6, 1), 500, due=date(2026, 6, 15))

    @classmethod
    def _receive(cls, amount):
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": cls.customer.id,
                "amount": amount,
                "date": date(2026, 7, 1),
            }
        )
        payment.action_post()

    def test_a_condition_begins_with_the_comparison_that_makes_sense(self):
        for code, expected in (
            ("late_count", "le"),
            ("overdue_amount", "le"),
            ("ontime_ratio", "ge"),
        ):
            policy = self._create_policy({"value": {"measure": code}}, [("A", ())])
            line = policy.rule_ids.line_ids.create(
                {
                    "root_id": policy.rule_ids.id,
                    "policy_id": policy.id,
                    "kind": "condition",
                    "criterion_id": policy.criterion_ids.id,
                }
            )
            with self.subTest(measure=code):
                self.assertEqual((line.operator, line.value), (expected, 0))

    def test_the_tolerance_is_asked_for_and_told_of_what_is_late(self):
        policy = self._create_policy(
            {
                "late": {"measure": "late_count", "tolerance_days": 3},
                "paid": {"measure": "collection_ratio"},
            }
        )
        late, paid = policy.criterion_ids
        self.assertIn("3 days late are let go", late._get_definition())
        self.assertNotIn("let go", paid._get_definition())
        with Form(late) as form:
            self.assertTrue(form.has_tolerance)
            form.tolerance_amount = 5
        self.assertIn("up to 5 USD missing is let go", late._get_definition())
        self.assertFalse(Form(paid).has_tolerance)

    def _explain(self, **codes):
        """Grade by measures of payments; return the customer's page, and what was asked for it."""
        criteria = {key: {"measure": code} for key, code in codes.items()}
        rule = ("all", *((key, "le", 0) for key in criteria))
        self._activate(self._create_policy(criteria, [("A", rule), ("C", ())]))
        customer = self.customer.with_user(self._create_users()["officer"])
        with self._queries() as queries:
            page = str(customer.get_grading_explanation())
        return page, queries

    def test_money_on_account_is_named_beside_what_it_pays(self):
        self._receive(100)
        page, _queries = self._explain(overdue="overdue_amount", exposure="exposure")
        self.assertIn("400", page)
        self.assertEqual(page.count("100 USD paid, not matched"), 1, "the exposure is less by it")

    def test_money_on_account_is_asked_for_once(self):
        self._receive(100)
        page, queries = self._explain(now="overdue_amount", late="late_count", age="receivable_age")
        self.assertEqual(page.count("100 USD paid, not matched"), 3)
        self.assertEqual(sum("amount_residual" in query for query in queries), 1)

    def test_many_are_graded_by_as_many_queries_as_one(self):
        customers = self.customer | self._create_customers(20)
        criteria = {code: {"measure": code} for code in ("late_count", "exposure", "days_to_pay")}
        self._activate(self._create_policy(criteria, [("A", ("late_count", "le", 0)), ("B", ())]))
        regrade = self.env["customer.grading.policy"]._regrade
        regrade(customers)
        self.assertEqual(self._count(regrade, customers), self._count(regrade, self.customer))

    def _try_on(self, code):
        policy = self._create_policy({"value": {"measure": code}}, [("A", ("value", "le", 0))])
        trial = policy._create_trial("try_on")
        trial._execute()
        self.assertEqual(trial.state, "done", trial.error)
        [check] = trial.data_check
        return check["blocks"]

    def test_payments_without_invoice_are_told_where_payment_behaviour_decides(self):
        self.assertEqual(len(self._try_on("late_count")), 1)
        self._receive(10)
        _known, payments = self._try_on("late_count")
        [row] = payments["rows"]
        self.assertIn("1 payment is not matched", row["cells"][0]["text"])
        self.assertEqual(row["cells"][1]["action"]["res_model"], "account.payment")
        self.assertEqual(len(self._try_on("order_amount")), 1)
