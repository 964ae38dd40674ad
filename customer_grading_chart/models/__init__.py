"""What is drawn: the server says the numbers, the client how they look.

In: the summary of a try-on, and the history of a result, as the core tells them. Out: numbers
beside the blocks of both, and a spreadsheet of a trial.
"""

from . import (
    customer_grading_explanation_history,
    customer_grading_grade_line,
    customer_grading_mixin,
    customer_grading_trial,
    customer_grading_trial_sheet,
)
