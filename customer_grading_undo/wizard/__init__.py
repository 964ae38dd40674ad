"""The page that takes a run back.

In: a run, and why. Out: what it would bring back, and then the changes that do.
"""

from . import customer_grading_undo
