"""People are told what moved: a note on the record, a digest a day, and never a flood."""

import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import TODAY, at
from ..opportunities import OpportunityCommon
from ..result.test_change_control import ChangeControlCommon
from ..run.test_query_counts import QueryCountCommon

UNTIL = "customer_grading_notification.digest_until"


class NotificationCommon(ChangeControlCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(f"{TODAY} 12:00:00"))
        cls.users = cls._create_users()
        cls.chen = cls.users["salesperson"]
        cls.officer = cls.users["officer"]
        cls.customers.user_id = cls.chen
        cls.notification = cls.env["customer.grading.notification"]
        cls.old_messages = cls.env["mail.message"].search([])

    def _run_cron(self, name, **batch):
        """Run a cron of notification as Odoo does, which keeps on while something remains."""
        cron = self.env.ref(f"customer_grading_notification.ir_cron_{name}")
        arguments = ", ".join(f"{key}={value}" for key, value in batch.items())
        cron.code = f"model._cron_{name}({arguments})"
        self.env.flush_all()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _get_notes(self, record=None):
        record = record or self.customer
        messages = record.message_ids - self.old_messages
        return [str(message.body) for message in messages.sorted("id")]

    def _get_digests(self, user=None):
        partner = (user or self.chen).partner_id
        messages = self.env["mail.message"].search([("partner_ids", "in", partner.ids)])
        return messages - self.old_messages

    def _hide_dimension(self):
        """Let another dimension be the main one, and this one be seen by administrators only."""
        self._create_dimension("other")._set_main("partner", self.company)
        self.dimension.group_ids = self.env.ref("base.group_system")

    def _start_next_day(self):
        """Let the digests of today be those of yesterday."""
        yesterday = self.env.cr.now() - timedelta(days=1)
        self.env["ir.config_parameter"].set_param(UNTIL, Datetime.to_string(yesterday))


@tagged("post_install", "-at_install")
class TestNotes(NotificationCommon):
    def test_nobody_is_told_unless_the_policy_says_so(self):
        policy = self._start()
        self.assertEqual(policy.notify_by, "nobody")
        self._grade_on(TODAY, policy, 25)
        self._run_cron("note")
        self._run_cron("digest")
        self.assertFalse(self._get_notes())
        self.assertFalse(self._get_digests())
        policy.notify_by = "digest"
        policy.notify_since = self.env.cr.now() + timedelta(seconds=1)
        self._run_cron("note")
        self.assertFalse(self._get_notes(), "what moved before is not told")

    def test_each_move_is_noted_once_without_email_and_without_figures(self):
        policy = self._start(notify_by="note")
        self._run_cron("note")
        self.assertFalse(self._get_notes(), "a first grading tells nobody")
        self._grade_on(TODAY, policy, 25)
        for _time in range(2):
            self._run_cron("note")
        self.assertEqual(
            self._get_notes(),
            [
                "<p>Customer value: <strong>B → A</strong>. Value reached 20.</p>".replace(
                    "Value r", "Value r"
                )
            ],
        )
        [message] = self.customer.message_ids - self.old_messages
        self.assertTrue(message.is_internal)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertFalse(message.notification_ids)
        self.assertFalse(self.env["mail.mail"].search([("mail_message_id", "=", message.id)]))
        self.assertFalse(self._get_digests())
        self.assertEqual(self._get_notes(self.customers[1]), [])

    def test_a_record_is_not_written_by_its_note(self):
        policy = self._start(notify_by="note")
        self._grade_on(TODAY, policy, 25)
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin FROM res_partner WHERE id = %s", [self.customer.id])
        before = self.env.cr.fetchall()
        self._run_cron("note")
        self.assertTrue(self._get_notes())
        self.env.cr.execute("SELECT xmin FROM res_partner WHERE id = %s", [self.customer.id])
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_a_note_says_who_decided_and_why(self):
        self._start(notify_by="note")
        result = self._get_result()
        result.with_user(self.officer)._set_by_hand(self.grades["A"], "new plant")
        self._run_cron("note")
        result.with_user(self.chen)._propose(self.grades["C"], "they <b>closed</b>")
        self._get_changes(state="proposed").with_user(self.officer).action_approve()
        self._run_cron("note")
        result.with_user(self.officer).action_end_manual()
        self._run_cron("note")
        by_hand, approved, ended = self._get_notes()
        self.assertIn("B → A", by_hand)
        self.assertIn(f"By hand by {self.officer.name}: “new plant”.", by_hand)
        self.assertIn(
            f"By hand: “they &lt;b&gt;closed&lt;/b&gt;”, proposed by {self.chen.name},"
            f" approved by {self.officer.name}.",
            approved,
        )
        self.assertIn("C → B", ended)
        self.assertIn(f"The grade set by hand ended. Decided by {self.officer.name}.", ended)
        authors = (self.customer.message_ids - self.old_messages).author_id
        self.assertEqual(authors, self.officer.partner_id)

    def test_what_waits_or_stays_is_not_told(self):
        policy = self._start(notify_by="note", downgrade_days=14)
        self._grade_on(TODAY, policy, 5)
        self._get_result().with_user(self.officer)._set_by_hand(self.grades["B"], "as it is")
        self._run_cron("note")
        self.assertFalse(self._get_notes())

    def test_try_ons_and_what_is_undone_tell_nobody(self):
        policy = self._start(notify_by="digest")
        self.customers.partner_latitude = 25
        policy._create_trial("try_on")._execute()
        self._run(policy)
        self.customers.partner_latitude = 15
        self._run(policy)  # the way back, before anybody was told
        back = self.env["customer.grading.change"].search([("direction", "=", "down")])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_grading_change SET origin = 'undo' WHERE id IN %s", [tuple(back.ids)]
        )
        self._run_cron("note")
        self._run_cron("digest")
        self.assertFalse(self._get_notes())
        self.assertFalse(self._get_digests())

    def test_a_dimension_for_some_groups_is_not_noted_where_all_read(self):
        policy = self._start(notify_by="note")
        self._hide_dimension()
        self._grade_on(TODAY, policy, 25)
        self._run_cron("note")
        self.assertFalse(self._get_notes())

    def test_notes_are_in_the_salesperson_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.dimension.with_context(lang="fr_FR").name = "Valeur"
        self.chen.lang = "fr_FR"
        policy = self._start(notify_by="note")
        self._grade_on(TODAY, policy, 25)
        self._run_cron("note")
        self.assertIn("Valeur: ", self._get_notes()[0])

    def test_killed_after_a_batch_nothing_is_lost_or_told_twice(self):
        policy = self._start(notify_by="note")
        self.customers.partner_latitude = 25
        self._run(policy)
        with (
            self.env.cr.savepoint(flush=False) as savepoint,
            patch.object(type(self.notification), "_prepare_notes", side_effect=RuntimeError),
        ):
            self.assertRaises(RuntimeError, self.notification._note, 3)
            savepoint.rollback()
        self.env.invalidate_all()
        self.notification._note(3)  # one batch, then killed
        self._run_cron("note", batch_size=4)
        for customer in self.customers:
            self.assertEqual(len(self._get_notes(customer)), 1)

    def test_many_are_noted_by_the_queries_of_one_batch(self):
        policy = self._start(notify_by="note")
        self.customers[:2].partner_latitude = 25
        self._run(policy)
        few = self._count_queries(self.notification._note)
        self.customers.partner_latitude = 5
        self._run(policy)
        many = self._count_queries(self.notification._note)
        self.assertEqual(len(self._get_notes()), 2)
        self.assertLessEqual(many, few)

    def _count_queries(self, action, *args):
        return QueryCountCommon._count(self, action, *args)


@tagged("post_install", "-at_install")
class TestDigest(NotificationCommon):
    def _move(self, policy, codes):
        for customer, code in zip(self.customers, codes, strict=False):
            customer.partner_latitude = {"A": 25, "B": 15, "C": 5}[code]
        run = self._run(policy)
        self.assertEqual(run.state, "done", run.error)

    def test_a_salesperson_is_written_to_once_a_day_with_his_own_moves(self):
        wang = new_test_user(self.env, "grading_wang", "sales_team.group_sale_salesman")
        self.customers[2].user_id = wang
        self.customers[3].user_id = False
        policy = self._start(notify_by="digest")
        self._run_cron("digest")
        self.assertFalse(self._get_digests(), "a first grading tells nobody")
        self._move(policy, "AACA")
        self._start_next_day()
        self._run_cron("digest")
        [digest] = self._get_digests()
        self.assertEqual(digest.subject, "Grades that moved: 2")
        self.assertEqual(digest.notified_partner_ids, self.chen.partner_id)
        for text in ("Customer 001", "Customer 002", "Value reached 20"):
            self.assertIn(text, digest.body)
        self.assertNotIn("Customer 003", digest.body)
        [digest] = self._get_digests(wang)
        self.assertIn("Customer 003", digest.body)
        self._move(policy, "BBBB")
        self.env.cr.execute(
            "UPDATE customer_grading_change SET write_date = write_date + INTERVAL '1 hour'"
            " WHERE date_end IS NULL"
        )
        self._run_cron("digest")
        self.assertEqual(len(self._get_digests()), 1, "the rest is told tomorrow")

    def test_two_days_are_two_digests_and_nothing_moved_is_none(self):
        policy = self._start(notify_by="digest")
        self._move(policy, "A")
        self._start_next_day()
        self._run_cron("digest")
        self._start_next_day()
        self._run_cron("digest")
        self.assertEqual(len(self._get_digests()), 1)
        self._move(policy, "C")
        self._start_next_day()
        self._run_cron("digest")
        newest = self._get_digests().sorted("id")[-1]
        self.assertRegex(newest.body, r"A</t>? → |A → C|A.{0,40}→.{0,40}C")

    def test_several_moves_of_a_customer_are_one_and_there_and_back_is_none(self):
        policy = self._start(notify_by="digest")
        self._move(policy, "AA")
        self._move(policy, "CB")
        self._start_next_day()
        self._run_cron("digest")
        [digest] = self._get_digests()
        self.assertEqual(digest.subject, "Grades that moved: 1")
        self.assertIn("Customer 001", digest.body)
        self.assertNotIn("Customer 002", digest.body)

    def test_a_night_of_many_moves_is_one_short_message(self):
        policy = self._start(notify_by="digest")
        self._move(policy, "A" * 10)
        self._start_next_day()
        path = (
            "odoo.addons.customer_grading_notification.models.customer_grading_notification.LISTED"
        )
        with patch(path, 3):
            self._run_cron("digest")
        [digest] = self._get_digests()
        self.assertEqual(digest.body.count("mail/view"), 3)
        self.assertIn("There are 10 in all.", digest.body)

    def test_figures_and_hidden_dimensions_stay_with_who_may_see_them(self):
        policy = self._start(notify_by="digest")
        self._move(policy, "AA")
        self.customers[1].company_id = self._create_company_with_chart("Elsewhere")
        self._start_next_day()
        self._run_cron("digest")
        [digest] = self._get_digests()
        self.assertIn("Value reached 20: 25", digest.body)
        self.assertNotIn("Customer 002", digest.body)
        self._start_next_day()
        self._hide_dimension()
        self._move(policy, "C")
        self._run_cron("digest")
        self.assertEqual(self._get_digests(), digest)

    def test_it_is_in_the_user_s_language_and_goes_where_he_reads(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_grading_notification.mail_template_digest")
        template.with_context(lang="fr_FR").subject = "Classements : {{ ctx.get('count', 0) }}"
        self.chen.write({"lang": "fr_FR", "notification_type": "inbox"})
        policy = self._start(notify_by="digest")
        self._move(policy, "A")
        self._start_next_day()
        self._run_cron("digest")
        [digest] = self._get_digests()
        self.assertEqual(digest.subject, "Classements : 1")
        self.assertEqual(digest.notification_ids.notification_type, "inbox")

    def test_who_left_is_not_written_to(self):
        policy = self._start(notify_by="digest")
        self._move(policy, "A")
        self.chen.active = False
        self._start_next_day()
        self._run_cron("digest")
        self.assertFalse(self._get_digests())

    def test_killed_between_salespeople_nobody_is_written_to_twice(self):
        people = [
            new_test_user(self.env, f"grading_seller_{number}", "sales_team.group_sale_salesman")
            for number in range(3)
        ]
        for customer, user in zip(self.customers, people, strict=False):
            customer.user_id = user
        policy = self._start(notify_by="digest")
        self._move(policy, "AAA")
        self._start_next_day()
        until = self.notification._get_until()
        self.notification._digest(until, 2)
        self._run_cron("digest", batch_size=1)
        self.assertEqual([len(self._get_digests(user)) for user in people], [1, 1, 1])

    def test_queries_of_a_digest_do_not_grow_with_its_moves(self):
        policy = self._start(notify_by="digest")
        counts = []
        for codes in ("A", "C" * 10):
            self._move(policy, codes)
            until = self.env.cr.now()
            with mute_logger("odoo.addons.mail"):
                counts.append(QueryCountCommon._count(self, self.notification._digest, until))
        self.assertEqual(len(self._get_digests()), 2)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestOpportunities(OpportunityCommon):
    def test_an_opportunity_is_noted_and_told_to_its_own_salesperson(self):
        users = self._create_users()
        lead = self._create_closing(60, user_id=users["salesperson"].id)
        policy = self._create_urgency_policy(notify_by="digest")
        with freeze_time(at(TODAY)):
            self._activate(policy)
            lead.date_deadline = TODAY + timedelta(days=10)
            run = policy._create_run("incremental")
            run._execute(subject_ids=lead.ids)
            notification = self.env["customer.grading.notification"]
            notification._note()
            notification._digest(self.env.cr.now())
        bodies = lead.message_ids.filtered(lambda m: "B → A" in m.body)
        self.assertEqual(len(bodies), 1)
        digest = self.env["mail.message"].search(
            [("partner_ids", "in", users["salesperson"].partner_id.ids)]
        )
        self.assertIn(lead.name, digest.body)


@tagged("post_install", "-at_install")
class TestNotifyBy(ChangeControlCommon):
    def test_it_is_part_of_policy_files_and_of_what_is_read(self):
        policy = self._create_simple_policy()
        self.assertNotIn("notify_by", policy._export_policy()["changes"])
        policy.notify_by = "digest"
        self.assertEqual(policy._export_policy()["changes"]["notify_by"], "digest")
        self.assertIn("told to the salesperson once a day", policy.reads_as)
        copy = policy.copy()
        self.assertEqual(copy.notify_by, "digest")

    def test_it_can_be_changed_while_a_policy_is_in_force(self):
        policy = self._start()
        self.assertFalse(policy.notify_since)
        policy.notify_by = "note"
        since = policy.notify_since
        self.assertTrue(since)
        policy.notify_by = "digest"
        self.assertEqual(policy.notify_since, since)
        policy.notify_by = "nobody"
        self.assertFalse(policy.notify_since)

    def test_a_file_loads_by_the_key_of_today_and_by_the_one_of_before(self):
        policy = self._create_simple_policy(notify_by="digest")
        content = policy._export_policy()
        self.assertEqual(content["changes"]["notify_by"], "digest")
        for key in ("notify_by", "tell"):
            content["changes"] = {key: "note"}
            loaded = self.env[policy._name].load_policy(json.dumps(content), "moves.json")
            self.assertEqual(loaded.notify_by, "note")

    def test_a_wrong_value_in_a_file_is_refused_with_those_that_are_right(self):
        policy = self._create_simple_policy()
        content = policy._export_policy()
        content["changes"] = {"notify_by": "letter"}
        with self.assertRaisesRegex(ValidationError, "Write one of: nobody, note, digest"):
            self.env[policy._name].load_policy(json.dumps(content), "moves.json")
