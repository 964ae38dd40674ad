from . import crm_lead_lost, customer_grading_record_refusal
