"""Who is notified of a move, and how.

In: changes that took effect. Out: notes on the records, digests to the salespeople.
"""

from . import (
    customer_grading_policy,
    customer_grading_change,
    customer_grading_notification,
)
