"""Waiving one condition for one customer: the grade stays computed, that condition counts as met.

In: a condition of a policy in force, whom it is waived for, why and until when. Out: a value of that
customer beside those of its documents, by which every statement of the engine decides.
"""

from . import (
    customer_grading_waiver,
    customer_grading_rule,
    customer_grading_engine,
    customer_grading_result,
    customer_grading_policy,
    customer_grading_run,
    customer_grading_explanation,
    customer_grading_explanation_cells,
    customer_grading_explanation_why,
    customer_grading_explanation_texts,
    customer_grading_explanation_view,
)
