"""Requirements as a decision table or a grid: read from the rules, and written as rules.

In: rules, or rows of a table. Out: the same the other way round.
"""

from . import (
    customer_grading_policy,
    customer_grading_rule,
    customer_grading_criterion,
)
