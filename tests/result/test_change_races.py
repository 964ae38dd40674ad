"""Change control where every night runs are killed, resumed, and run beside each other."""

from contextlib import contextmanager, suppress
from datetime import date, timedelta
from random import Random

from freezegun import freeze_time

from odoo.tests import tagged

from ..committing import CommittingCase, Killed
from ..common import at
from ..oracles.changes import Options, Rule
from .test_change_replay import PLAIN, ReplayCommon

START = date(2026, 3, 20)
NIGHTS = 14
MOVING = 0.4  # share of the customers whose grade is another one, each night
CONTROL = "customer.grading.change.control"
STEPS = {
    "_store_slice": "customer.grading.store",
    "_settle_computed": CONTROL,
    "_settle_manual": CONTROL,
}
RECORDS = ("customers", "measure", "holiday", "dimension", "policy")


class RacesCase(CommittingCase):
    """Two weeks in which each night's runs are disturbed.

    :cvar cast_class: who plays
    :cvar users: the attributes of the cast that hold its users
    """

    cast_class = ReplayCommon
    users = ("officer",)

    def _prepare(self, env):
        self.cast = self._make_factory(env, self.cast_class)()
        self.cast._create_cast()
        type(self.cast).dimension = env["customer.grading.dimension"]
        type(self.cast).policy = env["customer.grading.policy"]

    def _clean(self):
        with self._play() as cast:
            self._delete_policy(cast.policy)
            users = cast.officer.union(*(getattr(cast, name) for name in self.users))
            partners = users.partner_id
            for records in (cast.measure, cast.holiday, cast.customers, users, partners):
                records.unlink()

    @contextmanager
    def _play(self):
        """Open a connection by which the cast does what it does."""
        with self._connect() as env:
            factory = type(self.cast)
            factory.env, factory.company = env, env.company
            for name in (*RECORDS, *self.users):
                setattr(factory, name, getattr(factory, name).with_env(env))
            yield self.cast

    def _replay(self, rules=PLAIN, **options):
        options = Options(**options)
        chance, places = Random(str(options)), {}
        with self._play() as cast:
            type(cast).policy, model = cast._start(options, rules)
        for day in (START + timedelta(days=night) for night in range(NIGHTS)):
            with freeze_time(at(day)):
                with self._play() as cast:
                    cast._change_places(places, len(rules), chance, 1 if day == START else MOVING)
                    run_ids = self._create_runs(cast.policy, first=day == START)
                self._disturb(run_ids, chance)
                with self._play() as cast:
                    runs = cast.policy.run_ids.browse(run_ids)
                    self.assertEqual(set(runs.mapped("state")), {"done"}, runs.mapped("error"))
                    cast._pass_night(model, places, rules, day)
                    cast._decide(model, day, chance)
        with self._play() as cast:
            cast._assert_whole_history(cast.policy, model)

    @staticmethod
    def _create_runs(policy, first):
        """Return the ids of two runs of the night."""
        runs = policy._put_in_force() if first else policy._create_run("nightly")
        return (runs + policy._create_run("nightly")).ids

    def _disturb(self, run_ids, chance):
        """Kill the first run at some slice or batch; resume it while the other one goes."""
        method, call = chance.choice(list(STEPS)), chance.randint(1, 3)
        with self._before(method, self._kill, call, STEPS[method]), suppress(Killed):
            self._execute(run_ids[0])
        self._do_at_once(self._execute, *run_ids)


@tagged("post_install", "-at_install")
class TestRacesAndKills(RacesCase):
    """What two weeks come to is the same as if no run had ever been disturbed."""

    def test_at_once(self):
        self._replay()

    def test_held_for_working_days(self):
        self._replay(upgrade_days=2, downgrade_days=3, grace_days=1, counts_working_days=True)

    def test_at_month_end(self):
        self._replay(upgrade_timing="month_end", downgrade_timing="month_end")

    def test_when_confirmed(self):
        self._replay(upgrade_timing="confirmed", downgrade_timing="confirmed")

    def test_one_step_at_a_time(self):
        self._replay(one_step=True, downgrade_days=1)

    def test_review_windows(self):
        self._replay(windows=(((25, 3), (30, 3)),))

    def test_probation(self):
        self._replay(probation_months=1)

    def test_what_cannot_wait(self):
        rules = (Rule("A", "confirmed"), Rule("B"), Rule("C", "now", 2), Rule("D", "within", 1))
        self._replay(rules, downgrade_timing="month_end")
