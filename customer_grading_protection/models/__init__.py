"""Who comes first, whose orders nobody refuses alone, and who is not given up lightly.

In: the grades in effect, and what people chose on a grade. Out: orders and activities in order of
grade; orders that stay until somebody decides, with who asked and why; customers that stay until a
report says why not.
"""

from . import (
    customer_grade,
    customer_grading_result,
    customer_grading_mixin,
    customer_grading_order_request,
    customer_grading_evaluation_report,
    sale_order,
    res_partner,
    crm_lead,
    mail_activity,
)
