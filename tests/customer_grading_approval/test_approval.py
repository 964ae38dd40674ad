"""Changes of grade are approved in one to three steps, each by its own person or group."""

import threading
from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo import api
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.addons.customer_grading_approval.models.customer_grading_approval import STEPS
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import get_db_name, new_test_user
from odoo.tools import mute_logger

from ..committing import CommittingCase
from ..common import TODAY, CustomerGradingCommon, at

MONTH = date(2026, 12, 20)
ADDON = "customer_grading_approval"
ACTIVITY = f"{ADDON}.mail_activity_type_decide"


class ApprovalCase(CustomerGradingCommon):
    """A policy whose A takes three steps: sales managers, a director, the general manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.managers = cls.env["res.groups"].create(
            {
                "name": "Regional managers",
                "implied_ids": [
                    Command.link(cls.env.ref("customer_grading.customer_grading_group_officer").id)
                ],
            }
        )
        groups = "sales_team.group_sale_salesman_all_leads"
        for role in ("manager", "colleague", "director", "boss"):
            cls.users[role] = new_test_user(cls.env, f"grading_{role}", groups, tz="UTC")
        for role in ("manager", "colleague"):
            cls.users[role].group_ids = [Command.link(cls.managers.id)]
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("revenue", "ge", 1000)), ("B", ("revenue", "ge", 500)), ("C", ())],
            user_id=cls.users["officer"].id,
        )
        cls.a, cls.b, cls.c = (cls.dimension._find_grade(code) for code in "ABC")
        cls._add_step(1, "Sales manager", group_id=cls.managers.id)
        cls._add_step(2, "Sales director", user_id=cls.users["director"].id)
        cls._add_step(3, False, user_id=cls.users["boss"].id)
        cls.customers = cls._create_customers(3)
        for customer in cls.customers:
            cls._create_invoice(customer, TODAY, amount=100)

    @classmethod
    def _add_step(cls, step, name, **vals):
        return cls.env["customer.grading.approval"].create(
            {
                "policy_id": cls.policy.id,
                "step": step,
                "name": name,
                "grade_ids": [Command.link(cls.a.id)],
                **vals,
            }
        )

    def _get_open(self):
        return self.env["customer.grading.change"].search(
            [
                ("partner_id", "in", self.customers.ids),
                ("state", "in", ("proposed", "held", "to_approve")),
            ],
            order="id",
        )

    def _upgrade(self, amount=2000, customers=None):
        """Let customers earn a better grade by what they buy, and grade them at night."""
        for customer in self.customers if customers is None else customers:
            self._create_invoice(customer, TODAY, amount=amount)
        self._run(self.policy)
        return self._get_open()

    def _take_back(self, customer):
        """Credit what earned a customer the better grade."""
        invoice = self.env["account.move"].search(
            [("partner_id", "=", customer.id), ("amount_untaxed", "=", 2000)]
        )
        self._create_credit_note(invoice, TODAY)

    def _approve(self, changes, *roles):
        for role in roles:
            changes.with_user(self.users[role]).action_approve()

    def _get_result(self, customer=None):
        customer = customer or self.customers[0]
        return self._get_results(customer)[customer]

    def _tell(self):
        """Tell those who decide what waits, as Odoo does after each commit."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"{ADDON}.ir_cron_tell_deciders").method_direct_trigger()
        self.env.invalidate_all()

    def _get_activities(self, role):
        self._tell()
        return self.policy.activity_search([ACTIVITY], user_id=self.users[role].id)


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(at(TODAY)))
        cls._activate(cls.policy)

    # ------------------------------------------------------------------ which changes

    def test_only_the_grades_named_need_approval(self):
        self._upgrade(amount=500, customers=self.customers[:1])
        self.assertEqual(self._get_grades(self.customers), ["B", "C", "C"])
        changes = self._upgrade(customers=self.customers[1:])
        self.assertEqual(changes.mapped("state"), ["to_approve"] * 2)
        self.assertEqual(changes.grade_id, self.a)
        self.assertEqual(self._get_grades(self.customers), ["B", "C", "C"])

    def test_the_first_grading_is_taken_and_a_first_grade_later_is_an_upgrade(self):
        newcomer = self._create_customers(1)
        self._create_invoice(newcomer, TODAY, amount=5000)
        self._run(self.policy)
        self.assertEqual(self._get_grades(newcomer), [False])
        change = self.env["customer.grading.change"].search([("partner_id", "=", newcomer.id)])
        self.assertEqual((change.direction, change.state), ("new", "to_approve"))

    def test_downgrades_from_the_grades_named_where_the_policy_says_so(self):
        changes = self._upgrade()
        self._approve(changes, "manager", "director", "boss")
        for customer in self.customers:
            self._take_back(customer)
        self.policy.approval_ids.filtered(lambda line: line.step == 2).moves = "both"
        self._run(self.policy)
        self.assertEqual(self._get_open().mapped("waits_for"), [self.users["director"].name] * 3)
        self._approve(self._get_open(), "director")
        self.assertEqual(self._get_grades(self.customers), ["C"] * 3)

    def test_what_must_stand_first_is_held_until_its_day_and_then_approved(self):
        self.policy.upgrade_timing = "month_end"
        changes = self._upgrade()
        self.assertEqual(set(changes.mapped("state")), {"held"})
        with freeze_time(at(date(2026, 11, 30))):
            self._run(self.policy)
            self.assertEqual(set(self._get_open().mapped("state")), {"to_approve"})

    def test_a_better_grade_takes_approval_even_where_the_old_one_is_over(self):
        customer = self.customers[:1]
        self._upgrade(amount=500, customers=customer)
        self.policy.upgrade_days = 60
        self.policy.rule_ids.filtered(lambda rule: rule.grade_id == self.b).expiry_months = 1
        self.assertEqual(self._upgrade(customers=customer).state, "held")
        with freeze_time(at(MONTH)):
            self._run(self.policy)
            self.assertEqual(self._get_open().state, "to_approve")
        self.assertEqual(self._get_grades(customer), ["B"])

    # ------------------------------------------------------------------ the steps

    def test_each_step_waits_for_its_approvers_and_the_last_brings_it_in_effect(self):
        change = self._upgrade()[:1]
        for role, waits_for in (
            ("manager", "Sales manager (step 1 of 3)"),
            ("director", f"{self.users['director'].name} (step 2 of 3)"),
            ("boss", f"{self.users['boss'].name} (step 3 of 3)"),
        ):
            self.assertEqual(change.waits_for, waits_for)
            self.assertTrue(change.with_user(self.users[role]).waits_for_me)
            self.assertEqual(self._get_grades(change.partner_id), ["C"])
            self._approve(change, role)
        self.assertRecordValues(
            change,
            [
                {
                    "state": "applied",
                    "grade_id": self.a.id,
                    "decided_by_id": self.users["boss"].id,
                    "waits_for": False,
                }
            ],
        )
        self.assertEqual(self._get_grades(change.partner_id), ["A"])
        self.assertRecordValues(
            change.approval_ids,
            [
                {"step": 1, "role": "Sales manager", "user_id": self.users["manager"].id},
                {"step": 2, "role": "Sales director", "user_id": self.users["director"].id},
                {"step": 3, "role": False, "user_id": self.users["boss"].id},
            ],
        )
        self._run(self.policy)
        self.assertEqual(self._get_grades(change.partner_id), ["A"])

    def test_nobody_approves_out_of_turn(self):
        change = self._upgrade()[:1]
        for role in ("director", "boss", "officer", "salesperson", "administrator"):
            with self.subTest(role=role), self.assertRaisesRegex(AccessError, "Sales manager"):
                self._approve(change, role)
            self.assertFalse(change.with_user(self.users[role]).may_decide)

    def test_each_step_takes_another_person(self):
        self.users["director"].group_ids = [Command.link(self.managers.id)]
        change = self._upgrade()[:1]
        self._approve(change, "director")
        with self.assertRaisesRegex(AccessError, "another person"):
            self._approve(change, "director")
        self.assertFalse(change.with_user(self.users["director"]).waits_for_me)
        with self.assertRaises(AccessError):
            self._approve(change, "colleague")

    def test_what_waits_for_me_is_found_as_it_is_said(self):
        changes = self._upgrade()
        self._approve(changes[0], "manager")
        self._approve(changes[1], "manager", "director")
        for role in (*self.users,):
            if role == "portal":
                continue
            mine = changes.with_user(self.users[role])
            found = mine.search([("waits_for_me", "=", True), ("id", "in", changes.ids)])
            self.assertEqual(set(found), set(mine.filtered("waits_for_me")), role)
            other = mine.search([("waits_for_me", "=", False), ("id", "in", changes.ids)])
            self.assertEqual(set(found | other), set(changes), role)
        self.assertTrue(changes[2].with_user(self.users["colleague"]).waits_for_me)
        self.assertTrue(changes[0].with_user(self.users["director"]).waits_for_me)
        self.assertTrue(changes[1].with_user(self.users["boss"]).waits_for_me)

    def test_refusing_at_any_step_needs_a_reason_and_ends_it(self):
        change = self._upgrade()[:1]
        self._approve(change, "manager")
        director = change.with_user(self.users["director"])
        with self.assertRaises(UserError):
            director.action_refuse("")
        director.action_refuse("Pays too late")
        self.assertEqual((change.state, change.decision_note), ("refused", "Pays too late"))
        with self.assertRaises(UserError):
            self._approve(change, "boss")
        self._run(self.policy)
        self.assertNotIn(change.partner_id, self._get_open().partner_id, "it is not asked again")

    def test_put_off_it_comes_back_to_the_same_step(self):
        change = self._upgrade()[:1]
        self._approve(change, "manager")
        change.with_user(self.users["director"]).action_put_off()
        self.assertEqual((change.state, change.date_due), ("held", MONTH))
        self._run(self.policy)
        self.assertFalse(change.with_user(self.users["director"]).waits_for_me)
        with freeze_time(at(MONTH)):
            self._run(self.policy)
            self.assertEqual(change.state, "to_approve")
            self.assertEqual(change.approval_ids.user_id, self.users["manager"])
            self._approve(change, "director", "boss")
        self.assertEqual(self._get_grades(change.partner_id), ["A"])

    def test_the_approvals_of_a_superseded_move_lapse(self):
        customer = self.customers[:1]
        change = self._upgrade(customers=customer)
        self._approve(change, "manager", "director")
        self._take_back(customer)
        self._run(self.policy)
        self.assertEqual(change.state, "superseded")
        with self.assertRaises(UserError):
            self._approve(change, "boss")
        again = self._upgrade(customers=customer)
        self.assertEqual(again.waits_for, "Sales manager (step 1 of 3)")
        self.assertEqual(len(change.approval_ids), 2, "what was approved is kept")

    def test_steps_that_the_policy_drops_are_waited_for_no_more(self):
        change = self._upgrade()[:1]
        self._approve(change, "manager")
        self.policy.write(
            {
                "approval_ids": [
                    Command.delete(line.id) for line in self.policy.approval_ids if line.step > 1
                ]
            }
        )
        change.invalidate_recordset()
        self.assertEqual(change.waits_for, "Grading officers")
        self.assertTrue(change.with_user(self.users["officer"]).waits_for_me)
        self._approve(change, "officer")
        self.assertEqual(self._get_grades(change.partner_id), ["A"])

    def test_only_who_decides_is_offered_to(self):
        for role, offered in (("officer", True), ("boss", True), ("salesperson", False)):
            Change = self.env["customer.grading.change"].with_user(self.users[role])
            with self.subTest(role=role):
                self.assertEqual(
                    "action_approve" in Change.get_view(view_type="list")["arch"], offered
                )
                self.assertEqual(
                    "waits_for_me" in Change.get_view(view_type="search")["arch"], offered
                )

    # ------------------------------------------------------------------ by hand

    def test_the_sales_manager_applies_the_director_reviews_the_general_manager_approves(self):
        result = self._get_result().with_user(self.users["manager"])
        result._set_by_hand(self.a, "Wants to grow with us", MONTH)
        change = self._get_open()
        self.assertRecordValues(
            change,
            [
                {
                    "origin": "manual",
                    "state": "to_approve",
                    "user_id": self.users["manager"].id,
                    "waits_for": f"{self.users['director'].name} (step 2 of 3)",
                }
            ],
        )
        self.assertEqual(change.approval_ids.user_id, self.users["manager"])
        self.assertEqual(self._get_grades(change.partner_id), ["C"])
        self._run(self.policy)
        self._approve(change, "director", "boss")
        self.assertRecordValues(
            self._get_result(),
            [
                {
                    "grade_id": self.a.id,
                    "manual_grade_id": self.a.id,
                    "manual_reason": "Wants to grow with us",
                    "manual_until": MONTH,
                }
            ],
        )

    def test_a_proposal_waits_for_the_first_step(self):
        result = self._get_result().with_user(self.users["salesperson"])
        change = result._propose(self.a, "New plant")
        self.assertEqual(change.state, "to_approve")
        self.assertEqual(change.waits_for, "Sales manager (step 1 of 3)")
        self.assertEqual(result._propose(self.b, "New plant").state, "proposed")

    def test_an_officer_cannot_go_round_the_approval(self):
        result = self._get_result()
        result.with_user(self.users["officer"])._set_by_hand(self.a, "Because")
        self.assertEqual(self._get_grades(result.partner_id), ["C"])
        self.assertEqual(self._get_open().state, "to_approve")
        wizard = (
            self.env["customer.grading.set.grade"]
            .with_user(self.users["officer"])
            .create(
                {
                    "partner_ids": [Command.link(self.customers[1].id)],
                    "grade_id": self.a.id,
                    "reason": "Because",
                }
            )
        )
        wizard.action_confirm()
        self.assertEqual(self._get_grades(self.customers), ["C"] * 3)
        self.assertEqual(len(self._get_open()), 2)

    def test_to_keep_the_grade_held_takes_no_approval(self):
        self.policy.approval_ids.write({"moves": "both", "grade_ids": [Command.clear()]})
        result = self._get_result()
        change = result.with_user(self.users["officer"])._set_by_hand(self.c, "Stays as it is")
        self.assertEqual((change.state, change.direction), ("applied", "same"))
        self.assertEqual(result.manual_grade_id, self.c)

    def test_neither_by_a_grade_by_hand_that_ends_nor_for_a_customer_never_graded(self):
        result = self._get_result()
        officer = self.users["officer"]
        result.with_user(officer)._set_by_hand(self.b, "On trial")
        self._upgrade(customers=self.customers[:1])
        result.with_user(officer).action_end_manual()
        self.assertEqual(result.grade_id, self.b)
        change = self._get_open()
        self.assertEqual((change.grade_id, change.state), (self.a, "to_approve"))
        self._run(self.policy)
        self.assertEqual(self._get_open(), change)
        self._approve(change, "manager", "director", "boss")
        self.assertEqual(result.grade_id, self.a)

        stranger = self._create_customers(1)
        new = self.env["customer.grading.result"].with_user(officer)
        new._get_or_create(stranger, self.dimension)._set_by_hand(self.a, "Because")
        self.assertEqual(self._get_grades(stranger), [False])

    def test_neither_by_excluding_who_may_lose_no_grade_without_approval(self):
        self.policy.approval_ids[2].write({"moves": "both", "grade_ids": [Command.clear()]})
        result, boss = self._get_result(), self.users["boss"]
        change = result.with_user(self.users["officer"])._exclude("Our own branch", MONTH)
        self.assertEqual(
            (change.origin, change.direction, change.state, result.grade_id.code),
            ("exclude", "lost", "to_approve", "C"),
        )
        self._run(self.policy)
        self.assertEqual(self._get_open(), change, "no night decides on it")
        [view] = self.customers[0].get_grading_explanation()
        self.assertIn("Excluded from grading: Our own branch", str(view["notices"]))
        change.with_user(boss).action_approve()
        self.assertEqual((result.manual_kind, result.manual_until), ("exclude", MONTH))
        other = self._get_result(self.customers[1])
        asked = other.with_user(self.users["officer"])._exclude("So is this one")
        boss.group_ids = [Command.link(self.env.ref(OFFICER_GROUP).id)]
        other.with_user(boss)._exclude("It is")
        self.assertEqual((asked.state, other.manual_kind), ("superseded", "exclude"))
        self.assertEqual(self._get_grades(self.customers[0]), [False])

    def test_a_provisional_grade_is_approved_when_it_is_evaluated(self):
        self.policy.probation_months = 6
        new = self._create_customers(1)
        self.customers |= new
        self._upgrade(customers=new)
        result = self._get_result(new)
        self.assertEqual((result.grade_id, self._get_open().ids), (self.a, []))
        self.assertTrue(result.date_provisional)
        proposal = result.with_user(self.users["officer"])._set_by_hand(self.a, "They are good")
        self.assertEqual((proposal.state, result._is_by_hand()), ("to_approve", False))
        proposal.with_user(self.users["manager"]).action_refuse("Too early")

        with freeze_time(at(result.date_provisional)):
            self._run(self.policy)
            change = self._get_open()
            self.assertEqual((change.origin, change.state), ("probation", "to_approve"))
            self.assertEqual(change.waits_for, "Sales manager (step 1 of 3)")
            for role in ("manager", "director", "boss"):
                self.assertTrue(result.date_provisional)
                waiting = change.with_user(self.users[role]).search([("waits_for_me", "=", True)])
                self.assertEqual(waiting, change)
                self._approve(change, role)
            self.assertEqual((result.grade_id, result.date_provisional), (self.a, False))

    def test_who_approves_last_sets_the_grade_at_once(self):
        self.users["boss"].group_ids = [Command.link(self.managers.id)]
        self._get_result().with_user(self.users["boss"])._set_by_hand(self.a, "My word")
        self.assertEqual(self._get_grades(self.customers), ["A", "C", "C"])

    # ------------------------------------------------------------------ who is told

    def test_each_approver_gets_one_activity_that_is_done_by_itself(self):
        changes = self._upgrade()
        self.assertEqual(self._get_activities("manager").summary, "3 changes of grade wait for you")
        self.assertEqual(len(self._get_activities("colleague")), 1)
        self.assertFalse(self._get_activities("director"))
        self._run(self.policy)
        self.assertEqual(len(self._get_activities("manager")), 1, "the next run adds none")

        self._approve(changes[:2], "manager")
        self.assertEqual(self._get_activities("manager").summary, "1 change of grade waits for you")
        self.assertEqual(
            self._get_activities("director").summary, "2 changes of grade wait for you"
        )
        self._approve(changes[2], "colleague")
        self.assertFalse(self._get_activities("manager") + self._get_activities("colleague"))

        changes.with_user(self.users["director"]).action_refuse("Not this year")
        self.assertFalse(self._get_activities("director"))

    def test_of_a_large_group_one_is_told(self):
        for number in range(6):
            new_test_user(
                self.env, f"grading_one_of_many_{number}", "sales_team.group_sale_salesman"
            ).group_ids = [Command.link(self.managers.id)]
        self.policy.user_id = self.users["colleague"]
        self._upgrade()
        self._tell()
        self.assertEqual(self.policy.activity_search([ACTIVITY]).user_id, self.users["colleague"])

    def test_the_responsible_is_told_what_waits_to_be_confirmed(self):
        self.policy.approval_ids.unlink()
        self.policy.upgrade_timing = "confirmed"
        changes = self._upgrade()
        self.assertEqual(len(self._get_activities("officer")), 1)
        self.assertEqual(set(changes.mapped("waits_for")), {"Grading officers"})
        self._approve(changes, "officer")
        self.assertFalse(self._get_activities("officer"))

    # ------------------------------------------------------------------ the policy

    def test_steps_are_edited_in_force_and_noted_in_the_chatter(self):
        before = len(self.policy.message_ids)
        self.policy.with_user(self.users["administrator"]).write(
            {
                "approval_ids": [
                    Command.update(self.policy.approval_ids[2].id, {"moves": "both"}),
                    Command.update(self.policy.approval_ids[1].id, {"name": "Director"}),
                    Command.create({"step": 2, "user_id": self.users["officer"].id}),
                ]
            }
        )
        message = self.policy.message_ids[0]
        self.assertEqual(len(self.policy.message_ids), before + 1)
        self.assertIn("to become or to lose A", message.body)
        with self.assertRaises(AccessError):
            self.policy.approval_ids.with_user(self.users["officer"]).unlink()

    def test_a_revision_keeps_the_steps_and_reads_as_they_are(self):
        copy = self.policy.copy()
        self.assertEqual(copy.approval_ids.mapped("step"), [1, 2, 3])
        self.assertEqual(copy.approval_ids.grade_ids, self.a)
        self.assertIn("Approval, step 2", copy.reads_as)

    def test_a_step_without_anybody_keeps_a_draft_from_deciding(self):
        draft = self.policy.copy()
        draft.approval_ids[1].user_id = False
        with self.assertRaisesRegex(UserError, "nobody approves step 2"):
            draft._check_complete()
        draft.approval_ids[1].user_id = self.users["portal"]
        with self.assertRaisesRegex(UserError, "may not see grades"):
            draft._check_complete()

    def test_a_file_keeps_steps_roles_grades_and_groups_but_names_no_person(self):
        content = self.policy._export_policy()["changes"]["approval"]
        self.assertEqual(
            content,
            [
                {
                    "step": 1,
                    "role": "Sales manager",
                    "grades": ["A"],
                    "group": "Regional managers",
                },
                {"step": 2, "role": "Sales director", "grades": ["A"]},
                {"step": 3, "grades": ["A"]},
            ],
        )

    def test_a_file_may_have_as_many_steps_as_a_policy(self):
        shapes = self.env["customer.grading.policy.file"]._get_shapes()
        self.assertEqual(shapes["approval"]["step"].most, STEPS)

    def test_more_than_three_steps_or_two_approvers_are_refused(self):
        last = self.policy.approval_ids[2]
        for vals in ({"step": 4}, {"group_id": self.managers.id}):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                last.write(vals)
                last.flush_recordset()


@tagged("post_install", "-at_install")
class TestApprovalAtOnce(CommittingCase):
    """Two approvers decide at the same moment: real transactions, which are cleaned up."""

    def _prepare(self, env):
        """One customer that waits to become A; either of two users approves it."""

        factory = self._make_factory(env)
        users = env["res.users"].union(
            *(
                new_test_user(env, f"at_once_{number}", "sales_team.group_sale_salesman_all_leads")
                for number in (1, 2)
            )
        )
        group = env["res.groups"].create({"name": "At once", "user_ids": [Command.set(users.ids)]})
        dimension = factory._create_dimension("at_once", "A")
        policy = factory._create_policy({}, [("A", ())], dimension=dimension)
        policy.approval_ids = [Command.create({"group_id": group.id})]
        customer = factory._create_customers(1, ref="at_once")
        result = env["customer.grading.result"].create(
            {
                "dimension_id": dimension.id,
                "company_id": env.company.id,
                "policy_id": policy.id,
                "partner_id": customer.id,
                "computed_grade_id": dimension.grade_ids.id,
                "considered_grade_id": dimension.grade_ids.id,
            }
        )
        control = env["customer.grading.change.control"]
        change = control._write_by_hand(
            [(result, result.computed_grade_id)], "computed", False, state="to_approve"
        )
        change.user_id = False  # a night computes for nobody
        self.user_ids, self.change_id = users.ids, change.id

    def _clean(self):
        with self._connect() as env:
            change = env["customer.grading.change"].browse(self.change_id)
            customer = change.partner_id
            self._delete_policy(change.policy_id)
            customer.unlink()
            users = env["res.users"].browse(self.user_ids)
            env["res.groups"].search([("name", "=", "At once")]).unlink()
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _approve(self, user_id):
        """Approve as a request does, which Odoo begins again where others were quicker."""
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, user_id, {})

            def request():
                change = env["customer.grading.change"].browse(self.change_id)
                self.assertEqual(change.state, "to_approve", "it was open when he looked")
                self.barrier.wait()
                change.action_approve()

            try:
                retrying(request, env)
            except (UserError, AssertionError, threading.BrokenBarrierError):
                self.failed.append(user_id)

    def test_two_approvers_at_the_same_moment_apply_it_once(self):
        self.failed, self.barrier = [], threading.Barrier(2, timeout=5)
        self._do_at_once(self._approve, *self.user_ids)
        with self._connect() as env:
            change = env["customer.grading.change"].browse(self.change_id)
            self.assertEqual(change.state, "applied")
            self.assertEqual(len(change.approval_ids), 1)
            [late] = self.failed
            self.assertNotEqual(change.approval_ids.user_id.id, late)
            self.assertEqual(change.decided_by_id, change.approval_ids.user_id)
            self.assertEqual(change.result_id.grade_id.code, "A")
