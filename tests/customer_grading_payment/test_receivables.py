"""What customers owe and how they pay, through real entries: as an accountant would tell it."""

from datetime import date
from random import Random

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at
from .ledgers import RandomLedger

# The tables that ledgers are written to.
WRITTEN = (
    "account_move, account_move_line, account_payment, account_partial_reconcile,"
    " account_full_reconcile, account_move__account_payment, res_partner"
)
JUNE_1, JUNE_10, JUNE_15, JUNE_20 = (date(2026, 6, day) for day in (1, 10, 15, 20))
AUGUST_3 = date(2026, 8, 3)
CODES = (
    "overdue_amount",
    "late_count",
    "ontime_ratio",
    "collection_ratio",
    "receivable_balance",
    "days_to_pay",
    "days_late",
)


class ReceivablesCommon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_customers(1)
        accounts = cls.env["account.account"].with_company(cls.company)
        cls.receivable = cls.customer.property_account_receivable_id
        cls.expense, cls.equity = (
            accounts.search(
                [("account_type", "=", kind), ("company_ids", "in", cls.company.ids)], limit=1
            )
            for kind in ("expense", "equity")
        )
        cls.bank, cls.general = (
            cls.env["account.journal"].search(
                [("type", "=", kind), ("company_id", "=", cls.company.id)], limit=1
            )
            for kind in ("bank", "general")
        )

    def _figures(self, *codes, customer=None, day=TODAY, **criterion):
        """Return the values of measures of a customer, all rounded to cents.

        They are the same by a run of everybody and of the customer alone.
        """
        criteria = {
            code: {
                "measure": code,
                **({"period": "all_time"} if code == "receivable_balance" else {}),
                **criterion,
            }
            for code in codes
        }
        customer = customer or self.customer
        policy = self._create_policy(criteria, population="all")
        values = self._measure_all(customer, day, policy=policy)
        self._assert_same_of_few(policy, customer, day, values)
        figures = [values[code][0] for code in codes]
        figures = [v if v is None or isinstance(v, date) else round(float(v), 2) for v in figures]
        return figures if len(codes) > 1 else figures[0]

    def _assert_same_of_few(self, policy, customers, day, values):
        """Assert that ``customers`` have the first of these values where only they are graded."""
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company, day, customers.ids)
        rows = self.env.execute_query_dict(engine._get_values_sql(policy, scope))
        by_customer = {row["subject_id"]: row for row in rows}
        for criterion in policy._get_measured_criteria():
            told = [by_customer[customer.id][f"v{criterion.id}"] for customer in customers]
            self.assertEqual(told, values[criterion.key][: len(customers)], criterion.key)

    @classmethod
    def _create_entry(cls, customer, day, amount, counterpart, due=None, reconcile=None, **vals):
        """Return an entry that asks ``amount`` of a customer, or takes it off where it is below 0.

        :param reconcile: the invoice that it is matched with
        """
        lines = [
            {
                "account_id": cls.receivable.id,
                "partner_id": customer.id,
                "balance": amount,
                "date_maturity": due or day,
            },
            {"account_id": counterpart.id, "balance": -amount},
        ]
        with freeze_time(at(day)):
            entry = cls.env["account.move"].create(
                {
                    "move_type": "entry",
                    "journal_id": cls.general.id,
                    "date": day,
                    "line_ids": [Command.create(line) for line in lines],
                    **vals,
                }
            )
            entry.action_post()
            if reconcile:
                cls._reconcile(entry + reconcile)
        return entry

    @classmethod
    def _reconcile(cls, moves):
        moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()

    @classmethod
    def _receive(cls, customer, day, amount, **vals):
        """Return a payment of a customer that is matched to nothing."""
        with freeze_time(at(day)):
            payment = cls.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": customer.id,
                    "amount": amount,
                    "date": day,
                    "journal_id": cls.bank.id,
                    **vals,
                }
            )
            payment.action_post()
        return payment

    @classmethod
    def _pay_short(cls, invoice, day, amount):
        """Register a payment that settles ``invoice``; what it is short of is written off."""
        with freeze_time(at(day)):
            wizard = (
                cls.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create(
                    {
                        "payment_date": day,
                        "amount": amount,
                        "payment_difference_handling": "reconcile",
                        "writeoff_account_id": cls.expense.id,
                    }
                )
            )
            return wizard._create_payments()


@tagged("post_install", "-at_install")
class TestReceivables(ReceivablesCommon):
    def _create_foreign_invoice(self):
        """Return the invoice of 100 EUR of 1 June, due 15 June, at a rate that moves."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        for day, rate in ((JUNE_1, 0.8), (JUNE_10, 0.9), (JUNE_20, 0.95)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                }
            )
        return self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15, currency_id=euro.id)

    def test_an_exchange_difference_is_no_payment(self):
        invoice = self._create_foreign_invoice()
        with freeze_time(at(JUNE_20)):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"payment_date": JUNE_10})._create_payments()
        self.assertEqual(
            invoice.payment_state, self.env["account.move"]._get_invoice_in_payment_state()
        )
        for day in (date(2026, 6, 16), TODAY):
            with self.subTest(day=day):
                self.assertEqual(
                    self._figures(*CODES, day=day), [0, 0, 100, 100, *self._balance(day), 9, 0]
                )

    def _balance(self, day):
        return [self._figures("receivable_balance", day=day)]

    def test_what_is_paid_in_part_is_open_at_the_rate_of_the_invoice(self):
        invoice = self._create_foreign_invoice()
        self._pay(invoice, JUNE_10, 40)
        self.assertEqual(
            self._figures("overdue_amount", "collection_ratio", "late_count"), [75, 40, 1]
        )
        self.assertEqual(self.customer.credit, 75)

    def test_a_credit_note_leaves_nothing_whatever_the_rate(self):
        invoice = self._create_foreign_invoice()
        self._create_credit_note(invoice, JUNE_20, currency_id=invoice.currency_id.id)
        self.assertEqual(self._figures(*CODES)[:5], [0, 0, None, None, 0])

    def test_a_small_difference_written_off_is_let_go(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay(invoice, JUNE_10, 99.98)
        self.assertEqual(self._figures("overdue_amount", "late_count", day=AUGUST_3), [0.02, 1])
        self._create_entry(self.customer, AUGUST_3, -0.02, self.expense, reconcile=invoice)
        self.assertEqual(self._figures(*CODES), [0, 0, 100, 99.98, 0, 9, 0])

    def test_a_payment_that_is_short_pays_what_came(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay_short(invoice, JUNE_10, 98)
        self.assertEqual(self._figures(*CODES), [0, 0, 100, 98, 0, 9, 0])
        other = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay_short(other, JUNE_10, 40)
        self.assertEqual(
            self._figures("late_count", "ontime_ratio", "collection_ratio"), [1, 50, 69]
        )

    def test_a_bad_debt_is_neither_collected_nor_on_time(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._create_entry(self.customer, AUGUST_3, -100, self.expense, reconcile=invoice)
        self.assertEqual(self._figures(*CODES), [0, 1, 0, 0, 0, None, None])

    def test_a_bad_debt_may_be_written_off_with_another_partner(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        other = self._create_customers(1)
        self._create_entry(other, AUGUST_3, -100, self.expense, reconcile=invoice)
        told = [code for code in CODES if code != "receivable_balance"]
        self.assertEqual(self._figures(*told), [0, 1, 0, 0, None, None])

    def _pay_without_entry(self, invoice, day, amount):
        """Register a payment that the bank's statement brings the entry of, as in Enterprise."""
        with freeze_time(at(day)):
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": invoice.partner_id.id,
                    "amount": amount,
                    "currency_id": invoice.currency_id.id,
                    "date": day,
                    "journal_id": self.bank.id,
                    "invoice_ids": [Command.set(invoice.ids)],
                }
            )
            payment.outstanding_account_id = False
            payment.action_post()
        self.assertFalse(payment.move_id)
        return payment

    def test_a_payment_without_an_entry_settles_on_its_day(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay_without_entry(invoice, JUNE_10, 100)
        self.assertEqual(
            self._figures("overdue_amount", "late_count", "ontime_ratio", "collection_ratio"),
            [0, 0, 100, 100],
        )
        self.assertEqual(self._figures("days_to_pay"), 9)
        self.assertEqual(self._figures("overdue_amount", day=date(2026, 6, 9)), 0)
        self.assertEqual(self._figures("collection_ratio", day=date(2026, 6, 9)), 0)

    def test_a_part_that_the_bank_brought_is_paid_once(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay_without_entry(invoice, JUNE_10, 50)
        self.assertEqual(self._figures("overdue_amount", "collection_ratio"), [50, 50])
        with freeze_time(at(JUNE_20)):
            line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.bank.id,
                    "date": JUNE_20,
                    "payment_ref": "Half",
                    "partner_id": self.customer.id,
                    "amount": 50,
                }
            )
            _bank, suspense, _other = line._seek_for_lines()
            suspense.with_context(skip_readonly_check=True).account_id = self.receivable
            self._reconcile(invoice + line.move_id)
        self.assertEqual(invoice.amount_residual, 50)
        self.assertEqual(self._figures("overdue_amount", "collection_ratio"), [50, 50])

    def test_a_foreign_invoice_paid_whole_without_an_entry_owes_nothing(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        for day, rate in ((JUNE_1, 0.8), (JUNE_10, 0.9)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": day, "rate": rate, "company_id": self.company.id}
            )
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15, currency_id=euro.id)
        self._pay_without_entry(invoice, JUNE_10, 100)
        self.assertEqual(self._figures("overdue_amount", "late_count"), [0, 0])

    def test_a_credit_note_lessens_what_was_asked_and_is_no_money(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 1000, due=JUNE_15)
        self._create_credit_note(invoice, JUNE_10, 600)
        self.assertEqual(
            self._figures("collection_ratio", "overdue_amount", "late_count"), [0, 400, 1]
        )
        self._pay(invoice, JUNE_15)
        self.assertEqual(
            self._figures("collection_ratio", "overdue_amount", "late_count", "ontime_ratio"),
            [100, 0, 0, 100],
        )

    def test_an_invoice_credited_whole_is_none(self):
        paid = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay(paid, JUNE_10)
        gone = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._create_credit_note(gone, AUGUST_3)
        self.assertEqual(
            self._figures("late_count", "ontime_ratio", "collection_ratio"), [0, 100, 100]
        )

    def test_money_on_account_pays_what_was_due_first(self):
        for due in (JUNE_15, JUNE_20):
            self._create_invoice(self.customer, JUNE_1, 100, due=due)
        self._receive(self.customer, JUNE_10, 150)
        self.assertEqual(
            self._figures("overdue_amount", "receivable_age", "late_count", "ontime_ratio"),
            [50, JUNE_20, 1, 50],
        )
        self.assertEqual(self._figures("collection_ratio"), 75)
        self.assertEqual(self.customer.credit, 50)

    def test_money_on_account_comes_on_its_day(self):
        self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._receive(self.customer, JUNE_20, 500)
        self.assertEqual(
            self._figures("overdue_amount", "late_count", "days_to_pay", "days_late"),
            [0, 1, 19, 5],
        )

    def test_a_credit_note_matched_to_nothing_lessens_what_is_overdue(self):
        self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._create_invoice(self.customer, JUNE_10, 30, move_type="out_refund")
        self.assertEqual(
            self._figures("overdue_amount", "collection_ratio", "late_count"), [70, 0, 1]
        )

    def test_an_opening_balance_is_owed(self):
        day = date(2025, 10, 31)
        self._create_entry(self.customer, day, 500, self.equity, due=date(2025, 11, 30))
        self.assertEqual(
            self._figures("overdue_amount", "receivable_age", "receivable_balance"),
            [500, date(2025, 11, 30), 500],
        )

    def test_a_receipt_is_owed_and_paid_as_an_invoice(self):
        receipt = self._create_invoice(
            self.customer, JUNE_1, 100, due=JUNE_15, move_type="out_receipt"
        )
        self.assertEqual(self._figures("overdue_amount", "late_count"), [100, 1])
        self._pay(receipt, JUNE_10)
        self.assertEqual(self._figures("overdue_amount", "collection_ratio"), [0, 100])

    def test_money_that_went_back_is_owed_again(self):
        """A payment that the bank took back is open, and nothing that was asked."""
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay(invoice, JUNE_10)
        self._receive(self.customer, JUNE_20, 100, payment_type="outbound")
        self.assertEqual(
            self._figures("overdue_amount", "late_count", "collection_ratio"), [100, 0, 100]
        )
        self.assertEqual(self.customer.credit, 100)

    def test_days_of_tolerance(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay(invoice, date(2026, 6, 18))
        for days, late in ((0, 1), (2, 1), (3, 0)):
            with self.subTest(days=days):
                self.assertEqual(self._figures("late_count", tolerance_days=days), late)

    def test_what_is_due_on_a_sunday_may_come_on_monday(self):
        sunday, monday, tuesday = (date(2026, 6, day) for day in (14, 15, 16))
        for paid, days, late in ((monday, 0, 0), (tuesday, 0, 1), (tuesday, 1, 0)):
            with self.subTest(paid=paid, days=days):
                customer = self._create_customers(1)
                invoice = self._create_invoice(customer, JUNE_1, 100, due=sunday)
                self._pay(invoice, paid)
                figures = self._figures(
                    "late_count",
                    customer=customer,
                    tolerance_days=days,
                    tolerance_working_days=True,
                )
                self.assertEqual(figures, late)
        self.assertEqual(self._figures("late_count", customer=customer), 1)

    def test_a_tolerance_as_an_amount_or_in_per_cent(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15)
        self._pay(invoice, JUNE_10, 97)
        for tolerance, late in (
            ({"tolerance_amount": 2.99}, 1),
            ({"tolerance_amount": 3}, 0),
            ({"tolerance_percent": 2.9}, 1),
            ({"tolerance_percent": 3}, 0),
        ):
            with self.subTest(**tolerance):
                self.assertEqual(
                    self._figures("late_count", "overdue_amount", **tolerance), [late, 3 * late]
                )

    def test_days_are_weighted_by_amount_but_for_their_median(self):
        for amount, paid in ((100, JUNE_10), (100, JUNE_15), (300, JUNE_20)):
            invoice = self._create_invoice(self.customer, JUNE_1, amount, due=JUNE_15)
            self._pay(invoice, paid)
        self.assertEqual(self._figures("days_to_pay", "days_late", "median_days_late"), [16, 3, 0])

    def test_days_sales_outstanding(self):
        paid = self._create_invoice(self.customer, JUNE_1, 300)
        self._pay(paid, JUNE_10)
        self._create_invoice(self.customer, JUNE_1, 100)
        days = {"period_count": 200, "period_unit": "days"}
        self.assertEqual(self._figures("days_outstanding", **days), 50)

    def test_exposure_is_what_is_owed_and_ordered(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 300)
        self._pay(invoice, JUNE_10, 100)
        self.assertEqual(self._figures("exposure", "credit_limit_share"), [200, None])
        self.customer.credit_limit = 1000
        order = self._create_order(self.customer, JUNE_1, 250, quantity=2)
        self.assertEqual(self._figures("exposure", "credit_limit_share"), [700, 70])
        self._create_order(self.customer, JUNE_1, 1000, confirm=False)
        with freeze_time(at(JUNE_15)):
            order.order_line.qty_delivered = 1
            draft = order._create_invoices()
            self.assertEqual(self._figures("exposure"), 700, "a draft is owed by nobody")
            draft.invoice_date = JUNE_15
            draft.invoice_line_ids.quantity = 1
            draft.action_post()
        self.assertEqual(self._figures("exposure"), 700, "250 owed more, 250 ordered less")
        self._pay(draft, JUNE_20)
        self.assertEqual(self._figures("exposure", "credit_limit_share"), [450, 45])

    def test_a_down_payment_is_not_counted_twice(self):
        order = self._create_order(self.customer, JUNE_1, 1000)
        with freeze_time(at(JUNE_10)):
            wizard = (
                self.env["sale.advance.payment.inv"]
                .with_context(active_model="sale.order", active_ids=order.ids)
                .create({"advance_payment_method": "fixed", "fixed_amount": 200})
            )
            wizard.create_invoices()
            order.invoice_ids.invoice_date = JUNE_10
            order.invoice_ids.action_post()
        self.assertEqual(self._figures("exposure"), 1000)
        self._pay(order.invoice_ids, JUNE_15)
        self.assertEqual(self._figures("exposure"), 800)

    def test_almost_all_is_not_all(self):
        invoice = self._create_invoice(self.customer, JUNE_1, 1000000)
        self._pay(invoice, JUNE_10, 999999.60)
        policy = self._create_policy(
            {"paid": {"measure": "collection_ratio"}},
            [("A", ("paid", "ge", 100)), ("B", ("paid", "ge", 99.9999)), ("C", ())],
        )
        self._activate(policy)
        self.assertEqual(self.customer.customer_grade_id.code, "B")

    def test_the_documents_behind_a_number_are_those_that_it_counts(self):
        late, early = (
            self._create_invoice(self.customer, JUNE_1, 100, due=JUNE_15) for _each in range(2)
        )
        self._pay(late, JUNE_20)
        self._pay(early, JUNE_10)
        policy = self._create_policy({"late": {"measure": "late_count"}})
        scope = self.env["customer.grading.engine"]._get_scope(policy, self.company, TODAY)
        criterion = policy.criterion_ids
        model_name, domain = criterion.measure_id._get_documents(criterion, self.customer, scope)
        self.assertEqual(self.env[model_name].search(domain), late)


@tagged("post_install", "-at_install")
class TestLedgers(ReceivablesCommon):
    """Random ledgers, entered as people do, against a list of what happened."""

    LEDGERS = 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": cls.euro.id,
                    "company_id": cls.company.id,
                }
                for day, rate in (
                    (date(2020, 1, 1), 0.8),
                    (date(2026, 2, 1), 0.5),
                    (date(2026, 7, 1), 1.0),
                )
            ]
        )

    def _enter(self, customer, steps):
        """Enter the steps of a ledger."""
        documents = {}
        for how, arguments in steps:
            getattr(self, f"_enter_{how}")(customer, documents, *arguments)

    def _enter_invoice(self, customer, documents, number, day, dues, amount, **vals):
        documents[number] = self._create_invoice(
            customer, day, float(amount), **{"due": dues[0], **vals}
        )

    def _enter_receipt(self, customer, documents, number, day, dues, amount):
        self._enter_invoice(customer, documents, number, day, dues, amount, move_type="out_receipt")

    def _enter_foreign(self, customer, documents, number, day, dues, amount):
        """The same amount in the company's currency, by the rate of the day."""
        rate = self.euro._get_conversion_rate(
            self.company.currency_id, self.euro, self.company, day
        )
        self._enter_invoice(
            customer, documents, number, day, dues, float(amount) * rate, currency_id=self.euro.id
        )

    def _enter_instalments(self, customer, documents, number, day, dues, amount):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": (due - day).days}
                    )
                    for due in dues
                ],
            }
        )
        self._enter_invoice(
            customer,
            documents,
            number,
            day,
            dues,
            amount,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )

    def _enter_opening(self, customer, documents, number, day, dues, amount):
        documents[number] = self._create_entry(
            customer, day, float(amount), self.equity, due=dues[0]
        )

    def _own(self, document, amount):
        """Return what an amount of the company's currency is in the document's, at its rate."""
        items = document.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        return float(amount) * sum(items.mapped("amount_currency")) / sum(items.mapped("balance"))

    def _enter_pay(self, customer, documents, number, day, amount):
        document = documents[number]
        payment = self._receive(
            customer,
            day,
            self._own(document, amount),
            currency_id=document.currency_id.id,
        )
        with freeze_time(at(day)):
            self._reconcile(document + payment.move_id)

    _enter_part = _enter_pay

    def _enter_short(self, customer, documents, number, day, amount):
        self._pay_short(documents[number], day, self._own(documents[number], amount))

    def _enter_credit(self, customer, documents, number, day, amount):
        document = documents[number]
        self._create_credit_note(
            document, day, self._own(document, amount), currency_id=document.currency_id.id
        )

    _enter_reverse = _enter_credit

    def _enter_lose(self, customer, documents, number, day, amount):
        document = documents[number]
        self._create_entry(
            customer,
            day,
            -float(amount),
            self.expense,
            reconcile=document,
        )

    def _enter_receive(self, customer, documents, day, amount):
        self._receive(customer, day, float(amount))

    def _enter_note(self, customer, documents, day, amount):
        self._create_invoice(customer, day, float(amount), move_type="out_refund")

    def test_figures_are_those_of_a_plain_ledger_and_of_odoo(self):
        customers = self._create_customers(self.LEDGERS)
        start, since = date(2025, 9, 1), date(2025, 11, 21)
        ledgers = []
        for seed, customer in enumerate(customers):
            # PostgreSQL knows nothing of what one transaction wrote, and Odoo's queries last.
            self.env.flush_all()
            self.env.cr.execute(f"ANALYZE {WRITTEN}")
            made = RandomLedger(Random(seed), start, TODAY)
            self._enter(customer, made.steps)
            ledgers.append(made)
        codes = list(ledgers[0].ledger.get_figures(TODAY, since))
        everything = {"receivable_balance": {"period": "all_time"}}
        criteria = {code: {"measure": code, **everything.get(code, {})} for code in codes}
        policy = self._create_policy(criteria, population="all")
        for day in (TODAY, date(2026, 5, 5)):
            values = self._measure_all(customers, day, policy=policy)
            self._assert_same_of_few(policy, customers, day, values)
            self._assert_same_of_few(policy, customers[0], day, values)
            first = day + relativedelta(days=1, months=-12)
            for row, (customer, made) in enumerate(zip(customers, ledgers, strict=True)):
                with self.subTest(customer=customer.name, day=day, steps=made.steps):
                    told = {code: values[code][row] for code in codes}
                    meant = made.ledger.get_figures(day, first)
                    self.assertEqual(self._round(told), self._round(meant))
                    if day == TODAY:
                        self._check_by_odoo(customer, told)

    @staticmethod
    def _round(figures):
        return {
            code: value if value is None or isinstance(value, date) else round(float(value), 2)
            for code, value in figures.items()
        }

    def _check_by_odoo(self, customer, told):
        """Compare with the balance of the contact, and with the open amounts of its items."""
        self.assertAlmostEqual(customer.credit, float(told["receivable_balance"]), 2)
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", customer.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        overdue = items.filtered(
            lambda line: line.balance < 0 or (line.date_maturity or line.date) < TODAY
        )
        aged = max(sum(overdue.mapped("amount_residual")), 0)
        self.assertAlmostEqual(aged, float(told["overdue_amount"]), 2)
