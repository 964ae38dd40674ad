from . import (
    customer_grading_refuse,
    customer_grading_set_grade,
    customer_grading_time_zone,
)
