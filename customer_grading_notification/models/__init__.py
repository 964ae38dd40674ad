"""Who is notified of a move, and how.

In: changes that took effect. Out: notes on the records, digests to the salespeople, and to who
is responsible for a policy which grades too few hold.
"""

from . import (
    customer_grading_rule,
    customer_grading_policy,
    customer_grading_run,
    customer_grading_change,
    customer_grading_notification,
)
