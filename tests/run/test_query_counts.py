"""How many queries things take: none that grows with the number of customers."""

import random
import re
from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo.modules import module
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import TODAY, CustomerGradingCommon

OURS = ("customer_grad", "grading_")


class QueryCountCommon(CustomerGradingCommon):
    def _count(self, action, *args):
        """Return the number of queries of ``action``, with nothing in the cache.

        Nothing but the current user and company, which every request reads anyway. What
        environments know of them is forgotten too: whether one from before is still there
        is up to Python's garbage collector.
        """
        self.env.flush_all()
        self.env.transaction.reset()
        self.env.company.name  # noqa: B018 - read into the cache
        before = self.env.cr.sql_log_count
        action(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _assert_no_more(self, few, many):
        """Compare two actions, each with its arguments: the second takes no query more.

        The first may take one more, for what Odoo had put out of its caches meanwhile.
        """
        most = self._count(*few)
        self.assertLessEqual(self._count(*many), most)

    @contextmanager
    def _queries(self):
        """Give a list that fills with the statements of what is done meanwhile."""
        queries = []
        original = Cursor.execute

        def execute(cursor, query, *args, **kwargs):
            queries.append(query.code if isinstance(query, SQL) else str(query))
            return original(cursor, query, *args, **kwargs)

        self.env.flush_all()
        with patch.object(Cursor, "execute", execute):
            yield queries
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestQueryCounts(QueryCountCommon):
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
                "lost": {"measure": "closed_opportunities"},
                "silent": {"measure": "days_since_order"},
            },
            [
                ("A", ("value", "ge", 1)),
                ("B", ("all", ("orders", "ge", 1), ("revenue", "level_is", 0))),
                ("C", ("any", ("lost", "le", 0), ("silent", "le", 90))),
            ],
            dimension=self._create_dimension(f"of_{count}"),
            population="all",
            domain=str([("id", "in", self.customers[:count].ids)]),
        )
        self._activate(policy)
        return policy

    def test_a_run_takes_as_many_for_ten_customers_as_for_a_hundred(self):
        few, many = self._start(10), self._start(100)
        self._run(few)  # what is asked only once while Odoo keeps it
        self._assert_no_more((self._run, few), (self._run, many))

    def test_a_first_run_does_too(self):
        self._start(5)
        self._assert_no_more((self._start, 10), (self._start, 100))

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

    def test_moves_do_not_read_the_history_of_everybody(self):
        policy = self._start(100)
        self._set_latitude(0)
        self._run(policy)  # ends the first grade of each
        self._repeat_history(200)
        self._set_latitude(1, self.customers[:10])
        # As PostgreSQL joins batches of ten thousand.
        self.env.cr.execute("SET LOCAL enable_nestloop = off")
        scans = self._count_scans_of_changes()
        self._run(policy)
        self.assertEqual(
            self.env["customer.grading.change"].search_count(self._get_moved(policy)), 10
        )
        self.assertEqual(self._count_scans_of_changes(), scans)

    def _get_moved(self, policy):
        return [("run_id", "=", policy.run_ids.sorted("id")[-1].id)]

    def _repeat_history(self, times):
        """Let every customer have had as many grades more as ``times``."""
        self.env.flush_all()
        columns = self.env.execute_query(
            SQL(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'customer_grading_change' AND column_name != 'id'"
            )
        )
        names = SQL(", ").join(SQL.identifier(name) for [name] in columns)
        self.env.cr.execute(
            SQL(
                "INSERT INTO customer_grading_change (%(names)s) SELECT %(names)s"
                " FROM customer_grading_change, GENERATE_SERIES(1, %(times)s)"
                " WHERE date_end IS NOT NULL",
                names=names,
                times=times,
            )
        )
        self.assertGreater(self.env.cr.rowcount, 100 * times - 1)
        self.env.cr.execute("ANALYZE customer_grading_change")

    def _count_scans_of_changes(self):
        """Return how often all changes were read in this transaction."""
        self.env.flush_all()
        self.env.cr.execute("SELECT pg_stat_get_xact_numscans('customer_grading_change'::regclass)")
        return self.env.cr.fetchone()[0]

    def _set_latitude(self, value, customers=None):
        self.env.cr.execute(
            "UPDATE res_partner SET partner_latitude = %s WHERE id IN %s",
            [value, tuple((customers or self.customers).ids)],
        )

    def test_regrading_many_takes_as_many_as_regrading_one(self):
        self._start(100)
        Policy = self.env["customer.grading.policy"]
        Policy._regrade(self.customers[:1])
        self._assert_no_more(
            (Policy._regrade, self.customers[:1]), (Policy._regrade, self.customers[:50])
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
        with self._queries() as queries:
            action(*args, **kwargs)
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


@tagged("post_install", "-at_install")
class TestOpportunityQueryCounts(QueryCountCommon):
    """Odoo's own work on opportunities, with a policy of theirs in force and without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intention = cls._create_dimension("intention", subject="lead", sequence=1)
        cls.intention._set_main("lead", cls.company)
        cls.env["ir.config_parameter"].set_param("crm.pls_start_date", "2000-01-01")
        salesperson = cls._create_users()["salesperson"]
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Trucks",
                "company_id": cls.company.id,
                "use_leads": True,
                "crm_team_member_ids": [
                    (0, 0, {"user_id": salesperson.id, "assignment_max": 3000})
                ],
            }
        )

    def _create_leads(self, **vals):
        """Return five opportunities alike, each of a customer of its own."""
        return self.env["crm.lead"].create(
            [
                {
                    "name": "Opportunity",
                    "type": "opportunity",
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "date_deadline": TODAY + timedelta(days=20),
                    **vals,
                }
                for customer in self._create_customers(5)
            ]
        )

    def _create_urgency_policy(self):
        return self._create_policy(
            {
                "closing": {"measure": "lead_days_to_close"},
                "probability": {"measure": "lead_probability"},
                "stage": {"measure": "lead_stage"},
                "meetings": {"measure": "lead_meetings", "period": "all_time"},
            },
            [("A", ("all", ("closing", "le", 30), ("probability", "ge", 1))), ("B", ())],
            dimension=self.intention,
            lead_population="all",
        )

    def _assert_no_query_more(self, action, noting=0, **vals):
        """Compare the queries of ``action`` on five opportunities without grades and with.

        Each is done twice: the first time fills Odoo's caches.

        :param noting: queries by which an addon notes the grade
        :return: the last five
        """
        counts = {}
        for policy in (None, self._create_urgency_policy()):
            if policy:
                self._activate(policy)
            for _each in range(2):
                leads = self._create_leads(**vals)
                if policy:
                    self._run(policy)
                    self.assertEqual(len(self._get_results(leads, self.intention)), 5)
                counts[policy] = self._count(action, leads)
        without, graded = counts.values()
        self.assertLessEqual(graded, without + noting)
        return leads

    def test_winning_opportunities_takes_no_query_more(self):
        leads = self._assert_no_query_more(lambda leads: leads.action_set_won())
        self.assertEqual(set(leads.mapped("won_status")), {"won"})

    def test_losing_them_takes_no_query_more(self):
        # A register of losses, where there is one, notes the grade of the opportunities.
        noting = 2 if "customer.grading.loss" in self.env else 0
        leads = self._assert_no_query_more(lambda leads: leads.action_set_lost(), noting=noting)
        self.assertEqual(set(leads.mapped("won_status")), {"lost"})

    def test_editing_them_takes_no_query_more(self):
        [*_others, stage] = self.env["crm.stage"].search([("is_won", "=", False)])
        vals = {"stage_id": stage.id, "date_deadline": TODAY, "priority": "2"}
        self._assert_no_query_more(lambda leads: leads.write(vals))

    def test_merging_them_reads_nothing_of_ours_while_none_is_graded(self):
        leads = self._create_leads()
        (leads[0] | leads[1]).merge_opportunity()  # fills Odoo's caches, and ours
        with self._queries() as queries:
            survivor = (leads[2] | leads[3]).merge_opportunity(auto_unlink=False)
        self.assertTrue([query for query in queries if 'UPDATE "crm_lead"' in query])
        # What addons note on companies and records is read with the rest of them.
        column = r'"(?:res_company|res_partner|crm_lead)"\."(?:customer_)?grading_\w+"'
        asked = [re.sub(column, "", query) for query in queries]
        self.assertFalse([q for q in asked if any(name in q for name in OURS)])
        self.assertEqual(len(survivor), 1)

    def test_assigning_them_takes_no_query_more(self):
        self.env["crm.lead"].search([("user_id", "=", False)]).active = False
        teams = self.env["crm.team"].search([]) - self.team
        teams.assignment_optout = True

        def assign(_leads):
            random.seed(1940)  # Odoo picks at random
            with patch.object(module, "current_test", self):
                self.env["crm.team"]._cron_assign_leads(force_quota=True, creation_delta_days=0)

        leads = self._assert_no_query_more(assign, user_id=False, team_id=False)
        self.assertEqual(leads.user_id, self.team.member_ids)

    def test_scoring_them_takes_no_query_more(self):
        for close in ("action_set_won", "action_set_lost"):
            getattr(self._create_leads(), close)()

        def score(leads):
            with patch.object(module, "current_test", self):  # it does not commit then
                leads._cron_update_automated_probabilities()

        leads = self._assert_no_query_more(score)
        self.assertTrue(all(leads.mapped("automated_probability")))

    def test_grading_writes_nothing_to_them(self):
        leads = self._create_leads()
        policy = self._create_urgency_policy()
        self._activate(policy)
        leads.date_deadline = TODAY + timedelta(days=90)
        self.env.flush_all()
        with self._queries() as queries:
            self._run(policy)
            leads[0].action_regrade()
        self.assertEqual(len(self._get_results(leads, self.intention)), 5)
        self.assertTrue([query for query in queries if "customer_grading_result" in query])
        self.assertFalse([query for query in queries if 'UPDATE "crm_lead"' in query])
        self.assertFalse([query for query in queries if "crm_lead" in query and " FOR " in query])
