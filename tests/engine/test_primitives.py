"""What a criterion or a requirement can look at, each shown on real documents."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestDocumentValues(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.other = cls.customers = cls._create_customers(2)
        categories = cls.env["product.category"].create([{"name": "Truck"}, {"name": "Part"}])
        cls.truck, cls.part = categories
        cls.product.categ_id = cls.truck
        cls.wheel = cls.env["product.product"].create({"name": "Wheel", "categ_id": cls.part.id})

    def _order_wheels(self, day, amount, **line):
        line = {"product_id": self.wheel.id, **line}
        return self._create_order(self.customer, day, amount, line=line)

    def test_the_most_frequent_value(self):
        self._create_order(self.customer, date(2026, 9, 1), 1000)
        self._order_wheels(date(2026, 5, 1), 1)
        self._order_wheels(date(2026, 6, 1), 1)
        values = self._measure_all(self.customers, main={"measure": "main_category"})
        self.assertEqual(values["main"], [self.part.id, None])

    def test_the_value_of_the_latest_document(self):
        self.env["customer.grading.measure"].create(
            {
                "name": "Last seller",
                "code": "last_seller",
                "kind": "documents",
                "unit": "choice",
                "model_name": "sale.order",
                "subject_path": "partner_id.commercial_partner_id",
                "company_field": "company_id",
                "date_field": "date_order",
                "value_field": "team_id",
                "aggregate": "latest",
                "empty_is": "unknown",
            }
        )
        teams = self.env["crm.team"].create([{"name": "North"}, {"name": "South"}])
        for day, team in ((date(2026, 6, 1), teams[1]), (date(2026, 5, 1), teams[0])):
            self._create_order(self.customer, day, team_id=team.id)
        policy = self._create_policy(
            {"team": {"measure": "last_seller", "period": "all_time"}},
            [("A", ("team", "is", teams[1].id)), ("B", ())],
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self.assertIn("South", policy.rule_ids[0].text)

    def test_a_customers_contacts_are_counted_on_every_regrade(self):
        self.env["customer.grading.measure"].create(
            {
                "name": "Contacts",
                "code": "contacts",
                "kind": "documents",
                "unit": "count",
                "model_name": "res.partner",
                "domain": "[('parent_id', '!=', False)]",
                "subject_path": "commercial_partner_id",
                "company_field": "company_id",
                "aggregate": "count",
            }
        )
        Contact = self.env["res.partner"]
        Contact.create([{"name": name, "parent_id": self.customer.id} for name in ("Ann", "Ben")])
        self._create_order(self.customer, date(2026, 9, 1))
        criteria = {"contacts": {"measure": "contacts"}}
        policy = self._create_policy(criteria, [("A", ("contacts", "ge", 3)), ("B", ())])
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customer), ["B"])
        Contact.create({"name": "Cleo", "parent_id": self.customer.id})
        [run] = self.env["customer.grading.policy"]._regrade(self.customer)
        self.assertEqual(run.state, "done", run.error)
        self.assertEqual(self._get_grades(self.customer), ["A"])

    def test_how_many_different_ones(self):
        self._create_order(self.customer, date(2026, 9, 1))
        for day in (1, 2):
            self._order_wheels(date(2026, 5, day), 1)
        values = self._measure_all(self.customers, kinds={"measure": "distinct_categories"})
        self.assertEqual(values["kinds"], [2, 0])

    def test_the_share_of_a_category_in_what_is_bought(self):
        self._create_order(self.customer, date(2026, 9, 1), 300)
        self._order_wheels(date(2026, 5, 1), 100)
        only = f"[('product_id.categ_id', 'child_of', {self.part.id})]"
        values = self._measure_all(
            self.customers, parts={"measure": "product_share", "document_domain": only}
        )
        self.assertEqual(values["parts"], [25, None])

    def test_the_share_that_is_sold_at_a_discount(self):
        self._order_wheels(date(2026, 5, 1), 200, discount=50)
        self._order_wheels(date(2026, 5, 1), 300)
        values = self._measure_all(
            self.customers,
            cut={"measure": "product_share", "document_domain": "[('discount', '>', 0)]"},
        )
        self.assertEqual(values["cut"], [25, None])

    def test_the_average_of_the_last_month_ends(self):
        """In all it is 100 from July, 400 from September, 0 from 15 October."""
        for day, amount in ((date(2026, 7, 1), 100), (date(2026, 9, 10), 300)):
            invoice = self._create_invoice(self.customer, day, amount)
            self._create_credit_note(invoice, date(2026, 10, 15))
        spec = {"measure": "invoiced_revenue", "period": "month_ends", "period_count": 3}
        day = date(2026, 10, 20)
        values = self._measure_all(self.customers, day=day, three=spec)
        self.assertEqual(values["three"], [200, 0])
        values = self._measure_all(self.customers, day=date(2026, 10, 31), three=spec)
        self.assertEqual([round(v, 4) for v in values["three"]], [166.67, 0])

    def test_the_average_of_counts_has_decimals(self):
        self._create_order(self.customer, date(2026, 10, 1))
        spec = {"measure": "order_count", "period": "month_ends", "period_count": 2}
        values = self._measure_all(self.customers, day=date(2026, 11, 2), two=spec)
        self.assertEqual(values["two"], [0.5, 0])

    def test_the_documents_since_a_date_of_the_record(self):
        self.env["ir.model.fields"].create(
            {
                "name": "x_agreed_on",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "date",
                "field_description": "Agreed on",
            }
        )
        start = "x_agreed_on"
        self.customer[start] = date(2026, 5, 2)
        for day in (1, 2, 3):
            self._create_order(self.customer, date(2026, 5, day), 100)
            self._create_order(self.other, date(2026, 5, day), 100)
        spec = {"measure": "order_amount", "period": "since_start", "start_field": start}
        values = self._measure_all(self.customers, since=spec)
        self.assertEqual(values["since"], [200, 0])

    def test_a_corporate_group_counts_as_one_customer(self):
        """The documents of all its companies count for each, those of others for none."""
        top, daughter, single = self._create_customers(3)
        granddaughter = self._create_customers(1)
        daughter.parent_id, granddaughter.parent_id = top, daughter
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": granddaughter.id})
        for partner, amount in ((top, 1), (daughter, 10), (person, 100), (single, 1000)):
            self._create_order(partner, date(2026, 5, 1), amount)
        spec = {"measure": "order_amount", "whole_group": True}
        family = top | daughter | granddaughter | single
        policy = self._create_policy(
            {"group": spec, "own": {"measure": "order_amount"}},
            [("A", ("group", "ge", 111)), ("B", ())],
        )
        values = self._measure_all(family, policy=policy)
        self.assertEqual(values["group"], [111, 111, 111, 1000])
        self.assertEqual(values["own"], [1, 10, 100, 1000])
        self._activate(policy)
        [run] = policy._regrade(daughter)
        self.assertEqual((run.state, self._get_grades(daughter)), ("done", ["A"]))
        documents = policy.criterion_ids[0].measure_id._get_documents(
            policy.criterion_ids[0], daughter, self._get_scope(policy)
        )
        self.assertEqual(self.env[documents[0]].search_count(documents[1]), 3)

    def test_a_group_may_be_those_that_share_a_field(self):
        head, one, two, single = self._create_customers(4, is_company=True)
        (one | two).parent_id = head
        (one | single).industry_id = self.env["res.partner.industry"].create({"name": "Mills"})
        for partner, amount in ((head, 1), (one, 10), (two, 100), (single, 1000)):
            self._create_order(partner, date(2026, 5, 1), amount)
        everybody = head | one | two | single
        spec = {"measure": "order_amount", "whole_group": True}
        # By a contact, who is one of the group, and by something else.
        for field, expected in (
            ("parent_id", [111, 111, 111, 1000]),
            ("industry_id", [1, 1010, 100, 1010]),
        ):
            policy = self._create_policy({"group": {**spec, "group_field": field}})
            with self.subTest(field=field):
                values = self._measure_all(everybody, policy=policy)
                self.assertEqual(values["group"], expected)
                engine = self.env["customer.grading.engine"]
                scope = engine._get_scope(policy, self.company, TODAY, one.ids)
                [row] = self.env.execute_query_dict(engine._get_values_sql(policy, scope))
                self.assertEqual(row[f"v{policy.criterion_ids.id}"], expected[1])
                model, domain = policy.criterion_ids.measure_id._get_documents(
                    policy.criterion_ids, one, scope
                )
                orders = self.env[model].search(domain)
                self.assertEqual(sum(orders.mapped("amount_untaxed")), expected[1])
        policy = self._create_policy({"group": {**spec, "group_field": "city"}})
        self.assertIn("share a record", str(policy._get_problems()))

    def _get_scope(self, policy):
        return self.env["customer.grading.engine"]._get_scope(policy, self.company, TODAY)

    def test_how_many_details_are_filled_in(self):
        self.customer.write({"email": "a@example.com", "phone": "1", "city": "Ghent"})
        self.other.write({"email": "", "country_id": False})
        values = self._measure_all(self.customers, filled={"measure": "details_filled"})
        self.assertEqual([int(v) for v in values["filled"]], [50, 0])

    def test_what_is_no_number_is_not_added_up(self):
        with self.assertRaisesRegex(UserError, "latest or the most frequent"):
            self.env["customer.grading.measure"].create(
                {
                    "name": "Team",
                    "code": "team",
                    "kind": "documents",
                    "unit": "choice",
                    "model_name": "sale.order",
                    "subject_path": "partner_id.commercial_partner_id",
                    "company_field": "company_id",
                    "value_field": "team_id",
                    "aggregate": "max",
                }
            )


@tagged("post_install", "-at_install")
class TestComparisons(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium, cls.china = cls.env.ref("base.be"), cls.env.ref("base.cn")
        cls.customers = cls._create_customers(4)
        for customer, amount in zip(cls.customers, (400, 300, 200, 100), strict=True):
            cls._create_order(customer, date(2026, 5, 1), amount)
        cls.customers[:2].country_id = cls.belgium
        cls.customers[2:].country_id = cls.china
        cls.only_china = str([("country_id", "=", cls.china.id)])

    def _grade(self, criteria, rules, **vals):
        policy = self._create_policy(criteria, rules, **vals)
        self._activate(policy)
        return policy

    def test_levels_that_differ_by_region(self):
        policy = self._grade(
            {
                "size": {
                    "measure": "order_amount",
                    "bands": [
                        {"level": "large", "lower": 150, "subject_domain": self.only_china},
                        {"level": "small", "lower": 0, "subject_domain": self.only_china},
                        {"level": "large", "lower": 350},
                        {"level": "small", "lower": 0},
                    ],
                }
            },
            [("A", ("size", "level_is", 0)), ("B", ("size", "level_is", 1))],
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "A", "B"])
        results = self._get_results(self.customers)
        explanations = self.env["customer.grading.explanation"]._explain(
            self.env["customer.grading.result"].union(*results.values())
        )
        condition = policy.rule_ids[0].line_ids
        short = [explanations[results[c]].get_distance(condition) for c in self.customers]
        self.assertEqual(short, [None, 50, None, 50])
        self.assertIn("China", policy.criterion_ids.level_summary)

    def test_a_filter_of_levels_is_checked_when_it_is_saved(self):
        manager = self._create_users()["administrator"]
        policy = self._create_policy(
            {"size": {"measure": "order_amount", "bands": [{"level": "large", "lower": 1}]}}
        )
        band = policy.criterion_ids.band_ids.with_user(manager)
        with self.assertRaises(AccessError):
            band.subject_domain = "[('user_ids.login', '=', 'admin')]"
        band.sudo().subject_domain = "[('no_such_field', '=', 1)]"
        [problem] = policy.criterion_ids._get_problems()
        self.assertIn("no_such_field", problem["message"])

    def test_a_level_that_a_requirement_asks_for_is_not_deleted(self):
        policy = self._create_policy(
            {"size": {"measure": "order_amount", "bands": [{"level": "large", "lower": 1}]}},
            [("A", ("size", "level_is", 0))],
        )
        with self.assertRaisesRegex(UserError, "“large” is used in the requirement of A"):
            policy.criterion_ids.band_ids.unlink()

    def test_a_share_of_the_total_of_one_s_own(self):
        self._grade(
            {
                "share": {
                    "measure": "order_amount",
                    "band_by": "own_share",
                    "bands": [{"level": "large", "lower": 40}, {"level": "mid", "lower": 30}],
                }
            },
            [("A", ("share", "level_is", 0)), ("B", ("share", "level_is", 1)), ("C", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "C", "C"])

    def test_a_ranking_within_a_sales_team_and_within_any_field(self):
        north, south = self.env["crm.team"].create([{"name": "North"}, {"name": "South"}])
        users = self._create_users()
        sellers = users["salesperson"], users["administrator"]
        for seller, team in zip(sellers, (north, south), strict=True):
            team.member_ids = seller
        for position, customer in enumerate(self.customers):
            customer.write({"user_id": sellers[position % 2].id, "city": "XYXY"[position]})
        first = {"band_by": "percentile", "bands": [{"level": "first", "lower": 50}]}
        for name, within in (
            ("team", {"rank_within": "team_id"}),
            ("city", {"rank_within": "field", "rank_field": "city"}),
        ):
            policy = self._grade(
                {"orders": {"measure": "order_amount", **first, **within}},
                [("A", ("orders", "level_is", 0)), ("B", ())],
                dimension=self._create_dimension(name, "AB"),
            )
            grades = self._get_grades(self.customers, dimension=policy.dimension_id)
            self.assertEqual(grades, ["A", "A", "B", "B"], name)

    def test_only_so_many_take_a_grade(self):
        policy = self._grade(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 200)), ("B", ())],
        )
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "A", "B"])
        self._limit(policy, 2)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])
        [run] = policy._regrade(self.customers[2])
        self.assertEqual((run.state, self._get_grades(self.customers[2])), ("done", ["B"]))
        view = self.customers[2].get_grading_explanation()
        self.assertIn("goes to 2 at most", str(view))

    def _limit(self, policy, count, within="all"):
        policy.state = "draft"
        policy.rule_ids[0].write(
            {
                "limit_count": count,
                "limit_within": within,
                "limit_criterion_id": policy.criterion_ids[0].id,
            }
        )
        policy.write({"state": "running", "downgrade_timing": "now", "downgrade_days": 0})
        policy.stop_percent = 0
        self._run(policy)

    def test_only_so_many_of_each_salesperson_take_a_grade(self):
        users = self._create_users()
        self.customers[:3].user_id = users["salesperson"]
        policy = self._grade(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 0)), ("B", ())],
        )
        self._limit(policy, 2, "user_id")
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "A"])

    def test_no_place_stays_free_for_a_tie(self):
        """Of those of one value the next criterion decides, then who is there longer."""
        one, other, third = twins = self._create_customers(3)
        for twin in twins:
            self._create_order(twin, date(2026, 5, 1), 300 if twin != third else 200)
        self._create_order(third, date(2026, 5, 1), 100)
        policy = self._grade(
            {"orders": {"measure": "order_amount"}, "count": {"measure": "order_count"}},
            [("A", ("orders", "ge", 0)), ("B", ())],
        )
        self._limit(policy, 3)
        everybody = self.customers | twins
        expected = ["A", "A", "B", "B", "B", "B", "A"]
        self.assertEqual(self._get_grades(everybody), expected)
        policy._regrade(everybody)
        self.assertEqual(self._get_grades(everybody), expected)
        self.assertIn("It was a tie: “count” decided", str(one.get_grading_explanation()))
        self.assertNotIn("It was a tie", str(self.customers[2].get_grading_explanation()))

    def test_who_is_left_by_a_limited_grade_reaches_the_next(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ()), ("B", ()), ("C", ())]
        )
        policy.rule_ids[0].write({"limit_count": 2, "limit_criterion_id": policy.criterion_ids.id})
        problems = [problem["message"] for problem in policy._get_problems()]
        self.assertEqual(len(problems), 1)
        self.assertIn("Grade C can never be reached", problems[0])
        policy.rule_ids[2].unlink()
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B"])


@tagged("post_install", "-at_install")
class TestOwnMeasures(CustomerGradingCommon):
    """Administrators make measures in a form, and try them."""

    def test_a_measure_of_calendar_events_is_made_in_the_form_and_tried(self):
        manager = self._create_users()["administrator"]
        customer, other = self._create_customers(2)
        lead = self._create_lead(customer, date(2026, 5, 1))
        self.env["calendar.event"].create(
            [
                {"name": "Visit", "opportunity_id": lead.id, "start": day, "stop": day}
                for day in ("2026-10-01 08:00:00", "2026-11-01 08:00:00", "2024-01-01 08:00:00")
            ]
        )
        form = Form(self.env["customer.grading.measure"].with_user(manager))
        form.name, form.code = "Visits", "visits"
        form.unit, form.aggregate = "count", "count"
        form.document_model = "calendar.event"
        self.assertEqual(form.subject_path, "opportunity_id.partner_id.commercial_partner_id")
        form.date_field = "start"
        measure = form.save()
        self.assertEqual(measure.model_name, "calendar.event")
        visits = {"measure": measure.code, "period_count": 12}
        values = self._measure_all(customer | other, visits=visits)
        self.assertEqual(values["visits"], [2, 0])

    def test_only_what_the_author_may_read_is_offered(self):
        manager = self._create_users()["administrator"]
        Measure = self.env["customer.grading.measure"].with_user(manager)
        offered = dict(Measure._get_document_models())
        self.assertIn("sale.order", offered)
        self.assertFalse([name for name in offered if name.startswith(("ir.", "res.users"))])

    def _prepare_documents(self, **vals):
        return {
            "name": "Orders",
            "code": "own_orders",
            "kind": "documents",
            "unit": "amount",
            "model_name": "sale.order",
            "subject_path": "partner_id.commercial_partner_id",
            "company_field": "company_id",
            "date_field": "date_order",
            "value_field": "amount_untaxed",
            **vals,
        }

    def test_a_field_that_does_not_fit_what_it_is_named_for_is_refused(self):
        own = {"name": "Own", "code": "own", "kind": "field"}
        for vals in (
            {**own, "field_name": "name", "unit": "amount"},
            {**own, "field_name": "child_ids", "unit": "count"},
            {**own, "field_name": "image_1920", "unit": "text"},
            {**own, "field_name": "lang", "unit": "choice"},
            self._prepare_documents(value_field="name"),
            self._prepare_documents(value_field="order_line", aggregate="count_distinct"),
            self._prepare_documents(unit="days", value_field="date_order", aggregate="avg"),
            self._prepare_documents(date_field="name"),
            self._prepare_documents(rate_field="name"),
            self._prepare_documents(subject_path="user_id"),
            self._prepare_documents(company_field="partner_id.company_id"),
            self._prepare_documents(aggregate=False),
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.env["customer.grading.measure"].create(vals)

    def test_a_measure_is_not_made_of_itself_nor_of_many_opportunities(self):
        orders, quotations = self._measure("order_amount"), self._measure("lead_quotations")
        ratio = {"name": "Share", "kind": "ratio", "unit": "ratio", "denominator_id": orders.id}
        Measure = self.env["customer.grading.measure"]
        share = Measure.create({**ratio, "code": "own_share", "numerator_id": orders.id})
        other = Measure.create({**ratio, "code": "own_other", "numerator_id": share.id})
        with self.assertRaises(ValidationError):
            share.numerator_id = other
        with self.assertRaises(ValidationError):
            Measure.create({**ratio, "code": "own_strange", "numerator_id": quotations.id})

    def test_no_documents_leave_what_is_no_number_unknown(self):
        measure = self.env["customer.grading.measure"].create(
            self._prepare_documents(unit="text", value_field="state", aggregate="latest")
        )
        self.assertEqual(measure.empty_is, "zero")
        customers = self._create_customers(2)
        self._create_order(customers[0], date(2026, 10, 1))
        values = self._measure_all(customers, state={"measure": measure.code})
        self.assertEqual(values["state"], ["sale", None])

    def test_copies_have_codes_of_their_own(self):
        measure = self._measure("order_amount")
        codes = [measure.copy().code, measure.copy().code]
        self.assertEqual(codes, ["order_amount_copy", "order_amount_copy_2"])
        self.assertEqual(self._create_dimension("credit").copy().code, "credit_copy")


@tagged("post_install", "-at_install")
class TestWhatKeepsACriterionFromItsValue(CustomerGradingCommon):
    """What no statement could be made of is named before anything runs."""

    def _get_messages(self, **spec):
        policy = self._create_policy({"amount": {"measure": "order_amount", **spec}}, [("A", ())])
        return " ".join(problem["message"] for problem in policy._get_problems())

    def test_a_path_through_many_records_or_through_nothing_stored(self):
        ranked = {"band_by": "percentile", "rank_within": "field", "bands": [{"lower": 50}]}
        for path in ("category_id.name", "child_ids.name", "same_vat_partner_id.city"):
            with self.subTest(path=path):
                message = self._get_messages(**ranked, rank_field=path)
                self.assertIn("choose another field", message)
        message = self._get_messages(period="since_start", start_field="child_ids.create_date")
        self.assertIn("choose a date", message)
        self.assertFalse(self._get_messages(**ranked, rank_field="country_id.currency_id"))

    def test_a_filter_by_what_cannot_be_searched_for(self):
        band = {"lower": 1, "subject_domain": "[('total_invoiced', '>', 1)]"}
        message = self._get_messages(bands=[band])
        self.assertIn("“total_invoiced” cannot be searched for", message)

    def test_a_period_longer_than_the_longest(self):
        for vals, most in (
            ({"period_count": 30000}, 1200),
            ({"period_count": 40000, "period_unit": "days"}, 36500),
            ({"period": "best_year", "period_count": 21}, 20),
            ({"period": "month_ends", "period_count": 37}, 36),
        ):
            with self.subTest(**vals):
                self.assertIn(f"at most {most} long", self._get_messages(**vals))
                self.assertFalse(self._get_messages(**{**vals, "period_count": most}))
