{
    "name": "Customer Grading: Decision Tables",
    "summary": "Write which grade each combination gives as a table, or as a grid of two criteria",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "The customer_grading maintainers",
    "license": "LGPL-3",
    "depends": ["customer_grading"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_grading_decision_table_security.xml",
        "wizard/customer_grading_table_views.xml",
        "views/customer_grading_policy_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["customer_grading_decision_table/static/src/**/*"],
        "web.assets_tests": ["customer_grading_decision_table/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
