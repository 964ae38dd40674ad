"""One today, that of the company: by night, by a button, whoever presses it."""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import Form, tagged

from ..common import CustomerGradingCommon

MORNING = "20:00:00"  # UTC: nine o'clock of the next day in Auckland's summer, eight in winter


@tagged("post_install", "-at_install")
class TestToday(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_grading_tz = "Pacific/Auckland"
        cls.users = cls._create_users()
        cls.engine = cls.env["customer.grading.engine"]

    def _get_today(self, user, company=None):
        engine = self.engine.with_user(user).with_context(tz=user.tz)
        return engine._get_today(self.company if company is None else company)

    def test_it_is_never_a_user_s(self):
        user, officer = self.users["administrator"], self.users["officer"]
        user.tz, officer.tz = "America/Los_Angeles", "Asia/Shanghai"
        with freeze_time(f"2026-11-19 {MORNING}"):
            self.assertEqual(self._get_today(user), date(2026, 11, 20))
            self.assertEqual(self._get_today(officer), date(2026, 11, 20))
        self.company.customer_grading_tz = self.company.partner_id.tz = False
        for one in (user, officer, self.env.user):
            self.assertEqual(self.engine.with_user(one)._get_time_zone(self.company), "UTC")

    def test_a_branch_has_its_parent_s(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        branch.partner_id.tz = False
        self.assertEqual(self.engine._get_time_zone(branch), "Pacific/Auckland")

    def test_an_evaluation_that_is_approved_in_the_morning_ends_the_probation(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ())], probation_months=3
        )
        with freeze_time(f"2026-08-10 {MORNING}"):
            self._activate(policy)
        customer = self._create_customers(1)
        self._create_order(customer, date(2026, 8, 15))
        with freeze_time(f"2026-08-19 {MORNING}"):
            self._run(policy)
        [result] = self._get_results(customer).values()
        self.assertEqual(result.date_provisional, date(2026, 11, 20))
        with freeze_time(f"2026-11-19 {MORNING}"):
            self._run(policy)
            change = result.change_ids.filtered(lambda c: c.state == "proposed")
            self.assertEqual(change.origin, "probation")
            change.with_user(self.users["officer"]).action_approve()
            self.assertEqual(change.date_applied, date(2026, 11, 20))
        self.assertFalse(result.date_provisional)


@tagged("post_install", "-at_install")
class TestTimeZone(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_users()["administrator"]
        cls.admin.tz = "Asia/Shanghai"
        cls.company.customer_grading_tz = cls.company.partner_id.tz = False
        cls.cron = cls.env.ref("customer_grading.ir_cron_grade")
        [cls.customer] = cls._create_customers(1)
        cls._create_order(cls.customer, date(2026, 5, 1))

    def _try_on(self):
        policy = self._create_policy({"orders": {"measure": "order_amount"}}, [("A", ())])
        run = policy._create_trial("try_on").with_user(self.admin)
        run._execute()
        return run

    def test_the_first_activation_asks_for_it(self):
        run = self._try_on()
        action = run.action_put_in_force()
        self.assertEqual(run.policy_id.state, "draft")
        self.assertEqual(action["res_model"], "customer.grading.time.zone")
        Model = self.env[action["res_model"]].with_user(self.admin)
        form = Form(Model.with_context(**action["context"]))
        self.assertEqual(form.tz, "Asia/Shanghai")
        form.tz = "Pacific/Auckland"
        form.save().action_confirm()
        self.assertEqual(self.company.customer_grading_tz, "Pacific/Auckland")
        self.assertEqual(run.policy_id.state, "running")
        self.assertEqual(self._get_grades(self.customer), ["A"])
        run.policy_id.action_close()
        again = self._try_on()
        again.action_put_in_force()
        self.assertEqual(again.policy_id.state, "running")

    def test_saving_other_settings_does_not_answer_it(self):
        with Form(self.env["res.config.settings"]) as form:
            form.customer_grading_figures = "all"
        form.record.execute()
        self.assertFalse(self.company.customer_grading_tz)
        asked = self._try_on().action_put_in_force()
        self.assertEqual(asked["res_model"], "customer.grading.time.zone")

    def test_it_stands_beside_the_hour_of_the_night(self):
        with freeze_time("2026-07-01 00:00:00"):
            settings = self.env["res.config.settings"].create(
                {"customer_grading_tz": "America/New_York", "customer_grading_hour": 2.5}
            )
            settings.execute()
        self.assertEqual(self.company.customer_grading_tz, "America/New_York")
        self.assertEqual(self.cron.nextcall, datetime(2026, 7, 1, 6, 30))
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.customer_grading_hour, 2.5)

    def test_the_hour_stays_when_summer_ends_or_begins(self):
        self.company.customer_grading_tz = "America/New_York"
        self.env["ir.cron"]._set_grading_hour(2.5)
        for now, expected in (
            (datetime(2026, 10, 31, 6, 30), datetime(2026, 11, 1, 7, 30)),
            (datetime(2027, 3, 14, 7, 30), datetime(2027, 3, 15, 6, 30)),
        ):
            self.cron.nextcall = now
            self.env.flush_all()
            self.patch(self.env.cr, "now", lambda now=now: now)
            [job] = self.cron.read(["nextcall", "interval_type", "interval_number"], load=None)
            self.env["ir.cron"]._reschedule_later(job)
            self.cron.invalidate_recordset()
            self.assertEqual(self.cron.nextcall, expected)
