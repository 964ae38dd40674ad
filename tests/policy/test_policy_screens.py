"""What the administrator's screens do besides showing fields."""

from unittest.mock import patch

from lxml.etree import fromstring

from odoo.addons.customer_grading.models.policy import customer_grading_policy as policy_room
from odoo.addons.customer_grading.models.trial import customer_grading_policy as trial_room
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import format_date

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestPolicyScreens(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["customer.grading.policy"].create(
            {"name": "Screens", "dimension_id": cls.dimension.id, "population": "all"}
        )
        cls.revenue, cls.orders = cls.env["customer.grading.criterion"].create(
            [
                {"policy_id": cls.policy.id, "measure_id": cls._measure(code).id}
                for code in ("invoiced_revenue", "order_count")
            ]
        )

    def _create_rule(self, code, *lines, **vals):
        return self.env["customer.grading.rule"].create(
            {
                "policy_id": self.policy.id,
                "grade_code": code,
                "line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    # ------------------------------------------------------------------ grade dialog

    def test_a_grade_is_made_on_the_spot_after_those_that_exist(self):
        self._create_rule("P", grade_name="Platinum", grade_color=4)
        rule = self._create_rule("Q")
        self.assertRecordValues(
            self.policy.rule_ids.grade_id,
            [
                {"code": "P", "name": "Platinum", "color": 4},
                {"code": "Q", "name": "Q", "color": 0},
            ],
        )
        self.assertEqual(rule.grade_id, self.dimension.grade_ids.sorted("sequence")[-1])

    def test_a_grade_that_exists_is_used_again_even_an_archived_one(self):
        grade = self._create_rule("P").grade_id
        grade.active = False
        again = self._create_rule("p", grade_name="Platinum")
        self.assertEqual(again.grade_id, grade)
        self.assertRecordValues(grade, [{"code": "P", "name": "Platinum", "active": True}])

    def test_the_form_shows_the_grade_of_the_code(self):
        self._create_rule("P", grade_name="Platinum", grade_color=4)
        with Form(
            self.env["customer.grading.rule"].with_context(
                **self.policy.action_add_grade()["context"]
            )
        ) as form:
            form.grade_code = "P"
            self.assertEqual((form.grade_name, form.grade_color), ("Platinum", 4))

    def test_counting_says_who_meets_a_requirement_and_who_misses_one_condition(self):
        met, near, far = self._create_customers(3)
        for customer in (met, near):
            self._create_invoice(customer, get_today(), amount=1000)
        self._create_order(met, get_today())
        rule = self._create_rule(
            "A",
            {"criterion_id": self.revenue.id, "operator": "ge", "value": 500},
            {"criterion_id": self.orders.id, "operator": "ge", "value": 1},
        )

        rule.action_count()

        self.assertEqual(rule.met_count, "Meet this today: 1; 1 of 2 conditions: 1.")
        self.assertEqual(self._find(rule.action_view_met()), met)
        self.assertEqual(self._find(rule.action_view_near()), near)
        self.assertNotIn(far.id, near.ids)

        rule.line_ids[0].value = 100
        rule.write({"line_ids": [Command.unlink(rule.line_ids[1].id)]})
        self.assertFalse(rule.met_count, "A count of other conditions is no longer true.")

    def test_counting_by_rank_looks_at_everybody(self):
        customers = self._create_customers(10)
        for number, customer in enumerate(customers, 1):
            self._create_invoice(customer, get_today(), amount=100 * number)
        self.revenue.write(
            {
                "band_by": "percentile",
                "band_ids": [Command.create({"lower": 10, "level": "Top"})],
            }
        )
        rule = self._create_rule(
            "A",
            {
                "criterion_id": self.revenue.id,
                "operator": "level_is",
                "level_id": self.revenue.band_ids.id,
            },
        )
        self.assertEqual(self._find(rule.action_view_met()), customers[-1])
        self.assertFalse(self._find(rule.action_view_near()))
        one_s_own = rule.action_view_met()["domain"]
        other = self._create_users()["administrator"]
        Partner = self.env["res.partner"].with_user(other)
        self.assertFalse(Partner.search(one_s_own), "another's count is nobody else's")

    def _find(self, action):
        """Return who an action opens, of whom it carries no list."""
        self.assertLess(len(str(action["domain"])), 100)
        return self.env[action["res_model"]].search(action["domain"])

    def test_counting_names_what_is_not_complete(self):
        rule = self._create_rule("A", {"criterion_id": self.revenue.id, "operator": "level_is"})
        with self.assertRaisesRegex(UserError, "condition 1: choose a comparison"):
            rule.action_count()

    def test_a_condition_begins_with_the_comparison_that_makes_sense(self):
        measures = {"invoiced_revenue": "ge", "order_count": "ge"}
        measures |= {"days_since_order": "le", "matches_filter": "yes"}
        for code, operator in measures.items():
            with self.subTest(code):
                criterion = self.env["customer.grading.criterion"].create(
                    {"policy_id": self.policy.id, "measure_id": self._measure(code).id}
                )
                line = self._create_rule("A", {"criterion_id": criterion.id}).line_ids
                self.assertRecordValues(line, [{"operator": operator, "value": 0}])

    def test_a_line_on_which_nothing_was_chosen_is_dropped(self):
        rule = self._create_rule("A", {"criterion_id": self.revenue.id}, {"kind": "condition"})
        self.assertEqual(rule.line_ids.criterion_id, self.revenue)
        rule.line_ids = [Command.create({"sequence": 99}), Command.create({"kind": "any"})]
        self.assertEqual(rule.line_ids.mapped("kind"), ["condition", "any"])

    # ------------------------------------------------------------------ total points

    def test_a_draft_by_points_has_a_total_from_the_first_criterion_on(self):
        policy = self._create_policy({}, decide_by="points")
        Criterion = self.env["customer.grading.criterion"]

        def add(code, points, **said):
            context = policy.action_add_criterion()["context"]
            with Form(Criterion.with_context(**context)) as form:
                form.measure_id = self._measure(code)
                for name, value in said.items():
                    form[name] = value
                with form.band_ids.new() as band:
                    band.lower = 1
                    band.points = points
            return form.record

        revenue = add("invoiced_revenue", 60, weight=0.5)
        total = policy.score_criterion_id
        self.assertRecordValues(total, [{"name": "Total points", "kind": "sum", "points_max": 30}])
        orders, aside = add("order_count", 40), add("distinct_categories", 10, in_total=False)
        self.assertEqual(policy.score_criterion_id, total)
        self.assertEqual(total.child_ids, revenue | orders)
        self.assertFalse(aside.parent_id)
        self.assertEqual(policy.points_max, 70)

        with Form(orders) as form:
            form.in_total = False
        aside.in_total = True
        self.assertEqual(total.child_ids, revenue | aside)
        self.assertEqual(policy.points_max, 40)
        revenue.weight = 1
        self.assertEqual(policy.points_max, 70)

    def test_whoever_makes_the_total_himself_gets_no_second_one(self):
        policy = self._create_policy({}, decide_by="points")
        context = policy.action_add_criterion()["context"]
        with Form(self.env["customer.grading.criterion"].with_context(**context)) as form:
            form.kind = "sum"
        self.assertEqual(policy.score_criterion_id, form.record)
        self.assertEqual(policy.criterion_ids, form.record)

    # ------------------------------------------------------------------ what is known of criteria

    def test_a_criterion_tells_what_was_known_in_the_last_try_on(self):
        customers = self._create_customers(3)
        self._create_invoice(customers[0], get_today(), amount=1000)
        self._create_rule("A", {"criterion_id": self.revenue.id, "operator": "ge", "value": 500})
        self.assertFalse(self.revenue.known_label)

        self.policy.action_try_on()
        self.env.invalidate_all()

        self.assertEqual(self.revenue.known_label, "100 %")
        self.assertRegex(self.revenue.known_text, "1 at or above 500 USD")

    # ------------------------------------------------------------------ new policy

    def test_a_policy_begins_as_an_empty_form(self):
        lead = self.env.ref("customer_grading.customer_grading_dimension_opportunity")
        begun = {"state": "draft", "decide_by": "requirements", "company_id": self.company.id}
        for dimension in (self.dimension, lead):
            with self.subTest(subject=dimension.subject):
                with Form(self.env["customer.grading.policy"]) as form:
                    self.assertEqual(form.dimension_id, self.dimension)
                    form.name = "Begun"
                    form.dimension_id = dimension
                self.assertRecordValues(form.record, [{**begun, "dimension_id": dimension.id}])
                self.assertIn("add at least one grade", str(form.record._get_own_problems()))

    # ------------------------------------------------------------------ opening the form

    def _read_form(self, policy):
        """Read a policy as its form does, and return how many statements that took."""
        view = self.env["customer.grading.policy"].get_views([(False, "form")])
        names = {
            field.get("name") for field in fromstring(view["views"]["form"]["arch"]).iter("field")
        }
        spec = {name: {} for name in names if name in policy._fields}
        spec["rule_ids"] = {"fields": {"text": {}, "result_count": {}, "grade_code": {}}}
        spec["criterion_ids"] = {"fields": {"known_label": {}, "used_in": {}}}
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        values = policy.web_read(spec)
        return self.env.cr.sql_log_count - before, values

    def test_whoever_may_read_a_policy_opens_its_form(self):
        users = self._create_users()
        for role in ("salesperson", "officer", "administrator"):
            with self.subTest(role=role):
                form = Form(self.policy.with_user(users[role]))
                self.assertEqual(form.name, self.policy.name)

    def test_opening_a_policy_counts_nobody_again(self):
        self._create_rule("A", {"criterion_id": self.revenue.id, "operator": "ge", "value": 500})
        self.policy.domain = "[('name', 'like', 'Customer ')]"
        self._create_customers(3)
        engine = self.env.registry["customer.grading.engine"]
        counted = []
        for state in ("draft", "tried on", "running"):
            if state == "tried on":
                self.policy.action_try_on()
            elif state == "running":
                self._activate(self.policy)
            with patch.object(engine, "_get_subject_query", side_effect=AssertionError):
                _first, [values] = self._read_form(self.policy)
                few, _values = self._read_form(self.policy)
            counted.append(values["subject_text"])
            self._create_customers(40, name="Customer of more")
            if state == "running":
                self._run(self.policy)
            with self.subTest(state=state):
                self.assertEqual(self._read_form(self.policy)[0], few)
        today = format_date(self.env, get_today())
        self.assertEqual(counted, [False, f"43 customers in the try-on of {today}", "83 customers"])

    def test_a_draft_counts_whom_it_applies_to_when_asked(self):
        self._create_customers(3, name="Asked for")
        self.policy.domain = "[('name', '=', 'Asked for')]"
        message = self.policy.action_count_subjects()["params"]["message"]
        self.assertEqual(message, "Applies today to 3 customers.")
        self.policy.domain = "[('nothing', '=', 1)]"
        with self.assertRaisesRegex(UserError, "Applies to"):
            self.policy.action_count_subjects()

    # ------------------------------------------------------------------ first use

    def test_the_menu_opens_where_a_policy_begins_until_one_grades(self):
        policies = self.env["customer.grading.policy"].with_context(active_test=False)
        policies.search([("state", "=", "draft")]).unlink()
        if policies.search([]):
            self.skipTest("This database has policies of its own.")
        users = self._create_users()

        def get_opened():
            return {
                role: policies.with_user(users[role]).action_open_grading()["res_model"]
                for role in ("salesperson", "administrator")
            }

        begins = policies._get_first_action()["res_model"]
        self.assertEqual(get_opened(), {"salesperson": "res.partner", "administrator": begins})
        policy = self._create_policy({}, [("A", ())])
        self.assertEqual(get_opened()["administrator"], begins, "a draft grades nobody yet")
        self._activate(policy)
        self.assertEqual(set(get_opened().values()), {"res.partner"})

    def test_the_core_alone_begins_with_its_list_and_its_form(self):
        """Looked at by themselves, for an addon may put something else in their place."""
        policies = self.env["customer.grading.policy"]
        form = policy_room.CustomerGradingPolicy._get_new_action(policies, "New")
        self.assertEqual((form["res_model"], form["view_mode"]), (policies._name, "form"))
        first = trial_room.CustomerGradingPolicy._get_first_action(policies)
        self.assertEqual((first["res_model"], first["view_mode"]), (policies._name, "list,form"))
        self.assertIn("press New", first["help"])
        policy_list = self.env.ref("customer_grading.customer_grading_policy_view_list")
        self.assertNotIn("create", policy_list.arch)

    def test_salespeople_see_no_menu_before_the_first_policy_is_in_force(self):
        users = self._create_users()
        menu = self.env.ref("customer_grading.customer_grading_menu_root")
        Policy = self.env["customer.grading.policy"]
        graded = Policy._has_graded()

        def sees(role):
            menus = self.env["ir.ui.menu"].with_user(users[role]).load_menus(False)
            return menu.id in menus

        self.assertTrue(sees("administrator"))
        self.assertEqual(sees("salesperson"), graded)
        self.policy.state = "running"
        self.assertTrue(sees("salesperson"))
