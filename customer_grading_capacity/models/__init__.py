"""How many of a grade are held, how many come in, and who receives them.

In: the grades in effect, and whose customers and opportunities they are. Out: who holds too many
or too few, proposals, warnings, intake against targets, and the register of who received whom.
"""

from . import (
    customer_grade,
    customer_grading_analysis,
    customer_grading_capacity,
    customer_grading_capacity_engine,
    customer_grading_mixin,
    customer_grading_intake_target,
    customer_grading_reception,
    customer_grading_known,
    res_partner,
    crm_team_member,
    crm_team,
    crm_lead,
)
