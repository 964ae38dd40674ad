"""Whether grades tell what follows: what customers did after a past day, by their grade then.

In: policies, a past day, the engine's grades as of it, and the documents since. Out: lines by grade
and by plain revenue rank, and what they say, in words.
"""

from . import (
    customer_grading_followed,
    customer_grading_prediction,
    customer_grading_prediction_words,
    customer_grading_trial,
)
