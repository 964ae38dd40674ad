"""How the benchmark calls the addon; no other module here knows its models."""

from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from unittest.mock import patch

from measure import Stopwatch

from odoo.fields import Command

MODULE = "customer_grading"
SLICE = 10_000
GRADE_FIELD = "customer_grade_id"
RANK_POLICY = "df1_revenue_rank"

# The requirements of the benchmark's own policy; the rival reads them too.
GRADES = ("A", "B", "C", "D")
A_REVENUE, A_ORDERS = 5_000, 3
B_REVENUE, B_ORDERS = 1_000, 4
C_DAYS = 180


class Steps(NamedTuple):
    """What one run took: its three steps, and how many customers moved."""

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
    dimension = env["customer.grading.dimension"].search([("code", "=", "value")])
    policy = env["customer.grading.policy"].create(
        {
            "name": "Benchmark",
            "dimension_id": dimension.id,
            "decide_by": "requirements",
            "downgrade_timing": "now",
            "downgrade_days": 0,
        }
    )
    revenue = _create_criterion(policy, "invoiced_revenue", period_count=12)
    orders = _create_criterion(policy, "order_count", period_count=12)
    age = _create_criterion(policy, "days_since_order", period="all_time")
    _create_rule(policy, "A", "all", [(revenue, "ge", A_REVENUE), (orders, "ge", A_ORDERS)])
    _create_rule(policy, "B", "any", [(revenue, "ge", B_REVENUE), (orders, "ge", B_ORDERS)])
    _create_rule(policy, "C", "all", [(age, "le", C_DAYS)])
    _create_rule(policy, "D", "all", [])
    return policy


def _create_criterion(policy, code, **vals):
    measure = policy.env["customer.grading.measure"].search([("code", "=", code)])
    return policy.env["customer.grading.criterion"].create(
        {"policy_id": policy.id, "measure_id": measure.id, **vals}
    )


def _create_rule(policy, code, kind, conditions):
    position = GRADES.index(code)
    grade = policy.env["customer.grade"].create(
        {
            "code": code,
            "name": code,
            "dimension_id": policy.dimension_id.id,
            "sequence": 10 * position,
            "color": position + 1,
        }
    )
    lines = [
        Command.create(
            {
                "kind": "condition",
                "depth": 1,
                "sequence": sequence,
                "criterion_id": criterion.id,
                "operator": operator,
                "value": value,
            }
        )
        for sequence, (criterion, operator, value) in enumerate(conditions)
    ]
    policy.env["customer.grading.rule"].create(
        {
            "policy_id": policy.id,
            "grade_id": grade.id,
            "kind": kind,
            "sequence": 10 * position,
            "line_ids": lines,
        }
    )


def put_in_force(policy):
    """Make the policy run and return its first run."""
    [run] = policy._put_in_force()
    policy.env.cr.commit()
    return run


def get_running_policy(env):
    """Return the policy in force."""
    return env["customer.grading.policy"].search([("state", "=", "running")])


def create_run(policy):
    """Return one more run of everybody."""
    run = policy._create_run("nightly")
    policy.env.cr.commit()
    return run


def execute(run):
    """Execute the run as the nightly cron does, and return its :class:`Steps`."""
    watches = [Stopwatch(), Stopwatch(), Stopwatch()]
    with ExitStack() as stack:
        for name, watch in zip(("_evaluate", "_store", "_apply_changes"), watches, strict=True):
            stack.enter_context(_watching(type(run), name, watch))
        run._execute(commit=True)
    if run.state != "done":
        raise RuntimeError(f"The run is {run.state}: {run.error}")
    moved = run.up_count + run.down_count + run.new_count + run.left_count
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


def regrade(partner):
    """Regrade one customer, as the button on the customer does."""
    partner.action_regrade()
