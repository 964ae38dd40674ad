from . import (
    customer_grading_visit_plan_make,
    customer_grading_visit_plan_send_back,
    customer_grading_visit_print_day,
    customer_grading_visit_print_week,
)
