"""How the benchmark calls the addon; no other module here knows its models."""

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import NamedTuple
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from measure import Stopwatch

from odoo.fields import Command

MODULE = "customer_grading"
SLICE = 10_000
FOLLOW_UP_MODULE = "customer_grading_follow_up"
TERMS_MODULE = "customer_grading_terms"
# What keeps figures for reports, looks ahead and back, and tells what people do and grades cost.
REPORT_MODULES = (
    "customer_grading_report",
    "customer_grading_outlook",
    "customer_grading_simulation",
    "customer_grading_habit",
    TERMS_MODULE,
)
GRADE_FIELD = "customer_grade_id"
DUE_FIELD = "follow_up_due_date"
RANK_POLICY = "df1_revenue_rank"

# The requirements of the benchmark's own policy; the rival reads them too.
GRADES = ("A", "B", "C", "D")
A_REVENUE, A_ORDERS = 5_000, 3
B_REVENUE, B_ORDERS = 1_000, 4
C_DAYS = 180

# Per cent, of the requirements on payments.
ON_TIME, COLLECTED = 60, 80

# Grades of two criteria of three levels each, a row for each level of the first.
MATRIX = ("AAB", "BBC", "CCD")
# Days to closing, or expected revenue, of the opportunities of each grade.
CLOSING = {"A": (90, 2_000), "B": (180, 1_000), "C": (365, 500)}


class Steps(NamedTuple):
    """What one run took: its three steps, and how many moves it noted, in effect or waiting."""

    evaluate: Stopwatch
    store: Stopwatch
    change: Stopwatch
    graded: int
    moved: int

    @property
    def grading(self):
        """Return the seconds of evaluating and storing."""
        return self.evaluate.seconds + self.store.seconds

    @property
    def seconds(self):
        return self.grading + self.change.seconds

    @property
    def queries(self):
        return self.evaluate.queries + self.store.queries + self.change.queries


def create_rank_policy(env):
    """Return a draft of the library's policy that ranks customers by revenue."""
    return env["customer.grading.policy"]._load_file(RANK_POLICY)


def create_requirements_policy(env):
    """Return a draft of a policy on revenue and orders whose moves take effect at once."""
    policy = _create_policy(env, "value")
    revenue = _create_criterion(policy, "invoiced_revenue", period_count=12)
    orders = _create_criterion(policy, "order_count", period_count=12)
    age = _create_criterion(policy, "days_since_order", period="all_time")
    _create_rule(policy, "A", "all", [(revenue, "ge", A_REVENUE), (orders, "ge", A_ORDERS)])
    _create_rule(policy, "B", "any", [(revenue, "ge", B_REVENUE), (orders, "ge", B_ORDERS)])
    _create_rule(policy, "C", "all", [(age, "le", C_DAYS)])
    _create_rule(policy, "D", "all", [])
    return policy


def create_controlled_policy(env):
    """Return a draft of the same requirements, with what change control can do to a move.

    It stands for working days and days of grace, goes by one grade, waits for a window and for
    a review; upgrades take two approvals, new grades are on probation, A ends.
    """
    policy = create_requirements_policy(env)
    officers = env.ref(f"{MODULE}.customer_grading_group_officer")
    policy.write(
        {
            "upgrade_days": 2,
            "downgrade_days": 3,
            "grace_days": 1,
            "counts_working_days": True,
            "one_step": True,
            "probation_months": 6,
            "window_ids": [
                Command.create(
                    {"first_day": 1, "first_month": "1", "last_day": 31, "last_month": "12"}
                )
            ],
            "approval_ids": [
                Command.create({"step": step, "group_id": officers.id}) for step in (1, 2)
            ],
        }
    )
    best, good, *_others = policy.rule_ids.sorted("sequence")
    best.expiry_months = 12
    good.review_months = 1
    return policy


def create_payments_policy(env):
    """Return a draft of a policy on what customers owe, and how they paid."""
    policy = _create_policy(env, "value")
    overdue = _create_criterion(policy, "overdue_amount")
    late = _create_criterion(policy, "late_count", period_count=24)
    on_time = _create_criterion(policy, "ontime_ratio", period_count=24)
    collected = _create_criterion(policy, "collection_ratio", period_count=24)
    _create_rule(policy, "A", "all", [(overdue, "le", 0), (late, "le", 0)])
    _create_rule(policy, "B", "all", [(on_time, "ge", ON_TIME), (collected, "ge", COLLECTED)])
    _create_rule(policy, "C", "any", [(on_time, "ge", ON_TIME), (collected, "ge", COLLECTED)])
    _create_rule(policy, "D", "all", [])
    return policy


def create_matrix_policy(env):
    """Return a draft of a policy that looks revenue and recency up in a table of nine cells."""
    policy = _create_policy(env, "value")
    revenue = _create_criterion(policy, "invoiced_revenue", period_count=12)
    age = _create_criterion(policy, "days_since_order", period="all_time")
    large = _create_bands(revenue, (A_REVENUE, B_REVENUE, 0))
    recent = _create_bands(age, (0, C_DAYS + 1, 2 * C_DAYS + 1))
    for code in GRADES:
        cells = [
            [(revenue, "level_is", large[row]), (age, "level_is", recent[column])]
            for row, grades in enumerate(MATRIX)
            for column, grade in enumerate(grades)
            if grade == code
        ]
        _create_rule(policy, code, "any", [("all", cell) for cell in cells])
    return policy


def create_dimension_policy(env):
    """Return a draft of a policy, in a dimension of its own, on the grades of the matrix."""
    value = env["customer.grading.dimension"].search([("code", "=", "value")])
    policy = _create_policy(env, "service")
    grade = _create_criterion(policy, "other_grade", dimension_id=value.id)
    revenue = _create_criterion(policy, "invoiced_revenue", period_count=12)
    best, good, *_others = grade.band_ids.sorted("sequence")
    _create_rule(policy, "A", "all", [(grade, "level_ge", best), (revenue, "ge", A_REVENUE)])
    _create_rule(policy, "B", "any", [(grade, "level_ge", good), (revenue, "ge", B_REVENUE)])
    _create_rule(policy, "C", "all", [(grade, "known", 0)])
    _create_rule(policy, "D", "all", [])
    return policy


def create_closing_policy(env):
    """Return a draft of a policy of all opportunities, on days to closing and on revenue."""
    policy = _create_policy(env, "intention", subject="lead")
    policy.lead_population = "all"
    closing = _create_criterion(policy, "lead_days_to_close")
    revenue = _create_criterion(policy, "lead_expected_revenue")
    for code, (days, amount) in CLOSING.items():
        _create_rule(policy, code, "any", [(closing, "le", days), (revenue, "ge", amount)])
    _create_rule(policy, "D", "all", [])
    return policy


def _create_policy(env, code, subject="partner"):
    """Return an empty draft in the dimension ``code``, made where there is none."""
    dimension = env["customer.grading.dimension"].search([("code", "=", code)])
    if not dimension:
        dimension = dimension.create({"name": code, "code": code, "subject": subject})
    return env["customer.grading.policy"].create(
        {
            "name": f"Benchmark {code}",
            "dimension_id": dimension.id,
            "decide_by": "requirements",
            "downgrade_timing": "now",
            "downgrade_days": 0,
        }
    )


def _create_criterion(policy, code, **vals):
    measure = policy.env["customer.grading.measure"].search([("code", "=", code)])
    return policy.env["customer.grading.criterion"].create(
        {"policy_id": policy.id, "measure_id": measure.id, **vals}
    )


def _create_bands(criterion, starts):
    """Return the levels of a criterion, the best first."""
    return criterion.env["customer.grading.band"].create(
        [
            {
                "criterion_id": criterion.id,
                "sequence": position,
                "lower": lower,
                "level": f"Level {position + 1}",
            }
            for position, lower in enumerate(starts)
        ]
    )


def _create_rule(policy, code, kind, tree):
    """Add the requirement of a grade.

    :param tree: conditions ``(criterion, operator, number or level)`` and groups ``(kind,
        conditions)``
    """
    position = GRADES.index(code)
    dimension = policy.dimension_id
    grade = dimension.grade_ids.filtered(lambda grade: grade.code == code) or policy.env[
        "customer.grade"
    ].create(
        {
            "code": code,
            "name": code,
            "dimension_id": dimension.id,
            "sequence": 10 * position,
            "color": position + 1,
        }
    )
    policy.env["customer.grading.rule"].create(
        {
            "policy_id": policy.id,
            "grade_id": grade.id,
            "kind": kind,
            "sequence": 10 * position,
            "line_ids": [
                Command.create({"sequence": sequence, **line})
                for sequence, line in enumerate(_get_lines(tree))
            ],
        }
    )


def _get_lines(tree, depth=0):
    """Return the flat lines of a requirement, as the screen keeps them."""
    lines = []
    for first, *rest in tree:
        if isinstance(first, str):
            lines += [{"kind": first, "depth": depth}, *_get_lines(rest[0], depth + 1)]
        else:
            operator, operand = rest
            name = "level_id" if operator.startswith("level") else "value"
            value = operand.id if name == "level_id" else operand
            lines.append(
                {
                    "kind": "condition",
                    "depth": depth,
                    "criterion_id": first.id,
                    "operator": operator,
                    name: value,
                }
            )
    return lines


def put_in_force(policy):
    """Make the policy run in a company whose time zone is known, and return its first run."""
    policy.env.company.customer_grading_tz = "UTC"
    [run] = policy._put_in_force()
    policy.env.cr.commit()
    return run


def get_running_policy(env, code="value"):
    """Return the policy in force in the dimension ``code``."""
    running = [("state", "=", "running"), ("dimension_id.code", "=", code)]
    return env["customer.grading.policy"].search(running)


def create_run(policy):
    """Return one more run of everybody, the only one of its day: those before are set back."""
    for earlier in policy.run_ids:
        earlier.date -= timedelta(days=1)
    run = policy._create_run("nightly")
    policy.env.cr.commit()
    return run


def shift_date(run, days):
    """Let the run grade as of so many days later, or earlier where they are negative."""
    run.date += timedelta(days=days)
    run.env.cr.commit()


def execute(run):
    """Execute the run as the nightly cron does, and return its :class:`Steps`."""
    watches = [Stopwatch(), Stopwatch(), Stopwatch()]
    with ExitStack() as stack:
        for name, watch in zip(("_evaluate", "_store", "_apply_changes"), watches, strict=True):
            stack.enter_context(_watching(type(run), name, watch))
        run._execute(commit=True)
    if run.state != "done":
        raise RuntimeError(f"The run is {run.state}: {run.error}")
    moved = run.env["customer.grading.change"].search_count([("run_id", "=", run.id)])
    return Steps(*watches, run.graded_count, moved)


@contextmanager
def _watching(model, name, watch):
    """Let ``watch`` run while the method does."""
    original = getattr(model, name)

    def watched(self, *args, **kwargs):
        with watch:
            return original(self, *args, **kwargs)

    with patch.object(model, name, watched):
        yield


def write_cadences(env):
    """Ask for two kinds of contact with who holds any grade of the policy in force."""
    grades = get_running_policy(env).rule_ids.grade_id
    env["customer.grading.cadence"].create(
        [
            {"grade_id": grade.id, "contact": contact, "gap": months, "gap_unit": "months"}
            for grade in grades
            for contact, months in (("call", 1), ("visit", 3))
        ]
    )
    env.cr.commit()


def renew_follow_ups(env):
    """Find out where everybody stands, and return how many rows that wrote."""
    policy = get_running_policy(env)
    engine = env["customer.grading.follow.up.engine"]
    count = engine._renew(policy.dimension_id, policy._get_run_companies()[0])
    env.cr.commit()
    return count


def plan_follow_ups(env, most):
    """Make activities of what is due, so many a person and day at most; return how many."""
    env["ir.config_parameter"].set_param("customer_grading_follow_up.activities_a_day", most)
    policy = get_running_policy(env)
    planner = env["customer.grading.follow.up.planner"]
    planner._plan(policy.dimension_id, policy._get_run_companies()[0])
    env.cr.commit()
    return env["customer.grading.follow.up"].search_count([("activity_id", "!=", False)])


def regrade(partner):
    """Regrade one customer, as the button on the customer does."""
    partner.action_regrade()


def write_benefit(env, least):
    """Let the smallest grade that at least so many hold give payment terms, and put that in force."""
    policy = get_running_policy(env)
    held = [("dimension_id", "=", policy.dimension_id.id), ("grade_id", "!=", False)]
    counts = env["customer.grading.result"]._read_group(held, ["grade_id"], ["__count"])
    grade, _count = min((one for one in counts if one[1] >= least), key=lambda one: one[1])
    terms = env["account.payment.term"].create({"name": "Given"})
    env["customer.grading.benefit"].create(
        {
            "grade_id": grade.id,
            "kind": "payment_term",
            "payment_term_id": terms.id,
            "also_better": False,
        }
    )
    given = env["customer.grading.terms"].search([("dimension_id", "=", policy.dimension_id.id)])
    given.filtered(lambda one: one.company_id == policy.company_id).state = "active"
    env.cr.commit()


def give(env):
    """Give what the grades give, as the night does; return how many have something."""
    env["customer.grading.terms.giver"]._give(commit=True)
    return env["customer.grading.grant"].search_count([("state", "=", "given")])


def fill_figures(env):
    """Fill the figures of the reports, as the night does."""
    Set = env["customer.grading.figures.set"]
    Set._create_missing()
    for one in Set.search([]):
        env["customer.grading.figures.engine"]._fill(one, commit=True)
    for company in env["res.company"].search([]):
        env["customer.grading.terms.figures"]._keep(company)
        env.cr.commit()  # as the job does


def look_ahead(env):
    """Look ahead by all policies in force, as the night does; return how many are about to move."""
    env["customer.grading.outlook.run"]._cron_look_ahead()
    return env["customer.grading.outlook"].search_count([])


def predict(policy):
    """Tell what followed in the twelve months after the day of a year ago."""
    company = policy.company_id or policy.env.company
    today = policy.env["customer.grading.engine"]._get_today(company)
    day = today - relativedelta(months=12)
    policy._create_trial("prediction", company, date=day, months=12)._execute(commit=True)
