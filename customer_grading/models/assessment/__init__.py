"""What people assess: questions, and the answers they gave.

In: answers, by hand or imported. Out: dated answers that the engine reads.
"""

from . import (
    customer_grading_question,
    customer_grading_question_choice,
    customer_grading_answer,
)
