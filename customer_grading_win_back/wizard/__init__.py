"""Odoo's page for lost opportunities, which asks more; and recording a refusal.

In: opportunities, reasons, rivals. Out: rows of the register of losses.
"""

from . import crm_lead_lost, customer_grading_record_refusal
