from . import customer_grading_change_review
