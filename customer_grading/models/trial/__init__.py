"""Evaluations that change nothing: the try-on, its page, and what it tells of criteria.

In: a policy, most often a draft. Out: a line a customer, kept for 30 days, and what they count.
"""

from . import (
    customer_grading_trial,
    customer_grading_trial_line,
    customer_grading_criterion,
    customer_grading_rule,
    customer_grading_policy,
)
