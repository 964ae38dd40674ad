from . import customer_grading_undo
