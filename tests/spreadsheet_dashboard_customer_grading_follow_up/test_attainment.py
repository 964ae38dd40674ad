"""How much of what was due was done: each figure equals a count of what became of contacts."""

import json
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config, date_utils

from ..common import TODAY, ClockCase
from ..spreadsheet_dashboard_customer_grading.common import PERIOD_DAYS, DashboardCommon

OUTCOMES = ("in_time", "late", "overdue", "missed")


@tagged("post_install", "-at_install")
class TestAttainmentDashboard(DashboardCommon, ClockCase):
    addon = "spreadsheet_dashboard_customer_grading_follow_up"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        people = [cls.users["salesperson"], cls.users["officer"], cls.env["res.users"]]
        other = cls._create_dimension("credit", "ABC")
        [customer] = cls._create_customers(1)
        cls._create_grades(cls.dimension, "ABC")
        results = cls.env["customer.grading.result"].create(
            [
                {
                    "partner_id": customer.id,
                    "dimension_id": dimension.id,
                    "company_id": cls.company.id,
                    "grade_id": dimension.grade_ids[0].id,
                }
                for dimension in (cls.dimension, other)
            ]
        )
        cls.attainments = cls.env["customer.grading.attainment"].create(
            [
                {
                    "result_id": result.id,
                    "partner_id": customer.id,
                    "dimension_id": result.dimension_id.id,
                    "company_id": cls.company.id,
                    "grade_id": result.dimension_id.grade_ids[number % 3].id,
                    "user_id": people[number % len(people)].id,
                    "date_due": TODAY - timedelta(days=number * 7),
                    "outcome": OUTCOMES[number * 5 % 7 % 4],
                }
                for result in results
                for number in range(30)
            ]
        )

    def setUp(self):
        super().setUp()
        self.data = self._open(self.users["officer"])
        self.due = self._get_due(TODAY)

    def _get_due(self, last):
        """Return what was due in the period up to a day, in the dimension that is shown."""
        first = last - timedelta(days=PERIOD_DAYS - 1)
        return [
            one
            for one in self.attainments
            if one.dimension_id == self.dimension and first <= one.date_due <= last
        ]

    def _read_card(self, id_):
        return self._read_pivot(self.data, id_, TODAY, self.users["officer"])

    def test_cards(self):
        before = self._get_due(TODAY - timedelta(days=PERIOD_DAYS))
        for id_, due in (("1", self.due), ("2", before)):
            self.assertEqual(self._read_card(id_), Counter(one.outcome for one in due))
        for id_, due in (("3", self.due), ("4", before)):
            done = [one for one in due if one.outcome in ("in_time", "late")]
            self.assertTrue(done)
            self.assertEqual(self._read_card(id_), {(): len(done)})

    def test_by_month_grade_and_salesperson(self):
        keys = {
            "months": lambda one: str(date_utils.start_of(one.date_due, "month")),
            "grades": lambda one: one.grade_id.id,
            "people": lambda one: one.user_id.id,
        }
        for name, get_key in keys.items():
            counts = Counter((get_key(one), one.outcome) for one in self.due)
            told = self._read_chart(self.data, name, TODAY, self.users["officer"])
            self.assertEqual(told, counts, name)
        self.assertEqual(self._read_card("5"), counts)

    def test_it_is_valid_and_has_a_sample(self):
        with patch.dict(config.options, {"test_enable": True}):
            self.dashboard._check_spreadsheet_data()
        sample = self.dashboard._get_sample_dashboard()
        titles = [
            [figure["data"]["title"]["text"] for figure in data["sheets"][0]["figures"]]
            for data in (sample, json.loads(self.dashboard.spreadsheet_data))
        ]
        self.assertEqual(*titles)
        self.assertFalse(self.dashboard._dashboard_is_empty())
        self.env["customer.grading.attainment"].search([]).unlink()
        self.assertTrue(self.dashboard._dashboard_is_empty())

    def test_every_filter_finds_its_field(self):
        for model, domain, matching in self._get_sources(self.data):
            self.assertEqual(len(matching), 4)
            for match in matching.values():
                self.assertEqual(self.env[model]._fields[match["chain"]].type, match["type"])
            self.env[model].search_count(domain)
