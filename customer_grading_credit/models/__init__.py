"""What credit customers get, who approves it, and which orders wait because of it.

In: points and grades, what customers owe and ordered, the credit rules of a company. Out:
proposals that are approved in steps and set on the customer, orders held and released, special
terms under yearly review, and receivables by age.
"""

from . import (
    customer_grading_credit_figures,
    customer_grading_credit_rule,
    customer_grading_credit_band,
    customer_grading_credit_step,
    customer_grading_credit_proposal,
    customer_grading_credit_approval,
    customer_grade,
    customer_grading_credit_hold,
    customer_grading_credit_release,
    customer_grading_credit_special,
    customer_grading_credit_review,
    customer_grading_receivable_age,
    sale_order,
    sale_order_line,
    payment_transaction,
    res_config_settings,
    res_partner,
    res_users,
)
