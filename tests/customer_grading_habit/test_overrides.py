"""Who sets grades by hand, against what, for how long, and how it ended."""

from datetime import date, timedelta

from odoo.addons.customer_grading_habit.hooks import post_init_hook
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..common import ClockCase

START = date(2026, 9, 1)


def on(day):
    """Return the so manieth day of the story."""
    return START + timedelta(days=day)


@tagged("post_install", "-at_install")
class TestOverrides(ClockCase):
    """A from 1,000 of orders, B from 500, else C. Most begin as C."""

    start = START

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller, cls.officer = cls.users["salesperson"], cls.users["officer"]
        cls.boss = cls.users["administrator"]
        cls._at(START)
        cls.customers = cls._create_customers(4, user_id=cls.seller.id)
        cls.customer, cls.second, cls.third, cls.fourth = cls.customers
        for customer, amount in zip(cls.customers, (100, 100, 600, 1000), strict=True):
            cls._create_order(customer, START, amount)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 1000)), ("B", ("orders", "ge", 500)), ("C", ())],
            domain=f"[('id', 'in', {cls.customers.ids})]",
            manual_months=0,
        )
        cls.a, cls.b, cls.c = cls.policy.rule_ids.grade_id.sorted()
        cls._activate(cls.policy)
        cls.report = cls.env["customer.grading.habit.override"]

    def _result(self, customer=None, user=None):
        customer = customer or self.customer
        return self._get_results(customer)[customer].with_user(user or self.officer)

    def _nights(self, first, last):
        for day in range(first, last + 1):
            self._at(on(day))
            self._run(self.policy)

    def _order(self, day, amount, customer=None):
        self._create_order(customer or self.customer, on(day), amount)
        self._at(on(day))

    def _tell(self, user=None, domain=()):
        """Return the rows in the order in which they were set."""
        return self.report.with_user(user or self.boss).search(domain, order="date, id")

    def _end(self, row):
        return row.ending, row.ended_by_id.sudo(), row.outcome, row.date_end, row.days

    def test_what_is_in_force_is_told_with_what_is_computed_today(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "A plant from March")
        self._nights(2, 4)
        row = self._tell()
        self.assertEqual(
            (row.partner_id, row.origin, row.author_id, row.note, row.date, row.salesperson_id),
            (self.customer, "manual", self.officer, "A plant from March", on(1), self.seller),
        )
        self.assertEqual(
            (row.from_grade_id, row.grade_id, row.computed_grade_id, row.against),
            (self.c, self.a, self.c, "up"),
        )
        self.assertEqual(self._end(row), ("open", self.env["res.users"], "other", False, 4))
        self._order(5, 900)
        self._nights(5, 5)
        self.assertEqual(self._tell().outcome, "same")
        # What was computed then stays.
        self.assertEqual(self._tell().computed_grade_id, self.c)

    def test_it_ends_by_itself_and_the_computed_grade_is_another(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "For a month", on(3))
        self._nights(2, 6)
        self.assertEqual(
            self._end(self._tell()), ("itself", self.env["res.users"], "other", on(3), 3)
        )

    def test_it_was_right_in_the_end_whatever_comes_later(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "For a month", on(3))
        self._order(2, 900)
        self._nights(2, 5)
        right = ("itself", self.env["res.users"], "same", on(3), 3)
        self.assertEqual(self._end(self._tell()), right)
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)])[:1]._action_cancel()
        self._nights(6, 8)
        self.assertEqual(self._get_grades(self.customer), ["C"])
        self.assertEqual(self._end(self._tell()), right)

    def test_a_fall_that_is_held_after_it_ended_is_none_of_its_outcome(self):
        self.policy.rule_ids.write({"change_timing": False})
        self.policy.downgrade_days = 10
        self._at(on(1))
        self._result()._set_by_hand(self.a, "For a month", on(3))
        self._order(2, 900)
        self._nights(2, 5)
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)])[:1]._action_cancel()
        self._nights(6, 7)
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self.assertEqual(self._tell().outcome, "same")

    def test_somebody_ends_it_early(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "For a month", on(30))
        self._at(on(4))
        self._result(user=self.boss).action_end_manual()
        self.assertEqual(self._end(self._tell()), ("early", self.boss, "other", on(3), 3))

    def test_ended_early_where_the_computed_grade_is_the_same_nobody_knows_when(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "For a month", on(30))
        self._order(2, 900)
        self._nights(2, 2)
        self._result(user=self.boss).action_end_manual()
        self.assertEqual(
            self._end(self._tell()), ("early", self.env["res.users"], "same", False, 0)
        )

    def test_another_grade_by_hand_replaces_it(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "First")
        self._at(on(3))
        self._result(user=self.boss)._set_by_hand(self.b, "Second")
        self._result()._freeze("Third")
        first, second, third = self._tell()
        self.assertEqual(self._end(first), ("replaced", self.boss, False, on(2), 2))
        self.assertEqual(self._end(second), ("replaced", self.officer, False, on(2), 0))
        self.assertEqual((third.origin, third.ending, third.against), ("freeze", "open", "up"))
        self.assertEqual(third.computed_grade_id, self.c)

    def test_what_was_done_at_once_is_taken_back(self):
        self._at(on(1))
        results = self._result() | self._result(self.second)
        changes = results._set_by_hand(self.b, "All of them")
        bulk = self.env["customer.grading.bulk.change"].with_user(self.officer)
        bulk = bulk._note("Grades set", changes, results.sudo()._get_kept())
        self._at(on(2))
        bulk.with_user(self.boss).action_undo()
        for row in self._tell():
            self.assertEqual(self._end(row), ("taken_back", self.boss, False, on(1), 1))

    def test_freezing_and_excluding_are_told_against_what_is_computed(self):
        self._at(on(1))
        self._result(self.third)._freeze("Audit", on(2))
        self._result(self.fourth)._exclude("A competitor", on(2))
        self._nights(2, 4)
        frozen, excluded = self._tell()
        self.assertEqual((frozen.against, excluded.against), ("same", "down"))
        self.assertEqual(self._end(frozen)[:3:2], ("itself", "same"))
        self.assertEqual(self._end(excluded)[:3:2], ("itself", "other"))

    def test_a_merged_customer_takes_what_was_set_with_it(self):
        self._at(on(1))
        self._result(self.second)._set_by_hand(self.a, "Gone soon")
        self._at(on(2))
        self._result()._set_by_hand(self.b, "Stays")
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.customer | self.second).ids)],
                "dst_partner_id": self.customer.id,
            }
        ).action_merge()
        gone, stays = self._tell()
        self.assertEqual((gone.ending, stays.ending), ("merged", "open"))
        self.assertEqual((gone | stays).partner_id, self.customer)

    def test_a_proposal_is_of_who_asked_and_is_told_once_it_is_in_effect(self):
        self._at(on(1))
        change = self._result(user=self.seller)._propose(self.a, "I know them")
        self.assertFalse(self._tell())
        self._order(2, 500)
        self._nights(2, 2)
        change.with_user(self.officer).action_approve()
        row = self._tell()
        self.assertEqual((row.author_id, row.decided_by_id), (self.seller, self.officer))
        self.assertEqual((row.computed_grade_id, row.from_grade_id), (self.b, self.b))
        self.assertEqual(row.date, on(2))

    def test_who_overrides_how_often_upward_and_how_it_ended_is_one_pivot(self):
        for number, (customer, user, grade, until) in enumerate(
            (
                (self.customer, self.officer, self.a, 2),
                (self.customer, self.officer, self.b, 9),
                (self.second, self.officer, self.c, 3),
                (self.third, self.boss, self.c, 4),
                (self.fourth, self.boss, self.a, 5),
                (self.fourth, self.boss, self.c, 90),
            )
        ):
            self._nights(number + 1, number + 1)
            self._result(customer, user)._set_by_hand(grade, "Said so", on(until + 1 + number))
        self._nights(7, 20)
        rows = self._tell()
        groups = self.report.with_user(self.boss)._read_group(
            [],
            ["author_id"],
            [
                *(
                    f"{name}:sum"
                    for name in ("overrides", "upward", "downward", "settled", "right")
                ),
                "upward_rate:avg",
                "right_rate:avg",
                "days:avg",
            ],
        )
        self.assertEqual(len(groups), 2)
        for author, count, upward, downward, settled, right, up_rate, right_rate, days in groups:
            own = rows.filtered(lambda row, author=author: row.author_id == author)
            ended = own.filtered(lambda row: row.ending in ("itself", "early"))
            correct = ended.filtered(lambda row: row.outcome == "same")
            self.assertEqual(
                (count, upward, downward, settled, right),
                (
                    len(own),
                    len(own.filtered(lambda row: row.against == "up")),
                    len(own.filtered(lambda row: row.against == "down")),
                    len(ended),
                    len(correct),
                ),
            )
            self.assertAlmostEqual(up_rate, upward / count)
            self.assertAlmostEqual(right_rate, right / settled)
            self.assertAlmostEqual(days, sum(own.mapped("days")) / len(own))
        told = {g[0]: g[1:6] for g in groups}
        self.assertEqual(told[self.officer], (3, 2, 0, 2, 1))
        self.assertEqual(told[self.boss], (3, 0, 2, 1, 0))

    def test_people_see_theirs_and_officers_all(self):
        other = new_test_user(self.env, "grading_other", groups="sales_team.group_sale_salesman")
        self.fourth.user_id = other
        self._at(on(1))
        self._result()._set_by_hand(self.a, "Mine")
        self._result(self.fourth)._set_by_hand(self.b, "Theirs")
        self.assertEqual(self._tell(self.seller).partner_id, self.customer)
        self.assertEqual(self._tell(other).partner_id, self.fourth)
        self.assertEqual(len(self._tell(self.officer)), 2)
        secret = self._create_dimension(
            "secret", "AB", group_ids=[Command.link(self.env.ref("account.group_account_user").id)]
        )
        policy = self._create_policy(
            {}, [("A", ())], dimension=secret, domain=f"[('id', 'in', {self.customers.ids})]"
        )
        self._activate(policy)
        result = self._get_results(self.customer, dimension=secret)[self.customer]
        result._set_by_hand(secret.grade_ids[1], "Secret")
        self.assertEqual(len(self._tell(self.officer)), 2)

    def test_what_was_decided_before_is_taken_against_the_grade_before(self):
        self._at(on(1))
        change = self._result()._set_by_hand(self.a, "Before").sudo()
        change.computed_grade_id = False
        post_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual(change.computed_grade_id, self.c)

    def test_a_grade_that_was_computed_then_is_not_deleted(self):
        self._at(on(1))
        self._result()._set_by_hand(self.a, "Kept")
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.c.unlink()
