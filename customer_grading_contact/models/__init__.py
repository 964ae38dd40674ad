"""What counts as contact with a customer, and how long ago the last was, as measures.

In: messages, done activities and meetings of customers and their documents. Out: one relation
of contacts, for whatever is told of them, and values of the core's measures.
"""

from . import (
    customer_grading_contact,
    customer_grading_measure,
    res_partner,
)
