"""What customers owe and how they pay, as measures, told of the journal items of receivables.

In: posted entries, what they were matched to, orders not invoiced yet. Out: values of the
core's measures, what is told beside them, and what a criterion lets go of what is late.
"""

from . import (
    customer_grading_receivables,
    customer_grading_measure,
    customer_grading_criterion,
    customer_grading_trial,
)
