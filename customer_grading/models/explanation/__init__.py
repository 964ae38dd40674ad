"""The text halves: a policy in words, why a subject has its grade, and what the next takes.

In: a policy, or values that were stored. Out: sentences and views; figures for who may see them.
"""

from . import (
    customer_grading_policy,
    customer_grading_band,
    customer_grading_rule,
    customer_grading_explanation,
    customer_grading_explanation_rates,
    customer_grading_explanation_texts,
    customer_grading_change,
    customer_grading_measure,
    customer_grading_criterion,
    customer_grading_explanation_cells,
    customer_grading_explanation_why,
    customer_grading_explanation_points,
    customer_grading_explanation_history,
    customer_grading_explanation_notices,
    customer_grading_explanation_view,
)
