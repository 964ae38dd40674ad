"""Giving from the pool, protecting from it, and what an ownership rule would take.

In: customers and opportunities, or a rule. Out: a salesperson, a protection, or lines; these do nothing.
"""

from . import (
    customer_grading_pool_give,
    customer_grading_pool_preview,
    customer_grading_pool_preview_line,
    customer_grading_pool_protect,
)
