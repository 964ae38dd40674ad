"""Where a subject stands, and how its grade changes: change control, by hand, many at once.

In: computed grades, and what people decide. Out: results, and a change for each move of a grade.
"""

from . import (
    customer_grading_slices,
    customer_grading_result,
    customer_grading_change,
    customer_grading_bulk_change,
    customer_grading_change_writer,
    customer_grading_change_control,
)
