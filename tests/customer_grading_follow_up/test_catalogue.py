"""A quarter of each system of the catalogue that says how often its grades are contacted."""

import json
from datetime import date, timedelta

from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.tests import tagged

from ..common import ROOT
from ..oracles import cadences as oracle
from .test_follow_up import FollowUpCase

FILES = sorted(
    path
    for path in (ROOT / "customer_grading_library" / "data" / "policies").glob("*.json")
    if '"follow_up"' in path.read_text()
)
QUARTER = [date(2026, 9, 1) + timedelta(days=days) for days in range(0, 92, 7)]
UNITS = ("days", "weeks", "months")


# Days of each year that the calendar of our days knows; that of the moon has a test of its own.
YEARLY = {"christmas": date(2000, 12, 25)}


def get_asked(said, start):
    """Return a cadence of a policy file as the oracle reads it, ``None`` for one it does not.

    :param start: the day on which everybody was delivered to first, or lost
    """
    asked = {"contact": said.get("contact", "any"), "working_days": said.get("working_days", False)}
    if "every" in said:
        [(unit, count)] = said["every"].items()
        return {**asked, "every": (count, unit)}
    if "times" in said:
        return {**asked, "times": said["times"], "per": said.get("per", "month")}
    if "after" in said:
        spans = [next((step[u], u) for u in UNITS if u in step) for step in said["after"]]
        return {**asked, "after": spans, "anchor": start}
    if day := YEARLY.get(said["yearly_on"]):
        return {**asked, "yearly": day}
    return None


@tagged("post_install", "-at_install")
class TestCatalogue(FollowUpCase):
    """Done early, in time, late and not at all: the day that is due is what the oracle says."""

    def _load(self, path):
        """Return the dimension of a file, with one customer or opportunity in each grade."""
        policy = self.env["customer.grading.policy"]._load_file(path.stem)
        dimension = policy.dimension_id
        subject = SUBJECTS[dimension.subject]
        grades = dimension.grade_ids.filtered("cadence_ids")
        customers = self._create_customers(len(grades), user_id=self.seller.id)
        records = customers
        if dimension.subject == "lead":
            records = self.env["crm.lead"].union(
                *(self._create_lead(one, self.start, name=one.name) for one in customers)
            )
            if path.stem == "s29_lost_opportunity":
                records.action_set_lost()
        for customer in customers:
            self._create_invoice(customer, self.start)
        self.env["customer.grading.result"].create(
            [
                {
                    "dimension_id": dimension.id,
                    subject.field: record.id,
                    "company_id": self.company.id,
                    "policy_id": policy.id,
                    "grade_id": grade.id,
                    "date_since": self.start,
                }
                for record, grade in zip(records, grades, strict=True)
            ]
        )
        return dimension, dict(zip(grades, records, strict=True))

    def test_the_days_of_a_quarter_are_those_of_the_regulation(self):
        self.assertGreater(len(FILES), 20)
        checked = 0
        for path in FILES:
            with self.subTest(system=path.stem), self.env.cr.savepoint():
                self._at(self.start)
                dimension, records = self._load(path)
                checked += self._walk(dimension, records, json.loads(path.read_text()))
        self.assertGreater(checked, 700)

    def _walk(self, dimension, records, said):
        """Let a quarter go by, week by week; return how many days were compared."""
        asked = {
            entry["code"]: [get_asked(one, self.start) for one in entry.get("follow_up", [])]
            for entry in said["dimension"]["grades"]
        }
        engine = self.env["customer.grading.follow.up.engine"]
        contacts = {grade: [] for grade in records}
        checked = 0
        for week, day in enumerate(QUARTER):
            self._at(day)
            for place, (grade, record) in enumerate(records.items()):
                # One after the other: every week a call, every third a visit, never again.
                kind = ("call", "visit", "call", None, None)[(week + place) % 5]
                if kind:
                    self._note_contact(day, kind, record)
                    contacts[grade].append((day, kind))
            engine._renew(dimension, self.company)
            for grade, record in records.items():
                checked += self._compare(grade, record, asked[grade.code], contacts[grade], day)
        return checked

    def _compare(self, grade, record, asked, contacts, today):
        followed = {one.cadence_id: one for one in self._get(record)}
        checked = 0
        for cadence, said in zip(grade.cadence_ids.sorted(), asked, strict=True):
            if said:
                due = oracle.get_due(
                    said, contacts, self.start, today, lambda day: day.isoweekday() <= 5
                )
                text = f"{cadence.reads_as}, {today}"
                self.assertEqual(followed[cadence].date_due or None, due, text)
                checked += 1
        return checked
