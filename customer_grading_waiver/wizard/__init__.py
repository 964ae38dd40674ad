"""The page on which a condition is waived.

In: a result, and what keeps it from better grades. Out: a waiver with reason and end.
"""

from . import customer_grading_waive
