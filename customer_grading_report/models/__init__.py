"""What grades amount to, in pictures: customers, revenue, moves, months.

In: the results and changes that the core keeps, invoices and orders, added up once a night. Out:
reports that group and sum, and the grade in Odoo's own analyses.
"""

from . import (
    customer_grading_told,
    account_invoice_report,
    customer_grading_explanation,
    customer_grading_explanation_why,
    customer_grading_figures,
    customer_grading_figures_engine,
    customer_grading_figures_set,
    customer_grading_month,
    customer_grading_month_engine,
    customer_grading_move_report,
    customer_grading_report,
    customer_grading_run,
    ir_ui_menu,
    res_partner,
    sale_report,
)
