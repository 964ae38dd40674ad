"""The report of grades tells what the list of follow-ups does."""

from datetime import date, timedelta

from odoo.tests import tagged

from ..customer_grading_follow_up.test_follow_up import FollowUpCase


@tagged("post_install", "-at_install")
class TestFollowUpInReports(FollowUpCase):
    def _get_rows(self):
        """Return ``{customer: row of the report}``, as the night left it."""
        Set = self.env["customer.grading.figures.set"]
        Set._create_missing()
        own = [("company_id", "=", self.company.id)]
        self.env["customer.grading.figures.engine"]._fill(Set.search(own))
        self.env.invalidate_all()
        asked = [("partner_id", "in", (self.customer | self.other).ids)]
        return {row.partner_id: row for row in self.env["customer.grading.report"].search(asked)}

    def test_overdue_follow_ups_and_the_last_contact(self):
        self._ask(gap=1, gap_unit="weeks")
        self._ask(contact="visit", gap=2, gap_unit="weeks")
        self._activate(self.policy)
        self.assertEqual({row.overdue_count for row in self._get_rows().values()}, {0})
        self._go(date(2026, 9, 10))
        self._contact(record=self.other)
        self._go(date(2026, 9, 17))
        rows = self._get_rows()
        overdue = self.env["customer.grading.follow.up"].search([("state", "=", "overdue")])
        for customer, row in rows.items():
            expected = overdue.filtered(lambda one, who=customer: one.partner_id == who)
            self.assertEqual(row.overdue_count, len(expected))
        self.assertEqual(rows[self.customer].overdue_count, 2)
        self.assertFalse(rows[self.customer].date_last_contact)
        self.assertEqual(rows[self.other].date_last_contact, date(2026, 9, 10))
        Report = self.env["customer.grading.report"]
        found = Report.search([("overdue_count", ">", 0)])
        self.assertIn(self.customer, found.partner_id)
        self._at(date(2026, 9, 17) + timedelta(days=1))
        [[total]] = Report._read_group([], [], ["overdue_count:sum"])
        later = self.env["customer.grading.follow.up"].search_count(
            [("state", "=", "overdue"), ("partner_id", "!=", False)]
        )
        self.assertEqual(total, later)
