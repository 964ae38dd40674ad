"""The page that asks as of which day grades are listed.

In: a day. Out: the list of the grades in effect then.
"""

from . import customer_grading_on_date
