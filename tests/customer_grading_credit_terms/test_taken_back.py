"""What comes back with approved credit: what the grade gives by then, else what stood before it."""

import random
from itertools import count

from odoo.fields import Command
from odoo.tests import tagged

from .common import CreditTermsCase

GIVEN, KEPT = (
    {"credit_limit": "given", "payment_term": "given"},
    {"credit_limit": "kept", "payment_term": "kept"},
)


@tagged("post_install", "-at_install")
class TestTakenBack(CreditTermsCase):
    given = {"A": 7_000, "B": 6_000}

    def test_what_a_lost_grade_gave_does_not_come_back(self):
        before = self._get_credit(self.big)
        self._give()
        self.assertEqual(self._get_credit(self.big)[0::2], (7_000, self.now))
        proposal = self._approve(self.big, decided_limit=9_000)
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big), (9_000, True, self.in_60))
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big), before)

    def test_what_the_grade_still_gives_comes_back_and_goes_with_it(self):
        before = self._get_credit(self.big)
        self._give()
        proposal = self._approve(self.big, decided_limit=9_000)
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big)[0::2], (7_000, self.now))
        self.assertEqual(self._get_ledger(self.big), GIVEN)
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big), before)

    def test_what_the_grade_gave_meanwhile_comes_and_goes_with_it(self):
        before = self._get_credit(self.big)
        proposal = self._approve(self.big, decided_limit=5_000)
        self._give()
        self.assertEqual(self._get_ledger(self.big), KEPT)
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big)[0::2], (7_000, self.now))
        self.assertEqual(self._get_ledger(self.big), GIVEN)
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big), before)

    def test_another_grade_meanwhile_gives_its_own(self):
        before = self._get_credit(self.big)
        self._give()
        proposal = self._approve(self.big, decided_limit=9_000)
        self._set_grade(self.big, "B")
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big)[0::2], (6_000, self.now))
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big), before)

    def test_what_a_person_had_set_beside_the_grade_comes_back(self):
        self._give()
        own = self.big.with_company(self.company)
        own.write({"credit_limit": 6_500, "property_payment_term_id": self.in_30.id})
        before = self._get_credit(self.big)
        proposal = self._approve(self.big, decided_limit=9_000)
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big), before)
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big), before)

    def test_what_the_grade_gives_comes_where_the_credit_was_as_what_stood_before(self):
        own = self.big.with_company(self.company)
        own.write({"credit_limit": 5_000, "property_payment_term_id": self.in_60.id})
        before = self._get_credit(self.big)
        proposal = self._approve(self.big, decided_limit=5_000)
        self._give()
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big)[0::2], (7_000, self.now))
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big), before)

    def test_an_older_credit_comes_back_before_what_the_grade_gives(self):
        first = self._approve(self.big, decided_limit=5_000)
        self._give()
        second = self._approve(self.big, decided_limit=8_000)
        self._take_back(second)
        self.assertEqual(self._get_credit(self.big), (5_000, True, self.in_60))
        self._take_back(first)
        self.assertEqual(self._get_credit(self.big)[0::2], (7_000, self.now))

    def test_credit_of_the_company_stays_in_a_branch_and_leaves_room_there(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        self.company.child_ids.account_use_credit_limit = True
        self.users["officer"].company_ids = [Command.link(branch.id)]
        before = self._get_credit(self.big, branch)
        proposal = self._approve(self.big, decided_limit=9_000)
        self._give()
        self.assertEqual(self._get_credit(self.big, branch), (9_000, True, self.in_60))
        self._take_back(proposal)
        self.assertEqual(self._get_credit(self.big, branch)[0::2], (7_000, self.now))
        self._set_grade(self.big, "C")
        self.assertEqual(self._get_credit(self.big, branch), before)

    def test_in_whatever_order_grades_and_credit_come_and_go(self):
        """Credit comes first, the latest of all; else what the grade gives; else what stood."""
        before, chance = self._get_credit(self.big), random.Random(19)
        self._give()
        grade, approved, amounts, done = "A", [], count(9_001), []
        for _step in range(24):
            what = chance.choice([*"AABC", "approve", "approve", "back", "back", "night"])
            done.append(what)
            if what in "ABC":
                if what != grade:
                    self._set_grade(self.big, what)
                grade = what
            elif what == "approve":
                amount = next(amounts)
                approved.append((self._approve(self.big, decided_limit=amount), amount))
            elif what == "back" and approved:
                self._take_back(approved.pop()[0])
            elif what == "night":
                self._give()
            if approved:
                expected = (approved[-1][1], True, self.in_60)
            elif grade in self.given:
                expected = (self.given[grade], True, self.now)
            else:
                expected = before
            self.assertEqual(self._get_credit(self.big), expected, done)
