"""What differs between two policies, or two versions of one, in words.

In: two policies of a dimension. Out: their sentences side by side, where they differ.
"""

from . import customer_grading_criterion, customer_grading_policy
