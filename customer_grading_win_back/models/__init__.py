"""What was lost, and who falls silent: so that they are won back.

In: Odoo's lost opportunities and their reasons, orders, contacts, and dated answers. Out: a register
of losses and refusals with what became of each, second follow-ups as activities, and the list of
customers whose orders stopped, fell, or whose contract ended.
"""

from . import (
    res_company,
    res_config_settings,
    crm_lost_reason,
    customer_grading_rival,
    customer_grading_rival_product,
    customer_grading_rival_met,
    customer_grading_loss,
    customer_grading_loss_keeper,
    customer_grading_loss_report,
    customer_grading_silence_engine,
    customer_grading_silence,
    customer_grading_run,
    crm_lead,
)
