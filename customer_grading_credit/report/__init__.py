from . import customer_grading_credit_form
