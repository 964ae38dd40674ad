"""Who falls or rises, on which day and by what, is told before it happens; nothing is written."""

import random
from ast import literal_eval
from contextlib import suppress
from datetime import date, timedelta
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.safe_eval import safe_eval

from ..common import TODAY, ClockCase, CustomerGradingCommon

REVENUE = {"Revenue": {"measure": "invoiced_revenue", "period": "trailing"}}
RULES = [("A", ("Revenue", "ge", 1000)), ("B", ("Revenue", "ge", 500)), ("C", ())]
YEAR_END = date(2026, 12, 31)


class OutlookCase(ClockCase, CustomerGradingCommon):
    def _start(self, criteria=None, rules=RULES, **vals):
        """Put a policy in force, and look ahead by it."""
        policy = self._create_policy(criteria or REVENUE, rules, **vals)
        self._activate(policy)
        self._look_ahead()
        return policy

    def _look_ahead(self):
        Ahead = self.env["customer.grading.outlook.run"]
        due = Ahead._find_due()
        for one, subject_ids in due.items():
            one._execute(subject_ids=subject_ids)
            self.assertEqual(one.state, "done", one.error)
        return due

    def _let_time_pass(self):
        """Let what was stored before be long ago: all of a test is one moment of the database."""
        self.env.flush_all()
        self.cr.execute("UPDATE customer_grading_result SET date_stored = '2026-01-01'")
        self.env["customer.grading.outlook.run"].search([]).date_seen = "2026-01-01"
        self.env.invalidate_all()

    def _get_outlooks(self, records):
        """Return the outlooks of ``records``, in their order."""
        field = records._grading_result_field
        Outlook = records.env["customer.grading.outlook"]
        found = Outlook.search([(field, "in", records.ids)])
        return found.sorted(lambda one: (records.ids.index(one[field].id), one.direction))

    def _tell(self, records):
        """Return what is told of each outlook: grade now and then, day, day of effect, how."""
        return [
            (one.grade_id.code, one.to_grade_id.code, one.date, one.date_effect, one.way)
            for one in self._get_outlooks(records)
        ]

    def _get_sentences(self, record, user=None):
        """Return what “Why this grade?” says of what comes."""
        record = record.with_user(user) if user else record
        blocks = [b for view in record.get_grading_explanation() for b in view["blocks"]]
        return [block["text"] for block in blocks if block["title"] == "Outlook"]


class TestTimePasses(OutlookCase):
    def test_an_invoice_that_leaves_the_year_is_told_with_its_day_and_amount(self):
        falls, stays, loses = self._create_customers(3)
        for customer in (falls, loses):
            self._create_invoice(customer, date(2025, 12, 31), 900)
        self._create_invoice(falls, date(2026, 6, 1), 600)
        self._create_invoice(loses, date(2026, 6, 1), 200)
        self._create_invoice(stays, date(2026, 6, 1), 2000)
        self._start(rules=RULES[:2])

        # Of the twelve months up to 31 December the invoice of that day a year before is not one.
        self.assertEqual(
            self._tell(falls | stays | loses),
            [("A", "B", YEAR_END, YEAR_END, "time"), ("A", False, YEAR_END, YEAR_END, "time")],
        )
        outlooks = self._get_outlooks(falls | loses)
        self.assertEqual(outlooks.mapped("direction"), ["fall", "lost"])
        self.assertEqual(outlooks.mapped("horizon"), ["60", "60"])
        self.assertEqual(outlooks.mapped("revenue"), [1500, 1100])
        self.assertIn("400", outlooks[0].what_it_takes)
        [text] = self._get_sentences(falls)
        day = format_date(self.env, YEAR_END)
        revenue = "Revenue (last 12 months)"
        self.assertEqual(
            text,
            f"Falls to B on {day}, if nothing happens. To keep A, by then: 400 more of {revenue}.",
        )
        self.assertEqual(
            self._get_sentences(loses),
            [
                f"Loses its grade on {day}, if nothing happens. "
                f"To keep A, by then: 800 more of {revenue}."
            ],
        )
        self.assertFalse(self._get_sentences(stays))

    def test_an_invoice_of_a_later_day_counts_when_it_comes(self):
        rises, kept = self._create_customers(2)
        self._create_invoice(rises, TODAY - timedelta(days=30), 300)
        self._create_invoice(rises, TODAY + timedelta(days=20), 900)
        self._create_invoice(kept, date(2025, 12, 10), 1000)
        self._create_invoice(kept, TODAY + timedelta(days=5), 1000)
        self._start()

        day = TODAY + timedelta(days=20)
        self.assertEqual(self._tell(rises | kept), [("C", "A", day, day, "time")])
        self.assertIn("Rises to A on", self._get_sentences(rises)[0])

    def test_change_control_says_when_it_takes_effect(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 3), 900)
        self._create_invoice(customer, date(2026, 6, 1), 600)
        policy = self._create_policy(
            REVENUE, RULES, downgrade_timing="month_end", downgrade_days=5, grace_days=3
        )
        self._activate(policy)
        self._look_ahead()

        computed, effect = date(2026, 12, 3), date(2027, 1, 3)
        self.assertEqual(self._tell(customer), [("A", "B", computed, effect, "time")])
        [text] = self._get_sentences(customer)
        self.assertIn(format_date(self.env, effect), text)
        self.assertIn(f"The computed grade changes on {format_date(self.env, computed)}.", text)

        # On that day the run computes it; what waits is told until its day, with the same day.
        self._at(computed)
        self._run(policy)
        self._look_ahead()
        result = self._get_results(customer)[customer]
        self.assertEqual(result.grade_id.code, "A")
        self.assertEqual(result.change_ids.filtered("is_open").date_due, effect)
        self.assertEqual(self._tell(customer), [("A", "B", effect, effect, "held")])
        self.assertFalse(self._get_sentences(customer))
        self.assertIn("400", self._get_outlooks(customer).what_it_takes)

        self._at(effect)
        self._run(policy)
        self._look_ahead()
        self.assertEqual(self._get_grades(customer), ["B"])
        self.assertFalse(self._get_outlooks(customer))

    def test_what_needs_approval_says_so(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 31), 1000)
        self._start(downgrade_timing="confirmed")

        outlook = self._get_outlooks(customer)
        self.assertTrue(outlook.needs_yes)
        self.assertTrue(self._get_sentences(customer)[0].endswith(" Needs approval first."))

    def test_one_grade_at_a_time_is_told_as_it_goes(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 31), 1000)
        self._start(one_step=True)

        self.assertEqual(self._tell(customer), [("A", "B", YEAR_END, YEAR_END, "time")])

    def test_a_rank_is_that_of_the_last_run_of_everybody(self):
        customers = self._create_customers(4)
        for customer, amount in zip(customers, (500, 400, 300, 200), strict=True):
            self._create_invoice(customer, date(2026, 6, 1), amount)
        self._create_invoice(customers[0], date(2026, 1, 10), 500)
        self._create_invoice(customers[1], date(2026, 1, 10), 250)
        bands = [{"level": "top", "lower": 2}, {"level": "rest", "lower": 100}]
        criteria = {"Revenue": {**REVENUE["Revenue"], "band_by": "position", "bands": bands}}
        self._start(criteria, [("A", ("Revenue", "level_ge", 0)), ("B", ())])
        self.assertEqual(self._get_grades(customers), ["A", "A", "B", "B"])

        # The last of the first two has 650: who has less on that day falls, whoever else does.
        day = date(2027, 1, 10)
        self.assertEqual(
            self._tell(customers),
            [("A", "B", day, day, "time"), ("A", "B", day, day, "time")],
        )

    def test_an_answer_that_ends_and_age_are_told(self):
        question = self.env["customer.grading.question"].create(
            {"name": "Reliable?", "code": "reliable", "kind": "yes_no", "validity_months": 2}
        )
        asked, silent = self._create_customers(2)
        for customer in (asked, silent):
            self._create_order(customer, date(2026, 10, 1))
        self._answer(question, asked, True, day=date(2026, 10, 5))
        criteria = {
            "Reliable": {"question": question},
            "Silence": {"measure": "days_since_order", "period": "all_time"},
        }
        rules = [("A", ("Reliable", "yes")), ("B", ("Silence", "le", 90)), ("C", ())]
        self._start(criteria, rules)

        end = (
            self.env["customer.grading.answer"].search([("partner_id", "=", asked.id)]).valid_until
        )
        first, second = self._get_outlooks(asked | silent)
        self.assertEqual(first.date, end + timedelta(days=1))
        self.assertIn("“Reliable?” answered yes", first.what_it_takes)
        self.assertEqual(second.date, date(2026, 10, 1) + timedelta(days=91))
        self.assertEqual(second.what_it_takes, "Silence (all time) at most 90 days")

    def test_by_hand_ends_on_its_day_and_until_then_nothing_moves(self):
        ends, stays, frozen, excluded = customers = self._create_customers(4)
        for customer in customers:
            self._create_invoice(customer, date(2025, 12, 31), 1000)
        self._start()
        results = self._get_results(customers)
        grade = results[ends].grade_id
        until = TODAY + timedelta(days=9)
        results[ends]._set_by_hand(
            grade.search([("code", "=", "C"), ("dimension_id", "=", grade.dimension_id.id)]),
            "Test",
            until,
        )
        results[stays]._set_by_hand(grade, "Test")
        results[frozen]._freeze("Test", YEAR_END + timedelta(days=4))
        results[excluded]._exclude("Test")
        # What was told before is not told any more.
        officer = self._create_users()["officer"]
        self.assertTrue(self._get_outlooks(customers))
        self.assertFalse(self._get_outlooks(customers.with_user(officer)))
        self._run(results[ends].policy_id)
        self._look_ahead()

        day, thaw = until + timedelta(days=1), YEAR_END + timedelta(days=5)
        self.assertEqual(
            self._tell(customers),
            [("C", "A", day, day, "manual"), ("A", "C", thaw, thaw, "manual")],
        )
        self.assertEqual(
            self._get_sentences(ends),
            [f"Becomes A on {format_date(self.env, day)}, when the grade set by hand ends."],
        )

    def test_opportunities_too(self):
        dimension = self._create_dimension("promise", "AB", subject="lead")
        lead = self._create_lead(
            self._create_customers(1), TODAY, date_deadline=TODAY + timedelta(days=40)
        )
        self._start(
            {"Closing": {"measure": "lead_days_to_close"}},
            [("A", ("Closing", "ge", 0)), ("B", ())],
            dimension=dimension,
        )
        day = TODAY + timedelta(days=41)
        self.assertEqual(self._tell(lead), [("A", "B", day, day, "time")])
        dimension._set_main("lead", self.company)
        found = self.env["crm.lead"].search(
            [("customer_grading_result_id.outlook_ids.direction", "in", ("fall", "lost"))]
        )
        self.assertEqual(found, lead)

    def test_what_is_told_is_what_happens(self):
        """Each of the 90 nights is done, and compared with what was told on the first."""
        drawn = random.Random(17)
        customers = self._create_customers(12)
        for customer in customers:
            for _invoice in range(drawn.randint(1, 4)):
                day = TODAY - timedelta(days=drawn.randint(150, 364))
                self._create_invoice(customer, day, drawn.choice((250, 300, 500, 700)))
            self._create_order(customer, TODAY - timedelta(days=drawn.randint(0, 120)))
        criteria = {**REVENUE, "Silence": {"measure": "days_since_order"}}
        rules = [
            ("A", ("all", ("Revenue", "ge", 1000), ("Silence", "le", 120))),
            ("B", ("any", ("Revenue", "ge", 500), ("Silence", "le", 60))),
            ("C", ()),
        ]
        policy = self._start(criteria, rules, downgrade_timing="month_end", downgrade_days=3)
        told = {one.partner_id: one for one in self._get_outlooks(customers) if one.date}
        results = self._get_results(customers)
        before = {customer: results[customer].grade_id for customer in customers}
        computed, effective = {}, {}
        for days in range(1, 91):
            today = TODAY + timedelta(days=days)
            self._at(today)
            self._run(policy)
            for customer, result in results.items():
                if result.computed_grade_id != before[customer]:
                    computed.setdefault(customer, (today, result.computed_grade_id))
                if result.grade_id != before[customer]:
                    effective.setdefault(customer, today)
        self.assertGreater(len(computed), 4)
        self.assertEqual(
            {one: (outlook.date, outlook.to_grade_id) for one, outlook in told.items()}, computed
        )
        for customer, day in effective.items():
            with self.subTest(customer=customer.name):
                self.assertEqual(told[customer].date_effect, day)


class TestNear(OutlookCase):
    def test_one_number_of_which_little_is_short_is_told(self):
        near, far, well, two = customers = self._create_customers(4)
        for customer, amount in zip(customers, (820, 700, 1000, 990), strict=True):
            self._create_invoice(customer, date(2026, 6, 1), amount)
        for customer in (near, far, well):
            for _order in range(2):
                self._create_order(customer, date(2026, 6, 1))
        criteria = {**REVENUE, "Orders": {"measure": "order_count", "period": "trailing"}}
        self._start(
            criteria, [("A", ("all", ("Revenue", "ge", 1000), ("Orders", "ge", 2))), ("B", ())]
        )
        self.assertEqual(self._tell(customers), [("B", "A", False, False, "near")])
        outlook = self._get_outlooks(near)
        self.assertEqual((outlook.direction, outlook.horizon), ("rise", False))
        self.assertIn("180", outlook.what_it_takes)
        [text] = self._get_sentences(near)
        self.assertTrue(text.startswith("Rises to A with: ") and "180" in text, text)

    def test_nothing_helps_who_meets_what_is_asked_before(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2026, 6, 1), 900)
        criteria = {**REVENUE, "Invoices": {"measure": "invoice_count", "period": "trailing"}}
        rules = [("C", ("Invoices", "ge", 1)), ("A", ("Revenue", "ge", 1000)), ("B", ())]
        self._start(criteria, rules)
        self.assertFalse(self._tell(customer))

    def test_ranks_points_and_groups_are_near_too(self):
        customers = self._create_customers(4)
        for customer, amount in zip(customers, (1000, 850, 500, 100), strict=True):
            self._create_invoice(customer, date(2026, 6, 1), amount)
        bands = [{"level": "top", "lower": 1}, {"level": "rest", "lower": 100}]
        criteria = {
            "Place": {**REVENUE["Revenue"], "band_by": "position", "bands": bands},
            "Invoices": {"measure": "invoice_count", "period": "trailing"},
        }
        rules = [
            ("A", ("any", ("Place", "level_ge", 0), ("Invoices", "ge", 6))),
            ("B", ()),
        ]
        self._start(criteria, rules)
        self.assertEqual(self._tell(customers), [("B", "A", False, False, "near")])
        outlook = self._get_outlooks(customers)
        self.assertEqual(outlook.partner_id, customers[1])
        self.assertIn("150", outlook.what_it_takes)


class TestRenewing(OutlookCase):
    def setUp(self):
        super().setUp()
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1)

    def test_only_what_differs_is_written(self):
        first, second = customers = self._create_customers(2)
        for customer in customers:
            self._create_invoice(customer, date(2025, 12, 31), 1000)
        policy = self._start()
        self.assertFalse(self._look_ahead(), "nothing was graded since")

        def get_versions():
            self.env.flush_all()
            self.env.cr.execute("SELECT partner_id, ctid::text FROM customer_grading_outlook")
            return dict(self.env.cr.fetchall())

        before = get_versions()
        self._create_invoice(second, TODAY, 600)
        self._run(policy)
        self._look_ahead()
        after = get_versions()
        self.assertEqual(after[first.id], before[first.id])
        self.assertNotEqual(after[second.id], before[second.id])
        self.assertEqual(self._tell(second), [("A", "B", YEAR_END, YEAR_END, "time")])

        self._create_invoice(second, TODAY, 600)
        self._run(policy)
        self._look_ahead()
        self.assertEqual(set(get_versions()), {first.id})

    def test_who_is_graded_again_is_told_anew(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 31), 1000)
        self._start()
        self.assertEqual(len(self._get_outlooks(customer)), 1)
        self._create_invoice(customer, TODAY, 1000)
        other = self._create_customers(1)
        self._create_invoice(other, date(2025, 12, 31), 1000)
        self._let_time_pass()
        customer.action_regrade()
        [(_one, ids)] = self.env["customer.grading.outlook.run"]._find_due().items()
        self.assertEqual(ids, customer.ids)
        self._look_ahead()
        self.assertFalse(self._get_outlooks(customer | other))

    def test_one_policy_that_fails_names_why_and_leaves_the_others(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 31), 1000)
        fails = self._create_policy(REVENUE, RULES, user_id=self.env.user.id)
        works = self._create_policy(REVENUE, RULES, dimension=self._create_dimension("other"))
        for policy in (fails, works):
            self._activate(policy)
        Engine = self.registry["customer.grading.engine"]
        read = Engine._get_values_sql

        def fail(engine, policy, *args, **kwargs):
            if policy == fails:
                raise UserError("“Revenue” cannot be measured.")
            return read(engine, policy, *args, **kwargs)

        Ahead = self.env["customer.grading.outlook.run"]
        self.patch(self.cr, "rollback", lambda: None)
        with patch.object(Engine, "_get_values_sql", fail), suppress(UserError):
            Ahead._cron_look_ahead()
        one = Ahead.search([("policy_id", "=", fails.id)])
        self.assertEqual((one.state, one.error), ("failed", "“Revenue” cannot be measured."))
        self.assertEqual(fails.activity_ids.summary, "The outlook failed")
        self.assertEqual(self._get_outlooks(customer).policy_id, works)
        # It is done again after the next run of everybody, not before.
        self.assertFalse(Ahead._find_due())
        self._run(fails)
        self.assertEqual(Ahead._find_due(), {one: None})
        Ahead._cron_look_ahead()
        self.assertEqual(self._get_outlooks(customer).policy_id, works | fails)

    def test_what_was_killed_is_done_again(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 31), 1000)
        self._activate(self._create_policy(REVENUE, RULES))
        Ahead = self.env["customer.grading.outlook.run"]
        [killed] = Ahead._find_due()
        killed._note({"state": "running"})
        Ahead._cron_look_ahead()
        self.assertEqual(killed.state, "done")
        self.assertEqual(len(self._get_outlooks(customer)), 1)

    def test_it_waits_for_the_runs(self):
        policy = self._create_policy(REVENUE, RULES)
        self._activate(policy)
        waiting = policy._create_run("nightly", self.company)
        Ahead = self.env["customer.grading.outlook.run"]
        Ahead._cron_look_ahead()
        self.assertFalse(Ahead.search([("policy_id", "=", policy.id)]))
        triggered = Domain(
            "cron_id", "=", self.env.ref("customer_grading_outlook.ir_cron_look_ahead").id
        )
        before = self.env["ir.cron.trigger"].search_count(triggered)
        self.env["customer.grading.run"]._cron_continue()
        self.assertEqual(waiting.state, "done")
        self.assertGreater(self.env["ir.cron.trigger"].search_count(triggered), before)
        Ahead._cron_look_ahead()
        self.assertEqual(Ahead.search([("policy_id", "=", policy.id)]).run_id, waiting)

    def test_a_closed_policy_tells_nothing(self):
        customer, *_ = self._create_customers(1)
        self._create_invoice(customer, date(2025, 12, 31), 1000)
        policy = self._start()
        policy.action_close()
        self.env["customer.grading.outlook.run"]._cron_look_ahead()
        self.assertFalse(self._get_outlooks(customer))

    def test_merged_contacts(self):
        kept, merged = customers = self._create_customers(2)
        for customer in customers:
            self._create_invoice(customer, date(2025, 12, 31), 1000)
        self._start()
        self._let_time_pass()
        self.env["base.partner.merge.automatic.wizard"]._merge(customers.ids, kept)
        self.assertFalse(merged.exists())
        self.assertFalse(self.env["customer.grading.outlook"].search([]))
        # It was graded again, with the invoices of both.
        self._look_ahead()
        outlook = self.env["customer.grading.outlook"].search([])
        self.assertEqual((outlook.partner_id, outlook.revenue), (kept, 2000))

    def test_as_many_queries_for_few_as_for_many(self):
        counts = []
        policy = None
        for number in (3, 3, 30):
            for customer in self._create_customers(number):
                self._create_invoice(customer, date(2025, 12, 31), 1000)
                self._create_invoice(customer, date(2026, 6, 1), 450)
            if policy:
                self._run(policy)
            else:
                policy = self._create_policy(REVENUE, RULES)
                self._activate(policy)
            [one] = self.env["customer.grading.outlook.run"]._find_due()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            one._execute()
            counts.append(self.cr.sql_log_count - before)
            outlooks = self.env["customer.grading.outlook"].search([])
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            outlooks.mapped("what_it_takes")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(outlooks), 36)
        self.assertEqual(counts[2:4], counts[4:])


class TestWhoSees(OutlookCase):
    def setUp(self):
        super().setUp()
        self.users = self._create_users()
        self.mine, self.other = self._create_customers(2)
        self.mine.user_id = self.users["salesperson"]
        self.other.user_id = self.users["officer"]
        for customer in (self.mine, self.other):
            self._create_invoice(customer, date(2025, 12, 31), 900)
            self._create_invoice(customer, date(2026, 6, 1), 600)
        self._start()

    def test_figures_are_those_that_one_may_see(self):
        seller = self.users["salesperson"]
        Outlook = self.env["customer.grading.outlook"].with_user(seller)
        by_partner = {one.partner_id.sudo(False): one for one in Outlook.search([])}
        mine, other = by_partner[self.mine], by_partner[self.other]
        self.assertEqual((mine.revenue, other.revenue), (1500, 0))
        self.assertEqual((mine.figures_hidden, other.figures_hidden), (False, True))
        self.assertIn("400", mine.what_it_takes)
        self.assertEqual(other.what_it_takes, "hidden")
        self.assertIn("400", self._get_sentences(self.mine, seller)[0])
        self.assertIn("if nothing happens", self._get_sentences(self.other, seller)[0])
        sums = dict(Outlook._read_group([], ["salesperson_id"], ["revenue:sum"]))
        self.assertEqual(sums[seller], 1500)
        self.assertFalse(sums[self.users["officer"].with_user(seller)])
        officer = Outlook.with_user(self.users["officer"])
        self.assertEqual(officer._read_group([], [], ["revenue:sum"]), [(3000,)])

    def test_where_figures_are_hidden_list_and_card_say_so(self):
        Outlook = self.env["customer.grading.outlook"].with_user(self.users["salesperson"])
        for view_type in ("list", "kanban"):
            arch = etree.fromstring(Outlook.get_view(view_type=view_type)["arch"])
            [field] = arch.xpath("//field[@name='revenue']")
            self.assertEqual(field.get("options"), "{'hidden': 'figures_hidden'}")
            self.assertFalse(field.get("invisible"))

    def test_what_all_companies_sold_as_one_is_seen_by_who_works_in_all(self):
        group = self._create_dimension("group", "AB", company_scope="group")
        self._activate(self._create_policy(REVENUE, RULES, dimension=group))
        self._look_ahead()
        officer = self.users["officer"]
        officer.company_ids = self.env["res.company"].search([])
        found = (
            self.env["customer.grading.outlook"]
            .with_user(officer)
            .search([("dimension_id", "=", group.id)])
        )

        def get_sum():
            self.env.invalidate_all()
            [[total]] = found._read_group([("id", "in", found.ids)], [], ["revenue:sum"])
            return total or 0

        self.assertFalse(any(found.mapped("figures_hidden")))
        self.assertTrue(sum(found.mapped("revenue")))
        self.assertEqual(get_sum(), sum(found.mapped("revenue")))
        self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(get_sum(), 0)
        self.assertTrue(all(found.mapped("figures_hidden")))
        self.assertFalse(any(found.mapped("revenue")))

    def test_it_opens_on_the_main_dimension_and_for_salespeople_on_their_own(self):
        """Each customer is told once, as the dashboard counts them."""
        second = self._create_dimension("second")
        self._activate(self._create_policy(REVENUE, RULES, dimension=second))
        promise = self._create_dimension("promise", "AB", subject="lead")
        lead = self._create_lead(
            self.mine, TODAY, date_deadline=TODAY + timedelta(days=40), user_id=self.env.uid
        )
        policy = self._create_policy(
            {"Closing": {"measure": "lead_days_to_close"}},
            [("A", ("Closing", "ge", 0)), ("B", ())],
            dimension=promise,
        )
        promise._set_main("lead", self.company)
        self._activate(policy)
        self._look_ahead()

        officer, seller = self.users["officer"], self.users["salesperson"]
        all_of_them = self.env["customer.grading.outlook"].with_user(officer).search([])
        self.assertEqual(len(all_of_them), 5)
        main = all_of_them.filtered("is_main")
        self.assertEqual(main.dimension_id, (self.dimension | promise).with_user(officer))
        self.assertEqual(main, all_of_them.search([("is_main", "=", True)]))
        self.assertEqual(all_of_them - main, main.search([("is_main", "=", False)]))

        names, found = self._open(officer)
        self.assertEqual(names, {"main", "customers", "fall"})
        self.assertEqual(found.partner_id.sudo(False), (self.mine | self.other).with_user(officer))
        self.assertEqual(len(found), 2)
        names, found = self._open(seller)
        self.assertEqual(names, {"mine", "main", "customers", "fall"})
        self.assertEqual(found.partner_id.sudo(False), self.mine.with_user(seller))
        self.assertEqual(len(found), 1)
        # The opportunities are one filter away.
        self.assertEqual(main.lead_id.sudo(False), lead.with_user(officer))

    def test_where_customers_alone_are_graded_no_filter_tells_them_from_opportunities(self):
        names, found = self._open(self.users["officer"])
        self.assertEqual((names, len(found)), ({"main", "fall"}, 2))
        arch = self.env["customer.grading.outlook"].get_view(view_type="search")["arch"]
        self.assertNotIn('name="opportunities"', arch)

    def _open(self, user):
        """Return the names of the filters that ``user`` begins with, and what they let through."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading_outlook.customer_grading_outlook_action"
        )
        context = literal_eval(action["context"])
        Outlook = self.env["customer.grading.outlook"].with_user(user)
        arch = etree.fromstring(Outlook.get_view(view_type="search")["arch"])
        domains = {
            node.get("name"): safe_eval(node.get("domain"), {"uid": user.id})
            for node in arch.iter("filter")
            if f"search_default_{node.get('name')}" in context
        }
        return {*domains}, Outlook.search(Domain.AND(domains.values()))

    def test_contacts_are_filtered_by_it(self):
        domain = [
            ("customer_grading_result_id.outlook_ids.direction", "in", ("fall", "lost")),
            ("user_id", "=", self.users["salesperson"].id),
        ]
        Partner = self.env["res.partner"].with_user(self.users["salesperson"])
        self.assertEqual(Partner.search(domain), self.mine.with_env(Partner.env))

    def test_a_hidden_dimension_stays_hidden(self):
        self.dimension.main_company_ids = False
        self.dimension.group_ids = self.env.ref("account.group_account_user")
        for role, sees in (("salesperson", 0), ("accountant", 2)):
            Outlook = self.env["customer.grading.outlook"].with_user(self.users[role])
            self.assertEqual(Outlook.search_count([]), sees)

    def test_an_activity_is_planned_on_the_customer(self):
        outlook = self._get_outlooks(self.mine).with_user(self.users["salesperson"])
        action = outlook.action_plan()
        self.assertEqual(action["context"]["default_res_ids"], str(self.mine.ids))
        self.assertEqual(action["context"]["default_summary"], "About to fall to B")
        self.assertEqual(outlook.action_open_subject()["res_id"], self.mine.id)
