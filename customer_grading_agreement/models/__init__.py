"""Until when agreements with customers are in force.

In: answers to questions that ask for the end of an agreement, and the agreements of OCA's addon where
it is installed. Out: a measure, a day that contacts hang on, and the list of what ends soon.
"""

from . import (
    customer_grading_question,
    customer_grading_agreement,
    customer_grading_measure,
    customer_grading_cadence_day,
)
