"""The grade of any day: as a list beside that of today, and as a filter of customers.

In: the changes that the core keeps for ever. Out: fields on results, customers and
opportunities that tell and find the grade in effect on a day.
"""

from . import (
    customer_grading_change,
    customer_grading_result,
    customer_grading_mixin,
)
