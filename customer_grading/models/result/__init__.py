"""Where a subject stands, and how its grade changes: change control, by hand, undo, history.

In: computed grades of a run, and what people decide. Out: results, and one change for each
move from a grade to another.
"""

from . import (
    customer_grading_slices,
    customer_grading_result,
    customer_grading_change,
    customer_grading_bulk_change,
    customer_grading_change_writer,
    customer_grading_change_control,
)
