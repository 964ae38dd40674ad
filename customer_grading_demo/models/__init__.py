"""A company to try things on: customers, documents of two years, and policies that grade them.

In: an empty database. Out: what people would have made by hand, dated as of the two years before.
"""

from . import (
    customer_grading_demo_contacts,
    customer_grading_demo_documents,
    customer_grading_demo_losses,
    customer_grading_demo_papers,
    customer_grading_demo_protection,
    customer_grading_demo_reports,
    customer_grading_demo_terms,
    customer_grading_demo_visitors,
    customer_grading_demo,
)
