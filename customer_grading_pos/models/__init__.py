from . import customer_grading_engine, customer_grading_measure, customer_grading_policy, pos_order
