from . import base_partner_merge, customer_grading_referral_thank
