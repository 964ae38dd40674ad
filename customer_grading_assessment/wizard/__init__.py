"""The pages on which people assess: what waits, and a checklist of one customer.

In: open questions. Out: dated answers of who is asked.
"""

from . import customer_grading_assessment, customer_grading_checklist
