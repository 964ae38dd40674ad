"""Approvals given are seen by who sees the change that they are of."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..opportunities import OpportunityCommon
from ..test_security import SecurityCommon

MODEL = "customer.grading.change.approval"


@tagged("post_install", "-at_install")
class TestApprovalsOfHiddenDimensions(SecurityCommon):
    def test_approvals_tell_nothing_of_a_hidden_dimension(self):
        officer = self._create_places()["here"]["officer"]
        change = self.env["customer.grading.change"].search(
            [("dimension_id", "=", self.secret.id)], limit=1
        )
        change.approval_ids.create({"change_id": change.id, "step": 1, "user_id": self.env.user.id})
        given = self._as(officer, self.env[MODEL])
        self.assertFalse(given.search([("change_id", "=", change.id)]))
        officer.group_ids = [Command.link(self.env.ref("account.group_account_user").id)]
        self.assertTrue(given.search([("change_id", "=", change.id)]))


@tagged("post_install", "-at_install")
class TestApprovalsOfOpportunities(OpportunityCommon):
    def test_they_are_for_who_sees_the_opportunity_in_crm(self):
        officer = self._create_users()["officer"]
        seller = new_test_user(
            self.env,
            login="officer_of_his_own",
            groups="sales_team.group_sale_salesman,customer_grading.customer_grading_group_officer",
        )
        own = self._create_closing(10, user_id=seller.id)
        theirs = self._create_closing(10, user_id=officer.id)
        policy = self._create_urgency_policy()
        self._grade(policy)
        for change in self.env["customer.grading.change"].search([("policy_id", "=", policy.id)]):
            change.approval_ids.create({"change_id": change.id, "step": 1, "user_id": officer.id})
        for user, leads in ((seller, own), (officer, own | theirs)):
            with self.subTest(user=user.login):
                found = self.env[MODEL].with_user(user)
                found = found.search([("change_id.policy_id", "=", policy.id)])
                self.assertEqual(found.change_id.lead_id, leads)
