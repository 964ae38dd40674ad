from . import customer_grading_policy
