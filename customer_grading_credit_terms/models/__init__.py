from . import customer_grading_terms_giver
