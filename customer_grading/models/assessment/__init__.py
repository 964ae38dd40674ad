"""What people assess: questions, the answers they gave, and what waits to be assessed.

In: answers, by hand or imported. Out: dated answers that the engine reads; the open
questions of a policy, the most telling first.
"""

from . import (
    customer_grading_question,
    customer_grading_question_choice,
    customer_grading_answer,
    customer_grading_engine,
    customer_grading_policy,
    customer_grading_criterion,
    customer_grading_rule,
)
