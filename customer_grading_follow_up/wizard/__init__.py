"""Odoo's page for lost opportunities, which warns where contacts were too few.

In: opportunities and the cadence of their grade. Out: a text; nothing is refused.
"""

from . import crm_lead_lost
