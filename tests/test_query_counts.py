"""How many queries things take: none that grows with the number of customers."""

from datetime import date
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from .common import CustomerGradingCommon

OURS = ("customer_grad", "grading_")


@tagged("post_install", "-at_install")
class TestQueryCounts(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(100, user_id=cls.env.uid)
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE res_partner SET partner_latitude = 1 WHERE id IN %s", [tuple(cls.customers.ids)]
        )
        cls.env["customer.grading.measure"].create(
            {
                "name": "Latitude",
                "code": "latitude",
                "kind": "field",
                "field_name": "partner_latitude",
                "unit": "number",
            }
        )
        cls._create_order(cls.customers[0], date(2026, 5, 1))

    def _start(self, count):
        """Return a policy over the first ``count`` customers, which grades them all A."""
        policy = self._create_policy(
            {
                "value": {"measure": "latitude"},
                "orders": {"measure": "order_amount"},
                "revenue": {
                    "measure": "invoiced_revenue",
                    "band_by": "percentile",
                    "bands": [{"lower": 20, "level": "first"}],
                },
                "late": {"measure": "late_count"},
                "contact": {"measure": "days_since_contact"},
            },
            [
                ("A", ("value", "ge", 1)),
                ("B", ("all", ("orders", "ge", 1), ("revenue", "level_is", 0))),
                ("C", ("any", ("late", "le", 0), ("contact", "le", 90))),
            ],
            dimension=self._create_dimension(f"of_{count}"),
            population="all",
            domain=str([("id", "in", self.customers[:count].ids)]),
        )
        self._activate(policy)
        return policy

    def _count(self, action, *args):
        """Return the number of queries of ``action``, with nothing in the cache.

        Nothing but the current company, which every request reads anyway.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.company.name  # noqa: B018 - read into the cache
        before = self.env.cr.sql_log_count
        action(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_run_takes_as_many_for_ten_customers_as_for_a_hundred(self):
        self._run(self._start(5))  # what is asked only once a session
        few, many = self._start(10), self._start(100)
        self.assertEqual(self._count(self._run, few), self._count(self._run, many))

    def test_a_first_run_does_too(self):
        self._start(5)
        self.assertEqual(self._count(self._start, 10), self._count(self._start, 100))

    def test_moves_are_written_in_batches(self):
        self._run(self._start(5))
        counts = []
        for count in (10, 100):
            policy = self._start(count)
            self._set_latitude(0)
            counts.append(self._count(self._run, policy))
            self._set_latitude(1)
        # A batch of a thousand is some hundred rows a statement.
        self.assertLessEqual(counts[1] - counts[0], 3)

    def _set_latitude(self, value):
        self.env.cr.execute(
            "UPDATE res_partner SET partner_latitude = %s WHERE id IN %s",
            [value, tuple(self.customers.ids)],
        )

    def test_regrading_many_takes_as_many_as_regrading_one(self):
        self._start(100)
        Policy = self.env["customer.grading.policy"]
        Policy._regrade(self.customers[:1])
        self.assertEqual(
            self._count(Policy._regrade, self.customers[:1]),
            self._count(Policy._regrade, self.customers[:50]),
        )

    # ------------------------------------------------------------------ screens

    def _get_specification(self, view_type):
        """Return what the client asks of the view, and what of that is ours."""
        view = self.env["res.partner"].get_view(view_type=view_type)
        asked, ours = {}, {}
        for name in view["models"]["res.partner"]:
            field = self.env["res.partner"]._fields[name]
            spec = {"fields": {"display_name": {}}} if field.type == "many2one" else {}
            mine = name.startswith(OURS)
            (ours if mine else asked)[name] = spec
        return asked, ours

    def _start_main(self):
        dimension = self._start(100).dimension_id
        dimension._set_main("partner", self.company)
        self.env.flush_all()

    def test_the_partner_form_takes_three_more_at_most(self):
        self._start_main()
        asked, ours = self._get_specification("form")
        self.assertTrue(ours)
        partner = self.customers[0]
        partner.web_read({**asked, **ours})
        without = self._count(partner.web_read, asked)
        self.assertLessEqual(self._count(partner.web_read, {**asked, **ours}), without + 3)

    def test_a_list_takes_as_many_for_ten_rows_as_for_eighty(self):
        self._start_main()
        asked, ours = self._get_specification("list")
        ours.setdefault("customer_grade_id", {"fields": {"display_name": {}}})
        domain = [("id", "in", self.customers.ids)]

        def read(limit, spec, order=None):
            return self.customers.web_search_read(domain, spec, limit=limit, order=order)

        everything = {**asked, **ours}
        self.assertEqual(len(read(80, everything)["records"]), 80)
        few, many = self._count(read, 10, everything), self._count(read, 80, everything)
        self.assertEqual(few, many)
        self.assertLessEqual(many, self._count(read, 80, asked) + 3)
        by_grade = self._count(read, 80, everything, "customer_grade_id, id")
        self.assertEqual(by_grade, many)

    # ------------------------------------------------------------------ documents

    def _assert_no_query_of_ours(self, action, *args, **kwargs):
        queries = []
        original = Cursor.execute

        def execute(cursor, query, *args, **kwargs):
            queries.append(query.code if isinstance(query, SQL) else str(query))
            return original(cursor, query, *args, **kwargs)

        self.env.flush_all()
        with patch.object(Cursor, "execute", execute):
            action(*args, **kwargs)
            self.env.flush_all()
        self.assertTrue(queries)
        self.assertFalse([query for query in queries if "customer_grad" in query])

    def test_selling_asks_nothing_of_grading(self):
        self._start_main()
        customer = self.customers[0]
        order = self._create_order(customer, date(2026, 5, 1), confirm=False)
        self._assert_no_query_of_ours(order.action_confirm)
        invoice = self._create_invoice(customer, date(2026, 5, 1))
        invoice.button_draft()
        self._assert_no_query_of_ours(invoice.action_post)
        self._assert_no_query_of_ours(self._pay, invoice, date(2026, 5, 2))
