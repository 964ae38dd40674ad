"""Steps of approval: who decides on which changes of grade, one after another.

In: moves that change control or people ask for. Out: changes in state “to approve”, which
come into effect once the last step is given; one activity for each who decides.
"""

from . import (
    customer_grading_approval,
    customer_grading_change_approval,
    customer_grading_policy,
    customer_grading_change,
    customer_grading_change_control,
    customer_grading_result,
    customer_grading_bulk_change,
    customer_grading_run,
    customer_grading_change_review,
    customer_grading_explanation_notices,
)
