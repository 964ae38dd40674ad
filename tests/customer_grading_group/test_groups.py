"""Regions and product lines are graded by what their customers and documents add up to."""

import ast
import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.addons.customer_grading_group.tools import texts
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon, at, get_texts_of_customers

DAY = date(2026, 5, 1)
GROUP = "customer.grading.group"


class GroupsCase(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(at(TODAY)))
        country = cls.env.ref("base.us")
        cls.north, cls.south, cls.west = cls.env["res.country.state"].create(
            [
                {"name": name, "code": f"Test{name}", "country_id": country.id}
                for name in ("North", "South", "West")
            ]
        )
        cls.regions = cls._create_dimension(
            "regions", subject="group", group_model="res.partner", group_path="state_id"
        )

    @classmethod
    def _create_in(cls, state, *amounts, day=DAY):
        """Return customers in ``state``, each invoiced one of the amounts."""
        customers = cls._create_customers(len(amounts), state_id=state.id)
        for customer, amount in zip(customers, amounts, strict=True):
            cls._create_invoice(customer, day, amount)
        return customers

    @classmethod
    def _grade_regions(cls, criteria=None, rules=None, **vals):
        policy = cls._create_policy(
            criteria or {"revenue": {"measure": "invoiced_revenue"}},
            rules or [("A", ("revenue", "ge", 1000)), ("B", ("revenue", "ge", 100)), ("C", ())],
            dimension=cls.regions,
            **vals,
        )
        cls._activate(policy)
        return policy

    @classmethod
    def _get_group(cls, record, dimension=None):
        dimension = dimension or cls.regions
        return cls.env[GROUP].search(
            [("dimension_id", "=", dimension.id), ("res_id", "=", record.id)]
        )

    def _get_regions(self, *states):
        """Return the grade in effect of each state; ``None`` where it was never graded."""
        grades = {
            result.group_id.res_id: result.grade_id.code
            for result in self.env["customer.grading.result"].search(
                [("dimension_id", "=", self.regions.id), ("company_id", "=", self.company.id)]
            )
        }
        return [grades.get(state.id) for state in states]

    def _get_values(self, record, policy):
        result = self._get_group(record, policy.dimension_id).result_ids
        explanation = self.env["customer.grading.explanation"]._explain(result)[result]
        return {
            criterion.key: float(explanation.readings[criterion].value)
            for criterion in policy.criterion_ids
        }


@tagged("post_install", "-at_install")
class TestGroups(GroupsCase):
    def test_a_region_has_what_all_its_customers_have(self):
        customers = self._create_in(self.north, 700, 300)
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": customers[0].id, "type": "other"}
        )
        contact.state_id = self.west  # its company's state counts, as its company's grade does
        self._create_order(contact, DAY, 50)
        self._create_order(customers[1], DAY, 70)
        self._create_lead(customers[1], DAY, expected_revenue=900)
        self._create_in(self.south, 150)
        policy = self._grade_regions(
            {
                "revenue": {"measure": "invoiced_revenue"},
                "orders": {"measure": "order_amount", "period": "all_time"},
                "largest": {"measure": "order_largest", "period": "all_time"},
                "buyers": {"measure": "customer_count", "period": "all_time"},
                "open": {"measure": "open_opportunities"},
                "win": {"measure": "product_share", "period": "all_time"},
            }
        )
        self.assertEqual(self._get_regions(self.north, self.south, self.west), ["A", "B", None])
        values = self._get_values(self.north, policy)
        self.assertEqual(
            values,
            {"revenue": 1000, "orders": 120, "largest": 70, "buyers": 2, "open": 1, "win": 100},
        )

    def test_a_product_line_has_what_its_order_lines_have(self):
        vans, trucks = self.env["product.category"].create([{"name": "Vans"}, {"name": "Trucks"}])
        lines = self._create_dimension(
            "lines",
            subject="group",
            group_model="sale.order.line",
            group_path="product_id.categ_id",
        )
        self.env["customer.grading.measure"].create(
            {
                "name": "Invoiced by category",
                "code": "category_invoiced",
                "subject": "group",
                "kind": "documents",
                "unit": "amount",
                "model_name": "account.move.line",
                "domain": "[('parent_state', '=', 'posted'), ('product_id', '!=', False)]",
                "subject_path": "product_id.categ_id",
                "company_field": "company_id",
                "date_field": "date",
                "value_field": "price_subtotal",
            }
        )
        customer = self._create_customers(1)
        for category, amount in zip(vans + trucks + trucks, (900, 40, 50), strict=True):
            product = self.env["product.product"].create(
                {"name": "Car", "categ_id": category.id, "taxes_id": False}
            )
            self._create_order(customer, DAY, amount, line={"product_id": product.id})
        invoice = self._create_invoice(customer, DAY, 77)
        invoice.button_draft()
        invoice.invoice_line_ids.write({"product_id": product.id, "price_unit": 77})
        invoice.action_post()
        policy = self._create_policy(
            {
                "sold": {"measure": "product_amount", "period": "all_time"},
                "invoiced": {"measure": "category_invoiced", "period": "all_time"},
            },
            [("A", ("sold", "ge", 500)), ("B", ("sold", "gt", 0)), ("C", ())],
            dimension=lines,
        )
        self._activate(policy)
        grades = [self._get_group(one, lines).result_ids.grade_id.code for one in (vans, trucks)]
        self.assertEqual(grades, ["A", "B"])
        self.assertEqual(self._get_values(trucks, policy), {"sold": 90, "invoiced": 77})

    def test_a_team_is_graded_by_its_opportunities(self):
        teams = self.env["crm.team"].create([{"name": "East"}, {"name": "Far east"}])
        dimension = self._create_dimension(
            "teams", subject="group", group_model="crm.lead", group_path="team_id"
        )
        customer = self._create_customers(1)
        for team, revenue in zip(teams + teams[0], (300, 20, 400), strict=True):
            self._create_lead(customer, DAY, team_id=team.id, expected_revenue=revenue)
        policy = self._create_policy(
            {"expected": {"measure": "expected_revenue"}},
            [("A", ("expected", "ge", 700)), ("B", ())],
            dimension=dimension,
        )
        self._activate(policy)
        grades = [self._get_group(team, dimension).result_ids.grade_id.code for team in teams]
        self.assertEqual(grades, ["A", "B"])
        self.assertEqual(self._get_group(teams[0], dimension).user_id, teams[0].user_id)

    def test_regions_are_ranked_against_each_other(self):
        self._create_in(self.north, *[10] * 6)
        self._create_in(self.south, *[10] * 3)
        self._create_in(self.west, 10)
        bands = [{"level": "key", "lower": 60}, {"level": "ordinary", "lower": 90}]
        spec = {"measure": "invoice_count", "band_by": "share", "bands": bands}
        self._grade_regions(
            {"share": spec},
            [("A", ("share", "level_is", 0)), ("B", ("share", "level_is", 1)), ("C", ())],
        )
        self.assertEqual(self._get_regions(self.north, self.south, self.west), ["A", "B", "C"])

    def test_a_policy_counts_the_customers_of_a_grade(self):
        customers = self._create_in(self.north, 700, 300, 20)
        of_customers = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 300)), ("B", ())],
        )
        of_regions = self._create_policy(
            {
                "best": {
                    "measure": "graded_customers",
                    "document_domain": "[('grade_id.code', '=', 'A')]",
                }
            },
            [("A", ("best", "ge", 2)), ("B", ())],
            dimension=self.regions,
        )
        both = of_regions | of_customers
        self.assertEqual(both._in_order_of_need(), of_customers | of_regions)
        self._activate(of_customers)
        self._activate(of_regions)
        self.assertEqual(self._get_grades(customers), ["A", "A", "B"])
        self.assertEqual(self._get_values(self.north, of_regions), {"best": 2})


@tagged("post_install", "-at_install")
class TestLifeOfAGroup(GroupsCase):
    def test_its_grade_changes_as_change_control_says_and_has_a_history(self):
        customer = self._create_in(self.north, 1500)
        policy = self._grade_regions(downgrade_timing="month_end")
        [invoice] = self.env["account.move"].search([("partner_id", "=", customer.id)])
        self._create_credit_note(invoice, TODAY, 1000)
        self._run(policy)
        result = self._get_group(self.north).result_ids
        self.assertEqual((result.grade_id.code, result.computed_grade_id.code), ("A", "B"))
        self.assertEqual(result.date_due, date(2026, 11, 30))
        with freeze_time(at(date(2026, 12, 1))):
            self._run(policy)
        self.assertEqual(result.grade_id.code, "B")
        applied = result.change_ids.filtered(lambda change: change.state == "applied")
        self.assertEqual(applied.mapped("direction"), ["down", "new"])
        self.assertEqual(result.change_ids.group_id, self._get_group(self.north))
        self.assertEqual(applied[0].display_name, "North (US): A → B")

    def test_one_that_nobody_belongs_to_any_more_leaves_the_scope(self):
        customers = self._create_in(self.north, 1500)
        policy = self._grade_regions()
        customers.state_id = self.south
        self._run(policy)
        self.assertEqual(self._get_regions(self.north, self.south), [False, "A"])
        self.assertEqual(self._get_group(self.north).result_ids.reason, "left")
        north = self._get_group(self.north)
        self.north.unlink()
        self._run(policy)
        self.assertEqual(north.display_name, "North (US)")
        self.assertIn("nothing", str(north.get_grading_explanation()[0]["notices"]))

    def test_people_set_its_grade_and_freeze_it(self):
        self._create_in(self.north, 1500)
        self._create_in(self.south, 150)
        policy = self._grade_regions()
        users = self._create_users()
        north, south = self._get_group(self.north), self._get_group(self.south)
        action = north.with_user(users["officer"]).action_set_grade()
        wizard = self.env["customer.grading.set.grade"].with_user(users["officer"])
        with Form(wizard.with_context(**action["context"])) as form:
            form.grade_id = self.regions.grade_ids[2]
            form.reason = "A new plant"
        form.record.action_confirm()
        south.result_ids.with_user(users["officer"])._freeze("A fair")
        self._run(policy)
        self.assertEqual(self._get_regions(self.north, self.south), ["C", "B"])
        with self.assertRaises(AccessError):
            north.with_user(users["salesperson"]).action_regrade()
        north.result_ids.with_user(users["officer"]).action_end_manual()
        north.with_user(users["officer"]).action_regrade()
        self.assertEqual(self._get_regions(self.north), ["A"])

    def test_a_proposal_is_decided_on_by_officers(self):
        self._create_in(self.north, 1500)
        self._grade_regions()
        users = self._create_users()
        result = self._get_group(self.north).result_ids
        best, next_one, last = self.regions.grade_ids
        refused = result.with_user(users["salesperson"])._propose(last, "A poor market")
        refused.with_user(users["officer"]).action_refuse("Not so poor")
        self.assertEqual((result.grade_id, refused.state), (best, "refused"))
        approved = result.with_user(users["salesperson"])._propose(next_one, "A poor year")
        with Form(approved.with_user(users["officer"])) as form:
            self.assertEqual(form.group_id.display_name, "North (US)")
        approved.with_user(users["officer"]).action_approve()
        self.assertEqual(result.grade_id, next_one)
        answers = [("model", "=", GROUP), ("res_id", "=", self._get_group(self.north).id)]
        told = self.env["mail.message"].search(answers).partner_ids
        self.assertIn(users["salesperson"].partner_id, told)

    def test_a_try_on_tells_who_moves_and_changes_nothing(self):
        self._create_in(self.north, 1500)
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 1000)), ("B", ())],
            dimension=self.regions,
        )
        policy.action_try_on()
        trial = self.env["customer.grading.trial"].search([("policy_id", "=", policy.id)])
        self.assertEqual(trial.state, "done", trial.error)
        self.assertEqual(trial.line_ids.group_id.display_name, "North (US)")
        self.assertIn("1 group gets a grade for the first time", str(trial.first_text))
        self.assertIn("state", str(policy.reads_as).lower())
        self.assertFalse(self._get_group(self.north).result_ids)
        self.assertEqual(Form(trial).record.moving_line_ids.group_id, trial.line_ids.group_id)

    def test_a_draft_counts_and_lists_those_that_meet_a_requirement(self):
        self._create_in(self.north, 1500)
        self._create_in(self.south, 150)
        self._grade_regions()
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 1000)), ("B", ())],
            dimension=self.regions,
        )
        self.assertIn("2 groups", str(policy.action_count_subjects()))
        action = policy.rule_ids[0].action_view_met()
        self.assertEqual(action["name"], "Groups that meet A today")
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.mapped("display_name"), ["North (US)"])
        self.assertEqual(found.grade_id.code, "A")

    def test_groups_are_counted_and_limits_shown_before_anybody_tried_them(self):
        self._create_in(self.north, 1500)
        self._create_in(self.south, 150)
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 1000)), ("B", ())],
            dimension=self.regions,
        )
        self.assertEqual(policy.criterion_ids.get_distribution(), [[1500, 1], [150, 2]])
        self.assertFalse(self._get_group(self.north), "looking keeps nothing")
        self.assertIn("2 groups", str(policy.action_count_subjects()))
        self.assertIn("1", str(policy.rule_ids[0].action_count()))

    def test_one_group_is_graded_again_by_its_own_dimension(self):
        customer = self._create_in(self.north, 150)
        policy = self._grade_regions()
        countries = self._create_dimension("countries", subject="group", group_path="country_id")
        other = self._create_policy({}, [("A", ())], dimension=countries)
        self._activate(other)
        self._create_invoice(customer, DAY, 5000)
        runs = self.env["customer.grading.run"].search_count([])
        self._get_group(self.north).action_regrade()
        self.assertEqual(self._get_regions(self.north), ["A"])
        self.assertEqual(self.env["customer.grading.run"].search_count([]), runs + 1)
        self.assertEqual(policy.run_ids[0].graded_count, 1)

    def test_why_opens_the_documents_behind_a_number(self):
        self._create_in(self.north, 700, 500)
        self._create_in(self.south, 90)
        self._create_invoice(self._create_customers(1), DAY, 5000)
        self._grade_regions()
        north = self._get_group(self.north)
        [view] = north.get_grading_explanation()
        [row] = view["blocks"][0]["rows"]
        self.assertIn("1,200", str(row["cells"]))
        action = row["cells"][-1]["action"]
        found = self.env[action["res_model"]].search(Domain(action["domain"]))
        self.assertEqual(sum(found.mapped("amount_untaxed")), 1200)
        self.assertIn("History", [button["label"] for button in view["buttons"]])

    def test_each_company_has_its_own_grades_of_a_region(self):
        abroad = self._create_company_with_chart("Abroad")
        customers = self._create_in(self.north, 1500)
        self._create_invoice(customers, DAY, 200, company=abroad)
        self._create_invoice(
            self._create_customers(1, state_id=self.south.id), DAY, 5, company=abroad
        )
        policy = self._grade_regions(company_id=False)
        results = self.env["customer.grading.result"].search([("policy_id", "=", policy.id)])
        told = {(r.company_id, r.group_id.res_id): r.grade_id.code for r in results}
        own = {key: code for key, code in told.items() if key[0] in self.company + abroad}
        self.assertEqual(
            own,
            {
                (self.company, self.north.id): "A",
                (abroad, self.north.id): "B",
                (abroad, self.south.id): "C",
            },
        )
        reader = self._create_users()["salesperson"]
        groups = self.env[GROUP].with_user(reader).search([("dimension_id", "=", self.regions.id)])
        self.assertEqual(groups.mapped("display_name"), ["North (US)"])

    def test_nothing_is_graded_again_within_minutes(self):
        self._create_in(self.north, 1500)
        policy = self._grade_regions()
        self.assertFalse(policy.regrades_changed)
        policy.regrades_changed = True
        Run = self.env["customer.grading.run"]
        Run._grade_changed(at(TODAY) - timedelta(hours=1))
        self.assertFalse(Run.search([("policy_id", "=", policy.id), ("mode", "=", "incremental")]))


@tagged("post_install", "-at_install")
class TestWritingPoliciesOfGroups(GroupsCase):
    def test_a_dimension_names_a_record_that_members_share(self):
        with Form(self.env["customer.grading.dimension"]) as form:
            form.name, form.code, form.subject = "Industries", "industries", "group"
            form.group_path = "industry_id"
        self.assertEqual(form.record.group_model, "res.partner")
        with Form(form.record) as form:
            form.member_model = "sale.order"
            self.assertFalse(form.group_path)
            form.group_path = "team_id"
        self.assertEqual(form.record.group_model, "sale.order")
        for path in ("city", "category_id", "no_such", "parent_id.name"):
            with self.subTest(path=path), self.assertRaises(ValidationError):
                self._create_dimension("other", subject="group", group_path=path)

    def test_a_policy_starts_from_a_ready_one_and_goes_into_a_file(self):
        self._create_in(self.north, 1500)
        with Form(self.env["customer.grading.new.policy"]) as form:
            form.subject = "group"
            form.dimension_id = self.regions
            form.start = "rank"
        policy = form.record._make_policy()
        self.assertEqual(policy.dimension_id, self.regions)
        self._activate(policy)
        self.assertEqual(self._get_regions(self.north), ["A"])
        content = policy._export_policy()
        said = content["dimension"]
        self.assertEqual((said["groups_of"], said["sharing"]), ("res.partner", "state_id"))
        said["code"] = said["name"] = "districts"
        again = policy.load_policy(json.dumps({**content, "key": "again"}), "again.json")
        self.assertEqual(again.dimension_id.group_path, "state_id")
        self.assertNotEqual(again.dimension_id, self.regions)

    def test_what_it_grades_stays_once_grades_were_given(self):
        self._create_in(self.north, 1500)
        self._grade_regions()
        with self.assertRaisesRegex(UserError, "gave grades"):
            self.regions.group_path = "country_id"

    def test_what_is_not_added_up_over_documents_is_refused_by_name(self):
        for code in ("details_filled", "state"):
            with self.subTest(measure=code):
                policy = self._create_policy({"x": {"measure": code}}, dimension=self.regions)
                self.assertIn("added up or counted", str(policy.problems))
        lines = self._create_dimension(
            "lines",
            subject="group",
            group_model="sale.order.line",
            group_path="product_id.categ_id",
        )
        policy = self._create_policy({"x": {"measure": "order_amount"}}, dimension=lines)
        self.assertIn("do not lead to what “Lines” grades", str(policy.problems))

    def test_customers_are_not_graded_by_what_is_known_of_groups(self):
        with self.assertRaisesRegex(
            ValidationError, "known of groups of customers or documents only"
        ):
            self._create_policy({"buyers": {"measure": "customer_count"}})
        grade = self.env["customer.grading.measure"].search([("kind", "=", "grade")], limit=1)
        with self.assertRaisesRegex(
            ValidationError, "known of groups of customers or documents only"
        ):
            self._create_policy(
                {"region": {"measure": grade.code, "dimension_id": self.regions.id}}
            )
        with self.assertRaisesRegex(
            ValidationError, "known of groups of customers or documents only"
        ):
            self.env["customer.grading.measure"].create(
                {
                    "name": "Share",
                    "code": "share",
                    "kind": "ratio",
                    "unit": "ratio",
                    "numerator_id": self._measure("customer_count").id,
                    "denominator_id": self._measure("order_count").id,
                }
            )

    def test_the_grade_so_far_is_known_of_a_group(self):
        customer = self._create_in(self.north, 1500)
        policy = self._grade_regions(
            {"revenue": {"measure": "invoiced_revenue"}, "own": {"measure": "own_grade"}},
            [
                ("A", ("revenue", "ge", 1000)),
                ("B", ("own", "is", self.regions.grade_ids[0].id)),
                ("C", ()),
            ],
        )
        [invoice] = self.env["account.move"].search([("partner_id", "=", customer.id)])
        self._create_credit_note(invoice, TODAY, 1000)
        self._run(policy)
        self.assertEqual(self._get_regions(self.north), ["B"])

    def test_the_list_of_groups_is_there_once_some_are_graded(self):
        menu = self.env.ref("customer_grading_group.customer_grading_menu_groups")
        self.assertIn(menu.id, self.env["ir.ui.menu"]._load_menus_blacklist())
        self._create_in(self.north, 1500)
        self._grade_regions()
        self.assertNotIn(menu.id, self.env["ir.ui.menu"]._load_menus_blacklist())
        action = self.env.ref("customer_grading_group.customer_grading_result_action_groups")
        listed = self.env["customer.grading.result"].search(Domain(ast.literal_eval(action.domain)))
        self.assertIn(self._get_group(self.north), listed.group_id)
        self.assertEqual(Form(listed[0]).record.group_id, listed[0].group_id)

    def test_every_sentence_about_customers_is_said_of_groups(self):
        """The core says it of two kinds of records; that of groups is kept beside them."""
        self.assertEqual(get_texts_of_customers(), set(texts.OF_GROUPS.said))
        for lang in ("en_US", "zh_CN"):
            dimension = self.regions.with_context(lang=lang)
            of_customers = self.dimension.with_context(lang=lang)._get_number_text(1234)
            of_groups = dimension._get_number_text(1234)
            self.assertIn("1,234", of_groups)
            self.assertNotEqual(of_groups, of_customers)
