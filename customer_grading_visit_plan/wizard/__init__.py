"""Making plans of a month, sending one back, printing a day or a week.

In: salespeople and months, plans. Out: plans, what is wrong with one, papers.
"""

from . import (
    customer_grading_visit_plan_make,
    customer_grading_visit_plan_send_back,
    customer_grading_visit_print_day,
    customer_grading_visit_print_week,
)
