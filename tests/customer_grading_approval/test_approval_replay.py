"""Approval replayed day by day: through a year, together with any option, and in races."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import ROLES
from ..oracles.changes import Rule, Step
from ..result.test_change_races import RacesCase
from ..result.test_change_replay import ReplayCommon

STEPS = (
    (Step(1, "up", "A"),),
    (Step(1, "both"), Step(2, "down", "AB")),
    (Step(1, "up"), Step(2, "both", "A"), Step(3, "up", "AB")),
)


class ApprovalReplayCommon(ReplayCommon):
    """A user approves each step."""

    @classmethod
    def _create_cast(cls):
        super()._create_cast()
        cls.approvers = cls.env["res.users"].union(
            *(
                new_test_user(cls.env, f"grading_step_{step}", ROLES["salesperson"], tz="UTC")
                for step in range(1, 4)
            )
        )

    def _prepare_steps(self, options):
        return {
            "approval_ids": [
                Command.create(
                    {
                        "step": step.number,
                        "moves": step.moves,
                        "grade_ids": self.dimension.grade_ids.filtered(
                            lambda grade, step=step: grade.code in step.grades
                        ).ids,
                        "user_id": self.approvers[step.number - 1].id,
                    }
                )
                for step in options.steps
            ]
        }

    def _get_decider(self, expected, day):
        """Return who approves the next step, or the officer."""
        left = sorted(expected.get_steps(expected.open[1], day) - expected.given)
        return self.approvers[left[0] - 1] if left else self.officer

    def _get_setter(self, expected):
        """Return who sets grades by hand: where these need approval, one above it."""
        return self.env.user if expected.options.steps else self.officer


@tagged("post_install", "-at_install")
class TestYearOfApproval(ApprovalReplayCommon):
    def test_approval_in_up_to_three_steps(self):
        self._replay_year(
            steps=(Step(1, "both", "AB"), Step(2, "up", "AB"), Step(3, "up", "A")),
            downgrade_days=3,
        )

    def test_approval_of_grades_that_end_and_of_new_customers(self):
        rules = (Rule("A", expiry_months=3), Rule("B"), Rule("C", "month_end"), Rule("D"))
        steps = (Step(1, "up"), Step(2, "both", "A"))
        self._replay_year(rules, steps=steps, probation_months=1, upgrade_days=2)


@tagged("post_install", "-at_install")
class TestApprovalWithOptions(ApprovalReplayCommon):
    # The random nights behind a seed are no simpler for a smaller one: nothing is shrunk.
    @settings(max_examples=12, phases=[Phase.generate], report_multiple_bugs=False)
    @given(st.data())
    def test_any_of_them(self, data):
        self._replay_any(data, STEPS)


@tagged("post_install", "-at_install")
class TestApprovalRaces(RacesCase):
    cast_class = ApprovalReplayCommon
    users = ("officer", "approvers")

    def test_probation_and_approval(self):
        self._replay(probation_months=1, steps=(Step(1, "both"), Step(2, "up", "AB")))
