"""Shop sales: who buys in a shop is a customer, and what is bought there a measure.

In: orders of Point of Sale. Out: sources of the population, and the values of the core's measures.
"""

from . import customer_grading_engine, customer_grading_measure, customer_grading_policy, pos_order
