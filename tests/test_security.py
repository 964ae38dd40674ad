"""Roles by companies: what each may read, search, sort, group, export, and call."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import SQL

from .common import CustomerGradingCommon

GRADED = ("accountant", "salesperson", "officer", "administrator")
FIELD = "customer_grade_id"
# What stands in columns that must have something, by type; a number is 1.
FIRST = {"char": "x", "text": "x", "html": "x", "boolean": True, "json": {}}
FIRST |= {"date": date(2026, 5, 1), "datetime": date(2026, 5, 1)}
# Reports whose rows need more than a row of each that they tell of, each tested with its addon.
WITHOUT_ROWS = {
    "customer.grading.capacity.proposal": "somebody who has too many, and another who has room",
    "customer.grading.former.grade": "a change that was imported",
    "customer.grading.former.import": "the same",
    "customer.grading.habit.answer": "a criterion in force that asks a question",
    "customer.grading.habit.override": "a grade set by hand",
    "customer.grading.receivable.age": "an invoice that is open",
    "customer.grading.referral.quota": "a referrer whose grade asks for referrals",
    "customer.grading.terms.cost": "figures of a night",
}
# What is seen without its grade, or shows a grade that was the main one: that names no groups.
BESIDE = {
    "customer.grading.order.request": "who decides on an order is not told the grade",
    "customer.grading.evaluation.report": "the main grade of the day on which it was filed",
}


class SecurityCommon(CustomerGradingCommon):
    """One shared customer, graded A here and B abroad; one customer of each company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls._create_company_with_chart("Branch", parent=cls.company)
        cls.abroad = cls._create_company_with_chart("Abroad")
        cls.shared, cls.own, cls.foreign = cls._create_customers(3)
        cls.customers = cls.shared | cls.own | cls.foreign
        cls.own.company_id = cls.company
        cls.foreign.company_id = cls.abroad
        for partner, amount, company in (
            (cls.shared, 100, cls.company),
            (cls.own, 10, cls.company),
            (cls.shared, 10, cls.abroad),
            (cls.foreign, 100, cls.abroad),
        ):
            cls._create_order(partner, date(2026, 5, 1), amount, company=company)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount", "period": "all_time"}},
            [("A", ("orders", "ge", 100)), ("B", ())],
            company_id=False,
        )
        cls.grade_a, cls.grade_b = cls.dimension.grade_ids.sorted("sequence")[:2]
        cls._activate(cls.policy)
        cls.secret = cls._create_dimension(
            "secret", "AB", group_ids=[Command.link(cls.env.ref("account.group_account_user").id)]
        )
        cls._activate(cls._create_policy({}, [("A", ())], dimension=cls.secret))

    @classmethod
    def _create_places(cls):
        """Return ``{place: {role: user}}``: who works where."""
        both = cls.company | cls.abroad
        return {
            "here": cls._create_users(cls.company, suffix="_here"),
            "abroad": cls._create_users(cls.abroad, suffix="_abroad"),
            "branch": cls._create_users(cls.branch, suffix="_branch"),
            "both": cls._create_users(cls.company, both, suffix="_both"),
        }

    def _as(self, user, records):
        """Return ``records`` as ``user`` sees them from all of his companies."""
        companies = user.company_id | user.company_ids
        return records.with_user(user).with_context(allowed_company_ids=companies.ids)


@tagged("post_install", "-at_install")
class TestGradeOfAPartner(SecurityCommon):
    """The grade on the partner: whoever sees the partner and may see grades sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = cls._create_places()
        # What each place sees of shared, own, foreign; None: not even the customer.
        cls.seen = {
            "here": ["A", "B", None],
            "abroad": ["B", None, "A"],
            "branch": ["A", "B", None],
            "both": ["A", "B", False],
        }

    def _get_cases(self, roles=GRADED):
        for place, users in self.places.items():
            for role in roles:
                with self.subTest(place=place, role=role):
                    self.env.invalidate_all()
                    yield self.seen[place], self._as(users[role], self.customers), users[role]

    def test_reading(self):
        for seen, customers, _user in self._get_cases():
            for partner, code in zip(customers, seen, strict=True):
                if code is None:
                    with self.assertRaises(AccessError):
                        partner.read([FIELD])
                else:
                    [row] = partner.read([FIELD])
                    grade = self.env["customer.grade"].browse(row[FIELD] and row[FIELD][0])
                    self.assertEqual(grade.code, code)

    def test_searching(self):
        for seen, customers, _user in self._get_cases():
            for grade in (self.grade_a, self.grade_b, False):
                found = customers.search([(FIELD, "=", grade and grade.id)]) & customers
                code = grade and grade.code
                expected = [p.id for p, s in zip(customers, seen, strict=True) if s == code]
                self.assertEqual(found.ids, expected)

    def test_sorting(self):
        for seen, customers, _user in self._get_cases():
            visible = [p.id for p, code in zip(customers, seen, strict=True) if code is not None]
            found = customers.search([("id", "in", customers.ids)], order=f"{FIELD}, id")
            order = {"A": 0, "B": 1, False: 2}
            codes = dict(zip(customers.ids, seen, strict=True))
            self.assertEqual(found.ids, sorted(visible, key=lambda i: (order[codes[i]], i)))

    def test_grouping(self):
        for seen, customers, _user in self._get_cases():
            groups = customers._read_group([("id", "in", customers.ids)], [FIELD], ["__count"])
            expected = {code: seen.count(code) for code in seen if code is not None}
            self.assertEqual({grade.code: count for grade, count in groups}, expected)
            formatted = customers.formatted_read_group(
                [("id", "in", customers.ids)], [FIELD], ["__count"]
            )
            self.assertEqual(
                sum(group["__count"] for group in formatted), len(seen) - seen.count(None)
            )

    def test_exporting(self):
        group = self.env.ref("base.group_allow_export")
        for seen, customers, user in self._get_cases():
            user.group_ids += group
            visible = [code for code in seen if code is not None]
            allowed = customers.search([("id", "in", customers.ids)], order="id")
            rows = allowed.export_data(["customer_grade_id/code"])["datas"]
            self.assertEqual([row[0] or False for row in rows], visible)

    def test_who_is_no_user_of_grading_gets_nothing(self):
        groups = "base.group_user,base.group_allow_export"
        plain = new_test_user(self.env, "grading_plain", groups=groups)
        for user in (plain, self.places["here"]["portal"]):
            customers = self._as(user, self.customers)
            attempts = {
                "read": lambda c=customers: c[0].read([FIELD]),
                "search": lambda c=customers: c.search([(FIELD, "=", self.grade_a.id)]),
                "search through": lambda c=customers: c.search([(f"{FIELD}.code", "=", "A")]),
                "sort": lambda c=customers: c.search([], order=FIELD),
                "group": lambda c=customers: c._read_group([], [FIELD], ["__count"]),
                "result": lambda c=customers: c[0].read(["customer_grading_result_id"]),
                "mark": lambda c=customers: c[0].read(["customer_grading_mark"]),
                "export": lambda c=customers: c[0].export_data([FIELD]),
                "explanation": lambda c=customers: c[0].get_grading_explanation(),
                "regrade": lambda c=customers: c[0].action_regrade(),
            }
            for name, attempt in attempts.items():
                with self.subTest(user=user.login, attempt=name), self.assertRaises(UserError):
                    attempt()

    def test_explanations_follow_the_customer(self):
        for seen, customers, _user in self._get_cases():
            for partner, code in zip(customers, seen, strict=True):
                if code is None:
                    with self.assertRaises(AccessError):
                        partner.get_grading_explanation()
                elif code:
                    views = partner.get_grading_explanation()
                    self.assertEqual(views[0]["badge"]["code"], code)


@tagged("post_install", "-at_install")
class TestRecords(SecurityCommon):
    """Results, changes and runs themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = cls._create_places()

    def _search_as(self, user, model, domain=()):
        return self._as(user, self.env[model]).search(list(domain))

    def test_results_and_changes_are_those_of_one_s_companies(self):
        mine = [("dimension_id", "=", self.dimension.id)]
        expected = {
            "here": {(self.shared, self.company), (self.own, self.company)},
            "branch": {(self.shared, self.company), (self.own, self.company)},
            "abroad": {(self.shared, self.abroad), (self.foreign, self.abroad)},
        }
        expected["both"] = expected["here"] | expected["abroad"]
        for place, users in self.places.items():
            for role in GRADED:
                for model in ("customer.grading.result", "customer.grading.change"):
                    with self.subTest(place=place, role=role, model=model):
                        found = self._search_as(users[role], model, mine).sudo()
                        pairs = {(record.partner_id, record.company_id) for record in found}
                        self.assertEqual(pairs, expected[place])

    def test_nobody_but_an_administrator_gets_values_and_score(self):
        self.policy._create_trial("try_on", self.company)._execute()
        for model, names in (
            ("customer.grading.result", ("values", "score")),
            ("customer.grading.change", ("values",)),
            ("customer.grading.trial.line", ("values", "score")),
        ):
            domain = [("company_id", "=", self.company.id), ("policy_id", "=", self.policy.id)]
            records = self.env[model].search(domain, limit=1)
            for name in names:
                for role in ("accountant", "salesperson", "officer"):
                    one = self._as(self.places["here"][role], records)
                    with self.subTest(model=model, field=name, role=role):
                        with self.assertRaises(AccessError):
                            one.read([name])
                        with self.assertRaises(AccessError):
                            one.search([(name, "!=", False)])
                        if name == "score":
                            with self.assertRaises(AccessError):
                                one.search([], order="score")
                            with self.assertRaises(AccessError):
                                one._read_group([], [], ["score:sum"])
                self._as(self.places["here"]["administrator"], records).read([name])

    def test_a_dimension_may_be_hidden(self):
        hidden = [("dimension_id", "=", self.secret.id)]
        for role, sees in (("accountant", True), ("salesperson", False), ("officer", False)):
            user = self.places["here"][role]
            for model in ("customer.grading.result", "customer.grading.change"):
                with self.subTest(role=role, model=model):
                    self.assertEqual(bool(self._search_as(user, model, hidden)), sees)
            names = [
                view["title"] for view in self._as(user, self.shared).get_grading_explanation()
            ]
            self.assertEqual(self.secret.name in names, sees)

    def test_runs_tell_nothing_of_a_hidden_dimension(self):
        """An administrator, who writes its policy, sees what a try-on of it would do."""
        accounting = self.env.ref("account.group_account_user")
        change = self.env["customer.grading.change"].search(
            [("dimension_id", "=", self.secret.id)], limit=1
        )
        policy = change.policy_id
        preview = policy._create_trial("try_on")
        preview._execute()
        self.assertTrue(preview.line_ids)
        hidden = {
            "customer.grading.run": [("policy_id", "=", policy.id)],
            "customer.grading.trial": [("policy_id", "=", policy.id)],
            "customer.grading.trial.line": [("trial_id", "=", preview.id)],
        }
        officer = self.places["here"]["officer"]
        for model, domain in hidden.items():
            with self.subTest(model=model, role="officer"):
                self.assertFalse(self._search_as(officer, model, domain))
        officer.group_ids = [Command.link(accounting.id)]
        for model, domain in hidden.items():
            with self.subTest(model=model, role="officer who may see it"):
                self.assertTrue(self._search_as(officer, model, domain))
        administrator = self.places["here"]["administrator"]
        for model in ("customer.grading.run", "customer.grading.trial.line"):
            with self.subTest(model=model, role="administrator"):
                self.assertTrue(self._search_as(administrator, model, hidden[model]))

    def test_nobody_writes_results_changes_and_runs_by_himself(self):
        result = self.env["customer.grading.result"].search([], limit=1)
        change = self.env["customer.grading.change"].search([], limit=1)
        for role in ("portal", *GRADED):
            user = self.places["both"][role]
            with self.subTest(role=role):
                for record, vals in (
                    (result, {"grade_id": self.grade_b.id}),
                    (change, {"note": "x"}),
                ):
                    with self.assertRaises(UserError):
                        self._as(user, record).write(vals)
                    with self.assertRaises(UserError):
                        self._as(user, record).unlink()
                    with self.assertRaises(AccessError):
                        self._as(user, record).create(dict(vals))

    def test_the_portal_reads_nothing(self):
        user = self.places["here"]["portal"]
        models = [name for name in self.env if name.startswith(("customer.grad",))]
        for name in models:
            Model = self.env[name]
            if Model._abstract or Model._transient:
                continue
            with self.subTest(model=name), self.assertRaises(AccessError):
                self._as(user, Model).search([])

    def test_runs_are_for_officers(self):
        run = self.policy.run_ids[:1]
        for role in ("portal", "accountant", "salesperson"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(self.places["both"][role], run).read(["state"])
        self._as(self.places["both"]["officer"], run).read(["state"])
        abroad = self._search_as(self.places["abroad"]["officer"], "customer.grading.run")
        self.assertEqual(abroad.company_id, self.abroad)


@tagged("post_install", "-at_install")
class TestHiddenDimension(SecurityCommon):
    """Whatever hangs on a dimension with groups is for these, and counts tell nothing of it.

    The models are found in the registry, so that a new one is asked for a rule.
    """

    # Who writes policies writes those of every dimension, and sees what they would do.
    WRITTEN = (
        "customer.grading.dimension",
        "customer.grade",
        "customer.grading.policy",
        "customer.grading.criterion",
        "customer.grading.band",
        "customer.grading.rule",
        "customer.grading.review.window",
        "customer.grading.test.customer",
        "customer.grading.run",
        "customer.grading.trial",
        "customer.grading.trial.line",
        "customer.grading.trial.count",
        "customer.grading.approval",
        # What grades of it have, give and ask for, and what a night works out for it.
        "customer.grading.benefit",
        "customer.grading.cadence",
        "customer.grading.cadence.step",
        "customer.grading.capacity",
        "customer.grading.credit.band",
        "customer.grading.credit.rule",
        "customer.grading.credit.step",
        "customer.grading.deadline",
        "customer.grading.figures",
        "customer.grading.figures.set",
        "customer.grading.outlook.run",
        "customer.grading.pool.notice",
        "customer.grading.pool.rule",
        "customer.grading.prediction",
        "customer.grading.terms",
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls._create_one_of_each()
        cls.env.flush_all()

    @classmethod
    def _create_one_of_each(cls):
        criteria = {"orders": {"measure": "order_amount", "bands": [{"lower": 5, "level": "x"}]}}
        rules = [("A", ("orders", "ge", 5)), ("B", ())]
        draft = cls._create_policy(criteria, rules, dimension=cls.secret, name="Draft")
        window = {"policy_id": draft.id, "first_month": "7", "last_month": "7"}
        cls.env["customer.grading.review.window"].create(window)
        change = cls.env["customer.grading.change"].search(
            [("dimension_id", "=", cls.secret.id)], limit=1
        )
        change.policy_id._create_trial("try_on")._execute()
        cls.env["customer.grading.bulk.change"]._note("Changed", change, {})
        if "test_customer_ids" in draft._fields:
            draft.test_customer_ids = [Command.create({"partner_id": cls.shared.id})]
        if "approval_ids" in draft._fields:
            draft.approval_ids = [Command.create({"user_id": cls.env.user.id})]
            step = {"change_id": change.id, "step": 1, "user_id": cls.env.user.id}
            change.approval_ids = [Command.create(step)]
        cls._insert_others(change)

    @classmethod
    def _insert_others(cls, change):
        """Insert a row of each stored model that has none: rules look at columns alone."""
        cls.env.flush_all()
        order = cls.shared.sale_order_ids.filtered(lambda order: order.company_id == cls.company)
        known = (cls.secret, change, change.result_id, cls.shared, order[:1], cls.company)
        cls.known = {record._name: record.id for record in (*known, cls.env.user)}
        paths = cls._get_paths()
        # What a row hangs on comes before it.
        for name in sorted(paths, key=lambda name: paths[name].count(".")):
            records = cls._find_hidden(name, paths[name])
            if not records and cls.env[name]._auto:
                records = cls._insert(cls.env[name])
            cls.known.setdefault(name, records[:1].id)

    @classmethod
    def _insert(cls, Model):
        """Insert a row of what is known and of what must be there, past all checks of the model."""
        values = {}
        for field in Model._fields.values():
            if not (field.store and field.column_type) or field.name == "id":
                continue
            if field.type == "many2one":
                value = field.comodel_name != "crm.lead" and cls.known.get(field.comodel_name)
                if field.required and not value:
                    Other = cls.env[field.comodel_name]
                    value = (Other.search([], limit=1) or cls._insert(Other)).id
            else:
                least = FIRST.get(field.type, 1)
                least = field.get_values(cls.env)[0] if field.type == "selection" else least
                value = (field.required or field.name == "active") and least
            if value:
                values[field.name] = field.convert_to_column_insert(value, Model)
        [[id_]] = cls.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(Model._table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        return Model.browse(id_)

    @classmethod
    def _get_paths(cls):
        """Return ``{model name: path}`` of all that hangs on a dimension, but what is passing."""
        names = [name for name in sorted(cls.env.registry) if not cls.env[name]._abstract]
        paths = {name: cls._get_path(name) for name in names if not cls.env[name]._transient}
        return {name: path for name, path in paths.items() if path}

    @classmethod
    def _find_hidden(cls, name, path):
        Model = cls.env[name].with_context(active_test=False)
        return Model.search([(path, "=", cls.secret.id)])

    @classmethod
    def _get_path(cls, model_name, seen=()):
        """Return by which path records of a model hang on a dimension, or ``None``."""
        if model_name == "customer.grading.dimension":
            return "id"
        if not model_name.startswith("customer.grad") or model_name in seen:
            return None
        links = [
            field
            for field in cls.env[model_name]._fields.values()
            if field.store and field.type in ("many2one", "one2many")
        ]
        links.sort(key=lambda field: (field.type != "many2one", not field.required))
        for field in links:
            rest = cls._get_path(field.comodel_name, (*seen, model_name))
            if rest and (field.type == "many2one" or field.comodel_name.endswith(".change")):
                return field.name if rest == "id" else f"{field.name}.{rest}"
        return None

    def _get_hidden(self):
        """Return ``{model name: records}`` of what hangs on the hidden dimension."""
        return {name: self._find_hidden(name, path) for name, path in self._get_paths().items()}

    def test_the_walk_meets_all_that_hangs_on_a_dimension(self):
        hidden = self._get_hidden()
        others = {
            "customer.grading.result",
            "customer.grading.change",
            "customer.grading.bulk.change",
        }
        self.assertLessEqual({*self.WRITTEN, *others} & set(self.env.registry), set(hidden))
        for name, records in hidden.items():
            if name not in WITHOUT_ROWS:
                with self.subTest(model=name):
                    self.assertTrue(records, "give the walk a record of it")

    def test_nobody_else_reads_it(self):
        for name, records in self._get_hidden().items():
            if name in BESIDE:
                continue
            for role in ("salesperson", "officer", "administrator"):
                if role == "administrator" and name in self.WRITTEN:
                    continue
                with self.subTest(model=name, role=role):
                    self._assert_closed(records.with_user(self.users[role]))

    def _assert_closed(self, records):
        self.env.invalidate_all()
        if records._table_query:  # its ids count the rows that the reader has
            path = self._get_path(records._name)
            try:
                shown = records.search([])
            except AccessError:
                return
            self.assertNotIn(self.secret, shown.sudo().mapped(path.removesuffix(".id")))
            return
        for way in (
            lambda: records.search([("id", "in", records.ids)]),
            lambda: records.formatted_read_group([("id", "in", records.ids)], ["id"], []),
        ):
            try:
                found = way()
            except AccessError:
                continue
            self.assertFalse(found)
        for record in records[:3]:
            with self.assertRaises(AccessError):
                record.read(["display_name"])

    def test_those_named_and_those_who_write_policies_do(self):
        accountant = self.users["accountant"]
        for name, records in self._get_hidden().items():
            with self.subTest(model=name):
                if name in self.WRITTEN:
                    written = records.with_user(self.users["administrator"])
                    self.assertEqual(written.search([("id", "in", records.ids)]), records)
                if records.with_user(accountant).has_access("read"):
                    continue
                if name == "customer.grading.follow.up.dates":  # read by what shows them alone
                    self.assertFalse(
                        records.with_user(self.users["administrator"]).has_access("read")
                    )
                    continue
                # Runs, trials, waivers, and what grades give in which company are for officers, test
                # customers, targets, previews of the pool, figures of a night, imports, what was looked
                # ahead and predicted for administrators, bulk changes one's own.
                told = ("run", "trial", "waiver", "terms", "test", "intake", "pool", "bulk")
                told += ("figures", "former", "outlook", "prediction")
                # Visits and what one asked for are one's own, groups without a grade who tried it.
                told += ("visit", "order", "group")
                self.assertIn(name.split(".")[2], told)

    def test_counts_tell_nothing_of_it(self):
        grade = self.secret.grade_ids[0]
        policy = self.env["customer.grading.policy"].search(
            [("dimension_id", "=", self.secret.id), ("state", "=", "running")]
        )
        self.assertTrue(grade.result_count and policy.result_count and policy.change_count)
        administrator, accountant = self.users["administrator"], self.users["accountant"]
        self.env.invalidate_all()
        self.assertTrue(grade.with_user(accountant).result_count)
        self.env.invalidate_all()
        self.assertFalse(grade.with_user(administrator).result_count)
        self.assertFalse(policy.with_user(administrator).result_count)
        self.assertFalse(policy.with_user(administrator).change_count)

    def test_a_policy_may_still_take_it_into_account(self):
        """Who sees the policy reads it as it is, and what it says of whom it grades."""
        criteria = {"secret": {"measure": "other_grade", "dimension_id": self.secret.id}}
        seen = self._create_policy(criteria, [("A", ("secret", "known")), ("B", ())], sequence=1)
        self._activate(seen)
        for role in ("salesperson", "officer"):
            self.env.invalidate_all()
            with self.subTest(role=role):
                policy = seen.with_user(self.users[role])
                [values] = policy.web_read(
                    {
                        "reads_as": {},
                        "criterion_ids": {"fields": {"name": {}, "band_ids": {}}},
                        "rule_ids": {"fields": {"text": {}, "grade_id": {}}},
                    }
                )
                self.assertIn("levels: A Grade A", values["reads_as"])
                views = self.shared.with_user(self.users[role]).get_grading_explanation()
                self.assertEqual(views[0]["badge"]["code"], "A")
                self.shared.with_user(self.users[role]).get_grade_reason()


@tagged("post_install", "-at_install")
class TestCalls(SecurityCommon):
    """Public methods check for themselves who calls them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()

    def _assert_refused(self, roles, record, method, *args):
        for role in roles:
            with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                getattr(record.with_user(self.users[role]), method)(*args)

    def test_a_portal_user_does_not_learn_the_grade_of_the_own_contact(self):
        portal = self.users["portal"]
        portal.partner_id.parent_id = self.shared
        contact = portal.partner_id.with_user(portal)
        self.assertTrue(contact.has_access("read"))
        for method in ("get_grade_reason", "get_grading_explanation"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(contact, method)()

    def test_officers_decide(self):
        result = self._get_results(self.shared)[self.shared]
        change = result._propose(self.grade_b, "They stopped")
        run = self.policy._create_run("nightly", self.company)
        run.sudo().state = "stopped"
        for record, method, *args in (
            (change, "action_approve"),
            (change, "action_refuse", "No"),
            (change, "action_put_off"),
            (change, "action_ask_refusal"),
            (result, "action_end_manual"),
            (self.shared, "action_regrade"),
            (run, "action_apply"),
            (run, "action_discard"),
            (run, "action_stop"),
        ):
            self._assert_refused(("portal", "accountant", "salesperson"), record, method, *args)
        officer = self.users["officer"]
        change.with_user(officer).action_approve()
        self.assertEqual((result.grade_id, result.manual_user_id), (self.grade_b, officer))
        result.with_user(officer).action_end_manual()
        self.assertEqual(result.grade_id, self.grade_a)
        self.shared.with_user(officer).action_regrade()
        run.with_user(officer).action_apply()

    def test_administrators_write_policies(self):
        draft = self._create_policy({}, [("A", ())], name="Draft", sequence=1)
        rule = draft.rule_ids
        low = ("portal", "accountant", "salesperson", "officer")
        for record, method, *args in (
            (draft, "action_try_on"),
            (draft, "action_activate"),
            (draft, "action_revise"),
            (draft, "action_close"),
            (rule, "action_count"),
            (rule, "action_view_met"),
            (rule, "action_view_near"),
            (draft, "write", {"name": "Mine"}),
            (rule, "write", {"kind": "any"}),
            (self._measure("order_amount"), "write", {"name": "Mine"}),
        ):
            self._assert_refused(low, record, method, *args)
        preview = draft._try_on()
        self._assert_refused(low, preview, "action_put_in_force")
        self.assertEqual(draft.state, "draft")
        admin = self.users["administrator"]
        preview.with_user(admin).action_put_in_force()
        self.assertEqual(draft.state, "running")

    def test_salespeople_propose_where_officers_set(self):
        for role, code in (("salesperson", "A"), ("officer", "B")):
            user = self.users[role]
            wizard = (
                self.env["customer.grading.set.grade"]
                .with_user(user)
                .create(
                    {
                        "partner_ids": [Command.set(self.shared.ids)],
                        "dimension_id": self.dimension.id,
                        "grade_id": self.grade_b.id,
                        "reason": "They stopped",
                    }
                )
            )
            wizard.action_confirm()
            self.env.invalidate_all()
            with self.subTest(role=role):
                self.assertEqual(self._get_grades(self.shared), [code])

    def test_nobody_proposes_in_a_hidden_dimension(self):
        for role in ("salesperson", "officer"):
            wizard = (
                self.env["customer.grading.set.grade"]
                .with_user(self.users[role])
                .create(
                    {
                        "partner_ids": [Command.set(self.shared.ids)],
                        "dimension_id": self.secret.id,
                        "grade_id": self.secret.grade_ids[0].id,
                        "reason": "They stopped",
                    }
                )
            )
            with self.subTest(role=role), self.assertRaises(AccessError):
                wizard.action_confirm()

    def test_a_question_is_answered_by_those_it_is_asked_of(self):
        Question = self.env["customer.grading.question"]
        asked = {
            "salesperson": Question.create({"name": "Reliable?"}),
            "officer": Question.create({"name": "Trusted?", "asked_of": "officer"}),
        }
        for role, may in (
            ("salesperson", {"salesperson"}),
            ("officer", {"salesperson", "officer"}),
        ):
            Answer = self.env["customer.grading.answer"].with_user(self.users[role])
            for whom, question in asked.items():
                vals = {"question_id": question.id, "partner_id": self.shared.id, "yes_no": "yes"}
                with self.subTest(role=role, asked_of=whom):
                    if whom in may:
                        self.assertEqual(Answer.create(vals).user_id, self.users[role])
                    else:
                        with self.assertRaises(AccessError):
                            Answer.create(vals)

    def test_people_correct_their_own_answers(self):
        question = self.env["customer.grading.question"].create({"name": "Reliable?"})
        answer = self._answer(question, self.shared, True)
        answer.user_id = self.users["officer"]
        with self.assertRaises(AccessError):
            answer.with_user(self.users["salesperson"]).yes_no = "no"
        answer.with_user(self.users["officer"]).yes_no = "no"
        with self.assertRaises(AccessError):
            answer.with_user(self.users["officer"]).unlink()

    def test_an_administrator_measures_only_what_he_may_read(self):
        Measure = self.env["customer.grading.measure"].with_user(self.users["administrator"])
        for vals in (
            {"field_name": "password", "kind": "field", "unit": "text"},
            {
                "kind": "documents",
                "model_name": "ir.config_parameter",
                "value_field": "value",
                "aggregate": "max",
                "unit": "text",
                "subject_path": "create_uid.partner_id",
            },
            {
                "kind": "documents",
                "model_name": "crm.lead",
                "value_field": "user_id.password",
                "company_field": "company_id",
                "aggregate": "max",
                "unit": "text",
                "subject_path": "partner_id",
            },
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                Measure.create({"name": "Secret", "code": "secret", **vals})

    def test_levels_are_those_of_one_s_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        criteria = {"amount": {"measure": "order_amount", "bands": [{"lower": 5, "level": "x"}]}}
        draft = self._create_policy(criteria, [("A", ())], company_id=other.id)
        own = draft.criterion_ids.band_ids.with_user(self.users["administrator"])
        self.assertFalse(own.search([("id", "in", own.ids)]))
        with self.assertRaises(AccessError):
            own.read(["display_name"])

    def test_what_is_guarded_one_by_one_is_counted_but_not_read(self):
        Measure = self.env["customer.grading.measure"].with_user(self.users["administrator"])
        messages = {
            "name": "Messages",
            "code": "messages",
            "kind": "documents",
            "unit": "count",
            "aggregate": "count",
            "model_name": "mail.message",
            "subject_path": "author_id.commercial_partner_id",
            "date_field": "date",
        }
        measure = Measure.create(messages)
        subject = {"unit": "text", "value_field": "subject", "aggregate": "latest"}
        for vals in (subject, {"domain": "[('body', 'ilike', 'salary')]"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                measure.write(vals)

    def test_filters_read_only_what_their_author_may_read(self):
        admin = self.users["administrator"]
        draft = self._create_policy({}).with_user(admin)
        password = "[('user_ids.password', '=like', 'a%')]"
        with self.assertRaises(UserError):
            draft.domain = password
        with self.assertRaises(UserError):  # that it would not decide is no reason to keep it
            draft.domain = "['|', ('create_date', '>', 'today'), ('user_ids.login', '=like', 'a%')]"
        for vals in (
            {"measure_id": self._measure("matches_filter").id, "subject_domain": password},
            {
                "measure_id": self._measure("order_amount").id,
                "document_domain": "[('user_id.password', '=like', 'a%')]",
            },
            {
                "measure_id": self._measure("order_amount").id,
                "document_domain": "[('user_id', 'any', [('password', '=like', 'a%')])]",
            },
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.env["customer.grading.criterion"].with_user(admin).create(
                    {"policy_id": draft.id, **vals}
                )
        draft.domain = "[('country_id.code', '=', 'BE')]"
