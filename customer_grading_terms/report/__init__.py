"""What grades cost: payment given, money lent, discounts and benefits, beside revenue.

In: invoices, confirmed orders and open receivables, added up every night by customer and company;
grades, payment terms, limits and the ledger of what was given, as they are now.
"""

from . import customer_grading_terms_figures, customer_grading_terms_cost
