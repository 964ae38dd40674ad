"""What is asked before a trial, and what is shown without one.

In: policies or a measure, and days. Out: trials, what differs in words, values of chosen customers.
"""

from . import (
    customer_grading_back_test,
    customer_grading_comparison,
    customer_grading_measure_try,
    customer_grading_prediction_ask,
)
