{
    "name": "Customer Grading: Outlook",
    "summary": "Who is about to fall or to rise, on which day, and what it takes",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_outlook_security.xml",
        "data/ir_cron_data.xml",
        "views/customer_grading_outlook_views.xml",
        "views/customer_grading_outlook_run_views.xml",
        "views/customer_grading_menus.xml",
        "views/res_partner_views.xml",
        "views/crm_lead_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_grading_outlook/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
