"""What a client may send, and what comes of it: nothing that the screens do not allow."""

from datetime import date

from psycopg2.errors import QueryCanceled

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from .common import CustomerGradingCommon

ORDERS = {"orders": {"measure": "order_amount", "period": "all_time"}}


class AttackCommon(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.admin = cls.users["administrator"]
        cls.customers = cls._create_customers(2)
        for customer, amount in zip(cls.customers, (100, 10), strict=True):
            cls._create_order(customer, date(2026, 5, 1), amount)

    def _draft(self, **vals):
        """Return a draft as its administrator sees it."""
        policy = self._create_policy(ORDERS, [("A", ("orders", "ge", 50)), ("B", ())], **vals)
        return policy.with_user(self.admin)

    def _try_on(self, policy):
        """Return the try-on that its administrator opens."""
        return self.env["customer.grading.trial"].browse(policy.action_try_on()["res_id"])


@tagged("post_install", "-at_install")
class TestLocks(AttackCommon):
    def test_no_key_of_the_context_unlocks_a_policy_in_force(self):
        policy = self._draft()
        self._try_on(policy).with_user(self.admin).action_put_in_force()
        for key in ("customer_grading_unlocked", "unlocked", "customer_grading_beside"):
            sent = policy.with_context(**{key: policy.ids, "active_test": False})
            with self.subTest(key=key), self.assertRaisesRegex(UserError, "Revise"):
                sent.domain = "[('name', '=', 'Mine')]"
            with self.subTest(key=key), self.assertRaisesRegex(UserError, "Revise"):
                sent.rule_ids[0].line_ids.value = 1

    def test_a_state_is_not_written(self):
        policy = self._draft()
        Policy = policy.browse()
        vals = {"name": "Mine", "dimension_id": self.dimension.id}
        for write in (
            lambda: policy.write({"state": "running"}),
            lambda: policy.write({"activated_by_id": self.env.user.id}),
            lambda: Policy.create({**vals, "state": "running"}),
            lambda: Policy.with_context(default_state="closed").create(vals),
        ):
            with self.assertRaisesRegex(AccessError, "its try-on"):
                write()
        run, trial = policy._create_run("nightly"), policy._create_trial("try_on")
        for record in (run, trial):
            with self.assertRaises(AccessError):
                record.with_user(self.admin).state = "done"

    def test_what_grades_is_not_put_away(self):
        policy = self._draft()
        policy.active = False
        policy.active = True
        self._try_on(policy).with_user(self.admin).action_put_in_force()
        for archive in (policy.action_archive, lambda: policy.write({"active": False})):
            with self.assertRaisesRegex(UserError, "Close it first"):
                archive()
        policy.action_close()
        policy.action_archive()
        self.assertFalse(policy.active)

    def test_a_policy_comes_into_force_by_its_own_last_try_on_unchanged_since(self):
        policy = self._draft()
        first = self._try_on(policy).with_user(self.admin)
        policy.rule_ids[0].line_ids.value = 20
        self.assertIn("Try it on again", first.stale_text)
        with self.assertRaisesRegex(UserError, "changed or tried on since"):
            first.action_put_in_force()
        second = self._try_on(policy).with_user(self.admin)
        self.assertFalse(second.stale_text)
        third = self._try_on(policy).with_user(self.admin)
        with self.assertRaisesRegex(UserError, "changed or tried on since"):
            second.action_put_in_force()
        policy.name = "A name decides nothing"
        third.action_put_in_force()
        self.assertEqual((policy.state, policy.activated_by_id), ("running", self.admin))
        policy.action_close()
        with self.assertRaisesRegex(UserError, "is no draft"):
            third.action_put_in_force()

    def test_a_requirement_or_a_level_that_went_is_a_change(self):
        policy = self._draft()
        for change in (
            lambda: policy.rule_ids[-1].unlink(),
            lambda: policy.criterion_ids.write({"weight": 2}),
            lambda: policy.write({"domain": "[('active', '=', True)]"}),
        ):
            trial = self._try_on(policy).with_user(self.admin)
            change()
            with self.assertRaisesRegex(UserError, "changed or tried on since"):
                trial.action_put_in_force()

    def test_a_try_on_that_is_not_done_puts_nothing_in_force(self):
        policy = self._draft()
        waiting = policy._create_trial("try_on").with_user(self.admin)
        with self.assertRaisesRegex(UserError, "Try it on first"):
            waiting.action_put_in_force()


@tagged("post_install", "-at_install")
class TestAcrossCompanies(AttackCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls._create_company_with_chart("Abroad")
        cls.everywhere = cls._create_users(
            cls.company, cls.company | cls.abroad, suffix="_everywhere"
        )

    def test_an_answer_stays_what_it_is_about(self):
        Question = self.env["customer.grading.question"]
        asked, other = Question.create([{"name": "Reliable?"}, {"name": "Large?"}])
        user = self.everywhere["salesperson"]
        answer = (
            self.env["customer.grading.answer"]
            .with_user(user)
            .create({"question_id": asked.id, "partner_id": self.customers[0].id, "yes_no": "yes"})
        )
        for name, value in (
            ("company_id", self.abroad.id),
            ("partner_id", self.customers[1].id),
            ("question_id", other.id),
            ("user_id", self.users["officer"].id),
        ):
            for one in (answer, answer.with_user(self.everywhere["officer"])):
                with self.subTest(field=name), self.assertRaisesRegex(AccessError, "about stays"):
                    one.write({name: value})
        answer.write({"yes_no": "no", "company_id": self.company.id})
        self.assertEqual(answer.yes_no, "no")

    def test_nobody_answers_in_a_company_that_he_does_not_work_in(self):
        question = self.env["customer.grading.question"].create({"name": "Reliable?"})
        with self.assertRaises(AccessError):
            self.env["customer.grading.answer"].with_user(self.users["officer"]).create(
                {
                    "question_id": question.id,
                    "partner_id": self.customers[0].id,
                    "company_id": self.abroad.id,
                    "yes_no": "yes",
                }
            )

    def test_what_was_frozen_in_another_company_is_not_undone(self):
        self.customers[1].company_id = self.abroad
        officer = self.everywhere["officer"]
        seen = self.customers.with_user(officer).with_context(
            allowed_company_ids=(self.company | self.abroad).ids
        )
        wizard = (
            self.env["customer.grading.set.grade"]
            .with_env(seen.env)
            .create(
                {
                    "partner_ids": [Command.set(seen.ids)],
                    "dimension_id": self.dimension.id,
                    "kind": "freeze",
                    "reason": "Wait",
                }
            )
        )
        bulk = self.env["customer.grading.bulk.change"].browse(
            wizard.action_confirm()["params"]["id"]
        )
        with self.assertRaisesRegex(AccessError, "may not see"):
            bulk.with_user(self.users["officer"]).action_undo()
        self.assertTrue(all(self._get_results(self.customers).values()))
        bulk.with_env(seen.env).action_undo()
        self.assertTrue(bulk.date_undone)

    def test_a_branch_that_comes_first_in_the_alphabet_takes_nobody_s_place(self):
        branch = self._create_company_with_chart("AAA Branch", parent=self.company)
        self._create_order(self.customers[1], date(2026, 5, 1), 500, company=branch)
        own = self._create_policy(
            ORDERS, [("A", ("orders", "ge", 500)), ("C", ())], company_id=branch.id, sequence=1
        )
        policy = self._draft(sequence=5, company_id=False).sudo()
        self._activate(own)
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "A"])
        branches = self._get_results(self.customers, company=branch)
        self.assertEqual([r.grade_id.code for r in branches.values()], ["A"])
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company, date(2026, 11, 20))
        self.assertEqual(scope.company_ids[0], self.company.id)

    def test_a_group_is_tried_on_by_who_works_in_all_of_it(self):
        group = self._create_dimension("group", company_scope="group")
        policy = self._draft(dimension=group, company_id=False)
        with self.assertRaisesRegex(AccessError, "Abroad"):
            policy.action_try_on()
        with self.assertRaisesRegex(AccessError, "Abroad"):
            policy.action_count_subjects()
        with self.assertRaisesRegex(AccessError, "Abroad"):
            policy.rule_ids[0].action_count()
        every = policy.with_user(self.everywhere["administrator"]).with_context(
            allowed_company_ids=(self.company | self.abroad).ids
        )
        # All companies, whichever else this database has.
        every.env.user.sudo().company_ids = self.env["res.company"].search([])
        trial = self._try_on(every)
        self.assertEqual(trial.graded_count, 2)
        Line = trial.line_ids.with_user(self.admin)
        self.assertFalse(Line.search([("trial_id", "=", trial.id)]))
        with self.assertRaises(AccessError):
            trial.with_user(self.admin).read(["graded_count"])
        self.assertEqual(trial.with_env(every.env).read(["graded_count"])[0]["graded_count"], 2)
        # What he says of the dimension afterwards opens nothing.
        group.with_user(self.admin).company_scope = "company"
        with self.assertRaises(AccessError):
            trial.with_user(self.admin).read(["graded_count"])
        with self.assertRaisesRegex(UserError, "changed or tried on since"):
            trial.with_env(every.env).action_put_in_force()
        group.company_scope = "group"
        trial.with_env(every.env).action_put_in_force()
        with self.assertRaisesRegex(UserError, "is in force"):
            group.with_user(self.admin).rate_of = "today"


@tagged("post_install", "-at_install")
class TestPrivacy(AttackCommon):
    def test_each_dialog_is_its_author_s(self):
        Rule = self.env["ir.rule"].with_user(self.admin)
        for model in self.env["ir.model"].search(
            [("transient", "=", True), ("model", "=like", "customer.grading.%")]
        ):
            with self.subTest(model=model.model):
                domain = Domain(Rule._compute_domain(model.model, "write") or [])
                asked = [(c.field_expr, c.value) for c in domain.iter_conditions()]
                self.assertIn(
                    ("create_uid", self.admin.id),
                    [
                        (name, value if isinstance(value, int) else next(iter(value)))
                        for name, value in asked
                    ],
                )

    def test_a_deleted_contact_takes_its_proofs_along(self):
        question = self.env["customer.grading.question"].create({"name": "Reliable?"})
        [partner] = self._create_customers(1)
        answer = self._answer(question, partner, True, proof_file="cHJvb2Y=")
        proof = self.env["ir.attachment"].search(
            [("res_model", "=", answer._name), ("res_id", "=", answer.id)]
            + [("res_field", "=", "proof_file")]
        )
        self.assertTrue(proof)
        partner.unlink()
        self.assertFalse(answer.exists() or proof.exists())

    def test_a_deleted_opportunity_does_by_night(self):
        question = self.env["customer.grading.question"].create(
            {"name": "Ready?", "subject": "lead"}
        )
        lead = self._create_lead(self.customers[0], date(2026, 5, 1))
        answer = self._answer(question, lead, True, proof_file="cHJvb2Y=")
        own = [("res_model", "=", answer._name), ("res_field", "=", "proof_file")]
        proofs = self.env["ir.attachment"].search([*own, ("res_id", "=", answer.id)])
        self.assertTrue(proofs)
        lead.unlink()
        self.env["customer.grading.answer"]._gc_proofs()
        self.assertFalse(proofs.exists())

    def test_what_a_group_is_asked_is_not_read_by_others(self):
        group = self.env["res.groups"].create({"name": "Credit committee"})
        question = self.env["customer.grading.question"].create(
            {"name": "Solvent?", "asked_of": "group", "group_ids": [Command.set(group.ids)]}
        )
        answer = self._answer(question, self.customers[0], True)
        member = new_test_user(self.env, "grading_member", "sales_team.group_sale_salesman")
        member.group_ids = [Command.link(group.id)]
        for user, sees in (
            (self.users["salesperson"], False),
            (self.users["officer"], True),
            (member, True),
        ):
            with self.subTest(user=user.login):
                found = answer.with_user(user).search([("id", "=", answer.id)])
                self.assertEqual(bool(found), sees)
        policy = self._create_policy(
            {"solvent": {"question": question}}, [("A", ("solvent", "is", "yes")), ("B", ())]
        )
        criterion = policy.criterion_ids
        for user, hides in ((self.users["salesperson"], True), (member, False)):
            Explanation = self.env["customer.grading.explanation"].with_user(user)
            self.assertEqual(Explanation._hides(criterion.with_user(user)), hides)


@tagged("post_install", "-at_install")
class TestWhatFails(AttackCommon):
    def test_a_filter_that_cannot_be_read_is_a_problem_like_any_other(self):
        for domain in (
            "[('id', '=', 'x')]",
            "[('create_date.month_number', '=', 3)]",
            "[('properties.color', '=', 'red')]",
            "[('parent_id.create_date.year_number', '=', 2026)]",
            "[('partner_latitude', '>', 'north')]",
            "[('name', '=', ",
        ):
            with self.subTest(domain=domain):
                policy = self._draft()
                policy.domain = domain
                self.assertEqual(Form(policy).domain, domain)
                messages = [p["message"] for p in policy._get_problems()]
                self.assertTrue(any("Applies to" in message for message in messages), messages)
                with self.assertRaisesRegex(UserError, "cannot decide yet"):
                    policy.action_try_on()

    def test_time_that_ran_out_is_nobody_s_fault(self):
        run = self._draft().sudo()._create_run("nightly")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(QueryCanceled) as raised,
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("SET LOCAL statement_timeout = 20")
            self.env.cr.execute("SELECT pg_sleep(1)")
        measure, message = run._get_failure(raised.exception, None)
        self.assertFalse(measure)
        self.assertIn("the next run tries again", message)

    def test_the_message_of_a_failure_is_text(self):
        policy = self._draft(user_id=self.admin.id).sudo()
        run = policy._create_run("nightly")
        run._ask_responsible("Failed", "“<b>Revenue</b>” cannot be computed")
        self.assertIn("&lt;b&gt;Revenue", run.activity_ids.note)
