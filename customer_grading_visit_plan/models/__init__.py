"""Whom each salesperson means to visit in a month, and what came of it.

In: the follow-ups, the contacts of ``customer_grading_contact``, and what people plan by hand. Out: one
plan a salesperson and month, its visits with the day on which each was done, and the figures of the
month: planned, done, successful, missed, not planned, and how many customers were reached.
"""

from . import (
    customer_grading_cadence,
    customer_grading_visit_plan,
    customer_grading_visit,
    customer_grading_visit_maker,
    customer_grading_visit_contacts,
    customer_grading_visit_report,
    customer_grading_appraisal,
    crm_lead,
    mail_activity,
    res_config_settings,
)
