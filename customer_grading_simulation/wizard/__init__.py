from . import (
    customer_grading_back_test,
    customer_grading_comparison,
    customer_grading_measure_try,
    customer_grading_prediction_ask,
)
