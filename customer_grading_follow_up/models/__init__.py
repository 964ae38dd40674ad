"""How often a grade is contacted, and where each customer stands in that.

In: the contacts of ``customer_grading_contact``, the grades in effect, and the cadences that people
write on a grade. Out: one row a customer and cadence with the last contact and the day on which the
next one is due, of each customer the dates that count of all these, and what shows it: lists, the
customer, “Why this grade?”.
"""

from . import (
    customer_grade,
    customer_grading_presence,
    customer_grading_cadence,
    customer_grading_cadence_step,
    customer_grading_cadence_day,
    customer_grading_follow_up_dates,
    customer_grading_follow_up,
    customer_grading_attainment,
    customer_grading_follow_up_engine,
    customer_grading_follow_up_planner,
    customer_grading_result,
    customer_grading_change_writer,
    customer_grading_run,
    customer_grading_mixin,
    customer_grading_explanation_view,
    mail_activity,
    res_config_settings,
)
