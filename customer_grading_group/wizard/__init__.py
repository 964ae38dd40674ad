from . import customer_grading_set_grade
