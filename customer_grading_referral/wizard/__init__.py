"""Thanking referrers; and whose referrer stays of merged contacts.

In: referrals, contacts to be merged. Out: thanks with day and kind; the referrer of the first.
"""

from . import base_partner_merge, customer_grading_referral_thank
