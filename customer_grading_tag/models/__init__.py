"""Grades as contact tags, written by themselves, and only where a dimension asks.

In: grades as they come into effect. Out: for each customer the one tag of the dimension that says
its grade; the tags follow the grades that they stand for.
"""

from . import (
    customer_grade,
    customer_grading_change_writer,
    customer_grading_dimension,
    customer_grading_run,
    res_partner,
    res_partner_category,
)
