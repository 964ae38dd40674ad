from . import customer_grading_measure
