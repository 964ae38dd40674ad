from . import customer_grading_waive
