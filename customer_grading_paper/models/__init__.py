from . import (
    customer_grade,
    customer_grading_policy,
    customer_grading_question,
    customer_grading_support_plan,
    customer_grading_result,
    customer_grading_change,
    ir_actions_report,
)
