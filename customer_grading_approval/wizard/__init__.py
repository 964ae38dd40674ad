from . import base_import_import, customer_grading_decision
