"""Change control replayed day by day: each option through a year, and any together."""

from datetime import date, timedelta
from random import Random

from freezegun import freeze_time
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..common import ROLES, CustomerGradingCommon, at
from ..oracles.changes import Customer, Options, Rule

START = date(2026, 1, 15)
CUSTOMERS = 6
PLAIN = (Rule("A"), Rule("B"), Rule("C"), Rule("D"))
HOLIDAY = date(2026, 4, 6)


class ReplayCommon(CustomerGradingCommon):
    """Customers whose latitude is the number of the requirement that they meet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_cast()

    @classmethod
    def _create_cast(cls):
        """Create the customers, what they are graded by, and who decides: a user each step."""
        cls.customers = cls._create_customers(CUSTOMERS)
        cls.officer = new_test_user(cls.env, "grading_officer", ROLES["officer"], tz="UTC")
        cls.measure = cls.env["customer.grading.measure"].create(
            {
                "name": "Latitude",
                "code": "latitude",
                "kind": "field",
                "field_name": "partner_latitude",
                "unit": "number",
            }
        )
        cls.holiday = cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": cls.company.id,
                "calendar_id": cls.company.resource_calendar_id.id,
                "date_from": f"{HOLIDAY} 00:00:00",
                "date_to": f"{HOLIDAY} 23:59:59",
            }
        )

    def _prepare_steps(self, options):
        """Return what an addon's policy has more than ``options`` say by its fields."""
        return {}

    def _start(self, options, rules):
        """Return the policy of ``options`` and ``rules``, and a customer each of the oracle."""
        type(self).dimension = self._create_dimension("replay", "ABCD")
        policy = self._create_policy(
            {"place": {"measure": "latitude"}},
            [(rule.grade, ("place", "between", n, n)) for n, rule in enumerate(rules)],
            dimension=self.dimension,
            population="all",
            domain=str([("id", "in", self.customers.ids)]),
            window_ids=[
                Command.create(
                    {
                        "first_day": first[0],
                        "first_month": str(first[1]),
                        "last_day": last[0],
                        "last_month": str(last[1]),
                    }
                )
                for first, last in options.windows
            ],
            **self._prepare_steps(options),
            **{
                name: value
                for name, value in options._asdict().items()
                if name not in ("windows", "steps")
            },
        )
        for record, rule in zip(policy.rule_ids, rules, strict=True):
            record.write(
                {
                    "change_timing": rule.timing,
                    "change_days": rule.days,
                    "review_months": rule.review_months,
                    "expiry_months": rule.expiry_months,
                }
            )
        model = {customer: Customer(options, rules, {HOLIDAY}) for customer in self.customers}
        return policy, model

    def _replay(self, options, rules, nights, chance):
        """Pass ``nights``, each with a few customers that meet another requirement then.

        Officers approve, refuse, and set grades by hand as ``chance`` has it.
        """
        policy, model = self._start(options, rules)
        places = {}
        with freeze_time(at(START)) as clock:
            for night in range(nights):
                day = START + timedelta(days=night)
                clock.move_to(at(day))
                self._change_places(places, len(rules), chance, 0.07 if night else 1)
                if night:
                    run = self._run(policy)
                    self.assertEqual(run.state, "done", run.error)
                else:
                    policy._put_in_force()[0]._execute()
                self._pass_night(model, places, rules, day)
                self._decide(model, day, chance)
        self._assert_whole_history(policy, model)

    def _replay_year(self, rules=PLAIN, **options):
        self._replay(Options(**options), rules, 365, Random(str(options)))

    def _replay_any(self, data, steps=((),)):
        """Replay what ``data`` draws, with one of the ``steps`` of approval."""
        days = st.sampled_from([0, 0, 1, 3, 6])
        timing = st.sampled_from(["now", "month_end", "confirmed"])
        options = Options(
            *(data.draw(draw) for draw in (timing, days, timing, days, days)),
            counts_working_days=data.draw(st.booleans()),
            one_step=data.draw(st.booleans()),
            probation_months=data.draw(st.sampled_from([0, 0, 1])),
            windows=data.draw(st.sampled_from([(), (), (((27, 1), (3, 2)), ((10, 3), (31, 3)))])),
            steps=data.draw(st.sampled_from(steps)),
        )
        rules = tuple(
            Rule(
                grade,
                data.draw(st.sampled_from([None, None, "now", "month_end", "confirmed", "within"])),
                data.draw(days),
                data.draw(st.sampled_from([0, 0, 1])),
                data.draw(st.sampled_from([0, 0, 1, 2])),
            )
            for grade in "ABCCD"
        )
        seed = data.draw(st.integers(0, 2**32))
        with self.env.cr.savepoint() as savepoint:
            self._replay(options, rules, 70, Random(seed))
            savepoint.rollback()

    def _pass_night(self, model, places, rules, day):
        """Let the oracle pass the night, and compare."""
        for customer, expected in model.items():
            place = places[customer]
            expected.pass_night(day, None if place is None else rules[place])
        self._assert_as_expected(model, day)

    def _change_places(self, places, count, chance, share):
        """Let a share of the customers meet another requirement, of ``count``, or none."""
        for customer in self.customers:
            if chance.random() < share:
                place = chance.choice([None, *range(count), *range(count)])
                places[customer] = place
                self.env.cr.execute(
                    SQL(
                        "UPDATE res_partner SET partner_latitude = %s WHERE id = %s",
                        place,
                        customer.id,
                    )
                )

    def _decide(self, model, day, chance):
        """Let who decides do so on some of what waits, and set a grade by hand now and then."""
        results = self._get_results(self.customers)
        for customer, expected in model.items():
            result = results[customer].with_user(self._get_setter(expected))
            if expected.open and chance.random() < 0.15:
                change = self._get_open(result).with_user(self._get_decider(expected, day))
                if chance.random() < 0.7:
                    change.action_approve()
                    expected.approve(day)
                else:
                    change.action_refuse("Not now")
                    expected.refuse(day)
            elif not expected.by_hand and chance.random() < 0.01:
                grade = chance.choice(self.dimension.grade_ids)
                until = day + timedelta(days=chance.randrange(20))
                result._set_by_hand(grade, "We know better", until)
                expected.set_by_hand(grade.code, day, until)

    def _get_decider(self, _expected, _day):
        """Return who decides on what is open."""
        return self.officer

    def _get_setter(self, _expected):
        """Return who sets grades by hand."""
        return self.officer

    def _get_open(self, result):
        return result.change_ids.filtered(lambda change: change.is_open)

    def _assert_as_expected(self, model, day):
        self.env.flush_all()
        self.env.invalidate_all()
        results = self._get_results(self.customers)
        for customer, expected in model.items():
            result = results[customer]
            waiting = self._get_open(result)
            self.assertLessEqual(len(waiting), 1)
            self.assertEqual(
                (
                    result.grade_id.code or None,
                    result.date_since if expected.held else None,
                    (waiting.state, waiting.grade_id.code or None) if waiting else None,
                    result.date_provisional or None,
                    bool(result.manual_grade_id),
                ),
                (
                    expected.held,
                    expected.since if expected.held else None,
                    expected.open,
                    expected.provisional,
                    expected.by_hand,
                ),
                f"{result.partner_id.name} on {day}, computed {expected.computed} since "
                f"{expected.computed_since}",
            )

    def _assert_whole_history(self, policy, model):
        """One grade at every moment, without gap or overlap, each with its reason."""
        for customer, result in self._get_results(self.customers).items():
            applied = result.change_ids.filtered(lambda c: c.state == "applied").sorted("id")
            self.assertEqual(applied[-1:].grade_id, result.grade_id)
            self.assertFalse(applied[-1:].date_end)
            for before, after in zip(applied, applied[1:], strict=False):
                self.assertEqual(after.from_grade_id, before.grade_id, customer.name)
                self.assertEqual(before.date_end, after.date_applied - timedelta(days=1))
            for change in applied:
                self.assertTrue(change.reason, change.display_name)
                self.assertEqual(change.policy_id, policy)
            overrides = applied.filtered(lambda c: c.origin == "manual")
            self.assertTrue(all(overrides.mapped("note")))
            self.assertEqual(model[customer].by_hand, bool(result.manual_grade_id))


@tagged("post_install", "-at_install")
class TestYearOfEachOption(ReplayCommon):
    """A year, a night at a time, for each way in which grades may change."""

    def test_at_once(self):
        self._replay_year()

    def test_held_for_days(self):
        self._replay_year(upgrade_days=9, downgrade_days=14)

    def test_at_month_end_with_days_of_grace(self):
        self._replay_year(downgrade_timing="month_end", downgrade_days=5, grace_days=10)

    def test_when_confirmed(self):
        self._replay_year(upgrade_timing="confirmed", downgrade_timing="confirmed")

    def test_one_step_at_a_time(self):
        self._replay_year(one_step=True, upgrade_days=3, downgrade_days=7)

    def test_working_days(self):
        self._replay_year(counts_working_days=True, upgrade_days=4, downgrade_days=10, grace_days=3)

    def test_review_windows(self):
        windows = (((25, 3), (30, 3)), ((28, 9), (3, 10)))
        self._replay_year(windows=windows, upgrade_days=2)

    def test_probation(self):
        self._replay_year(probation_months=2, downgrade_days=20, upgrade_timing="month_end")

    def test_reviews_by_grade_and_what_cannot_wait(self):
        rules = (
            Rule("A", review_months=6),
            Rule("B", review_months=3),
            Rule("C"),
            Rule("D", "within", 5),
            Rule("D"),
        )
        self._replay_year(rules, downgrade_timing="month_end")

    def test_grades_that_end(self):
        rules = (Rule("A", "confirmed", expiry_months=4), Rule("B", expiry_months=2), Rule("C"))
        self._replay_year(rules, downgrade_timing="confirmed")


@tagged("post_install", "-at_install")
class TestOptionsTogether(ReplayCommon):
    # The random nights behind a seed are no simpler for a smaller one: nothing is shrunk.
    @settings(max_examples=20, phases=[Phase.generate], report_multiple_bugs=False)
    @given(st.data())
    def test_any_of_them(self, data):
        self._replay_any(data)
