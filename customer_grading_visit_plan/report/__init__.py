"""The papers of a day and of a week.

In: a salesperson and a day, or a plan. Out: what was planned and what was done.
"""

from . import customer_grading_visit_day, customer_grading_visit_week
