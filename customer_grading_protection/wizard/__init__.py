"""Why protected orders are cancelled, or what was asked for is declined; cancelling many orders.

In: orders, requests, reports. Out: requests with a reason, and what was decided.
"""

from . import customer_grading_protection_reason, sale_mass_cancel_orders
