"""Grades made of records; and the tags of merged contacts.

In: a field of customers, contacts to be merged. Out: grades of a dimension; the tags that stay.
"""

from . import base_partner_merge, customer_grading_record_grades
