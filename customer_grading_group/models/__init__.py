"""Groups of customers or documents, graded as customers are: regions, industries, product lines.

In: what customers or documents name in a field. Out: a subject for each record in use, and its grade.
"""

from . import (
    customer_grading_criterion,
    customer_grading_dimension,
    customer_grading_engine,
    customer_grading_explanation_notices,
    customer_grading_explanation_view,
    customer_grading_group,
    customer_grading_group_subject,
    customer_grading_measure,
    customer_grading_policy,
    customer_grading_trial,
    ir_ui_menu,
)
from . import customer_grading_change, customer_grading_result, customer_grading_trial_line
