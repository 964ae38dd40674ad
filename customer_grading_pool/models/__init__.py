"""Whom nobody looks after goes to the public pool, and is claimed from there.

In: the grades in effect, contacts, orders and days, and the ownership rules that people write on a
grade. Out: reminders, customers and opportunities taken off their salespeople, and the ledger of
what was taken, claimed and given back.
"""

from . import (
    customer_grade,
    customer_grading_pool_rule,
    customer_grading_pool_protection,
    customer_grading_pool_entry,
    customer_grading_pool_notice,
    customer_grading_pool_engine,
    customer_grading_pool_keeper,
    customer_grading_result,
    customer_grading_run,
    customer_grading_mixin,
    crm_team,
)
