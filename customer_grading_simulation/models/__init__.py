"""What a policy would give, gave, and gives otherwise now; nobody's grade is changed.

In: policies, the core's engine and its trials. Out: further kinds of trial (pilot, back-test,
comparison, once more, does it predict), what a second run of a day grades otherwise, and what
differs between two policies in words; test customers.
"""

from . import (
    difference,
    prediction,
    customer_grading_measure,
    customer_grading_trial,
    customer_grading_trial_count,
    customer_grading_run,
    customer_grading_policy,
    customer_grading_test_customer,
)
