from . import customer_grading_new_policy
