from . import customer_grading_decision
