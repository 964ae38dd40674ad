"""The paper of a credit proposal.

In: a proposal. Out: customer, points, figures and who approved.
"""

from . import customer_grading_credit_form
