from . import base_partner_merge, customer_grading_record_grades
