"""Orders of protected customers are not refused alone, and nobody is given up without a report."""

import json
from datetime import date, datetime, timedelta

from odoo.addons.customer_grading_protection import uninstall_hook
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase

SALESMAN = "sales_team.group_sale_salesman"


class ProtectionCase(ClockCase):
    """A customer of grade A, whose orders are protected, and one of grade B; a salesperson of both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._at(TODAY)
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        cls.customer, cls.other = cls._create_customers(2, user_id=cls.seller.id)
        cls._create_invoice(cls.customer, TODAY - timedelta(days=30), 5000)
        cls._create_invoice(cls.other, TODAY - timedelta(days=30), 100)
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 1000)), ("B", ())],
        )
        cls.best, cls.low = cls.policy.rule_ids.grade_id.sorted()
        cls._activate(cls.policy)
        cls.best.protect_orders = True
        cls.Request = cls.env["customer.grading.order.request"]
        cls.Report = cls.env["customer.grading.evaluation.report"]

    @classmethod
    def _order(cls, partner=None, confirm=True, **vals):
        partner = partner or cls.customer
        return cls._create_order(partner, TODAY, confirm=confirm, user_id=cls.seller.id, **vals)

    def _get_activities(self, record):
        kind = self.env.ref("customer_grading_protection.mail_activity_type_decide")
        return self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", kind.id),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ]
        )

    def _ask(self, order, reason="The project was stopped", user=None):
        """Ask to cancel an order, as people do, and return the request."""
        action = order.with_user(user or self.seller).action_ask_to_cancel()
        dialog = self.env[action["res_model"]].with_user(user or self.seller)
        with Form(dialog.with_context(**action["context"])) as form:
            form.reason = reason
        form.record.action_confirm()
        return self.Request.search([("order_id", "=", order.id)], limit=1)


@tagged("post_install", "-at_install")
class TestOrders(ProtectionCase):
    def test_S03_S37_F31_an_order_of_a_protected_grade_waits_for_a_manager(self):
        order = self._order()
        request = self._ask(order)
        self.assertEqual(order.state, "sale")
        self.assertRecordValues(
            request,
            [
                {
                    "state": "asked",
                    "user_id": self.seller.id,
                    "reason": "The project was stopped",
                    "grade_id": self.best.id,
                    "decider_text": "Grading officers",
                }
            ],
        )
        activity = self._get_activities(order)
        self.assertTrue(
            activity.user_id.has_group("customer_grading.customer_grading_group_officer")
        )
        with self.assertRaisesRegex(AccessError, "somebody else’s decision: Grading officers"):
            request.with_user(self.seller).action_approve()
        with self.assertRaisesRegex(UserError, "waits for an answer"):
            order.with_user(self.seller).action_cancel_with_reason("Again")
        request.with_user(self.officer).action_approve()
        self.assertEqual(order.state, "cancel")
        self.assertRecordValues(
            request,
            [{"state": "approved", "decided_by_id": self.officer.id, "date_decided": TODAY}],
        )
        self.assertFalse(self._get_activities(order))
        order.invalidate_recordset(["message_ids"])
        note = order.message_ids.filtered(lambda m: "Cancelled, as" in (m.body or ""))
        self.assertIn("The project was stopped", note.body)
        self.assertEqual(note.author_id, self.officer.partner_id)
        with self.assertRaisesRegex(UserError, "was dealt with"):
            request.with_user(self.officer).action_approve()

    def test_S03_a_quotation_is_refused_only_with_a_managers_word(self):
        quotation = self._order(confirm=False)
        request = self._ask(quotation)
        self.assertTrue(request.of_quotation)
        action = request.with_user(self.officer).action_decline()
        dialog = self.env[action["res_model"]].with_user(self.officer)
        dialog = dialog.with_context(**action["context"]).create({"reason": "Win it"})
        dialog.action_confirm()
        self.assertEqual(quotation.state, "draft")
        self.assertRecordValues(request, [{"state": "declined", "answer": "Win it"}])
        told = quotation.message_ids.filtered(lambda m: "Win it" in (m.body or ""))
        self.assertIn(self.seller.partner_id, told.partner_ids)
        self.assertFalse(self._get_activities(quotation))
        again = self._ask(quotation, "They have no money")
        again.with_user(self.seller).action_withdraw()
        self.assertEqual(again.state, "lapsed")

    def test_a_manager_is_asked_for_a_reason_and_cancels_at_once(self):
        order = self._order()
        with self.assertRaisesRegex(UserError, "Open the order, press “Cancel”"):
            order.with_user(self.officer).action_cancel()
        with self.assertRaisesRegex(UserError, "Say why"):
            order.with_user(self.officer).action_cancel_with_reason("  ")
        self.assertTrue(order.with_user(self.officer).action_cancel_with_reason("Insolvent"))
        self.assertEqual(order.state, "cancel")
        self.assertRecordValues(
            self.Request.search([("order_id", "=", order.id)]),
            [{"state": "approved", "user_id": self.officer.id, "reason": "Insolvent"}],
        )
        self.assertIn("Cancelled: Insolvent", "".join(order.message_ids.mapped("body")))

    def test_a_manager_who_cancels_what_was_asked_for_answers_it(self):
        order = self._order()
        request = self._ask(order)
        self.assertTrue(order.with_user(self.officer).action_cancel_with_reason("They told me so"))
        self.assertRecordValues(
            request,
            [{"state": "approved", "decided_by_id": self.officer.id, "answer": "They told me so"}],
        )
        self.assertEqual(self.Request.search_count([("order_id", "=", order.id)]), 1)
        told = order.message_ids.filtered(lambda m: "They told me so" in (m.body or ""))
        self.assertIn(self.seller.partner_id, told.partner_ids)

    def test_no_road_leads_around(self):
        order, quotation = self._order(), self._order(confirm=False)
        for user in (self.seller, self.officer):
            own, draft = order.with_user(user), quotation.with_user(user)
            roads = {
                "form": own.action_cancel,
                "inner": own._action_cancel,
                "write": lambda own=own: own.write({"state": "cancel"}),
                "set back": lambda own=own: own.write({"state": "draft"}),
                "another customer": lambda own=own: own.write({"partner_id": self.other.id}),
                "a forged context": own.with_context(customer_grading_released=True).action_cancel,
                "quotation": draft.action_cancel,
                "deleting": draft.unlink,
                "both at once": (own | draft).action_cancel,
            }
            for road, go in roads.items():
                with self.subTest(road=road, user=user.name), self.assertRaises(UserError):
                    go()
        found = order.with_user(self.seller).load(["id", "state"], [])
        self.assertFalse(found["messages"])
        xml_id = order.export_data(["id"])["datas"][0][0]
        loaded = order.with_user(self.seller).load(["id", "state"], [[xml_id, "Cancelled"]])
        self.assertIn("Protected by the grade", loaded["messages"][0]["message"])
        self.assertEqual((order | quotation).mapped("state"), ["sale", "draft"])

    def test_the_list_cancels_what_is_not_protected_and_asks_about_the_rest(self):
        order, free = self._order(), self._order(self.other)
        wizard = self.env["sale.mass.cancel.orders"].with_user(self.seller)
        wizard = wizard.create({"sale_order_ids": [Command.set((order | free).ids)]})
        action = wizard.action_mass_cancel()
        self.assertEqual((order | free).mapped("state"), ["sale", "cancel"])
        self.assertEqual(action["res_model"], "customer.grading.protection.reason")
        self.assertEqual(action["context"]["default_order_ids"], order.ids)

    def test_what_odoo_does_by_itself_goes_on_and_what_was_asked_lapses(self):
        """A customer who declines in the portal, a job, an abandoned cart: the superuser's work."""
        order = self._order()
        request = self._ask(order)
        order.with_user(self.users["portal"]).sudo()._action_cancel()
        self.assertEqual((order.state, request.state), ("cancel", "lapsed"))
        self.assertFalse(self._get_activities(order))

    def test_deleting_is_for_who_decides_once_it_is_cancelled(self):
        order = self._order()
        order.with_user(self.officer).action_cancel_with_reason("Insolvent")
        administrator = self.users["administrator"]
        self.best.decider_id = self.officer
        with self.assertRaisesRegex(UserError, "is not deleted"):
            order.with_user(administrator).unlink()
        self.best.decider_id = administrator
        order.with_user(administrator).unlink()
        self.assertFalse(order.exists())
        self.assertFalse(self.Request.search([("partner_id", "=", self.customer.id)]))

    def test_other_grades_and_other_moves_are_as_ever(self):
        free = self._order(self.other).with_user(self.seller)
        free.action_cancel()
        free.action_draft()
        free.with_user(self.users["administrator"]).unlink()
        order = self._order(confirm=False).with_user(self.seller)
        order.action_quotation_sent()
        order.write({"state": "draft"})
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        invoice = self._create_invoice(self.customer, TODAY, 10)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(invoice.state, "cancel", "invoices are no orders")

    def test_a_group_or_a_person_decides_where_the_grade_says_so(self):
        director = new_test_user(
            self.env, "grading_director", groups="sales_team.group_sale_salesman_all_leads"
        )
        group = self.env["res.groups"].create(
            {"name": "Sales directors", "user_ids": [Command.set(director.ids)]}
        )
        self.best.decider_group_id = group
        order = self._order()
        request = self._ask(order)
        self.assertEqual(request.decider_text, "Sales directors")
        self.assertEqual(self._get_activities(order).user_id, director)
        with self.assertRaisesRegex(AccessError, "decision: Sales directors"):
            request.with_user(self.officer).action_approve()
        mine = self.Request.with_user(director).search([("is_mine", "=", True)])
        self.assertEqual(mine, request)
        self.assertFalse(self.Request.with_user(self.officer).search([("is_mine", "=", True)]))
        request.with_user(director).action_approve()
        self.assertEqual(order.state, "cancel")
        self.best.write({"decider_group_id": False, "decider_id": self.officer.id})
        with self.assertRaises(UserError):
            self._order().with_user(director).action_cancel()
        own = self._order().with_user(self.officer)
        self.assertTrue(own.action_cancel_with_reason("Told so"))

    def _protect_twice(self):
        """Return who decides on grade A, and who on a second grade of the same customer."""
        groups = "sales_team.group_sale_salesman_all_leads"
        of_value, of_loyalty = (
            new_test_user(self.env, login, groups=groups) for login in ("of_value", "of_loyalty")
        )
        gold = self._create_dimension("loyalty", "G").grade_ids
        gold.write({"protect_orders": True, "decider_id": of_loyalty.id, "sequence": 99})
        self.best.decider_id = of_value
        self.env["customer.grading.result"].create(
            {
                "dimension_id": gold.dimension_id.id,
                "partner_id": self.customer.id,
                "grade_id": gold.id,
            }
        )
        return of_value, of_loyalty

    def test_two_grades_need_the_word_of_both_who_decide(self):
        of_value, of_loyalty = self._protect_twice()
        order = self._order()
        request = self._ask(order)
        self.assertEqual(request.decider_text, of_value.name)
        action = request.with_user(of_value).action_approve()
        self.assertIn(of_loyalty.name, action["params"]["message"])
        self.assertEqual((order.state, request.state), ("sale", "asked"))
        self.assertEqual(request.decider_text, of_loyalty.name)
        activity = self._get_activities(order)
        self.assertRecordValues(
            activity, [{"user_id": of_loyalty.id, "note": "<p>The project was stopped</p>"}]
        )
        with self.assertRaises(AccessError):
            request.with_user(of_value).action_approve()
        self.assertEqual(
            self.Request.with_user(of_loyalty).search([("is_mine", "=", True)]), request
        )
        request.with_user(of_loyalty).action_approve()
        self.assertEqual((order.state, request.state), ("cancel", "approved"))
        self.assertEqual(request.decided_by_id, of_loyalty)
        self.assertFalse(self._get_activities(order))
        told = "".join(order.message_ids.mapped("body"))
        self.assertIn(f"{of_value.name} agrees to cancel it", told)
        self.assertEqual(told.count("Asked to cancel it"), 1)

    def test_who_decides_on_one_of_two_grades_and_asks_has_said_so(self):
        of_value, of_loyalty = self._protect_twice()
        order = self._order()
        request = self._ask(order, user=of_value)
        self.assertEqual(request.decider_text, of_loyalty.name)
        request.with_user(of_loyalty).action_approve()
        self.assertEqual(order.state, "cancel")
        with self.subTest("the second one cancels the order itself"):
            order = self._order()
            request = self._ask(order)
            request.with_user(of_value).action_approve()
            order.with_user(of_loyalty).action_cancel_with_reason("They told me so")
            self.assertEqual((order.state, request.state), ("cancel", "approved"))

    def test_a_grade_that_came_after_it_was_asked_is_asked_too(self):
        order = self._order()
        request = self._ask(order)
        of_value, of_loyalty = self._protect_twice()
        request.with_user(of_value).action_approve()
        self.assertEqual((order.state, request.decider_text), ("sale", of_loyalty.name))
        self.env["customer.grading.result"].search(
            [("partner_id", "=", self.customer.id), ("grade_id", "!=", self.best.id)]
        ).unlink()
        request.with_user(of_loyalty).action_approve()
        self.assertEqual(order.state, "cancel")

    def test_what_was_asked_lapses_where_the_order_goes_unprotected(self):
        plain = new_test_user(self.env, "plain", groups="sales_team.group_sale_salesman_all_leads")
        for protected in ("by other grades", "by none"):
            with self.subTest(protected=protected):
                self.best.protect_orders = True
                order = self._order()
                request = self._ask(order)
                self.best.protect_orders = False
                self.low.protect_orders = protected == "by other grades"
                order.with_user(plain).action_cancel()
                self.assertEqual((order.state, request.state), ("cancel", "lapsed"))
                self.assertFalse(self._get_activities(order))
                with self.assertRaisesRegex(UserError, "was dealt with"):
                    request.with_user(self.officer).action_approve()
                self.assertNotIn("Cancelled, as", "".join(order.message_ids.mapped("body")))

    def test_who_asks_names_who_may_see_the_order_and_locked_ones_stay(self):
        order = self._order()
        blind = new_test_user(
            self.env, "blind", groups="customer_grading.customer_grading_group_user"
        )
        self.best.decider_id = blind
        with self.assertRaisesRegex(UserError, "Nobody who decides"):
            self._ask(order)
        self.best.decider_id = False
        order.action_lock()
        with self.assertRaisesRegex(UserError, "is locked"):
            self._ask(order)

    def test_an_opportunitys_grade_protects_its_orders(self):
        dimension = self._create_dimension("closing", "X", subject="lead")
        grade = dimension.grade_ids
        grade.protect_orders = True
        lead = self._create_lead(self.other, TODAY, user_id=self.seller.id)
        self.env["customer.grading.result"].create(
            {"dimension_id": dimension.id, "lead_id": lead.id, "grade_id": grade.id}
        )
        order = self._order(self.other, opportunity_id=lead.id)
        self.assertTrue(order.with_user(self.seller).cancel_asks_reason)
        with self.assertRaises(UserError):
            order.with_user(self.seller).action_cancel()

    def test_the_nearest_companys_grade_counts(self):
        company = self._create_company_with_chart("North", parent=self.company)
        user = new_test_user(
            self.env,
            "north",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=company.id,
            company_ids=[Command.set((company | self.company).ids)],
        )
        order = self._order(company=company)
        with self.assertRaises(UserError):
            order.with_user(user).action_cancel()
        self.env["customer.grading.result"].create(
            {
                "dimension_id": self.dimension.id,
                "company_id": company.id,
                "partner_id": self.customer.id,
                "grade_id": self.low.id,
            }
        )
        order.with_user(user).action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_queries_none_where_nothing_is_protected_and_one_where_something_is(self):
        def count(order, go):
            self.env.flush_all()
            self.env.invalidate_all()
            order.with_user(self.seller).partner_id.commercial_partner_id.fetch(["name"])
            before = self.env.cr.sql_log_count
            go(order.with_user(self.seller))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def cancel(order):
            order.action_cancel()

        def confirm(order):
            order.action_confirm()

        counted = {}
        for protect in (False, True):
            self.best.protect_orders = protect
            for _warm in range(2):
                self.env["customer.grade"]._get_ids_with("protect_orders")
                counted[cancel, protect] = count(self._order(self.other), cancel)
                counted[confirm, protect] = count(self._order(self.other, confirm=False), confirm)
        self.assertEqual(counted[cancel, True] - counted[cancel, False], 1)
        self.assertEqual(counted[confirm, True], counted[confirm, False])
        order = self._order()
        self.env.flush_all()
        with self.assertQueryCount(1):
            order._find_protection()
        self.best.protect_orders = False
        for option in ("protect_orders", "report_before_giving_up"):
            self.env["customer.grade"]._get_ids_with(option)
        self.customer.with_user(self.seller)._check_giving_up()
        with self.assertQueryCount(0):
            order._find_protection()
            self.customer.with_user(self.seller)._check_giving_up()


@tagged("post_install", "-at_install")
class TestRights(ProtectionCase):
    def test_a_salesperson_sees_requests_of_own_orders_and_writes_none(self):
        order = self._order()
        request = self._ask(order)
        rival = new_test_user(self.env, "rival", groups=SALESMAN)
        self.assertFalse(self.Request.with_user(rival).search([]))
        self.assertEqual(self.Request.with_user(self.seller).search([]), request)
        for vals in ({"state": "approved"}, {"reason": "Other"}):
            with self.assertRaises(AccessError):
                request.with_user(self.seller).write(vals)
        with self.assertRaises(AccessError):
            self.Request.with_user(self.seller).create(
                {"order_id": order.id, "reason": "x", "user_id": self.seller.id}
            )
        with self.assertRaises(AccessError):
            order.with_user(rival).action_cancel_with_reason("Not mine")
        with self.assertRaises(AccessError):
            request.with_user(rival).action_withdraw()
        with self.assertRaises(AccessError):
            self.Request.with_user(self.users["portal"]).search([])

    def test_another_company_sees_nothing(self):
        request = self._ask(self._order())
        company = self._create_company_with_chart("Elsewhere")
        stranger = self._create_users(company, suffix="_elsewhere")["officer"]
        self.assertFalse(self.Request.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_approve()
        self.low.report_before_giving_up = True
        report = self.Report.create({"partner_id": self.other.id})
        self.assertFalse(self.Report.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            report.with_user(stranger).action_approve()

    def test_a_confidential_grade_protects_and_is_not_told(self):
        secret = self.env["res.groups"].create({"name": "Secret keepers"})
        dimension = self._create_dimension("risk", "S", group_ids=[Command.set(secret.ids)])
        grade = dimension.grade_ids
        grade.protect_orders = True
        self.env["customer.grading.result"].create(
            {"dimension_id": dimension.id, "partner_id": self.other.id, "grade_id": grade.id}
        )
        request = self._ask(self._order(self.other))
        self.assertFalse(request.with_user(self.seller).grade_id)
        with self.assertRaises(AccessError):
            request.with_user(self.seller).read(["protecting_grade_id"])
        with self.assertRaises(AccessError):
            self.Request.with_user(self.seller).search([("protecting_grade_id", "=", grade.id)])
        self.officer.group_ids += secret
        self.assertEqual(request.with_user(self.officer).grade_id, grade)

    def test_it_comes_with_policy_files_and_goes_back_into_them(self):
        self.env["res.groups"].create({"name": "Directors of sales"})
        content = self.policy._export_policy()
        content["dimension"] |= {"code": "care", "name": "Care"}
        grades = content["dimension"]["grades"]
        grades[0] |= {"protect_orders": True, "decided_by": "Directors of sales"}
        grades[1]["report_before_giving_up"] = True
        draft = self.env["customer.grading.policy"].load_policy(json.dumps(content), "care.json")
        best, low = draft.rule_ids.grade_id.sorted()
        self.assertEqual(best.decider_group_id.name, "Directors of sales")
        self.assertEqual((best.protect_orders, low.report_before_giving_up), (True, True))
        draft.file_form = False
        self.assertEqual(draft._export_policy()["dimension"]["grades"], grades)

    def test_portal_is_not_told_of_protection(self):
        order = self._order().with_user(self.users["portal"])
        self.assertFalse(order.cancel_asks_reason)


@tagged("post_install", "-at_install")
class TestGivingUp(ProtectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.low.report_before_giving_up = True

    def _write(self, file=True, **vals):
        report = self.Report.with_user(self.seller).create(
            {
                "partner_id": self.other.id,
                "reason": "One small order a year, three complaints",
                "opinion": "Visited twice; nobody decides there",
                **vals,
            }
        )
        if file:
            report.action_file()
        return report

    def test_S11_S34_F49_a_low_value_customer_is_archived_only_after_an_approved_report(self):
        self._order(self.other)
        own = self.other.with_user(self.seller)
        with self.assertRaisesRegex(RedirectWarning, "Write the report"):
            own.action_archive()
        report = self._write(file=False)
        self.assertRecordValues(
            report.sudo(),
            [
                {
                    "state": "draft",
                    "grade_id": self.low.id,
                    "kept_revenue": 100.0,
                    "receivables": 100.0,
                    "date_last_order": TODAY,
                }
            ],
        )
        report.action_file()
        activity = self._get_activities(report)
        self.assertTrue(
            activity.user_id.has_group("customer_grading.customer_grading_group_officer")
        )
        with self.assertRaises(RedirectWarning) as raised:
            own.write({"active": False})
        self.assertEqual(raised.exception.args[1]["res_id"], report.id)
        self.users["administrator"].group_ids += self.env.ref("base.group_partner_manager")
        with self.assertRaises(RedirectWarning):
            self.other.with_user(self.users["administrator"]).unlink()
        with self.assertRaises(AccessError):
            report.action_approve()
        report.with_user(self.officer).action_approve()
        self.assertFalse(self._get_activities(report))
        self._at(date(2027, 2, 20))
        own.action_archive()
        self.assertFalse(self.other.active)
        self.customer.with_user(self.seller).action_archive()

    def test_an_approved_report_counts_for_three_months(self):
        self._write().with_user(self.officer).action_approve()
        self._at(date(2027, 2, 21))
        with self.assertRaises(RedirectWarning):
            self.other.with_user(self.seller).action_archive()

    def test_a_declined_report_lets_nobody_go(self):
        report = self._write()
        action = report.with_user(self.officer).action_decline()
        dialog = self.env[action["res_model"]].with_user(self.officer)
        dialog.with_context(**action["context"]).create({"reason": "Try again"}).action_confirm()
        self.assertRecordValues(
            report,
            [{"state": "declined", "decision": "Try again", "decided_by_id": self.officer.id}],
        )
        with self.assertRaises(RedirectWarning):
            self.other.with_user(self.seller).action_archive()

    def test_a_report_says_enough_and_is_kept_as_it_was_filed(self):
        short = self._write(file=False, opinion=False)
        with self.assertRaisesRegex(UserError, "what else was tried"):
            short.action_file()
        rival = new_test_user(self.env, "rival", groups=SALESMAN)
        with self.assertRaises(AccessError):
            short.with_user(rival).reason = "Not mine"
        with self.assertRaises(AccessError):
            short.write({"state": "approved"})
        report = self._write(state="approved", decided_by_id=self.seller.id)
        self.assertEqual(report.state, "filed", "it began as a draft")
        for act in (
            lambda: report.write({"reason": "Better words"}),
            report.unlink,
            report.action_file,
            lambda: report.write({"state": "draft"}),
        ):
            with self.assertRaises(AccessError):
                act()
        short.unlink()

    def test_figures_are_for_who_may_see_them(self):
        report = self._write()
        self.assertEqual(report.revenue, 100.0, "the salesperson's own customer")
        rival = new_test_user(self.env, "rival", groups=SALESMAN)
        self.assertFalse(report.with_user(rival).revenue)
        self.assertEqual(report.with_user(self.officer).revenue, 100.0)
        for name in ("kept_revenue", "receivables"):
            with self.assertRaises(AccessError):
                report.with_user(rival).read([name])
        accountant = self.users["accountant"]
        self.assertEqual(report.with_user(accountant).receivables, 100.0)

    def test_an_opportunity_whose_grade_asks_for_it_is_lost_only_after_a_report(self):
        dimension = self._create_dimension("closing", "X", subject="lead")
        dimension.grade_ids.report_before_giving_up = True
        lead, free = (
            self._create_lead(self.customer, TODAY, user_id=self.seller.id) for _n in range(2)
        )
        self.env["customer.grading.result"].create(
            {"dimension_id": dimension.id, "lead_id": lead.id, "grade_id": dimension.grade_ids.id}
        )
        free.with_user(self.seller).action_set_lost()
        with self.assertRaises(RedirectWarning):
            lead.with_user(self.seller).action_set_lost()
        report = self._write(partner_id=False, lead_id=lead.id)
        report.with_user(self.officer).action_approve()
        lead.with_user(self.seller).action_set_lost()
        self.assertFalse(lead.active)

    def test_S38_S56_F49_who_is_to_be_given_up_is_listed_with_the_report(self):
        action = self.env.ref("customer_grading_protection.customer_grading_result_action_give_up")
        self.assertIn("report_before_giving_up", action.domain)
        Result = self.env["customer.grading.result"].with_user(self.seller)
        listed = [("grade_id.report_before_giving_up", "=", True)]
        result = Result.search(listed)
        self.assertEqual(result.partner_id, self.other)
        self.assertFalse(result.evaluation_state)
        self.assertEqual(Result.search([*listed, ("evaluation_state", "=", False)]), result)
        self._write()
        result.invalidate_recordset()
        self.assertEqual(result.evaluation_state, "filed")
        self.assertEqual(Result.search([*listed, ("evaluation_state", "=", "filed")]), result)
        self.assertEqual(Result.search([*listed, ("evaluation_state", "!=", False)]), result)
        self.assertFalse(Result.search([*listed, ("evaluation_state", "=", False)]))
        opened = result.action_evaluation_report()
        self.assertEqual(opened["res_model"], self.Report._name)

    def test_merged_contacts_are_not_given_up_and_reports_go_along(self):
        report = self._write()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.other | self.customer).ids, self.customer)
        self.assertEqual(report.partner_id, self.customer)
        self.assertFalse(self.other.exists())

    def test_the_addon_goes_without_a_trace(self):
        self._write()
        order = self._order()
        self._ask(order)
        uninstall_hook(self.env)
        kind = self.env.ref("customer_grading_protection.mail_activity_type_decide")
        self.assertFalse(
            self.env["mail.activity"].search_count([("activity_type_id", "=", kind.id)])
        )


@tagged("post_install", "-at_install")
class TestPriority(ProtectionCase):
    def test_S01_S05_S26_S41_F30_orders_and_invoices_sort_filter_and_group_by_grade(self):
        late, first = self._order(self.other), self._order()
        for name, records in {
            "sale.order": late | first,
            "account.move": self.env["account.move"].search(
                [("partner_id", "in", (self.customer | self.other).ids)]
            ),
        }.items():
            Model = self.env[name].with_user(self.users["administrator"])
            own = [("id", "in", records.ids)]
            found = Model.search(own, order="customer_grade_id, id")
            self.assertEqual(found.mapped("customer_grade_id.code"), ["A", "B"])
            best = Model.search([*own, ("customer_grade_id.is_best", "=", True)])
            self.assertEqual(best.partner_id, self.customer)
            groups = Model._read_group(own, ["customer_grade_id"], ["__count"])
            self.assertEqual(groups, [(self.best, 1), (self.low, 1)])

    def test_S35_S37_S47_open_orders_come_by_promised_day_and_then_by_grade(self):
        """On a conflict the higher grade first: it decides within a day, never across days."""
        soon, later = datetime(2026, 11, 25, 9), datetime(2026, 11, 25, 15)
        low_soon = self._order(self.other, commitment_date=soon)
        best_later = self._order(self.customer, commitment_date=later)
        low_sooner = self._order(self.other, commitment_date=datetime(2026, 11, 24, 9))
        expected = self._order(self.customer, line={"customer_lead": 30})
        done = self._order(self.customer)
        done.order_line.write({"qty_delivered": 1, "qty_invoiced": 1})
        quotation = self._order(self.customer, confirm=False)
        Order = self.env["sale.order"].with_user(self.seller)
        own = [("id", "in", (low_soon | best_later | low_sooner | expected | done | quotation).ids)]
        is_open = [*own, ("grading_is_open", "=", True)]
        found = Order.search(is_open, order="grading_promised_date, customer_grade_id, id")
        self.assertEqual(found, low_sooner | best_later | low_soon | expected)
        self.assertEqual(expected.grading_promised_date, TODAY + timedelta(days=30))
        self.assertFalse(quotation.grading_promised_date)
        for order in found:
            same = [("grading_promised_date", "=", order.grading_promised_date)]
            self.assertIn(order, Order.search([*own, *same]))
        groups = Order._read_group(is_open, ["grading_promised_date:day"], ["__count"])
        self.assertEqual([count for _day, count in groups], [1, 2, 1])
        formatted = Order.formatted_read_group(is_open, ["grading_promised_date:day"], ["__count"])
        self.assertEqual(
            Order.search([*is_open, *formatted[1]["__extra_domain"]]), best_later | low_soon
        )
        for order in own and Order.browse(own[0][2]):
            self.assertEqual(order.grading_is_open, order in found)

    def test_a_day_begins_where_the_company_is(self):
        self.company.customer_grading_tz = "Asia/Shanghai"
        order = self._order(commitment_date=datetime(2026, 11, 24, 17))
        day = date(2026, 11, 25)
        self.assertEqual(order.grading_promised_date, day)
        self.assertEqual(
            self.env["sale.order"].search(
                [("id", "=", order.id), ("grading_promised_date", "=", day)]
            ),
            order,
        )

    def _plan(self, *records):
        return self.env["mail.activity"].union(
            *(
                record.activity_schedule("mail.mail_activity_data_todo", user_id=self.seller.id)
                for record in records
            )
        )

    def test_F30_S47_activities_sort_filter_and_group_by_the_customers_grade(self):
        lead = self._create_lead(self.customer, TODAY, user_id=self.seller.id)
        records = [self.other, self.product.product_tmpl_id, lead, self._order(self.other)]
        of_low, of_product, of_lead, of_order = self._plan(*records)
        own = [("id", "in", (of_low | of_product | of_lead | of_order).ids)]
        Activity = self.env["mail.activity"].with_user(self.seller)
        found = Activity.search(own, order="customer_grade_id, id")
        self.assertEqual(found, of_lead | of_low | of_order | of_product)
        self.assertEqual(
            found.mapped("customer_grade_id.code"), ["A", "B"], "each is read as it is sorted"
        )
        best = Activity.search([*own, ("customer_grade_id.is_best", "=", True)])
        self.assertEqual(best, of_lead)
        self.assertEqual(
            Activity.search([*own, ("customer_grade_id", "=", "B")]), of_low | of_order
        )
        self.assertEqual(Activity.search([*own, ("customer_grade_id", "=", False)]), of_product)
        self.assertEqual(
            Activity.search([*own, ("customer_grade_id", "!=", False)]), found - of_product
        )
        groups = Activity._read_group(own, ["customer_grade_id"], ["__count"])
        self.assertEqual(groups, [(self.best, 1), (self.low, 2), (self.env["customer.grade"], 1)])

    def test_activities_tell_no_grade_of_what_one_may_not_see(self):
        lead = self._create_lead(self.customer, TODAY, user_id=self.officer.id)
        activity = self._plan(lead)
        own = [("id", "=", activity.id)]
        # It is assigned to who may not read the opportunity any more.
        Activity = self.env["mail.activity"].with_user(self.seller)
        self.assertEqual(Activity.search(own), activity)
        self.assertFalse(activity.with_user(self.seller).customer_grade_id)
        self.assertFalse(Activity.search([*own, ("customer_grade_id", "!=", False)]))
        self.assertEqual(
            Activity._read_group(own, ["customer_grade_id"], ["__count"]),
            [(self.env["customer.grade"], 1)],
        )
        plain = new_test_user(self.env, "plain", groups="base.group_user")
        self.env["mail.activity"].create({"user_id": plain.id, "summary": "One's own"})
        for user in (plain, self.users["portal"]):
            Activity, own = self.env["mail.activity"].with_user(user), activity.with_user(user)
            for way, ask in {
                "search": lambda A=Activity: A.search([("customer_grade_id", "!=", False)]),
                "sort": lambda A=Activity: A.search([], order="customer_grade_id"),
                "group": lambda A=Activity: A._read_group([], ["customer_grade_id"], ["__count"]),
                "read": lambda own=own: own.read(["customer_grade_id"]),
            }.items():
                with self.subTest(way=way, user=user.name), self.assertRaises(AccessError):
                    ask()
