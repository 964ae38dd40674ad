"""Prices that customers paid, beside the price list and the sales price of products.

In: lines of confirmed sales orders. Out: a way to put documents together, and two measures of it.
"""

from . import customer_grading_measure
