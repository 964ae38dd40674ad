"""Capacity, intake and visitors as figures; nothing of it happens by itself.

In: capacities, targets, results, who came. Out: rows of reports, and who could go to whom.
"""

from . import (
    customer_grading_capacity_report,
    customer_grading_capacity_proposal,
    customer_grading_intake_report,
    customer_grading_visitor_report,
)
