"""Over the limit, proposed, and reassigned; a visitor goes to who is next."""

from odoo.tests import HttpCase, tagged

from .common import TeamsCase


@tagged("post_install", "-at_install")
class TestCapacityTour(TeamsCase, HttpCase):
    def test_f44_over_the_limit_proposed_and_reassigned(self):
        leads = self._create_leads(3)
        self._grade(leads)
        self._capacity(most=2)
        self.start_tour("/odoo", "customer_grading_capacity", login="grading_officer")
        self.assertEqual(leads.mapped("user_id"), self.colleague | self.seller)
        self.assertEqual(leads[0].user_id, self.colleague)

    def test_f64_a_visitor_goes_to_who_is_next(self):
        host = self.team.crm_team_member_ids.filtered(lambda host: host.user_id == self.seller)
        host.is_receiving = True
        lead = self._create_leads(1, self.officer, team_id=self.team.id)
        url = f"/odoo/crm.lead/{lead.id}"
        self.start_tour(url, "customer_grading_reception", login="grading_officer")
        self.assertEqual(lead.user_id, self.seller)


@tagged("post_install", "-at_install")
class TestCapacityTourOnAPhone(TeamsCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_proposals_are_assigned_on_a_phone(self):
        leads = self._create_leads(3)
        self._grade(leads)
        self._capacity(most=2)
        self.start_tour("/odoo", "customer_grading_capacity_phone", login="grading_officer")
        self.assertEqual(leads[0].user_id, self.colleague)
