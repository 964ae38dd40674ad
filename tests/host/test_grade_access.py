"""What the groups of a grade's fields refuse in reading is refused in every other way too.

All fields that show grades, of all models, found in the registry, by each way in which the
database answers, for people who may see grades and people who may not.
"""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tests.common import HttpCase, get_db_name, new_test_user
from odoo.tools import mute_logger

from ..common import CustomerGradingCommon

OURS = ("customer_grading", "spreadsheet_dashboard_customer_grading")
# Where a company's days begin, why something was lost, the number of a form, who receives
# visitors: no grades.
SETTINGS = ("res.company", "crm.lost.reason", "ir.actions.report", "base.automation")
SETTINGS += ("crm.team.member",)
# Fields that tell no grade, for whoever sees the record.
TELL_NONE = {
    ("res.partner", "customer_team_id"): "a team, as the salesperson beside it",
    ("res.users", "customer_team_id"): "the same",
    ("crm.lead", "next_host_id"): "whose turn it is, whatever the grade",
    ("crm.lead", "first_host_id"): "who received it first",
    ("crm.lead", "is_return_visit"): "whether a colleague looks after the customer",
    ("sale.order", "cancel_asks_reason"): "chooses which button shows; says no to all others",
}
REFUSED = (403, 422)  # no right to the field, or not even to export


class GradeAccessCommon(CustomerGradingCommon):
    """A customer, graded A, with a contact who may enter the portal, and a document of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.other = cls._create_customers(2)
        cls.order = cls._create_order(cls.customer, date(2026, 5, 1))
        cls.invoice = cls._create_invoice(cls.customer, date(2026, 5, 2))
        cls.lead = cls._create_lead(cls.customer, date(2026, 5, 1))
        cls.intention = cls._create_dimension("intention", subject="lead", sequence=1)
        cls.intention._set_main("lead", cls.company)
        policy = cls._create_policy(
            {"orders": {"measure": "order_amount", "period": "all_time"}},
            [("A", ("orders", "ge", 1)), ("B", ())],
            population="all",
        )
        cls._activate(policy)
        cls._activate(
            cls._create_policy({}, [("A", ())], dimension=cls.intention, lead_population="all")
        )
        cls.grade = cls.customer.customer_grade_id
        cls.grade.meaning = "Never say so: they pay late."
        cls.users = cls._create_users()
        groups = "base.group_user,base.group_allow_export"
        cls.users["internal"] = new_test_user(cls.env, "grading_internal", groups=groups)
        portal = cls.users["portal"].partner_id
        portal.parent_id = cls.customer
        cls.order.message_subscribe(portal.ids)
        cls.invoice.message_subscribe(portal.ids)
        cls.env.flush_all()

    @classmethod
    def _get_grade_fields(cls):
        """Return ``[(model name, field)]``: all that the family of addons adds to a model."""
        return [
            (name, field)
            for name in sorted(cls.env.registry)
            if not name.startswith("customer.grad") and not cls.env[name]._abstract
            if name not in SETTINGS and not cls.env[name]._transient
            for field in cls.env[name]._fields.values()
            if cls._is_ours(field) and (name, field.name) not in TELL_NONE
        ]

    @classmethod
    def _is_ours(cls, field):
        """Return whether addons of the family made a field, or that which a user has of its contact."""
        made = field.base_field._modules
        return bool(made) and all(module.startswith(OURS) for module in made)

    @classmethod
    def _get_attempts(cls, field):
        """Return ``{way: (method, keyword arguments)}`` of asking a model for ``field``."""
        name, value = field.name, {"many2one": 1, "one2many": 1, "boolean": True, "integer": 1}
        value |= dict.fromkeys(("date", "datetime"), "2026-01-01")
        value = value.get(field.type, "up")
        aggregate = f"{name}:{'max' if field.type in ('integer', 'text') else 'array_agg'}"
        count = ["__count"]
        through = {}
        if "partner_id" in cls.env[field.model_name]._fields and name in cls.customer._fields:
            through = {"groupby": [f"partner_id.{name}"], "aggregates": count}
        attempts = {
            "read": ("read", {"fields": [name]}),
            "web_read": ("web_read", {"specification": {name: {}}}),
            "search": ("search", {"domain": [(name, "=", value)]}),
            "search none": ("search", {"domain": [(name, "=", False)]}),
            "search count": ("search_count", {"domain": [(name, "!=", value)]}),
            "sort": ("search", {"domain": [], "order": name}),
            "group": (
                "formatted_read_group",
                {"domain": [], "groupby": [name], "aggregates": count},
            ),
            "group through a contact": (
                "formatted_read_group",
                through and {"domain": [], **through},
            ),
            "aggregate": (
                "formatted_read_group",
                {"domain": [], "groupby": [], "aggregates": [aggregate]},
            ),
            "having": (
                "formatted_read_group",
                {
                    "domain": [],
                    "groupby": ["create_uid"],
                    "aggregates": count,
                    "having": [(f"{name}:count", ">", 0)],
                },
            ),
            "sorted groups": (
                "formatted_read_group",
                {
                    "domain": [],
                    "groupby": ["create_uid"],
                    "aggregates": count,
                    "order": f"{name}:count",
                },
            ),
            "export": ("export_data", {"fields_to_export": [name]}),
        }
        return {way: attempt for way, attempt in attempts.items() if attempt[1]}

    @classmethod
    def _get_ids(cls, model_name, way):
        """Return the records that a way is tried on, those that a portal user sees."""
        if way not in ("read", "web_read", "export"):
            return []
        records = {"res.partner": cls.customer, "crm.lead": cls.lead}
        records.update({"sale.order": cls.order, "account.move": cls.invoice})
        return records.get(model_name, cls.env[model_name]).ids


@tagged("post_install", "-at_install")
class TestWhoMayNotSeeGrades(GradeAccessCommon):
    """People of the portal, and colleagues without the right, by whatever way."""

    def test_the_walk_meets_all_that_shows_grades(self):
        found = {(name, field.name) for name, field in self._get_grade_fields()}
        self.assertLessEqual(
            {
                ("res.partner", "customer_grade_id"),
                ("res.users", "customer_grade_id"),
                ("crm.lead", "opportunity_grade_id"),
                ("crm.lead", "customer_grade_color"),
                ("sale.order", "customer_grade_meaning"),
                ("account.move", "customer_grade_color"),
            },
            found,
        )
        self._assert_met_by_addons(found)
        for _name, field in self._get_grade_fields():
            with self.subTest(field=str(field)):
                self.assertTrue(field.groups, "a field that shows grades names who sees it")

    def _assert_met_by_addons(self, found):
        """Whatever they are called; what is left out is there, for the reason that stands beside it."""
        for model_name, name in (
            ("res.partner", "person_grade_id"),
            ("res.partner", "grade_benefits"),
            ("res.partner", "follow_up_due_date"),
            ("res.partner", "pool_protection"),
            ("res.users", "known_already"),
            ("sale.order", "grade_benefits"),
            ("sale.order", "credit_hold_text"),
            ("crm.lead", "customer_benefits"),
            ("mail.activity", "customer_grade_id"),
        ):
            if name in self.env[model_name]._fields:
                self.assertIn((model_name, name), found)
        for model_name, name in TELL_NONE:
            if field := self.env[model_name]._fields.get(name):
                self.assertTrue(self._is_ours(field) and not field.groups, field)

    def test_what_reading_refuses_is_refused_in_every_way(self):
        for model_name, field in self._get_grade_fields():
            for way, (method, kwargs) in self._get_attempts(field).items():
                for role in ("portal", "internal"):
                    with self.subTest(field=str(field), way=way, role=role):
                        self._assert_refused(role, model_name, way, method, kwargs)

    def _assert_refused(self, role, model_name, way, method, kwargs):
        Model = self.env[model_name].with_user(self.users[role])
        self.env.invalidate_all()
        records = Model.browse(self._get_ids(model_name, way) or Model.env.user.partner_id.ids)
        with self.assertRaises(UserError), mute_logger("odoo.domains"):
            getattr(records if method in ("read", "web_read", "export_data") else Model, method)(
                **kwargs
            )

    def test_nothing_leaks_through_a_path(self):
        """A domain, or a group, that comes by the customer of a document."""
        portal = self.users["portal"]
        Order = self.env["sale.order"].with_user(portal)
        self.assertIn(self.order, Order.search([]))
        for domain in (
            [("partner_id.customer_grade_id.meaning", "ilike", "late")],
            [("customer_grade_id.meaning", "ilike", "late")],
            [("customer_grade_id", "ilike", "A")],
            [("partner_id.customer_grading_result_id", "!=", False)],
            [("order_line.order_id.customer_grade_id.code", "=", "A")],
        ):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                Order.search(domain)
        for path in ("order_id.customer_grade_id", "order_id.customer_grade_meaning"):
            with self.subTest(path=path), self.assertRaises(AccessError):
                Order.env["sale.order.line"].formatted_read_group([], [path], ["__count"])


@tagged("post_install", "-at_install")
class TestWhoMaySeeGrades(GradeAccessCommon):
    """What is asked for beside the grade is answered under the rights of who asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.users["salesperson"]
        cls.Partner = cls.env["res.partner"].with_user(cls.seller)
        cls.Lead = cls.env["crm.lead"].with_user(cls.seller)
        cls.order.user_id = cls.users["officer"]

    def _get_paths(self):
        """Return ``(model, path to a result)`` of all that shows one."""
        return [
            (self.Partner, "customer_grading_result_id"),
            (self.Lead, "customer_grading_result_id"),
            (self.Lead, "partner_id.customer_grading_result_id"),
        ]

    def test_values_are_an_administrator_s(self):
        for Model, path in self._get_paths():
            for domain in (
                [(f"{path}.values", "=like", "[%")],
                [(f"{path}.score", ">", 0)],
                [(path, "any", [("values", "=like", "[%")])],
                [(path, "not any", [("score", "!=", False)])],
                [(f"{path}.change_ids.values", "!=", False)],
            ):
                refused = self.assertRaises(AccessError)
                with self.subTest(model=Model._name, domain=domain), refused:
                    Model.search_count(domain)
        manager = self.users["administrator"]
        asked = [("customer_grading_result_id.values", "!=", False)]
        self.assertIn(self.customer, self.Partner.with_user(manager).search(asked))

    def test_documents_of_others_stay_theirs(self):
        """He sees the customer and its grade, and none of the order of a colleague."""
        self.assertFalse(self.order.with_user(self.seller).has_access("read"))
        own = self._create_order(self.other, date(2026, 5, 1), user_id=self.seller.id)
        result = "customer_grading_result_id"
        for path in (
            f"{result}.partner_id",
            "customer_grade_id.dimension_id.create_uid.partner_id",
        ):
            with self.subTest(path=path):
                found = self.Partner.search([(f"{path}.sale_order_ids", "any", [])])
                self.assertNotIn(self.customer, found)
        found = self.Partner.search([(f"{result}.partner_id.sale_order_ids", "any", [])])
        self.assertEqual(found & (self.customer | self.other), own.partner_id)
        with self.assertRaises(AccessError):
            self.Partner.search([(f"{result}.policy_id.run_ids.state", "=", "done")])

    def test_other_companies_stay_closed(self):
        abroad = self._create_company_with_chart("Abroad")
        policy = self._create_policy({}, [("B", ())], company_id=abroad.id, population="all")
        self._activate(policy)
        path = "customer_grading_result_id.dimension_id.policy_ids"
        found = self.Partner.search([(path, "in", policy.ids)])
        self.assertTrue(found, "an id that he knows tells nothing")
        self.assertFalse(self.Partner.search([(f"{path}.company_id", "=", abroad.id)]))
        officer = self._create_users(abroad, suffix="_abroad")["officer"]
        result = self._get_results(self.customer)[self.customer]
        there = self.env["res.partner"].with_user(officer)
        self.assertFalse(there.search([("customer_grading_result_id", "=", result.id)]))

    def test_another_company_learns_nothing_in_any_way(self):
        """Who sees the customer, and works in a company that did not grade it."""
        abroad = self._create_company_with_chart("Abroad")
        officer = self._create_users(abroad, suffix="_abroad")["officer"]
        grades = self.grade | self.lead.opportunity_grade_id
        self.assertEqual(len(grades), 2)
        for model_name, field in self._get_grade_fields():
            Model = self.env[model_name].with_user(officer).with_company(abroad)
            if field.comodel_name != "customer.grade" or not Model.has_access("read"):
                continue
            name = field.name
            with self.subTest(field=str(field)):
                self.assertFalse(Model.search([(name, "in", grades.ids)]))
                self.assertFalse(Model.search([(f"{name}.code", "=", "A")]))
                self.assertFalse(Model.search([(name, "!=", False)]))
                groups = Model.formatted_read_group([], [name], ["__count"])
                self.assertFalse([group for group in groups if group[name]])
                self.assertEqual(Model.search([], order=name).mapped(name).ids, [])
                [[count]] = Model._read_group([], [], [f"{name}:count_distinct"])
                self.assertFalse(count)

    def test_sub_domains_are_answered(self):
        """By whatever operator, and where the result has a field of the same name."""
        result = self._get_results(self.customer)[self.customer]
        with_grade = self.customer | self.other
        for domain, expected in (
            ([("customer_grading_result_id.grade_id.code", "=", "A")], self.customer),
            ([("customer_grading_result_id.partner_id", "=", self.other.id)], self.other),
            (
                [("customer_grading_result_id", "not any", [("grade_id.code", "=", "A")])],
                self.other,
            ),
            ([("customer_grading_result_id", "in", result.ids)], self.customer),
            ([("customer_grade_id", "any", [("code", "=", "A")])], self.customer),
            ([("customer_grade_id", "not any", [("code", "=", "A")])], self.other),
            ([("customer_grade_id", "ilike", "A")], self.customer),
            ([("customer_grade_id.dimension_id.code", "=", "value")], with_grade),
            ([("customer_grading_result_id.manual_user_id.name", "=", "Nobody")], self.other[:0]),
        ):
            with self.subTest(domain=domain):
                found = self.Partner.search([("id", "in", with_grade.ids), *domain])
                self.assertEqual(found, expected)
        result._set_by_hand(self.grade, "Agreed")
        asked = [("customer_grading_result_id.manual_user_id.name", "=", self.env.user.name)]
        self.assertEqual(self.Partner.search(asked) & with_grade, self.customer)

    def test_what_code_asks_for_regardless_of_rules_is_found(self):
        private = self._create_dimension("private", "A", group_ids=[])
        domain = Domain("customer_grade_id", "any!", Domain("code", "=", "A"))
        found = self.Partner.search(domain & Domain("id", "in", self.customer.ids))
        self.assertEqual(found, self.customer)
        self.assertTrue(private)

    def test_a_document_is_found_by_the_grade_of_its_customer(self):
        seller = self.users["accountant"]
        for name, document in (("account.move", self.invoice), ("sale.order", self.order)):
            Model = self.env[name].with_user(self.users["administrator"])
            if name == "account.move":
                Model = Model.with_user(seller)
            for domain in (
                [("customer_grade_id.code", "=", "A")],
                [("customer_grade_id", "in", self.grade.ids)],
                [("customer_grade_id", "ilike", "A")],
            ):
                with self.subTest(model=name, domain=domain):
                    self.assertIn(document, Model.search(domain))
            groups = Model.formatted_read_group([], ["customer_grade_id"], ["__count"])
            self.assertIn(self.grade.id, [(g["customer_grade_id"] or [0])[0] for g in groups])


@tagged("post_install", "-at_install")
class TestByTheApi(GradeAccessCommon, HttpCase):
    """The same through the door that programs use: /json/2 with a key of one's own."""

    def _ask(self, role, model_name, method, kwargs, ids=()):
        user = self.users[role]
        if user not in self.keys:
            self.keys[user] = (
                self.env["res.users.apikeys"]
                .with_user(user)
                .sudo()
                ._generate("rpc", "test", datetime.now() + timedelta(days=0.5))
            )
        body = {**kwargs, **({"ids": list(ids)} if ids else {})}
        return self.url_open(
            f"/json/2/{model_name}/{method}",
            json=body,
            headers={
                "Authorization": f"Bearer {self.keys[user]}",
                "X-Odoo-Database": get_db_name(),
            },
        )

    def setUp(self):
        super().setUp()
        self.keys = {}

    @mute_logger("odoo.http", "odoo.domains")
    def test_every_way_is_closed_to_who_may_not_see_grades(self):
        for model_name, field in self._get_grade_fields():
            for way, (method, kwargs) in self._get_attempts(field).items():
                ids = self._get_ids(model_name, way)
                if method in ("read", "web_read", "export_data") and not ids:
                    continue
                for role in ("portal", "internal"):
                    with self.subTest(field=str(field), way=way, role=role):
                        answer = self._ask(role, model_name, method, kwargs, ids)
                        self.assertIn(answer.status_code, REFUSED, answer.text[:300])

    @mute_logger("odoo.http")
    def test_who_may_gets_an_answer_of_his_own_rights(self):
        asked = {"domain": [["customer_grade_id.code", "=", "A"]]}
        answer = self._ask("salesperson", "res.partner", "search", asked)
        self.assertIn(self.customer.id, answer.json())
        leaking = {"domain": [["customer_grading_result_id.values", "=like", "[true%"]]}
        answer = self._ask("salesperson", "res.partner", "search_count", leaking)
        self.assertEqual(answer.status_code, 403)
