"""Which questions are answered about whose customers, and how old the answers are."""

from collections import Counter
from datetime import date, timedelta
from statistics import mean

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase


@tagged("post_install", "-at_install")
class TestAnswers(ClockCase):
    """Two questions about customers, one of them outdated by a third, and one about opportunities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        groups = "sales_team.group_sale_salesman"
        cls.other = new_test_user(cls.env, "grading_other", groups=groups)
        cls.leader = new_test_user(cls.env, "grading_leader", groups=groups)
        cls.team = cls.env["crm.team"].create(
            {
                "name": "South",
                "user_id": cls.leader.id,
                "member_ids": [Command.set(cls.seller.ids)],
            }
        )
        cls.mine = cls._create_customers(6, user_id=cls.seller.id)
        cls.theirs = cls._create_customers(3, user_id=cls.other.id)
        cls.nobodys = cls._create_customers(1, user_id=False)
        cls.customers = cls.mine | cls.theirs | cls.nobodys
        cls.loyal, cls.size, cls.left, cls.ready = cls.env["customer.grading.question"].create(
            [
                {"name": "Loyal?", "validity_months": 12},
                {"name": "Size", "kind": "number", "validity_months": 0, "asked_of": "officer"},
                {"name": "Did they leave?", "validity_months": 0},
                {"name": "Ready?", "subject": "lead", "validity_months": 1},
            ]
        )
        cls.loyal.contrary_ids = cls.left
        cls.lead = cls._create_lead(cls.mine[0], TODAY, user_id=cls.seller.id, team_id=cls.team.id)
        cls.policy = cls._create_policy(
            {"loyal": {"question": cls.loyal}, "size": {"question": cls.size}},
            [("A", ("loyal", "yes")), ("B", ())],
            population="all",
            domain=f"[('id', 'in', {cls.customers.ids})]",
        )
        cls.intention = cls._create_dimension("intention", subject="lead", sequence=1)
        cls.lead_policy = cls._create_policy(
            {"ready": {"question": cls.ready}, "loyal": {"question": cls.loyal}},
            [("A", ("ready", "yes")), ("B", ())],
            dimension=cls.intention,
            lead_population="all",
            domain=f"[('id', 'in', {cls.lead.ids})]",
        )
        cls._activate(cls.policy)
        cls._activate(cls.lead_policy)
        cls.given = []
        for question, customer, value, days, user in (
            (cls.loyal, cls.mine[0], True, 10, cls.seller),
            (cls.loyal, cls.mine[1], False, 400, cls.seller),
            (cls.loyal, cls.mine[2], True, 500, cls.officer),
            (cls.loyal, cls.mine[2], True, 30, cls.seller),
            (cls.loyal, cls.mine[3], True, 20, cls.seller),
            (cls.left, cls.mine[3], True, 5, cls.officer),
            (cls.left, cls.mine[2], True, 40, cls.officer),
            (cls.left, cls.mine[0], False, 1, cls.officer),
            (cls.loyal, cls.theirs[0], True, 90, cls.other),
            (cls.size, cls.mine[0], 30, 900, cls.officer),
            (cls.size, cls.theirs[1], 12, 3, cls.officer),
            (cls.ready, cls.lead, True, 45, cls.seller),
        ):
            day = TODAY - timedelta(days=days)
            cls._answer(question, customer, value, day, user_id=user.id)
            cls.given.append((question, customer, value, day, user))
        cls.report = cls.env["customer.grading.habit.answer"]

    def _get_rows(self, user=None, domain=()):
        """Return ``{(question, about): (state, answered by, age, salesperson, team)}``."""
        rows = self.report.with_user(user or self.officer).search(domain)
        return {
            (row.question_id, row.lead_id or row.partner_id): (
                row.state,
                row.user_id,
                row.age if row.date else None,
                row.salesperson_id,
                row.team_id,
            )
            for row in rows.sudo()
        }

    def _expect(self, asked):
        """Return the same of what is asked, worked out from the list of what was answered."""
        rows, nobody = {}, self.env["res.users"]
        for question, about in asked:
            given = [one for one in self.given if one[:2] == (question, about)]
            team = self.team if about.user_id == self.seller else self.env["crm.team"]
            state, user, age = "none", nobody, None
            if given:
                *_rest, day, user = max(given, key=lambda one: one[3])
                state, age = "valid", (TODAY - day).days
                months = question.validity_months
                if months and day + relativedelta(months=months) <= TODAY:
                    state = "expired"
                elif question == self.loyal and any(
                    one[:3] == (self.left, about, True) and one[3] > day for one in self.given
                ):
                    state = "outdated"
            rows[question, about] = state, user, age, about.user_id, team
        return rows

    def test_each_question_is_told_once_of_whom_it_is_asked(self):
        asked = [(q, customer) for customer in self.customers for q in self.loyal | self.size]
        expected = self._expect([*asked, (self.ready, self.lead)])
        rows = self._get_rows()
        self.assertEqual(rows, expected)
        self.assertEqual(
            Counter(state for state, *_rest in rows.values()),
            {"none": 13, "valid": 5, "expired": 2, "outdated": 1},
        )

    def test_coverage_and_age_by_salesperson_are_those_of_all_rows_together(self):
        rows = list(self._get_rows().values())
        groups = self.report.with_user(self.officer)._read_group(
            [],
            ["salesperson_id"],
            ["asked:sum", "answered:sum", "coverage:avg", "age:avg", "expired:sum", "missing:sum"],
        )
        self.assertEqual(len(groups), 3)
        for person, asked, answered, coverage, age, expired, missing in groups:
            own = [row for row in rows if row[3] == person.sudo()]
            states = Counter(state for state, *_rest in own)
            self.assertEqual(asked, len(own))
            self.assertEqual(answered, states["valid"])
            self.assertEqual(expired, states["expired"] + states["outdated"])
            self.assertEqual(missing, states["none"])
            self.assertAlmostEqual(coverage, states["valid"] / len(own))
            ages = [row[2] for row in own if row[2] is not None]
            self.assertAlmostEqual(age or 0, mean(ages) if ages else 0)

    def test_who_is_not_graded_is_called_so(self):
        for lang, label in (("en_US", "Not graded"), ("zh_CN", "未分级")):
            report = self.env["customer.grading.habit.answer"].with_context(lang=lang)
            told = report.fields_get(["grade_id"], ["falsy_value_label"])
            self.assertEqual(told["grade_id"]["falsy_value_label"], label)

    def test_who_is_excluded_archived_or_out_of_scope_is_asked_nothing(self):
        excluded, archived, out = self.mine[:3]
        results = self._get_results(self.mine)
        results[excluded].with_user(self.officer)._exclude("A competitor")
        archived.active = False
        results[out].reason = "left"
        asked = [key for key in self._get_rows() if key[1] in [*self.mine[:3]]]
        # The policy of the opportunity still asks about its customer.
        self.assertEqual(asked, [(self.loyal, excluded)])

    def test_answers_go_with_who_became_a_contact_of_another(self):
        member, owner = self.mine[1], self.mine[4]
        member.write({"is_company": False, "parent_id": owner.id})
        rows = self._get_rows()
        self.assertEqual(rows[self.loyal, owner][:3], ("expired", self.seller, 400))

    def test_a_closed_policy_asks_nothing(self):
        (self.policy | self.lead_policy).state = "closed"
        self.assertEqual(self._get_rows(), {})

    def test_people_see_their_own_leaders_those_of_their_team_officers_all(self):
        every = self._get_rows()
        for user, seen in (
            (self.seller, lambda row: row[3] == self.seller),
            (self.leader, lambda row: row[4] == self.team),
            (self.other, lambda row: row[3] == self.other),
            (self.users["administrator"], lambda row: True),
        ):
            with self.subTest(user=user.login):
                expected = {key: row for key, row in every.items() if seen(row)}
                if user == self.leader:  # CRM shows him no opportunity but his own
                    expected.pop((self.ready, self.lead))
                self.assertEqual(self._get_rows(user), expected)

    def test_what_only_some_may_see_is_told_to_nobody_else(self):
        secret = self._create_dimension(
            "secret", "AB", group_ids=[Command.link(self.env.ref("account.group_account_user").id)]
        )
        policy = self._create_policy(
            {"left": {"question": self.left}},
            [("A", ("left", "no")), ("B", ())],
            dimension=secret,
            population="all",
            domain=f"[('id', 'in', {self.mine.ids})]",
        )
        self._activate(policy)
        self.assertFalse([key for key in self._get_rows() if key[0] == self.left])
        self.officer.group_ids = [Command.link(self.env.ref("account.group_account_user").id)]
        self.assertEqual(len([key for key in self._get_rows() if key[0] == self.left]), 6)

    def test_other_companies_are_left_out(self):
        abroad = self._create_company_with_chart("Abroad")
        policy = self._create_policy(
            {"size": {"question": self.size}},
            [("A", ("size", "ge", 1)), ("B", ())],
            company_id=abroad.id,
            population="all",
            domain=f"[('id', 'in', {self.mine.ids})]",
        )
        self._activate(policy)
        self._answer(self.size, self.mine[1], 5, company_id=abroad.id)
        self.assertEqual(len(self._get_rows()), 21)
        self.officer.company_ids = [Command.link(abroad.id)]
        rows = self.report.with_user(self.officer).with_context(allowed_company_ids=abroad.ids)
        self.assertEqual(len(rows.search([])), 6)
        self.assertEqual(rows.search([("state", "=", "valid")]).partner_id, self.mine[1])

    def test_a_row_opens_the_record_and_all_its_answers(self):
        row = self.report.with_user(self.officer).search(
            [("question_id", "=", self.loyal.id), ("partner_id", "=", self.mine[2].id)]
        )
        self.assertEqual(row.action_open_subject()["res_id"], self.mine[2].id)
        action = row.action_view_answers()
        answers = self.env["customer.grading.answer"].search(action["domain"])
        self.assertEqual(len(answers), 2)

    def test_more_customers_take_no_query_more(self):
        report = self.report.with_user(self.officer)

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            report.formatted_read_group([], ["salesperson_id"], ["asked:sum", "coverage:avg"])
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        more = self._create_customers(30, user_id=self.seller.id)
        self.policy.state = "closed"
        wide = self._create_policy(
            {"loyal": {"question": self.loyal}},
            [("A", ("loyal", "yes")), ("B", ())],
            population="all",
            domain=f"[('id', 'in', {(self.customers | more).ids})]",
        )
        self._activate(wide)
        count()
        self.assertLessEqual(count(), few)

    def test_answers_given_are_counted_by_month(self):
        action = self.env.ref("customer_grading_habit.customer_grading_answer_action_given")
        groups = (
            self.env[action.res_model]
            .with_user(self.officer)
            ._read_group(
                [("question_id", "in", (self.loyal | self.size | self.left | self.ready).ids)],
                ["user_id", "date:month"],
                ["__count"],
            )
        )
        expected = Counter((one[4], one[3].replace(day=1)) for one in self.given)
        self.assertEqual({(user.sudo(), month): n for user, month, n in groups}, expected)
        self.assertIn((self.seller, date(2026, 11, 1)), expected)
