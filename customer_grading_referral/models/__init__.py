"""Who referred whom, and what came of it.

In: the referrers that people name on leads, opportunities and customers, and what was won, ordered
and invoiced since. Out: one row a referral, measures to grade by, who is short of what its grade
asks for, and thanks that are due.
"""

from . import (
    customer_grading_referral_kind,
    customer_grading_referred,
    customer_grading_referral_engine,
    customer_grading_referral,
    customer_grading_referral_thanks,
    customer_grading_referral_quota,
    customer_grading_measure,
    customer_grade,
    crm_lead,
    mail_activity,
    res_config_settings,
    res_partner,
)
