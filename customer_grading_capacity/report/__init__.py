from . import (
    customer_grading_capacity_report,
    customer_grading_capacity_proposal,
    customer_grading_intake_report,
    customer_grading_visitor_report,
)
