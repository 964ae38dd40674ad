"""What people write: dimensions and their grades, measures, and policies with what is in them.

In: forms and dialogs. Out: records that say how a subject is graded; nothing is evaluated here.
"""

from . import (
    customer_grading_mixin,
    res_partner,
    customer_grading_subject,
    customer_grade,
    customer_grading_dimension,
    customer_grading_measure,
    customer_grading_policy,
    customer_grading_criterion,
    customer_grading_band,
    customer_grading_rule,
    customer_grading_review_window,
)
