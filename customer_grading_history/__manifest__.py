{
    "name": "Customer Grading: Grades on a Date",
    "summary": "See, find and export the grades that customers had on any day",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_history_security.xml",
        "views/customer_grading_result_views.xml",
        "views/res_partner_views.xml",
        "views/crm_lead_views.xml",
        "wizard/customer_grading_on_date_views.xml",
        "views/customer_grading_menus.xml",
    ],
    "auto_install": True,
}
