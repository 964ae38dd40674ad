"""What becomes of a policy: tried on, put in force on its day, regraded, revised, closed.

In: a complete policy. Out: its runs, and versions that take over from each other.
"""

from . import (
    customer_grading_policy,
)
