"""The SQL halves: puts the one statement of a policy together, and evaluates it.

In: a policy and a scope (day, company, subjects). Out: rows of a temporary table: values, levels,
points and grade of each subject. Kept are only contacts that moved, and whom a count found.
"""

from . import (
    customer_grading_band,
    customer_grading_rule,
    customer_grading_former_contact,
    customer_grading_owner,
    customer_grading_engine,
    customer_grading_measure,
    customer_grading_criterion,
    res_company,
    customer_grading_found,
)
