"""Automation rules run once for each change of grade that came into effect, and break nothing."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import TODAY, ClockCase, at
from ..result.test_change_control import ChangeControlCommon

DAY = timedelta(1)
LOGGER = "odoo.addons.customer_grading_automation.models.customer_grading_automation"


class AutomationCommon(ChangeControlCommon, ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.others = cls.customers - cls.customer

    def _create_rule(self, model="res.partner", state="code", code="", action=None, **vals):
        """Return a rule that notes on which record it ran, unless it does something else."""
        model_id = self.env["ir.model"]._get_id(model)
        code = (
            code
            or "env['ir.logging'].sudo().create({'name': 'ran', 'type': 'server', 'path': '', 'func': '', 'line': '', 'message': str(record.id)})"
        )
        action = {"name": "Do it", "model_id": model_id, "state": state, **(action or {})}
        if state == "code":
            action["code"] = code
        if model == "customer.grading.change":
            field = self.env["ir.model.fields"]._get(model, "state")
            applied = self.env["ir.model.fields.selection"].search(
                [("field_id", "=", field.id), ("value", "=", "applied")]
            )
            defaults = {"trigger": "on_state_set", "trg_selection_field_id": applied.id}
        else:
            name = {"res.partner": "customer_grade_id", "crm.lead": "opportunity_grade_id"}[model]
            watched = self.env["ir.model.fields"]._get(model, name)
            defaults = {
                "trigger": "on_create_or_write",
                "trigger_field_ids": [Command.set(watched.ids)],
            }
        return self.env["base.automation"].create(
            {
                "name": "Rule",
                "model_id": model_id,
                "action_server_ids": [Command.create(action)],
                **defaults,
                **vals,
            }
        )

    def _get_ran(self):
        """Return the ids of the records on which rules ran, in order."""
        notes = self.env["ir.logging"].search([("name", "=", "ran")], order="id")
        return [int(note.message) for note in notes]

    def _move(self, value, customers=None, day=TODAY + DAY):
        (customers or self.customer).partner_latitude = value
        with freeze_time(at(day)):
            return self._run(self.policy)


@tagged("post_install", "-at_install")
class TestWhenRulesRun(AutomationCommon):
    def setUp(self):
        super().setUp()
        self.policy = self._start(15)

    def test_the_night_runs_them_once_for_who_moved(self):
        self._create_rule()
        self._move(25, self.customers[:3])
        self.assertEqual(self._get_ran(), self.customers[:3].ids)
        self._run(self.policy)
        self.customer.write({"name": "Renamed", "partner_latitude": 26})
        self.env["res.partner"].create({"name": "New", "is_company": True})
        self.assertEqual(self._get_ran(), self.customers[:3].ids)

    def test_a_rule_says_which_way_from_which_grade_and_to_which(self):
        for vals in (
            {"grading_direction": "down"},
            {"grading_from_ids": [Command.set(self.grades["A"].ids)]},
            {"filter_domain": "[('customer_grade_id.code', '=', 'C')]"},
            {"filter_domain": "[('ref', '=', 'not this')]"},
            {"filter_pre_domain": "[('ref', '=', 'not this')]"},
            {"active": False},
        ):
            self._create_rule(**vals)
        self._move(25)
        self.assertFalse(self._get_ran())
        self._move(5, day=TODAY + 2 * DAY)
        self.assertEqual(self._get_ran(), self.customer.ids * 3)

    def test_choosing_the_grade_in_apply_on_is_enough(self):
        model = self.env["ir.model"]._get("res.partner")
        form = Form(self.env["base.automation"])
        form.name, form.model_id, form.trigger = "Falls to C", model, "on_create_or_write"
        form.filter_domain = "[('customer_grade_id.code', '=', 'C')]"
        rule = form.save()
        self.assertTrue(rule.watches_grade)
        self.assertEqual(rule.trigger_field_ids.name, "customer_grade_id")

    def test_what_people_decide_runs_them_at_once(self):
        self._create_rule()
        result = self._get_result().with_user(self.users["officer"])
        result._set_by_hand(self.grades["A"], "New plant")
        self.assertEqual(self._get_ran(), self.customer.ids)
        result.action_end_manual()
        self.assertEqual(self._get_ran(), self.customer.ids * 2)

    def test_a_proposal_runs_them_when_it_is_approved(self):
        self._create_rule()
        self._create_rule("customer.grading.change")
        seller = self._get_result().with_user(self.users["salesperson"])
        refused = seller._propose(self.grades["C"], "Left")
        change = seller._propose(self.grades["A"], "New plant")
        change.with_user(self.users["officer"]).action_approve()
        refused.with_user(self.users["officer"]).action_refuse("No")
        self.assertEqual(sorted(self._get_ran()), sorted([change.id, self.customer.id]))

    def test_what_confirms_the_grade_or_is_held_is_no_change(self):
        self.policy.sudo().write({"downgrade_timing": "now", "downgrade_days": 30})
        self._create_rule()
        self._create_rule("customer.grading.change")
        self._move(5)
        self._get_result().with_user(self.users["officer"])._freeze("Wait")
        self.assertFalse(self._get_ran())

    def test_an_undo_and_a_run_that_was_asked_about_run_them(self):
        self.policy.sudo().stop_percent = 10
        self._create_rule()
        run = self._move(25, self.customers[:5])
        self.assertEqual((run.state, self._get_ran()), ("stopped", []))
        run.with_user(self.users["officer"]).action_apply()
        self.assertEqual(self._get_ran(), self.customers[:5].ids)
        if "undo_state" in run._fields:
            run.with_user(self.users["officer"])._start_undo("Wrong")
            self.assertEqual(self._get_ran(), self.customers[:5].ids * 2)

    def test_a_merge_and_an_import_of_former_grades_run_none(self):
        self._create_rule("customer.grading.change", trigger="on_create_or_write")
        self._get_result()._set_by_hand(self.grades["A"], "Key")
        self.assertEqual(len(self._get_ran()), 1)
        changes = self._get_changes()
        changes.sudo().write({"merged_from": "Old"})
        last = changes[-1:].sudo()
        last.origin = "merge"
        self.env["customer.grading.automation"]._run_rules(last)
        if "former_import_id" in changes._fields:
            self.env["customer.grading.former.grade"].create(
                {
                    "partner_id": self.customer.id,
                    "grade_id": self.grades["A"].id,
                    "date_start": "2024-01-01",
                }
            )
        self.assertEqual(len(self._get_ran()), 1)

    def test_only_the_dimension_that_a_record_shows_counts(self):
        self._create_rule()
        self._create_rule("customer.grading.change")
        other = self._create_dimension("other")
        result = self.env["customer.grading.result"]._get_or_create(self.customer, other)
        [change] = result._set_by_hand(other._find_grade("A"), "Test")
        self.assertEqual(self._get_ran(), change.ids)

    def test_opportunities_run_theirs(self):
        leads = self._create_dimension("chance", subject="lead")
        leads._set_main("lead", self.company)
        lead = self._create_lead(self.customer, TODAY)
        self._create_rule("crm.lead", filter_domain="[('opportunity_grade_id.code', '=', 'A')]")
        result = self.env["customer.grading.result"]._get_or_create(lead, leads)
        result._set_by_hand(leads._find_grade("B"), "Test")
        result._set_by_hand(leads._find_grade("A"), "Test")
        self.assertEqual(self._get_ran(), lead.ids)

    def test_where_no_rule_asks_nothing_is_queried(self):
        def count():
            self._get_result()._set_by_hand(self.grades["A"], "Warm")
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self._get_result()._set_by_hand(self.grades["B"], "Counted")
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count()
        asked = count()
        Rule = type(self.env["base.automation"])
        with patch.object(Rule, "_get_grade_rule_ids", lambda _self: ()):
            self.assertEqual(asked, count())


@tagged("post_install", "-at_install")
class TestFirstGrading(AutomationCommon):
    def test_the_first_grading_of_everybody_runs_only_what_asks_for_it(self):
        self._create_rule()
        self._create_rule("customer.grading.change")
        self.policy = self._start(15)
        self.assertFalse(self._get_ran())
        self._create_rule(grading_first=True)
        self.policy.sudo().state = "closed"
        self._start(25, TODAY + DAY)
        self.assertEqual(sorted(self._get_ran()), sorted(self.customers.ids))


@tagged("post_install", "-at_install")
class TestWhatRulesDo(AutomationCommon):
    def setUp(self):
        super().setUp()
        self.policy = self._start(15)

    def test_the_accountant_gets_an_activity_on_who_falls(self):
        accountant = self.users["accountant"]
        self._create_rule(
            state="next_activity",
            filter_domain="[('customer_grade_id.code', '=', 'C')]",
            grading_direction="down",
            action={
                "activity_summary": "Look at the terms",
                "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                "activity_user_type": "specific",
                "activity_user_id": accountant.id,
            },
        )
        self._move(5, self.customers[:2])
        activities = self.env["mail.activity"].search([("user_id", "=", accountant.id)])
        self.assertEqual(sorted(activities.mapped("res_id")), self.customers[:2].ids)

    def test_a_webhook_tells_from_and_to(self):
        fields = self.env["ir.model.fields"]
        names = ("subject_name", "from_grade_id", "grade_id", "direction", "date_applied")
        told = fields.union(*(fields._get("customer.grading.change", name) for name in names))
        self._create_rule(
            "customer.grading.change",
            state="webhook",
            action={
                "webhook_url": "https://hooks.example.com/grades",
                "webhook_field_ids": [Command.set(told.ids)],
            },
        )
        with patch("requests.post") as post:
            self._move(25)
            self.assertFalse(post.called)
            self.env.cr.postcommit.run()
        [call] = post.call_args_list
        self.assertEqual(call.args, ("https://hooks.example.com/grades",))
        self.assertIn(f'"grade_id": {self.grades["A"].id}', call.kwargs["data"])
        self.assertIn('"direction": "up"', call.kwargs["data"])

    def test_a_field_of_the_customer_is_written_as_that_company_would(self):
        self._create_rule(
            code="record.write({'comment': record.customer_grade_id.code + env.company.name})"
        )
        self._move(25)
        self.assertIn(f"A{self.company.name}", self.customer.comment)

    def test_a_rule_is_not_run_by_what_it_does_itself(self):
        for model, record in (
            ("res.partner", "record"),
            ("customer.grading.change", "record.partner_id"),
        ):
            self._create_rule(
                model,
                code=f"for customer in {record}:\n"
                "    result = customer.customer_grading_result_id.sudo()\n"
                "    other = result.dimension_id.grade_ids - result.grade_id\n"
                "    customer.env['customer.grading.set.grade'].create({"
                "'partner_ids': [(6, 0, customer.ids)], 'dimension_id': result.dimension_id.id,"
                "'grade_id': other[0].id, 'reason': 'Ping'}).action_confirm()",
            )
        self._move(25)
        # Each sets off the other one, once.
        self.assertEqual(len(self._get_changes(origin="manual")), 4)


@tagged("post_install", "-at_install")
class TestFailingRules(AutomationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers |= cls._create_customers(5)

    def setUp(self):
        super().setUp()
        self.policy = self._start(15)
        self.responsible = self.users["officer"]
        self.policy.sudo().user_id = self.responsible

    def _get_told(self):
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.responsible.partner_id.ids)]
        )
        return told.mapped("body")

    def test_the_night_goes_on_and_the_responsible_is_told(self):
        bad = (
            f"if record.id == {self.customers[1].id}: raise UserError('No such account')\n"
            "record.write({'comment': 'Done'})"
        )
        self._create_rule(code=bad)
        self._create_rule(name="Good")
        with mute_logger(LOGGER):
            run = self._move(25, self.customers[:3])
        self.assertEqual(run.state, "done")
        self.assertEqual(self._get_grades(self.customers[:3]), ["A", "A", "A"])
        self.assertEqual([bool(c.comment) for c in self.customers[:3]], [True, False, True])
        self.assertEqual(self._get_ran(), self.customers[:3].ids)
        [body] = self._get_told()
        self.assertIn("No such account", body)
        self.assertIn("Customer 002", body)
        self.assertNotIn("Customer 001", body)

    def test_one_that_always_fails_is_not_tried_on_everybody(self):
        self._create_rule(code="raise ValueError('Broken')")
        with mute_logger(LOGGER):
            self._move(25, self.customers)
        [body] = self._get_told()
        self.assertEqual(body.count("Broken"), 10)
        self.assertIn("no further changes", body)

    def test_a_broken_filter_keeps_nobody_from_setting_a_grade(self):
        self._create_rule(filter_domain="[('no_such_field', '=', 1)]")
        with mute_logger(LOGGER):
            self._get_result().with_user(self.users["officer"])._set_by_hand(
                self.grades["A"], "New plant"
            )
        self.assertEqual(self.customer.customer_grade_id.code, "A")
        self.assertTrue(self._get_told())

    def test_a_run_that_was_interrupted_goes_on_after_the_last_change(self):
        rule = self._create_rule()
        run = self._move(25, self.customers[:4])
        first = self.env["customer.grading.change"].search([("run_id", "=", run.id)], order="id")[1]
        self.env["ir.logging"].search([("name", "=", "ran")]).unlink()
        run.automated_change_id = first.id
        run._follow()
        self.assertEqual(self._get_ran(), self.customers[2:4].ids)
        self.assertTrue(rule)


@tagged("post_install", "-at_install")
class TestRulesThatCannotBe(AutomationCommon):
    def test_what_never_runs_is_refused_on_save(self):
        field = self.env["ir.model.fields"]._get("customer.grading.change", "state")
        refused = self.env["ir.model.fields.selection"].search(
            [("field_id", "=", field.id), ("value", "=", "refused")]
        )
        for vals in (
            {"trg_selection_field_id": refused.id},
            {"trigger": "on_unlink"},
            {"trigger": "on_write"},
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "comes into effect"):
                self._create_rule("customer.grading.change", **vals)
        with self.assertRaisesRegex(ValidationError, "Only from"):
            self._create_rule(filter_pre_domain="[('customer_grade_id.code', '=', 'A')]")

    def test_an_uninstall_archives_what_nothing_would_run(self):
        from odoo.addons.customer_grading_automation.hooks import uninstall_hook

        name = self.env["ir.model.fields"]._get("res.partner", "name")
        mine = self._create_rule() | self._create_rule("customer.grading.change")
        both = self._create_rule()
        both.trigger_field_ids |= name
        uninstall_hook(self.env)
        self.assertEqual((mine | both).mapped("active"), [False, False, True])
