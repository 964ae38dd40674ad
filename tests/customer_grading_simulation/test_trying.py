"""A draft tried on customers whose grade one is sure of; a measure on some whose value one knows."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import TODAY, CustomerGradingCommon, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestTestCustomers(OpportunityCommon):
    @freeze_time(at(TODAY))
    def test_customers_get_their_grade_and_a_wrong_one_warns(self):
        good, bad = self.customer, self.other
        self._create_invoice(good, TODAY, amount=1000)
        criteria = {"revenue": {"measure": "invoiced_revenue"}}
        policy = self._create_policy(criteria, [("A", ("revenue", "ge", 500))], population="all")
        grade = policy.rule_ids.grade_id
        policy.test_customer_ids = [
            Command.create({"partner_id": customer.id, "expected_grade_id": grade.id})
            for customer in (good, bad)
        ]
        self.assertFalse(policy.problems)

        policy.action_try_test_customers()

        self.assertRecordValues(
            policy.test_customer_ids,
            [
                {"given_grade_id": grade.id, "verdict": "met"},
                {"given_grade_id": False, "verdict": "unmet"},
            ],
        )
        self.assertTrue(all(policy.test_customer_ids.mapped("why")))
        self.assertRegex(
            policy._get_problems()[-1]["message"],
            "Test customer “Customer 002” gets no grade instead of A",
        )
        policy._check_complete()

    @freeze_time(at(TODAY))
    def test_opportunities_get_their_grade_and_a_wrong_one_warns(self):
        policy = self._create_urgency_policy()
        soon, later = self._create_closing(10), self._create_closing(60)
        grade_a = self.intention._find_grade("A")
        policy.test_customer_ids = [
            Command.create({"lead_id": lead.id, "expected_grade_id": grade_a.id})
            for lead in (soon, later)
        ]
        policy.action_try_test_customers()
        self.assertEqual(policy.test_customer_ids.mapped("verdict"), ["met", "unmet"])
        self.assertEqual(
            policy._get_problems()[-1]["message"],
            "Test opportunity “Opportunity” gets B instead of A.",
        )
        policy.test_customer_ids[1].lead_id = soon
        self.assertFalse(policy.test_customer_ids[1].tried)
        with self.assertRaisesRegex(ValidationError, "grades opportunities"):
            policy.test_customer_ids = [Command.create({"partner_id": self.customer.id})]

    def test_they_are_those_of_one_s_companies_and_administrators_alone_see_them(self):
        users = self._create_users()
        other = self.env["res.company"].create({"name": "Other"})
        tests = {}
        for company in (self.company, other):
            draft = self._create_policy({}, [("A", ())], company_id=company.id)
            draft.test_customer_ids = [Command.create({"partner_id": self.customer.id})]
            tests[company] = draft.test_customer_ids
            if company == self.company:
                for role in ("salesperson", "officer", "administrator"):
                    self.assertEqual(Form(draft.with_user(users[role])).name, draft.name)
        seen = tests[self.company].with_user(users["administrator"])
        self.assertEqual(seen.search([]) & (tests[self.company] | tests[other]), seen)
        with self.assertRaises(AccessError):
            tests[other].with_user(users["administrator"]).read(["display_name"])
        with self.assertRaises(AccessError):
            tests[self.company].with_user(users["officer"]).read(["display_name"])


@tagged("post_install", "-at_install")
class TestMeasureTry(CustomerGradingCommon):
    def test_an_administrator_sees_what_a_measure_comes_to(self):
        customers = self._create_customers(2)
        for day in (date(2026, 10, 1), date(2026, 11, 1), date(2024, 1, 1)):
            self._create_order(customers[0], day)
        manager = self._create_users()["administrator"]
        action = self._measure("order_count").with_user(manager).action_try()
        dialog = Form(
            self.env[action["res_model"]].with_user(manager).with_context(**action["context"])
        )
        dialog.partner_ids = customers
        tried = dialog.save()
        with freeze_time(at(TODAY)):
            tried.action_show()
        self.assertEqual(tried.line_ids.mapped("value"), ["2", "0"])

    def test_what_a_policy_has_yet_to_say_is_not_tried(self):
        tried = self.env["customer.grading.measure.try"].create(
            {"measure_id": self._measure("asked").id, "partner_ids": self._create_customers(1).ids}
        )
        with self.assertRaisesRegex(UserError, "use it in a draft"):
            tried.action_show()

    def test_a_measure_is_tried_only_on_what_one_may_see(self):
        other = self.env["res.company"].create({"name": "Other"})
        hidden = self._create_customers(1, company_id=other.id)
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": hidden.id})
        contact.company_id = False
        tried = (
            self.env["customer.grading.measure.try"]
            .with_user(self._create_users()["administrator"])
            .create({"measure_id": self._measure("order_amount").id, "partner_ids": contact.ids})
        )
        with self.assertRaises(AccessError):
            tried.action_show()
