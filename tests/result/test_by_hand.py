"""What people decide whatever is computed: freeze, exclude, many at once, and undo of it."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, at
from .test_change_control import ChangeControlCommon

DAY = timedelta(1)


class ByHandCommon(ChangeControlCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.officer = cls.users["officer"]

    def _of(self, customers):
        results = self._get_results(customers)
        return self.env["customer.grading.result"].union(*(results[c] for c in customers))

    def _get_notices(self):
        return " ".join(self.customer.get_grading_explanation()[0]["notices"])

    def _get_buttons(self):
        view = self.customer.with_user(self.officer).get_grading_explanation()[0]
        return [button["label"] for button in view["buttons"]]


@tagged("post_install", "-at_install")
class TestFreeze(ByHandCommon):
    def test_it_keeps_the_grade_until_its_end_and_then_takes_the_computed(self):
        policy = self._start(15)
        until = TODAY + 3 * DAY
        with freeze_time(at(TODAY)):
            self._get_result().with_user(self.officer)._freeze("Until the audit", until)
        self.assertEqual(
            [self._grade_on(TODAY + day * DAY, policy, 25) for day in (1, 2, 3, 4)],
            ["B", "B", "B", "A"],
        )
        result = self._get_result()
        self.assertFalse(result.manual_kind or result.manual_reason or result.manual_until)
        self.assertEqual(
            [(c.origin, c.direction, c.grade_id.code) for c in self._get_changes(state="applied")],
            [("computed", "new", "B"), ("freeze", "same", "B"), ("manual_end", "up", "A")],
        )
        self.assertEqual(self._get_changes(origin="freeze").note, "Until the audit")

    def test_it_is_marked_and_ended_on_the_sheet(self):
        policy = self._start(15)
        with freeze_time(at(TODAY)):
            self._get_result().with_user(self.officer)._freeze("Until the audit")
        self._grade_on(TODAY + DAY, policy, 25)
        self.assertIn("Frozen at B", self._get_notices())
        self.assertIn("Computed: A", self._get_notices())
        self.assertEqual(self.customer.customer_grading_mark, "manual")
        self.assertFalse(self._get_result().is_waiting)
        self.assertIn("End now", self._get_buttons())
        with freeze_time(at(TODAY + 2 * DAY)):
            self._get_result().with_user(self.officer).action_end_manual()
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self.assertNotIn("End now", self._get_buttons())

    def test_that_it_ended_is_told_even_where_the_grade_stays(self):
        policy = self._start(15)
        with freeze_time(at(TODAY)):
            self._get_result()._freeze("Until the audit", TODAY)
        self.assertEqual(self._grade_on(TODAY + DAY, policy), "B")
        last = self._get_changes()[-1]
        self.assertEqual((last.origin, last.direction), ("manual_end", "same"))

    def test_who_is_not_graded_stays_so(self):
        policy = self._start(-1)
        with freeze_time(at(TODAY)):
            self._get_result()._freeze("A competitor")
        self.assertEqual(self._grade_on(TODAY + DAY, policy, 25), False)
        self.assertEqual(self._get_result().computed_grade_id.code, "A")

    def test_a_change_that_was_held_is_superseded(self):
        policy = self._start(15, downgrade_days=5)
        self._grade_on(TODAY + DAY, policy, 5)
        with freeze_time(at(TODAY + 2 * DAY)):
            self._get_result()._freeze("Agreed")
        self.assertFalse(self._get_changes(state="held"))
        self.assertEqual(self._grade_on(TODAY + 9 * DAY, policy), "B")


@tagged("post_install", "-at_install")
class TestExclude(ByHandCommon):
    def test_it_takes_the_grade_and_gives_back_the_computed(self):
        policy = self._start(15)
        with freeze_time(at(TODAY)):
            self._get_result().with_user(self.officer)._exclude("A competitor", TODAY + 2 * DAY)
        grades = [self._grade_on(TODAY + day * DAY, policy, 25) for day in (1, 2, 3)]
        self.assertEqual(grades, [False, False, "A"])
        self.assertEqual(
            [(c.origin, c.direction) for c in self._get_changes(state="applied")],
            [("computed", "new"), ("exclude", "lost"), ("manual_end", "new")],
        )

    def test_it_is_out_of_what_misses_data_and_no_run_asks_for_it(self):
        policy = self._start(15, stop_percent=5)
        self._grade_on(TODAY + DAY, policy)
        with freeze_time(at(TODAY + DAY)):
            self._get_result()._exclude("A competitor")
        self.customer.partner_latitude = -1
        with freeze_time(at(TODAY + 2 * DAY)):
            run = self._run(policy)
        self.assertEqual((run.state, run.not_graded_count), ("done", 0))
        self.assertEqual(self._get_result().reason, "no_rule")
        self.assertIn("Excluded from grading", self._get_notices())
        self.assertNotIn("fits the requirement of no grade", self._get_notices())
        search = self.env.ref("customer_grading.view_res_partner_filter").arch
        self.assertIn("grading_excluded", search)
        Partner = self.env["res.partner"]
        mine = [("id", "in", self.customers.ids)]
        excluded = [("customer_grading_result_id.manual_kind", "=", "exclude")]
        self.assertEqual(Partner.search([*mine, *excluded]), self.customer)
        others = Partner.search([*mine, "!", *excluded])
        self.assertEqual(others, self.customers - self.customer)

    def test_a_try_on_leaves_it_out(self):
        policy = self._start(15)
        with freeze_time(at(TODAY)):
            self._get_result()._exclude("A competitor")
            run = policy._create_trial("try_on")
            run._execute()
        line = run.line_ids.filtered(lambda line: line.partner_id == self.customer)
        self.assertTrue(line.by_hand)
        self.assertFalse(line.moves)

    def test_it_survives_a_merge_with_one_graded_by_hand(self):
        self._start(15)
        kept, gone = self.customers[:2]
        with freeze_time(at(TODAY)):
            self._of(kept)._exclude("A competitor")
            self._of(gone)._set_by_hand(self.grades["A"], "Agreed")
            self.env["base.partner.merge.automatic.wizard"].create(
                {"partner_ids": [Command.set((kept | gone).ids)], "dst_partner_id": kept.id}
            ).action_merge()
        self.env.invalidate_all()
        self.assertEqual(self._get_grades(kept), [False])
        self.assertEqual(self._of(kept).manual_kind, "exclude")

    def test_only_officers_freeze_and_exclude_and_say_why(self):
        self._start(15)
        for method in ("_freeze", "_exclude"):
            with self.assertRaises(AccessError):
                getattr(self._get_result().with_user(self.users["salesperson"]), method)("Why")
            with self.assertRaisesRegex(UserError, "Say why"):
                getattr(self._get_result(), method)("")
            with self.assertRaisesRegex(UserError, "in the past"):
                getattr(self._get_result(), method)("Why", TODAY - 9 * DAY)


@tagged("post_install", "-at_install")
class TestManyAtOnce(ByHandCommon):
    def _do(self, customers, user=None, day=TODAY, **vals):
        """Do it as the dialog of the contact list does; return the bulk change, or nothing."""
        with freeze_time(at(day)):
            user = user or self.officer
            action = customers.with_user(user).action_set_grade(vals.pop("kind", "grade"))
            Wizard = self.env[action["res_model"]].with_user(user)
            wizard = Wizard.with_context(**action["context"]).create({"reason": "Agreed", **vals})
            done = wizard.action_confirm()
        return self.env["customer.grading.bulk.change"].browse(done.get("params", {}).get("id"))

    def _undo(self, bulk, user=None, day=TODAY):
        with freeze_time(at(day)):
            return bulk.with_user(user or self.officer).action_undo()["params"]

    def test_a_grade_set_for_many_is_taken_back_for_all(self):
        policy = self._start(15)
        bulk = self._do(self.customers, grade_id=self.grades["A"].id)
        self.assertEqual(self._get_grades(self.customers), ["A"] * 10)
        self.assertEqual((bulk.name, bulk.change_count), ("Grade A set by hand: 10 customers", 10))
        self.assertEqual(self._undo(bulk, day=TODAY + DAY)["message"], "Undone for all 10.")
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)
        self.assertFalse(self._of(self.customers).filtered(lambda r: r._is_by_hand()))
        undone = self._get_changes(origin="undo")
        self.assertEqual(undone.undoes_id.bulk_change_id, bulk)
        self.assertEqual(undone.user_id, self.officer)
        self.assertIn(bulk.name, undone.reason)
        self.assertEqual(self._grade_on(TODAY + 2 * DAY, policy, 25), "A")
        with self.assertRaisesRegex(UserError, "undone already"):
            self._undo(bulk)

    def test_what_was_by_hand_before_and_what_waited_comes_back(self):
        policy = self._start(15, downgrade_days=5)
        by_hand, waiting = self.customers[:2]
        with freeze_time(at(TODAY)):
            self._of(by_hand)._set_by_hand(self.grades["C"], "They stopped", TODAY + 30 * DAY)
        waiting.partner_latitude = 5
        with freeze_time(at(TODAY + DAY)):
            self._run(policy)
        bulk = self._do(self.customers, kind="freeze", day=TODAY + 2 * DAY)
        self._undo(bulk, day=TODAY + 2 * DAY)
        result = self._of(by_hand)
        self.assertEqual((result.grade_id.code, result.manual_reason), ("C", "They stopped"))
        self.assertEqual(result.manual_until, TODAY + 30 * DAY)
        for day, grade in ((5, "B"), (6, "C")):
            with freeze_time(at(TODAY + day * DAY)):
                self._run(policy)
            self.assertEqual(self._get_grades(waiting), [grade])

    def test_what_was_decided_since_is_left_and_said(self):
        self._start(15)
        bulk = self._do(self.customers, kind="exclude")
        with freeze_time(at(TODAY)):
            self._get_result()._set_by_hand(self.grades["A"], "No competitor after all")
        message = self._undo(bulk)["message"]
        self.assertEqual(message, "Undone for 9 of 10: the others were decided anew since then.")
        self.assertEqual(self._get_grades(self.customers), ["A"] + ["B"] * 9)

    def test_salespeople_and_officers_propose_for_many_and_withdraw(self):
        self._start(15)
        salesperson = self.users["salesperson"]
        bulk = self._do(self.customers, salesperson, grade_id=self.grades["A"].id)
        self.assertEqual(set(bulk.change_ids.mapped("state")), {"proposed"})
        self.assertEqual(set(self.customers.mapped("customer_grading_mark")), {"waiting"})
        self._undo(bulk, salesperson)
        self.customers.invalidate_recordset()
        self.assertEqual(set(self.customers.mapped("customer_grading_mark")), {False})
        self.assertEqual(set(bulk.change_ids.mapped("state")), {"superseded"})
        mine = self._do(self.customers, grade_id=self.grades["A"].id, propose=True)
        self.assertEqual(set(mine.change_ids.mapped("state")), {"proposed"})
        with self.assertRaises(AccessError):
            self._undo(mine, salesperson)
        other = self._do(self.customers[:2], salesperson, grade_id=self.grades["C"].id)
        with freeze_time(at(TODAY)):
            other.change_ids.with_user(self.officer).action_approve()
        with self.assertRaises(AccessError):
            self._undo(other, salesperson)
        self._undo(other)
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)

    def test_one_alone_is_no_batch_and_nothing_is_done_by_halves(self):
        self._start(15)
        self.assertFalse(self._do(self.customer, kind="freeze"))
        with self.assertRaisesRegex(UserError, "Choose a grade"):
            self._do(self.customers)
        with self.assertRaisesRegex(UserError, "Only a grade can be proposed"):
            self._do(self.customers, self.users["salesperson"], kind="exclude")

    def test_opportunities_too(self):
        dimension = self._create_dimension("chance", subject="lead")
        dimension._set_main("lead", self.company)
        leads = self.env["crm.lead"].browse()
        for number in range(3):
            leads += self._create_lead(self.customer, TODAY, name=f"Chance {number}")
        bulk = self._do(leads, grade_id=dimension._find_grade("A").id)
        self.assertEqual([lead.opportunity_grade_id.code for lead in leads], ["A"] * 3)
        self._undo(bulk)
        self.env.invalidate_all()
        self.assertFalse(leads.opportunity_grade_id)


@tagged("post_install", "-at_install")
class TestProposals(ByHandCommon):
    """What becomes of a proposal reaches who made it."""

    def setUp(self):
        super().setUp()
        self.policy = self._start(15)
        self.startPatcher(freeze_time(at(TODAY)))
        self.seller = self.users["salesperson"]

    def _propose(self, code="A", until=False):
        grade = self.dimension.grade_ids.filtered(lambda grade: grade.code == code)
        return self._get_result().with_user(self.seller)._propose(grade, "They grow", until).sudo()

    def _get_told(self):
        """Return the texts of what the author was told."""
        messages = self.env["mail.message"].search(
            [("message_type", "=", "user_notification")]
            + [("partner_ids", "in", self.seller.partner_id.ids)]
        )
        return messages.sorted("id").mapped("body")

    def test_a_refusal_reaches_its_author_and_stands_on_the_sheet(self):
        proposed = self._propose()
        proposed.with_user(self.officer).action_refuse("Not before March")
        [told] = self._get_told()
        self.assertIn("Not before March", told)
        self.assertIn(self.officer.name, told)
        self.assertIn("was refused by", self._get_notices())
        # The database says when it was refused, and knows nothing of our clock.
        with freeze_time(proposed.write_date + 40 * DAY):
            self.assertNotIn("was refused by", self._get_notices())

    def test_one_that_was_overtaken_or_waited_too_long_reaches_its_author(self):
        self._propose()
        grade = self.dimension.grade_ids.filtered(lambda grade: grade.code == "A")
        self._get_result().with_user(self.officer)._set_by_hand(grade, "I agree")
        self.assertIn("not decided on any more", self._get_told()[-1])
        self._get_result().with_user(self.officer).action_end_manual()
        self._propose("C", TODAY + DAY)
        self._grade_on(TODAY + 3 * DAY, self.policy)
        self.assertIn("passed without a decision", self._get_told()[-1])
        self.assertEqual(len(self._get_told()), 2)

    def test_its_author_withdraws_it_and_nobody_else(self):
        change = self._propose()
        for user, sees in ((self.seller, True), (self.officer, False)):
            self.assertEqual(change.with_user(user).may_withdraw, sees)
        with self.assertRaisesRegex(AccessError, "somebody else"):
            change.with_user(self.officer).action_withdraw()
        change.with_user(self.seller).action_withdraw()
        self.assertEqual(change.state, "superseded")
        self.assertFalse(self._get_told())
        with self.assertRaisesRegex(UserError, "decided already"):
            change.with_user(self.seller).action_withdraw()

    def test_a_grade_by_hand_stands_as_long_as_the_policy_allows(self):
        self.policy.manual_months = 6
        grade = self.dimension.grade_ids.filtered(lambda grade: grade.code == "A")
        result = self._get_result().with_user(self.officer)
        latest = TODAY + relativedelta(months=6)
        for decide in (
            lambda: result._set_by_hand(grade, "A friend", latest + DAY),
            lambda: result._freeze("A friend", latest + DAY),
            lambda: self._propose("A", latest + DAY),
        ):
            with self.assertRaisesRegex(UserError, "for 6 months at most"):
                decide()
        result._set_by_hand(grade, "A friend")
        self.assertEqual(result.sudo().manual_until, latest)
        result.action_end_manual()
        self._propose().with_user(self.officer).action_approve()
        self.assertEqual(result.sudo().manual_until, latest, "nor does a proposal lift it")
        self.policy.manual_months = 0
        result._set_by_hand(grade, "A friend")
        self.assertFalse(result.sudo().manual_until)
