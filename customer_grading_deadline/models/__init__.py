"""How soon a grade is answered, and who waits for that.

In: the contacts of ``customer_grading_contact`` with their moments, the grades in effect, and the
deadlines that people write on a grade. Out: one row for each time that something was asked, with
the moment at which it is due and that at which it was met, and what shows it: the list of who
waits, the report of response times, “Why this grade?”.
"""

from . import (
    customer_grade,
    customer_grading_deadline,
    customer_grading_deadline_case,
    customer_grading_deadline_contact,
    customer_grading_deadline_clock,
    customer_grading_deadline_engine,
    customer_grading_deadline_planner,
    customer_grading_result,
    customer_grading_change_writer,
    customer_grading_run,
    customer_grading_explanation_view,
    mail_activity,
    mail_thread,
)
