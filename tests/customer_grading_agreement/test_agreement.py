"""Agreements are a criterion while they are in force, a day that contacts hang on, and a list."""

import ast
import json
import unittest
from datetime import date, timedelta

from lxml import etree

from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase

IN_FORCE = {
    "days": {"measure": "days_to_agreement_end"},
    "orders": {"measure": "order_count"},
}


class AgreementCase(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._at(TODAY)
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.customers = cls._create_customers(3, user_id=cls.seller.id)
        for customer in cls.customers:
            cls._create_order(customer, TODAY - timedelta(days=300))
        cls.question = cls.env["customer.grading.question"].create(
            {
                "name": "Until when is the yearly agreement?",
                "code": "yearly_agreement",
                "kind": "date",
                "ends_agreement": True,
            }
        )
        cls.Agreement = cls.env["customer.grading.agreement"]

    def _get_rows(self, user=None, **scope):
        rows = self.Agreement.with_user(user or self.seller).search(
            [("partner_id", "in", self.customers.ids)]
        )
        return [(row.partner_id, row.date_end, row.state) for row in rows]


@tagged("post_install", "-at_install")
class TestAgreements(AgreementCase):
    def test_S11_S56_F35_when_the_agreement_runs_out_the_customer_is_strategic_no_more(self):
        signed, lapsed, _none = self.customers
        self._answer(self.question, signed, date(2026, 12, 31), day=date(2026, 1, 5))
        self._answer(self.question, lapsed, date(2026, 11, 19), day=date(2026, 1, 5))
        policy = self._create_policy(IN_FORCE, [("A", ("days", "ge", 0)), ("B", ())])
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", "B"])
        self._at(date(2026, 12, 31))
        self._run(policy)
        self.assertEqual(self._get_grades(signed), ["A"], "on its last day it is in force")
        self._at(date(2027, 1, 1))
        self._run(policy)
        self.assertEqual(self._get_grades(signed), ["B"])
        self._answer(self.question, signed, date(2027, 12, 31), day=date(2027, 1, 1))
        self._run(policy)
        self.assertEqual(self._get_grades(signed), ["A"])

    def test_S61_F35_what_ends_within_90_days_or_has_ended_is_listed(self):
        ended, soon, later = self.customers
        self._answer(
            self.question, ended, TODAY - timedelta(days=1), day=TODAY - timedelta(days=800)
        )
        self._answer(self.question, soon, TODAY + timedelta(days=5), day=TODAY - timedelta(days=9))
        self._answer(self.question, soon, TODAY + timedelta(days=90), day=TODAY - timedelta(days=8))
        self._answer(self.question, later, TODAY + timedelta(days=91))
        days = [TODAY + timedelta(days=number) for number in (-1, 90, 91)]
        self.assertEqual(
            self._get_rows(),
            list(zip(self.customers, days, ("ended", "soon", "later"), strict=True)),
        )
        listed = self.Agreement.with_user(self.seller).search([("state", "=", "soon")])
        self.assertRecordValues(
            listed,
            [
                {
                    "name": self.question.name,
                    "user_id": self.seller.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(listed.action_open()["res_id"], soon.id)
        grade = self._activate_all()
        found = self.Agreement.with_user(self.seller)
        own = [("partner_id", "in", self.customers.ids)]
        self.assertEqual(found._read_group(own, ["customer_grade_id"], ["__count"]), [(grade, 3)])
        self.assertEqual(
            found.search([*own, ("customer_grade_id.is_best", "=", True)]), found.search(own)
        )

    def test_the_list_begins_with_what_ends_soon_or_ended_lately_of_who_is_still_a_customer(self):
        long_ago, lately, soon = self.customers
        gone = self._create_customers(1, user_id=self.seller.id)
        for customer, number in ((long_ago, -91), (lately, -90), (soon, 5), (gone, 5)):
            day = TODAY + timedelta(days=number)
            self._answer(self.question, customer, day, day=date(2026, 1, 5))
        gone.active = False
        action = self.env.ref("customer_grading_agreement.customer_grading_agreement_action")
        context = ast.literal_eval(action.context)
        view = self.env.ref("customer_grading_agreement.customer_grading_agreement_view_search")
        chosen = [
            Domain(ast.literal_eval(found.get("domain")))
            for found in etree.fromstring(view.arch).iter("filter")
            if context.get(f"search_default_{found.get('name')}")
        ]
        Agreement = self.Agreement.with_user(self.seller)
        self.assertEqual(Agreement.search(Domain.OR(chosen)).partner_id, lately | soon)
        self.assertEqual(
            Agreement.search([("question_id", "=", self.question.id)]).partner_id,
            long_ago | lately | soon,
        )

    def _activate_all(self):
        policy = self._create_policy({"orders": IN_FORCE["orders"]}, [("A", ())])
        self._activate(policy)
        return policy.rule_ids.grade_id

    def test_contacts_hang_on_the_end_of_an_agreement(self):
        """The salesperson calls so long after the day on which the agreement ended."""
        customer = self.customers[0]
        grade = self._activate_all()
        self._answer(self.question, customer, TODAY + timedelta(days=20))
        Day = self.env["customer.grading.cadence.day"]
        self.assertIn(("agreement_end", "End of the agreement"), Day._get_choices("anchor"))
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(grade.dimension_id.policy_ids[-1:], self.company, TODAY)
        for name, expected in (("partner", customer), ("lead", self._create_lead(customer, TODAY))):
            self.env.flush_all()
            days = Day._get_days_sql("agreement_end", SUBJECTS[name], scope)
            rows = [row for row in self.env.execute_query(days) if row[0] == expected.id]
            self.assertEqual(rows, [(expected.id, TODAY + timedelta(days=20))])

    def test_only_a_question_for_a_date_about_customers_ends_an_agreement(self):
        for vals in ({"kind": "text"}, {"subject": "lead"}):
            with self.assertRaisesRegex(ValidationError, "cannot be the end of an agreement"):
                self.question.write(vals)

    def test_others_read_what_they_may(self):
        group = self.env["res.groups"].create({"name": "Legal"})
        self.question.write({"asked_of": "group", "group_ids": [Command.set(group.ids)]})
        self._answer(self.question, self.customers[0], TODAY)
        self.assertFalse(self._get_rows(), "it is asked of others")
        self.assertTrue(self._get_rows(self.users["officer"]))
        self.question.write({"asked_of": "salesperson"})
        self.assertTrue(self._get_rows())
        elsewhere = self._create_company_with_chart("Elsewhere")
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sales_team.group_sale_salesman",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        self.assertFalse(self._get_rows(stranger))

    def test_the_mark_stands_in_policy_files(self):
        policy = self._create_policy({"until": {"question": self.question}}, [("A", ())])
        content = policy._export_policy()
        self.assertTrue(content["questions"][0]["ends_agreement"])
        content["dimension"] |= {"code": "care", "name": "Care"}
        content["questions"][0]["code"] = content["criteria"][0]["question"] = "other"
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "care.json")
        self.assertTrue(draft.criterion_ids.question_id.ends_agreement)


@tagged("post_install", "-at_install")
class TestOCA(AgreementCase):
    """With OCA's addon `agreement`, where it is installed."""

    def setUp(self):
        super().setUp()
        if "agreement" not in self.env:
            raise unittest.SkipTest("OCA's addon “agreement” is not installed")

    def _sign(self, partner, start, end, **vals):
        code = f"{partner.id}-{start}-{end}"
        return self.env["agreement"].create(
            {
                "code": code,
                "name": "Supply",
                "partner_id": partner.id,
                "start_date": start,
                "end_date": end,
                **vals,
            }
        )

    def test_F35_agreements_in_force_are_a_criterion_and_what_ends_soon_is_listed(self):
        signed, open_ended, ended = self.customers
        self._sign(signed, date(2025, 1, 1), date(2025, 12, 31))
        last = self._sign(signed, date(2026, 1, 1), date(2026, 12, 31))
        self._sign(signed, date(2026, 1, 1), date(2029, 12, 31), domain="purchase")
        self._sign(signed, date(2027, 1, 1), date(2027, 12, 31))
        self._sign(open_ended, date(2026, 1, 1), False)
        self._sign(ended, date(2026, 1, 1), date(2026, 11, 19))
        policy = self._create_policy(IN_FORCE, [("A", ("days", "ge", 0)), ("B", ())])
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B"])
        self.seller.group_ids += self.env.ref("agreement.group_agreement_readonly")
        self.assertEqual(
            self._get_rows(),
            [(ended, date(2026, 11, 19), "ended"), (signed, date(2026, 12, 31), "soon")],
        )
        row = self.Agreement.with_user(self.seller).search([("partner_id", "=", signed.id)])
        self.assertEqual(row.name, "Supply")
        self.assertEqual(row.action_open()["res_id"], last.id)
        self.seller.group_ids -= self.env.ref("agreement.group_agreement_readonly")
        self.env.invalidate_all()
        self.assertFalse(self._get_rows(), "who may not read agreements sees none")
