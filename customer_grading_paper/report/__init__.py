"""What stands on each paper, and who may print it.

In: records that somebody prints. Out: a dict for each sheet, which the template beside it lays out.
"""

from . import (
    customer_grading_paper,
    customer_grade_sheet,
    customer_grading_evaluation_form,
    customer_grading_evaluation_form_contact,
    customer_grade_list,
    customer_grade_lists,
    customer_card,
    customer_follow_up_record,
    customer_follow_up_record_lead,
    customer_grading_regulation,
    customer_grading_monthly,
)
