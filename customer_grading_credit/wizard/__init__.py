from . import base_partner_merge, customer_grading_credit_reason
