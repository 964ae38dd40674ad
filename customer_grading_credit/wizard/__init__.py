"""Why credit is refused, asked for or declined; and whose credit stays of merged customers.

In: proposals and releases, contacts to be merged. Out: what was decided, with its reason.
"""

from . import base_partner_merge, customer_grading_credit_reason
