"""Undoing a run: the grades that it brought into effect go back to what they were.

In: a run that is done, and a reason. Out: changes that take its changes back, where nothing was
decided since; what needs somebody's yes is asked for only.
"""

from . import (
    customer_grading_change_control,
    customer_grading_run,
)
