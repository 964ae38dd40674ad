"""What shows grades on Odoo's own records: in come results, out come fields and menus.

Nothing is written to these records. A contact, an opportunity, an order, an invoice show the
grade of the result that is theirs, to whom may see it; merging and deleting take grades along.
"""

from . import (
    customer_grading_host,
    customer_grading_mixin,
    customer_grading_document,
    res_company,
    res_partner,
    crm_lead,
    sale_order,
    sale_order_line,
    account_move,
    account_move_line,
    ir_ui_menu,
    base_partner_merge,
)
