"""The page on which requirements are written as a table.

In: the rules of a policy. Out: the rules that its rows say.
"""

from . import customer_grading_table
