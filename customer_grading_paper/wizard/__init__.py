"""What is asked before papers that are of no record: yearly lists, and the monthly report.

In: a dimension, and a day or a month. Out: the papers.
"""

from . import customer_grading_print_lists, customer_grading_print_month
