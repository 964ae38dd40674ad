"""Evaluations that change grades: every night, between nights, on demand.

In: a policy in force and the documents. Out: results brought up to date, and changes handed
to change control. What trials share with them stands in ``customer_grading_evaluation``.
"""

from . import (
    customer_grading_evaluation,
    customer_grading_store,
    customer_grading_engine,
    customer_grading_measure,
    customer_grading_run,
    customer_grading_policy,
    customer_grading_answer,
)
