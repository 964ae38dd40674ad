"""What is lost says why, is followed up once more, and is won back."""

import random
from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

from odoo.addons.customer_grading_win_back import post_init_hook, uninstall_hook
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from ..common import TODAY, ClockCase

MONTH_LATER = TODAY + timedelta(days=30)
ACTIVITY = "customer_grading_win_back.mail_activity_type_second"


class LossCase(ClockCase):
    """A salesperson of team North with opportunities, and a reason with a sub-reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.leader = cls.users["salesperson"], cls.users["administrator"]
        cls.rival_seller = new_test_user(
            cls.env, "grading_rival", groups="sales_team.group_sale_salesman", tz="UTC"
        )
        cls.team = cls.env["crm.team"].create(
            {"name": "North", "user_id": cls.leader.id, "member_ids": [Command.set(cls.seller.ids)]}
        )
        cls.customer = cls._create_customers(1, user_id=cls.seller.id)
        Reason = cls.env["crm.lost.reason"]
        cls.price = Reason.create({"name": "Price"})
        cls.too_dear = Reason.create({"name": "Too dear", "grading_parent_id": cls.price.id})
        cls.brand = Reason.create({"name": "Brand"})
        cls.light, cls.pickup = cls.env["product.category"].create(
            [{"name": "Light truck"}, {"name": "Pickup"}]
        )
        cls.rival = cls.env["customer.grading.rival"].create(
            {"name": "Northern", "product_ids": [Command.create({"name": "N9"})]}
        )
        cls.Loss = cls.env["customer.grading.loss"]
        cls.lead = cls._create_opportunity()

    @classmethod
    def _create_opportunity(cls, **vals):
        vals = {"user_id": cls.seller.id, "team_id": cls.team.id, "expected_revenue": 800, **vals}
        return cls._create_lead(cls.customer, TODAY, **vals)

    def _lose(self, leads=None, reason=None, user=None, **vals):
        """Lose opportunities by Odoo's own dialog."""
        leads = leads or self.lead
        wizard = (
            self.env["crm.lead.lost"]
            .with_user(user or self.seller)
            .create(
                {
                    "lead_ids": [Command.set(leads.ids)],
                    "lost_reason_id": (self.too_dear if reason is None else reason).id,
                    **vals,
                }
            )
        )
        wizard.action_lost_reason_apply()
        return self._get_losses(leads)

    def _get_losses(self, leads=None):
        own = [("lead_id", "in", (leads or self.lead).ids)]
        return self.Loss.search(own, order="id")

    def _get_activities(self, lead=None):
        own = [("res_model", "=", "crm.lead"), ("res_id", "in", (lead or self.lead).ids)]
        kind = self.env.ref(ACTIVITY)
        return self.env["mail.activity"].search([*own, ("activity_type_id", "=", kind.id)])


@tagged("post_install", "-at_install")
class TestSecondFollowUp(LossCase):
    def test_f40_a_loss_is_quasi_lost_until_the_second_follow_up_says_lost(self):
        self.price.write({"grading_owner": "leader", "grading_todo": "Offer a lease"})
        loss = self._lose(
            categ_id=self.light.id,
            rival_product_id=self.rival.product_ids.id,
            lost_feedback="<p>Half the price</p>",
        )
        self.assertRecordValues(
            loss,
            [
                {
                    "state": "quasi",
                    "outcome": "closed",
                    "date": TODAY,
                    "date_due": MONTH_LATER,
                    "reason_id": self.too_dear.id,
                    "main_reason_id": self.price.id,
                    "categ_id": self.light.id,
                    "rival_id": self.rival.id,
                    "rival_product_id": self.rival.product_ids.id,
                    "note": "Half the price",
                    "stake": 800,
                    "user_id": self.seller.id,
                    "team_id": self.team.id,
                    "owner_id": self.leader.id,
                    "is_due": False,
                }
            ],
        )
        activity = self._get_activities()
        self.assertRecordValues(
            activity,
            [
                {
                    "user_id": self.leader.id,
                    "date_deadline": MONTH_LATER,
                    "summary": "Offer a lease",
                }
            ],
        )
        self._at(MONTH_LATER)
        self.assertIn(loss, self.Loss.search([("is_due", "=", True)]))
        loss.with_user(self.leader).action_still_lost()
        self.assertRecordValues(
            loss,
            [
                {
                    "state": "lost",
                    "outcome": "closed",
                    "date_verdict": MONTH_LATER,
                    "verdict_by_id": self.leader.id,
                }
            ],
        )
        self.assertFalse(self._get_activities())
        self.assertIn("Second follow-up: Lost.", str(self.lead.message_ids.mapped("body")))
        with self.assertRaisesRegex(UserError, "is lost by now"):
            loss.with_user(self.leader).action_still_lost()

    def test_f40_a_false_loss_goes_on_and_may_be_won_back(self):
        loss = self._lose()
        self._at(MONTH_LATER)
        loss.with_user(self.seller).action_false_loss()
        self.assertRecordValues(self.lead, [{"active": True, "won_status": "pending"}])
        expected = {"state": "false", "outcome": "open", "date_reopened": MONTH_LATER}
        self.assertRecordValues(loss, [expected])
        self.assertFalse(self._get_activities())
        self.lead.with_user(self.seller).action_set_won()
        self.assertRecordValues(loss, [{"outcome": "won", "date_won": MONTH_LATER}])
        self.lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self.assertRecordValues(loss, [{"outcome": "open", "date_won": False}])

    def test_what_is_lost_may_be_tried_again_later_or_won_at_once(self):
        loss = self._lose()
        loss.with_user(self.seller).action_still_lost()
        loss.with_user(self.seller).action_reopen()
        self.assertRecordValues(loss, [{"state": "lost", "outcome": "open"}])
        other = self._create_opportunity()
        second = self._lose(other)
        other.action_set_won()
        self.assertRecordValues(second, [{"state": "false", "outcome": "won"}])
        with self.assertRaisesRegex(UserError, "is won back by now"):
            second.action_reopen()

    def test_each_loss_is_a_row_of_its_own(self):
        first = self._lose()
        self._at(MONTH_LATER)
        self.lead.with_user(self.seller).action_restore()
        self.lead.action_set_lost(lost_reason_id=self.brand.id)
        self.assertRecordValues(
            self._get_losses(),
            [
                {
                    "state": "false",
                    "outcome": "again",
                    "date": TODAY,
                    "reason_id": self.too_dear.id,
                },
                {
                    "state": "quasi",
                    "outcome": "closed",
                    "date": MONTH_LATER,
                    "reason_id": self.brand.id,
                },
            ],
        )
        self.lead.action_set_won()
        self.assertEqual(self._get_losses().mapped("outcome"), ["again", "won"])
        self.lead.write({"stage_id": self._get_first_stage().id})
        self.lead.action_set_lost(lost_reason_id=self.brand.id)
        self.assertEqual(self._get_losses().mapped("outcome"), ["again", "again", "closed"])
        self.assertEqual(first.date_verdict, MONTH_LATER)

    def _get_first_stage(self):
        return self.env["crm.stage"].search([("is_won", "=", False)], limit=1)

    def test_who_follows_up_when_and_what_to_do_is_the_reason_s(self):
        person = self.users["officer"]
        self.brand.write(
            {"grading_owner": "user", "grading_user_id": person.id, "grading_days": 10}
        )
        self.price.write({"grading_days": 7, "grading_todo": "Call"})
        self.too_dear.grading_days = 5
        leads = [self._create_opportunity() for _n in range(4)]
        self.company.customer_grading_second_days = 21
        none = self.env["crm.lost.reason"].create({"name": "Other"})
        for lead, reason in zip(leads, (self.brand, self.price, self.too_dear, none), strict=True):
            self._lose(lead, reason)
        told = [
            (one.owner_id, (one.date_due - TODAY).days, one.todo or "")
            for lead in leads
            for one in self._get_losses(lead)
        ]
        seller = self.seller
        self.assertEqual(
            told, [(person, 10, ""), (seller, 7, "Call"), (seller, 5, "Call"), (seller, 21, "")]
        )

    def test_whoever_may_not_open_the_opportunity_is_not_asked(self):
        self.brand.write({"grading_owner": "user", "grading_user_id": self.rival_seller.id})
        self.assertEqual(self._lose(reason=self.brand).owner_id, self.seller)
        nobodys = self._create_opportunity(user_id=False)
        # What has no salesperson all salespeople see.
        self.assertEqual(self._lose(nobodys, self.brand).owner_id, self.rival_seller)
        self.seller.active = False
        own = self._create_opportunity()
        self.assertEqual(self._lose(own, user=self.leader).owner_id, self.leader)

    def test_another_reason_moves_the_second_follow_up(self):
        loss = self._lose()
        self.brand.write({"grading_owner": "leader", "grading_days": 3})
        self.lead.lost_reason_id = self.brand
        self.assertRecordValues(
            loss, [{"reason_id": self.brand.id, "owner_id": self.leader.id, "state": "quasi"}]
        )
        self.assertEqual(self._get_activities().date_deadline, TODAY + timedelta(days=3))
        bought = self.env["crm.lost.reason"].create({"name": "Bought", "grading_is_final": True})
        self.lead.lost_reason_id = bought
        self.assertRecordValues(loss, [{"state": "lost", "date_due": False, "owner_id": False}])
        self.assertFalse(self._get_activities())

    def test_correcting_the_reason_lets_nobody_escape_the_second_follow_up(self):
        """Whoever is late stays late; what is due by the new reason only is due today."""
        self.brand.grading_days = 10
        for days, due in ((40, MONTH_LATER), (20, TODAY + timedelta(days=20))):
            with self.subTest(days=days):
                self._at(TODAY)
                lead = self._create_opportunity()
                loss = self._lose(lead)
                self._at(TODAY + timedelta(days=days))
                lead.with_user(self.seller).lost_reason_id = self.brand
                expected = {"state": "quasi", "owner_id": self.seller.id, "date_due": due}
                self.assertRecordValues(loss, [{**expected, "is_due": True}])
                self.assertEqual(self._get_activities(lead).date_deadline, due)
        with self.subTest("a slip"):
            bought = self.env["crm.lost.reason"].create(
                {"name": "Bought", "grading_is_final": True}
            )
            lead.lost_reason_id = bought
            self.assertEqual(loss.state, "lost")
            lead.lost_reason_id = self.brand
            self.assertRecordValues(loss, [{"state": "quasi", "is_due": True}])
            self.assertTrue(self._get_activities(lead))

    def test_whoever_gets_the_opportunity_gets_the_second_follow_up(self):
        loss, other = self._lose(), self._create_opportunity()
        self.brand.write({"grading_owner": "user", "grading_user_id": self.leader.id})
        self._lose(other, self.brand)
        named = self._get_activities(other)
        self._at(TODAY + timedelta(days=3))
        (self.lead | other).with_user(self.leader).user_id = self.rival_seller
        self.assertRecordValues(
            loss,
            [
                {
                    "state": "quasi",
                    "date_due": MONTH_LATER,
                    "owner_id": self.rival_seller.id,
                    "user_id": self.seller.id,
                }
            ],
        )
        expected = {"user_id": self.rival_seller.id, "date_deadline": MONTH_LATER}
        self.assertRecordValues(self._get_activities(), [expected])
        self.assertIn("grading_rival", self.lead.with_user(self.leader).grading_loss_text)
        self.assertEqual(self._get_activities(other), named, "whom the reason names stays")
        self.lead.write({"user_id": False, "team_id": self.team.id})
        self.assertEqual(self._get_activities().user_id, self.leader)
        loss.with_user(self.leader).action_still_lost()
        self.lead.user_id = self.seller
        self.assertFalse(self._get_activities())

    def test_the_night_gives_what_is_due_to_somebody_who_is_there(self):
        leads = self.lead | self._create_opportunity() | self._create_opportunity()
        left, gone, done = (self._lose(lead) for lead in leads)
        self.seller.action_archive()
        self.assertFalse(self._get_activities(leads))
        self._at(MONTH_LATER - timedelta(days=1))
        self._let_it_be_night()
        self.assertFalse(self._get_activities(leads), "it is not due yet")
        self._at(MONTH_LATER)
        done.with_user(self.leader).action_still_lost()
        self._let_it_be_night()
        self.assertRecordValues(
            left | gone,
            [{"state": "quasi", "owner_id": self.leader.id, "date_due": MONTH_LATER}] * 2,
        )
        activities = self._get_activities(leads)
        self.assertRecordValues(
            activities, [{"user_id": self.leader.id, "date_deadline": MONTH_LATER}] * 2
        )
        self._get_activities(gone.lead_id).unlink()
        left.activity_id.action_feedback(feedback="Called twice")
        self._let_it_be_night()
        self.assertEqual(self._get_activities(leads).res_id, gone.lead_id.id, "done is done")
        self.assertEqual(left.state, "quasi")

    def _let_it_be_night(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_grading_win_back.ir_cron_second").method_direct_trigger()

    def test_the_night_begins_it(self):
        cron = self.env.ref("customer_grading_win_back.ir_cron_second")
        own = [("cron_id", "=", cron.id)]
        triggers = self.env["ir.cron.trigger"].search_count(own)
        self.env["customer.grading.run"]._schedule_nightly_runs()
        self.assertGreater(self.env["ir.cron.trigger"].search_count(own), triggers)

    def test_a_sub_reason_has_none_of_its_own(self):
        refused = {
            "is a sub-reason itself": (self.brand, {"grading_parent_id": self.too_dear.id}),
            "has sub-reasons": (self.price, {"grading_parent_id": self.brand.id}),
            "choose the person": (self.brand, {"grading_owner": "user"}),
        }
        for problem, (reason, vals) in refused.items():
            with (
                self.subTest(problem=problem),
                self.assertRaisesRegex(ValidationError, problem),
                self.env.cr.savepoint(),
            ):
                reason.write(vals)
        self.assertEqual(self.too_dear.display_name, "Price / Too dear")

    def test_the_dialog_asks_for_the_rival(self):
        wizard = Form(
            self.env["crm.lead.lost"]
            .with_user(self.seller)
            .with_context(default_lead_ids=self.lead.ids)
        )
        wizard.rival_product_id = self.rival.product_ids
        self.assertEqual(wizard.rival_id, self.rival)
        wizard.lost_reason_id = self.brand
        # Beside it stands, where that is installed, what the grade asks for before it is given up.
        if "too_few_contacts" in self.env["crm.lead.lost"]._fields:
            self.assertFalse(wizard.too_few_contacts)
        wizard.save().action_lost_reason_apply()
        self.assertEqual(self._get_losses().rival_id, self.rival)


@tagged("post_install", "-at_install")
class TestReasonRequired(LossCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_grading_reason_required = True

    def test_nothing_is_lost_without_a_reason_where_the_company_asks_for_one(self):
        leads = self.lead | self._create_opportunity(probability=0)
        lost = {"active": False, "probability": 0}
        ways = {
            "bulk": leads.action_set_lost,
            "one that is at 0 per cent": leads[1].action_set_lost,
            "write": lambda: self.lead.write(lost),
            "dialog": lambda: self._lose(reason=self.env["crm.lost.reason"]),
            "import": lambda: self._create_opportunity(**lost),
        }
        for way, lose in ways.items():
            with (
                self.subTest(way=way),
                self.assertRaisesRegex(ValidationError, "Say why .* choose a lost reason"),
                self.env.cr.savepoint(),
            ):
                lose()
        leads.invalidate_recordset()
        self.assertFalse(self._get_losses(leads))
        self.assertTrue(all(leads.mapped("active")))
        leads.action_set_lost(lost_reason_id=self.brand.id)
        self.assertEqual(self._get_losses(leads).reason_id, self.brand)
        with self.assertRaises(ValidationError):
            self.lead.lost_reason_id = False

    def test_the_dialog_asks_where_one_of_the_companies_does(self):
        asked = self.env["crm.lead.lost"].create({"lead_ids": [Command.set(self.lead.ids)]})
        self.assertTrue(asked.is_reason_required)
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        elsewhere = self._create_opportunity(company_id=other.id, user_id=False, team_id=False)
        asked.lead_ids = elsewhere
        self.assertFalse(asked.is_reason_required)
        elsewhere.with_context(allowed_company_ids=other.ids).action_set_lost()
        self.assertEqual(self._get_losses(elsewhere).company_id, other)

    def test_a_lead_that_was_no_opportunity_yet_is_not_asked_about(self):
        lead = self._create_opportunity(type="lead")
        lead.action_set_lost()
        self.assertEqual(lead.won_status, "lost")
        self.assertFalse(self._get_losses(lead))


@tagged("post_install", "-at_install")
class TestRegister(LossCase):
    def test_what_is_imported_as_lost_long_ago_is_not_followed_up(self):
        lost = {"active": False, "probability": 0, "lost_reason_id": self.brand.id}
        old = self._create_opportunity(**lost, date_closed="2026-03-05 12:00:00")
        recent = self._create_opportunity(**lost, date_closed="2026-11-10 12:00:00")
        self.assertRecordValues(
            self._get_losses(old | recent),
            [
                {"state": "lost", "date": date(2026, 3, 5), "date_due": False},
                {"state": "quasi", "date": date(2026, 11, 10), "date_due": date(2026, 12, 10)},
            ],
        )
        self.assertFalse(self._get_activities(old))
        self.assertTrue(self._get_activities(recent))
        (old | recent).lost_reason_id = self.price
        self.assertEqual(self._get_losses(old | recent).mapped("state"), ["lost", "quasi"])

    def test_merged_opportunities_are_lost_once(self):
        self.env.user.group_ids |= self.env.ref("sales_team.group_sale_manager")
        with self.subTest("one goes on"):
            other = self._create_opportunity()
            loss = self._lose(other)
            (self.lead | other).merge_opportunity()
            self.assertRecordValues(
                loss, [{"lead_id": self.lead.id, "state": "false", "outcome": "open"}]
            )
            self.assertFalse(self._get_activities())
            self.lead.action_set_won()
            self.assertEqual(loss.outcome, "won")
        with self.subTest("all are lost"):
            leads = self._create_opportunity() | self._create_opportunity()
            leads[1].action_set_won()
            leads[1].stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
            self._lose(leads)
            kept = leads.merge_opportunity()
            self.assertEqual(len(self._get_losses(kept)), 1)
            self.assertEqual(len(self._get_activities(kept)), 1)

    def test_a_deleted_opportunity_takes_its_losses_along(self):
        loss = self._lose()
        self.lead.unlink()
        self.assertFalse(loss.exists())
        self.assertFalse(self._get_activities())

    def test_contacts_up_to_the_loss_are_counted(self):
        call = "mail.mail_activity_data_call"
        for day in (3, 3, 1):
            self._at(TODAY - timedelta(days=day))
            self.lead.activity_schedule(call, user_id=self.seller.id).action_feedback()
        self._at(TODAY)
        other = self._create_opportunity()
        losses = self._lose(self.lead | other)
        self.assertEqual(losses.mapped("contact_count"), [2, 0])

    def test_so_many_queries_for_one_as_for_many(self):
        keeper = self.env["customer.grading.loss.keeper"]
        self._lose()
        counts = []
        for number in (5, 50):
            leads = self.env["crm.lead"].create(
                [
                    {
                        "name": "Opportunity",
                        "type": "opportunity",
                        "partner_id": self.customer.id,
                        "user_id": self.seller.id,
                        "company_id": self.company.id,
                        "lost_reason_id": self.price.id,
                    }
                    for _n in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            keeper._lose(leads)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 12, counts)

    def test_where_nothing_was_ever_lost_winning_and_merging_takes_no_query_more(self):
        self.assertFalse(self.Loss.search_count([]))
        self.env["customer.grading.dimension"]._forget_use()
        self.Loss._is_any()
        keeper = self.env["customer.grading.loss.keeper"]
        with self.assertQueryCount(0):
            keeper._win(self.lead)
            keeper._reopen(self.lead)
            keeper._take_back(self.lead)
            self.assertFalse(self.Loss._is_any())

    def test_giving_open_opportunities_to_somebody_asks_nothing_of_what_others_lost(self):
        self._lose()
        leads = self._create_opportunity() | self._create_opportunity()
        self.env.flush_all()
        asked, execute = [], type(self.cr).execute

        def note(cr, query, *args, **kwargs):
            asked.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **kwargs)

        with patch.object(type(self.cr), "execute", note):
            leads.with_user(self.leader).user_id = self.rival_seller
            self.env.flush_all()
        self.assertTrue(asked)
        self.assertFalse([statement for statement in asked if "customer_grading_loss" in statement])

    def test_people_correct_what_was_lost_and_nothing_else(self):
        loss = self._lose().with_user(self.seller)
        loss.write({"categ_id": self.pickup.id, "note": "They liked it"})
        for vals in ({"state": "false"}, {"date": TODAY}, {"lead_id": False}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                loss.write(vals)
        other = self.env["customer.grading.rival"].create({"name": "Southern"})
        with self.assertRaisesRegex(ValidationError, "is a product of Northern"):
            loss.write({"rival_product_id": self.rival.product_ids.id, "rival_id": other.id})

    def test_losses_are_seen_as_the_opportunities_are(self):
        loss = self._lose()
        Report = self.env["customer.grading.loss.report"]
        for user, sees in ((self.seller, True), (self.rival_seller, False), (self.leader, True)):
            with self.subTest(user=user.login):
                own = [("lead_id", "=", self.lead.id)]
                self.assertEqual(bool(self.Loss.with_user(user).search(own)), sees)
                self.assertEqual(bool(Report.with_user(user).search(own)), sees)
        with self.assertRaises(AccessError):
            loss.with_user(self.rival_seller).action_still_lost()
        with self.assertRaises(AccessError):
            loss.with_user(self.users["accountant"]).read(["reason_id"])

    def test_f62_a_refusal_in_mid_process_says_why_and_the_opportunity_stays_open(self):
        action = self.lead.with_user(self.seller).action_record_refusal()
        wizard = self.env["customer.grading.record.refusal"].with_user(self.seller)
        refusal = wizard.with_context(**action["context"]).create(
            {"reason_id": self.too_dear.id, "rival_id": self.rival.id, "note": "Not this year"}
        )
        refusal.action_confirm()
        self.assertRecordValues(
            self._get_losses(),
            [
                {
                    "state": "refused",
                    "outcome": False,
                    "reason_id": self.too_dear.id,
                    "main_reason_id": self.price.id,
                    "rival_id": self.rival.id,
                    "note": "Not this year",
                    "date": TODAY,
                }
            ],
        )
        self.assertEqual(self.lead.won_status, "pending")
        self.assertFalse(self._get_activities())
        self._lose(reason=self.brand)
        self.assertEqual(self._get_losses().mapped("state"), ["refused", "quasi"])
        with self.assertRaisesRegex(UserError, "is won or lost"):
            refusal.action_confirm()

    def test_f41_losses_are_found_by_rival(self):
        loss = self._lose(rival_product_id=self.rival.product_ids.id)
        self._lose(self._create_opportunity())
        found = self.Loss.search([("rival_id.name", "ilike", "north")])
        self.assertEqual(found, loss)
        action = self.rival.with_user(self.seller).action_view_losses()
        self.assertEqual(self.Loss.search(action["domain"]), loss)
        self.assertEqual(self.rival.with_user(self.seller).loss_count, 1)
        self.assertEqual(self.rival.with_user(self.rival_seller).loss_count, 0)

    def test_n09_a_rival_has_features_and_our_answer_and_the_loss_what_the_customer_thinks(self):
        rival = self.rival.with_user(self.seller)
        rival.write(
            {"features": "Cheap, slow service", "strategy": "Show the cost of a standstill"}
        )
        loss = self._lose(rival_id=rival.id, lost_feedback="<p>They say it is sturdier</p>")
        self.assertEqual(loss.rival_id.strategy, "Show the cost of a standstill")
        self.assertEqual(loss.note, "They say it is sturdier")

    def test_s29_a_loss_and_what_it_was_found_to_be_grade(self):
        dimension = self._create_dimension("loss", "ABC", subject="lead")
        policy = self._create_policy(
            {
                "lost": {"measure": "lead_losses"},
                "false": {"measure": "lead_false_losses"},
                "refused": {"measure": "lead_refusals"},
            },
            [("A", ("false", "ge", 1)), ("B", ("lost", "ge", 1)), ("C", ("refused", "ge", 1))],
            dimension=dimension,
            lead_population="all",
        )
        falsely, lost, refused = (self._create_opportunity() for _n in range(3))
        self._lose(falsely | lost)
        self._get_losses(falsely).action_false_loss()
        self.env["customer.grading.record.refusal"].create(
            {"lead_ids": refused.ids, "reason_id": self.price.id}
        ).action_confirm()
        self._activate(policy)
        results = self._get_results(falsely | lost | refused, dimension)
        codes = {lead: result.grade_id.code for lead, result in results.items()}
        self.assertEqual(codes, {falsely: "A", lost: "B", refused: "C"})

    def test_what_was_lost_before_is_taken_over_and_uninstalling_leaves_no_activity(self):
        self._lose()
        self.assertTrue(self._get_activities())
        self.Loss.search([]).unlink()
        post_init_hook(self.env)
        loss = self._get_losses()
        self.assertRecordValues(
            loss,
            [
                {
                    "state": "lost",
                    "outcome": "closed",
                    "date": TODAY,
                    "reason_id": self.too_dear.id,
                    "main_reason_id": self.price.id,
                    "stake": 800,
                }
            ],
        )
        loss.action_reopen()
        self.assertTrue(self.lead.active)
        uninstall_hook(self.env)
        self.assertFalse(self._get_activities())


@tagged("post_install", "-at_install")
class TestFigures(LossCase):
    """The figures of reports are those of a plain computation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(29)
        reasons = cls.price | cls.too_dear | cls.brand
        keeper = cls.env["customer.grading.loss.keeper"]
        leads = cls.env["crm.lead"].create(
            [
                {
                    "name": f"Opportunity {number}",
                    "type": "opportunity",
                    "company_id": cls.company.id,
                    "user_id": dice.choice([cls.seller, cls.leader]).id,
                    "lost_reason_id": dice.choice(reasons).id,
                    "expected_revenue": dice.randrange(1000),
                }
                for number in range(80)
            ]
        )
        keeper._lose(leads)
        cls.losses = cls.Loss.search([("lead_id", "in", leads.ids)])
        for loss in cls.losses:
            state = dice.choice(["quasi", "lost", "lost", "false", "refused"])
            open_ones = ["open", "won", "again"]
            outcome = {"false": dice.choice(open_ones), "lost": "closed", "quasi": "closed"}
            loss.sudo().write(
                {
                    "state": state,
                    "outcome": outcome.get(state, False),
                    "categ_id": dice.choice([cls.light, cls.pickup]).id,
                    "rival_id": dice.choice([cls.rival.id, False]),
                    "contact_count": dice.randrange(6),
                    "date": TODAY - timedelta(days=dice.randrange(120)),
                }
            )
        cls.Report = cls.env["customer.grading.loss.report"]
        cls.own = [("lead_id", "in", leads.ids), ("state", "!=", "refused")]
        cls.lost = cls.losses.filtered(lambda loss: loss.state != "refused")

    def test_n03_reasons_in_per_cent_by_product_line(self):
        counts = Counter((loss.main_reason_id, loss.categ_id) for loss in self.lost)
        of_line = Counter(loss.categ_id for loss in self.lost)
        of_reason = Counter(loss.main_reason_id for loss in self.lost)
        whole = len(self.lost)
        by_both, by_line, by_reason, total = self.Report._read_grouping_sets(
            self.own,
            [["main_reason_id", "categ_id"], ["categ_id"], ["main_reason_id"], []],
            ["share:sum"],
        )
        self.assertEqual(len(counts), 4)
        self.assertEqual(
            {(reason, line): round(share, 9) for reason, line, share in by_both},
            {key: round(count / of_line[key[1]], 9) for key, count in counts.items()},
        )
        self.assertEqual(dict(by_line), dict.fromkeys(of_line, 1.0))
        self.assertEqual(
            {reason: round(share, 9) for reason, share in by_reason},
            {reason: round(count / whole, 9) for reason, count in of_reason.items()},
        )
        self.assertEqual(total, [(1.0,)])
        rows = self.Report._read_group(
            self.own, ["date:month", "user_id", "reason_id"], ["share:sum"]
        )
        told = Counter()
        for month, user, _reason, share in rows:
            told[month, user] += share
        self.assertEqual({round(share, 9) for share in told.values()}, {1.0})

    def test_f40_false_losses_won_back_and_few_contacts_by_salesperson_and_month(self):
        self.company.customer_grading_few_contacts = 3
        expected = {}
        for loss in self.lost:
            told = expected.setdefault((loss.user_id, loss.date.replace(day=1)), Counter())
            told["losses"] += 1
            told["false"] += loss.state == "false"
            told["won"] += loss.outcome == "won"
            told["few"] += loss.contact_count < 3
            told["stake"] += loss.stake
        rows = self.Report._read_group(
            self.own,
            ["user_id", "date:month"],
            [
                "losses:sum",
                "false_losses:sum",
                "won_back:sum",
                "few_contacts:sum",
                "stake:sum",
                "win_back_rate:avg",
                "false_rate:avg",
                "few_rate:avg",
            ],
        )
        self.assertGreater(len(rows), 6)
        self.assertEqual(
            {(user, month): [round(value, 6) for value in told] for user, month, *told in rows},
            {
                key: [
                    told["losses"],
                    told["false"],
                    told["won"],
                    told["few"],
                    told["stake"],
                    round(told["won"] / told["losses"], 6),
                    round(told["false"] / told["losses"], 6),
                    round(told["few"] / told["losses"], 6),
                ]
                for key, told in expected.items()
            },
        )

    def test_f41_rivals_by_product_line(self):
        counts = Counter((loss.rival_id, loss.categ_id) for loss in self.lost)
        of_line = Counter(loss.categ_id for loss in self.lost)
        rows = self.Report._read_group(
            self.own, ["rival_id", "categ_id"], ["__count", "share:sum"], order="share:sum desc"
        )
        self.assertEqual(
            {(rival, line): (count, round(share, 9)) for rival, line, count, share in rows},
            {key: (n, round(n / of_line[key[1]], 9)) for key, n in counts.items()},
        )

    def test_the_pivot_and_the_list_of_a_salesperson_open(self):
        report = self.Report.with_user(self.seller)
        told = report.formatted_read_grouping_sets(
            self.own, [[], ["main_reason_id"], ["main_reason_id", "categ_id"]], ["share:sum"]
        )
        self.assertEqual(len(told), 3)
        self.assertTrue(report.search_read(self.own, ["stake", "share", "customer_id"], limit=3))
        refusals = report.search([("refusals", "=", 1), ("lead_id", "in", self.losses.lead_id.ids)])
        own = self.losses.filtered(lambda o: o.state == "refused" and o.user_id == self.seller)
        self.assertEqual(len(refusals), len(own))
