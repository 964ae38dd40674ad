"""Visitors are received in turns, and who leaves no data is counted."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TODAY
from .common import CapacityCase


@tagged("post_install", "-at_install")
class TestReception(CapacityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.users["administrator"]
        cls.team.member_ids |= cls.third
        hosts = cls.team.crm_team_member_ids
        for sequence, user in enumerate((cls.seller, cls.colleague, cls.third)):
            member = hosts.filtered(lambda host, user=user: host.user_id == user)
            member.write({"is_receiving": True, "reception_sequence": sequence})
        cls.members = cls.team._get_hosts().sudo(False)

    def _visit(self, **vals):
        lead = self._create_leads(1, self.officer, **{"team_id": self.team.id, **vals})
        return lead.with_user(self.officer)

    def _receive(self, **vals):
        """Return who receives a new visitor."""
        lead = self._visit(**vals)
        self.assertTrue(lead.next_host_id)
        lead.action_assign_to_next()
        return lead.user_id

    def test_f64_the_next_free_person_is_shown_and_busy_ones_are_skipped(self):
        self.assertEqual(self.members.mapped("is_next"), [True, False, False])
        self.assertEqual(self._visit().next_host_id, self.seller)
        self.assertEqual(self._receive(), self.seller)
        self.members.invalidate_recordset()
        self.assertEqual(self.members.mapped("is_next"), [False, True, False])
        self.assertEqual(self.members.mapped("reception_count"), [1, 0, 0])
        self.members[1].with_user(self.colleague).action_toggle_away()
        self.assertEqual(self._receive(), self.third)
        self.members[1].with_user(self.officer).action_toggle_away()
        self.assertEqual(self._receive(), self.seller)
        self.assertEqual(self._receive(), self.colleague)
        with self.assertRaises(AccessError):
            self.members[1].with_user(self.seller).action_toggle_away()
        self.members.is_away = True
        lead = self._visit()
        self.assertFalse(lead.next_host_id)
        with self.assertRaisesRegex(UserError, "Nobody of “North” is free"):
            lead.action_assign_to_next()

    def test_n08_a_return_visit_goes_to_its_salesperson_and_takes_no_turn(self):
        known = self._create_customers(1, user_id=self.stranger.id)
        self._receive()
        back = self._visit(partner_id=known.id)
        self.assertEqual((back.next_host_id, back.is_return_visit), (self.stranger, True))
        back.action_assign_to_next()
        self.assertEqual(back.user_id, self.stranger)
        self.assertEqual(self._visit().next_host_id, self.colleague)
        kinds = self.env["customer.grading.reception"].search([], order="id").mapped("kind")
        self.assertEqual(kinds, ["turn", "return"])

    def test_n08_the_first_host_stays_recorded_when_a_colleague_takes_over_or_leads_merge(self):
        lead = self._visit()
        lead.action_assign_to_next()
        self.assertIn("whose turn it was", lead.message_ids[0].body)
        lead.user_id = self.stranger
        self.assertEqual((lead.first_host_id, lead.next_host_id.ids), (self.seller, []))
        with self.assertRaisesRegex(UserError, "received by grading_salesperson already"):
            lead.action_assign_to_next()
        later = self._visit()
        later.write({"probability": 99, "partner_id": self.customer.id})
        merged = (lead | later).sudo().merge_opportunity()
        self.assertEqual(merged.with_user(self.officer).first_host_id, self.seller)

    def test_several_are_assigned_one_after_the_other(self):
        leads = self._create_leads(4, self.officer, team_id=self.team.id)
        leads.with_user(self.officer).action_assign_to_next()
        hosts = [self.seller, self.colleague, self.third, self.seller]
        self.assertEqual(list(leads.mapped("user_id.id")), [host.id for host in hosts][:3])
        self.assertEqual([lead.user_id for lead in leads], hosts)

    def test_where_nobody_takes_turns_forms_ask_nothing(self):
        self.members.is_receiving = False
        lead = self._create_leads(1)
        lead.invalidate_recordset(["next_host_id"])
        self.env["crm.team"]._get_receiving_ids()
        with self.assertQueryCount(0):
            self.assertFalse(lead.next_host_id)


@tagged("post_install", "-at_install")
class TestVisitors(CapacityCase):
    def test_f54_share_of_visitors_without_data_per_salesperson_and_month(self):
        leads = self._create_leads(4)
        leads[0].write({"contact_name": "Somebody"})
        leads[1].write({"phone": "123"})
        other = self._create_leads(1, self.stranger)
        other.write({"email_from": "a@example.com", "contact_name": "Anna"})
        lost = self._create_leads(1, self.stranger)
        lost.action_set_lost()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id IN %s",
            (datetime(2026, 11, 20, 9, 30), tuple((leads | other | lost).ids)),
        )
        Visitors = self.env["customer.grading.visitor.report"]
        rows = Visitors._read_group(
            [("lead_id", "in", (leads | other | lost).ids)],
            ["user_id", "date:month"],
            ["visitors:sum", "without_data:sum", "share_without_data:avg", "without_name:sum"],
        )
        told = {user: rest for user, _month, *rest in rows}
        self.assertEqual(told[self.seller], [4, 2, 0.5, 3])
        self.assertEqual(told[self.stranger], [2, 1, 0.5, 1])
        one = Visitors.search([("lead_id", "=", other.id)])
        self.assertRecordValues(one, [{"date": TODAY, "hour": 9, "without_data": 0}])
        self.assertEqual(one.action_open_lead()["res_id"], other.id)
        self.assertEqual(
            set(Visitors.with_user(self.seller).search([]).mapped("user_id.id")) - {self.seller.id},
            set(),
        )
        self.assertEqual(rows[0][1], date(2026, 11, 1))

    def test_f52_whoever_enters_a_known_customer_reads_who_looks_after_it(self):
        """F52, N08: creating a known customer shows the owner."""
        known = self.env["res.partner"].create(
            {
                "name": "Known Works",
                "is_company": True,
                "email": "Office <office@known.example>",
                "phone": "+1 555 0134",
                "user_id": self.seller.id,
            }
        )
        self.env["res.partner"].create(
            {"name": "Ann", "parent_id": known.id, "email": "ann@known.example"}
        )
        Partner = self.env["res.partner"].with_user(self.officer)
        said = f"Known Works is known already. Salesperson: {self.seller.name}."
        for vals in (
            {"email": "OFFICE@known.example"},
            {"phone": "+1 5550134"},
            {"email": "ann@known.example"},
        ):
            with self.subTest(vals=vals):
                self.assertEqual(Partner.new({"name": "Somebody", **vals}).known_already, said)
        self.assertFalse(Partner.new({"name": "New", "email": "new@new.example"}).known_already)
        self.assertFalse(known.with_user(self.officer).known_already)
        lead = self.env["crm.lead"].with_user(self.officer)
        self.assertEqual(lead.new({"email_from": "office@known.example"}).known_already, said)
        known.user_id = False
        text = lead.new({"phone": "+1 555 0134"}).known_already
        self.assertEqual(text, "Known Works is known already, and has no salesperson.")
