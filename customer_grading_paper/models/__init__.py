"""What is written to be printed: rights, duties, numbers of forms, support plans.

In: what people write on grades, policies, questions and customers. Out: papers that tell it, and
which grades were in effect on a day.
"""

from . import (
    customer_grade,
    customer_grading_policy,
    customer_grading_question,
    customer_grading_support_plan,
    customer_grading_result,
    customer_grading_change,
    ir_actions_report,
)
