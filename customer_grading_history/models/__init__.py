"""The grade of any day: as a list beside that of today, and as a filter of customers.

In: the changes that the core keeps for ever, and what grades customers had before it. Out: fields
on results, customers and opportunities that tell and find the grade in effect on a day.
"""

from . import (
    customer_grading_change,
    customer_grading_result,
    customer_grading_mixin,
    customer_grading_explanation_texts,
    customer_grading_former_import,
    customer_grading_former_reader,
    customer_grading_former_grade,
)
