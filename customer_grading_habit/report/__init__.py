"""Habits as figures.

In: results, questions and answers, changes of grade, contacts. Out: a row a question that is asked
of a customer or an opportunity, a grade set by hand, a day's contacts with a customer.
"""

from . import (
    customer_grading_habit,
    customer_grading_habit_answer,
    customer_grading_habit_override,
    customer_grading_habit_contact,
)
