"""What becomes of the grades by passing time alone, and who nearly rises.

In: the policies in force, evaluated for days to come, and the values that results kept. Out: a
row for each result that would move, with its day and its revenue; no grade changes.
"""

from . import (
    customer_grading_engine,
    customer_grading_outlook,
    customer_grading_result,
    customer_grading_rule,
    customer_grading_outlook_finder,
    customer_grading_outlook_engine,
    customer_grading_outlook_run,
    customer_grading_outlook_texts,
    customer_grading_run,
    customer_grading_explanation_view,
)
