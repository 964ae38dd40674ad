"""What waits to be assessed: open questions, and which answers to them could decide.

In: questions and answers, and the values that results or a try-on kept. Out: the open questions
of a policy, the most telling first, with the grade that the best answer alone would give.
"""

from . import (
    customer_grading_answer,
    customer_grading_question,
    customer_grading_criterion,
    customer_grading_rule,
    customer_grading_policy,
    customer_grading_engine,
    customer_grading_trial,
    customer_grading_explanation_view,
)
