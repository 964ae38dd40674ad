"""What people open on Monday: reports, kept figures, what lies ahead; at most a second a view."""

import databases
import partners
import subject
from aggregates import GRADED, get_aggregate_seconds
from measure import Stopwatch, get_median_seconds
from rows import Row

VIEW_SECONDS = 1
MAIN = [("is_main", "=", True)]  # each customer once
# What the figures of a night are read from, and what late payments are besides.
ADDED_UP = ("account_move", "sale_order", "sale_order_line", "account_move_line", "mail_message")
PAID = ("account_move_line", "account_partial_reconcile")
COUNT, REVENUE = "__count", "revenue:sum"


def check_views(name):
    """The nights of what is kept for reports, and each view of a report."""
    for module in subject.REPORT_MODULES:
        databases.install(name, module)
    rows = [_check_figures(name), _check_outlook(name), _check_prediction(name)]
    databases.vacuum(name)
    with databases.environment(name, partners.ADMIN) as env:
        for what, views in _get_views(env).items():
            seconds = {view: get_median_seconds(act) for view, act in views.items()}
            slowest = max(seconds, key=seconds.get)
            others = ", ".join(
                f"{view} {s:.2f} s" for view, s in seconds.items() if view != slowest
            )
            details = f"{slowest}; {others}" if others else slowest
            rows.append(Row(f"{what}, a view", VIEW_SECONDS, seconds[slowest], "s", details))
    return rows


def _check_figures(name):
    """The figures of a night, against bare aggregates of what they are read from."""
    with databases.environment(name) as env, Stopwatch() as first:
        subject.fill_figures(env)
    databases.vacuum(name)
    with databases.environment(name) as env:
        bare = sum(get_aggregate_seconds(env.cr, ADDED_UP).values())
        with Stopwatch() as again:
            subject.fill_figures(env)
    return Row(
        "figures of a night, against aggregates",
        4,
        again.seconds / bare,
        "x",
        f"{again.seconds:.2f} s, nothing new; the first, with its months, {first.seconds:.1f} s; "
        f"aggregates of the five tables read {bare:.2f} s",
    )


def _check_outlook(name):
    """A look 30, 60 and 90 days ahead, against the grading of a night."""
    with databases.environment(name) as env:
        policy = subject.get_running_policy(env)
        night = subject.execute(subject.create_run(policy)).seconds
    databases.vacuum(name)
    with databases.environment(name) as env, Stopwatch() as watch:
        ahead = subject.look_ahead(env)
    return Row(
        "looking ahead, against the night's grading",
        8,
        watch.seconds / night,
        "x",
        f"{watch.seconds:.1f} s, {ahead:,} about to move; the night {night:.2f} s",
    )


def _check_prediction(name):
    """What the customers of each grade did in twelve months, against bare aggregates."""
    with databases.environment(name) as env:
        bare = sum(get_aggregate_seconds(env.cr, (*GRADED, *PAID)).values())
        with Stopwatch() as watch:
            subject.predict(subject.get_running_policy(env))
    return Row(
        "does it predict, against aggregates",
        12,
        watch.seconds / bare,
        "x",
        f"{watch.seconds:.1f} s for a year; aggregates of the five tables read {bare:.2f} s",
    )


def _get_views(env):
    """Return ``{report: {view: function that asks what the view asks}}``."""

    def group(model, groupby, *aggregates, domain=()):
        def act():
            env.invalidate_all()
            env[model].formatted_read_group([*domain], groupby, [*aggregates])

        return act

    def first_page(model, names, domain=()):
        fields = {name: {} for name in names}
        fields |= {
            name: {"fields": {"display_name": {}}}
            for name in names
            if env[model]._fields[name].relational
        }

        def act():
            env.invalidate_all()
            env[model].web_search_read([*domain], fields, limit=80)

        return act

    report, moves, months, outlook = (
        f"customer.grading.{name}" for name in ("report", "move.report", "month", "outlook")
    )
    page = ("partner_id", "grade_id", "salesperson_id", "currency_id", "revenue")
    return {
        "grades": {
            "by grade": group(report, ["grade_id"], COUNT, REVENUE, domain=MAIN),
            "by country and grade": group(
                report, ["country_id", "grade_id"], COUNT, REVENUE, domain=MAIN
            ),
            "first 20 %": group(report, ["is_first_fifth"], COUNT, REVENUE, domain=MAIN),
            "list": first_page(report, (*page, "revenue_before", "date_since"), MAIN),
        },
        "moves": {
            "by month and direction": group(moves, ["date:month", "direction"], COUNT),
            "from, to, revenue": group(moves, ["from_grade_id", "grade_id"], COUNT, REVENUE),
            "list": first_page(moves, (*page, "date", "why")),
        },
        "grades by month": {
            "by month and grade": group(
                months, ["month_end:month", "grade_id"], "customer_count:sum"
            ),
            "by country, grade and year": group(
                months, ["country_id", "grade_id", "month_end:year"], "customer_count:sum", REVENUE
            ),
        },
        "about to fall or rise": {
            "by direction": group(outlook, ["direction"], COUNT, REVENUE),
            "list": first_page(
                outlook, ("partner_id", "grade_id", "to_grade_id", "date", "revenue")
            ),
        },
        "habits": {
            "answers": group("customer.grading.habit.answer", ["salesperson_id"], COUNT),
            "by hand": group("customer.grading.habit.override", ["author_id"], COUNT),
            "written down late": group("customer.grading.habit.contact", ["salesperson_id"], COUNT),
        },
        "what grades cost": {
            "by grade": group("customer.grading.terms.cost", ["grade_id"], COUNT, REVENUE),
        },
    }
