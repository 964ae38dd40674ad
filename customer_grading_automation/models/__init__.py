"""Automation rules of Odoo that run when a grade changes.

In: the changes that came into effect, of a run or of what people decided. Out: the actions of the
rules that ask for them, each in a savepoint; what failed is told to who is responsible.
"""

from . import (
    base_automation,
    customer_grading_automation,
    customer_grading_change_writer,
    customer_grading_run,
)
