"""How many came in, or moved up, against what was asked of each salesperson or team."""

import json
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import TODAY, at
from .common import CapacityCase

MONDAY = date(2026, 11, 16)


@tagged("post_install", "-at_install")
class TestIntake(CapacityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Five days", "company_id": cls.company.id, "tz": "UTC"}
        )
        cls.Intake = cls.env["customer.grading.intake.report"]

    def _target(self, **vals):
        return self.env["customer.grading.intake.target"].create(
            {
                "name": "Intake",
                "company_id": self.company.id,
                "dimension_id": self.of_leads.id,
                "date_start": MONDAY,
                "user_ids": [(6, 0, (self.seller | self.colleague).ids)],
                **vals,
            }
        )

    def _came(self, day, count, user=None, grade=None):
        """Let opportunities be created on a day, which the database keeps."""
        moment = day if isinstance(day, datetime) else at(day)
        with freeze_time(moment):
            leads = self._create_leads(count, user)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id IN %s", (moment, tuple(leads.ids))
        )
        leads.invalidate_recordset(["create_date"])
        if grade:
            self._grade(leads, grade)
        return leads

    def _get(self, user, target):
        """Return ``{day: (wanted, actual, state)}``."""
        self.Intake.invalidate_model()  # as the next request sees it
        rows = self.Intake.search([("user_id", "=", user.id), ("target_id", "=", target.id)])
        return {row.date: (row.wanted, row.actual, row.state) for row in rows}

    def test_f67_five_new_valid_customers_a_day_actual_against_target_per_salesperson(self):
        target = self._target(grade_ids=[(6, 0, self.grades[:2].ids)])
        self._came(MONDAY, 5, grade=self.best)
        self._came(MONDAY + timedelta(days=1), 3, grade=self.grades[1])
        self._came(MONDAY + timedelta(days=1), 4, grade=self.grades[2])  # no valid grade
        self._came(MONDAY, 7)  # not graded
        self._came(MONDAY, 2, self.colleague, self.best)
        self.assertEqual(
            self._get(self.seller, target),
            {
                MONDAY: (5, 5, "met"),
                date(2026, 11, 17): (5, 3, "short"),
                date(2026, 11, 18): (5, 0, "short"),
                date(2026, 11, 19): (5, 0, "short"),
                TODAY: (5, 0, "running"),
            },
        )
        totals = self.Intake._read_group(
            [("target_id", "=", target.id)],
            ["user_id", "date:month"],
            ["wanted:sum", "actual:sum", "attained:avg"],
        )
        told = {user: rest for user, _month, *rest in totals}
        self.assertEqual(told[self.seller], [25, 8, 0.32])
        self.assertEqual(told[self.colleague], [25, 2, 0.08])
        row = self.Intake.search([("user_id", "=", self.seller.id), ("date", "=", MONDAY)])
        action = row.with_user(self.seller).action_open_counted()
        Lead = self.env["crm.lead"].with_user(self.seller)
        self.assertEqual(len(Lead.search(action["domain"])), 5)
        for typed in ("what", "1,2", "1,2,3", "x,2026-11-20,1", True, 5):
            with self.subTest(typed=typed):
                self.assertFalse(Lead.search([("grading_intake_row", "=", typed)]))

    def test_however_many_came_no_id_of_theirs_leaves_the_database(self):
        self._target(date_start=TODAY)
        sizes = []
        for count in (1, 30):
            came = self._came(TODAY, count)
            self.Intake.invalidate_model()
            row = self.Intake.search([("user_id", "=", self.seller.id), ("date", "=", TODAY)])
            action = row.with_user(self.seller).action_open_counted()
            self.assertLessEqual(came, self.env["crm.lead"].search(action["domain"]))
            sizes.append(len(json.dumps(action["domain"])))
        self.assertEqual(*sizes)
        lead = self.env["crm.lead"].with_context(active_test=False)
        counted = action["domain"]
        self.assertEqual(lead.with_user(self.seller).search_count(counted), 31)
        self.assertFalse(lead.with_user(self.stranger).search(counted), "the row is not theirs")
        with self.assertRaises(AccessError):
            lead.with_user(self.users["accountant"]).search(counted)
        self.assertFalse(self.env["res.partner"].search(counted), "opportunities are counted")

    def test_nothing_is_asked_on_a_day_off_and_who_comes_then_counts(self):
        self._at(date(2026, 11, 22))  # a Sunday
        target = self._target(date_start=date(2026, 11, 20))
        self._came(date(2026, 11, 21), 2)
        self.assertEqual(
            self._get(self.seller, target),
            {date(2026, 11, 20): (5, 0, "short"), date(2026, 11, 21): (0, 2, "met")},
        )
        [total] = self.Intake._read_group([("user_id", "=", self.seller.id)], [], ["attained:avg"])
        self.assertEqual(total, (0.4,))

    def test_a_day_is_that_of_the_company(self):
        self.company.customer_grading_tz = "Asia/Shanghai"
        target = self._target()
        self._came(datetime(2026, 11, 16, 17), 1)  # the 17th there
        self.assertEqual(self._get(self.seller, target)[date(2026, 11, 17)][1], 1)

    def test_weeks_and_months_of_teams_and_a_filter(self):
        self._came(MONDAY, 4)
        self._came(date(2026, 11, 2), 1, self.stranger)
        weekly = self._target(period="week", each="team_id", count=20)
        rows = self.Intake.search([("target_id", "=", weekly.id)])
        north = rows.filtered(lambda row: row.team_id == self.team)
        self.assertRecordValues(
            north, [{"date": MONDAY, "wanted": 20, "actual": 4, "missing": 16, "state": "running"}]
        )
        monthly = self._target(
            period="month",
            each="team_id",
            team_ids=[(6, 0, self.team.ids)],
            domain="[('expected_revenue', '>=', 3)]",
        )
        rows = self.Intake.search([("target_id", "=", monthly.id)])
        self.assertRecordValues(rows, [{"date": date(2026, 11, 1), "actual": 2}])

    def test_f67_development_three_a_month_from_c_to_b(self):
        self._at(date(2026, 10, 1))
        customers = self._create_customers(3, user_id=self.seller.id)
        for customer in customers:
            self._create_order(customer, date(2026, 9, 1), 100)
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 9000)), ("B", ("orders", "ge", 1000)), ("C", ())],
        )
        self._activate(policy)
        grades = {grade.code: grade for grade in policy.rule_ids.grade_id}
        target = self._target(
            dimension_id=self.dimension.id,
            what="raised",
            period="month",
            count=3,
            from_grade_ids=[(6, 0, grades["C"].ids)],
            grade_ids=[(6, 0, grades["B"].ids)],
            date_start=date(2026, 10, 1),
        )
        first = self._target(
            dimension_id=self.dimension.id, what="graded", period="month", date_start=TODAY
        )
        self._at(date(2026, 11, 5))
        self._create_order(customers[0], date(2026, 11, 5), 2000)
        self._create_order(customers[1], date(2026, 11, 5), 9900)  # beyond B
        self._run(policy)
        self.assertEqual(
            self._get(self.seller, target),
            {date(2026, 10, 1): (3, 0, "short"), date(2026, 11, 1): (3, 1, "running")},
        )
        newcomer = self._create_customers(1, user_id=self.seller.id)
        self._create_order(newcomer, date(2026, 11, 5), 10)
        self._at(TODAY)
        self._run(policy)
        self.assertEqual(self._get(self.seller, first)[date(2026, 11, 1)][1], 1)

    def test_customers_created_count_as_companies_once(self):
        grade = self._create_grades(self.dimension, "AB")["A"]
        self._at(TODAY)
        customers = self._create_customers(2, user_id=self.seller.id)
        self._grade(customers, grade)
        self.env["res.partner"].create({"name": "Clerk", "parent_id": customers[0].id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id IN %s",
            (at(TODAY), tuple((customers | customers.child_ids).ids)),
        )
        target = self._target(dimension_id=self.dimension.id, date_start=TODAY)
        self.assertEqual(self._get(self.seller, target), {TODAY: (5, 2, "running")})
        customers[0].active = False
        self.assertEqual(self._get(self.seller, target), {TODAY: (5, 1, "running")})

    def test_each_salesperson_sees_what_was_asked_of_him(self):
        self._target()
        self.assertEqual(self.Intake.with_user(self.seller).search([]).user_id, self.seller)
        seen = self.Intake.with_user(self.officer).search([]).user_id
        self.assertEqual(seen, self.seller | self.colleague)
        with self.assertRaises(AccessError):
            self.Intake.with_user(self.users["accountant"]).search([])

    def test_a_filter_that_cannot_be_read_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Intake: the filter"):
            self._target(domain="[('nothing', '=', 1)]")
        other = self._create_grades(self.dimension, "A")["A"]
        with self.assertRaisesRegex(ValidationError, "grade A is one of"):
            self._target(grade_ids=[(6, 0, other.ids)])

    def test_one_query_reads_the_report_however_many_came(self):
        counts = []
        self._target()
        for size in (2, 40):
            self._came(MONDAY, size)
            self.Intake.search([])
            self.Intake.invalidate_model()
            before = self.env.cr.sql_log_count
            self.Intake.search_fetch([], ["actual"])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 12)
