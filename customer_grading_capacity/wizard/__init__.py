"""The page that gives customers and opportunities to other salespeople.

In: proposals that somebody chose. Out: the salesperson, written as a person would, and a note.
"""

from . import customer_grading_capacity_assign, customer_grading_capacity_assign_line
