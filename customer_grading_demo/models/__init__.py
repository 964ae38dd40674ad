from . import (
    customer_grading_demo_contacts,
    customer_grading_demo_documents,
    customer_grading_demo,
)
