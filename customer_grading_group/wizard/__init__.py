"""The core's page for grades set by hand, for groups, too.

In: groups that somebody chose. Out: their grades by hand.
"""

from . import customer_grading_set_grade
