"""What a meeting decided on many changes, from a spreadsheet.

In: rows of a file that was handed out. Out: changes approved, refused, put off, noted.
"""

from . import base_import_import, customer_grading_decision
