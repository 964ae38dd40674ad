"""“My customers”: revenue, since when, and what is missing to the next grade, beside each."""

from datetime import date

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestMyCustomers(CustomerGradingCommon, TransactionCase):
    """The first buys 5,000, the second 300 of the 1,000 for A, the third nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(at(TODAY)))
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "name": "Revenue"}},
            [("A", ("revenue", "ge", 1000)), ("B", ("revenue", "gt", 0)), ("C", ())],
        )
        cls.customers = cls._create_customers(3)
        cls.customers[:2].user_id = cls.seller
        for customer, amount in zip(cls.customers[:2], (5000, 300), strict=True):
            cls._create_invoice(customer, date(2026, 11, 1), amount=amount)
        cls._create_order(cls.customers[2], date(2026, 11, 1))
        cls._activate(cls.policy)
        Set = cls.env["customer.grading.figures.set"]
        own = Set._create_missing().filtered(lambda one: one.company_id == cls.company)
        cls.env["customer.grading.figures.engine"]._fill(own)

    def _as(self, role):
        self.env.invalidate_all()
        return self.customers.with_user(self.users[role])

    def test_what_a_salesperson_acts_on_stands_beside_each_customer(self):
        first, second, third = self._as("salesperson")
        self.assertEqual(first.customer_grading_since, TODAY)
        revenues = [one.customer_grading_revenue for one in (first, second, third)]
        self.assertEqual(revenues, [5000, 300, 0])
        hidden = [one.customer_grading_figures_hidden for one in (first, second, third)]
        self.assertEqual(hidden, [False, False, True])
        self.assertFalse(first.customer_grading_distance)
        self.assertRegex(second.customer_grading_distance, "^A: 700 more of Revenue")
        self.assertEqual(third.customer_grading_distance, "B: hidden")

    def test_a_grade_set_by_hand_is_no_step_to_a_lower_one(self):
        second = self.customers[1]
        result = self._get_results(second)[second]
        result.with_user(self.users["officer"])._set_by_hand(
            self.dimension._find_grade("A"), "New plant"
        )
        self.assertFalse(self._as("officer")[1].customer_grading_distance)

    def test_it_sorts_and_sums_what_the_reader_may_see(self):
        own = [("id", "in", self.customers.ids)]
        for role, total in (("salesperson", 5300), ("officer", 5300)):
            Partner = self._as(role).browse()
            found = Partner.search(own, order="customer_grading_revenue desc nulls last, id")
            self.assertEqual(found, self.customers, role)
            [[summed]] = Partner._read_group(own, [], ["customer_grading_revenue:sum"])
            self.assertEqual(summed, total)
        self.customers.user_id = self.users["officer"]
        self.env.flush_all()
        Partner = self._as("salesperson").browse()
        [[summed]] = Partner._read_group(own, [], ["customer_grading_revenue:sum"])
        self.assertFalse(summed)

    def test_a_page_takes_as_many_statements_for_many_as_for_few(self):
        names = ["customer_grading_since", "customer_grading_revenue", "customer_grading_distance"]
        more = self._create_customers(20)
        more.user_id = self.seller
        self.env.flush_all()
        self._run(self.policy)
        counts = []
        for customers in (self.customers[:2], self.customers[:2] | more):
            customers.with_user(self.seller).read(names)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers.with_user(self.seller).read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
