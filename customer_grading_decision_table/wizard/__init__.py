from . import customer_grading_table
