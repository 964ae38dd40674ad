from . import customer_grading_on_date
