"""The promises, one function each: what is measured, and against what."""

import gc
import json
import math
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import databases
import documents
import partners
import rival
import scoring
import subject
from aggregates import GRADED, get_aggregate_seconds
from business import contact_customers, forget_values, make_due, move_customers
from generate import TABLES, Counts
from measure import Stopwatch, sequential_scans
from rows import Row

MOVING = 0.05  # share of the customers that move between two runs
DAYS_PASSED = 7  # between two runs of opportunities
DAYS_WAITED = 35  # until what change control held is due
GRANTED = 10_000  # customers at least whose grade gives something
DUE = 50_000  # contacts due on one day, at scale 1
SELLERS = 100  # who make them


class Runs(NamedTuple):
    """The runs of one policy on one database.

    The first, one without news, one with, and one in which every result is stored anew.

    ``bare`` are the seconds of the aggregates before, between and after them: other work
    on the machine then slows down both sides.
    """

    first: subject.Steps
    unchanged: subject.Steps
    moved: subject.Steps
    renewed: subject.Steps
    bare: list

    @property
    def nightly(self):
        """Return ``{what: steps, and seconds of the aggregates about that time}``."""
        runs = {
            "nothing new": self.unchanged,
            f"{self.moved.moved:,} moved": self.moved,
            "everything stored anew": self.renewed,
        }
        return {
            name: (steps, self.get_bare(position))
            for position, (name, steps) in enumerate(runs.items(), start=1)
        }

    @property
    def seconds(self):
        runs = (self.first, self.unchanged, self.moved, self.renewed)
        return sum(steps.seconds for steps in runs)

    @property
    def slices(self):
        return -(-self.first.graded // subject.SLICE)

    def get_bare(self, position):
        """Return the seconds of all aggregates, about the time of a run."""
        around = self.bare[position : position + 2]
        return sum(sum(seconds.values()) for seconds in around) / len(around)


def grade(name, create_policy, scale):
    """Grade the customers of a database four times and return the :class:`Runs`."""
    with databases.environment(name) as env:
        policy = create_policy(env)
        bare = [get_aggregate_seconds(env.cr)]
        first = subject.execute(subject.put_in_force(policy))
        bare.append(get_aggregate_seconds(env.cr))
        unchanged = subject.execute(subject.create_run(policy))
        bare.append(get_aggregate_seconds(env.cr))
        move_customers(env.cr, _get_moving(scale))
        moved = subject.execute(subject.create_run(policy))
        bare.append(get_aggregate_seconds(env.cr))
        forget_values(env.cr)
        renewed = subject.execute(subject.create_run(policy))
        bare.append(get_aggregate_seconds(env.cr))
    return Runs(first, unchanged, moved, renewed, bare)


def _get_moving(scale):
    return round(Counts.of_scale(scale).customers * MOVING)


def check_grading(what, runs):
    """Evaluating and storing, against a bare aggregate of each table read.

    These are those of orders, invoices and leads: a document of any of them makes a
    contact a customer.
    """
    ratios = {name: steps.grading / bare for name, (steps, bare) in runs.nightly.items()}
    worst = max(ratios, key=ratios.get)
    steps, bare = runs.nightly[worst]
    others = ", ".join(f"{name} {ratio:.2f} x" for name, ratio in ratios.items() if name != worst)
    return Row(
        f"full run, {what}",
        4,
        ratios[worst],
        "x",
        f"{worst}: evaluate {steps.evaluate.seconds:.2f} s, store {steps.store.seconds:.2f} s;"
        f" aggregates {bare:.2f} s; {others}",
    )


def check_first_grading(what, runs):
    """The same once in the life of a policy: all results are inserted."""
    parts = " + ".join(f"{table} {runs.bare[0][table]:.2f} s" for table in GRADED)
    return Row(
        f"first grading, {what}",
        4,
        runs.first.grading / runs.get_bare(0),
        "x",
        f"evaluate {runs.first.evaluate.seconds:.2f} s, store {runs.first.store.seconds:.2f} s;"
        f" aggregates {parts}",
    )


def check_moves(what, moved, unchanged):
    """Change control and history, for each customer that moves."""
    extra = moved.change.seconds - unchanged.change.seconds
    return Row(
        what,
        1,
        1000 * extra / max(moved.moved, 1),
        "ms",
        f"{moved.change.seconds:.2f} s for {moved.moved:,}, "
        f"{unchanged.change.seconds:.2f} s for {unchanged.moved:,}",
    )


def wait(name):
    """Return the :class:`~subject.Steps` of a run some weeks later, when what was held is due."""
    databases.vacuum(name)
    with databases.environment(name) as env:
        run = subject.create_run(subject.get_running_policy(env))
        subject.shift_date(run, DAYS_WAITED)
        return subject.execute(run)


def check_growth(small, large):
    """Ten times the data."""
    return Row(
        "growth: ten times the data",
        11,
        large.seconds / small.seconds,
        "x",
        f"four runs, the median of three: {large.seconds:.2f} s for {large.first.graded:,} "
        f"customers, {small.seconds:.2f} s for {small.first.graded:,}",
    )


def check_queries(small, large):
    """Queries that ten times the data add, by slice and by thousand that move."""
    slices = large.slices - small.slices
    more = large.unchanged.queries - small.unchanged.queries
    per_slice = more / slices if slices else 0
    for_moves = [runs.moved.queries - runs.unchanged.queries for runs in (small, large)]
    thousands = (large.moved.moved - small.moved.moved) / 1000
    per_thousand = (for_moves[1] - for_moves[0]) / thousands
    return [
        Row(
            "queries of a run, nothing new",
            100 + 5 * large.slices,
            large.unchanged.queries,
            "",
            f"{small.unchanged.queries} for {small.slices} slices, {per_slice:.1f} each more",
        ),
        Row(
            "queries for each 1,000 that move",
            100,
            per_thousand,
            "",
            f"{for_moves[0]} for {small.moved.moved:,}, {for_moves[1]} for {large.moved.moved:,}",
        ),
    ]


@contextmanager
def _moving(name, scale, when_settled=None):
    """Give an environment in which customers are about to move, and all else is settled."""
    with databases.environment(name) as env:
        subject.execute(subject.create_run(subject.get_running_policy(env)))
        if when_settled:
            when_settled(env)
        move_customers(env.cr, _get_moving(scale))
    databases.vacuum(name)
    with databases.environment(name) as env:
        yield env


def check_leads(name):
    """A night of a policy of opportunities, against Odoo's own scoring of the same ones.

    Both read open and closed ones. The first grading is as of some days ago: what moves
    in the night does so because time has passed.
    """
    scoring.count_all(name)
    with databases.environment(name) as env:
        policy = subject.create_closing_policy(env)
        first = subject.put_in_force(policy)
        subject.shift_date(first, -DAYS_PASSED)
        subject.execute(first)
    databases.vacuum(name)
    scoring.score(name)  # warms up, and writes what differs from what was generated
    odoo, ours = [], []
    for _each in range(2):
        databases.vacuum(name)
        odoo.append(scoring.score(name))
        with databases.environment(name) as env:
            policy = subject.get_running_policy(env, "intention")
            ours.append(subject.execute(subject.create_run(policy)))
    night = ours[0]  # in the second one nothing moves any more
    seconds = sum(odoo) / len(odoo)
    return Row(
        "lead run, against predictive lead scoring",
        1 / 2,
        night.seconds / seconds,
        "x",
        f"{night.graded:,} graded, {night.moved:,} move: evaluate {night.evaluate.seconds:.2f} s,"
        f" store {night.store.seconds:.2f} s, changes {night.change.seconds:.2f} s;"
        f" scoring {seconds:.2f} s; nothing new {ours[1].seconds / seconds:.2f} x",
    )


def check_rival(name, scale):
    """The whole run with moves, the median of three, against ``_read_group`` and the ORM.

    They take turns: the machine is not equally quick at all times.
    """
    databases.install(name, rival.MODULE)
    usual, ours = {}, []
    for thrifty in (False, True, None):
        with _moving(name, scale) as env:
            ours.append(subject.execute(subject.create_run(subject.get_running_policy(env))))
        if thrifty is not None:
            with (
                _moving(name, scale, rival.take_over) as env,
                Stopwatch() as usual[thrifty],
            ):
                rival.grade(env, subject.get_running_policy(env), thrifty)
    steps = sorted(ours, key=lambda steps: steps.seconds)[1]
    return Row(
        "the whole, against the usual way",
        1 / 8,
        steps.seconds / usual[False].seconds,
        "x",
        f"{steps.seconds:.2f} s for {steps.moved:,} that move; _read_group and ORM "
        f"{usual[False].seconds:.2f} s, {usual[True].seconds:.2f} s where it compares first",
    )


def check_regrade(name):
    """One customer graded on the spot: the ten largest, and ten more of all sizes."""
    with databases.environment(name, partners.ADMIN) as env:
        ids = partners.get_customer_ids(env)
    milliseconds, scanned = _time_regrades(name, (*ids[:10], *ids[:: len(ids) // 10]))
    return [
        Row(
            "regrade one customer",
            100,
            max(milliseconds),
            "ms",
            f"slowest of {len(milliseconds)}, each the best of 3; "
            f"median {statistics.median(milliseconds):.0f} ms",
        ),
        _check_scanned(scanned),
    ]


def check_regrade_by_payments(name):
    """One customer of each size graded by what it owes and paid, and the ten of thousands of items."""
    with databases.environment(name, partners.ADMIN) as env:
        ids = partners.get_customer_ids(env)
    tenth = len(ids) // 10
    milliseconds, scanned = _time_regrades(name, ids[tenth // 2 :: tenth])
    largest, scanned_more = _time_regrades(name, ids[:10])
    return [
        Row(
            "regrade one customer by payments",
            100,
            max(milliseconds),
            "ms",
            f"slowest of {len(milliseconds)} of all sizes, each the best of 3; "
            f"median {statistics.median(milliseconds):.0f} ms",
        ),
        Row(
            "the same of the largest",
            400,
            max(largest),
            "ms",
            f"slowest of the ten with thousands of items; median {statistics.median(largest):.0f} ms",
        ),
        _check_scanned(scanned | scanned_more),
    ]


def _check_scanned(scanned):
    found = ", ".join(sorted(scanned)) or "none"
    return Row("document tables scanned for it", 0, len(scanned), "", found)


def _time_regrades(name, ids):
    """Return the milliseconds of each, the best of three, and the document tables scanned."""
    _regrade(name, ids[0])  # warms up
    milliseconds, scanned = [], set()
    for customer_id in ids:
        tries = [_regrade(name, customer_id) for _each in range(3)]
        milliseconds.append(1000 * min(seconds for seconds, _found in tries))
        scanned.update(*(found for _seconds, found in tries))
    return milliseconds, scanned


def _regrade(name, customer_id):
    """Return the seconds of regrading a customer, and the document tables scanned."""
    tables = [table for table in TABLES if table != "res_partner"]
    with databases.environment(name, partners.ADMIN) as env:
        customer = env["res.partner"].browse(customer_id)
        with sequential_scans(env.cr, tables) as found, Stopwatch() as watch:
            subject.regrade(customer)
            env.flush_all()
        env.cr.commit()
    return watch.seconds, found


def check_lists(name):
    """Filtering, sorting, grouping and listing partners by grade and by country.

    The tables are as PostgreSQL's autovacuum leaves them some minutes after a run.
    """
    databases.vacuum(name)
    with databases.environment(name, partners.ADMIN) as env:
        times = partners.compare_lists(env, subject.GRADE_FIELD, "country_id")
    return [
        Row(
            f"{what} partners by grade",
            3,
            grade / country,
            "x",
            f"{1000 * grade:.1f} ms, by country {1000 * country:.1f} ms",
        )
        for what, (grade, country) in times.items()
    ]


def check_follow_up(name, scale):
    """Where everybody stands in two cadences: lists, nights, activities."""
    databases.install(name, subject.FOLLOW_UP_MODULE)
    with databases.environment(name) as env:
        contact_customers(env.cr)
        subject.write_cadences(env)
        made = subject.renew_follow_ups(env)
    databases.vacuum(name)
    with databases.environment(name, partners.ADMIN) as env:
        times = partners.compare_dates(env, subject.DUE_FIELD, "country_id")
    return [
        *(
            Row(
                f"{what} partners by next contact",
                3,
                due / country,
                "x",
                f"{1000 * due:.1f} ms, by country {1000 * country:.1f} ms; {made:,} follow-ups",
            )
            for what, (due, country) in times.items()
        ),
        _check_renewing(name),
        *_check_activities(name, scale),
    ]


def check_terms(name, scale):
    """What a grade gives is given to its customers in one night, one by one with a note."""
    databases.install(name, subject.TERMS_MODULE)
    with databases.environment(name) as env:
        subject.write_benefit(env, least=math.ceil(GRANTED * scale))
    databases.vacuum(name)
    with databases.environment(name) as env, Stopwatch() as watch:
        made = subject.give(env)
    databases.vacuum(name)
    with databases.environment(name) as env, Stopwatch() as idle:
        subject.give(env)
    return Row(
        "each customer that is given something",
        1,
        1000 * (watch.seconds - idle.seconds) / max(made, 1),
        "ms",
        f"{watch.seconds:.1f} s for {made:,} payment terms with a note each; {idle.seconds:.2f} s for none",
    )


def _check_renewing(name):
    """A night of follow-ups, against a night of grading; the median of three, in turn."""
    nights, renewals = [], []
    for _each in range(3):
        with databases.environment(name) as env:
            policy = subject.get_running_policy(env)
            nights.append(subject.execute(subject.create_run(policy)).seconds)
            with Stopwatch() as watch:
                subject.renew_follow_ups(env)
            renewals.append(watch.seconds)
    night, renewal = statistics.median(nights), statistics.median(renewals)
    return Row(
        "follow-ups of a night, against its grading",
        1 / 2,
        renewal / night,
        "x",
        f"{renewal:.2f} s, the night {night:.2f} s; nothing new in either",
    )


def _check_activities(name, scale):
    """Activities of what is due on one day, against Odoo's own; and the menu that shows them.

    The menu is opened on tables as PostgreSQL's autovacuum leaves them some minutes after.
    """
    count = round(DUE * scale)
    with databases.environment(name, partners.ADMIN) as env:
        sellers = partners.create_salespeople(env, SELLERS)
        make_due(env.cr, sellers, count)
        [seller, *_others] = sellers
    databases.vacuum(name)
    with databases.environment(name, partners.ADMIN) as env:
        ids = partners.get_customer_ids(env)[: count // 10]
        usual = _time(partners.create_activities, env, ids)
        env.cr.rollback()
        plain = _time_menu(env)
        own = env["res.partner"].search([("user_id", "=", seller)], limit=count // SELLERS)
        partners.create_activities(env, own.ids)
        by_hand = _time_menu(env(user=seller))
        env.cr.rollback()
    with databases.environment(name) as env, Stopwatch() as watch:
        made = subject.plan_follow_ups(env, math.ceil(count / SELLERS / 10))
    databases.vacuum(name)
    with databases.environment(name, partners.ADMIN) as env:
        full = _time_menu(env)
        planned = _time_menu(env(user=seller))
    each, usually = 1000 * watch.seconds / max(made, 1), 1000 * usual / len(ids)
    return [
        Row(
            "each activity of what is due",
            2,
            each / usually,
            "x",
            f"{watch.seconds:.1f} s for {made:,} of {count:,} due on one day, by {SELLERS} people;"
            f" {each:.2f} ms, Odoo's own {usually:.2f} ms",
        ),
        Row(
            "opening the menu of activities",
            1.5,
            full / plain,
            "x",
            f"{1000 * full:.1f} ms beside all these, {1000 * plain:.1f} ms without",
        ),
        Row(
            "the same of who does them",
            1.5,
            planned / by_hand,
            "x",
            f"{1000 * planned:.1f} ms with {count // SELLERS:,} of them, "
            f"{1000 * by_hand:.1f} ms with as many of Odoo's own",
        ),
    ]


def _time_menu(env):
    """Return the seconds of opening the menu of activities, once Odoo's caches are full.

    Whoever opens it is in a process that planned nothing: what that left to be collected is.
    """
    gc.collect()
    partners.open_activity_menu(env)
    return min(_time(partners.open_activity_menu, env) for _each in range(5))


def _time(act, *args):
    with Stopwatch() as watch:
        act(*args)
    return watch.seconds


def check_form_with_follow_up(name, without):
    """The partner form with the grade and its follow-ups, in queries; one of everybody is due."""
    plain = _count_everyday_queries(without)["open the partner form"]
    databases.install(name, subject.FOLLOW_UP_MODULE)
    with databases.environment(name) as env:
        subject.write_cadences(env)
        subject.renew_follow_ups(env)
    ours = _count_everyday_queries(name)["open the partner form"]
    return Row(
        "queries more to open it with follow-up",
        3,
        ours - plain,
        "",
        f"{ours}, {plain} without any addon",
    )


def check_everyday_work(with_addon, without):
    """Documents and the partner form, in queries, with the addon and without."""
    ours, plain = (_count_everyday_queries(name) for name in (with_addon, without))
    return [
        Row(
            f"queries more to {what}",
            3 if "form" in what else 0,
            ours[what] - plain[what],
            "",
            f"{ours[what]}, {plain[what]} without the addon",
        )
        for what in plain
    ]


def _count_everyday_queries(name):
    """Return ``{what: queries}`` of the third time, when Odoo's caches are full."""
    for _each in range(3):
        with databases.environment(name, partners.ADMIN) as env:
            [customer_id, *_others] = partners.get_customer_ids(env)
            counts = documents.count_document_queries(env, customer_id)
            counts["open the partner form"] = partners.count_form_queries(env, customer_id)
    databases.release(name)
    return counts


def check_memory(name, scale):
    """A first full run, and one with moves, in a process of its own."""
    output = subprocess.run(
        [sys.executable, Path(__file__).with_name("memory.py"), name, str(_get_moving(scale))],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    memory = json.loads(output.splitlines()[-1])
    return Row(
        "memory of full runs",
        150,
        memory["growth"],
        "MiB",
        f"over {memory['idle']:.0f} MiB idle",
    )


def check_installing(large, empty):
    """Seconds of installing on the data and on an empty database."""
    return Row(
        "installing on the data, against none",
        1.5,
        large / empty,
        "x",
        f"{large:.1f} s, {empty:.1f} s on an empty database",
    )
