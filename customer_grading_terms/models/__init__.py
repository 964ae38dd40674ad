"""What a grade gives is given with it, and taken back with it.

In: the grades in effect, and the benefits that people write on a grade. Out: payment terms,
pricelists, credit limits, salespeople, teams and tags on customers and opportunities, and the ledger
of what was given, what stood before, and what was taken back.
"""

from . import (
    customer_grading_benefit,
    customer_grade,
    customer_grading_terms,
    customer_grading_grant,
    customer_grading_dimension,
    customer_grading_terms_engine,
    customer_grading_terms_giver,
    customer_grading_change_writer,
    customer_grading_run,
    customer_grading_result,
    customer_grading_mixin,
    customer_grading_explanation_view,
    crm_lead,
    res_partner,
    sale_order,
    res_config_settings,
)
